//! An event of any trigger that the function serves.

use serde_json::Value;

use super::{CustomMessageEvent, EventError, SenderEvent};

/// An event, by the family of its trigger.
#[derive(Clone, Debug)]
pub enum Event {
    /// `CustomSMSSender` or `CustomEmailSender`: the function sends, and nobody waits for an answer.
    Sender(SenderEvent),
    /// `CustomMessage`: Cognito waits for the event with its response filled, and sends.
    CustomMessage(CustomMessageEvent),
}

impl Event {
    /// Reads an event of any family.
    ///
    /// `request.type` tells a sender, whatever `triggerSource` says; without one it is `CustomMessage`
    /// where `triggerSource` begins so.
    pub fn from_json(event: &Value) -> Result<Self, EventError> {
        if CustomMessageEvent::is(event) {
            CustomMessageEvent::from_json(event).map(Self::CustomMessage)
        } else {
            SenderEvent::from_json(event).map(Self::Sender)
        }
    }
}
