//! A stack file's text with other values: comments and everything else stay as they are, byte for byte.
//!
//! Each step is read again and must say exactly what was wanted, so that no file is ever damaged: else the edit is
//! refused. Edits go into the file itself, since those that it extends may belong to others too: what is set there
//! wins over what they say, and what only they say cannot be taken out.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::extends::{bases, tree};
use super::report::Report;
use super::yaml::{compose, decode, toward};
use crate::finding::Source;

/// So many steps are taken at most: more than a file has values.
const MAX_STEPS: usize = 50_000;

/// A value of a stack file that is to be another one.
#[derive(Clone, Debug, PartialEq)]
pub struct FileEdit {
    /// The keys that lead to it, such as `pool`, `new`, `properties`, `MfaConfiguration`. In front of a list, an
    /// item's place counts from 0.
    pub path: Vec<String>,
    /// What it is to be; nothing takes the key out.
    pub value: Option<Value>,
}

impl FileEdit {
    fn shown(&self) -> String {
        self.path.join(".")
    }
}

/// Why a file stays as it was.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// The text, or that of a file that it extends, is no YAML that a stack file may be.
    #[error("read `{}`: it is not what a stack file may be; `deployer validate` says why", .0.display())]
    Unreadable(PathBuf),
    /// It cannot be written so that everything else stays.
    #[error("write `{path}` into `{}` without a touch of anything else: edit it by hand", file.display())]
    Unfit {
        /// Where.
        path: String,
        /// The file.
        file: PathBuf,
    },
    /// A file that it extends says something else.
    #[error("change `{path}` in `{}`: {} says it, which other stacks may extend too: edit that one by hand",
        file.display(), base.as_ref().map_or_else(|| "another file".to_owned(), |base| format!("`{}`", base.display())))]
    InBase {
        /// Where.
        path: String,
        /// The stack file.
        file: PathBuf,
        /// The file that it extends.
        base: Option<PathBuf>,
    },
}

/// Returns a stack file's new text.
pub fn edit(source: &Arc<Source>, edits: &[FileEdit]) -> Result<String, EditError> {
    let file = || source.path().to_owned();
    let mut text = source.text().to_owned();
    let mut whole = merged(source).ok_or_else(|| EditError::Unreadable(file()))?;
    for edit in edits {
        let mut wanted = read(source, &text).ok_or_else(|| EditError::Unreadable(file()))?;
        let unfit = |path: String| EditError::Unfit { path, file: file() };
        if !change(&mut wanted, &edit.path, edit.value.as_ref()) || !change(&mut whole, &edit.path, edit.value.as_ref())
        {
            return Err(unfit(edit.shown()));
        }
        text = rewritten(source, text, &wanted).map_err(unfit)?;
        let after = Source::new(source.path(), text.as_str());
        if merged(&after).as_ref() != Some(&whole) {
            return Err(EditError::InBase {
                path: edit.shown(),
                file: file(),
                base: bases(source, &mut Report::new(source))
                    .first()
                    .map(|base| base.path().to_owned()),
            });
        }
    }
    Ok(text)
}

/// Goes from a text to one that says `wanted`, a step at a time; an error is the path of the step that cannot be
/// taken.
fn rewritten(source: &Arc<Source>, mut text: String, wanted: &Value) -> Result<String, String> {
    for _ in 0..MAX_STEPS {
        let now = Source::new(source.path(), text.as_str());
        let mut report = Report::new(&now);
        let Some(root) = compose(now.text(), &mut report) else {
            return Err(String::new());
        };
        let Some(step) = toward(now.text(), &root, wanted) else {
            return Ok(text);
        };
        let before = decode(&root);
        let after = step.apply(now.text()).ok_or_else(|| step.path.clone())?;
        // A step that does something else than it should, or nothing, is none.
        let read = read(source, &after).ok_or_else(|| step.path.clone())?;
        if read == before || !nearer(&before, &read, wanted) {
            return Err(step.path);
        }
        text = after;
    }
    Err(String::new())
}

/// Whether each value that changed is now as wanted, or on the way there: a list that lost or gained an item.
fn nearer(before: &Value, after: &Value, wanted: &Value) -> bool {
    if before == after || after == wanted {
        return true;
    }
    match (before, after, wanted) {
        (Value::Object(before), Value::Object(after), Value::Object(wanted)) => {
            let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
            names
                .into_iter()
                .all(|name| match (before.get(name), after.get(name), wanted.get(name)) {
                    (Some(before), Some(after), Some(wanted)) => nearer(before, after, wanted),
                    (before, after, wanted) => before == after || after == wanted,
                })
        }
        (Value::Array(before), Value::Array(after), Value::Array(wanted)) => match before.len().cmp(&after.len()) {
            Ordering::Less => one_less(after, before),
            Ordering::Greater => one_less(before, after),
            Ordering::Equal => before
                .iter()
                .zip(after)
                .zip(wanted)
                .all(|((before, after), wanted)| nearer(before, after, wanted)),
        },
        _ => false,
    }
}

/// Whether a list is another one without one of its items.
fn one_less(longer: &[Value], shorter: &[Value]) -> bool {
    let same = longer
        .iter()
        .zip(shorter)
        .take_while(|(left, right)| left == right)
        .count();
    longer.get(same + 1..) == shorter.get(same..)
}

/// Reads one text alone; nothing comes back where something is wrong with it.
fn read(source: &Arc<Source>, text: &str) -> Option<Value> {
    let source = Source::new(source.path(), text);
    let mut report = Report::new(&source);
    let root = compose(source.text(), &mut report)?;
    let value = decode(&root);
    (!report.has_errors()).then_some(value)
}

/// Reads a text with all that it extends.
fn merged(source: &Arc<Source>) -> Option<Value> {
    let mut report = Report::new(source);
    let bases = bases(source, &mut report);
    let tree = tree(source, &bases, &mut report)?;
    let value = decode(&tree);
    (!report.has_errors()).then_some(value)
}

/// Sets or takes out a value in memory, with the maps that lead to it; says whether there was a way.
fn change(value: &mut Value, path: &[String], new: Option<&Value>) -> bool {
    let Some((first, rest)) = path.split_first() else {
        return false;
    };
    if value.is_null() {
        *value = Value::Object(Map::new());
    }
    match value {
        Value::Object(members) => match new {
            None if rest.is_empty() => {
                members.shift_remove(first);
                true
            }
            None => members.get_mut(first).is_none_or(|inner| change(inner, rest, None)),
            Some(new) if rest.is_empty() => {
                members.insert(first.clone(), new.clone());
                true
            }
            Some(_) => change(members.entry(first.as_str()).or_insert(Value::Null), rest, new),
        },
        Value::Array(items) => {
            let Ok(index) = first.parse::<usize>() else {
                return false;
            };
            match (items.get_mut(index), new) {
                (None, _) => false,
                (Some(_), None) if rest.is_empty() => {
                    items.remove(index);
                    true
                }
                (Some(item), Some(new)) if rest.is_empty() => {
                    *item = new.clone();
                    true
                }
                (Some(item), new) => change(item, rest, new),
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

#[cfg(test)]
mod tests;
