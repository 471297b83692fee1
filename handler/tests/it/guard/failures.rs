//! A table that is throttled, broken, slow or closed to the role decides nothing: what was declared does, and it is counted.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use handler::delivery::Policy;
use handler::send::Accepted;
use serde_json::{Value, json};

use super::proxy::{Luck, good};
use super::world::{World, sms};

const THROTTLED: &str = r#"{"__type": "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException"}"#;
const BROKEN: &str = r#"{"__type": "com.amazonaws.dynamodb.v20120810#InternalServerError"}"#;
const DENIED: &str = r#"{"__type": "com.amazon.coral.service#AccessDeniedException", "Message": "+12025550173"}"#;

/// Bad days by the name that they get.
fn bad_days() -> [(&'static str, Luck); 5] {
    [
        ("ProvisionedThroughputExceeded", Luck::Bad(400, THROTTLED)),
        ("InternalServerError", Luck::Bad(500, BROKEN)),
        ("AccessDenied", Luck::Bad(400, DENIED)),
        ("unreadable-answer", Luck::Bad(200, "<html>")),
        ("timeout", Luck::Slow),
    ]
}

fn about(call: &Value, what: &str) -> bool {
    call["Key"]["pk"]["S"].as_str().unwrap().starts_with(what)
}

#[tokio::test]
async fn without_an_answer_about_duplicates_a_message_goes_out_or_waits_as_declared() {
    let world = World::new().await;
    for (number, (cause, luck)) in bad_days().into_iter().enumerate() {
        for policy in [Policy::Open, Policy::Closed] {
            world.luck(move |_| luck);
            let handler = world.handler(&json!({"on_failure": {"duplicates": policy}}));
            let event = sms(&format!("{number} {policy:?}"), "+12025550173");
            let (before, start) = (world.sent(), Instant::now());
            let outcome = world.deliver(&handler, &event).await;
            let (sent, took) = (world.sent() - before, start.elapsed());
            let unanswered = world.unanswered();
            *world.proxying.lock().unwrap() = good();
            match policy {
                Policy::Open => {
                    assert_eq!((outcome.as_str(), sent), ("delivered", 1), "{cause}");
                    assert_eq!(
                        unanswered,
                        [format!("duplicates open {cause}"), format!("note - {cause}")]
                    );
                    // Half a second before the message and half a second after it, on a busy machine.
                    assert!(took < Duration::from_secs(2), "{cause}: {took:?}");
                }
                Policy::Closed => {
                    assert_eq!((outcome.as_str(), sent), ("failed/guard-unavailable", 0), "{cause}");
                    assert_eq!(unanswered, [format!("duplicates closed {cause}")]);
                    assert!(took < Duration::from_millis(3500), "{cause}: {took:?}");
                    assert_eq!(world.deliver(&handler, &event).await, "delivered", "it was not lost");
                    world.unanswered();
                }
            }
        }
    }
}

#[tokio::test]
async fn without_an_answer_about_rates_a_message_waits_or_goes_out_as_declared() {
    let world = World::new().await;
    for (number, (cause, luck)) in bad_days().into_iter().enumerate() {
        for policy in [Policy::Closed, Policy::Open] {
            world.luck(move |call| if about(call, "pool#") { luck } else { Luck::Good });
            let handler = world.handler(&json!({
                "rates": {"country": [{"max": 100, "per_s": 60}], "pool": [{"max": 100, "per_s": 60}]},
                "on_failure": {"rates": policy},
            }));
            let event = sms(&format!("{number} {policy:?}"), "+12025550173");
            let before = world.sent();
            let outcome = world.deliver(&handler, &event).await;
            let sent = world.sent() - before;
            let unanswered = world.unanswered();
            *world.proxying.lock().unwrap() = good();
            assert_eq!(unanswered, [format!("rates {} {cause}", policy.name())]);
            match policy {
                Policy::Open => assert_eq!((outcome.as_str(), sent), ("delivered", 1), "{cause}"),
                Policy::Closed => {
                    assert_eq!((outcome.as_str(), sent), ("failed/guard-unavailable", 0), "{cause}");
                    // The lease was given back, so that a retry need not wait for its end.
                    assert_eq!(world.deliver(&handler, &event).await, "delivered", "{cause}");
                    world.unanswered();
                }
            }
        }
    }
}

#[tokio::test]
async fn a_code_waits_for_half_a_second_in_all() {
    let world = World::new().await;
    let handler = world.handler(&json!({
        "rates": {"recipient": [{"max": 9, "per_s": 60}], "pool": [{"max": 9, "per_s": 60}]},
        "on_failure": {"rates": "open"},
    }));
    // Its first call opens connections.
    assert_eq!(world.deliver(&handler, &sms("one", "+12025550173")).await, "delivered");
    world.luck(|_| Luck::Slow);
    let (start, asked) = (Instant::now(), Arc::new(Mutex::new(Duration::ZERO)));
    let noted = Arc::clone(&asked);
    world.answers(move |_| {
        *noted.lock().unwrap() = start.elapsed();
        Ok(Accepted::default())
    });
    assert_eq!(world.deliver(&handler, &sms("two", "+12025550173")).await, "delivered");
    let waited = *asked.lock().unwrap();
    assert!((450..900).contains(&waited.as_millis()), "{waited:?}");
    assert_eq!(
        world.unanswered(),
        ["duplicates open timeout", "rates open timeout", "note - timeout"]
    );
}

#[tokio::test]
async fn an_answer_that_is_lost_once_costs_nothing_but_a_moment() {
    let world = World::new().await;
    let handler = world.handler(&json!({"rates": {"pool": [{"max": 2, "per_s": 86400}]}}));
    for (number, what) in ["message#", "pool#"].into_iter().enumerate() {
        let times = AtomicUsize::new(0);
        world.luck(move |call| {
            let lost = about(call, what) && times.fetch_add(1, Ordering::Relaxed) == 0;
            if lost { Luck::Lost } else { Luck::Good }
        });
        let outcome = world.deliver(&handler, &sms(&number.to_string(), "+12025550173")).await;
        // What was lost of a counter is not counted twice: it knows who counted last.
        assert_eq!(outcome, "delivered", "{what}");
    }
    assert_eq!(world.unanswered(), [""; 0]);
}

#[tokio::test]
async fn without_the_secret_nothing_is_known_of_recipients() {
    let mut world = World::new().await;
    world.secret = "arn:aws:secretsmanager:eu-west-1:000000000000:secret:gone-AbCdEf".to_owned();
    let rates = json!({"recipient": [{"max": 1, "per_s": 60}], "pool": [{"max": 100, "per_s": 60}]});
    let event = sms("one", "+12025550173");
    let closed = world.handler(&json!({"rates": rates}));
    assert_eq!(world.deliver(&closed, &event).await, "failed/guard-unavailable");
    assert_eq!(world.unanswered(), ["rates closed secret-ResourceNotFound"]);
    let open = world.handler(&json!({"rates": rates, "on_failure": {"rates": "open"}}));
    assert_eq!(world.deliver(&open, &event).await, "delivered");
    assert_eq!(world.unanswered(), ["rates open secret-ResourceNotFound"]);
    let counters = world.items().await;
    assert!(
        counters
            .iter()
            .any(|item| item["pk"]["S"].as_str().unwrap().starts_with("pool#")),
        "{counters:?}"
    );
}
