//! KMS: data keys for codes of our own making.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_kms::types::DataKeySpec;
use handler::Redacted;

use super::error::refused;
use super::{AwsError, Session};
use crate::simulate::GeneratedKey;

impl Session {
    /// Makes a data key of 256 bits under a key, bound to an encryption context.
    pub async fn generate_data_key(
        &self,
        key_arn: &str,
        context: &BTreeMap<String, String>,
    ) -> Result<GeneratedKey, AwsError> {
        let action = "kms:GenerateDataKey";
        let context: HashMap<String, String> = context.clone().into_iter().collect();
        let answer = aws_sdk_kms::Client::new(&self.sdk)
            .generate_data_key()
            .key_id(key_arn)
            .key_spec(DataKeySpec::Aes256)
            .set_encryption_context(Some(context))
            .send()
            .await
            .map_err(|error| refused(action, error))?;
        let key = answer.plaintext().and_then(|key| key.as_ref().try_into().ok());
        let wrapped = answer.ciphertext_blob().map(|wrapped| wrapped.as_ref().to_vec());
        match (key, wrapped) {
            (Some(key), Some(wrapped)) => Ok(GeneratedKey {
                key: Redacted::new(key),
                wrapped,
            }),
            _ => Err(AwsError::unexpected(action, "the answer holds no data key of 256 bits")),
        }
    }
}
