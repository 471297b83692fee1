//! Amazon SQS: failed events, counted, received, given back and deleted.

use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_sqs::types::{
    BatchResultErrorEntry, ChangeMessageVisibilityBatchRequestEntry, DeleteMessageBatchRequestEntry,
    MessageSystemAttributeName, QueueAttributeName,
};
use handler::Redacted;
use serde_json::Value;

use super::error::{policy_document, refused, refused_by};
use super::{AwsError, Session};

/// How many messages a queue holds; SQS counts approximately.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueueDepth {
    /// Messages that wait.
    pub waiting: u64,
    /// Messages that somebody has received and not deleted yet.
    pub in_flight: u64,
    /// Messages that are not to be seen yet.
    pub delayed: u64,
}

/// A queue's resource policy.
#[derive(Clone, Debug, PartialEq)]
pub struct QueuePolicy {
    /// The queue's ARN.
    pub queue_arn: String,
    /// The policy; nothing where the queue has none.
    pub document: Option<Value>,
}

/// A message that was received: nobody else sees it for as long as was asked for.
#[derive(Clone, Debug)]
pub struct QueueMessage {
    /// SQS's id, the same whenever the message is received.
    pub id: String,
    /// By which this receiver deletes it or gives it back.
    pub receipt: String,
    /// When the queue got it, in milliseconds since 1970.
    pub sent_ms: i64,
    /// Who sent it, as SQS knows them: `SenderId`, which of a role is `AROA…:session`.
    pub sender: Option<String>,
    /// What it holds: a user's event.
    pub body: Redacted<String>,
}

/// The right to read a queue's attributes.
const GET_ATTRIBUTES: &str = "sqs:GetQueueAttributes";

/// How many messages one call takes.
const BATCH: usize = 10;

impl Session {
    /// Receives up to ten messages, which nobody else sees for `hold`; none when there is none to see.
    pub async fn receive_messages(&self, url: &str, hold: Duration) -> Result<Vec<QueueMessage>, AwsError> {
        let action = "sqs:ReceiveMessage";
        let answer = aws_sdk_sqs::Client::new(&self.sdk)
            .receive_message()
            .queue_url(url)
            .max_number_of_messages(10)
            // Any wait makes SQS ask all of its servers: else an answer may be empty though there are messages.
            .wait_time_seconds(1)
            .visibility_timeout(seconds(hold))
            .message_system_attribute_names(MessageSystemAttributeName::SentTimestamp)
            .message_system_attribute_names(MessageSystemAttributeName::SenderId)
            .send()
            .await
            .map_err(|error| refused(action, error))?;
        let message = |message: &aws_sdk_sqs::types::Message| {
            let attributes = message.attributes()?;
            let sent = attributes.get(&MessageSystemAttributeName::SentTimestamp)?;
            Some(QueueMessage {
                id: message.message_id()?.to_owned(),
                receipt: message.receipt_handle()?.to_owned(),
                sent_ms: sent.parse().ok()?,
                sender: attributes.get(&MessageSystemAttributeName::SenderId).cloned(),
                body: Redacted::new(message.body().unwrap_or_default().to_owned()),
            })
        };
        let messages = answer.messages().iter().map(message);
        messages
            .collect::<Option<_>>()
            .ok_or_else(|| AwsError::unexpected(action, "a message has no id, no receipt or no time"))
    }

    /// Deletes messages by their receipts; one that is gone already is no error.
    pub async fn delete_messages(&self, url: &str, receipts: &[&str]) -> Result<(), AwsError> {
        let action = "sqs:DeleteMessage";
        for receipts in receipts.chunks(BATCH) {
            let entry = |(index, receipt): (usize, &&str)| {
                let entry = DeleteMessageBatchRequestEntry::builder().id(index.to_string());
                entry.receipt_handle(*receipt).build()
            };
            let entries: Result<Vec<_>, _> = receipts.iter().enumerate().map(entry).collect();
            let answer = aws_sdk_sqs::Client::new(&self.sdk)
                .delete_message_batch()
                .queue_url(url)
                .set_entries(Some(
                    entries.map_err(|error| AwsError::unexpected(action, error.to_string()))?,
                ))
                .send()
                .await
                .map_err(|error| refused(action, error))?;
            all_done(action, answer.failed(), &[])?;
        }
        Ok(())
    }

