//! The change sets of a deployment: made, compared with what was shown, executed and followed.

use super::Deployment;
use crate::apply::{self, Parameters, Preparation, Prepared};
use crate::aws::{ChangeSetRequest, PoolToImport};
use crate::cli::context::{Context, Interrupted};
use crate::cli::error::{CliError, apply_error};
use crate::cli::progress::{self, during};
use crate::cli::rollout::{alarms, failed, policy};
use crate::cli::undone::{fate, not_started, taken_back};
use crate::model::logical;
use crate::plan::Plan;

/// Makes the change set of a phase and merges CloudFormation's word into the plan.
pub(super) async fn prepare(
    context: &Context,
    wanted: &Deployment<'_>,
    plan: &mut Plan,
    parameters: &Parameters,
    index: usize,
) -> Result<Option<Prepared>, CliError> {
    let made = make(context, wanted, plan, parameters, index).await?;
    if let Some(made) = &made {
        plan.merge(index, &made.changes);
    }
    Ok(made)
}

/// Makes a change set after the yes: what it does must follow from what was shown.
pub(super) async fn unplanned(
    context: &Context,
    wanted: &Deployment<'_>,
    plan: &Plan,
    parameters: &Parameters,
    index: usize,
) -> Result<Option<Prepared>, CliError> {
    let Some(made) = make(context, wanted, plan, parameters, index).await? else {
        return Ok(None);
    };
    let surprises = plan
        .phases
        .get(index)
        .map(|phase| phase.surprises(&made.changes))
        .unwrap_or_default();
    if surprises.is_empty() {
        return Ok(Some(made));
    }
    let found: Vec<String> = surprises
        .iter()
        .map(|each| format!("{}: {}", each.logical_id, each.what))
        .collect();
    let error = CliError::stopped(format!(
        "CloudFormation would do more than was shown ({}), so it was not started",
        found.join("; ")
    ))
    .hint(format!("look at it and answer again: {}", wanted.next.again));
    Err(taken_back(error, wanted.discard(plan, index, &made).await))
}

async fn make(
    context: &Context,
    wanted: &Deployment<'_>,
    plan: &Plan,
    parameters: &Parameters,
    index: usize,
) -> Result<Option<Prepared>, CliError> {
    let Some(phase) = plan.phases.get(index) else {
        return Ok(None);
    };
    let template = crate::template::Template::from_value(phase.template.clone())
        .map_err(|error| CliError::failed(error.to_string()))?;
    let parameters = parameters.of(&template);
    let template = template.to_json();
    let name = apply::name(&template, &parameters, &wanted.desired.tags);
    let kind = Deployment::kind(plan, index);
    let watch = alarms::watch(context, wanted, phase, &plan.situation, kind).await;
    let watch = watch.map_err(|error| error.hint(fate(&plan.situation, index)))?;
    let request = ChangeSetRequest {
        stack: wanted.name,
        name: &name,
        kind,
        import: phase.import.as_ref().map(|id| PoolToImport {
            logical_id: logical::POOL,
            id: id.as_str(),
        }),
        template: &template,
        parameters: &parameters,
        tags: &wanted.desired.tags,
        role: wanted.role,
        notify: &wanted.notify,
        watch: watch.as_ref(),
    };
    let region = wanted.session.region();
    let what = format!(
        "making a change set for {}, to hear what CloudFormation would do",
        wanted.name
    );
    let making = apply::prepare(wanted.session, &wanted.bucket, &request);
    let Ok(made) = during(context, &what, making).await else {
        let interrupted = CliError {
            message: Some(format!("interrupted; {}", fate(&plan.situation, index))),
            ..CliError::from(Interrupted)
        };
        let interrupted = if index == 0 {
            interrupted
        } else {
            interrupted.hint(wanted.again())
        };
        let withdrawn = apply::withdraw(wanted.session, &wanted.bucket, &request).await;
        return Err(taken_back(interrupted, withdrawn));
    };
    match made {
        Ok(Preparation::Ready(prepared)) => match failed::refuse_replacement(wanted, Some(phase), &prepared) {
            Ok(()) => Ok(Some(prepared)),
            Err(error) => {
                let error = error.hint(fate(&plan.situation, index));
                Err(taken_back(error, wanted.discard(plan, index, &prepared).await))
            }
        },
        Ok(Preparation::Nothing) => Ok(None),
        Err(error) => {
            // What was made before the failure goes again; the failure itself is the news.
            let withdrawn = apply::withdraw(wanted.session, &wanted.bucket, &request).await;
            let failed = apply_error(error, region).hint(fate(&plan.situation, index));
            let failed = if index == 0 {
                failed
            } else {
                failed.hint(wanted.again())
            };
            Err(taken_back(failed, withdrawn))
        }
    }
}

/// Executes a change set with the stack policy lifted for what a person answered for; `before` is the template that
/// the stack was deployed from.
pub(super) async fn run(
    context: &Context,
    wanted: &Deployment<'_>,
    plan: &Plan,
    index: usize,
    prepared: &Prepared,
    before: &serde_json::Value,
) -> Result<(), CliError> {
    let (phase, kind) = (plan.phases.get(index), Deployment::kind(plan, index));
    let lifted = match policy::lift(context, wanted, phase, kind, before).await {
        Ok(lifted) => lifted,
        Err(error) => return Err(taken_back(error, wanted.discard(plan, index, prepared).await)),
    };
    let done = executed(context, wanted, plan, index, prepared).await;
    policy::put_back(wanted, lifted, done).await
}

async fn executed(
    context: &Context,
    wanted: &Deployment<'_>,
    plan: &Plan,
    index: usize,
    prepared: &Prepared,
) -> Result<(), CliError> {
    let region = wanted.session.region();
    let keeps_failed = failed::keeps_failed(context, wanted, Deployment::kind(plan, index));
    let operation = match apply::execute(wanted.session, prepared, keeps_failed).await {
        Ok(operation) => operation,
        Err(error) => {
            // One that did begin after all cannot be deleted any more, so this takes back only what waits.
            let discarded = wanted.discard(plan, index, prepared).await;
            return Err(not_started(error, region, discarded).hint(wanted.again()));
        }
    };
    if let Some(title) = plan.phases.get(index).and_then(|phase| phase.title) {
        context
            .out
            .talk(&format!("\nchange set {} of {}: {title}", index + 1, plan.phases.len()));
    }
    alarms::say(context, wanted.name, prepared.watch.as_ref());
    let resources = Some(prepared.changes.len());
    progress::complete(
        context,
        wanted.session,
        &operation,
        wanted.name,
        resources,
        &wanted.next,
    )
    .await
}

pub(super) async fn remove_failed(context: &Context, wanted: &Deployment<'_>) -> Result<(), CliError> {
    let region = wanted.session.region();
    let Some(state) = wanted.session.stack(wanted.name).await? else {
        return Ok(());
    };
    if state.termination_protection {
        wanted.session.set_termination_protection(&state.id, false).await?;
    }
    let token = format!("deployer-{}", context.moment());
    let operation = apply::delete(wanted.session, &state.id, &token, wanted.role)
        .await
        .map_err(|error| apply_error(error, region))?;
    progress::complete(context, wanted.session, &operation, wanted.name, None, &wanted.next).await
}
