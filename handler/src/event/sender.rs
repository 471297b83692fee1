//! The event of a custom sender trigger.

use std::collections::BTreeMap;

use serde_json::Value;

use super::read::{self, malformed};
use super::{AccountTakeOver, Channel, EmailAddress, EventError, PhoneNumber, PoolId, Purpose};
use crate::{Redacted, Word};

/// What a custom sender trigger hands over: one message, its code still encrypted.
///
/// Source: "Custom sender Lambda triggers", Amazon Cognito Developer Guide.
#[derive(Clone, Debug)]
pub struct SenderEvent {
    /// The medium, from `request.type`.
    pub channel: Channel,
    /// What the message is for, from the end of `triggerSource`.
    pub purpose: Purpose,
    /// The pool that sends, from `userPoolId`.
    pub pool: PoolId,
    /// `userName`: a name, or the `sub` where users sign in with an attribute.
    pub user_name: Redacted<String>,
    /// `request.code`: the encrypted code in base64, or nothing where the purpose has none.
    pub code: Option<Redacted<String>>,
    /// `request.userAttributes`; values that are neither text, number nor boolean are left out.
    pub attributes: Redacted<BTreeMap<String, String>>,
    /// `request.clientMetadata`, empty when null or absent.
    pub client_metadata: Redacted<BTreeMap<String, String>>,
}

impl SenderEvent {
    /// Reads an event, as tolerantly as a delivery allows.
    pub fn from_json(event: &Value) -> Result<Self, EventError> {
        let (event, request) = read::envelope(event)?;
        let kind = read::text(request, "type").ok_or(malformed("request.type", "a string"))?;
        let channel = Channel::from_request_type(kind).ok_or_else(|| EventError::UnknownChannel(Word::new(kind)))?;
        let purpose = read::purpose(event)?;
        let pool = read::pool(event)?;
        let code = match request.get("code") {
            None | Some(Value::Null) => None,
            Some(Value::String(code)) => Some(Redacted::new(code.clone())),
            Some(_) => return Err(malformed("request.code", "a string or null")),
        };
        Ok(Self {
            channel,
            purpose,
            pool,
            user_name: read::user_name(event),
            code,
            attributes: Redacted::new(read::texts(request, "userAttributes")),
            client_metadata: Redacted::new(read::texts(request, "clientMetadata")),
        })
    }

    /// Returns the number that an SMS goes to.
    pub fn phone_number(&self) -> Result<PhoneNumber, EventError> {
        let number = self
            .attributes
            .expose()
            .get("phone_number")
            .ok_or(EventError::NoPhoneNumber)?;
        PhoneNumber::new(number).ok_or(EventError::BadPhoneNumber)
    }

    /// Returns the address that an e-mail goes to.
    ///
    /// A notice of threat protection may come without one: then there is nobody to send it to.
    pub fn email_address(&self) -> Result<EmailAddress, EventError> {
        let address = self
            .attributes
            .expose()
            .get("email")
            .ok_or(EventError::NoEmailAddress)?;
        EmailAddress::new(address).ok_or(EventError::BadEmailAddress)
    }

    /// Returns what threat protection tells, where that is what the message is about.
    pub fn notice(&self) -> Option<AccountTakeOver> {
        (self.purpose == Purpose::AccountTakeOverNotification).then(|| AccountTakeOver::of(self.attributes.expose()))
    }

