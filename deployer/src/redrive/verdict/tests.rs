//! Tables: which failures of which age are worth sending again.

use handler::event::Purpose;
use serde_json::{Value, json};

use super::*;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const NOW: i64 = 1_800_000_000_000;

fn lifetimes() -> Lifetimes {
    Lifetimes {
        sessions: BTreeMap::from([("patient".to_owned(), Duration::from_mins(15))]),
        invitation: None,
        tried: Duration::from_secs(150),
    }
}

/// An SMS of a purpose for a user with this code.
fn event(purpose: &str, user: &str, code: &str) -> Value {
    json!({
        "triggerSource": format!("CustomSMSSender_{purpose}"),
        "userPoolId": "us-west-2_AbCdEf123",
        "userName": user,
        "callerContext": {"clientId": "hasty"},
        "request": {"type": "customSMSSenderRequestV1", "code": code, "userAttributes": {"phone_number": "+12025550173"}},
    })
}

fn failed(id: &str, age: i64, error: &str, event: &Value) -> Failed {
    let body = json!({"requestPayload": event, "responsePayload": {"errorType": error}}).to_string();
    Failed::read(id.to_owned(), NOW - age, None, &body)
}

/// Records that no check holds back.
fn checked(failed: Vec<Failed>) -> Vec<Examined> {
    let checked = |failed| Examined { failed, doubt: None };
    failed.into_iter().map(checked).collect()
}

fn verdicts(failed: Vec<Failed>) -> Vec<(String, Why)> {
    verdicts_of(checked(failed))
}

fn verdicts_of(examined: Vec<Examined>) -> Vec<(String, Why)> {
    let judged = judge(examined, &lifetimes(), NOW);
    judged
        .into_iter()
        .map(|judged| (judged.failed.id, judged.why))
        .collect()
}

fn verdict(age: i64, error: &str, event: &Value) -> Why {
    verdicts(vec![failed("a", age, error, event)]).pop().unwrap().1
}

#[test]
fn a_code_is_worth_sending_as_long_as_it_is_good_whenever_it_was_made() {
    // What Lambda may have tried before the failure, 150 s, counts as age.
    for (purpose, longest) in [
        ("Authentication", 3 * MINUTE),
        ("ForgotPassword", HOUR),
        ("SignUp", 24 * HOUR),
        ("ResendCode", 24 * HOUR),
        ("UpdateUserAttribute", 24 * HOUR),
        ("VerifyUserAttribute", 24 * HOUR),
        ("AdminCreateUser", 24 * HOUR),
    ] {
        let event = event(purpose, "jane", "AYADeA==");
        let last = longest - 150_000;
        assert_eq!(verdict(last - 1, "send-exhausted", &event), Why::Good, "{purpose}");
        assert_eq!(verdict(last, "send-exhausted", &event), Why::Expired, "{purpose}");
    }
    let notice = event("AccountTakeOverNotification", "jane", "");
    assert_eq!(verdict(90 * HOUR, "send-exhausted", &notice), Why::Good);
}

#[test]
fn client_and_pool_say_how_long_some_codes_last() {
    let mut sign_in = event("Authentication", "jane", "AYADeA==");
    assert_eq!(verdict(10 * MINUTE, "send-timed-out", &sign_in), Why::Expired);
    *sign_in.pointer_mut("/callerContext/clientId").unwrap() = json!("patient");
    assert_eq!(verdict(10 * MINUTE, "send-timed-out", &sign_in), Why::Good);
    assert_eq!(verdict(13 * MINUTE, "send-timed-out", &sign_in), Why::Expired);
    let invitation = event("AdminCreateUser", "jane", "AYADeA==");
    let known = Lifetimes {
        invitation: Some(Duration::from_hours(7 * 24)),
        ..lifetimes()
    };
    let judged = judge(
        checked(vec![failed("a", 72 * HOUR, "send-exhausted", &invitation)]),
        &known,
        NOW,
    );
    assert!(judged.iter().all(|judged| judged.why == Why::Good));
    assert!(judged.iter().all(|judged| judged.is_expired(NOW + 96 * HOUR)));
}

