//! Secrets planted in every path, and looked for in everything that the function says.

mod answers;
mod mail;

use handler::event::CustomMessageEvent;
use serde_json::{Value, json};

use crate::function::{Function, Setup, event, in_lambda, message};
use crate::server::Response;
use crate::services::{no_fault, sns_error};

pub(crate) const CODE: &str = "48151623";
pub(crate) const NUMBER: &str = "+12025550173";
const USER: &str = "jane-planted";
pub(crate) const EMAIL: &str = "jane@planted.example";
const METADATA: &str = "planted-metadata";

pub(crate) fn planted() -> Value {
    let mut event = event("SignUp", "planted");
    event["userName"] = json!(USER);
    event["request"]["userAttributes"] = json!({"phone_number": NUMBER, "email": EMAIL, "name": USER});
    event["request"]["clientMetadata"] = json!({METADATA: METADATA});
    event
}

pub(crate) fn planted_mail() -> Value {
    let mut event = planted();
    event["triggerSource"] = json!("CustomEmailSender_SignUp");
    event["request"]["type"] = json!("customEmailSenderRequestV1");
    event
}

fn planted_custom_message() -> Value {
    let mut event = planted();
    event["triggerSource"] = json!("CustomMessage_SignUp");
    let request = event["request"].as_object_mut().unwrap();
    request.remove("type");
    request.remove("code");
    request.insert("codeParameter".to_owned(), json!("{####}"));
    request.insert("usernameParameter".to_owned(), json!("{username}"));
    event
}

/// Every channel, with a text for invitations that names the user.
pub(crate) fn every_channel() -> Setup {
    Setup {
        delivery: json!({
            "providers": {
                "sns": {"type": "sns", "sender_id": "ACME"},
                "ses": {"type": "ses", "from": "no-reply@acme.example"},
            },
            "sms": {"countries": "any", "routes": [{"via": ["sns"]}]},
            "email": {"routes": [{"via": ["ses"]}]},
            "custom_message": {"email": true},
        }),
        texts: vec![
            ("en/SignUp.sms.txt", "{{ code }} {{ attributes.name }}"),
            (
                "en/SignUp.email.txt",
                "Subject: {{ code }}\n\n{{ code }} {{ attributes.name }}",
            ),
            // Said to be left out, since it has no code.
            (
                "en/ForgotPassword.sms.txt",
                "{{ attributes.name }} {{ client_metadata }}",
            ),
        ],
        log_level: "TRACE",
        ..Setup::default()
    }
}

/// Each member of the event in turn made null, removed, or of another type, with secrets inside.
fn variants(planted: &Value) -> Vec<String> {
    let mut variants: Vec<_> = ["SignUp", "AdminCreateUser", "ForgotPassword"]
        .map(|purpose| planted.to_string().replace("SignUp", purpose))
        .into();
    let secrets = json!({NUMBER: [CODE, USER, EMAIL]});
    for pointer in [
        "/version",
        "/triggerSource",
        "/region",
        "/userPoolId",
        "/userName",
        "/callerContext",
        "/request",
        "/request/type",
        "/request/code",
        "/request/codeParameter",
        "/request/usernameParameter",
        "/request/clientMetadata",
        "/request/userAttributes",
        "/request/userAttributes/phone_number",
        "/request/userAttributes/email",
    ] {
        for value in [
            Value::Null,
            json!(CODE),
            json!(NUMBER),
            json!(USER),
            secrets.clone(),
            json!(48_151_623),
            json!([EMAIL]),
        ] {
            let mut event = planted.clone();
            let Some(member) = event.pointer_mut(pointer) else {
                continue;
            };
            *member = value;
            // A name made of letters alone cannot be told from a trigger source; Cognito puts none there.
            if !(["/triggerSource", "/request/type"].contains(&pointer) && event.pointer(pointer) == Some(&json!(USER)))
            {
                variants.push(event.to_string());
            }
        }
    }
    variants.push(json!([NUMBER, CODE, USER]).to_string());
    variants.push(json!(NUMBER).to_string());
    // Cut off inside the secrets, which no JSON reader may then repeat.
    variants.push(format!("{{\"userName\": \"{USER}\", \"phone_number\": \"{NUMBER}"));
    variants
}

