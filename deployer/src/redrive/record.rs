//! One message of the queue: Lambda's envelope, or the handler's of the same form, and the event in it.
//!
//! Of the user only digests are kept, and the event itself as a secret, since it is to be sent as it came.

use std::collections::BTreeMap;

use aws_lc_rs::digest::{SHA256, digest};
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use handler::event::{Channel, EventError, Purpose, SenderEvent};
use handler::{Redacted, Word};
use serde_json::Value;
use serde_json::value::RawValue;

/// A digest by which two events are known to be of the same user, or to be the same, with nothing of either in it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identity(Vec<u8>);

impl Identity {
    fn of(parts: &[&str]) -> Self {
        // As JSON, so that no two lists of parts have one text.
        let text = Value::from(parts.to_vec()).to_string();
        Self(digest(&SHA256, text.as_bytes()).as_ref().to_vec())
    }
}

/// A message of the queue.
#[derive(Clone, Debug)]
pub struct Failed {
    /// SQS's id of the message.
    pub id: String,
    /// When the event failed, in milliseconds since 1970.
    pub at_ms: i64,
    /// Who put it into the queue, as SQS knows them.
    pub sender: Option<String>,
    /// The function that it names.
    pub function_arn: Option<String>,
    /// The code of the error that it failed by, or Lambda's word on why it gave up.
    pub error: Option<Word>,
    /// The event; nothing where the message holds none of a custom sender that can be read.
    pub event: Option<FailedEvent>,
}

/// An event that failed.
#[derive(Clone, Debug)]
pub struct FailedEvent {
    /// What the message is for.
    pub purpose: Purpose,
    /// The medium.
    pub channel: Channel,
    /// The id of the user pool that it names.
    pub pool: String,
    /// The app client by which the user came, where it was one.
    pub client: Option<String>,
    /// The event as it came, byte by byte.
    pub payload: Redacted<String>,
    /// The same for every code that voids this one: of this user, purpose and channel.
    pub line: Identity,
    /// The same for every copy of this event.
    pub identity: Identity,
}

impl Failed {
    /// Reads a message that the queue got from `sender` at `sent_ms`.
    ///
    /// Source: "Capturing records of Lambda asynchronous invocations", AWS Lambda Developer Guide.
    pub fn read(id: String, sent_ms: i64, sender: Option<String>, body: &str) -> Self {
        let members: BTreeMap<String, Box<RawValue>> = serde_json::from_str(body).unwrap_or_default();
        let value = |name: &str| {
            let member = members.get(name).map(|member| member.get());
            member.and_then(|text| serde_json::from_str::<Value>(text).ok())
        };
        let word = |member: Option<Value>, name: &str| {
            let text = member.as_ref().and_then(|member| member.get(name)?.as_str());
            text.map(Word::new)
        };
        let written = value("timestamp").and_then(|time| {
            let time = DateTime::from_str(time.as_str()?, Format::DateTime).ok()?;
            time.to_millis().ok()
        });
        let context = value("requestContext");
        let function_arn = context
            .as_ref()
            .and_then(|context| context.get("functionArn")?.as_str());
        Self {
            id,
            sender,
            function_arn: function_arn.map(str::to_owned),
            // The queue's own time is there whatever the message holds, and never the earlier one.
            at_ms: written.map_or(sent_ms, |written| written.min(sent_ms)),
            error: word(value("responsePayload"), "errorType").or_else(|| word(context, "condition")),
            event: members
                .get("requestPayload")
                .and_then(|payload| FailedEvent::read(payload.get()).ok()),
        }
    }
}

impl FailedEvent {
    fn read(payload: &str) -> Result<Self, EventError> {
        let event: Value = serde_json::from_str(payload).unwrap_or_default();
        let sender = SenderEvent::from_json(&event)?;
        // A replacement for the sign-up code voids it, as another of its own kind does.
        let kind = match sender.purpose {
            Purpose::ResendCode => Purpose::SignUp,
            purpose => purpose,
        };
        let (pool, user) = (sender.pool.as_str(), sender.user_name.expose().as_str());
        // One code has one ciphertext, in every copy of its event; to somebody else it is another event.
        let text = event.to_string();
        let unique = sender.code.as_ref().map_or(text.as_str(), |code| code.expose());
        let to = |name: &str| sender.attributes.expose().get(name).map_or("", String::as_str);
        let identity = Identity::of(&[pool, user, unique, to("phone_number"), to("email")]);
        Ok(Self {
            purpose: sender.purpose,
            channel: sender.channel,
            pool: pool.to_owned(),
            client: event
                .pointer("/callerContext/clientId")
                .and_then(Value::as_str)
                .map(str::to_owned),
            line: Identity::of(&[pool, user, kind.name(), sender.channel.name()]),
            identity,
            payload: Redacted::new(payload.to_owned()),
        })
    }
}
