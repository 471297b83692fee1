//! `messages`: the stack's own texts, read and checked with the stack that sends them.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;

use handler::compose::{self, Locale, Problem};
use handler::delivery::{self, CustomMessage};

use crate::finding::{Code, Place, Source};
use crate::spec::field::Field;
use crate::spec::report::Report;

/// How many files and bytes a directory may hold: far more than texts need, and far less than a folder
/// that was named by mistake.
const MAX_FILES: usize = 1000;
const MAX_BYTES: u64 = 4 << 20;
/// How many folders may stand in one another.
const MAX_DEPTH: usize = 8;

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

fn files(field: &Field<'_>, report: &mut Report<'_>) -> Option<BTreeMap<String, String>> {
    let path = field.words(report)?;
    let file = report.place(field.place()).source;
    let directory = file.path().parent().unwrap_or(Path::new("")).join(path);
    let read = measure(&directory).and_then(|()| compose::read(&directory).map_err(|error| error.to_string()));
    match read {
        Ok(files) => Some(files),
        Err(why) => {
            let message = format!("{} wants a directory of texts: failed to {why}", field.name());
            let hint = "correct the path: it is relative to the file that names it";
            report.add(Code::MessagesUnreadable, field.place(), message, hint);
            None
        }
    }
}

/// Looks at sizes before anything is read; messages fit "failed to …".
fn measure(directory: &Path) -> Result<(), String> {
    let mut left = (MAX_FILES, MAX_BYTES);
    measure_folder(directory, MAX_DEPTH, &mut left)
}

fn measure_folder(folder: &Path, depth: usize, left: &mut (usize, u64)) -> Result<(), String> {
    let unreadable = |error: io::Error| format!("read `{}`: {}", folder.display(), error.kind());
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let metadata = fs::metadata(&path).map_err(|error| format!("read `{}`: {}", path.display(), error.kind()))?;
        let (files, bytes) = &mut *left;
        *files = files.saturating_sub(1);
        *bytes = bytes.saturating_sub(metadata.len());
        if *files == 0 || *bytes == 0 || depth == 0 {
            return Err(format!(
                "take `{}` for texts: there is too much in it",
                folder.display()
            ));
        }
        if metadata.is_dir() {
            measure_folder(&path, depth - 1, left)?;
        } else if !metadata.is_file() {
            return Err(format!("read `{}`: it is no file", path.display()));
        }
    }
    Ok(())
}

/// Reports what the handler would say of the texts, each in its own file.
fn check(field: &Field<'_>, messages: &Messages, custom_message: Option<CustomMessage>, report: &mut Report<'_>) {
    let Some(directory) = field.scalar_text() else { return };
    let file = report.place(field.place()).source;
    let directory = file.path().parent().unwrap_or(Path::new("")).join(directory);
    let mut sources: BTreeMap<&str, Arc<Source>> = BTreeMap::new();
    let problems = compose::check(&messages.files, &messages.settings, custom_message);
    for problem in &problems {
        let text = messages
            .files
            .get(&problem.file)
            .map(String::as_str)
            .unwrap_or_default();
        let source = sources
            .entry(&problem.file)
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
