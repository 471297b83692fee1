//! KMS: whether a key can be used now.

use super::error::refused;
use super::{AwsError, Session};

impl Session {
    /// Reads a key's `KeyState`, such as `Enabled` or `PendingDeletion`; nothing when there is no such key.
    pub async fn key_state(&self, key: &str) -> Result<Option<String>, AwsError> {
        let action = "kms:DescribeKey";
        let answer = aws_sdk_kms::Client::new(&self.sdk)
            .describe_key()
            .key_id(key)
            .send()
            .await;
        match answer.map_err(|error| refused(action, error)) {
            Ok(answer) => answer
                .key_metadata()
                .and_then(|key| key.key_state())
                .map(|state| Some(state.as_str().to_owned()))
                .ok_or_else(|| AwsError::unexpected(action, "the answer holds no state")),
            Err(error) if error.is(&["NotFoundException"]) => Ok(None),
            Err(error) => Err(error),
        }
    }
}
