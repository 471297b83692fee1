//! Events of every trigger and purpose, as they are in `tests/fixtures/events`, and what can become of them.

use std::fmt::Write as _;
use std::path::Path;

use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Map, Value, json};

use super::{Event, EventError, Purpose};

/// Returns each fixture with its name, in order.
pub(crate) fn fixtures() -> Vec<(String, Value)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/events");
    let mut fixtures: Vec<(String, Value)> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let event = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
            (path.file_stem().unwrap().to_str().unwrap().to_owned(), event)
        })
        .collect();
    fixtures.sort_by(|one, other| one.0.cmp(&other.0));
    fixtures
}

fn outcome(found: Result<impl std::fmt::Debug, EventError>) -> &'static str {
    found.map_or_else(|error| error.code(), |_| "yes")
}

#[test]
fn every_fixture_is_read() {
    let fixtures = fixtures();
    assert_eq!(fixtures.len(), 2 * Purpose::ALL.len() + 7);
    let mut read = String::new();
    for (name, event) in fixtures {
        match Event::from_json(&event).unwrap() {
            Event::Sender(event) => {
                let attributes: Vec<&str> = event.attributes.expose().keys().map(String::as_str).collect();
                writeln!(
                    read,
                    "{name}: {} {} of {}, user {}, number {}, e-mail {}, code {}, metadata {:?}\n  {}\n  {}",
                    event.channel.name(),
                    event.purpose.name(),
                    event.pool,
                    event.user_name.expose(),
                    outcome(event.phone_number()),
                    outcome(event.email_address()),
                    event.code.is_some(),
                    event.client_metadata.expose(),
                    attributes.join(" "),
                    event.notice().map_or(String::new(), |notice| {
                        let shown = |value: &Option<crate::Redacted<String>>| {
                            value.as_ref().map_or("-".to_owned(), |value| value.expose().clone())
                        };
                        [
                            &notice.login_time,
                            &notice.ip_address,
                            &notice.city,
                            &notice.country,
                            &notice.device_name,
                            &notice.action,
                            &notice.link_valid,
                            &notice.link_invalid,
                        ]
                        .map(shown)
                        .join(" | ")
                    }),
                )
                .unwrap();
            }
            Event::CustomMessage(event) => writeln!(
                read,
                "{name}: {} of {}, user {}, {} {:?}, metadata {:?}",
                event.purpose.name(),
                event.pool,
                event.user_name.expose(),
                event.code_parameter,
                event.user_name_parameter,
                event.client_metadata.expose(),
            )
            .unwrap(),
        }
    }
    insta::assert_snapshot!(read);
}

#[test]
fn families_are_told_apart() {
    let family = |change: fn(&mut Value)| {
        let mut event = fixtures()
            .into_iter()
            .find(|(name, _)| name == "CustomMessage_SignUp")
            .unwrap()
            .1;
        change(&mut event);
        match Event::from_json(&event) {
            Ok(Event::Sender(_)) => "sender",
            Ok(Event::CustomMessage(_)) => "message",
            Err(error) => error.code(),
        }
    };
    assert_eq!(family(|_| ()), "message");
    assert_eq!(
        family(|event| event["request"]["codeParameter"] = Value::Null),
        "message"
    );
    // The request's type says more than the source.
    assert_eq!(
        family(|event| event["request"]["type"] = json!("customEmailSenderRequestV1")),
        "sender"
    );
    assert_eq!(
        family(|event| event["request"]["type"] = json!("customPigeonSender")),
        "event-unknown-channel"
    );
    assert_eq!(
        family(|event| event["triggerSource"] = json!("PreSignUp_SignUp")),
        "event-malformed"
    );
    assert_eq!(
        family(|event| event["triggerSource"] = json!("CustomMessage_Novelty")),
        "event-unknown-purpose"
    );
    assert_eq!(family(|event| event["userPoolId"] = json!(7)), "event-malformed");
}

/// Returns the place of every value in an event.
fn pointers(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    for (name, value) in value.as_object().into_iter().flatten() {
        pointers(value, &format!("{at}/{name}"), found);
    }
}

/// Returns every text in an event that is long enough to be told from the words of an error.
fn texts<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::String(text) if text.len() > 5 => found.push(text),
        Value::Array(values) => values.iter().for_each(|value| texts(value, found)),
        Value::Object(members) => members.iter().for_each(|(name, value)| {
            if name.contains("planted") {
                found.push(name);
            }
            texts(value, found);
        }),
        _ => (),
    }
}

fn planted() -> impl Strategy<Value = Value> {
    let secret = select(vec![
        "+12025550173",
        "jane@planted.example",
        "planted 48151623",
        "48151623",
    ]);
    prop_oneof![
        Just(Value::Null),
        Just(json!(48_151_623)),
        Just(json!(true)),
        secret.clone().prop_map(Value::from),
        secret.clone().prop_map(|secret| json!([secret])),
        secret.prop_map(|secret| Value::Object(Map::from_iter([("planted 1".to_owned(), Value::from(secret))]))),
    ]
}

proptest! {
    /// Whatever an event is like, reading it ends in an event or in an error that repeats nothing of it.
    #[test]
    fn no_error_repeats_what_an_event_holds(
        fixture in any::<Index>(),
        changes in prop::collection::vec((any::<Index>(), planted(), any::<bool>()), 1..4),
    ) {
        let fixtures = fixtures();
        let mut event = fixture.get(&fixtures).1.clone();
        for (place, value, remove) in changes {
            let mut places = Vec::new();
            pointers(&event, "", &mut places);
            let place = place.get(&places);
            if let Some((parent, name)) = place.rsplit_once('/').filter(|_| remove) {
                event.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(name);
            } else {
                *event.pointer_mut(place).unwrap() = value;
            }
        }
        let said = match Event::from_json(&event) {
            Err(error) => format!("{error} {error:?} {}", error.code()),
            Ok(Event::Sender(event)) => [
                event.phone_number().err(),
                event.email_address().err(),
                event.encrypted_code().err(),
            ]
            .map(|error| error.map_or(String::new(), |error| format!("{error} {error:?}")))
            .join(" "),
            Ok(Event::CustomMessage(_)) => String::new(),
        };
        let mut held = Vec::new();
        texts(&event, &mut held);
        for text in held {
            prop_assert!(!said.contains(text), "{said}");
        }
    }
}
