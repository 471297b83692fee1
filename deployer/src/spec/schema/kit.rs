//! The pieces that the parts of the schema are made of.

use std::fmt::Display;
use std::ops::RangeInclusive;

use serde_json::{Map, Value, json};

/// A value that is read as text: YAML takes some texts for numbers or booleans, the decoder does not.
pub(super) const TEXT: [&str; 3] = ["string", "number", "boolean"];

/// A map of known keys, of which `required` must be there once all files are merged.
pub(super) fn object<const N: usize>(description: &str, required: &[&str], keys: [(&str, Value); N]) -> Value {
    let keys: Map<String, Value> = keys.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
    let mut object = json!({
        "description": description,
        "type": "object",
        "additionalProperties": false,
        "properties": keys,
    });
    if !required.is_empty() {
        set(&mut object, "required", required.into());
    }
    object
}

/// An identifier of a pattern, with an example.
pub(super) fn id(description: &str, pattern: impl Display, example: &str) -> Value {
    json!({
        "description": description,
        "type": "string",
        "pattern": format!("^{pattern}$"),
        // Editors show it instead of the pattern.
        "patternErrorMessage": format!("expected one such as {example}"),
        "examples": [example],
    })
}

/// One of a few texts; the first is the default where `default` says so.
pub(super) fn choice(description: &str, choices: &[&str], default: Option<&str>) -> Value {
    let mut choice = json!({ "description": description, "enum": choices });
    if let Some(default) = default {
        set(&mut choice, "default", default.into());
    }
    choice
}

/// `true` or `false`.
pub(super) fn boolean(description: &str) -> Value {
    json!({ "description": description, "type": "boolean" })
}

/// A whole number between limits.
pub(super) fn integer(description: &str, limits: RangeInclusive<u16>, default: u16) -> Value {
    json!({
        "description": description,
        "type": "integer",
        "minimum": limits.start(),
        "maximum": limits.end(),
        "default": default,
    })
}

/// Text that says something.
pub(super) fn words(description: &str, example: &str) -> Value {
    json!({
        "description": description,
        "type": TEXT,
        "pattern": super::pattern::WORDS,
        "examples": [example],
    })
}

/// A list; how many items it may have.
pub(super) fn list(description: &str, count: (usize, Option<usize>), items: &Value) -> Value {
    let mut list = json!({ "description": description, "type": "array", "items": items });
    if count.0 > 0 {
        set(&mut list, "minItems", count.0.into());
    }
    if let Some(most) = count.1 {
        set(&mut list, "maxItems", most.into());
    }
    list
}

/// A map of tags.
pub(super) fn tags(description: &str) -> Value {
    json!({
        "description": description,
        "type": "object",
        "maxProperties": 50,
        "propertyNames": {
            "minLength": 1,
            "maxLength": 128,
            "pattern": super::pattern::TAG,
            "not": { "pattern": "^[Aa][Ww][Ss]:" },
        },
        "additionalProperties": { "type": TEXT, "maxLength": 256, "pattern": super::pattern::TAG },
    })
}

/// A value that stands once under `$defs`.
pub(super) fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/$defs/{name}") })
}

/// Adds a keyword.
pub(super) fn with(mut schema: Value, keyword: &str, value: Value) -> Value {
    set(&mut schema, keyword, value);
    schema
}

pub(super) fn set(schema: &mut Value, keyword: &str, value: Value) {
    if let Value::Object(schema) = schema {
        schema.insert(keyword.to_owned(), value);
    }
}
