//! One code makes one message, however often and by how many its event is delivered.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use handler::send::{ProviderError, Retry};
use serde_json::json;
use tokio::task::JoinSet;

use super::world::{World, email, sms};

const NUMBER: &str = "+12025550173";

#[tokio::test]
async fn a_hundred_simultaneous_deliveries_make_one_message() {
    let world = Arc::new(World::new().await);
    // A slow machine must not make it two, as the default would.
    let patient = json!({"on_failure": {"duplicates": "closed"}});
    let mut deliveries = JoinSet::new();
    for _ in 0..100 {
        let handler = world.handler(&patient);
        deliveries.spawn(async move {
            let answer = handler.handle(&super::world::invocation(), &sms("one", NUMBER)).await;
            answer.map_err(|failure| failure.code)
        });
    }
    let mut answers: BTreeMap<String, u32> = BTreeMap::new();
    while let Some(answer) = deliveries.join_next().await {
        *answers.entry(format!("{:?}", answer.unwrap())).or_default() += 1;
    }
    assert_eq!(world.sent(), 1, "{answers:?}");
    let lines = world.counted.lock().unwrap().join("\n");
    let ended = |how: &str| lines.matches(how).count();
    assert_eq!(ended(r#""Outcome":"delivered""#), 1, "{answers:?}");
    // Who waited saw it taken, and is no error to Lambda. On a machine that is too slow for that some fail, and come again.
    let duplicates = ended(r#""Reason":"guard-duplicate""#);
    assert_eq!(duplicates + ended(r#""Outcome":"failed""#), 99, "{answers:?}");
    assert!(duplicates > 0, "{answers:?}");
}

#[tokio::test]
async fn a_message_that_was_taken_is_not_sent_again_for_a_day() {
    let world = World::new().await;
    let handler = world.handler(&json!({}));
    let event = sms("one", NUMBER);
    assert_eq!(world.deliver(&handler, &event).await, "delivered");
    for _ in 0..2 {
        assert_eq!(world.deliver(&handler, &event).await, "refused/guard-duplicate");
        world.later(Duration::from_hours(11));
    }
    assert_eq!(world.deliver(&handler, &sms("two", NUMBER)).await, "delivered");
    let mail = email("one", "jane@acme.example");
    assert_eq!(
        world.deliver(&handler, &mail).await,
        "delivered",
        "another channel is another message"
    );
    assert_eq!(world.sent(), 3);
    world.later(Duration::from_hours(3));
    // DynamoDB may let an item stand for days after its time: it is over all the same.
    assert_eq!(world.deliver(&handler, &event).await, "delivered");
    assert_eq!(world.items().await.len(), 3);
}

#[tokio::test]
async fn a_refusal_gives_the_lease_back_and_silence_does_not() {
    let world = World::new().await;
    let handler = world.handler(&json!({}));
    let event = sms("one", NUMBER);
    world.answers(|_| Err(ProviderError::new(Retry::Elsewhere, "no")));
    assert_eq!(world.deliver(&handler, &event).await, "failed/send-exhausted");
    assert_eq!(
        world.deliver(&handler, &event).await,
        "failed/send-exhausted",
        "at once"
    );
    world.answers(|_| Err(ProviderError::new(Retry::Anywhere, "timeout")));
    assert_eq!(world.deliver(&handler, &event).await, "failed/send-exhausted");
    let before = world.sent();
    assert_eq!(
        world.deliver(&handler, &event).await,
        "failed/guard-being-sent",
        "somebody may have taken it: not before the lease is over"
    );
    assert_eq!(world.sent(), before);
    world.answers(|_| Ok(handler::send::Accepted::default()));
    world.later(Duration::from_mins(1));
    assert_eq!(
        world.deliver(&handler, &event).await,
        "delivered",
        "when Lambda tries again"
    );
    assert_eq!(world.deliver(&handler, &event).await, "refused/guard-duplicate");
}

#[tokio::test]
async fn what_is_not_to_be_delivered_is_not_asked_about() {
    let world = World::new().await;
    let handler = world.handler(&json!({"rates": {"pool": [{"max": 1, "per_s": 60}]}}));
    let mut nothing = sms("one", NUMBER);
    nothing["request"]["code"] = json!(null);
    assert_eq!(world.deliver(&handler, &nothing).await, "refused/event-no-code");
    assert_eq!(
        world.deliver(&handler, &sms("one", "nobody")).await,
        "refused/event-bad-phone-number"
    );
    assert_eq!(world.asked.lock().unwrap().len(), 0);
}
