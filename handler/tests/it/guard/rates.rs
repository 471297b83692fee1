//! Rates: who is counted by what, for how long, and that no limit is passed.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use handler::send::{Accepted, ProviderError, Retry};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::world::{World, email, expires, sms};

const JANE: &str = "+12025550173";
const JOE: &str = "+12025550174";
const JUTTA: &str = "+4915123456789";
const NOBODY: &str = "+870773112345";

/// Delivers one code after the other; returns how each was counted, less what all have in common.
async fn outcomes(world: &World, guard: &Value, events: impl IntoIterator<Item = Value>) -> Vec<String> {
    let handler = world.handler(guard);
    let mut outcomes = Vec::new();
    for event in events {
        let outcome = world.deliver(&handler, &event).await;
        outcomes.push(outcome.replace("refused/guard-rate-", ""));
    }
    outcomes
}

fn to(numbers: &[&str], from: usize) -> Vec<Value> {
    let numbered = numbers.iter().enumerate();
    numbered
        .map(|(number, to)| sms(&format!("code {}", from + number), to))
        .collect()
}

#[tokio::test]
async fn each_recipient_has_as_many_as_the_window_allows() {
    let world = World::new().await;
    let guard = json!({"rates": {"recipient": [{"max": 2, "per_s": 60}, {"max": 3, "per_s": 3600}]}});
    world.to_next_window(Duration::from_hours(1));
    assert_eq!(
        outcomes(&world, &guard, to(&[JANE, JOE, JANE, JANE], 0)).await,
        ["delivered", "delivered", "delivered", "recipient"]
    );
    world.later(Duration::from_mins(1));
    // The longer window has one left: what was refused did not use it up.
    assert_eq!(
        outcomes(&world, &guard, to(&[JANE, JANE, JOE], 4)).await,
        ["delivered", "recipient", "delivered"]
    );
    world.later(Duration::from_hours(1));
    assert_eq!(outcomes(&world, &guard, to(&[JANE], 7)).await, ["delivered"]);

    let mails = [
        "jane@acme.example",
        "JANE@acme.example",
        "Jane@ACME.example",
        "joe@acme.example",
    ];
    let mails = mails
        .iter()
        .enumerate()
        .map(|(number, to)| email(&format!("mail {number}"), to));
    assert_eq!(
        outcomes(&world, &guard, mails).await,
        ["delivered", "delivered", "recipient", "delivered"],
        "however it is capitalized"
    );
}

#[tokio::test]
async fn each_country_has_its_own_limit() {
    let world = World::new().await;
    let guard = json!({"rates": {
        "country": [{"max": 1, "per_s": 3600}],
        "countries": {"US": [{"max": 2, "per_s": 3600}]},
    }});
    world.to_next_window(Duration::from_hours(1));
    assert_eq!(
        outcomes(&world, &guard, to(&[JANE, JUTTA, JOE, JUTTA, JANE, NOBODY, NOBODY], 0)).await,
        [
            "delivered",
            "delivered",
            "delivered",
            "country",
            "country",
            "delivered",
            "country"
        ]
    );
    let mail = email("mail", "jane@acme.example");
    assert_eq!(
        outcomes(&world, &guard, [mail]).await,
        ["delivered"],
        "an e-mail has no country"
    );
    let free = json!({"rates": {"country": [{"max": 1, "per_s": 3600}], "countries": {"US": []}}});
    assert_eq!(
        outcomes(&world, &free, to(&[JANE, JOE], 7)).await,
        ["delivered", "delivered"]
    );
}