    /// Returns the code to decrypt; nothing where the purpose has none, whatever the event says.
    pub fn encrypted_code(&self) -> Result<Option<&Redacted<String>>, EventError> {
        if self.purpose.has_code() {
            self.code.as_ref().map(Some).ok_or(EventError::NoCode)
        } else {
            Ok(None)
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test that cannot go on should fail where it stands")]
mod tests {
    use serde_json::json;

    use super::*;

    fn event() -> Value {
        json!({
            "version": "1",
            "triggerSource": "CustomSMSSender_SignUp",
            "region": "eu-west-1",
            "userPoolId": "eu-west-1_EXAMPLE",
            "userName": "jane",
            "callerContext": {"awsSdkVersion": null, "clientId": null},
            "request": {
                "type": "customSMSSenderRequestV1",
                "code": "AYADeA==",
                "clientMetadata": null,
                "userAttributes": {"phone_number": "+12025550173", "email_verified": true, "custom:n": 7, "x": null, "y": []},
                "something": {"new": []}
            },
            "response": {}
        })
    }

    fn changed(pointer: &str, value: Value) -> Result<SenderEvent, EventError> {
        let mut event = event();
        *event.pointer_mut(pointer).unwrap() = value;
        SenderEvent::from_json(&event)
    }

    #[test]
    fn a_sign_up_is_read() {
        let event = SenderEvent::from_json(&event()).unwrap();
        assert_eq!((event.channel, event.purpose), (Channel::Sms, Purpose::SignUp));
        assert_eq!(event.pool.as_str(), "eu-west-1_EXAMPLE");
        assert_eq!(event.user_name.expose(), "jane");
        assert_eq!(event.phone_number().unwrap().expose(), "+12025550173");
        assert_eq!(event.encrypted_code().unwrap().unwrap().expose(), "AYADeA==");
        let attributes: Vec<_> = event
            .attributes
            .expose()
            .iter()
            .map(|(k, v)| (k.as_str(), v.as_str()))
            .collect();
        assert_eq!(
            attributes,
            [
                ("custom:n", "7"),
                ("email_verified", "true"),
                ("phone_number", "+12025550173")
            ]
        );
        assert!(event.client_metadata.expose().is_empty());
    }

    #[test]
    fn nothing_of_a_user_is_printed() {
        let printed = format!("{:?}", SenderEvent::from_json(&event()).unwrap());
        for secret in ["jane", "2025550173", "AYADeA"] {
            assert!(!printed.contains(secret), "{printed}");
        }
    }

    #[test]
    fn the_purpose_is_what_follows_the_last_underscore() {
        for purpose in Purpose::ALL {
            let event = changed("/triggerSource", json!(format!("CustomEmailSender_{}", purpose.name()))).unwrap();
            assert_eq!((event.channel, event.purpose), (Channel::Sms, purpose));
        }
        for unknown in [
            "SignUp",
            "CustomSMSSender_",
            "CustomSMSSender_signup",
            "CustomSMSSender_Novelty",
        ] {
            let error = changed("/triggerSource", json!(unknown)).unwrap_err();
            assert_eq!(error, EventError::UnknownPurpose(Word::new(unknown)));
            assert!(error.is_refusal());
        }
    }

    #[test]
    fn an_unknown_channel_is_named() {
        let error = changed("/request/type", json!("customPigeonSenderRequestV1")).unwrap_err();
        assert_eq!(error.code(), "event-unknown-channel");
        assert!(error.to_string().contains("customPigeonSenderRequestV1"), "{error}");
    }

    #[test]
    fn what_is_malformed_is_named_but_not_repeated() {
        for (pointer, member) in [
            ("/request", "request"),
            ("/request/type", "request.type"),
            ("/request/code", "request.code"),
            ("/triggerSource", "triggerSource"),
            ("/userPoolId", "userPoolId"),
        ] {
            let error = changed(pointer, json!(42_424_242)).unwrap_err();
            assert!(
                matches!(error, EventError::Malformed { member: found, .. } if found == member),
                "{error}"
            );
            assert!(!error.to_string().contains("42"), "{error}");
            assert!(!error.is_refusal());
        }
        assert_eq!(
            SenderEvent::from_json(&json!(["jane"])).unwrap_err().code(),
            "event-malformed"
        );
    }

    #[test]
    fn a_null_code_is_nothing_to_deliver_unless_the_purpose_has_none() {
        assert_eq!(
            changed("/request/code", Value::Null).unwrap().encrypted_code(),
            Err(EventError::NoCode)
        );
        let notice = changed("/triggerSource", json!("CustomSMSSender_AccountTakeOverNotification")).unwrap();
        assert_eq!(notice.encrypted_code(), Ok(None));
    }

    #[test]
    fn a_missing_or_bad_number_is_told_apart() {
        let none = changed("/request/userAttributes", Value::Null).unwrap();
        assert_eq!(none.phone_number(), Err(EventError::NoPhoneNumber));
        let bad = changed("/request/userAttributes/phone_number", json!("0202 555")).unwrap();
        assert_eq!(bad.phone_number(), Err(EventError::BadPhoneNumber));
    }
}
