//! Events to messages, and what Lambda and the metrics are told about them.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::function::{Function, STACK, Setup, event, message};
use crate::server::Response;
use crate::services::{MESSAGE_ID, kms_error, no_fault, other_data_key, sns_error};

/// The lines that count events, as `metric[/reason]`.
fn counts(lines: &[Value]) -> Vec<String> {
    let count = |line: &Value| {
        let metric = line["_aws"]["CloudWatchMetrics"][0]["Metrics"][0]["Name"].as_str()?;
        assert_eq!(line["_aws"]["CloudWatchMetrics"][0]["Namespace"], "CognitoMessages");
        assert_eq!((&line[metric], &line["Stack"]), (&json!(1), &json!(STACK)));
        Some(
            line["Reason"]
                .as_str()
                .map_or(metric.to_owned(), |reason| format!("{metric}/{reason}")),
        )
    };
    lines.iter().filter_map(count).collect()
}

/// The attributes of a publication, in the order of their names.
fn attributes(published: &BTreeMap<String, String>) -> Vec<String> {
    let member = |number: usize, name: &str| published.get(&format!("MessageAttributes.entry.{number}.{name}"));
    let attribute = |number| {
        Some(format!(
            "{}={}",
            member(number, "Name")?,
            member(number, "Value.StringValue")?
        ))
    };
    let mut attributes: Vec<_> = (1..).map_while(attribute).collect();
    attributes.sort();
    attributes
}

#[test]
fn a_user_gets_the_code_by_sms() {
    let function = Function::start(Setup::default());
    for (purpose, code) in [
        ("SignUp", "signed"),
        ("Authentication", "committed"),
        ("AdminCreateUser", "escaped password"),
    ] {
        let answer = function.invoke(&event(purpose, code));
        assert_eq!((answer.failed, answer.body.as_str()), (false, "null"));
    }
    let mut notice = event("AccountTakeOverNotification", "signed");
    notice["request"]["code"] = Value::Null;
    assert!(!function.invoke(&notice).failed);

    assert_eq!(
        function.texts(),
        [
            "123456 is your code to confirm your account. Do not share it with anyone.",
            "12345678 is your code to sign in. Do not share it with anyone.",
            "Your user name is jane and your temporary password is a<b&amp;c\"7",
            "We noticed an unusual sign-in to your account. If it was not you, change your password now.",
        ]
    );
    let published = function.published.lock().unwrap()[0].clone();
    assert_eq!(
        (published["Action"].as_str(), published["PhoneNumber"].as_str()),
        ("Publish", "+12025550173")
    );
    assert_eq!(
        attributes(&published),
        ["AWS.SNS.SMS.SMSType=Transactional", "AWS.SNS.SMS.SenderID=ACME"]
    );

    let calls = function.kms_calls.lock().unwrap().clone();
    assert_eq!(calls.len(), 3, "the notice has no code");
    let signed = message("signed");
    assert_eq!(calls[0]["KeyId"], signed["data_keys"][0]["key_arn"]);
    assert_eq!(calls[0]["EncryptionContext"], signed["context"]);
    assert_eq!(function.kms.connections(), 1, "the connection is kept");

    let lines = function.stop();
    assert_eq!(counts(&lines), ["Delivered"; 4]);
    let counted = lines.iter().find(|line| line["message"] == "message counted").unwrap();
    assert!(
        counted["Latency"].is_u64() && counted["Outcome"] == "delivered",
        "{counted}"
    );
    let mut line = lines[0].clone();
    line["timestamp"] = json!("…");
    assert_eq!(
        line,
        json!({
            "timestamp": "…", "level": "INFO", "message": "message delivered",
            "requestId": "8476a536-e9f4-11e8-9739-2dfe598c3fcd", "purpose": "SignUp", "channel": "sms",
            "country": "US", "locale": "en", "provider": "sns", "attempt": 1, "parts": 1, "messageId": MESSAGE_ID, "outcome": "delivered",
        })
    );
}

