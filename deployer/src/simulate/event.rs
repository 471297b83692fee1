//! Events as Cognito writes them, for every trigger that the handler serves.
//!
//! Source: "Customizing user pool workflows with Lambda triggers", Amazon Cognito Developer Guide.

use std::collections::BTreeMap;

use handler::Redacted;
use handler::event::{Channel, EmailAddress, PhoneNumber, PoolId, Purpose};
use serde_json::{Map, Value, json};

/// The code of a message that somebody wants to see: made up, and so no secret.
const CODE: &str = "123456";

/// A temporary password that somebody wants to see; Cognito escapes one of its characters.
const PASSWORD: &str = "Ex4mple&Pass";

/// The `sub` of a user who does not exist.
const SUB: &str = "00000000-0000-4000-8000-000000000000";

/// The trigger that an event is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trigger {
    /// `CustomSMSSender` or `CustomEmailSender`: the function sends.
    Sender(Channel),
    /// `CustomMessage`: the function writes, and Cognito sends.
    CustomMessage,
}

impl Trigger {
    /// Returns how `triggerSource` begins.
    pub const fn family(self) -> &'static str {
        match self {
            Self::Sender(Channel::Sms) => "CustomSMSSender",
            Self::Sender(Channel::Email) => "CustomEmailSender",
            Self::CustomMessage => "CustomMessage",
        }
    }
}

/// Returns a code or password for a purpose; nothing where the purpose has none.
pub fn made_up(purpose: Purpose) -> Option<Redacted<String>> {
    let code = match purpose {
        Purpose::AdminCreateUser => Redacted::new(PASSWORD.to_owned()),
        _ => made_up_code(),
    };
    purpose.has_code().then_some(code)
}

/// Returns a code that nobody waits for.
pub fn made_up_code() -> Redacted<String> {
    Redacted::new(CODE.to_owned())
}

/// Returns what Cognito encrypts for a code: a temporary password has its XML characters escaped.
pub fn as_encrypted(purpose: Purpose, code: &Redacted<String>) -> Redacted<String> {
    if purpose != Purpose::AdminCreateUser {
        return code.clone();
    }
    let escaped = code.expose().replace('&', "&amp;");
    Redacted::new(escaped.replace('<', "&lt;").replace('>', "&gt;"))
}

/// Whom a message is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recipient {
    /// Somebody's phone.
    Phone(PhoneNumber),
    /// Somebody's mailbox.
    Mailbox(EmailAddress),
}

impl Recipient {
    /// Returns the recipient that `text` spells: a number in E.164 form, or an e-mail address.
    pub fn new(text: &str) -> Option<Self> {
        let phone = PhoneNumber::new(text).map(Self::Phone);
        phone.or_else(|| EmailAddress::new(text).map(Self::Mailbox))
    }

    /// Returns nobody's number or address: both are kept free for examples.
    ///
    /// Source: NANPA, 555-0100 to 555-0199; RFC 2606, 3.
    pub fn nobody(channel: Channel) -> Option<Self> {
        Self::new(match channel {
            Channel::Sms => "+12025550173",
            Channel::Email => "jane@example.com",
        })
    }

    /// Returns the channel that reaches the recipient.
    pub const fn channel(&self) -> Channel {
        match self {
            Self::Phone(_) => Channel::Sms,
            Self::Mailbox(_) => Channel::Email,
        }
    }
}

/// One event to be.
#[derive(Clone, Debug)]
pub struct Simulated<'a> {
    /// The trigger.
    pub trigger: Trigger,
    /// What the message is for.
    pub purpose: Purpose,
    /// The pool's Region.
    pub region: &'a str,
    /// The pool.
    pub pool: &'a PoolId,
    /// The user's name.
    pub user_name: &'a Redacted<String>,
    /// Whom the message is for.
    pub to: &'a Recipient,
    /// The user's `locale`.
    pub locale: Option<&'a str>,
    /// More of the user's attributes, such as `given_name` or `custom:tenant`.
    pub attributes: &'a BTreeMap<String, String>,
    /// What an app would give with its call; null in the event when empty.
    pub client_metadata: &'a BTreeMap<String, String>,
    /// The encrypted code, in base64; only senders get one.
    pub code: Option<&'a Redacted<String>>,
}

