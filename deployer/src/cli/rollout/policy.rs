//! The stack policy around an apply: lifted for what a person answered for, and there again afterwards.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::apply::{PolicyKept, PolicyLifted, keep_policy, lift_policy};
use crate::aws::{ChangeSetKind, Session};
use crate::cli::context::{Context, Interrupted};
use crate::cli::deploy::Deployment;
use crate::cli::error::CliError;
use crate::cli::progress::during;
use crate::plan::{Phase, PolicySeen, protected};

/// When a policy is written that this apply did not come to write.
const NEXT: &str = "the next apply that changes something writes it; `deployer doctor` shows it";

/// A policy that was lifted for a change set.
pub(in crate::cli) struct Lifted {
    ids: BTreeSet<&'static str>,
    before: String,
}

/// Lifts the policy for what a change set replaces or removes, since nobody came here without answering for it.
/// `template` is the deployed one.
pub(in crate::cli) async fn lift(
    context: &Context,
    wanted: &Deployment<'_>,
    phase: Option<&Phase>,
    kind: ChangeSetKind,
    template: &Value,
) -> Result<Option<Lifted>, CliError> {
    let ids = phase.map(Phase::lifts).unwrap_or_default();
    if ids.is_empty() || kind != ChangeSetKind::Update {
        return Ok(None);
    }
    let (session, stack) = (wanted.session, wanted.name);
    let named = joined(&ids);
    let work = lift_policy(session, stack, &ids, template);
    let look = look(session, stack);
    let done = during(context, "lifting the stack policy", work).await;
    let done = done.map_err(|Interrupted| {
        CliError::failed(format!(
            "interrupted before this change set was started; the stack policy may be lifted for {named}"
        ))
        .hint(wanted.again())
    })?;
    match done? {
        PolicyLifted::Free => Ok(None),
        PolicyLifted::Lifted(before) => {
            context.out.talk(&format!(
                "the stack policy is lifted for {named} while this change set runs"
            ));
            Ok(Some(Lifted { ids, before }))
        }
        PolicyLifted::Unread(error) => {
            context.out.talk(&format!(
                "nobody looked whether a stack policy denies to replace or delete {named}, since the credentials have no right \
                 to {}; where one does, CloudFormation refuses and rolls back",
                error.action
            ));
            Ok(None)
        }
        PolicyLifted::Others => Err(CliError::stopped(format!(
            "the stack has a policy that denies to replace or delete {named}, and somebody else wrote it; nothing of this \
             change set was started"
        ))
        .hint(format!("look at it: {look}"))
        .hint("who wrote it may change it: aws cloudformation set-stack-policy")),
        PolicyLifted::Unset(error) => Err(CliError::failed(format!(
            "the stack policy denies to replace or delete {named}, and has to be lifted first; nothing of this change set \
             was started"
        ))
        .hint(format!("the credentials need the right to {}", error.action))),
    }
}

/// Puts a lifted policy back once its change set is over, well or not. While CloudFormation still works it stays lifted:
/// put back, it would stop what a person answered for half-way.
pub(in crate::cli) async fn put_back(
    wanted: &Deployment<'_>,
    lifted: Option<Lifted>,
    done: Result<(), CliError>,
) -> Result<(), CliError> {
    let Some(lifted) = lifted else { return done };
    let (session, stack) = (wanted.session, wanted.name);
    // After a success the policy is written for what is there then.
    let Err(error) = done else { return Ok(()) };
    let is_over = match session.stack(stack).await {
        Ok(Some(state)) => !state.status.ends_with("_IN_PROGRESS"),
        Ok(None) => return Err(error),
        Err(_) => false,
    };
    if is_over && session.set_stack_policy(stack, &lifted.before).await.is_ok() {
        return Err(error);
    }
    Err(error.hint(format!(
        "the stack policy stays lifted for {}: {NEXT}",
        joined(&lifted.ids)
    )))
}

