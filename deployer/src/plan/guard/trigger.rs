//! Triggers of a pool: what leaves it, what takes somebody else's place, and who sends messages from now on.

use serde_json::{Map, Value};

use super::config;
use crate::finding::{Code, Finding};
use crate::model::logical;
use crate::plan::render::value::inline;
use crate::spec::TriggerKind;

/// Compares the triggers of a pool that stays.
pub(super) fn findings(before: &Map<String, Value>, after: &Map<String, Value>) -> Vec<Finding> {
    let (before, after) = (config(before), config(after));
    let mut found = Vec::new();
    for (member, value) in before.iter().filter(|(member, _)| is_trigger(member)) {
        match after.get(member) {
            None => found.push(trigger_dropped(member, value)),
            Some(now) => found.extend(replaced(member, value, now)),
        }
    }
    let added = after.iter().filter(|(member, _)| !before.contains_key(*member));
    found.extend(added.filter_map(|(member, value)| sender_added(member, value)));
    found
}

/// The key goes with the last sender, and the configuration of `PreTokenGeneration` with it.
fn is_trigger(member: &str) -> bool {
    member != "KMSKeyID" && member != "PreTokenGenerationConfig"
}

fn is_sender(member: &str) -> bool {
    [TriggerKind::CustomSmsSender, TriggerKind::CustomEmailSender]
        .iter()
        .any(|kind| kind.member() == member)
}

/// What a sender sends.
fn messages(member: &str) -> &'static str {
    if member == TriggerKind::CustomSmsSender.member() {
        "SMS messages"
    } else {
        "e-mails"
    }
}

fn function(value: &Value) -> &Value {
    value.get("LambdaArn").unwrap_or(value)
}

fn resource(member: &str) -> String {
    format!("{}.{member}", logical::POOL)
}

/// A trigger that leaves a pool; `value` is its member of `LambdaConfig`.
pub(in crate::plan) fn trigger_dropped(member: &str, value: &Value) -> Finding {
    let function = inline(function(value));
    let leaves = format!("the trigger {member} would leave the pool; it calls `{function}` now");
    let (code, message) = if is_sender(member) {
        let message = format!("{leaves}, and Cognito would send {} itself again", messages(member));
        (Code::SenderRemoved, message)
    } else {
        (Code::TriggerDropped, leaves)
    };
    Finding::guard(code, &resource(member), "none", message)
}

/// A function that the stack did not make gives way to another one.
fn replaced(member: &str, before: &Value, after: &Value) -> Option<Finding> {
    let (old, new) = (function(before), function(after));
    // The stack's own is never a plain ARN.
    if old == new || !old.is_string() {
        return None;
    }
    let message = format!(
        "the trigger {member} calls `{}`; it would call `{}`",
        inline(old),
        inline(new)
    );
    Some(Finding::guard(
        Code::ForeignTriggerReplaced,
        &resource(member),
        inline(new),
        message,
    ))
}

/// A trigger that a pool gains; only a sender changes what users get.
pub(in crate::plan) fn sender_added(member: &str, value: &Value) -> Option<Finding> {
    if !is_sender(member) {
        return None;
    }
    let function = inline(function(value));
    let message = format!(
        "Cognito would send no {} itself any more; `{function}` would",
        messages(member)
    );
    Some(Finding::guard(Code::SenderAdded, &resource(member), function, message))
}