pub(crate) fn assert_clean(said: &str, when: &str) {
    let ciphertext = message("planted")["message"].as_str().unwrap().to_owned();
    let data_key = message("planted")["data_keys"][0]["data_key"]
        .as_str()
        .unwrap()
        .to_owned();
    for secret in [
        CODE,
        &NUMBER[1..],
        USER,
        EMAIL,
        METADATA,
        &ciphertext[200..240],
        &data_key[..12],
    ] {
        assert!(!said.contains(secret), "{when}: `{secret}` in\n{said}");
    }
}

#[test]
fn no_secret_is_said_whatever_the_event_is() {
    let mut function = Function::start(every_channel());
    for variant in [planted(), planted_mail()].iter().flat_map(variants) {
        let answer = function.invoke_text(variant.clone());
        assert_clean(&answer.body, &variant);
    }
    let mails: Vec<_> = function.mails.lock().unwrap().iter().map(Value::to_string).collect();
    for (texts, secret) in [(function.texts(), USER), (mails, EMAIL)] {
        let delivered = |secret| texts.iter().any(|text| text.contains(secret));
        assert!(
            delivered(CODE) && delivered(secret),
            "what was planted is really delivered: {texts:?}"
        );
    }
    let said = function.end();
    for wanted in ["message delivered", "event-malformed", "left a text out"] {
        assert!(said.contains(wanted), "{said}");
    }
    assert_clean(&said, "the output");
}

#[test]
fn no_secret_is_said_of_cognitos_own_messages_and_none_is_an_error() {
    let mut function = Function::start(every_channel());
    let mut written = 0;
    for variant in variants(&planted_custom_message()) {
        let answer = function.invoke_text(variant.clone());
        let event = serde_json::from_str(&variant).unwrap_or_default();
        if CustomMessageEvent::is(&event) {
            // The answer is the event itself, so it holds what the event holds.
            assert!(!answer.failed, "{variant}: {answer:?}");
            written += usize::from(answer.body.contains(&format!("{{####}} {USER}")));
        } else {
            assert_clean(&answer.body, &variant);
        }
    }
    assert!(written > 0, "the planted name is really written");
    let said = function.end();
    for wanted in ["message written", "event-malformed", "left a text out"] {
        assert!(said.contains(wanted), "{said}");
    }
    assert_clean(&said, "the output");
}

#[test]
fn what_the_queue_keeps_is_the_encrypted_event_and_nothing_decrypted() {
    let refused = || sns_error(400, "OptedOut", &format!("{NUMBER} opted out of {CODE}"));
    let mut function = Function::start(Setup {
        sns: Box::new(move |_| Some(refused())),
        queue: Some(no_fault()),
        ..every_channel()
    });
    assert!(!function.invoke(&planted()).failed);
    let mut record = function.kept.lock().unwrap().pop().unwrap();
    assert!(!record.to_string().contains(CODE), "{record}");
    assert_eq!(record["requestPayload"].take(), planted());
    assert_clean(&record.to_string(), "the record about the event");
    assert_clean(&function.end(), "an event kept");

    let mut function = Function::start(Setup {
        sns: Box::new(move |_| Some(refused())),
        queue: Some(Box::new(|_| Some(Response::new(400, planted().to_string())))),
        ..every_channel()
    });
    let answer = function.invoke(&planted());
    assert_eq!(answer.error().as_deref(), Some("send-recipient-refused"));
    assert_clean(&(function.end() + &answer.body), "a queue that repeats what it refuses");
}

#[test]
fn no_secret_is_said_when_it_panics() {
    let it = std::env::current_exe().unwrap();
    let panicking = it.parent().unwrap().with_file_name("examples").join("panicking");
    let setup = Setup {
        delivery: json!({
            "providers": {"own": {"type": "custom", "kind": "panicking"}},
            "sms": {"countries": "any", "routes": [{"via": ["own"]}]},
            "email": {"routes": [{"via": ["own"]}]},
        }),
        ..every_channel()
    };
    let mut function = Function::run(in_lambda(panicking), setup);
    let answers = [planted(), planted_mail()].map(|event| function.invoke(&event));
    let said = function.end();
    assert_eq!(
        said.matches(r#""Outcome":"failed","Reason":"process-panicked""#)
            .count(),
        2,
        "{said}"
    );
    for answer in answers {
        assert_eq!(answer.error().as_deref(), Some("process-panicked"), "{answer:?}");
        assert_clean(&(answer.body + &said), "a panic");
    }
}