/// Writes the policy after a deployment, and says what there is to say.
pub(in crate::cli) async fn keep(context: &Context, wanted: &Deployment<'_>) -> Result<(), CliError> {
    let (session, stack) = (wanted.session, wanted.name);
    let work = keep_policy(session, stack, &wanted.desired.template);
    let kept = during(context, "writing the stack policy", work)
        .await
        .map_err(|Interrupted| {
            CliError::failed("interrupted after the stack was deployed, before its policy was written")
                .hint(wanted.again())
        })?;
    let kept = kept.map_err(|error| {
        CliError::from(error)
            .hint("the stack is deployed; its policy is not written")
            .hint(wanted.again())
    })?;
    match kept {
        PolicyKept::Nothing | PolicyKept::AsWritten => {}
        PolicyKept::Set(ids) => written(context, &ids),
        PolicyKept::Others(open) => {
            let fate = if open.is_empty() {
                "under it no update replaces or deletes pool or key".to_owned()
            } else {
                format!("under it an update may replace or delete {}", open.join(", "))
            };
            context.out.talk(&format!(
                "the stack policy is somebody else's and stays as it is; {fate}\n  look at it: {}",
                look(session, stack)
            ));
        }
        PolicyKept::Unread(error) | PolicyKept::Unset(error) => context.out.talk(&format!(
            "the stack policy was not written, so nothing but the guards keeps pool and key: the credentials have no right to {}",
            error.action
        )),
    }
    Ok(())
}

/// Writes the policy, as far as it can be, after an apply that ended with an error when some of its change sets had been
/// carried out; returns the error, with what is not protected. `template` is what they deployed, and `rest` are the change
/// sets that were left.
///
/// While CloudFormation still works nothing is written, as in [`put_back`].
pub(in crate::cli) async fn keep_so_far(
    context: &Context,
    wanted: &Deployment<'_>,
    template: &Value,
    rest: &[Phase],
    error: CliError,
) -> CliError {
    let (session, stack) = (wanted.session, wanted.name);
    let is_over = match session.stack(stack).await {
        Ok(Some(state)) => !state.status.ends_with("_IN_PROGRESS"),
        Ok(None) => return error,
        Err(_) => false,
    };
    if is_over {
        return match keep_policy(session, stack, template).await {
            Ok(PolicyKept::Nothing | PolicyKept::AsWritten | PolicyKept::Others(_)) => error,
            Ok(PolicyKept::Set(ids)) => {
                written(context, &ids);
                error
            }
            Ok(PolicyKept::Unread(why) | PolicyKept::Unset(why)) | Err(why) => {
                error.hint(format!("the stack policy was not written ({why}): {NEXT}"))
            }
        };
    }
    let (mut open, is_known) = match session.stack_policy(stack).await.map(PolicySeen::of) {
        Ok(PolicySeen::Others(_)) => return error,
        Ok(seen) => (seen.open(template), true),
        Err(_) => (protected(template), false),
    };
    // What is lifted for a change set is told with it.
    open.retain(|id| !rest.iter().any(|phase| phase.lifts().contains(id)));
    if open.is_empty() {
        return error;
    }
    let ids = open.join(", ");
    error.hint(if is_known {
        format!("the stack policy does not protect {ids} yet: {NEXT}")
    } else {
        format!("whether the stack policy protects {ids} is not known: {NEXT}")
    })
}

fn written(context: &Context, ids: &[&str]) {
    context.out.talk(&format!(
        "wrote the stack policy: no update replaces or deletes {}",
        ids.join(", ")
    ));
}

fn joined(ids: &BTreeSet<&'static str>) -> String {
    ids.iter().copied().collect::<Vec<_>>().join(", ")
}

fn look(session: &Session, stack: &str) -> String {
    format!(
        "aws cloudformation get-stack-policy --region {} --stack-name {stack}",
        session.region()
    )
}
