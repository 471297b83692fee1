//! What Cognito is given for a `CustomMessage` event.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::{COMPOSER, files};
use crate::Redacted;
use crate::compose::Composer;
use crate::delivery::{CustomMessage, Messages};
use crate::event::{CustomMessageEvent, CustomMessageResponse, Event, PoolId, Purpose, fixtures};

#[test]
fn custom_message_is_answered_with_its_own_event() {
    let mut answers = String::new();
    for (name, event) in fixtures() {
        let Ok(Event::CustomMessage(read)) = Event::from_json(&event) else {
            continue;
        };
        let texts = COMPOSER.custom_message(&read, CustomMessage { email: true });
        assert_eq!(texts.trouble, []);
        let mut answer = texts.response.answer(&event);
        writeln!(answers, "{name}\n{:#}", answer["response"]).unwrap();
        answer["response"] = event["response"].clone();
        assert_eq!(answer, event, "nothing else is changed");
    }
    insta::assert_snapshot!(answers);
}

#[test]
fn a_text_that_cognito_would_refuse_is_left_to_the_pool() {
    let long = "x".repeat(141);
    let files = files(&[
        (
            "en/SignUp.sms.txt",
            "{{ code }}\n\n{{ client_metadata.a }} {{ client_metadata.b }} {{ client_metadata.c }}",
        ),
        (
            "en/SignUp.email.txt",
            "Subject: {{ client_metadata.a }}{{ client_metadata.b }}{{ client_metadata.c }}\n\n{{ code }}",
        ),
    ]);
    let composer = Composer::new(&files, &Messages::default()).unwrap();
    let event = |given: &str| CustomMessageEvent {
        purpose: Purpose::SignUp,
        pool: PoolId::new("eu-west-1_AbCdEf123").unwrap(),
        user_name: Redacted::new("jane".to_owned()),
        code_parameter: "{####}".to_owned(),
        user_name_parameter: None,
        attributes: Redacted::new(BTreeMap::new()),
        client_metadata: Redacted::new(["a", "b", "c"].map(|name| (name.to_owned(), given.to_owned())).into()),
    };
    let texts = composer.custom_message(&event(&long), CustomMessage { email: true });
    assert_eq!(texts.response, CustomMessageResponse::default());
    let said: Vec<String> = texts.trouble.iter().map(ToString::to_string).collect();
    assert_eq!(said.len(), 2);
    assert!(
        said.iter().all(|said| said.contains("length") && !said.contains("xx")),
        "{said:?}"
    );

    let texts = composer.custom_message(&event("a"), CustomMessage { email: false });
    assert_eq!(texts.response.sms_message.unwrap().expose(), "{####} a a a");
    assert_eq!(
        (texts.response.email_message, texts.response.email_subject),
        (None, None)
    );
}
