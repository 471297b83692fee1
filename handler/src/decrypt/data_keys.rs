//! The one call that decryption makes: an encrypted data key to the data key.

use std::collections::BTreeMap;

use crate::{Redacted, Word};

/// The keys under which the stack's codes are encrypted, by ARN.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyArns {
    /// The stack's key.
    pub current: String,
    /// The key that a swap leaves behind, for codes that were under way.
    pub previous: Option<String>,
}

impl KeyArns {
    /// Returns the stack's key that `provider_info` names, if it names one.
    pub(super) fn find(&self, provider_info: &[u8]) -> Option<&str> {
        std::iter::once(&self.current)
            .chain(&self.previous)
            .find(|arn| arn.as_bytes() == provider_info)
            .map(String::as_str)
    }
}

/// A data key as the message carries it.
#[derive(Clone, Copy, Debug)]
pub struct WrappedKey<'a> {
    /// The key that encrypted it; `kms:Decrypt` is asked for this key and no other.
    pub key_arn: &'a str,
    /// The encrypted data key.
    pub ciphertext: &'a [u8],
    /// The whole encryption context of the message.
    pub context: &'a BTreeMap<String, String>,
}

/// A data key of 256 bits.
pub type DataKey = Redacted<[u8; 32]>;

/// Decrypts data keys: KMS, or a test's own.
pub trait DataKeys: Send + Sync {
    /// Returns the data key that `wrapped` holds.
    fn decrypt(&self, wrapped: WrappedKey<'_>) -> impl Future<Output = Result<DataKey, DataKeyError>> + Send;
}

/// Why a data key could not be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DataKeyError {
    /// KMS answered with an error.
    #[error("KMS refused the data key: `{0}`")]
    Refused(Word),
    /// KMS did not answer.
    #[error("KMS did not answer")]
    Unreachable,
    /// There was no time left to wait for KMS.
    #[error("KMS did not answer in time")]
    TimedOut,
    /// KMS used another key than it was asked to.
    #[error("KMS used another key than it was asked to")]
    OtherKey,
    /// The data key has not the 256 bits of the suite.
    #[error("the data key has not 256 bits")]
    Length,
}

impl DataKeyError {
    /// Whether the same call may have another answer a minute later.
    ///
    /// What is about the ciphertext stays as it is; a right, a state of the key or a throttle may change.
    pub fn may_pass(&self) -> bool {
        match self {
            Self::Refused(name) => !["InvalidCiphertextException", "IncorrectKeyException"].contains(&name.as_str()),
            Self::Unreachable | Self::TimedOut => true,
            Self::OtherKey | Self::Length => false,
        }
    }

    /// Returns the stable code, for logs and metrics.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Refused(_) => "decrypt-kms-refused",
            Self::Unreachable => "decrypt-kms-unreachable",
            Self::TimedOut => "decrypt-kms-timed-out",
            Self::OtherKey => "decrypt-kms-other-key",
            Self::Length => "decrypt-data-key-length",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decrypt::DecryptError;

    #[test]
    fn only_what_is_about_the_ciphertext_stays_as_it_is() {
        let refused = |name| DataKeyError::Refused(Word::new(name));
        for (error, code, may_pass) in [
            (refused("AccessDeniedException"), "decrypt-kms-refused", true),
            (refused("ThrottlingException"), "decrypt-kms-refused", true),
            (refused("KMSInvalidStateException"), "decrypt-kms-refused", true),
            (refused("InvalidCiphertextException"), "decrypt-kms-refused", false),
            (refused("IncorrectKeyException"), "decrypt-kms-refused", false),
            (DataKeyError::Unreachable, "decrypt-kms-unreachable", true),
            (DataKeyError::TimedOut, "decrypt-kms-timed-out", true),
            (DataKeyError::OtherKey, "decrypt-kms-other-key", false),
            (DataKeyError::Length, "decrypt-data-key-length", false),
        ] {
            assert_eq!(error.may_pass(), may_pass, "{error}");
            assert_eq!(error.code(), code);
            let of_a_message = DecryptError::from(error);
            assert_eq!(of_a_message.may_pass(), may_pass, "{of_a_message}");
            assert_eq!(of_a_message.code(), code);
        }
        assert!(!DecryptError::Signature.may_pass());
    }
}
