//! `providers` in the schema, as the handler describes each type: a new type needs nothing here.

use handler::provider::{Form, Provider, ProviderType, Setting};
use serde_json::{Map, Value, json};

use super::{kit, pattern};

/// `providers`.
pub(super) fn providers() -> Value {
    let kinds: Vec<Value> = Provider::TYPES.iter().map(kind).collect();
    json!({
        "description": "Who can deliver, each under a name that routes use.",
        "type": "object",
        "propertyNames": { "pattern": format!("^{}$", pattern::PROVIDER) },
        "additionalProperties": { "anyOf": kinds },
    })
}

/// `type` and the other keys of a type.
fn kind(kind: &ProviderType) -> Value {
    let decisive = json!({ "description": "What delivers; it decides the other keys.", "const": kind.name });
    let keys: Map<String, Value> = [("type".to_owned(), decisive)]
        .into_iter()
        .chain(
            kind.settings
                .iter()
                .map(|setting| (setting.key.to_owned(), value(setting))),
        )
        .collect();
    let required = kind.settings.iter().filter(|setting| setting.required);
    let required: Vec<&str> = ["type"]
        .into_iter()
        .chain(required.map(|setting| setting.key))
        .collect();
    json!({
        "description": about(kind),
        "type": "object",
        "additionalProperties": false,
        "properties": keys,
        "required": required,
    })
}

fn about(kind: &ProviderType) -> String {
    let members: Vec<String> = kind
        .secret
        .iter()
        .map(|member| format!("`{}` ({})", member.name, member.about))
        .collect();
    if members.is_empty() {
        kind.about.to_owned()
    } else {
        format!("{} The secret is a JSON object: {}.", kind.about, members.join(", "))
    }
}

fn value(setting: &Setting) -> Value {
    let mut value = match setting.form {
        Form::Text { pattern, .. } => json!({ "type": kit::TEXT, "pattern": pattern }),
        Form::Choice(choices) => json!({ "enum": choices }),
        Form::Region => json!({ "type": "string", "pattern": format!("^{}$", pattern::REGION) }),
        Form::Arn(services) => json!({ "type": "string", "pattern": format!("^{}$", pattern::arn_of(services)) }),
        Form::Https => json!({ "type": "string", "pattern": format!("^{}$", pattern::HTTPS), "maxLength": 2048 }),
        Form::Texts => json!({ "type": "object", "additionalProperties": { "type": kit::TEXT } }),
        Form::Flag => json!({ "type": "boolean" }),
        Form::Number { min, max } => json!({ "type": "integer", "minimum": min, "maximum": max }),
    };
    kit::set(&mut value, "description", setting.about.into());
    if !matches!(setting.form, Form::Choice(_)) {
        kit::set(&mut value, "examples", json!([example(setting)]));
    }
    value
}

/// The example as a value: it is written as it would stand in a stack file.
fn example(setting: &Setting) -> Value {
    let text = setting.example.trim_matches('"');
    match setting.form {
        Form::Texts => json!({}),
        Form::Flag => (text == "true").into(),
        Form::Number { min, .. } => text.parse::<u32>().unwrap_or(min).into(),
        Form::Text { .. } | Form::Choice(_) | Form::Region | Form::Arn(_) | Form::Https => text.into(),
    }
}