    /// Lets others see messages after `hold` from now, and not before; at once when it is nothing.
    ///
    /// A message that is gone, or that somebody else holds by now, is no error.
    pub async fn hold_messages(&self, url: &str, receipts: &[&str], hold: Duration) -> Result<(), AwsError> {
        let action = "sqs:ChangeMessageVisibility";
        for receipts in receipts.chunks(BATCH) {
            let entry = |(index, receipt): (usize, &&str)| {
                let entry = ChangeMessageVisibilityBatchRequestEntry::builder().id(index.to_string());
                let entry = entry.receipt_handle(*receipt).visibility_timeout(seconds(hold));
                entry.build()
            };
            let entries: Result<Vec<_>, _> = receipts.iter().enumerate().map(entry).collect();
            let answer = aws_sdk_sqs::Client::new(&self.sdk)
                .change_message_visibility_batch()
                .queue_url(url)
                .set_entries(Some(
                    entries.map_err(|error| AwsError::unexpected(action, error.to_string()))?,
                ))
                .send()
                .await
                .map_err(|error| refused(action, error))?;
            all_done(action, answer.failed(), NOT_HELD)?;
        }
        Ok(())
    }

    /// Counts the messages of a queue; nothing when there is no such queue.
    pub async fn queue_depth(&self, url: &str) -> Result<Option<QueueDepth>, AwsError> {
        let names = [
            QueueAttributeName::ApproximateNumberOfMessages,
            QueueAttributeName::ApproximateNumberOfMessagesNotVisible,
            QueueAttributeName::ApproximateNumberOfMessagesDelayed,
        ];
        let Some(attributes) = self.queue_attributes(url, &names).await? else {
            return Ok(None);
        };
        let count = |name: &QueueAttributeName| {
            let text = attributes.get(name);
            text.and_then(|text| text.parse().ok())
                .ok_or_else(|| AwsError::unexpected(GET_ATTRIBUTES, format!("the answer holds no {name}")))
        };
        let [waiting, in_flight, delayed] = &names;
        Ok(Some(QueueDepth {
            waiting: count(waiting)?,
            in_flight: count(in_flight)?,
            delayed: count(delayed)?,
        }))
    }

    /// Reads a queue's policy; nothing when there is no such queue.
    pub async fn queue_policy(&self, url: &str) -> Result<Option<QueuePolicy>, AwsError> {
        let names = [QueueAttributeName::QueueArn, QueueAttributeName::Policy];
        let Some(mut attributes) = self.queue_attributes(url, &names).await? else {
            return Ok(None);
        };
        let queue_arn = attributes
            .remove(&QueueAttributeName::QueueArn)
            .ok_or_else(|| AwsError::unexpected(GET_ATTRIBUTES, "the answer holds no QueueArn"))?;
        // A policy that was taken away may be an empty text.
        let document = attributes
            .get(&QueueAttributeName::Policy)
            .filter(|text| !text.is_empty());
        let document = document.map(|text| policy_document(GET_ATTRIBUTES, text)).transpose()?;
        Ok(Some(QueuePolicy { queue_arn, document }))
    }

    /// Reads attributes of a queue; nothing when there is no such queue. SQS leaves out those without a value.
    async fn queue_attributes(
        &self,
        url: &str,
        names: &[QueueAttributeName],
    ) -> Result<Option<HashMap<QueueAttributeName, String>>, AwsError> {
        let answer = aws_sdk_sqs::Client::new(&self.sdk)
            .get_queue_attributes()
            .queue_url(url)
            .set_attribute_names(Some(names.to_vec()))
            .send()
            .await;
        match answer.map_err(|error| refused(GET_ATTRIBUTES, error)) {
            Ok(answer) => Ok(Some(answer.attributes.unwrap_or_default())),
            // The service has had both names for it.
            Err(error) if error.is(&["AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist"]) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

fn seconds(span: Duration) -> i32 {
    i32::try_from(span.as_secs()).unwrap_or(i32::MAX)
}

/// A message that this receiver does not hold any more.
const NOT_HELD: &[&str] = &["MessageNotInflight", "ReceiptHandleIsInvalid", "InvalidParameterValue"];

/// A batch is answered well though some of it failed; `fine` are failures that do not matter.
fn all_done(action: &'static str, failed: &[BatchResultErrorEntry], fine: &[&str]) -> Result<(), AwsError> {
    let matters = |entry: &&BatchResultErrorEntry| {
        let code = entry.code().rsplit('.').next().unwrap_or_default();
        !fine.contains(&code)
    };
    match failed.iter().find(matters) {
        Some(entry) => Err(refused_by(
            action,
            entry.code().to_owned(),
            entry.message().map(str::to_owned),
        )),
        None => Ok(()),
    }
}
