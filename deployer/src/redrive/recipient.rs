//! Whom an event goes to, compared with the user as the pool has it now.

use handler::Redacted;
use handler::event::{Channel, Purpose, SenderEvent};
use serde_json::Value;

use super::{Doubt, FailedEvent};
use crate::aws::PoolUser;

/// Whom an event goes to.
#[derive(Clone, Debug)]
pub struct Addressee {
    /// The event's user name.
    pub user_name: Redacted<String>,
    /// The user's `sub`, which no other user ever has.
    sub: Option<Redacted<String>>,
    /// The attribute that the message goes to.
    attribute: &'static str,
    /// Its value in the event.
    to: Option<Redacted<String>>,
    purpose: Purpose,
}

impl Addressee {
    /// Reads an event; nothing where it cannot be read, which no event that was read before is.
    pub fn of(event: &FailedEvent) -> Option<Self> {
        let value: Value = serde_json::from_str(event.payload.expose()).ok()?;
        let sender = SenderEvent::from_json(&value).ok()?;
        let attribute = match sender.channel {
            Channel::Sms => "phone_number",
            Channel::Email => "email",
        };
        let named = |name: &str| sender.attributes.expose().get(name).cloned().map(Redacted::new);
        Some(Self {
            sub: named("sub"),
            attribute,
            to: named(attribute),
            purpose: sender.purpose,
            user_name: sender.user_name,
        })
    }

    /// Compares with the user whom the pool has under the event's name.
    ///
    /// A message that proves a new number or address goes to one that the pool does not keep yet, so it may differ.
    pub fn doubt(&self, user: Option<&PoolUser>) -> Option<Doubt> {
        let Some(user) = user else {
            return Some(Doubt::UserGone);
        };
        if user.name != self.user_name {
            return Some(Doubt::UserAmbiguous);
        }
        let now = |name: &str| user.attributes.expose().get(name);
        let differs = |then: &Option<Redacted<String>>, name: &str| {
            then.as_ref().is_some_and(|then| now(name) != Some(then.expose()))
        };
        if differs(&self.sub, "sub") {
            // The name has another owner by now.
            return Some(Doubt::UserGone);
        }
        let proves_new = matches!(
            self.purpose,
            Purpose::UpdateUserAttribute | Purpose::VerifyUserAttribute
        );
        match (differs(&self.to, self.attribute), self.purpose) {
            (true, _) if proves_new => Some(Doubt::NewAttribute),
            (true, _) => Some(Doubt::OtherRecipient),
            (false, Purpose::AccountTakeOverNotification) => Some(Doubt::Notice),
            (false, _) => None,
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test that cannot go on should fail where it stands")]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::redrive::Failed;

    const NUMBER: &str = "+12025550173";
    const ADDRESS: &str = "jane@acme.example";

    fn addressee(purpose: &str, channel: &str) -> Addressee {
        let event = json!({
            "triggerSource": format!("Custom{channel}Sender_{purpose}"),
            "userPoolId": "us-west-2_AbCdEf123",
            "userName": "jane",
            "request": {
                "type": format!("custom{channel}SenderRequestV1"),
                "code": "AYADeA==",
                "userAttributes": {"sub": "s-1", "phone_number": NUMBER, "email": ADDRESS},
            },
        });
        let body = json!({"requestPayload": event}).to_string();
        let failed = Failed::read("a".to_owned(), 0, None, &body);
        Addressee::of(failed.event.as_ref().unwrap()).unwrap()
    }

    fn user(name: &str, attributes: &[(&str, &str)]) -> PoolUser {
        let attributes = attributes
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        PoolUser {
            name: Redacted::new(name.to_owned()),
            attributes: Redacted::new(attributes.collect()),
        }
    }

    #[test]
    fn the_attribute_of_the_channel_is_compared() {
        let now = user(
            "jane",
            &[("sub", "s-1"), ("phone_number", NUMBER), ("email", "j@acme.example")],
        );
        assert_eq!(addressee("SignUp", "SMS").doubt(Some(&now)), None);
        assert_eq!(
            addressee("SignUp", "Email").doubt(Some(&now)),
            Some(Doubt::OtherRecipient)
        );
        let none = user("jane", &[("sub", "s-1")]);
        assert_eq!(
            addressee("SignUp", "SMS").doubt(Some(&none)),
            Some(Doubt::OtherRecipient)
        );
    }

    #[test]
    fn the_purpose_decides_what_another_recipient_means() {
        let same = user("jane", &[("sub", "s-1"), ("phone_number", NUMBER)]);
        let other = user("jane", &[("sub", "s-1"), ("phone_number", "+12025550199")]);
        for purpose in Purpose::ALL {
            let (unchanged, changed) = match purpose {
                Purpose::UpdateUserAttribute | Purpose::VerifyUserAttribute => (None, Doubt::NewAttribute),
                Purpose::AccountTakeOverNotification => (Some(Doubt::Notice), Doubt::OtherRecipient),
                _ => (None, Doubt::OtherRecipient),
            };
            let addressee = addressee(purpose.name(), "SMS");
            assert_eq!(addressee.doubt(Some(&same)), unchanged, "{purpose:?}");
            assert_eq!(addressee.doubt(Some(&other)), Some(changed), "{purpose:?}");
        }
    }

    #[test]
    fn a_user_of_another_name_or_sub_is_another_user() {
        let addressee = addressee("ForgotPassword", "SMS");
        let has = [("sub", "s-1"), ("phone_number", NUMBER)];
        assert_eq!(addressee.doubt(None), Some(Doubt::UserGone));
        assert_eq!(addressee.doubt(Some(&user("s-1", &has))), Some(Doubt::UserAmbiguous));
        let again = user("jane", &[("sub", "s-2"), ("phone_number", NUMBER)]);
        assert_eq!(addressee.doubt(Some(&again)), Some(Doubt::UserGone));
    }

    #[test]
    fn nothing_of_a_user_is_printed() {
        let printed = format!(
            "{:?} {:?}",
            addressee("SignUp", "SMS"),
            user("jane", &[("email", ADDRESS)])
        );
        for secret in ["jane", "2025550", "s-1", "AYAD"] {
            assert!(!printed.contains(secret), "{printed}");
        }
    }
}
