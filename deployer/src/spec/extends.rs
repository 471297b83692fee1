//! `extends`: the files that a stack file builds on, and the tree that they make together.
//!
//! Maps merge, key by key; everything else of the nearer file replaces what the farther one says. Places
//! go on pointing into the file that holds the value.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::load::open;
use super::report::Report;
use super::yaml::{Entry, Node, Value, compose};
use crate::finding::{Code, Place, Source};

/// So many files may build on each other; nobody could follow more.
const MAX_FILES: usize = 8;

/// Returns the files that a stack file builds on, nearest first.
pub(super) fn bases(source: &Arc<Source>, report: &mut Report<'_>) -> Vec<Arc<Source>> {
    let mut seen = vec![identity(source.path())];
    let mut bases: Vec<Arc<Source>> = Vec::new();
    let mut now = Arc::clone(source);
    while let Some((path, place)) = named(&now) {
        if path.to_string_lossy().chars().any(char::is_control) {
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
        let mut refused = Vec::new();
        // Neither a folder nor a pipe, which might never end.
        let base = if path.exists() && !path.is_file() {
            None
        } else {
            open(&path, &mut refused)
        };
        let Some(base) = base else {
            let why = refused
                .pop()
                .map_or_else(|| format!("`{}` is no file", path.display()), |finding| finding.message);
            let message = format!("`extends` wants a file to build on: {why}");
            let hint = "the path is relative to the file that says `extends`";
            report.add_at(Code::ExtendsUnreadable, place, message, hint);
            break;
        };
        seen.push(id);
        bases.push(Arc::clone(&base));
        now = base;
    }
    bases
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
