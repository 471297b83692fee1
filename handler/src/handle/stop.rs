//! Why an event ended without a message, and what becomes of it.

use std::fmt;

use crate::compose::ComposeError;
use crate::decrypt::DecryptError;
use crate::event::EventError;
use crate::guard::{Denial, Refusal, Scope};
use crate::send::{DeliveryError, RouteError};
use crate::telemetry::Outcome;

use super::PANICKED;

/// Why a message was not delivered.
pub(super) struct Stop {
    pub(super) fate: Fate,
    pub(super) code: &'static str,
    pub(super) reason: String,
    /// The rate that refused the message, which is counted on its own.
    pub(super) rate: Option<Scope>,
}

/// What becomes of an event that ended without a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// There is nothing to deliver, or it is not to be delivered: counted and logged, nothing else.
    Dropped,
    /// Nobody can deliver to this recipient, or it is unclear whether it is served: kept in the queue at once.
    Undeliverable,
    /// Something failed that a retry would not change: kept in the queue at once.
    Kept,
    /// Something failed that may pass: Lambda retries, and keeps the event in the queue when it gives up.
    Retried,
}

impl Fate {
    pub(super) const fn outcome(self) -> Outcome {
        match self {
            Self::Dropped | Self::Undeliverable => Outcome::Refused,
            Self::Kept | Self::Retried => Outcome::Failed,
        }
    }
}

impl Stop {
    fn new(fate: Fate, code: &'static str, reason: impl fmt::Display) -> Self {
        Self {
            fate,
            code,
            reason: reason.to_string(),
            rate: None,
        }
    }

    /// Something broke that nobody thought of.
    pub(super) fn panicked() -> Self {
        Self::new(Fate::Retried, PANICKED, "handle the event: the handler panicked")
    }
}

impl From<EventError> for Stop {
    fn from(error: EventError) -> Self {
        let fate = if error.is_refusal() { Fate::Dropped } else { Fate::Kept };
        Self::new(fate, error.code(), error)
    }
}

impl From<DecryptError> for Stop {
    fn from(error: DecryptError) -> Self {
        let fate = if error.may_pass() { Fate::Retried } else { Fate::Kept };
        Self::new(fate, error.code(), error)
    }
}

impl From<ComposeError> for Stop {
    fn from(error: ComposeError) -> Self {
        Self::new(Fate::Kept, error.code(), error)
    }
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        let fate = if refusal.is_doubtful() {
            Fate::Undeliverable
        } else {
            Fate::Dropped
        };
        Self::new(fate, refusal.code(), refusal)
    }
}

impl From<Denial> for Stop {
    fn from(denial: Denial) -> Self {
        let fate = if denial.may_pass() {
            Fate::Retried
        } else {
            Fate::Dropped
        };
        Self {
            rate: denial.rate(),
            ..Self::new(fate, denial.code(), denial)
        }
    }
}

impl From<RouteError> for Stop {
    fn from(error: RouteError) -> Self {
        let fate = if error == RouteError::Declined {
            Fate::Dropped
        } else {
            Fate::Kept
        };
        Self::new(fate, error.code(), error)
    }
}

impl From<DeliveryError> for Stop {
    fn from(error: DeliveryError) -> Self {
        let fate = match error {
            DeliveryError::Recipient(_) => Fate::Undeliverable,
            DeliveryError::NoProvider => Fate::Kept,
            DeliveryError::Exhausted(_) | DeliveryError::TimedOut => Fate::Retried,
        };
        Self::new(fate, error.code(), error)
    }
}
