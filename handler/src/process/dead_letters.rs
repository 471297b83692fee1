//! The dead-letter queue: one call of Amazon SQS.

use serde_json::json;

use crate::dead_letter::{DeadLetters, KeepError, Keeping};
use crate::provider::{Aws, BuildError, Service, Services};

/// The stack's own queue, which Lambda sends to as well.
pub(super) struct Queue {
    sqs: Aws,
    url: String,
}

impl Queue {
    /// Sends to the queue at `url`, in the function's Region.
    pub(super) fn new(services: &Services, url: String) -> Result<Self, BuildError> {
        let sqs = Aws::new(services, Service::SQS, None)?;
        Ok(Self { sqs, url })
    }
}

impl DeadLetters for Queue {
    fn keep(&self, record: String) -> Keeping<'_> {
        Box::pin(async move {
            let call = json!({"QueueUrl": self.url, "MessageBody": record});
            let answer = self
                .sqs
                .json("AmazonSQS.SendMessage", &call)
                .await
                .map_err(|_| KeepError)?;
            if answer.is_success() { Ok(()) } else { Err(KeepError) }
        })
    }
}
