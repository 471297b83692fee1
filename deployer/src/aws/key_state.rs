//! KMS: what a key is, whether it can be used now, and whom it admits.

use super::error::refused;
use super::{AwsError, Session};

/// A key as KMS describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyDescription {
    /// `KeyState`, such as `Enabled` or `PendingDeletion`.
    pub state: String,
    /// `KeySpec`, such as `SYMMETRIC_DEFAULT` or `RSA_2048`.
    pub spec: String,
    /// `KeyUsage`, such as `ENCRYPT_DECRYPT`.
    pub usage: String,
}

impl Session {
    /// Reads what a key is; nothing when there is no such key.
    pub async fn key_description(&self, key: &str) -> Result<Option<KeyDescription>, AwsError> {
        let action = "kms:DescribeKey";
        let answer = aws_sdk_kms::Client::new(&self.sdk)
            .describe_key()
            .key_id(key)
            .send()
            .await;
        match answer.map_err(|error| refused(action, error)) {
            Ok(answer) => answer
                .key_metadata()
                .and_then(|key| {
                    Some(KeyDescription {
                        state: key.key_state()?.as_str().to_owned(),
                        spec: key.key_spec()?.as_str().to_owned(),
                        usage: key.key_usage()?.as_str().to_owned(),
                    })
                })
                .map(Some)
                .ok_or_else(|| AwsError::unexpected(action, "the answer holds no state, spec or usage")),
            Err(error) if error.is(&["NotFoundException"]) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Reads a key's `KeyState`; nothing when there is no such key.
    pub async fn key_state(&self, key: &str) -> Result<Option<String>, AwsError> {
        let description = self.key_description(key).await?;
        Ok(description.map(|key| key.state))
    }

    /// Reads a key's policy, as JSON text. A key of another account never tells it.
    pub async fn key_policy(&self, key: &str) -> Result<String, AwsError> {
        let answer = aws_sdk_kms::Client::new(&self.sdk)
            .get_key_policy()
            .key_id(key)
            // The only name that a key policy can have.
            .policy_name("default")
            .send()
            .await
            .map_err(|error| refused("kms:GetKeyPolicy", error))?;
        Ok(answer.policy().unwrap_or_default().to_owned())
    }
}