#[test]
fn a_failure_is_final_or_may_pass() {
    for (error, why) in [
        ("send-recipient-refused", Why::Recipient),
        ("event-bad-phone-number", Why::Recipient),
        ("send-exhausted", Why::Good),
        ("send-timed-out", Why::Good),
        // Another list of countries may serve it.
        ("guard-unclear-country", Why::Good),
        ("send-no-route", Why::Good),
        ("send-no-provider", Why::Good),
        ("compose-no-code", Why::Good),
        ("panicked", Why::Good),
        ("Sandbox.Timedout", Why::Good),
        ("Runtime.ExitError", Why::Good),
        ("", Why::Good),
        ("decrypt-kms-refused", Why::Good),
        ("decrypt-kms-unreachable", Why::Good),
        ("decrypt-kms-timed-out", Why::Good),
        // After a swap of keys `key.previous` mends these.
        ("decrypt-no-known-key", Why::Good),
        ("decrypt-kms-other-key", Why::Good),
        ("decrypt-signature", Why::Undecryptable),
    ] {
        assert_eq!(
            verdict(MINUTE, error, &event("SignUp", "jane", "AYADeA==")),
            why,
            "{error}"
        );
    }
}

/// The codes that are compared here are the handler's.
#[test]
fn codes_are_spelt_as_the_handler_spells_them() {
    use handler::decrypt::{DataKeyError, DecryptError};
    use handler::event::EventError;
    let mut known = vec![DataKeyError::Unreachable.code(), DataKeyError::TimedOut.code()];
    known.push(DataKeyError::Refused(Word::new("AccessDeniedException")).code());
    known.sort_unstable();
    let mut ours = MAY_DECRYPT.to_vec();
    ours.sort_unstable();
    assert_eq!(ours, known);
    assert_eq!(
        OTHER_KEY,
        [DecryptError::NoKnownKey.code(), DataKeyError::OtherKey.code()]
    );
    for error in [
        EventError::NoCode,
        EventError::NoPhoneNumber,
        EventError::BadPhoneNumber,
        EventError::NoEmailAddress,
        EventError::BadEmailAddress,
    ] {
        assert!(RECIPIENT.contains(&error.code()), "{error}");
    }
    assert!(DecryptError::NoKnownKey.code().starts_with(DECRYPT));
}

#[test]
fn a_newer_code_of_the_same_user_purpose_and_channel_voids_the_older() {
    let sms = |purpose: &str, user: &str, code: &str| event(purpose, user, code);
    let mut email = sms("SignUp", "jane", "e");
    *email.pointer_mut("/request/type").unwrap() = json!("customEmailSenderRequestV1");
    let found = verdicts(vec![
        failed("old", 5 * MINUTE, "send-exhausted", &sms("SignUp", "jane", "a")),
        failed(
            "resent",
            2 * MINUTE,
            "send-recipient-refused",
            &sms("ResendCode", "jane", "b"),
        ),
        failed("other-user", 3 * MINUTE, "send-exhausted", &sms("SignUp", "john", "c")),
        failed(
            "other-purpose",
            3 * MINUTE,
            "send-exhausted",
            &sms("ForgotPassword", "jane", "d"),
        ),
        failed("other-channel", 3 * MINUTE, "send-exhausted", &email),
        failed(
            "first-notice",
            3 * MINUTE,
            "",
            &sms("AccountTakeOverNotification", "jane", "f"),
        ),
        failed(
            "second-notice",
            2 * MINUTE,
            "",
            &sms("AccountTakeOverNotification", "jane", "g"),
        ),
    ]);
    let expected = [
        ("old", Why::Superseded),
        ("resent", Why::Recipient),
        ("other-user", Why::Good),
        ("other-purpose", Why::Good),
        ("other-channel", Why::Good),
        ("first-notice", Why::Good),
        ("second-notice", Why::Good),
    ];
    assert_eq!(found, expected.map(|(id, why)| (id.to_owned(), why)));
}

/// Lambda may have tried the older code for as long as `tried` says, and the newer one not at all.
#[test]
fn of_codes_that_failed_close_together_nobody_knows_which_is_newer() {
    for (apart, older) in [(150_000, Why::Good), (150_001, Why::Superseded)] {
        let found = verdicts(vec![
            failed("later", MINUTE, "send-exhausted", &event("SignUp", "jane", "a")),
            failed(
                "sooner",
                MINUTE + apart,
                "send-no-route",
                &event("ResendCode", "jane", "b"),
            ),
        ]);
        let expected = [("later".to_owned(), Why::Good), ("sooner".to_owned(), older)];
        assert_eq!(found, expected, "{apart} ms");
    }
}

