//! KMS: a key that a stack left behind, and its end.

use aws_smithy_types::date_time::Format;

use super::error::refused;
use super::{AwsError, Session};

impl Session {
    /// Whether a key is there and not on its way out.
    pub async fn key_stays(&self, key: &str) -> Result<bool, AwsError> {
        let answer = aws_sdk_kms::Client::new(&self.sdk)
            .describe_key()
            .key_id(key)
            .send()
            .await
            .map_err(|error| refused("kms:DescribeKey", error));
        match answer {
            Ok(answer) => Ok(answer.key_metadata().is_some_and(|key| key.deletion_date().is_none())),
            Err(error) if error.is(&["NotFoundException"]) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Schedules a key's deletion after `days` (7 to 30) and returns the day on which it goes. One that is
    /// scheduled already is left as it is.
    pub async fn schedule_key_deletion(&self, key: &str, days: i32) -> Result<Option<String>, AwsError> {
        let answer = aws_sdk_kms::Client::new(&self.sdk)
            .schedule_key_deletion()
            .key_id(key)
            .pending_window_in_days(days)
            .send()
            .await
            .map_err(|error| refused("kms:ScheduleKeyDeletion", error));
        match answer {
            Ok(answer) => Ok(answer.deletion_date().and_then(|date| date.fmt(Format::DateTime).ok())),
            Err(error) if error.is(&["KMSInvalidStateException"]) && error.message.contains("pending deletion") => {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}
