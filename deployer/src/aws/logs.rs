//! CloudWatch Logs: a log group that a stack left behind, and its end.

use super::error::refused;
use super::{AwsError, Session};

impl Session {
    /// Whether there is a log group of this name.
    pub async fn log_group_stays(&self, name: &str) -> Result<bool, AwsError> {
        let answer = aws_sdk_cloudwatchlogs::Client::new(&self.sdk)
            .describe_log_groups()
            .log_group_name_prefix(name)
            .send()
            .await
            .map_err(|error| refused("logs:DescribeLogGroups", error))?;
        // The name itself sorts before all that it begins.
        Ok(answer
            .log_groups()
            .iter()
            .any(|group| group.log_group_name() == Some(name)))
    }

    /// Deletes a log group and all that it holds; one that is gone already is fine.
    pub async fn delete_log_group(&self, name: &str) -> Result<(), AwsError> {
        let answer = aws_sdk_cloudwatchlogs::Client::new(&self.sdk)
            .delete_log_group()
            .log_group_name(name)
            .send()
            .await;
        match answer.map_err(|error| refused("logs:DeleteLogGroup", error)) {
            Ok(_) => Ok(()),
            Err(error) if error.is(&["ResourceNotFoundException"]) => Ok(()),
            Err(error) => Err(error),
        }
    }
}
