//! Amazon SQS: how many failed events wait.

use aws_sdk_sqs::types::QueueAttributeName;

use super::error::refused;
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

impl Session {
    /// Counts the messages of a queue; nothing when there is no such queue.
    pub async fn queue_depth(&self, url: &str) -> Result<Option<QueueDepth>, AwsError> {
        let action = "sqs:GetQueueAttributes";
        let names = [
            QueueAttributeName::ApproximateNumberOfMessages,
            QueueAttributeName::ApproximateNumberOfMessagesNotVisible,
            QueueAttributeName::ApproximateNumberOfMessagesDelayed,
        ];
        let answer = aws_sdk_sqs::Client::new(&self.sdk)
            .get_queue_attributes()
            .queue_url(url)
            .set_attribute_names(Some(names.to_vec()))
            .send()
            .await;
        let answer = match answer.map_err(|error| refused(action, error)) {
            Ok(answer) => answer,
            // The service has had both names for it.
            Err(error) if error.is(&["AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist"]) => {
                return Ok(None);
            }
            Err(error) => return Err(error),
        };
        let count = |name: &QueueAttributeName| {
            let text = answer.attributes().and_then(|attributes| attributes.get(name));
            text.and_then(|text| text.parse().ok())
                .ok_or_else(|| AwsError::unexpected(action, format!("the answer holds no {name}")))
        };
        let [waiting, in_flight, delayed] = &names;
        Ok(Some(QueueDepth {
            waiting: count(waiting)?,
            in_flight: count(in_flight)?,
            delayed: count(delayed)?,
        }))
    }
}
