//! Why an encrypted code was refused.

use super::DataKeyError;

/// A refusal, one variant a reason; no variant holds anything that was encrypted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecryptError {
    /// The text is not base64.
    #[error("decrypt the code: it is not base64")]
    NotBase64,
    /// The message is larger than a code or password can make it.
    #[error("decrypt the code: the message is larger than any code makes it")]
    TooLarge,
    /// The message ends in the middle of a field.
    #[error("decrypt the code: the message is cut off")]
    CutOff,
    /// The message goes on after its signature.
    #[error("decrypt the code: the message has bytes after its signature")]
    TrailingBytes,
    /// The first bytes are no message format that is known.
    #[error("decrypt the code: it is no message of the AWS Encryption SDK in format version 1 or 2")]
    UnknownFormat,
    /// The algorithm suite is not one of the two.
    #[error("decrypt the code: the algorithm suite is 0x{0:04x}, and only 0x0378 and 0x0578 are accepted")]
    Suite(u16),
    /// The suite belongs to the other format version.
    #[error("decrypt the code: the algorithm suite does not belong to the message's format version")]
    SuiteOfOtherFormat,
    /// A length or a fixed field of the header has no valid value.
    #[error("decrypt the code: `{0}` of the message's header is not valid")]
    Header(&'static str),
    /// The body is one piece rather than frames.
    #[error("decrypt the code: the message is not framed")]
    NotFramed,
    /// The frames are out of order, too many or too long.
    #[error("decrypt the code: the frames of the message are not valid")]
    Frames,
    /// The encryption context has no verification key, or one that is no compressed P-384 point.
    #[error("decrypt the code: the encryption context has no valid `aws-crypto-public-key`")]
    VerificationKey,
    /// The encryption context names no pool.
    #[error("decrypt the code: the encryption context has no `userpool-id`")]
    NoPool,
    /// The encryption context names another pool than the event.
    #[error("decrypt the code: it was encrypted for another user pool than the event's")]
    OtherPool,
    /// No data key is under a key of the stack.
    #[error("decrypt the code: it is not encrypted under a key of this stack")]
    NoKnownKey,
    /// More than one data key is under a key of the stack.
    #[error("decrypt the code: it has several data keys under keys of this stack")]
    SeveralKnownKeys,
    /// The data key could not be had.
    #[error("decrypt the code: {0}")]
    DataKey(#[from] DataKeyError),
    /// The data key is not the one that the message commits to.
    #[error("decrypt the code: the data key is not the one that the message commits to")]
    Commitment,
    /// The header's authentication tag does not match.
    #[error("decrypt the code: the message's header is not authentic")]
    HeaderTag,
    /// A frame's authentication tag does not match.
    #[error("decrypt the code: the message's body is not authentic")]
    FrameTag,
    /// The signature does not match.
    #[error("decrypt the code: the message's signature is not valid")]
    Signature,
    /// What was encrypted is not UTF-8, so it is no code.
    #[error("decrypt the code: what was encrypted is not text")]
    NotText,
    /// What was encrypted is empty, so it is no code.
    #[error("decrypt the code: what was encrypted is empty")]
    Empty,
    /// A [`Decryptor`](super::Decryptor) other than this module's refused the message, for reasons of its own.
    #[error("decrypt the code: it was refused")]
    Refused,
}

impl DecryptError {
    /// Whether the same message may be decrypted a minute later.
    pub fn may_pass(&self) -> bool {
        matches!(self, Self::DataKey(error) if error.may_pass())
    }

    /// Returns the stable code, for logs and metrics.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotBase64 => "decrypt-not-base64",
            Self::TooLarge => "decrypt-too-large",
            Self::CutOff => "decrypt-cut-off",
            Self::TrailingBytes => "decrypt-trailing-bytes",
            Self::UnknownFormat => "decrypt-unknown-format",
            Self::Suite(_) => "decrypt-suite",
            Self::SuiteOfOtherFormat => "decrypt-suite-of-other-format",
            Self::Header(_) => "decrypt-header",
            Self::NotFramed => "decrypt-not-framed",
            Self::Frames => "decrypt-frames",
            Self::VerificationKey => "decrypt-verification-key",
            Self::NoPool => "decrypt-no-pool",
            Self::OtherPool => "decrypt-other-pool",
            Self::NoKnownKey => "decrypt-no-known-key",
            Self::SeveralKnownKeys => "decrypt-several-known-keys",
            Self::DataKey(error) => error.code(),
            Self::Commitment => "decrypt-commitment",
            Self::HeaderTag => "decrypt-header-tag",
            Self::FrameTag => "decrypt-frame-tag",
            Self::Signature => "decrypt-signature",
            Self::NotText => "decrypt-not-text",
            Self::Empty => "decrypt-empty",
            Self::Refused => "decrypt-refused",
        }
    }
}
