//! Why a message is not to go out now, and what the table did not answer.

use super::Scope;
use crate::Word;
use crate::delivery::Policy;

/// A question that the table did not answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unanswered {
    /// What it was about: `duplicates`, `rates`, or `note` where something was to be written down.
    pub(crate) about: &'static str,
    /// What was done without the answer; nothing where none is needed.
    pub(crate) policy: Option<Policy>,
    /// The name of what went wrong.
    pub(crate) cause: Word,
}

/// Why a message is not to go out now.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Denial {
    #[error("deliver the message: a provider took it already")]
    Duplicate,
    #[error("deliver the message: another delivery of the same event is at it")]
    BeingSent,
    #[error("deliver the message: its recipient got as many as the stack allows")]
    RecipientRate,
    #[error("deliver the message: its country got as many as the stack allows")]
    CountryRate,
    #[error("deliver the message: the pool sent as many as the stack allows")]
    PoolRate,
    #[error("ask the guard table: {0}, and the stack lets nothing pass without its answer")]
    Unavailable(Word),
    #[error("ask the guard table: {0}")]
    Unreachable(Word),
}

impl Denial {
    /// Returns the stable code, for logs and metrics.
    pub(crate) const fn code(&self) -> &'static str {
        match self {
            Self::Duplicate => "guard-duplicate",
            Self::BeingSent => "guard-being-sent",
            Self::RecipientRate => "guard-rate-recipient",
            Self::CountryRate => "guard-rate-country",
            Self::PoolRate => "guard-rate-pool",
            Self::Unavailable(_) | Self::Unreachable(_) => "guard-unavailable",
        }
    }

    /// Whether a later delivery of the same event may go out: where nobody decided against it.
    pub(crate) const fn may_pass(&self) -> bool {
        match self {
            Self::BeingSent | Self::Unavailable(_) | Self::Unreachable(_) => true,
            Self::Duplicate | Self::RecipientRate | Self::CountryRate | Self::PoolRate => false,
        }
    }

    /// Returns the rate that refused the message, where one did.
    pub(crate) const fn rate(&self) -> Option<Scope> {
        match self {
            Self::RecipientRate => Some(Scope::Recipient),
            Self::CountryRate => Some(Scope::Country),
            Self::PoolRate => Some(Scope::Pool),
            Self::Duplicate | Self::BeingSent | Self::Unavailable(_) | Self::Unreachable(_) => None,
        }
    }

    /// Returns the refusal of a rate.
    pub(super) const fn of(scope: Scope) -> Self {
        match scope {
            Scope::Recipient => Self::RecipientRate,
            Scope::Country => Self::CountryRate,
            Scope::Pool => Self::PoolRate,
        }
    }
}
