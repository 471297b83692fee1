//! `messages`: the stack's own texts, read and checked with the stack that sends them.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use handler::compose::{self, Entry, Locale, Problem};
use handler::delivery::{self, CustomMessage};

use crate::finding::{Code, Place, Source};
use crate::inert;
use crate::spec::field::Field;
use crate::spec::reach::{Reach, Refused};
use crate::spec::report::Report;

/// How many files and bytes a directory may hold: far more than texts need, and far less than a folder
/// that was named by mistake.
const MAX_ENTRIES: usize = 1000;
const MAX_BYTES: usize = 4 << 20;

/// The texts of a stack.
#[derive(Default)]
pub(in crate::spec) struct Messages {
    /// The languages, as the handler reads them.
    pub(in crate::spec) settings: delivery::Messages,
    /// The content of each file by its path in the directory.
    pub(in crate::spec) files: BTreeMap<String, String>,
}

/// Reads `messages` and the files that it names. `custom_message` says that Cognito gets the texts too.
pub(in crate::spec) fn messages(
    field: &Field<'_>,
    custom_message: Option<CustomMessage>,
    report: &mut Report<'_>,
) -> Messages {
    let mut messages = Messages::default();
    let Some(mut object) = field.object(report) else {
        return messages;
    };
    let directory = object.optional("directory");
    let locale = object.optional("default_locale");
    object.finish(report);
    if let Some(text) = locale.and_then(|field| default_locale(&field, report)) {
        messages.settings.default_locale = text;
    }
    if let Some(field) = directory {
        messages.files = files(&field, report).unwrap_or_default();
        check(&field, &messages, custom_message, report);
    }
    messages
}

fn default_locale(field: &Field<'_>, report: &mut Report<'_>) -> Option<String> {
    let text = field.text(report)?;
    if Locale::new(text).is_none() || text.contains(['.', '@']) {
        let wanted = "a language tag of BCP 47, such as en or zh-Hant";
        field.refuse_text(Code::BadValue, wanted, "write it like `en`", report);
        return None;
    }
    Some(text.to_owned())
}

/// Where a directory of texts is: relative to the file that names it.
fn directory_of(field: &Field<'_>, path: &str, report: &Report<'_>) -> PathBuf {
    let file = report.place(field.place()).source;
    file.path().parent().unwrap_or(Path::new("")).join(path)
}

fn files(field: &Field<'_>, report: &mut Report<'_>) -> Option<BTreeMap<String, String>> {
    const HINT: &str = "correct the path: it is relative to the file that names it";
    let path = field.words(report)?;
    let directory = directory_of(field, &path, report);
    // What a base names is read for the stack file, too.
    let reach = Reach::of(report.source().path());
    let (at, refused) = match read(&directory, &reach) {
        Ok(files) => return Some(files),
        Err(refused) => refused,
    };
    let message = format!("{} wants texts, found `{}`: {refused}", field.name(), at.display());
    let hint = match &refused {
        TextsRefused::Reach(refused) => refused.hint(HINT),
        TextsRefused::TooMuch | TextsRefused::Name => HINT,
    };
    let code = match &refused {
        TextsRefused::Reach(refused) => refused.code(Code::MessagesUnreadable),
        TextsRefused::TooMuch | TextsRefused::Name => Code::MessagesUnreadable,
    };
    report.add(code, field.place(), message, hint);
    None
}

/// Why texts are not read.
#[derive(Debug, thiserror::Error)]
enum TextsRefused {
    #[error("{0}")]
    Reach(#[from] Refused),
    #[error("there is too much in it for texts")]
    TooMuch,
    #[error("its name is not UTF-8, or has invisible or control characters")]
    Name,
}

/// Reads the files of a directory, each where it really is; an error comes with the path that it is about.
fn read(directory: &Path, reach: &Reach) -> Result<BTreeMap<String, String>, (PathBuf, TextsRefused)> {
    let at = |path: &Path| {
        let path = path.to_owned();
        |refused: Refused| (path, refused.into())
    };
    reach.find(directory).map_err(at(directory))?;
    let mut left = (MAX_ENTRIES, MAX_BYTES);
    let mut refused = None;
    let files = compose::read_by(directory, &mut |path| {
        look(path, directory, reach, &mut left).map_err(|why| {
            refused = Some(why);
            io::Error::other("refused")
        })
    });
    match (files, refused) {
        (Ok(files), None) => Ok(files),
        (_, Some(why)) => Err(why),
        (Err(unreadable), None) if unreadable.error.kind() == io::ErrorKind::InvalidData => {
            Err((unreadable.path, TextsRefused::Name))
        }
        (Err(unreadable), None) => Err((unreadable.path, Refused::from(unreadable.error).into())),
    }
}

/// Looks at a file or folder among the texts and reads it; `left` is what may still come.
fn look(
    path: &Path,
    directory: &Path,
    reach: &Reach,
    left: &mut (usize, usize),
) -> Result<Entry, (PathBuf, TextsRefused)> {
    let refused = |refused: TextsRefused| (path.to_owned(), refused);
    let too_much = || (directory.to_owned(), TextsRefused::TooMuch);
    if path.to_string_lossy().contains(inert::is_active) {
        return Err(refused(TextsRefused::Name));
    }
    let (entries, bytes) = left;
    *entries = entries.checked_sub(1).ok_or_else(too_much)?;
    let found = reach.find(path).map_err(|why| refused(why.into()))?;
    if found.is_dir() {
        return Ok(Entry::Folder);
    }
    let text = reach.read(path).map_err(|why| refused(why.into()))?;
    *bytes = bytes.checked_sub(text.len()).ok_or_else(too_much)?;
    Ok(Entry::Text(text))
}

/// Reports what the handler would say of the texts, each in its own file.
fn check(field: &Field<'_>, messages: &Messages, custom_message: Option<CustomMessage>, report: &mut Report<'_>) {
    let Some(directory) = field.scalar_text() else { return };
    let directory = directory_of(field, directory, report);
    let mut sources: BTreeMap<(&str, bool), Arc<Source>> = BTreeMap::new();
    let problems = compose::check(&messages.files, &messages.settings, custom_message);
    for problem in &problems {
        // A file that is no text is named and not quoted: nobody knows what it is.
        let is_text = !problem.kind.is_about_the_name();
        let text = messages.files.get(&problem.file).filter(|_| is_text);
        let text = text.map(String::as_str).unwrap_or_default();
        let source = sources
            .entry((&problem.file, is_text))
            .or_insert_with(|| Source::new(directory.join(&problem.file), text.to_owned()));
        let code = Code::from_name(problem.kind.code()).unwrap_or(Code::BadMessageText);
        let place = Place {
            source: Arc::clone(source),
            span: line(text, problem),
        };
        report.add_at(code, place, problem.kind.to_string(), problem.kind.help());
    }
}

/// The line that a problem speaks of, without its blanks; the file's beginning where it is about the file.
fn line(text: &str, problem: &Problem) -> std::ops::Range<usize> {
    let Some(number) = problem.line else { return 0..0 };
    let mut start = 0;
    for (index, line) in text.split_inclusive('\n').enumerate() {
        if index + 1 == number {
            let indent = line.len() - line.trim_start().len();
            let end = start + line.trim_end().len();
            return (start + indent).min(end)..end;
        }
        start += line.len();
    }
    text.len()..text.len()
}
