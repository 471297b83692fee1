//! Messages of a queue, held: nobody else sees them until they are deleted or given back.
//!
//! What is not given back, since the process was killed, is seen again by itself after [`HOLD`]. While a run is at
//! work, the time is put off again and again.

use std::collections::BTreeMap;
use std::pin::pin;
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use crate::aws::{AwsError, Session};
use crate::redrive::Failed;

/// For how long messages are held at a time: long beside a call, short for whoever comes after a kill.
const HOLD: Duration = Duration::from_mins(5);
/// The most that one run holds; SQS lets 120,000 messages of a queue be held.
const MOST: usize = 100_000;

/// What a run holds of a queue.
pub(super) struct Hold<'a> {
    session: &'a Session,
    url: &'a str,
    /// For how long messages are held at a time.
    span: Duration,
    /// Receipts by the messages' ids.
    receipts: BTreeMap<String, String>,
    /// When the time is to be put off.
    due: Instant,
    /// Why it could not be put off: others may see what is held here.
    trouble: Option<AwsError>,
}

impl<'a> Hold<'a> {
    pub(super) fn of(session: &'a Session, url: &'a str) -> Self {
        Self {
            session,
            url,
            span: HOLD,
            receipts: BTreeMap::new(),
            due: Instant::now() + HOLD / 2,
            trouble: None,
        }
    }

    /// Receives all that can be seen now, and returns what was not held before.
    pub(super) async fn receive(&mut self) -> Result<Vec<Failed>, AwsError> {
        let mut received = Vec::new();
        while self.receipts.len() < MOST {
            if Instant::now() >= self.due {
                self.put_off().await;
                self.still_held()?;
            }
            let messages = self.session.receive_messages(self.url, self.span).await?;
            let before = received.len();
            for message in messages {
                // SQS may hand out a message twice; the last receipt is the one that counts.
                if self.receipts.insert(message.id.clone(), message.receipt).is_none() {
                    let body = message.body.expose();
                    received.push(Failed::read(message.id, message.sent_ms, message.sender, body));
                }
            }
            if received.len() == before {
                break;
            }
        }
        Ok(received)
    }

    /// Works, however long it takes, and goes on holding.
    pub(super) async fn during<T>(&mut self, work: impl Future<Output = T>) -> T {
        let mut work = pin!(work);
        loop {
            tokio::select! {
                biased;
                done = &mut work => return done,
                () = sleep_until(self.due) => self.put_off().await,
            }
        }
    }

    /// Says why others may see by now what is held here.
    pub(super) fn still_held(&self) -> Result<(), AwsError> {
        self.trouble.clone().map_or(Ok(()), Err)
    }

    async fn put_off(&mut self) {
        let receipts: Vec<&str> = self.receipts.values().map(String::as_str).collect();
        let held = self.session.hold_messages(self.url, &receipts, self.span).await;
        self.trouble = held.err();
        self.due = Instant::now() + self.span / 2;
    }

    /// Deletes messages for good.
    pub(super) async fn delete<S: AsRef<str>>(&mut self, ids: &[S]) -> Result<(), AwsError> {
        self.session.delete_messages(self.url, &self.of_ids(ids)).await?;
        self.forget(ids);
        Ok(())
    }

    /// Gives messages back: others see them at once.
    pub(super) async fn release<S: AsRef<str>>(&mut self, ids: &[S]) -> Result<(), AwsError> {
        let receipts = self.of_ids(ids);
        self.session.hold_messages(self.url, &receipts, Duration::ZERO).await?;
        self.forget(ids);
        Ok(())
    }

    /// Gives everything back that is still held.
    pub(super) async fn release_all(&mut self) -> Result<(), AwsError> {
        let ids: Vec<String> = self.receipts.keys().cloned().collect();
        self.release(&ids).await
    }

    fn of_ids<S: AsRef<str>>(&self, ids: &[S]) -> Vec<&str> {
        let receipts = ids.iter().filter_map(|id| self.receipts.get(id.as_ref()));
        receipts.map(String::as_str).collect()
    }

    fn forget<S: AsRef<str>>(&mut self, ids: &[S]) {
        for id in ids {
            self.receipts.remove(id.as_ref());
        }
    }
}

