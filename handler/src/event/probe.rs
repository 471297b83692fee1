//! A question of the deployer's own: could this function serve this pool?
//!
//! It is asked before a pool is pointed at a function. The function decrypts what it is given, looks
//! for a route and answers; it sends nothing, and what it decrypted is in no answer. Cognito never
//! sends such an event.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::read::{self, malformed};
use super::{Channel, EventError, PoolId};
use crate::{Redacted, Word};

/// A probe of one channel.
#[derive(Clone, Debug)]
pub struct Probe {
    /// The channel whose way is asked about.
    pub channel: Channel,
    /// The pool that will send.
    pub pool: PoolId,
    /// A made-up code, encrypted as Cognito would for that pool.
    pub code: Redacted<String>,
}

impl Probe {
    /// `triggerSource` of a probe.
    pub const SOURCE: &str = "Deployer_Probe";

    /// Whether an event is a probe, whatever else it holds.
    pub fn is(event: &Value) -> bool {
        read::text_at(event, "triggerSource") == Some(Self::SOURCE)
    }

    /// Reads a probe.
    pub fn from_json(event: &Value) -> Result<Self, EventError> {
        let (event, request) = read::envelope(event)?;
        let kind = read::text(request, "type").ok_or(malformed("request.type", "a string"))?;
        Ok(Self {
            channel: Channel::from_request_type(kind).ok_or_else(|| EventError::UnknownChannel(Word::new(kind)))?,
            pool: read::pool(event)?,
            code: read::text(request, "code")
                .map(|code| Redacted::new(code.to_owned()))
                .ok_or(malformed("request.code", "a string"))?,
        })
    }

    /// Writes the probe as an event.
    pub fn to_json(&self) -> Value {
        json!({
            "version": "1",
            "triggerSource": Self::SOURCE,
            "userPoolId": self.pool.as_str(),
            "request": {"type": self.channel.request_type(), "code": self.code.expose()},
        })
    }
}

/// What a function says to a probe; members are only ever added.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProbeAnswer {
    /// Whether the code could be decrypted.
    pub decrypted: bool,
    /// The handler's version.
    pub handler: String,
    /// The providers of the channel's routes, in order, each once.
    pub providers: Vec<String>,
    /// The stable code of what is wrong; nothing where all is well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// What is wrong, as a fragment that follows "failed to".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl ProbeAnswer {
    /// The member of the function's answer.
    const MEMBER: &str = "probe";

    /// Writes the function's answer.
    pub fn to_json(&self) -> Value {
        json!({ Self::MEMBER: self })
    }

    /// Reads a function's answer; nothing where it is none to a probe, as from an older handler.
    pub fn from_json(answer: &Value) -> Option<Self> {
        Self::deserialize(answer.get(Self::MEMBER)?).ok()
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test that cannot go on should fail where it stands")]
mod tests {
    use super::*;
    use crate::event::{Event, SenderEvent};

    #[test]
    fn a_probe_is_read_as_it_was_written_and_is_no_message() {
        let probe = Probe {
            channel: Channel::Email,
            pool: PoolId::new("eu-west-1_AbCdEf123").unwrap(),
            code: Redacted::new("AYADeA==".to_owned()),
        };
        let event = probe.to_json();
        assert!(Probe::is(&event));
        let read = Probe::from_json(&event).unwrap();
        assert_eq!(
            (read.channel, read.pool, read.code),
            (probe.channel, probe.pool, probe.code)
        );
        // A handler that knows no probes puts it aside.
        assert!(SenderEvent::from_json(&event).unwrap_err().is_refusal());
        assert!(Event::from_json(&event).is_err());
        assert!(!Probe::is(&json!({"triggerSource": "CustomSMSSender_SignUp"})));
    }

    #[test]
    fn a_probe_without_a_code_is_malformed() {
        let event = json!({"triggerSource": Probe::SOURCE, "userPoolId": "a_b", "request": {"type": "customSMSSenderRequestV1"}});
        assert_eq!(Probe::from_json(&event).unwrap_err().code(), "event-malformed");
    }

    #[test]
    fn an_answer_is_read_as_it_was_written_and_may_grow() {
        let answer = ProbeAnswer {
            decrypted: true,
            handler: "0.1.0".to_owned(),
            providers: vec!["sns".to_owned()],
            error: None,
            reason: None,
        };
        let mut json = answer.to_json();
        assert_eq!(
            json,
            json!({"probe": {"decrypted": true, "handler": "0.1.0", "providers": ["sns"]}})
        );
        json.pointer_mut("/probe").unwrap()["more"] = json!(1);
        assert_eq!(ProbeAnswer::from_json(&json), Some(answer));
        for other in [json!(null), json!({}), json!({"probe": {"decrypted": "yes"}})] {
            assert_eq!(ProbeAnswer::from_json(&other), None, "{other}");
        }
    }
}
