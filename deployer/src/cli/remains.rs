//! What a stack leaves in the account, and what `destroy --delete` does with it.
//!
//! A destroy that was interrupted after the stack was gone is gone on with from what CloudFormation
//! remembers of it.

use std::fmt::Write as _;

use super::args::{DestroyArgs, Kept};
use super::context::Context;
use super::destroy::confirm;
use super::error::{CliError, apply_error};
use super::exit::ExitStatus;
use crate::apply::{self, Remains};
use crate::aws::{AwsError, Session};
use crate::finding::Code;
use crate::spec::Stack;

/// There is no stack: deletes what was named of what an earlier destroy left.
pub(super) async fn of_earlier(
    context: &Context,
    session: &Session,
    stack: &Stack,
    args: &DestroyArgs,
) -> Result<ExitStatus, CliError> {
    let none = format!("there is no stack {} in {}", stack.name, stack.region);
    let mut left = Remains::default();
    if !args.delete.is_empty() {
        let work = apply::left_by(session, stack.name.as_str());
        let found = context.unless_interrupted(work).await?;
        left = found.map_err(|error| apply_error(error, &stack.region))?;
    }
    let wanted = |kept, id: &Option<String>| args.delete.contains(&kept) && id.is_some();
    if !(wanted(Kept::Pool, &left.pool) || wanted(Kept::Key, &left.key) || wanted(Kept::Logs, &left.logs)) {
        context.out.talk(&format!("{none}: nothing to do"));
        return Ok(ExitStatus::Done);
    }
    refuse_protected(session, &left, &args.delete).await?;
    context.out.talk(&format!("{none}; this is left of it:"));
    context.out.talk(words(&left, args).trim_end());
    confirm(context, stack, args).await?;
    clean(context, session, &left, args).await?;
    Ok(ExitStatus::Done)
}

/// A pool under deletion protection is not deleted by a flag.
pub(super) async fn refuse_protected(session: &Session, remains: &Remains, delete: &[Kept]) -> Result<(), CliError> {
    let Some(id) = remains.pool.as_ref().filter(|_| delete.contains(&Kept::Pool)) else {
        return Ok(());
    };
    if !session.pool(id).await?.is_some_and(|pool| pool.deletion_protection) {
        return Ok(());
    }
    let error = CliError::stopped(format!(
        "[{}] the pool {id} is under deletion protection, so `--delete pool` stops here; nothing was changed",
        Code::DeletionProtectionLowered
    ));
    Err(error
        .hint("set `DeletionProtection: INACTIVE` in the stack file, acknowledge it and apply; then destroy")
        .hint("or leave the pool: deployer destroy without `--delete pool`"))
}

/// A line for each thing that is left, with what becomes of it.
pub(super) fn words(remains: &Remains, args: &DestroyArgs) -> String {
    let mut out = String::new();
    let mut line = |what: &str, id: &Option<String>, kept: Kept, end: &str| {
        if let Some(id) = id {
            let fate = if args.delete.contains(&kept) {
                end
            } else {
                "stays in the account"
            };
            // Writing to a String cannot fail.
            let _ = writeln!(out, "    {what} {id}: {fate}");
        }
    };
    line(
        "user pool",
        &remains.pool,
        Kept::Pool,
        "DELETED afterwards, with every user in it, for good",
    );
    let days = format!("deleted afterwards: scheduled, gone in {} days", args.key_window_days);
    line("key", &remains.key, Kept::Key, &days);
    line(
        "log group",
        &remains.logs,
        Kept::Logs,
        "DELETED afterwards, with every log line",
    );
    out
}

/// Deletes what was named, each by its own API, and says what stays.
pub(super) async fn clean(
    context: &Context,
    session: &Session,
    remains: &Remains,
    args: &DestroyArgs,
) -> Result<(), CliError> {
    let Remains { pool, key, logs } = remains;
    let wants = |kept| args.delete.contains(&kept);
    if let Some(id) = pool {
        if wants(Kept::Pool) {
            let command = format!("aws cognito-idp delete-user-pool --user-pool-id {id}");
            session.delete_pool(id).await.map_err(|error| left(error, &command))?;
            context.out.talk(&format!("deleted the user pool {id}"));
        } else {
            context.out.talk(&format!("the user pool {id} stays"));
        }
    }
    if let Some(id) = key {
        if wants(Kept::Key) {
            let command = format!("aws kms schedule-key-deletion --key-id {id}");
            let day = session
                .schedule_key_deletion(id, args.key_window_days)
                .await
                .map_err(|error| left(error, &command))?;
            let day = day.map(|day| format!(" on {day}")).unwrap_or_default();
            context.out.talk(&format!(
                "the key {id} is scheduled to go{day}; until then: aws kms cancel-key-deletion --key-id {id}"
            ));
        } else {
            context.out.talk(&format!("the key {id} stays"));
        }
    }
    if let Some(name) = logs {
        if wants(Kept::Logs) {
            let command = format!("aws logs delete-log-group --log-group-name {name}");
            session
                .delete_log_group(name)
                .await
                .map_err(|error| left(error, &command))?;
            context.out.talk(&format!("deleted the log group {name}"));
        } else {
            context.out.talk(&format!("the log group {name} stays"));
        }
    }
    Ok(())
}

fn left(error: AwsError, command: &str) -> CliError {
    CliError::from(error)
        .hint(format!("the stack is gone, this is still there: {command}"))
        .hint("or run the same command again: it goes on from there")
}
