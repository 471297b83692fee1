//! A tree as YAML text again: what stood without quotes stands without quotes.

use std::fmt::Write as _;

use super::{Node, Scalar, Value};
use crate::inert;

/// Writes a tree; reading the text gives the same tree, but for places.
pub(in crate::spec) fn write(node: &Node<'_>) -> String {
    let mut text = String::new();
    block(node, 0, &mut text);
    text
}

fn block(node: &Node<'_>, indent: usize, text: &mut String) {
    let pad = " ".repeat(indent);
    // Writing to a String cannot fail, so the results are dropped.
    match &node.value {
        Value::Map(entries) => {
            for entry in entries {
                let key = key(&entry.key);
                if let Some(value) = inline(&entry.node) {
                    let _ = writeln!(text, "{pad}{key}: {value}");
                } else {
                    let _ = writeln!(text, "{pad}{key}:");
                    block(&entry.node, indent + 2, text);
                }
            }
        }
        Value::List(items) => {
            for item in items {
                let value = inline(item).unwrap_or_else(|| {
                    let mut inner = String::new();
                    block(item, indent + 2, &mut inner);
                    inner.trim().to_owned()
                });
                let _ = writeln!(text, "{pad}- {value}");
            }
        }
        Value::Scalar(_) | Value::Unread => {
            let _ = writeln!(text, "{pad}{}", inline(node).unwrap_or_default());
        }
    }
}

/// A value that fits on its key's line; nothing for a map or list that holds something.
fn inline(node: &Node<'_>) -> Option<String> {
    match &node.value {
        Value::Scalar(value) => Some(scalar(value)),
        Value::List(items) if items.is_empty() => Some("[]".to_owned()),
        Value::Map(entries) if entries.is_empty() => Some("{}".to_owned()),
        Value::List(_) | Value::Map(_) => None,
        Value::Unread => Some("null".to_owned()),
    }
}

fn scalar(scalar: &Scalar<'_>) -> String {
    if scalar.is_nothing() {
        "null".to_owned()
    } else if scalar.plain && inert::line(&scalar.text) == scalar.text && inert::lines(&scalar.text) == scalar.text {
        scalar.text.to_string()
    } else {
        quoted(&scalar.text)
    }
}

pub(super) fn key(text: &str) -> String {
    let word = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "_-".contains(c));
    if word { text.to_owned() } else { quoted(text) }
}

/// Returns a text as it may stand in a stack file, quoted where some reader could take it for anything else.
pub fn yaml_text(text: &str) -> String {
    let plain = text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c));
    let word = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"];
    if plain && !word.contains(&text.to_ascii_lowercase().as_str()) {
        text.to_owned()
    } else {
        quoted(text)
    }
}

fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '\n' => quoted.push_str("\\n"),
            c if inert::is_active(c) => {
                let number = u32::from(c);
                let _ = match number {
                    0..=0xffff => write!(quoted, "\\u{number:04x}"),
                    _ => write!(quoted, "\\U{number:08x}"),
                };
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    // No line of it is a command to GitHub's runner.
    quoted.replace("##[", "\\x23#[")
}
