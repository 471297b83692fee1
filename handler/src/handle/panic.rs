//! A panic, ended where it can do no harm.
//!
//! Where a build unwinds, a panic in a message's way becomes a failure like any other: counted, logged, and for
//! Cognito's own messages no error at all. The runtime would catch it too, and tell Lambda its text.

use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::task::Poll;

/// The code of a panic.
pub(crate) const PANICKED: &str = "process-panicked";

/// Returns what `future` does; nothing when it panics, after which it is not asked again.
///
/// It is boxed, so that what calls this stays small.
pub(super) fn caught<T>(future: impl Future<Output = T>) -> impl Future<Output = Option<T>> {
    let mut future = Box::pin(future);
    poll_fn(move |context| {
        let polled = catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context)));
        polled.map_or(Poll::Ready(None), |poll| poll.map(Some))
    })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test that cannot go on should fail where it stands")]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::sync::{Arc, Mutex};
    use std::time::Duration;

    use serde_json::Value;
    use tracing::span::{Attributes, Id, Record};
    use tracing::{Event, Metadata, Subscriber};

    use crate::compose::Composer;
    use crate::decrypt::{Kms, MessageReader};
    use crate::delivery::Messages;
    use crate::send::Providers;
    use crate::{Handler, Invocation};

    /// Panics at the first line that it is to write, which here is said while a message is being composed.
    struct Panicking(AtomicBool);

    impl Subscriber for Panicking {
        fn enabled(&self, _: &Metadata<'_>) -> bool {
            true
        }

        fn new_span(&self, _: &Attributes<'_>) -> Id {
            Id::from_u64(1)
        }

        fn record(&self, _: &Id, _: &Record<'_>) {}

        fn record_follows_from(&self, _: &Id, _: &Id) {}

        fn event(&self, _: &Event<'_>) {
            assert!(self.0.swap(true, Ordering::Relaxed), "the first line");
        }

        fn enter(&self, _: &Id) {}

        fn exit(&self, _: &Id) {}
    }

    #[tokio::test]
    async fn cognito_gets_its_own_event_back_when_its_message_panics() {
        let counted = Arc::new(Mutex::new(Vec::new()));
        let lines = Arc::clone(&counted);
        // No code in it: the text is left out, and a line says so.
        let texts = BTreeMap::from([("en/SignUp.sms.txt".to_owned(), "Hello".to_owned())]);
        let handler = Handler::<MessageReader<Kms>> {
            stack_name: "acme".to_owned(),
            decryptor: None,
            delivery: serde_json::from_str(r#"{"providers": {}, "custom_message": {"email": true}}"#).unwrap(),
            composer: Composer::new(&texts, &Messages::default()).unwrap(),
            providers: Providers::default(),
            guard: None,
            dead_letters: None,
            count: Box::new(move |line| lines.lock().unwrap().push(line.to_owned())),
        };
        let invocation = Invocation {
            request_id: "8476a536-e9f4-11e8-9739-2dfe598c3fcd".to_owned(),
            function_arn: String::new(),
            at_ms: 0,
            remaining: Duration::from_secs(5),
        };
        let event: Value =
            serde_json::from_str(include_str!("../../tests/fixtures/events/CustomMessage_SignUp.json")).unwrap();
        let subscriber = tracing::subscriber::set_default(Panicking(AtomicBool::new(false)));
        let answer = handler.handle(&invocation, &event).await;
        drop(subscriber);
        assert_eq!(answer, Ok(event));
        let counted = counted.lock().unwrap().concat();
        assert!(
            counted.contains(r#""Channel":"message","Outcome":"failed","Reason":"process-panicked""#),
            "{counted}"
        );
    }
}
