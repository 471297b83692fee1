//! What a stack leaves in the account, and what `destroy --delete` does with it.
//!
//! A destroy that was interrupted after the stack was gone is gone on with from what CloudFormation
//! remembers of it.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::args::{DestroyArgs, Format, Kept};
use super::context::Context;
use super::destroy::confirm;
use super::error::{CliError, apply_error};
use super::exit::ExitStatus;
use crate::apply::{self, Remains};
use crate::aws::{AwsError, Session};
use crate::finding::Code;
use crate::spec::{PoolId, Stack};
use crate::template::SMS_POLICY_NAME;

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
    let each = [
        wanted(Kept::Pool, &left.pool),
        wanted(Kept::Key, &left.key),
        wanted(Kept::Logs, &left.logs),
        wanted(Kept::SmsRole, &left.sms_role),
    ];
    if !each.contains(&true) {
        context.out.talk(&format!("{none}: nothing to do"));
        print(context, stack, args, false, &[]);
        return Ok(ExitStatus::Done);
    }
    refuse_protected(session, &left, &args.delete).await?;
    refuse_needed(&left, &args.delete)?;
    context.out.talk(&format!("{none}; this is left of it:"));
    context.out.talk(words(&left, args).trim_end());
    confirm(context, stack, args).await?;
    let fates = clean(context, session, &left, args).await?;
    print(context, stack, args, false, &fates);
    Ok(ExitStatus::Done)
}

/// Prints what is left as JSON, where that is wanted; `was_there` says whether this run deleted the stack.
pub(super) fn print(context: &Context, stack: &Stack, args: &DestroyArgs, was_there: bool, left: &[Fate]) {
    if args.format == Format::Json {
        let document = json!([{
            "version": 1,
            "stack": stack.name.as_str(),
            "region": stack.region.as_str(),
            "was_there": was_there,
            "left": left.iter().map(Fate::json).collect::<Vec<_>>(),
        }]);
        context.out.json(&format!("{document:#}\n"));
    }
}

/// A pool that was there before its stack is not the stack's to delete.
pub(super) fn refuse_foreign(pool: &PoolId, delete: &[Kept]) -> Result<(), CliError> {
    if !delete.contains(&Kept::Pool) {
        return Ok(());
    }
    let error = CliError::usage(format!(
        "the pool {pool} was there before this stack, so `destroy` does not delete it; nothing was changed"
    ));
    Err(error.hint("leave `--delete pool` out"))
}

/// A pool that stays needs the role by which it sends SMS messages: without it every update of the pool fails.
pub(super) fn refuse_needed(remains: &Remains, delete: &[Kept]) -> Result<(), CliError> {
    let (Some(pool), Some(role)) = (&remains.pool, &remains.sms_role) else {
        return Ok(());
    };
    if !delete.contains(&Kept::SmsRole) || delete.contains(&Kept::Pool) {
        return Ok(());
    }
    let error = CliError::usage(format!(
        "the pool {pool} stays and sends SMS messages by the role {role}, so `--delete sms-role` stops here; nothing \
         was changed"
    ));
    Err(error.hint("delete both: `--delete pool --delete sms-role`; or leave `--delete sms-role` out"))
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
            } else if kept == Kept::SmsRole {
                "stays: the pool sends SMS messages by it"
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
    line(
        "SMS role",
        &remains.sms_role,
        Kept::SmsRole,
        "DELETED afterwards, when the pool is gone",
    );
    out
}

/// What became of something that a stack left.
#[derive(Debug)]
pub(super) struct Fate {
    kept: Kept,
    id: String,
    end: End,
}

#[derive(Debug)]
enum End {
    Stays,
    Deleted,
    /// A key goes after its waiting time, on this day where KMS says it.
    Scheduled(Option<String>),
}

impl Fate {
    const fn words(&self) -> (&'static str, &'static str) {
        match self.kept {
            Kept::Pool => ("pool", "user pool"),
            Kept::Key => ("key", "key"),
            Kept::Logs => ("logs", "log group"),
            Kept::SmsRole => ("sms-role", "SMS role"),
        }
    }

    fn say(&self, context: &Context) {
        let ((_, what), id) = (self.words(), &self.id);
        context.out.talk(&match &self.end {
            End::Stays => format!("the {what} {id} stays"),
            End::Deleted => format!("deleted the {what} {id}"),
            End::Scheduled(day) => {
                let day = day.as_ref().map(|day| format!(" on {day}")).unwrap_or_default();
                format!(
                    "the {what} {id} is scheduled to go{day}; until then: aws kms cancel-key-deletion --key-id {id}"
                )
            }
        });
    }

    pub(super) fn json(&self) -> Value {
        let (fate, on) = match &self.end {
            End::Stays => ("stays", None),
            End::Deleted => ("deleted", None),
            End::Scheduled(day) => ("scheduled", day.as_ref()),
        };
        json!({ "what": self.words().0, "id": self.id, "fate": fate, "on": on })
    }
}

/// Deletes what was named, each by its own API, and says what became of each.
pub(super) async fn clean(
    context: &Context,
    session: &Session,
    remains: &Remains,
    args: &DestroyArgs,
) -> Result<Vec<Fate>, CliError> {
    let each = [
        (Kept::Pool, &remains.pool),
        (Kept::Key, &remains.key),
        (Kept::Logs, &remains.logs),
        (Kept::SmsRole, &remains.sms_role),
    ];
    let mut fates = Vec::new();
    for (kept, id) in each {
        let Some(id) = id else { continue };
        let end = if args.delete.contains(&kept) {
            delete(session, kept, id, args.key_window_days).await?
        } else {
            End::Stays
        };
        let fate = Fate {
            kept,
            id: id.clone(),
            end,
        };
        fate.say(context);
        fates.push(fate);
    }
    Ok(fates)
}

async fn delete(session: &Session, kept: Kept, id: &str, days: i32) -> Result<End, CliError> {
    let (deleted, command) = match kept {
        Kept::Pool => (
            session.delete_pool(id).await.map(|()| End::Deleted),
            "aws cognito-idp delete-user-pool --user-pool-id",
        ),
        Kept::Key => (
            session.schedule_key_deletion(id, days).await.map(End::Scheduled),
            "aws kms schedule-key-deletion --key-id",
        ),
        Kept::Logs => (
            session.delete_log_group(id).await.map(|()| End::Deleted),
            "aws logs delete-log-group --log-group-name",
        ),
        Kept::SmsRole => (
            session.delete_role(id, SMS_POLICY_NAME).await.map(|()| End::Deleted),
            "aws iam delete-role --role-name",
        ),
    };
    deleted.map_err(|error| left(error, &format!("{command} {id}")))
}

fn left(error: AwsError, command: &str) -> CliError {
    CliError::from(error)
        .hint(format!("the stack is gone, this is still there: {command}"))
        .hint("or run the same command again: it goes on from there")
}
