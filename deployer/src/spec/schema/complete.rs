//! What must be there once all files are merged, apart from what may be there in each.
//!
//! Maps of several files merge, so a key that one of them lacks may stand in another; lists do not, so an
//! item is always whole.

use serde_json::{Map, Value, json};

/// Takes `required` out of every map that merges, and returns a schema that wants those keys alone.
pub(super) fn take_required(schema: &mut Value) -> Option<Value> {
    let Value::Object(schema) = schema else { return None };
    let mut wanted = Map::new();
    if schema.contains_key("properties")
        && let Some(required) = schema.remove("required")
    {
        wanted.insert("required".to_owned(), required);
    }
    if let Some(Value::Object(properties)) = schema.get_mut("properties") {
        let inner: Map<String, Value> = properties
            .iter_mut()
            .filter_map(|(key, value)| Some((key.clone(), take_required(value)?)))
            .collect();
        if !inner.is_empty() {
            wanted.insert("properties".to_owned(), Value::Object(inner));
        }
    }
    if let Some(inner) = schema.get_mut("additionalProperties").and_then(take_required) {
        wanted.insert("additionalProperties".to_owned(), inner);
    }
    if let Some(Value::Array(choices)) = schema.get_mut("anyOf") {
        let inner: Vec<Value> = choices.iter_mut().flat_map(of_choice).collect();
        if !inner.is_empty() {
            wanted.insert("allOf".to_owned(), Value::Array(inner));
        }
    }
    (!wanted.is_empty()).then_some(Value::Object(wanted))
}

/// A map that is one of several kinds says which by its `type`; one that is alone among texts needs not.
fn of_choice(choice: &mut Value) -> Vec<Value> {
    let kind = choice.pointer("/properties/type/const").cloned();
    let Some(wanted) = take_required(choice) else {
        return Vec::new();
    };
    match kind {
        Some(kind) => vec![
            json!({ "required": ["type"] }),
            json!({ "if": { "required": ["type"], "properties": { "type": { "const": kind } } }, "then": wanted }),
        ],
        None => vec![wanted],
    }
}
