//! `extends`: the files that a stack file builds on, and the tree that they make together.
//!
//! Maps merge, key by key; everything else of the nearer file replaces what the farther one says. Places
//! go on pointing into the file that holds the value. A file is read only where it is in the stack file's reach, and
//! quoted only where it is a stack file.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::nearest::nearest;
use super::reach::Reach;
use super::report::Report;
use super::schema::top_keys;
use super::yaml::{Entry, Node, Value, compose};
use crate::finding::{Code, Place, Source};
use crate::inert;

/// So many files may build on each other; nobody could follow more.
const MAX_FILES: usize = 8;

/// Returns the files that a stack file builds on, nearest first.
pub(super) fn bases(source: &Arc<Source>, report: &mut Report<'_>) -> Vec<Arc<Source>> {
    let reach = Reach::of(source.path());
    let mut seen = vec![identity(source.path())];
    let mut bases: Vec<Arc<Source>> = Vec::new();
    let mut now = Arc::clone(source);
    while let Some((path, place)) = named(&now) {
        if path.to_string_lossy().contains(inert::is_active) {
            let message = "`extends` wants a file to build on, found a path with control characters";
            report.add_at(Code::ExtendsUnreadable, place, message, "write the path on one line");
            break;
        }
        let id = identity(&path);
        if seen.contains(&id) || seen.len() >= MAX_FILES {
            let message = if seen.contains(&id) {
                format!(
                    "`extends` wants another file, found `{}`, which leads here",
                    path.display()
                )
            } else {
                format!("`extends` wants a chain of {MAX_FILES} files at most, found more")
            };
            report.add_at(
                Code::ExtendsCycle,
                place,
                message,
                "take one of the files out of the chain",
            );
            break;
        }
        let base = match reach.read(&path) {
            Ok(text) => Source::new(&path, text),
            Err(refused) => {
                let message = format!(
                    "`extends` wants a file to build on, found `{}`: {refused}",
                    path.display()
                );
                let hint = refused.hint("the path is relative to the file that says `extends`");
                report.add_at(refused.code(Code::ExtendsUnreadable), place, message, hint);
                break;
            }
        };
        if !is_stack_file(&base) {
            // What it holds may be a secret, so nothing of it is shown.
            let message = format!(
                "`extends` wants a stack file, found `{}`, which is none",
                path.display()
            );
            let hint = "name a file whose keys are those of a stack file";
            report.add_at(Code::ExtendsUnreadable, place, message, hint);
            let look = format!("look at it by itself: deployer validate {}", path.display());
            report.also(look);
            break;
        }
        seen.push(id);
        bases.push(Arc::clone(&base));
        now = base;
    }
    bases
}

/// Whether a text is a stack file or a part of one: a map with its keys, or nothing yet. A key that is almost one is
/// taken for a slip, which its finding shows.
fn is_stack_file(base: &Arc<Source>) -> bool {
    let root = compose(base.text(), &mut Report::new(base));
    let known = |key: &str| top_keys().contains(key) || nearest(key, top_keys().iter().map(String::as_str)).is_some();
    match root.map(|root| root.value) {
        Some(Value::Map(entries)) => entries.iter().all(|entry| known(&entry.key)),
        Some(Value::Scalar(scalar)) => scalar.is_nothing(),
        Some(Value::List(_) | Value::Unread) | None => false,
    }
}

fn identity(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}

/// The file that a file extends, and where it says so. What is wrong with the text is reported when it is
/// read for good.
fn named(source: &Arc<Source>) -> Option<(PathBuf, Place)> {
    // Most files extend none, and need not be read twice.
    if !source.text().contains("extends") {
        return None;
    }
    let root = compose(source.text(), &mut Report::new(source))?;
    let Value::Map(entries) = &root.value else { return None };
    let entry = entries.iter().find(|entry| entry.key == "extends")?;
    let Value::Scalar(scalar) = &entry.node.value else {
        return None;
    };
    let folder = source.path().parent().unwrap_or(Path::new(""));
    let relative = Path::new(scalar.text.as_ref());
    let path = folder.join(relative.strip_prefix("./").unwrap_or(relative));
    let place = Place {
        source: Arc::clone(source),
        span: entry.node.span.clone(),
    };
    (!scalar.is_nothing()).then_some((path, place))
}

/// Reads a file and those that it builds on into one tree.
pub(super) fn tree<'s>(source: &'s Arc<Source>, bases: &'s [Arc<Source>], report: &mut Report<'_>) -> Option<Node<'s>> {
    let mut tree = compose(source.text(), report);
    for base in bases {
        let offset = report.enter(base);
        let root = compose(base.text(), report);
        report.leave();
        // Where one file is no tree the rest would only miss what it says.
        tree = match (tree, root) {
            (Some(near), Some(mut far)) => {
                far.shift(offset);
                if let Value::Map(entries) = &mut far.value {
                    entries.retain(|entry| entry.key != "extends");
                }
                Some(merge(near, far))
            }
            _ => None,
        };
    }
    tree
}

fn merge<'s>(near: Node<'s>, far: Node<'s>) -> Node<'s> {
    let span = near.span;
    match (near.value, far.value) {
        (Value::Map(near), Value::Map(far)) => Node {
            span,
            value: Value::Map(merge_entries(near, far)),
        },
        (value, _) => Node { span, value },
    }
}

/// The farther file's order first, then what the nearer one adds.
fn merge_entries<'s>(mut near: Vec<Entry<'s>>, far: Vec<Entry<'s>>) -> Vec<Entry<'s>> {
    let mut merged = Vec::with_capacity(near.len() + far.len());
    for far in far {
        let Some(index) = near.iter().position(|entry| entry.key == far.key) else {
            merged.push(far);
            continue;
        };
        let Entry { key, span, node } = near.remove(index);
        merged.push(Entry {
            key,
            span,
            node: merge(node, far.node),
        });
    }
    merged.extend(near);
    merged
}