#[test]
fn the_next_provider_is_tried_in_its_own_region() {
    let function = Function::start(Setup {
        delivery: json!({
            "providers": {
                "far": {"type": "sns", "region": "us-east-1", "sms_type": "Promotional"},
                "near": {"type": "sns"},
            },
            "sms": {"countries": "any", "routes": [{"countries": ["DE"], "via": ["near"]}, {"via": ["far", "near"]}]},
        }),
        sns: Box::new(|region| (region == "us-east-1").then(|| sns_error(403, "AuthorizationError", "no"))),
        ..Setup::default()
    });
    assert!(!function.invoke(&event("SignUp", "signed")).failed);
    assert_eq!(
        function.published.lock().unwrap()[0]["MessageAttributes.entry.1.Value.StringValue"],
        "Transactional"
    );
    let lines = function.stop();
    assert_eq!(counts(&lines), ["Delivered"]);
    assert_eq!(
        (&lines[0]["provider"], &lines[0]["error"]),
        (&json!("far"), &json!("AuthorizationError"))
    );
    assert_eq!(
        (&lines[1]["provider"], &lines[1]["attempt"]),
        (&json!("near"), &json!(2))
    );
}

#[test]
fn a_refusal_is_counted_and_is_no_error() {
    let function = Function::start(Setup {
        queue: Some(no_fault()),
        sns: Box::new(|_| {
            Some(sns_error(
                400,
                "InvalidParameter",
                "Invalid parameter: PhoneNumber Reason: +12025550173",
            ))
        }),
        ..Setup::default()
    });
    let changed = |pointer: &str, value: Value| {
        let mut event = event("SignUp", "signed");
        *event.pointer_mut(pointer).unwrap() = value;
        function.invoke(&event)
    };
    for answer in [
        changed("/request/userAttributes/phone_number", json!("+14165550198")),
        changed("/request/userAttributes/phone_number", json!("+870773112345")),
        changed("/request/userAttributes/phone_number", json!("+12215550100")),
        changed("/request/userAttributes/phone_number", json!("0202555")),
        changed("/request/userAttributes", json!({})),
        changed("/request/code", Value::Null),
        changed("/request/type", json!("customPigeonSenderRequestV1")),
        changed("/triggerSource", json!("CustomSMSSender_Novelty")),
        function.invoke(&event("SignUp", "signed")),
    ] {
        assert!(!answer.failed, "{answer:?}");
    }
    assert_eq!(function.texts().len(), 0);
    assert_eq!(
        function.kept.lock().unwrap().len(),
        2,
        "only what could not be delivered or may have been served is kept"
    );
    assert_eq!(
        counts(&function.stop()),
        [
            "Refused/guard-country-not-served",
            "Refused/guard-no-country",
            "Refused/guard-unclear-country",
            "Refused/event-bad-phone-number",
            "Refused/event-no-phone-number",
            "Refused/event-no-code",
            "Refused/event-unknown-channel",
            "Refused/event-unknown-purpose",
            "Refused/send-recipient-refused",
        ]
    );
}