impl Simulated<'_> {
    /// Writes the event.
    pub fn to_json(&self) -> Value {
        let notice = self.purpose == Purpose::AccountTakeOverNotification;
        let client_id = if notice {
            Value::Null
        } else {
            "CLIENT_ID_NOT_APPLICABLE".into()
        };
        let metadata = self.client_metadata;
        let metadata = if metadata.is_empty() {
            Value::Null
        } else {
            json!(metadata)
        };
        let attributes = self.user_attributes(notice);
        let (request, response) = match self.trigger {
            Trigger::Sender(channel) => (
                json!({
                    "type": channel.request_type(),
                    "code": self.code.map(Redacted::expose),
                    "clientMetadata": metadata,
                    "userAttributes": attributes,
                }),
                json!({}),
            ),
            Trigger::CustomMessage => {
                let invitation = self.purpose == Purpose::AdminCreateUser;
                (
                    json!({
                        "userAttributes": attributes,
                        "codeParameter": "{####}",
                        "linkParameter": "{##Click Here##}",
                        "usernameParameter": invitation.then_some("{username}"),
                        "clientMetadata": metadata,
                    }),
                    json!({"smsMessage": null, "emailMessage": null, "emailSubject": null}),
                )
            }
        };
        json!({
            "version": "1",
            "triggerSource": format!("{}_{}", self.trigger.family(), self.purpose.name()),
            "region": self.region,
            "userPoolId": self.pool.as_str(),
            "userName": self.user_name.expose(),
            "callerContext": {"awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": client_id},
            "request": request,
            "response": response,
        })
    }

    fn user_attributes(&self, notice: bool) -> Map<String, Value> {
        let mut attributes = Map::new();
        let mut put = |name: &str, value: &str| attributes.insert(name.to_owned(), value.into());
        if notice {
            put("EVENT_ID", SUB);
            put("USER_NAME", self.user_name.expose());
            put("IP_ADDRESS", "192.0.2.1");
            put("LOGIN_TIME", "Sat Nov 21 12:00:00 UTC 2026");
            put("CITY", "Seattle");
            put("COUNTRY", "US");
            put("DEVICE_NAME", "Firefox on Linux");
            put("ACCOUNT_TAKE_OVER_ACTION", "NO_ACTION");
            put("FEEDBACK_TOKEN", "token");
            put("ONE_CLICK_LINK_VALID", "https://example.com/it-was-me");
            put("ONE_CLICK_LINK_INVALID", "https://example.com/it-was-not-me");
        } else {
            put("sub", SUB);
            put("cognito:user_status", "UNCONFIRMED");
        }
        match self.to {
            Recipient::Phone(number) => {
                put("phone_number_verified", "false");
                put("phone_number", number.expose());
            }
            Recipient::Mailbox(address) => {
                put("email_verified", "false");
                put("email", address.expose());
            }
        }
        if let Some(locale) = self.locale {
            put("locale", locale);
        }
        for (name, value) in self.attributes {
            put(name, value);
        }
        attributes
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test that cannot go on should fail where it stands")]
mod tests {
    use handler::event::SenderEvent;

    use super::*;

    fn written(trigger: Trigger, purpose: Purpose, to: &Recipient) -> Value {
        let code = Redacted::new("AYADeA==".to_owned());
        Simulated {
            trigger,
            purpose,
            region: "us-west-2",
            pool: &PoolId::new("us-west-2_AbCdEf123").unwrap(),
            user_name: &Redacted::new("jane".to_owned()),
            to,
            locale: Some("ja"),
            attributes: &BTreeMap::new(),
            client_metadata: &BTreeMap::new(),
            code: purpose.has_code().then_some(&code),
        }
        .to_json()
    }

    /// The members of an object, and of the objects in it, as paths.
    fn members(value: &Value, path: &str, found: &mut Vec<String>) {
        match value {
            Value::Object(object) if !object.is_empty() => {
                for (name, value) in object {
                    members(value, &format!("{path}/{name}"), found);
                }
            }
            _ => found.push(path.to_owned()),
        }
    }

    #[test]
    fn a_sign_up_has_the_members_of_a_real_one() {
        let real: Value =
            serde_json::from_str(include_str!("../../../examples/events/custom-sms-sender-SignUp.json")).unwrap();
        let mut ours = written(
            Trigger::Sender(Channel::Sms),
            Purpose::SignUp,
            &Recipient::nobody(Channel::Sms).unwrap(),
        );
        ours.pointer_mut("/request/userAttributes")
            .unwrap()
            .as_object_mut()
            .unwrap()
            .remove("locale");
        let (mut expected, mut found) = (Vec::new(), Vec::new());
        members(&real, "", &mut expected);
        members(&ours, "", &mut found);
        expected.sort();
        found.sort();
        assert_eq!(found, expected);
    }

    #[test]
    fn the_handler_reads_every_sender_s_event() {
        for channel in Channel::ALL {
            let to = Recipient::nobody(channel).unwrap();
            assert_eq!(to.channel(), channel);
            for purpose in Purpose::ALL {
                let event = SenderEvent::from_json(&written(Trigger::Sender(channel), purpose, &to)).unwrap();
                assert_eq!((event.channel, event.purpose), (channel, purpose));
                assert_eq!(event.encrypted_code().unwrap().is_some(), purpose.has_code());
                assert_eq!(event.attributes.expose().get("locale").map(String::as_str), Some("ja"));
                assert!(event.client_metadata.expose().is_empty());
            }
        }
    }

    #[test]
    fn a_password_is_escaped_and_a_code_is_not() {
        let text = Redacted::new("a<b>&c".to_owned());
        assert_eq!(as_encrypted(Purpose::SignUp, &text), text);
        let escaped = as_encrypted(Purpose::AdminCreateUser, &text);
        assert_eq!(escaped.expose(), "a&lt;b&gt;&amp;c");
        assert_eq!(handler::decrypt::unescape(&escaped), text);
        for purpose in Purpose::ALL {
            assert_eq!(made_up(purpose).is_some(), purpose.has_code());
        }
    }

    #[test]
    fn a_recipient_is_a_number_or_an_address_and_is_not_printed() {
        for text in ["+12025550173", "jane@example.com"] {
            let printed = format!("{:?}", Recipient::new(text).unwrap());
            assert!(!printed.contains(text), "{printed}");
        }
        for wrong in ["", "12025550173", "jane", "+1 202 555 0173"] {
            assert_eq!(Recipient::new(wrong), None, "{wrong}");
        }
    }
}
