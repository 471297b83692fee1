//! A running operation, event by event.

use std::collections::HashSet;

use super::root_cause::{Failure, failure};
use crate::apply::{Operation, Pause};
use crate::aws::{AwsError, Session, StackEvent};

/// How an operation ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// `StackStatus`
    pub status: String,
    /// What went wrong, when something did.
    pub failure: Option<Failure>,
}

/// Statuses of a stack after which nothing moves by itself.
const FINAL: &[&str] = &[
    "CREATE_COMPLETE",
    "CREATE_FAILED",
    "ROLLBACK_COMPLETE",
    "ROLLBACK_FAILED",
    "UPDATE_COMPLETE",
    "UPDATE_FAILED",
    "UPDATE_ROLLBACK_COMPLETE",
    "UPDATE_ROLLBACK_FAILED",
    "DELETE_COMPLETE",
    "DELETE_FAILED",
    "IMPORT_COMPLETE",
    "IMPORT_ROLLBACK_COMPLETE",
    "IMPORT_ROLLBACK_FAILED",
];

const GOOD: &[&str] = &[
    "CREATE_COMPLETE",
    "UPDATE_COMPLETE",
    "DELETE_COMPLETE",
    "IMPORT_COMPLETE",
];

/// Follows an operation to its end; `tell` hears each event once, oldest first.
///
/// The end is read from the stack's own events: a description may still show the status from before.
pub async fn follow(
    session: &Session,
    operation: &Operation,
    tell: &mut dyn FnMut(&StackEvent),
) -> Result<Outcome, AwsError> {
    let mut seen: HashSet<String> = operation.since.iter().cloned().collect();
    let mut history: Vec<StackEvent> = Vec::new();
    let mut pause = Pause::new();
    loop {
        for event in fresh(session, operation, &seen).await? {
            tell(&event);
            seen.insert(event.id.clone());
            let ended = event.is_stack() && FINAL.contains(&event.status.as_str());
            let status = event.status.clone();
            history.push(event);
            if ended {
                let failure = (!GOOD.contains(&status.as_str())).then(|| failure(&history));
                return Ok(Outcome { status, failure });
            }
        }
        pause.wait().await;
    }
}

/// Reads the events that are not seen yet, oldest first.
async fn fresh(session: &Session, operation: &Operation, seen: &HashSet<String>) -> Result<Vec<StackEvent>, AwsError> {
    let mut fresh = Vec::new();
    let mut page = None;
    loop {
        let (events, next) = session.stack_events(&operation.stack_id, page).await?;
        for event in events {
            if seen.contains(&event.id) {
                fresh.reverse();
                return Ok(fresh);
            }
            fresh.push(event);
        }
        page = next;
        if page.is_none() {
            fresh.reverse();
            return Ok(fresh);
        }
    }
}
