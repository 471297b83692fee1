//! The medium that a message takes.

use serde::{Deserialize, Serialize};

/// The channel of a message, told by `request.type`.
///
/// `triggerSource` names it too, but only the purpose is taken from there: the type is the member
/// that is documented to tell the senders apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Channel {
    /// A text message, from the trigger `CustomSMSSender`.
    Sms,
    /// An e-mail, from the trigger `CustomEmailSender`.
    Email,
}

impl Channel {
    /// Every channel.
    pub const ALL: [Self; 2] = [Self::Sms, Self::Email];

    /// Returns the name that logs, metrics and alarms use.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sms => "sms",
            Self::Email => "email",
        }
    }

    /// Returns what `request.type` says for this channel.
    pub const fn request_type(self) -> &'static str {
        match self {
            Self::Sms => "customSMSSenderRequestV1",
            Self::Email => "customEmailSenderRequestV1",
        }
    }

    /// Returns the channel of a `request.type`.
    pub fn from_request_type(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|channel| channel.request_type() == name)
    }
}
