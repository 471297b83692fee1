//! How a messages directory is laid out: which file is which text.
//!
//! `en/SignUp.sms.txt`, `en/SignUp.email.txt` and `en/SignUp.email.html` are English texts of one
//! purpose, `en/default.sms.txt` is for every purpose whose message is a code and no more, and
//! `_footer.txt` or `en/_footer.html` is a part that others include.

use std::collections::BTreeMap;

use super::{Locale, Problem, ProblemKind};
use crate::event::{Channel, Purpose};

/// The name of the texts for every purpose that has none of its own.
const DEFAULT: &str = "default";

/// Whether a text is plain or HTML.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Form {
    /// Plain text.
    Text,
    /// HTML, in which values are escaped.
    Html,
}

/// Which text a file is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TextName {
    /// The folder: the language that it is written in.
    pub locale: Locale,
    /// What comes before the first dot: one purpose, or all that are about a code alone.
    pub purpose: Option<Purpose>,
    /// The medium.
    pub channel: Channel,
    /// Plain text or HTML; an SMS is always text.
    pub form: Form,
}

/// What a file in a messages directory is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum File {
    Text(TextName),
    /// A part for others to include.
    Part(Form),
    /// Something for people.
    Note,
}

/// Whether a text called `default` serves a purpose: an invitation has a user name too, a notice has no code.
pub(super) const fn has_default(purpose: Purpose) -> bool {
    !matches!(purpose, Purpose::AdminCreateUser | Purpose::AccountTakeOverNotification)
}

impl File {
    /// Tells what the file at `path` is, a path relative to the messages directory with `/` in it.
    pub(super) fn of(path: &str) -> Result<Self, ProblemKind> {
        let (folder, name) = match path.rsplit_once('/') {
            Some((folder, name)) => (Some(folder), name),
            None => (None, path),
        };
        if name.starts_with('.') || name.to_ascii_lowercase().ends_with(".md") {
            return Ok(Self::Note);
        }
        let locale = folder
            .map(|folder| {
                Locale::new(folder)
                    .filter(|_| !folder.contains(['.', '@']))
                    .ok_or(folder)
            })
            .transpose()
            .map_err(|folder| ProblemKind::Folder(folder.to_owned()))?;
        if name.starts_with('_') {
            return match name.rsplit_once('.') {
                Some((_, "txt")) => Ok(Self::Part(Form::Text)),
                Some((_, "html")) => Ok(Self::Part(Form::Html)),
                _ => Err(ProblemKind::FileName),
            };
        }
        let (stem, medium) = name.split_once('.').ok_or(ProblemKind::FileName)?;
        let (channel, form) = match medium {
            "sms.txt" => (Channel::Sms, Form::Text),
            "email.txt" => (Channel::Email, Form::Text),
            "email.html" => (Channel::Email, Form::Html),
            _ => return Err(ProblemKind::FileName),
        };
        let purpose = match stem {
            DEFAULT => None,
            stem => Some(Purpose::from_name(stem).ok_or(ProblemKind::Purpose(stem.to_owned()))?),
        };
        Ok(Self::Text(TextName {
            locale: locale.ok_or(ProblemKind::NoFolder)?,
            purpose,
            channel,
            form,
        }))
    }
}

/// The files of a messages directory, sorted out.
#[derive(Debug, Default)]
pub(super) struct Layout {
    /// Each text with its path.
    pub(super) texts: BTreeMap<TextName, String>,
    /// The paths of all templates, texts and parts, by form.
    pub(super) templates: BTreeMap<String, Form>,
    pub(super) problems: Vec<Problem>,
}

impl Layout {
    pub(super) fn of<'a>(paths: impl Iterator<Item = &'a String>) -> Self {
        let mut layout = Self::default();
        for path in paths {
            let form = match File::of(path) {
                Ok(File::Text(name)) => {
                    let form = name.form;
                    if let Some(other) = layout.texts.get(&name) {
                        let kind = ProblemKind::Twice(other.clone());
                        layout.problems.push(Problem::of_file(path, kind));
                        continue;
                    }
                    layout.texts.insert(name, path.clone());
                    form
                }
                Ok(File::Part(form)) => form,
                Ok(File::Note) => continue,
                Err(kind) => {
                    layout.problems.push(Problem::of_file(path, kind));
                    continue;
                }
            };
            layout.templates.insert(path.clone(), form);
        }
        for (name, path) in &layout.texts {
            let text = TextName {
                form: Form::Text,
                ..name.clone()
            };
            if !layout.texts.contains_key(&text) {
                layout.problems.push(Problem::of_file(path, ProblemKind::NoText));
            }
        }
        layout
    }
}
