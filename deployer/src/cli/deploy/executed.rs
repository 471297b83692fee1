//! The change sets of a deployment, one after the other, and the update of a pool outside the stack between them; then what
//! is no part of a template.

use serde_json::Value;

use super::{Deployment, change_sets, take_back};
use crate::apply::{Parameters, Prepared};
use crate::cli::attach;
use crate::cli::context::{Context, Interrupted};
use crate::cli::error::{CliError, apply_error};
use crate::cli::observe::Observed;
use crate::cli::progress::during;
use crate::cli::read_back::code_is_deployed;
use crate::cli::rollout::{canary, policy};
use crate::model::logical;
use crate::plan::{Action, Plan, Situation};

/// Executes what is planned. `before` is the template that the stack was deployed from.
pub(super) async fn executed(
    context: &Context,
    wanted: &Deployment<'_>,
    observed: &Observed,
    prepared: Option<Prepared>,
    parameters: &Parameters,
    before: &Value,
) -> Result<(), CliError> {
    let plan = &observed.plan;
    if plan.situation == Situation::Recreate {
        change_sets::remove_failed(context, wanted).await?;
    }
    let mut reached = 0;
    let steps = Box::pin(steps(
        context,
        wanted,
        observed,
        prepared,
        parameters,
        before,
        &mut reached,
    ));
    if let Err(error) = steps.await {
        let (done, rest) = plan.phases.split_at_checked(reached).unwrap_or_default();
        return Err(match done.last() {
            Some(phase) => policy::keep_so_far(context, wanted, &phase.template, rest, error).await,
            None => error,
        });
    }
    policy::keep(context, wanted).await?;
    if let Some((_, on)) = plan.termination_protection {
        let switching = wanted.session.set_termination_protection(wanted.name, on);
        let switched = context.unless_interrupted(switching).await;
        switched.map_err(|Interrupted| {
            CliError::failed("interrupted after the stack was deployed").hint(wanted.again())
        })??;
    }
    attach::taken_over(context, wanted, observed).await?;
    if plan.pool.is_none() {
        attach::compared(context, wanted, observed).await?;
    }
    attach::save(context, wanted).await
}

/// Executes one change set after the other, and lets a pool outside the stack have its update between them. `reached`
/// becomes the number of those that are over and went well.
async fn steps(
    context: &Context,
    wanted: &Deployment<'_>,
    observed: &Observed,
    mut prepared: Option<Prepared>,
    parameters: &Parameters,
    before: &Value,
    reached: &mut usize,
) -> Result<(), CliError> {
    let plan = &observed.plan;
    let mut parameters = parameters.clone();
    let mut unsettled = None;
    for index in 0..=plan.phases.len() {
        if plan.pool.as_ref().is_some_and(|part| part.after == index) {
            if let Some(prepared) = prepared.take() {
                // What records the pool before its update is a change set of its own, after which this one is void.
                let discarded = wanted.discard(plan, index, &prepared).await;
                discarded.map_err(|error| apply_error(error, wanted.session.region()).hint("nothing was changed"))?;
            }
            let is_last = index == plan.phases.len();
            let done = Box::pin(attach::attach(context, wanted, observed, is_last)).await?;
            if let Some(done) = done {
                parameters.set.extend(done.digests.parameters());
                unsettled = (!is_last).then_some(done);
            }
            // Before anything leaves that the pool called until now.
            Box::pin(canary::attached(context, wanted, observed)).await?;
        }
        if prepared.is_none() {
            prepared = change_sets::unplanned(context, wanted, plan, &parameters, index).await?;
        }
        if let Some(prepared) = prepared.take() {
            if let Err(error) = points_to_verified_code(context, wanted, plan, index).await {
                return Err(take_back(wanted, plan, Some(&prepared), error).await);
            }
            change_sets::run(context, wanted, plan, index, &prepared, before).await?;
            *reached = index + 1;
        }
    }
    match unsettled {
        Some(done) => attach::settle(context, wanted, observed, &done).await,
        None => Ok(()),
    }
}

/// Where a change set changes the pool and leaves the function's code as it is, that code has to be what was deployed. Of
/// code that comes with the change set, CloudFormation itself compares the SHA-256 before it touches the pool.
async fn points_to_verified_code(
    context: &Context,
    wanted: &Deployment<'_>,
    plan: &Plan,
    index: usize,
) -> Result<(), CliError> {
    let Some(phase) = plan.phases.get(index) else {
        return Ok(());
    };
    let changes = |id: &str| phase.diff.change(id);
    let is_pointed = changes(logical::POOL).is_some_and(|change| {
        let mut paths = change.edits.iter().map(|edit| edit.path.iter());
        paths.any(|mut path| path.any(|member| member == "LambdaConfig"))
    });
    let is_new = changes(logical::FUNCTION).is_some_and(|change| change.action == Action::Add);
    if !is_pointed || is_new || phase.changes_code() {
        return Ok(());
    }
    let reading = during(context, "reading the stack", wanted.session.stack(wanted.name)).await??;
    match &reading {
        Some(state) => code_is_deployed(context, wanted, state).await,
        None => Ok(()),
    }
}
