//! What identifies a person in a text, and values that are longer than texts may show.

use std::collections::BTreeMap;

use super::{CODE, files};
use crate::Redacted;
use crate::compose::{Composer, Request, check};
use crate::delivery::{CustomMessage, Messages};
use crate::event::Purpose;

const UUID: &str = "1c7527bc-8b7d-4f6a-9b1a-2d3c4b5a6f70";

fn map(entries: &[(&str, &str)]) -> Redacted<BTreeMap<String, String>> {
    let owned = entries
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Redacted::new(owned.collect())
}

/// One user, and what the app gave.
struct User<'a> {
    name: &'a str,
    attributes: &'a [(&'a str, &'a str)],
    metadata: &'a [(&'a str, &'a str)],
}

impl User<'_> {
    /// The texts of the SMS and of the e-mail, and why the stack's own were not used.
    fn texts(&self, composer: &Composer, purpose: Purpose) -> (String, String, Option<&'static str>) {
        let code = Redacted::new(CODE.to_owned());
        let (attributes, metadata) = (map(self.attributes), map(self.metadata));
        let name = Redacted::new(self.name.to_owned());
        let request = Request {
            purpose,
            attributes: &attributes,
            client_metadata: &metadata,
            code: Some(&code),
            user_name: &name,
            notice: None,
        };
        let (sms, email) = (composer.sms(&request).unwrap(), composer.email(&request).unwrap());
        (
            sms.content.text.expose().clone(),
            email.content.text.expose().clone(),
            sms.trouble.map(|trouble| trouble.reason),
        )
    }
}

const RECIPIENTS: [(&str, &str); 2] = [("email", "jane@acme.example"), ("phone_number", "+12025550173")];

#[test]
fn an_invitation_names_the_recipient_where_the_user_name_is_an_identifier() {
    let composer = Composer::built_in("en");
    let user = |name, attributes| User {
        name,
        attributes,
        metadata: &[],
    };
    let (sms, email, _) = user(UUID, &RECIPIENTS).texts(&composer, Purpose::AdminCreateUser);
    assert_eq!(
        sms,
        format!("Your user name is +12025550173 and your temporary password is {CODE}")
    );
    assert!(email.contains("User name: jane@acme.example"), "{email}");
    let (sms, email, _) = user("jane", &RECIPIENTS).texts(&composer, Purpose::AdminCreateUser);
    assert!(sms.contains("jane and"), "{sms}");
    assert!(email.contains("User name: jane\n"), "{email}");
    let (sms, _, _) = user(UUID, &[]).texts(&composer, Purpose::AdminCreateUser);
    assert!(sms.contains(UUID), "{sms}");
}

#[test]
fn a_text_of_the_stack_may_name_the_recipient_in_place_of_the_user_name() {
    let files = files(&[
        ("en/AdminCreateUser.sms.txt", "{{ recipient }} {{ code }}"),
        (
            "en/AdminCreateUser.email.txt",
            "Subject: x\n\n{{ recipient }} {{ code }}",
        ),
    ]);
    let messages = Messages::default();
    assert_eq!(check(&files, &messages, None), []);
    let composer = Composer::new(&files, &messages).unwrap();
    let user = User {
        name: UUID,
        attributes: &RECIPIENTS,
        metadata: &[],
    };
    let (sms, email, trouble) = user.texts(&composer, Purpose::AdminCreateUser);
    assert_eq!((sms, trouble), (format!("+12025550173 {CODE}"), None));
    assert_eq!(email, format!("jane@acme.example {CODE}"));
    // Cognito fills in its own placeholder, and wants it.
    let problems = check(&files, &messages, Some(CustomMessage { email: true }));
    assert_eq!(problems.len(), 2, "{problems:?}");
}

#[test]
fn custom_attributes_are_read_by_their_full_name() {
    let files = files(&[(
        "en/SignUp.sms.txt",
        "{{ attributes[\"custom:tenant\"] }}/{{ attributes[\"dev:custom:a\"] }}: {{ code }}",
    )]);
    let messages = Messages::default();
    assert_eq!(check(&files, &messages, None), []);
    let composer = Composer::new(&files, &messages).unwrap();
    let user = User {
        name: "jane",
        attributes: &[("custom:tenant", "Acme\nInc.")],
        metadata: &[],
    };
    let (sms, _, trouble) = user.texts(&composer, Purpose::SignUp);
    assert_eq!((sms, trouble), (format!("Acme Inc./: {CODE}"), None));
}

#[test]
fn a_value_is_shown_whole_or_the_built_in_text_is_sent_and_the_log_says_why() {
    let files = files(&[
        ("en/SignUp.sms.txt", "{{ client_metadata.redirect }} {{ code }}"),
        ("en/ResendCode.sms.txt", "{{ attributes.name }} {{ code }}"),
        (
            "en/ForgotPassword.sms.txt",
            "{{ attributes[\"custom:tenant\"] }} {{ code }}",
        ),
    ]);
    let composer = Composer::new(&files, &Messages::default()).unwrap();
    for (purpose, most) in [
        (Purpose::SignUp, 2_048),
        (Purpose::ResendCode, 64),
        (Purpose::ForgotPassword, 2_048),
    ] {
        for (length, is_shown) in [(most, true), (most + 1, false)] {
            let value = "é".repeat(length);
            let user = User {
                name: "jane",
                attributes: &[("name", &value), ("custom:tenant", &value)],
                metadata: &[("redirect", &value)],
            };
            let (sms, _, trouble) = user.texts(&composer, purpose);
            assert_eq!(sms.contains(&value), is_shown, "{purpose:?}");
            assert!(sms.contains(CODE), "{sms}");
            let wanted = (!is_shown).then_some("it uses a value that is longer than texts may show");
            assert_eq!(trouble, wanted);
        }
    }
}