#[test]
fn a_failure_is_an_error_with_a_code_for_lambda_to_retry() {
    let function = Function::start(Setup::default());
    for (code, wanted) in [
        ("refused: other pool", "decrypt-other-pool"),
        ("refused: a stranger's key", "decrypt-no-known-key"),
        ("refused: not signed", "decrypt-suite"),
        ("previous key", "decrypt-no-known-key"),
    ] {
        let answer = function.invoke(&event("SignUp", code));
        assert_eq!(answer.error().as_deref(), Some(wanted), "{answer:?}");
    }
    assert_eq!(
        function.invoke(&json!({"request": 1})).error().as_deref(),
        Some("event-malformed")
    );
    assert!(
        !function.invoke(&event("SignUp", "signed")).failed,
        "an event after failures is delivered"
    );
    assert_eq!(counts(&function.stop()).len(), 6);

    for (response, wanted) in [
        (kms_error("AccessDeniedException", "denied"), "decrypt-kms-refused"),
        (
            other_data_key(message("signed")["data_keys"][0]["key_arn"].as_str().unwrap()),
            "decrypt-header-tag",
        ),
        (
            other_data_key("arn:aws:kms:eu-west-1:111122223333:key/other"),
            "decrypt-kms-other-key",
        ),
    ] {
        let body = response.body.clone();
        let kms = move |_: &str| Some(Response::new(response.status, body.clone()));
        let function = Function::start(Setup {
            kms: Box::new(kms),
            ..Setup::default()
        });
        assert_eq!(
            function.invoke(&event("SignUp", "signed")).error().as_deref(),
            Some(wanted)
        );
        assert_eq!(counts(&function.stop()), [format!("Failed/{wanted}")]);
    }
}

#[test]
fn what_no_retry_can_mend_is_kept_in_the_queue_at_once() {
    let function = Function::start(Setup {
        queue: Some(no_fault()),
        sns: Box::new(|_| Some(sns_error(400, "OptedOut", ""))),
        ..Setup::default()
    });
    for (code, wanted) in [
        ("refused: other pool", "decrypt-other-pool"),
        ("signed", "send-recipient-refused"),
    ] {
        let event = event("SignUp", code);
        assert!(!function.invoke(&event).failed, "{wanted}");
        let record = function.kept.lock().unwrap().pop().unwrap();
        assert_eq!(record["requestPayload"], event);
        assert_eq!(record["responsePayload"]["errorType"], wanted);
        assert_eq!(record["requestContext"]["condition"], "NotRetryable");
        assert_eq!(
            record["requestContext"]["functionArn"],
            "arn:aws:lambda:eu-west-1:111122223333:function:handler"
        );
    }
    assert!(!function.invoke(&json!({"request": 1})).failed);
    assert_eq!(function.kept.lock().unwrap().len(), 1);
    assert_eq!(
        counts(&function.stop()),
        [
            "Failed/decrypt-other-pool",
            "Refused/send-recipient-refused",
            "Failed/event-malformed"
        ]
    );

    let function = Function::start(Setup {
        queue: Some(Box::new(|_| Some(Response::new(500, "")))),
        ..Setup::default()
    });
    assert_eq!(
        function
            .invoke(&event("SignUp", "refused: other pool"))
            .error()
            .as_deref(),
        Some("decrypt-other-pool"),
        "where the queue does not take it, Lambda still has it"
    );
}

#[test]
fn what_may_pass_is_lambdas_to_retry() {
    let function = Function::start(Setup {
        queue: Some(no_fault()),
        kms: Box::new(|_| Some(kms_error("AccessDeniedException", ""))),
        ..Setup::default()
    });
    assert_eq!(
        function.invoke(&event("SignUp", "signed")).error().as_deref(),
        Some("decrypt-kms-refused")
    );
    assert_eq!(function.kept.lock().unwrap().len(), 0);
}

#[test]
fn what_no_provider_takes_is_an_error_after_the_rounds() {
    let function = Function::start(Setup {
        sns: Box::new(|_| Some(sns_error(503, "ServiceUnavailable", "busy"))),
        ..Setup::default()
    });
    let answer = function.invoke(&event("SignUp", "signed"));
    assert_eq!(answer.error().as_deref(), Some("send-exhausted"), "{answer:?}");
    let lines = function.stop();
    assert_eq!(
        lines.iter().filter(|line| line["outcome"] == "attempt-failed").count(),
        3
    );
    assert_eq!(counts(&lines), ["Failed/send-exhausted"]);
}

