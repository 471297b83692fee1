//! What a rollback could not bring back.

use std::collections::BTreeSet;

use super::root_cause::{Cause, cause};
use crate::aws::{AwsError, Session, StackEvent};

/// Reads from a stack's events which resources its last rollback could not bring back: only these may be
/// skipped when it is continued.
pub async fn not_rolled_back(session: &Session, stack_id: &str) -> Result<Vec<Cause>, AwsError> {
    let mut rollback = Vec::new();
    let mut page = None;
    loop {
        let (events, next) = session.stack_events(stack_id, page).await?;
        for event in events {
            if event.is_stack() && event.status == "UPDATE_ROLLBACK_IN_PROGRESS" {
                return Ok(failed(&rollback));
            }
            rollback.push(event);
        }
        page = next;
        if page.is_none() {
            return Ok(failed(&rollback));
        }
    }
}

/// The resources whose last word is a failure, of events that come newest first.
fn failed(events: &[StackEvent]) -> Vec<Cause> {
    let mut seen = BTreeSet::new();
    events
        .iter()
        .filter(|event| !event.is_stack() && seen.insert(event.logical_id.as_str()))
        .filter(|event| event.status.ends_with("_FAILED"))
        .map(cause)
        .collect()
}
