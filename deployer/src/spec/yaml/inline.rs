//! JSON values as YAML text for a file that people keep: on one line where it fits, in quotes where some reader
//! could take a text for anything else.

use serde_json::Value;

use super::write::{key, yaml_text};

/// The columns of a line that people still read without scrolling.
const WIDTH: usize = 100;

/// Returns a value on one line, as it may stand between brackets.
pub(in crate::spec) fn flow(value: &Value) -> String {
    match value {
        Value::String(text) => yaml_text(text),
        Value::Array(items) => format!("[{}]", items.iter().map(flow).collect::<Vec<_>>().join(", ")),
        Value::Object(members) => {
            let members: Vec<String> = members.iter().map(|(name, value)| pair(name, value)).collect();
            format!("{{{}}}", members.join(", "))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => value.to_string(),
    }
}

/// Returns a key and its value on one line.
pub(in crate::spec) fn pair(name: &str, value: &Value) -> String {
    format!("{}: {}", key(name), flow(value))
}

/// Returns a key and its value as lines of a map without brackets, the first `indent` columns in, without a line
/// break at the end. A value that is too long for one line takes one for each of its members.
pub(in crate::spec) fn entry(name: &str, value: &Value, indent: usize, newline: &str) -> String {
    let pad = " ".repeat(indent);
    let line = format!("{pad}{}", pair(name, value));
    let inner: Vec<String> = match value {
        Value::Object(members) if line.chars().count() > WIDTH => members
            .iter()
            .map(|(name, value)| entry(name, value, indent + 2, newline))
            .collect(),
        Value::Array(items) if line.chars().count() > WIDTH => {
            items.iter().map(|item| format!("{pad}  - {}", flow(item))).collect()
        }
        _ => Vec::new(),
    };
    if inner.is_empty() {
        return line;
    }
    let head = format!("{pad}{}:", key(name));
    let lines: Vec<String> = std::iter::once(head).chain(inner).collect();
    lines.join(newline)
}
