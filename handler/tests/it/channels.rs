//! E-mail, Cognito's own messages, and the stack's own texts, by the running function.

use std::time::Duration;

use serde_json::{Value, json};

use crate::function::{Function, Setup, event};

const ADDRESS: &str = "jane@acme.example";

fn mail() -> Setup {
    Setup {
        delivery: json!({
            "providers": {"ses": {"type": "ses", "from": "Acme <no-reply@acme.example>"}},
            "email": {"routes": [{"via": ["ses"]}]},
        }),
        texts: vec![
            ("en/SignUp.email.txt", "Subject: Welcome\n\nYour code is {{ code }}.\n"),
            (
                "en/SignUp.email.html",
                "<p>Your code, {{ user_name }}: <b>{{ code }}</b></p>\n",
            ),
        ],
        ..Setup::default()
    }
}

fn by_email(purpose: &str) -> Value {
    let mut event = event(purpose, "signed");
    event["triggerSource"] = json!(format!("CustomEmailSender_{purpose}"));
    event["request"]["type"] = json!("customEmailSenderRequestV1");
    event["request"]["userAttributes"] = json!({"email": ADDRESS, "locale": "es-MX"});
    event["userName"] = json!("<jane>");
    event
}

#[test]
fn a_user_gets_the_code_by_email_in_the_stacks_own_words_or_in_ours() {
    let function = Function::start(mail());
    for purpose in ["SignUp", "ForgotPassword"] {
        assert!(!function.invoke(&by_email(purpose)).failed);
    }
    let mails = function.mails.lock().unwrap().clone();
    let (own, built_in) = (&mails[0], &mails[1]);
    assert_eq!(own["Destination"]["ToAddresses"], json!([ADDRESS]));
    let content = &own["Content"]["Simple"];
    assert_eq!(content["Subject"]["Data"], "Welcome");
    assert_eq!(content["Body"]["Text"]["Data"], "Your code is 123456.");
    assert_eq!(
        content["Body"]["Html"]["Data"],
        "<p>Your code, &lt;jane&gt;: <b>123456</b></p>"
    );
    // The stack has no text for this purpose, and the user reads Spanish.
    let text = built_in["Content"]["Simple"]["Body"]["Text"]["Data"].as_str().unwrap();
    assert!(text.contains("123456") && text.contains("contraseña"), "{text}");

    let mut nobody = by_email("SignUp");
    nobody["request"]["userAttributes"] = json!({"phone_number": "+12025550173"});
    assert!(!function.invoke(&nobody).failed);
    assert_eq!(function.mails.lock().unwrap().len(), 2);
    let lines = function.stop();
    let said: Vec<_> = lines
        .iter()
        .filter(|line| line["message"] != "message counted")
        .map(|line| (line["channel"].clone(), line["locale"].clone(), line["error"].clone()))
        .collect();
    assert_eq!(
        said,
        [
            (json!("email"), json!("en"), Value::Null),
            (json!("email"), json!("es"), Value::Null),
            (json!("email"), Value::Null, json!("event-no-email")),
        ]
    );
}

#[test]
fn cognito_is_answered_with_texts_that_keep_its_placeholders() {
    let answer = |email: bool, purpose: &str| {
        let function = Function::start(Setup {
            delivery: json!({"providers": {}, "custom_message": {"email": email}}),
            // Far less than Cognito's five seconds.
            remaining: Duration::from_secs(3),
            ..Setup::default()
        });
        let mut event: Value =
            serde_json::from_str(include_str!("../fixtures/events/CustomMessage_AdminCreateUser.json")).unwrap();
        event["triggerSource"] = json!(format!("CustomMessage_{purpose}"));
        let answer = function.invoke(&event);
        assert!(!answer.failed, "{answer:?}");
        let answer: Value = serde_json::from_str(&answer.body).unwrap();
        let lines = function.stop();
        (event, answer, lines)
    };
    let (event, answered, lines) = answer(true, "AdminCreateUser");
    let response = &answered["response"];
    for member in ["smsMessage", "emailMessage"] {
        let text = response[member].as_str().unwrap();
        assert!(text.contains("{####}") && text.contains("{username}"), "{text}");
    }
    assert!(response["emailSubject"].is_string());
    for member in [
        "version",
        "triggerSource",
        "region",
        "userPoolId",
        "userName",
        "callerContext",
        "request",
    ] {
        assert_eq!(
            answered[member], event[member],
            "the rest of the event comes back as it went"
        );
    }
    assert_eq!(lines[0]["message"], "message written");

    let (_, answered, _) = answer(false, "AdminCreateUser");
    assert_eq!(answered["response"]["emailMessage"], Value::Null);
    assert_eq!(answered["response"]["emailSubject"], Value::Null);
    assert!(answered["response"]["smsMessage"].is_string());

    let (event, answered, lines) = answer(true, "Novelty");
    assert_eq!(answered, event, "what is not known is left to the pool's own text");
    assert_eq!(lines[0]["error"], "event-unknown-purpose");
}
