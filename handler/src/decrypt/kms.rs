//! Data keys from AWS KMS.

use aws_sdk_kms::error::{ProvideErrorMetadata as _, SdkError};
use aws_sdk_kms::operation::decrypt::DecryptError as KmsError;
use aws_sdk_kms::primitives::Blob;

use super::{DataKey, DataKeyError, DataKeys, WrappedKey};
use crate::{Redacted, Word};

/// Asks `kms:Decrypt`, naming the key and the whole encryption context.
///
/// The role's policy is bound to `kms:EncryptionContext:userpool-id`, and a grant may be bound to
/// every pair, so none is left out.
#[derive(Clone, Debug)]
pub struct Kms(aws_sdk_kms::Client);

impl Kms {
    /// Uses `client`, one for the life of the container, so that its connection is kept.
    pub const fn new(client: aws_sdk_kms::Client) -> Self {
        Self(client)
    }
}

impl DataKeys for Kms {
    async fn decrypt(&self, wrapped: WrappedKey<'_>) -> Result<DataKey, DataKeyError> {
        let context = wrapped
            .context
            .iter()
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect();
        let answer = self
            .0
            .decrypt()
            .key_id(wrapped.key_arn)
            .ciphertext_blob(Blob::new(wrapped.ciphertext))
            .set_encryption_context(Some(context))
            .send()
            .await
            .map_err(|error| failure(&error))?;
        if answer.key_id() != Some(wrapped.key_arn) {
            return Err(DataKeyError::OtherKey);
        }
        let key = answer.plaintext().and_then(|key| key.as_ref().try_into().ok());
        key.map(Redacted::new).ok_or(DataKeyError::Length)
    }
}

/// Keeps the error's name and drops its text, which repeats the request.
fn failure(error: &SdkError<KmsError>) -> DataKeyError {
    match error {
        SdkError::ServiceError(service) => DataKeyError::Refused(Word::new(service.err().code().unwrap_or("unnamed"))),
        SdkError::TimeoutError(_) => DataKeyError::TimedOut,
        _ => DataKeyError::Unreachable,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_without_an_answer_is_told_by_why_there_is_none() {
        assert_eq!(failure(&SdkError::timeout_error("late")), DataKeyError::TimedOut);
        assert_eq!(
            failure(&SdkError::construction_failure("odd")),
            DataKeyError::Unreachable
        );
    }
}
