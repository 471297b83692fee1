//! How long what a message holds is good for, by its purpose.
//!
//! Source: "Quotas in Amazon Cognito" (codes) and `AuthSessionValidity`, `TemporaryPasswordValidityDays` of the Amazon
//! Cognito user pools API Reference.

use std::collections::BTreeMap;
use std::time::Duration;

use handler::event::Purpose;

use super::FailedEvent;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// How long codes of one pool last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lifetimes {
    /// `AuthSessionValidity` by app client: as long as a sign-in waits for its code. A client that is not here has
    /// the shortest that there is.
    pub sessions: BTreeMap<String, Duration>,
    /// `TemporaryPasswordValidityDays` of the pool, where it is known.
    pub invitation: Option<Duration>,
    /// For how long Lambda may have tried before an event failed (`MaximumEventAgeInSeconds`): a code may be so much
    /// older than its failure.
    pub tried: Duration,
}

impl Lifetimes {
    /// The shortest that a sign-in may wait for its code; the default of an app client too.
    pub const SHORTEST_SESSION: Duration = Duration::from_secs(3 * MINUTE);
    /// The longest.
    pub const LONGEST_SESSION: Duration = Duration::from_secs(15 * MINUTE);
    /// The shortest that a temporary password lasts.
    pub const SHORTEST_INVITATION: Duration = Duration::from_secs(DAY);

    /// Returns how long what an event holds is good for; nothing where it holds no code.
    ///
    /// A notice of threat protection has none: it tells when somebody signed in, and that stays true.
    pub fn of(&self, event: &FailedEvent) -> Option<Duration> {
        match event.purpose {
            Purpose::Authentication => {
                let session = event.client.as_ref().and_then(|client| self.sessions.get(client));
                Some(session.copied().unwrap_or(Self::SHORTEST_SESSION))
            }
            Purpose::ForgotPassword => Some(Duration::from_secs(HOUR)),
            Purpose::SignUp | Purpose::ResendCode | Purpose::UpdateUserAttribute | Purpose::VerifyUserAttribute => {
                Some(Duration::from_secs(DAY))
            }
            Purpose::AdminCreateUser => Some(self.invitation.unwrap_or(Self::SHORTEST_INVITATION)),
            Purpose::AccountTakeOverNotification => None,
        }
    }
}
