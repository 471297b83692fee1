//! A running operation on the screen: one moving line on a terminal, plain lines elsewhere.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::context::Context;
use super::error::CliError;
use super::exit::ExitStatus;
use crate::apply::Operation;
use crate::aws::{Session, StackEvent};
use crate::events::{Failure, Outcome, follow};

/// Follows an operation to its end. Ctrl-C leaves it alone and says how to look at it.
pub(super) async fn watch(
    context: &Context,
    session: &Session,
    operation: &Operation,
    stack: &str,
    resources: usize,
) -> Result<Outcome, CliError> {
    let started = Instant::now();
    let bar = bar(context, resources);
    let mut tell = |event: &StackEvent| {
        let line = line(started.elapsed(), event);
        if event.status.ends_with("_COMPLETE") && !event.is_stack() {
            bar.inc(1);
        }
        bar.set_message(format!("{} {}", event.logical_id, event.status));
        if context.animated {
            bar.println(line);
        } else {
            context.out.talk(&line);
        }
    };
    let followed = context.unless_interrupted(follow(session, operation, &mut tell)).await;
    bar.finish_and_clear();
    let Ok(outcome) = followed else {
        return Err(CliError::failed(format!(
            "interrupted: the operation on {stack} goes on in CloudFormation"
        ))
        .hint(format!("look at it: {}", events_command(session, stack)))
        .hint("when it is over, run the same command again: it goes on from there"));
    };
    outcome.map_err(|error| {
        let error = CliError::from(error);
        error.hint(format!(
            "the operation on {stack} goes on in CloudFormation: {}",
            events_command(session, stack)
        ))
    })
}

fn events_command(session: &Session, stack: &str) -> String {
    format!(
        "aws cloudformation describe-stack-events --region {} --stack-name {stack}",
        session.region()
    )
}

fn bar(context: &Context, resources: usize) -> ProgressBar {
    if !context.animated {
        return ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
    }
    let bar = ProgressBar::new(resources as u64);
    if let Ok(style) = ProgressStyle::with_template("  {spinner} {pos}/{len} {elapsed_precise} {wide_msg}") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}

fn line(elapsed: Duration, event: &StackEvent) -> String {
    let seconds = elapsed.as_secs();
    let reason = event
        .reason
        .as_deref()
        .map(|reason| format!("  {reason}"))
        .unwrap_or_default();
    format!(
        "  {:02}:{:02}  {:<28} {:<34} {}{reason}",
        seconds / 60,
        seconds % 60,
        event.status,
        event.resource_type,
        event.logical_id
    )
}

/// Says why an operation failed, root cause first, then the state of the stack and the next command.
pub(super) fn failed(context: &Context, stack: &str, outcome: &Outcome, file: &str) -> CliError {
    if let Some(Failure { root, left }) = &outcome.failure {
        if let Some(root) = root {
            context.out.talk(&format!(
                "\nerror: {} ({}) {}: {}",
                root.logical_id, root.resource_type, root.status, root.reason
            ));
        }
        for cause in left {
            let fate = if outcome.status == "UPDATE_ROLLBACK_FAILED" {
                "not rolled back"
            } else {
                "still there"
            };
            context.out.talk(&format!(
                "  {fate}: {} ({}): {}",
                cause.logical_id, cause.resource_type, cause.reason
            ));
        }
    }
    let (state, next) = match outcome.status.as_str() {
        "ROLLBACK_COMPLETE" => (
            "everything that was made is gone again; the empty, failed stack is left",
            format!("mend the cause, then: deployer apply {file} (it deletes the failed stack first)"),
        ),
        "ROLLBACK_FAILED" => (
            "the rollback could not delete everything",
            format!("deployer destroy {file} deletes what is left of the stack; then mend the cause and apply again"),
        ),
        "UPDATE_ROLLBACK_COMPLETE" => (
            "everything is as it was before",
            format!("mend the cause, then: deployer apply {file}"),
        ),
        "UPDATE_ROLLBACK_FAILED" => (
            "the rollback stopped half-way, and the stack takes no update",
            format!(
                "mend what could not be rolled back, then: deployer apply {file} (it continues the rollback first)"
            ),
        ),
        "DELETE_FAILED" => (
            "what could not be deleted is still in the stack",
            format!("mend the cause, then: deployer destroy {file}"),
        ),
        _ => (
            "the operation did not end well",
            format!("look at its events, then: deployer apply {file}"),
        ),
    };
    context.out.talk(&format!("{stack} is in {}: {state}", outcome.status));
    context.out.talk(&format!("  next: {next}"));
    CliError::said(ExitStatus::Failed)
}
