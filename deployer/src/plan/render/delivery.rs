//! The files that travel with the handler, deployed against declared, as a text diff.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::inert;
use crate::plan::lines::{LineFate, lines, parts};
use crate::plan::{DeliveryChange, FileChange};

/// How many lines around a change are shown.
const AROUND: usize = 2;

/// Writes what changes; nothing where the files stay as they are.
pub(super) fn text(out: &mut String, change: &DeliveryChange) {
    if let Some(why) = &change.unread {
        let _ = writeln!(
            out,
            "\n  delivery and messages: what is deployed cannot be read ({})",
            inert::line(why)
        );
    }
    if change.files.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n  delivery and messages, as deployed (-) and as declared (+)");
    for file in &change.files {
        let note = note(file).map(|note| format!("  ({note})")).unwrap_or_default();
        let _ = writeln!(out, "    {}{note}", inert::line(&file.name));
        for line in differences(file) {
            let _ = writeln!(out, "      {}", inert::line(&line));
        }
    }
}

/// Whether a file comes or goes.
pub(super) const fn note(file: &FileChange) -> Option<&'static str> {
    match (&file.old, &file.new) {
        (None, _) => Some("new"),
        (_, None) => Some("removed"),
        _ => None,
    }
}

/// The same for programs.
pub(super) fn json(change: &DeliveryChange) -> Value {
    let file =
        |file: &FileChange| json!({ "name": file.name, "old": file.old, "new": file.new, "diff": differences(file) });
    json!({
        "unread": change.unread,
        "handler_changes": change.handler,
        "files": change.files.iter().map(file).collect::<Vec<_>>(),
    })
}

/// Lines behind `-`, `+` or a space; `…` stands for lines that are left out.
pub(super) fn differences(file: &FileChange) -> Vec<String> {
    let text = |side: &Option<String>| side.clone().unwrap_or_default();
    let all = lines(&text(&file.old), &text(&file.new));
    let mut found = Vec::new();
    for (index, part) in parts(&all, AROUND).into_iter().enumerate() {
        if index > 0 {
            found.push("…".to_owned());
        }
        found.extend(part.iter().map(|line| {
            let sign = match line.fate {
                LineFate::Kept => ' ',
                LineFate::Gone => '-',
                LineFate::New => '+',
            };
            format!("{sign} {}", line.text)
        }));
    }
    found
}