#[test]
fn of_two_copies_one_is_sent_and_is_as_old_as_the_first() {
    let code = event("ForgotPassword", "jane", "a");
    let copies = |error| {
        verdicts(vec![
            failed("second", MINUTE, error, &code),
            failed("first", 50 * MINUTE, "send-exhausted", &code),
        ])
    };
    let found = |why| [("second".to_owned(), Why::Copy), ("first".to_owned(), why)];
    assert_eq!(copies("send-exhausted"), found(Why::Good));
    // How it failed at last counts.
    assert_eq!(copies("send-recipient-refused"), found(Why::Recipient));
    // A late copy of an old code does not void the one that came in between.
    let between = event("ForgotPassword", "jane", "b");
    let found = verdicts(vec![
        failed("first", 50 * MINUTE, "send-exhausted", &code),
        failed("between", 30 * MINUTE, "send-exhausted", &between),
        failed("second", MINUTE, "send-exhausted", &code),
    ]);
    let whys: Vec<Why> = found.into_iter().map(|(_, why)| why).collect();
    assert_eq!(whys, [Why::Superseded, Why::Good, Why::Copy]);
}

/// Else whoever can write to the queue could have genuine codes dropped.
#[test]
fn a_record_of_less_trust_changes_no_judgement_of_a_better_one() {
    let code = event("ForgotPassword", "jane", "a");
    let newer = event("ForgotPassword", "jane", "b");
    let genuine = || Examined {
        failed: failed("genuine", 20 * MINUTE, "send-exhausted", &code),
        doubt: None,
    };
    for (doubt, of_the_copy) in [
        (Some(Doubt::ForeignSender), Why::Good),
        (Some(Doubt::ForeignFunction), Why::Good),
        (Some(Doubt::SenderUnread), Why::Copy),
        (Some(Doubt::OtherSession), Why::Copy),
    ] {
        let others = [
            // Older than the genuine one, so that it would be the one that counts.
            failed("older", 40 * MINUTE, "send-exhausted", &code),
            // The last failure of the event, by which nobody could deliver it.
            failed("final", MINUTE, "send-recipient-refused", &code),
            failed("newer", MINUTE, "send-exhausted", &newer),
        ];
        let others = others.map(|failed| Examined { failed, doubt });
        for reversed in [false, true] {
            let mut all: Vec<Examined> = std::iter::once(genuine()).chain(others.clone()).collect();
            if reversed {
                all.reverse();
            }
            let found: BTreeMap<String, Why> = verdicts_of(all).into_iter().collect();
            assert_eq!(found.get("genuine"), Some(&Why::Good), "{doubt:?} {reversed}");
            assert_eq!(found.get("older"), Some(&of_the_copy), "{doubt:?} {reversed}");
        }
    }
    // The other way round a genuine record counts.
    let unchecked = |id, age, event| Examined {
        failed: failed(id, age, "send-exhausted", event),
        doubt: Some(Doubt::SenderUnread),
    };
    let all = vec![
        unchecked("unchecked", 30 * MINUTE, &newer),
        unchecked("twice", 40 * MINUTE, &newer),
        genuine(),
    ];
    let found = verdicts_of(all);
    let wanted = [
        ("unchecked", Why::Copy),
        ("twice", Why::Superseded),
        ("genuine", Why::Good),
    ];
    assert_eq!(found, wanted.map(|(id, why)| (id.to_owned(), why)));
}

#[test]
fn what_cannot_be_read_is_unreadable_and_says_nothing() {
    let none = json!({"version": "1.0", "requestPayload": {"userName": "jane"}}).to_string();
    let unknown = json!({"requestPayload": event("Novelty", "jane", "a")}).to_string();
    for body in ["", "{", "[]", "jane", &none, &unknown] {
        let read = Failed::read("a".to_owned(), NOW, None, body);
        assert!(!format!("{read:?}").contains("jane"), "{read:?}");
        assert_eq!(verdicts(vec![read])[..], [("a".to_owned(), Why::Unreadable)], "{body}");
    }
}

#[test]
fn an_event_is_kept_as_it_came_and_prints_nothing() {
    let payload = r#"{ "userName":"jane","triggerSource":"CustomSMSSender_SignUp","userPoolId":"us-west-2_AbCdEf123",
        "request":{"type":"customSMSSenderRequestV1","code":"AYADeA==","x":1.50e1,"userAttributes":{"phone_number":"+12025550173"}}}"#;
    let body = format!(
        r#"{{"timestamp":"2027-01-15T07:59:59.500Z","requestContext":{{"condition":"RetriesExhausted"}},"requestPayload":{payload}}}"#
    );
    let read = Failed::read("a".to_owned(), NOW, None, &body);
    assert_eq!(read.at_ms, NOW - 500);
    assert_eq!(read.error.as_ref().map(Word::as_str), Some("RetriesExhausted"));
    let event = read.event.as_ref().unwrap();
    assert_eq!(
        (event.purpose, event.payload.expose().as_str()),
        (Purpose::SignUp, payload)
    );
    let printed = format!("{read:?}");
    for secret in ["jane", "2025550173", "AYADeA"] {
        assert!(!printed.contains(secret), "{printed}");
    }
}
