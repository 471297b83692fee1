//! JSON as YAML that people like to read: what is short stands on its key's line.

use std::fmt::Write as _;

use serde_json::Value;

use crate::spec::yaml_text;

/// A line that is longer is broken into one for each member.
pub(super) const WIDTH: usize = 120;

/// Writes a member of a map, indented by `indent` columns, with its line ends.
pub(super) fn member(name: &str, value: &Value, indent: usize, text: &mut String) {
    let pad = " ".repeat(indent);
    let key = yaml_text(name);
    let line = format!("{pad}{key}: {}\n", flow(value));
    let fits = line.chars().count() <= WIDTH && !nested(value);
    // Writing to a String cannot fail, so the results are dropped.
    match value {
        Value::Object(members) if !fits && !members.is_empty() => {
            let _ = writeln!(text, "{pad}{key}:");
            for (name, value) in members {
                member(name, value, indent + 2, text);
            }
        }
        Value::Array(items) if !items.is_empty() && (!fits || items.iter().any(Value::is_object)) => {
            let _ = writeln!(text, "{pad}{key}:");
            for item in items {
                list_item(item, indent + 2, text);
            }
        }
        _ => text.push_str(&line),
    }
}

fn list_item(item: &Value, indent: usize, text: &mut String) {
    let line = format!("{}- {}\n", " ".repeat(indent), flow(item));
    match item {
        Value::Object(members) if line.chars().count() > WIDTH => {
            let mut block = String::new();
            for (name, value) in members {
                member(name, value, indent + 2, &mut block);
            }
            // The first member stands behind the dash.
            block.replace_range(indent..=indent, "-");
            text.push_str(&block);
        }
        _ => text.push_str(&line),
    }
}

/// Whether a map holds maps: one on a line is enough.
fn nested(value: &Value) -> bool {
    value
        .as_object()
        .is_some_and(|members| members.values().any(Value::is_object))
}

/// Writes a value on one line.
pub(super) fn flow(value: &Value) -> String {
    match value {
        Value::String(text) => yaml_text(text),
        Value::Array(items) => format!("[{}]", items.iter().map(flow).collect::<Vec<_>>().join(", ")),
        Value::Object(members) => {
            let members = members
                .iter()
                .map(|(name, value)| format!("{}: {}", yaml_text(name), flow(value)));
            format!("{{{}}}", members.collect::<Vec<_>>().join(", "))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn value() -> impl Strategy<Value = Value> {
        let text = prop_oneof![
            any::<String>(),
            "[ \\-#:,{}\\[\\]'\"\n\\\\&*!|>%@`a-z0-9]{0,90}",
            Just("NO".to_owned()),
            Just("0123".to_owned()),
            Just("\u{2028}\u{85}\u{feff}\t\u{1}".to_owned()),
        ];
        let leaf = prop_oneof![
            any::<bool>().prop_map(Value::from),
            any::<i32>().prop_map(Value::from),
            text.prop_map(Value::from)
        ];
        leaf.prop_recursive(3, 16, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map("[a-zA-Z :.]{1,9}", inner, 0..4).prop_map(|map| json!(map)),
            ]
        })
    }

    proptest! {
        /// Whatever the layout, a reader of YAML gets the same value.
        #[test]
        fn what_is_written_is_read(value in value(), indent in 0..9_usize) {
            let mut text = String::new();
            member("it", &value, indent, &mut text);
            let read: Value = serde_saphyr::from_str(&text).unwrap();
            prop_assert_eq!(read, json!({ "it": value }), "{}", text);
        }
    }
}