#[test]
fn a_hanging_service_is_left_before_lambda_ends_the_call() {
    let hang = |_: &str| {
        std::thread::sleep(Duration::from_secs(10));
        None
    };
    for (setup, wanted) in [
        (
            Setup {
                kms: Box::new(hang),
                ..Setup::default()
            },
            "decrypt-kms-timed-out",
        ),
        (
            Setup {
                sns: Box::new(hang),
                ..Setup::default()
            },
            "send-exhausted",
        ),
    ] {
        let function = Function::start(Setup {
            remaining: Duration::from_millis(2500),
            ..setup
        });
        let start = Instant::now();
        assert_eq!(
            function.invoke(&event("SignUp", "signed")).error().as_deref(),
            Some(wanted)
        );
        assert!(start.elapsed() < Duration::from_millis(2400), "{:?}", start.elapsed());
    }
}

/// The runtime answers such an event itself; without a line of the handler's own nobody would see it.
#[test]
fn an_event_that_is_not_json_is_logged_and_counted_without_its_content() {
    let function = Function::start(Setup::default());
    for event in [
        "{\"request\": {\"code\": \"planted-code\", \"+12025550173\": \"+12025550173\"",
        "{\"planted-code\": {\"+12025550173\": \"\n\"}}",
        "planted-code",
        "",
    ] {
        let answer = function.invoke_text(event.to_owned());
        assert_eq!(answer.error().as_deref(), Some("event-not-json"), "{event}");
        let body = &answer.body;
        assert!(!body.contains("planted") && !body.contains("2025550173"), "{body}");
    }
    assert!(
        !function.invoke(&event("SignUp", "signed")).failed,
        "the function goes on"
    );
    let lines = function.stop();
    assert_eq!(
        counts(&lines),
        [
            "Failed/event-not-json",
            "Failed/event-not-json",
            "Failed/event-not-json",
            "Failed/event-not-json",
            "Delivered"
        ]
    );
    let errors: Vec<&Value> = lines.iter().filter(|line| line["level"] == "ERROR").collect();
    let logged = errors.iter().filter(|line| line["error"] == "event-not-json").count();
    assert_eq!(logged, 4, "{errors:?}");
    let said = format!("{lines:?}");
    assert!(!said.contains("planted") && !said.contains("2025550173"), "{said}");
}

#[test]
fn what_the_stack_declines_is_counted_and_costs_no_call() {
    let function = Function::start(Setup {
        queue: Some(no_fault()),
        delivery: json!({
            "providers": {"sns": {"type": "sns"}},
            "sms": {"countries": {"only": ["US", "CA"]}, "routes": [
                {"purposes": ["AdminCreateUser", "AccountTakeOverNotification"], "via": []},
                {"countries": ["CA"], "via": []},
                {"via": ["sns"]},
            ]},
        }),
        ..Setup::default()
    });
    assert!(!function.invoke(&event("AdminCreateUser", "escaped password")).failed);
    let mut notice = event("AccountTakeOverNotification", "signed");
    notice["request"]["code"] = Value::Null;
    notice["request"]["userAttributes"] = json!({});
    assert!(!function.invoke(&notice).failed);
    let mut canadian = event("SignUp", "signed");
    canadian["request"]["userAttributes"]["phone_number"] = json!("+14165550198");
    assert!(!function.invoke(&canadian).failed);
    assert!(!function.invoke(&event("SignUp", "signed")).failed);

    assert_eq!(function.texts().len(), 1);
    assert_eq!(function.kms_calls.lock().unwrap().len(), 1);
    assert_eq!(function.kept.lock().unwrap().len(), 0);
    let lines = function.stop();
    assert_eq!(
        counts(&lines),
        [
            "Refused/send-declined",
            "Refused/send-declined",
            "Refused/send-declined",
            "Delivered"
        ]
    );
    let line = lines.iter().find(|line| line["outcome"] == "refused").unwrap();
    let message = line["message"].as_str().unwrap();
    assert!(message.contains("declines messages for this purpose"), "{line}");
}