#[cfg(test)]
#[expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on should fail where it stands"
)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::aws::stub::{Answer, Request, Stub, error};

    const COUNT: usize = 25;

    /// A queue of [`COUNT`] messages that cannot be read.
    fn queue() -> impl FnMut(&Request) -> Answer {
        let mut left = COUNT;
        move |request| {
            let some = left.min(10);
            match request.action().as_str() {
                "ReceiveMessage" => {
                    left -= some;
                    let message = |index| {
                        let id = format!("{left}-{index}");
                        json!({"MessageId": id, "ReceiptHandle": format!("receipt-{id}"), "Body": "{}",
                               "Attributes": {"SentTimestamp": "1800000000000"}})
                    };
                    (
                        200,
                        json!({"Messages": (0..some).map(message).collect::<Vec<_>>()}).to_string(),
                    )
                }
                _ => (200, json!({"Successful": [], "Failed": []}).to_string()),
            }
        }
    }

    fn batches(stub: &Stub, action: &str) -> Vec<Value> {
        let requests = stub.requests();
        let of = requests.iter().filter(|request| request.action() == action);
        of.map(|request| request.json()["Entries"].clone()).collect()
    }

    /// It takes a second, since SQS counts in whole ones.
    #[tokio::test]
    async fn what_is_held_is_held_on_while_somebody_works_and_then_deleted_or_given_back() {
        let stub = Stub::start(queue());
        let session = stub.session();
        let mut hold = Hold::of(&session, "https://sqs.us-west-2.amazonaws.com/111122223333/q");
        hold.span = Duration::from_secs(2);
        hold.due = Instant::now() + hold.span / 2;
        let received = hold.receive().await.unwrap();
        assert_eq!(received.len(), COUNT);
        assert!(
            stub.requests()[0].json()["VisibilityTimeout"] == 2 && stub.requests()[0].json()["WaitTimeSeconds"] == 1
        );
        assert_eq!(batches(&stub, "ChangeMessageVisibilityBatch"), Vec::<Value>::new());

        hold.during(tokio::time::sleep(Duration::from_millis(1_200))).await;
        hold.still_held().unwrap();
        let put_off = batches(&stub, "ChangeMessageVisibilityBatch");
        let sizes: Vec<usize> = put_off
            .iter()
            .map(|entries| entries.as_array().unwrap().len())
            .collect();
        assert_eq!(sizes, [10, 10, 5]);
        assert_eq!(put_off[0][0]["VisibilityTimeout"], 2);

        hold.delete(&[&received[0].id, &received[1].id]).await.unwrap();
        let deleted = batches(&stub, "DeleteMessageBatch");
        assert_eq!(deleted[0][1]["ReceiptHandle"], format!("receipt-{}", received[1].id));
        hold.release_all().await.unwrap();
        let released = &batches(&stub, "ChangeMessageVisibilityBatch")[put_off.len()..];
        let entries: Vec<&Value> = released
            .iter()
            .flat_map(|entries| entries.as_array().unwrap())
            .collect();
        assert_eq!(entries.len(), COUNT - 2);
        assert!(entries.iter().all(|entry| entry["VisibilityTimeout"] == 0));
        hold.release_all().await.unwrap();
        assert_eq!(
            batches(&stub, "ChangeMessageVisibilityBatch").len(),
            put_off.len() + released.len()
        );
    }

    #[tokio::test]
    async fn what_could_not_be_deleted_or_held_is_told() {
        let mut queue = queue();
        let stub = Stub::start(move |request| match request.action().as_str() {
            "DeleteMessageBatch" => {
                let failed = json!({"Id": "0", "SenderFault": true, "Code": "ReceiptHandleIsInvalid", "Message": "no"});
                (200, json!({"Successful": [], "Failed": [failed]}).to_string())
            }
            "ChangeMessageVisibilityBatch" => error(403, "AccessDeniedException", "no"),
            _ => queue(request),
        });
        let session = stub.session();
        let mut hold = Hold::of(&session, "https://sqs.us-west-2.amazonaws.com/111122223333/q");
        let received = hold.receive().await.unwrap();
        let refused = hold.delete(&[&received[0].id]).await.unwrap_err();
        assert!(refused.is(&["ReceiptHandleIsInvalid"]), "{refused}");
        hold.put_off().await;
        assert!(hold.still_held().unwrap_err().is_denied());
    }
}
