//! What makes a deployment safer beside its plan: the stack policy, alarms that undo an update, a message to oneself that
//! proves it, and what is left as it is where somebody wants to look at a failure.

pub(super) mod alarms;
mod bring;
pub(super) mod canary;
pub(super) mod failed;
pub(super) mod policy;
mod undo;

pub(super) use bring::Bring;

use crate::spec::Stack;

/// How a deployment is carried out.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Rollout<'a> {
    /// Whether what fails stays as it is.
    pub(super) no_rollback: bool,
    /// For how many minutes after an update its alarms undo it.
    pub(super) monitor_minutes: u8,
    /// Messages that the deployed function really sends, and the stack that they are of.
    pub(super) canaries: Option<(&'a Stack, &'a [canary::Canary])>,
}

impl Rollout<'_> {
    /// Whether the deployed function is to send a message.
    pub(super) fn sends(&self) -> bool {
        self.canaries.is_some_and(|(_, canaries)| !canaries.is_empty())
    }
}
