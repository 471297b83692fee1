//! The event of the `CustomMessage` trigger, and the answer that Cognito reads from it.
//!
//! Cognito waits for the answer and sends the message itself: texts hold placeholders in place of
//! the code, and a null means the pool's own text.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::read;
use super::{EventError, PoolId, Purpose};
use crate::Redacted;

/// How the trigger's sources begin.
const FAMILY: &str = "CustomMessage_";

/// What stands for the code, where the event does not say: Cognito takes no text without it.
pub(crate) const CODE_PARAMETER: &str = "{####}";

/// What the `CustomMessage` trigger hands over.
///
/// Source: "Custom message Lambda trigger", Amazon Cognito Developer Guide.
#[derive(Clone, Debug)]
pub struct CustomMessageEvent {
    /// What the message is for, from the end of `triggerSource`.
    pub purpose: Purpose,
    /// The pool that sends, from `userPoolId`.
    pub pool: PoolId,
    /// `userName`: a name, or the `sub` where users sign in with an attribute.
    pub user_name: Redacted<String>,
    /// `request.codeParameter`: what stands for the code in a text, such as `{####}`.
    pub code_parameter: String,
    /// `request.usernameParameter`: what stands for the user's name, such as `{username}`; only invitations have it.
    pub user_name_parameter: Option<String>,
    /// `request.userAttributes`; values that are neither text, number nor boolean are left out.
    pub attributes: Redacted<BTreeMap<String, String>>,
    /// `request.clientMetadata`, empty when null or absent.
    pub client_metadata: Redacted<BTreeMap<String, String>>,
}

impl CustomMessageEvent {
    /// Whether an event is of this family, whatever else it holds.
    ///
    /// An event of this family is answered with itself, even where it cannot be read: an error would
    /// reach the user, and the pool's own text is better than none.
    pub fn is(event: &Value) -> bool {
        event.pointer("/request/type").and_then(Value::as_str).is_none()
            && read::text_at(event, "triggerSource").is_some_and(|source| source.starts_with(FAMILY))
    }

    /// Reads an event, as tolerantly as an answer allows.
    pub fn from_json(event: &Value) -> Result<Self, EventError> {
        let (event, request) = read::envelope(event)?;
        let purpose = read::purpose(event)?;
        let parameter = |member| read::text(request, member).filter(|parameter| !parameter.is_empty());
        Ok(Self {
            purpose,
            pool: read::pool(event)?,
            user_name: read::user_name(event),
            code_parameter: parameter("codeParameter").unwrap_or(CODE_PARAMETER).to_owned(),
            user_name_parameter: parameter("usernameParameter").map(str::to_owned),
            attributes: Redacted::new(read::texts(request, "userAttributes")),
            client_metadata: Redacted::new(read::texts(request, "clientMetadata")),
        })
    }
}

/// The texts that Cognito is given; it uses the pool's own where there is none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CustomMessageResponse {
    /// `smsMessage`.
    pub sms_message: Option<Redacted<String>>,
    /// `emailMessage`, as HTML.
    pub email_message: Option<Redacted<String>>,
    /// `emailSubject`.
    pub email_subject: Option<Redacted<String>>,
}

impl CustomMessageResponse {
    /// Returns the whole event with its `response` filled, which is what Cognito wants back.
    pub fn answer(&self, event: &Value) -> Value {
        let member = |text: &Option<Redacted<String>>| text.as_ref().map(|text| text.expose().clone());
        let mut event = event.clone();
        if let Some(event) = event.as_object_mut() {
            event.insert(
                "response".to_owned(),
                json!({
                    "smsMessage": member(&self.sms_message),
                    "emailMessage": member(&self.email_message),
                    "emailSubject": member(&self.email_subject),
                }),
            );
        }
        event
    }
}
