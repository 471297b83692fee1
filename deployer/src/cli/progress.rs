//! What is being done, for how long, and what remains: one moving line on a terminal, plain lines elsewhere.
//!
//! What ended stands above the moving line and stays. Without a terminal each event is a line, and where
//! nothing happens for half a minute a line says that it still goes on.

mod board;
mod line;
mod waiting;

use std::cell::RefCell;
use std::pin::pin;
use std::time::{Duration, Instant};

use super::context::Context;
use super::error::CliError;
use super::next::{Next, events_command};
use crate::apply::Operation;
use crate::aws::{Session, StackEvent};
use crate::events::{Cause, Failure, Outcome, follow};
use crate::inert;

use board::Board;
pub(super) use line::Lane;
use line::LiveLine;
pub(super) use waiting::{Wait, during, meanwhile, speak_of_calls};

/// Follows an operation to its end. Ctrl-C leaves it alone and says how to look at it. `resources` is how many
/// change, where that is known.
pub(super) async fn watch(
    context: &Context,
    session: &Session,
    operation: &Operation,
    stack: &str,
    resources: Option<usize>,
) -> Result<Outcome, CliError> {
    let line = LiveLine::new(context, "starting");
    let began = Instant::now();
    let width = context.out.width().filter(|_| line.is_live());
    let board = RefCell::new(if context.lane.is_some() {
        Board::brief(resources)
    } else {
        Board::new(resources, width)
    });
    let mut tell = |event: &StackEvent| {
        let mut board = board.borrow_mut();
        if let Some(text) = board.hear(began.elapsed(), event) {
            context.out.progress(&text);
        }
        line.say(&board.summary(began.elapsed()));
    };
    let tick = || {
        let mut board = board.borrow_mut();
        if line.is_live() {
            line.say(&board.summary(began.elapsed()));
        } else if let Some(text) = board.heartbeat(began.elapsed()) {
            context.out.progress(&text);
        }
    };
    let followed = async {
        let mut followed = pin!(follow(session, operation, &mut tell));
        loop {
            tokio::select! {
                outcome = &mut followed => break outcome,
                () = tokio::time::sleep(Duration::from_secs(1)) => tick(),
            }
        }
    };
    let followed = context.unless_interrupted(followed).await;
    drop(line);
    let look = events_command(session.region(), stack);
    let Ok(outcome) = followed else {
        return Err(CliError::failed(format!(
            "interrupted: the operation on {stack} goes on in CloudFormation"
        ))
        .hint(format!("look at it: {look}"))
        .hint("when it is over, run the same command again: it goes on from there"));
    };
    outcome.map_err(|error| {
        CliError::from(error).hint(format!(
            "the operation on {stack} goes on in CloudFormation; look at it: {look}"
        ))
    })
}

/// Follows an operation to its end, and says why it failed when it did.
pub(super) async fn complete(
    context: &Context,
    session: &Session,
    operation: &Operation,
    stack: &str,
    resources: Option<usize>,
    next: &Next,
) -> Result<(), CliError> {
    let outcome = watch(context, session, operation, stack, resources).await?;
    if outcome.failure.is_some() {
        return Err(failed(session, stack, &outcome, next));
    }
    Ok(())
}

/// Says why an operation failed, root cause first, then the state of the stack and the next command.
pub(super) fn failed(session: &Session, stack: &str, outcome: &Outcome, next: &Next) -> CliError {
    let named = |cause: &Cause| format!("{} ({})", cause.logical_id, cause.resource_type);
    let one_line = |text: String| inert::line(&text).into_owned();
    let mut said = Vec::new();
    if let Some(Failure { root, others, left }) = &outcome.failure {
        if let Some(root) = root {
            let root = one_line(format!("{} {}: {}", named(root), root.status, root.reason));
            said.push(format!("\nerror: {root}"));
        }
        for cause in others {
            let cause = one_line(format!("{} {}: {}", named(cause), cause.status, cause.reason));
            said.push(format!("  {cause}"));
        }
        let fate = if outcome.status == "UPDATE_ROLLBACK_FAILED" {
            "not rolled back"
        } else {
            "still there"
        };
        for cause in left {
            let cause = one_line(format!("{}: {}", named(cause), cause.reason));
            said.push(format!("  {fate}: {cause}"));
        }
    }
    let again = format!("mend the cause, then: {}", next.again);
    let (state, steps) = match outcome.status.as_str() {
        "ROLLBACK_COMPLETE" => (
            "everything that was made is gone again; what is left is an empty stack, which the next apply deletes first",
            vec![again],
        ),
        "ROLLBACK_FAILED" => (
            "the rollback could not delete everything",
            vec![format!("delete what is left of the stack: {}", next.delete), again],
        ),
        "UPDATE_ROLLBACK_COMPLETE" => ("everything is as it was before", vec![again]),
        "UPDATE_ROLLBACK_FAILED" => (
            "the rollback stopped half-way; the stack takes no update until it is continued, which the next apply does first",
            vec![format!("mend what could not be rolled back, then: {}", next.again)],
        ),
        "CREATE_FAILED" | "UPDATE_FAILED" => (
            "what failed and what was made stays as it is, to be looked at; the next apply rolls it back first",
            vec![
                format!("look at it: {}", events_command(session.region(), stack)),
                again,
            ],
        ),
        "IMPORT_ROLLBACK_COMPLETE" => ("the pool is outside the stack, as it was", vec![again]),
        "DELETE_FAILED" => (
            "what could not be deleted is still in the stack",
            vec![format!("mend the cause, then: {}", next.delete)],
        ),
        _ => (
            "the operation did not end well",
            vec![
                format!("look at it: {}", events_command(session.region(), stack)),
                again,
            ],
        ),
    };
    said.push(format!("{stack} is in {}: {state}", outcome.status));
    said.extend(steps.into_iter().map(|step| format!("  next: {step}")));
    CliError::telling(said.join("\n"))
}
