//! What a deployment stands on: each reading of machine, account or stack becomes a verdict.
//!
//! In: what was read, or why it was not. Out: one line each, `ok`, `warn` or `fail`, with what to do. Nothing here
//! calls, changes or sends anything. What could not be read is never ok: it is a warning that says so.

mod account;
mod delivery;
mod key;
mod machine;
mod policy;
mod pool;
mod resource_policy;
pub mod rights;
mod secret;
mod senders;
mod trigger;

pub use account::{Principal, bucket, caller, declared_account, principal};
pub use delivery::{alarms, failures, queue};
pub use key::{grants, state};
pub use machine::toolchain;
pub use policy::stack_policy;
pub use pool::{deployed, email_sending, import, left_over, sms_configuration, tier};
pub use resource_policy::{Assets, QueueAccess, bucket_policy, queue_policy};
pub use secret::secret;
pub use senders::{SmsService, identities_of, mail_account, mail_identity, sms_sandbox, spend_limit};
pub use trigger::{code, function, permission};

use crate::aws::AwsError;

/// What was read, or why it was not.
pub type Reading<T> = Result<T, AwsError>;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// As it should be.
    Ok,
    /// Worth a look, or not checked.
    Warn,
    /// A deployment, or messages, will fail; or somebody can change what they rely on.
    Fail,
}

impl Level {
    /// Returns the word that is printed.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Fail => "fail",
        }
    }
}

/// What one check says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The check's name, the same every time, such as `toolchain`.
    pub check: &'static str,
    /// How bad it is.
    pub level: Level,
    /// What was found: a fragment without a full stop. Never a secret.
    pub found: String,
    /// What to do, runnable where possible; nothing where nothing is to be done.
    pub next: Option<String>,
}

impl Verdict {
    /// All is well.
    pub fn ok(check: &'static str, found: impl Into<String>) -> Self {
        Self {
            check,
            level: Level::Ok,
            found: found.into(),
            next: None,
        }
    }

    /// Worth a look.
    pub fn warn(check: &'static str, found: impl Into<String>, next: impl Into<String>) -> Self {
        Self {
            level: Level::Warn,
            next: Some(next.into()),
            ..Self::ok(check, found)
        }
    }

    /// Something will fail.
    pub fn fail(check: &'static str, found: impl Into<String>, next: impl Into<String>) -> Self {
        Self {
            level: Level::Fail,
            ..Self::warn(check, found, next)
        }
    }

    /// A question that was not answered; `look` is how a person can see for themselves.
    pub fn unread(check: &'static str, error: &AwsError, look: &str) -> Self {
        let next = if error.is_denied() {
            format!("allow {}, or look: {look}", error.action)
        } else {
            look.to_owned()
        };
        Self::warn(check, format!("not checked: {error}"), next)
    }
}

/// Returns the worst of some verdicts; ok where there are none.
pub fn worst<'a>(verdicts: impl IntoIterator<Item = &'a Verdict>) -> Level {
    let levels = verdicts.into_iter().map(|verdict| verdict.level);
    levels.max().unwrap_or(Level::Ok)
}

#[cfg(test)]
mod kit {
    use super::{Reading, Verdict};
    use crate::aws::{AwsError, Refusal};

    /// A refusal for want of a right.
    pub(super) fn denied<T>(action: &'static str) -> Reading<T> {
        Err(AwsError {
            action,
            refusal: Refusal::Service("AccessDenied".to_owned()),
            message: "no (AccessDenied)".to_owned(),
        })
    }

    /// Level and words of verdicts, for tables.
    pub(super) fn told<'a>(verdicts: impl IntoIterator<Item = &'a Verdict>) -> Vec<String> {
        let told = |verdict: &Verdict| format!("{} {}: {}", verdict.level.name(), verdict.check, verdict.found);
        verdicts.into_iter().map(told).collect()
    }
}
