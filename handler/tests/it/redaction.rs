//! Secrets planted in every path, and looked for in everything that the function says.

use std::time::Duration;

use serde_json::{Value, json};

use crate::function::{Function, Setup, event, message};
use crate::server::Response;
use crate::services::{Fault, kms_error, no_fault, sns_error};

const CODE: &str = "48151623";
const NUMBER: &str = "+12025550173";
const USER: &str = "jane-planted";
const EMAIL: &str = "jane@planted.example";
const METADATA: &str = "planted-metadata";

fn planted() -> Value {
    let mut event = event("SignUp", "planted");
    event["userName"] = json!(USER);
    event["request"]["userAttributes"] = json!({"phone_number": NUMBER, "email": EMAIL, "name": USER});
    event["request"]["clientMetadata"] = json!({METADATA: METADATA});
    event
}

/// Each member of the event in turn made null, removed, or of another type, with secrets inside.
fn variants() -> Vec<String> {
    let mut variants = vec![
        planted().to_string(),
        planted().to_string().replace("SignUp", "AdminCreateUser"),
    ];
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
        "/request/clientMetadata",
        "/request/userAttributes",
        "/request/userAttributes/phone_number",
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
            let mut event = planted();
            *event.pointer_mut(pointer).unwrap() = value;
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

fn assert_clean(said: &str, when: &str) {
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
    let mut function = Function::start(Setup {
        log_level: "TRACE",
        ..Setup::default()
    });
    for variant in variants() {
        let answer = function.invoke_text(variant.clone());
        assert_clean(&answer.body, &variant);
    }
    assert!(
        function.texts().iter().any(|text| text.contains(CODE)),
        "the planted code is really delivered"
    );
    assert!(
        function.texts().iter().any(|text| text.contains(USER)),
        "the planted name is really delivered"
    );
    let said = function.end();
    assert!(
        said.contains("message delivered") && said.contains("event-malformed"),
        "{said}"
    );
    assert_clean(&said, "the output");
}

#[test]
fn no_secret_is_said_whatever_the_services_answer() {
    let all = format!("{CODE} {NUMBER} {USER} {EMAIL} {METADATA}");
    let echo = |status| {
        let all = all.clone();
        move || Response::new(status, all.clone())
    };
    let always = |response: Box<dyn Fn() -> Response + Send + Sync>| -> Fault { Box::new(move |_| Some(response())) };
    let named = all.clone();
    let number = format!("Invalid parameter: PhoneNumber Reason: {NUMBER} is opted out, {CODE}");
    let parameter = number.clone();
    let cases: Vec<(Fault, Fault, &str)> = vec![
        (always(Box::new(echo(500))), no_fault(), "decrypt-kms"),
        (always(Box::new(echo(200))), no_fault(), "decrypt-kms"),
        (
            always(Box::new(move || kms_error(CODE, &named))),
            no_fault(),
            "decrypt-kms-refused",
        ),
        (
            always(Box::new(|| kms_error("AccessDeniedException", NUMBER))),
            no_fault(),
            "AccessDeniedException",
        ),
        (no_fault(), always(Box::new(echo(500))), "send-exhausted"),
        (no_fault(), always(Box::new(echo(400))), "send-exhausted"),
        (
            no_fault(),
            always(Box::new(move || sns_error(400, "InvalidParameter", &number))),
            "send-recipient-refused",
        ),
        (
            no_fault(),
            always(Box::new(move || sns_error(400, NUMBER, &parameter))),
            "send-exhausted",
        ),
        (
            no_fault(),
            always(Box::new(|| sns_error(403, "AuthorizationError", CODE))),
            "AuthorizationError",
        ),
    ];
    for (kms, sns, wanted) in cases {
        let remaining = Duration::from_secs(20);
        let mut function = Function::start(Setup {
            log_level: "TRACE",
            kms,
            sns,
            remaining,
            ..Setup::default()
        });
        let answer = function.invoke(&planted());
        let said = function.end() + &answer.body;
        assert!(said.contains(wanted), "{wanted}: {said}");
        assert_clean(&said, wanted);
    }
}
