//! What the events of all families have in common, read member by member.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{EventError, PoolId, Purpose};
use crate::{Redacted, Word};

pub(super) const fn malformed(member: &'static str, wanted: &'static str) -> EventError {
    EventError::Malformed { member, wanted }
}

/// The members of an object.
pub(super) type Members = Map<String, Value>;

/// Returns the event and its `request`.
pub(super) fn envelope(event: &Value) -> Result<(&Members, &Members), EventError> {
    let event = event.as_object().ok_or(malformed("(the event)", "an object"))?;
    let request = event
        .get("request")
        .and_then(Value::as_object)
        .ok_or(malformed("request", "an object"))?;
    Ok((event, request))
}

/// Returns what the message is for, from the end of `triggerSource`.
pub(super) fn purpose(event: &Members) -> Result<Purpose, EventError> {
    let source = text(event, "triggerSource").ok_or(malformed("triggerSource", "a string"))?;
    source
        .rsplit_once('_')
        .and_then(|(_, purpose)| Purpose::from_name(purpose))
        .ok_or_else(|| EventError::UnknownPurpose(Word::new(source)))
}

pub(super) fn pool(event: &Members) -> Result<PoolId, EventError> {
    text(event, "userPoolId")
        .and_then(PoolId::new)
        .ok_or(malformed("userPoolId", "the id of a user pool"))
}

pub(super) fn user_name(event: &Members) -> Redacted<String> {
    Redacted::new(text(event, "userName").unwrap_or_default().to_owned())
}

pub(super) fn text<'a>(object: &'a Map<String, Value>, member: &str) -> Option<&'a str> {
    object.get(member).and_then(Value::as_str)
}

pub(super) fn text_at<'a>(event: &'a Value, member: &str) -> Option<&'a str> {
    event.get(member).and_then(Value::as_str)
}

/// Reads a map of texts, in which Cognito's own samples have bare booleans too.
pub(super) fn texts(object: &Members, member: &str) -> BTreeMap<String, String> {
    let members = object.get(member).and_then(Value::as_object).into_iter().flatten();
    members
        .filter_map(|(name, value)| {
            let value = match value {
                Value::String(text) => text.clone(),
                Value::Bool(_) | Value::Number(_) => value.to_string(),
                Value::Null | Value::Array(_) | Value::Object(_) => return None,
            };
            Some((name.clone(), value))
        })
        .collect()
}
