//! `triggers` in the schema.

use serde_json::{Map, Value, json};

use super::{kit, pattern};
use crate::spec::{TriggerKind, TriggerVersion};

/// `triggers`.
pub(super) fn triggers() -> Value {
    let kinds: Map<String, Value> = TriggerKind::ALL
        .into_iter()
        .map(|kind| (kind.key().to_owned(), trigger(kind)))
        .collect();
    json!({
        "description": "Which function answers which trigger of the pool.",
        "type": "object",
        "additionalProperties": false,
        "properties": kinds,
    })
}

fn trigger(kind: TriggerKind) -> Value {
    let mut forms = target(kind);
    forms.push(long(kind));
    json!({ "description": format!("`{}`: a function, or one with settings.", kind.member()), "anyOf": forms })
}

/// `handler`, where the handler answers triggers of this family, or an ARN.
fn target(kind: TriggerKind) -> Vec<Value> {
    let arn = kit::id(
        "A function's ARN; the stack renders its permission.",
        pattern::function_arn(),
        "arn:aws:lambda:us-west-2:111122223333:function:checks",
    );
    let handler = json!({ "description": "The stack's own function.", "const": "handler" });
    if kind.is_sender() || kind == TriggerKind::CustomMessage {
        vec![handler, arn]
    } else {
        vec![arn]
    }
}

fn long(kind: TriggerKind) -> Value {
    let versions: Vec<&str> = kind.versions().iter().copied().map(TriggerVersion::name).collect();
    // The decoder knows the key everywhere, to say that this trigger has none.
    let version = versions.first().map_or(Value::Bool(false), |first| {
        kit::choice("The event's version.", &versions, Some(first))
    });
    let function = json!({ "description": "The function.", "anyOf": target(kind) });
    let permission = kit::choice(
        "Who gives Cognito the right to invoke the function: this stack, or somebody else has.",
        &["rendered", "external"],
        Some("rendered"),
    );
    let mut trigger = kit::object(
        "A function with settings.",
        &["function"],
        [("function", function), ("version", version), ("permission", permission)],
    );
    if kind.is_sender()
        && let Some(Value::Object(keys)) = trigger.get_mut("properties")
    {
        let decrypt = "Says that the role of somebody else's function may decrypt codes already.";
        keys.insert("decrypt".to_owned(), kit::choice(decrypt, &["external"], None));
    }
    trigger
}
