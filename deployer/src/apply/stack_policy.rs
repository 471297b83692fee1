//! A stack's policy: written after an update, and lifted before one that a person answered for.
//!
//! It is a second guard, and a deployment goes without it where the right to it is missing. What somebody else wrote is
//! never written over.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::aws::{AwsError, Session};
use crate::plan::{PolicySeen, protected, stack_policy};

/// What came of writing a stack's policy.
#[derive(Clone, Debug)]
pub enum PolicyKept {
    /// The stack has nothing that a policy is to protect.
    Nothing,
    /// It was as it is to be.
    AsWritten,
    /// It was written, and protects these.
    Set(Vec<&'static str>),
    /// Somebody else's stays, under which an update may replace or delete these.
    Others(Vec<&'static str>),
    /// The right to read it is missing, so it was not written either.
    Unread(AwsError),
    /// The right to write it is missing.
    Unset(AwsError),
}

/// Writes the policy that protects what a template has, unless somebody else wrote one.
pub async fn keep_policy(session: &Session, stack: &str, template: &Value) -> Result<PolicyKept, AwsError> {
    let ids = protected(template);
    if ids.is_empty() {
        return Ok(PolicyKept::Nothing);
    }
    let seen = match session.stack_policy(stack).await {
        Ok(text) => PolicySeen::of(text),
        Err(error) if error.is_denied() => return Ok(PolicyKept::Unread(error)),
        Err(error) => return Err(error),
    };
    match &seen {
        PolicySeen::Others(_) => return Ok(PolicyKept::Others(seen.open(template))),
        PolicySeen::Ours(now) if *now == ids => return Ok(PolicyKept::AsWritten),
        PolicySeen::Ours(_) | PolicySeen::None => {}
    }
    match session.set_stack_policy(stack, &stack_policy(&ids)).await {
        Ok(()) => Ok(PolicyKept::Set(ids)),
        Err(error) if error.is_denied() => Ok(PolicyKept::Unset(error)),
        Err(error) => Err(error),
    }
}

/// What came of lifting a stack's policy.
#[derive(Clone, Debug)]
pub enum PolicyLifted {
    /// Nothing stands in the way.
    Free,
    /// It was lifted; this is how it was.
    Lifted(String),
    /// Somebody else's policy denies it.
    Others,
    /// The right to read it is missing.
    Unread(AwsError),
    /// The right to write it is missing, and it denies the update.
    Unset(AwsError),
}

/// Lets these resources of the deployed `template` be replaced or deleted by the next update; every other one stays
/// protected.
pub async fn lift_policy(
    session: &Session,
    stack: &str,
    ids: &BTreeSet<&'static str>,
    template: &Value,
) -> Result<PolicyLifted, AwsError> {
    let seen = match session.stack_policy(stack).await {
        Ok(text) => PolicySeen::of(text),
        Err(error) if error.is_denied() => return Ok(PolicyLifted::Unread(error)),
        Err(error) => return Err(error),
    };
    let now = match &seen {
        PolicySeen::None => return Ok(PolicyLifted::Free),
        PolicySeen::Others(_) => {
            let open = seen.open(template);
            let denies = ids.iter().any(|id| !open.contains(id));
            return Ok(if denies {
                PolicyLifted::Others
            } else {
                PolicyLifted::Free
            });
        }
        PolicySeen::Ours(now) => now,
    };
    let rest: Vec<&str> = now.iter().copied().filter(|id| !ids.contains(id)).collect();
    if rest.len() == now.len() {
        return Ok(PolicyLifted::Free);
    }
    match session.set_stack_policy(stack, &stack_policy(&rest)).await {
        Ok(()) => Ok(PolicyLifted::Lifted(stack_policy(now))),
        Err(error) if error.is_denied() => Ok(PolicyLifted::Unset(error)),
        Err(error) => Err(error),
    }
}
