//! A stack's last operation, read from its history.

use crate::aws::{AwsError, Session, StackEvent};

/// Statuses of the stack's own event with which an operation begins.
const BEGINNINGS: &[&str] = &[
    "CREATE_IN_PROGRESS",
    "UPDATE_IN_PROGRESS",
    "DELETE_IN_PROGRESS",
    "IMPORT_IN_PROGRESS",
];

/// Reads the events of a stack's last operation, oldest first; of one that still runs, those so far.
pub async fn last_operation(session: &Session, stack: &str) -> Result<Vec<StackEvent>, AwsError> {
    let mut newest_first = Vec::new();
    let mut page = None;
    loop {
        let (events, next) = session.stack_events(stack, page).await?;
        for event in events {
            let first = begins(&event);
            newest_first.push(event);
            if first {
                newest_first.reverse();
                return Ok(newest_first);
            }
        }
        page = next;
        if page.is_none() {
            newest_first.reverse();
            return Ok(newest_first);
        }
    }
}

fn begins(event: &StackEvent) -> bool {
    event.is_stack() && BEGINNINGS.contains(&event.status.as_str())
}
