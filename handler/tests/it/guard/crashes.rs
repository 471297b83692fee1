//! The function ends at every step of a delivery: before a call of the table has an effect, after it, and while the provider has the message.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use handler::send::Accepted;
use serde_json::json;

use super::proxy::{Luck, good};
use super::world::{World, sms};

/// Where a delivery ends: at the how-manyth step, and whether that still has its effect.
#[derive(Clone, Copy)]
struct End {
    step: usize,
    done: bool,
}

/// Delivers an event until `end`; says whether it came so far.
async fn cut_off(world: &World, guard: &serde_json::Value, event: &serde_json::Value, end: End) -> bool {
    let (steps, ended) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
    let at_end = {
        let (steps, ended) = (Arc::clone(&steps), Arc::clone(&ended));
        move || {
            let here = steps.fetch_add(1, Ordering::SeqCst) == end.step;
            ended.fetch_or(here, Ordering::SeqCst);
            here
        }
    };
    let at_call = at_end.clone();
    world.luck(move |_| match (at_call(), end.done) {
        (false, _) => Luck::Good,
        (true, true) => Luck::Lost,
        (true, false) => Luck::Slow,
    });
    world.answers(move |_| {
        at_end();
        Ok(Accepted::default())
    });
    let handler = world.handler(guard);
    let invocation = super::world::invocation();
    let came = tokio::select! {
        _ = handler.handle(&invocation, event) => false,
        () = async {
            while !ended.load(Ordering::SeqCst) {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            // What the table still does has been done by then.
            tokio::time::sleep(Duration::from_millis(30)).await;
        } => true,
    };
    *world.proxying.lock().unwrap() = good();
    came
}

#[tokio::test]
async fn an_end_at_any_step_makes_at_most_a_second_message_and_never_none() {
    let world = World::new().await;
    // Each code has a recipient of its own, who may get one: what was counted before the end must not refuse the retry.
    let guard = json!({
        "rates": {"recipient": [{"max": 1, "per_s": 3600}], "pool": [{"max": 100, "per_s": 3600}]},
        "on_failure": {"duplicates": "closed"},
    });
    let mut messages = Vec::new();
    for step in 0.. {
        let mut came = false;
        for done in [false, true] {
            let event = sms(
                &format!("{step} {done}"),
                &format!("+1202555{:04}", 100 + 2 * step + usize::from(done)),
            );
            let before = world.sent();
            came = cut_off(&world, &guard, &event, End { step, done }).await;
            if !came {
                break;
            }
            world.later(Duration::from_mins(1));
            let again = world.deliver(&world.handler(&guard), &event).await;
            messages.push((step, done, again, world.sent() - before));
        }
        if !came {
            break;
        }
    }
    let told: Vec<_> = messages
        .iter()
        .map(|(step, done, again, sent)| format!("{step} {done}: {again}, {sent}"))
        .collect();
    assert_eq!(
        told,
        [
            // The claim, the two counters,
            "0 false: delivered, 1",
            "0 true: delivered, 1",
            "1 false: delivered, 1",
            "1 true: delivered, 1",
            "2 false: delivered, 1",
            "2 true: delivered, 1",
            // the provider, which has it either way,
            "3 false: delivered, 2",
            "3 true: delivered, 2",
            // and the note.
            "4 false: delivered, 2",
            "4 true: refused/guard-duplicate, 1",
        ]
    );
}
