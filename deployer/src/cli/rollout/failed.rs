//! `--no-rollback`: what fails stays as it is, and the next apply undoes it before it goes on.

use handler::event::PoolId;
use serde_json::Value;

use crate::apply::{self, Prepared};
use crate::aws::{AwsError, ChangeSetKind, Session, StackState};
use crate::cli::context::Context;
use crate::cli::deploy::Deployment;
use crate::cli::error::CliError;
use crate::cli::progress;
use crate::model::logical;
use crate::plan::{Phase, Replacement};

/// An error where a change set replaces something, which CloudFormation does not do without a rollback.
pub(in crate::cli) fn refuse_replacement(
    wanted: &Deployment<'_>,
    phase: Option<&Phase>,
    prepared: &Prepared,
) -> Result<(), CliError> {
    if !wanted.rollout.no_rollback {
        return Ok(());
    }
    let shown = phase.into_iter().flat_map(|phase| &phase.diff.changes);
    let shown = shown.filter(|change| change.replacement == Replacement::Yes);
    let told = prepared.changes.iter();
    let told = told.filter(|change| change.replacement.as_deref() == Some("True"));
    let mut ids: Vec<&str> = shown.map(|change| change.logical_id.as_str()).collect();
    ids.extend(told.map(|change| change.logical_id.as_str()));
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() {
        return Ok(());
    }
    Err(CliError::failed(format!(
        "`--no-rollback` does not go with what would be replaced: {}",
        ids.join(", ")
    ))
    .hint("CloudFormation replaces nothing while the rollback is off")
    .hint(format!("apply it without: {}", wanted.next.again)))
}

/// Whether what fails of a change set stays as it is.
pub(in crate::cli) fn keeps_failed(context: &Context, wanted: &Deployment<'_>, kind: ChangeSetKind) -> bool {
    let (asked, import) = (wanted.rollout.no_rollback, kind == ChangeSetKind::Import);
    if asked && import {
        context.out.talk(
            "`--no-rollback` begins after the import: one that fails leaves the pool outside the stack, as it was",
        );
    }
    asked && !import
}

/// What a create made that is deleted with it, whatever its policy says of deletes: `RetainExceptOnCreate`.
#[derive(Debug, Default, PartialEq)]
struct Made {
    pool: Option<String>,
    key: Option<String>,
    /// How many users the pool has, as Cognito estimates them.
    users: u64,
}

impl Made {
    async fn of(session: &Session, stack: &str) -> Result<Self, AwsError> {
        let mut made = Self::default();
        for resource in session.stack_resources(stack).await? {
            let Some(id) = resource.physical_id.filter(|_| resource.status != "DELETE_COMPLETE") else {
                continue;
            };
            match resource.logical_id.as_str() {
                // One that could not be made may have a name that is no pool's.
                logical::POOL if PoolId::new(&id).is_some() => {
                    let pool = session.described_pool(&id).await?;
                    let users = pool.and_then(|pool| pool.get("EstimatedNumberOfUsers").and_then(Value::as_u64));
                    (made.pool, made.users) = (Some(id), users.unwrap_or_default());
                }
                logical::KEY => made.key = Some(id),
                _ => {}
            }
        }
        Ok(made)
    }

    /// What becomes of it.
    fn fate(&self) -> String {
        let pool = self.pool.as_ref().map(|id| format!("the pool {id}"));
        let key = self.key.as_ref().map(|id| format!("the key {id}"));
        match pool.into_iter().chain(key).collect::<Vec<_>>().join(" and ") {
            named if named.is_empty() => "what was made is deleted".to_owned(),
            named => format!("what was made is deleted, {named} too"),
        }
    }

    /// An error where people have signed up meanwhile.
    fn refuse_users(&self, wanted: &Deployment<'_>) -> Result<(), CliError> {
        let Some(pool) = self.pool.as_ref().filter(|_| self.users > 0) else {
            return Ok(());
        };
        let (stack, region) = (wanted.name, wanted.session.region());
        let users = match self.users {
            1 => "a user".to_owned(),
            users => format!("{users} users"),
        };
        Err(CliError::stopped(format!(
            "{stack} is in CREATE_FAILED, and rolling it back would delete its pool {pool}, which has {users}; nothing was changed"
        ))
        .hint(format!(
            "to keep pool and key: deployer destroy leaves both as they are; then deployer adopt {pool}"
        ))
        .hint(format!(
            "where nobody needs them any more: aws cloudformation rollback-stack --region {region} --stack-name {stack}, then: {}",
            wanted.next.again
        )))
    }
}

/// Undoes an operation that failed and was left as it was; every other stack is left alone. Returns whether there was one.
///
/// A create whose pool has users by now is not undone.
pub(in crate::cli) async fn roll_back(
    context: &Context,
    wanted: &Deployment<'_>,
    state: Option<&StackState>,
) -> Result<bool, CliError> {
    let failed = |state: &&StackState| matches!(state.status.as_str(), "CREATE_FAILED" | "UPDATE_FAILED");
    let Some(state) = state.filter(failed) else {
        return Ok(false);
    };
    let fate = if state.status == "CREATE_FAILED" {
        let work = Made::of(wanted.session, &state.id);
        let made = context.unless_interrupted(work).await??;
        made.refuse_users(wanted)?;
        made.fate()
    } else {
        "everything goes back to what it was before".to_owned()
    };
    context.out.talk(&format!(
        "{} is in {}: an operation failed, and was left as it was. It is rolled back first: {fate}",
        wanted.name, state.status
    ));
    if !wanted.yes {
        let answer = context.ask("Roll it back? Only `yes` goes on:").await?;
        if answer != "yes" {
            return Err(CliError::failed("not rolled back; nothing was changed"));
        }
    }
    let token = format!("deployer-{}", context.moment());
    let work = apply::roll_back(wanted.session, &state.id, &token, wanted.role);
    let operation = context.unless_interrupted(work).await??;
    let outcome = progress::watch(context, wanted.session, &operation, wanted.name, None).await?;
    let is_done =
        ["UPDATE_ROLLBACK_COMPLETE", "ROLLBACK_COMPLETE", "DELETE_COMPLETE"].contains(&outcome.status.as_str());
    if is_done {
        context.out.talk("");
        return Ok(true);
    }
    Err(progress::failed(wanted.session, wanted.name, &outcome, &wanted.next))
}
