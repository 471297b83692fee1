//! Why an event cannot be handled.

use crate::Word;

/// An event that cannot be handled; no variant holds anything of a user's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EventError {
    /// A member that every event has is missing or has another type.
    #[error("read the event: `{member}` is missing or is not {wanted}")]
    Malformed {
        /// The member's path.
        member: &'static str,
        /// What it should be.
        wanted: &'static str,
    },
    /// `request.type` names no channel of ours.
    #[error("handle the event: `request.type` is `{0}`, which is no known channel")]
    UnknownChannel(Word),
    /// The end of `triggerSource` names no purpose of ours.
    #[error("handle the event: `triggerSource` is `{0}`, which has no known purpose")]
    UnknownPurpose(Word),
    /// A purpose that has a code came without one, so there is nothing to deliver.
    #[error("deliver the message: `request.code` is null, and the purpose is nothing without a code")]
    NoCode,
    /// The user has no phone number.
    #[error("deliver the message: the user has no `phone_number`")]
    NoPhoneNumber,
    /// The phone number is not in E.164 form.
    #[error("deliver the message: the user's `phone_number` is not in E.164 form")]
    BadPhoneNumber,
    /// The user has no e-mail address.
    #[error("deliver the message: the user has no `email`")]
    NoEmailAddress,
    /// What the user has is no e-mail address.
    #[error("deliver the message: the user's `email` is no e-mail address")]
    BadEmailAddress,
}

impl EventError {
    /// Returns the stable code, for logs and metrics.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Malformed { .. } => "event-malformed",
            Self::UnknownChannel(_) => "event-unknown-channel",
            Self::UnknownPurpose(_) => "event-unknown-purpose",
            Self::NoCode => "event-no-code",
            Self::NoPhoneNumber => "event-no-phone-number",
            Self::BadPhoneNumber => "event-bad-phone-number",
            Self::NoEmailAddress => "event-no-email",
            Self::BadEmailAddress => "event-bad-email",
        }
    }

    /// Whether the event is put aside rather than failed.
    ///
    /// A malformed event fails, so that Lambda keeps it in the queue of failures. All else says that
    /// there is nothing to deliver, which no retry changes: it is reported and counted.
    pub const fn is_refusal(&self) -> bool {
        match self {
            Self::Malformed { .. } => false,
            Self::UnknownChannel(_)
            | Self::UnknownPurpose(_)
            | Self::NoCode
            | Self::NoPhoneNumber
            | Self::BadPhoneNumber
            | Self::NoEmailAddress
            | Self::BadEmailAddress => true,
        }
    }
}