#[tokio::test]
async fn the_pool_has_a_limit_a_channel_and_who_is_refused_uses_up_nothing() {
    let world = World::new().await;
    world.to_next_window(Duration::from_hours(1));
    let guard = json!({"rates": {
        "recipient": [{"max": 2, "per_s": 3600}],
        "country": [{"max": 3, "per_s": 3600}],
        "pool": [{"max": 4, "per_s": 3600}],
    }});
    assert_eq!(
        outcomes(&world, &guard, to(&[JANE, JANE, JANE, JOE, JOE, JUTTA, JUTTA], 0)).await,
        [
            "delivered",
            "delivered",
            "recipient",
            "delivered",
            "country",
            "delivered",
            "pool"
        ]
    );
    let mail = email("mail", "jane@acme.example");
    assert_eq!(
        outcomes(&world, &guard, [mail]).await,
        ["delivered"],
        "mails are counted apart"
    );
    let mut counted: Vec<_> = world
        .items()
        .await
        .iter()
        .filter_map(|item| {
            let key = item["pk"]["S"].as_str().unwrap().split('#').collect::<Vec<_>>();
            let messages = item.get("messages")?["N"].as_str().unwrap();
            let whom = if key[0] == "recipient" { "…" } else { key[2] };
            Some(format!("{} {} {whom} {messages}", key[0], key[1]))
        })
        .collect();
    counted.sort();
    assert_eq!(
        counted,
        [
            "country sms DE 1",
            "country sms US 3",
            "pool email all 1",
            "pool sms all 4",
            "recipient email … 1",
            "recipient sms … 1",
            "recipient sms … 1",
            "recipient sms … 2",
        ]
    );
}

#[tokio::test]
async fn a_retry_of_one_code_is_not_counted_again() {
    let world = World::new().await;
    world.to_next_window(Duration::from_hours(1));
    let guard = json!({"rates": {"recipient": [{"max": 2, "per_s": 3600}]}});
    world.answers(|_| Err(ProviderError::new(Retry::Anywhere, "timeout")));
    let (code, once) = (sms("one", JANE), [sms("one", JANE)]);
    for _ in 0..3 {
        assert_eq!(outcomes(&world, &guard, once.clone()).await, ["failed/send-exhausted"]);
        world.later(Duration::from_mins(1));
    }
    world.answers(|_| Ok(Accepted::default()));
    assert_eq!(
        outcomes(&world, &guard, [code, sms("two", JANE), sms("three", JANE)]).await,
        ["delivered", "delivered", "recipient"]
    );
}

#[tokio::test]
async fn no_limit_is_passed_by_who_comes_at_once() {
    let world = Arc::new(World::new().await);
    world.to_next_window(Duration::from_hours(1));
    let guard = json!({"rates": {"recipient": [{"max": 7, "per_s": 3600}], "pool": [{"max": 1000, "per_s": 3600}]}});
    let mut deliveries = JoinSet::new();
    for number in 0..50 {
        let (world, handler) = (Arc::clone(&world), world.handler(&guard));
        let event = sms(&format!("code {number}"), JANE);
        deliveries.spawn(async move {
            let answer = handler.handle(&super::world::invocation(), &event).await;
            (answer.is_err(), event, handler, world)
        });
    }
    let mut failed = Vec::new();
    while let Some(ended) = deliveries.join_next().await {
        let (error, event, handler, _) = ended.unwrap();
        failed.extend(error.then_some((event, handler)));
    }
    // A table that is too slow for all of them at once fails some, which Lambda tries again.
    for (event, handler) in failed {
        world.later(Duration::from_mins(1));
        handler.handle(&super::world::invocation(), &event).await.unwrap();
    }
    assert_eq!(world.sent(), 7);
    let messages: BTreeSet<_> = world.sent.lock().unwrap().iter().cloned().collect();
    assert_eq!(messages.len(), 7);
}

#[tokio::test]
async fn nothing_of_a_recipient_is_kept_and_nothing_for_ever() {
    let world = World::new().await;
    let guard = json!({"rates": {"recipient": [{"max": 9, "per_s": 86400}], "pool": [{"max": 9, "per_s": 60}]}});
    let events = [sms("one", JANE), email("two", "jane@acme.example")];
    assert_eq!(outcomes(&world, &guard, events).await, ["delivered", "delivered"]);
    let items = world.items().await;
    assert_eq!(items.len(), 6);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    for item in &items {
        let kept = expires(item) - now;
        assert!((60 * 60..=25 * 60 * 60).contains(&kept), "{item}");
        let told = item.to_string();
        for secret in [&JANE[1..], "jane", "acme.example", "48151623", "planted"] {
            assert!(!told.contains(secret), "{secret} in {told}");
        }
    }
    let hmacs: BTreeSet<_> = items
        .iter()
        .filter_map(|item| item["pk"]["S"].as_str().unwrap().strip_prefix("recipient#"))
        .map(|key| key.split('#').nth(1).unwrap().len())
        .collect();
    assert_eq!(hmacs, [64].into());
}
