//! Is what runs what was deployed? Asked after every deployment, and again by an apply that has nothing to do.

use std::collections::BTreeMap;
use std::time::Duration;

use super::context::Context;
use super::deploy::Deployment;
use super::error::CliError;
use super::progress::during;
use super::rollout::policy;
use crate::apply::{self, Difference};
use crate::aws::{AwsError, StackState};
use crate::inert;
use crate::model::logical;
use crate::plan::Plan;

/// How long after a change an apply that has nothing to do reads back what was made: the apply that made it
/// may have been killed before it did. Nothing on AWS's side says whether it was, and after that time a stack
/// costs three calls.
const FRESH: Duration = Duration::from_hours(24);

const READING_BACK: &str = "reading back what was deployed";

/// Reads back what was deployed and returns the outputs.
pub(super) async fn verify(
    context: &Context,
    wanted: &Deployment<'_>,
    plan: &Plan,
    before: &serde_json::Value,
) -> Result<BTreeMap<String, String>, CliError> {
    let Some(state) = wanted.session.stack(wanted.name).await? else {
        return Err(CliError::failed(format!(
            "{} was deployed and is gone again: somebody deleted it",
            wanted.name
        ))
        .hint(format!("make it anew: {}", wanted.next.again)));
    };
    let template = &wanted.desired.template;
    let work = async {
        let mut differences = Vec::new();
        if plan
            .phases
            .iter()
            .any(|phase| phase.diff.change(logical::POOL).is_some())
        {
            differences = apply::pool_differences(wanted.session, template, before, &state.outputs).await?;
        }
        differences.extend(apply::code_difference(wanted.session, &state).await?);
        Ok::<_, AwsError>(differences)
    };
    let differences = during(context, READING_BACK, work).await??;
    agreed(wanted, &differences)?;
    context
        .out
        .talk(&format!("\n{} is as declared ({})", wanted.name, state.status));
    Ok(state.outputs)
}

/// Reads back the code that runs, and what an earlier apply deployed not long ago and may not have come to read back.
pub(super) async fn again(context: &Context, wanted: &Deployment<'_>, state: &StackState) -> Result<(), CliError> {
    let is_fresh = state.changed.is_some_and(|time| context.is_within(FRESH, time));
    let work = async {
        let session = wanted.session;
        let mut differences: Vec<Difference> = apply::code_difference(session, state).await?.into_iter().collect();
        if is_fresh {
            let (template, before) = (&wanted.desired.template, serde_json::Value::Null);
            differences.extend(apply::pool_differences(session, template, &before, &state.outputs).await?);
        }
        Ok::<_, AwsError>(differences)
    };
    let differences = during(context, READING_BACK, work).await??;
    agreed(wanted, &differences)?;
    if is_fresh {
        policy::keep(context, wanted).await?;
    }
    Ok(())
}

/// Compares the code that runs with what the stack recorded, before a pool is pointed to the function.
pub(super) async fn code_is_deployed(
    context: &Context,
    wanted: &Deployment<'_>,
    state: &StackState,
) -> Result<(), CliError> {
    let reading = "comparing the function's code with what was deployed";
    let found = during(context, reading, apply::code_difference(wanted.session, state)).await??;
    match found {
        None => Ok(()),
        Some(difference) => Err(
            CliError::stopped(format!("{difference}; the pool was not pointed to the function")).hint(difference.mend),
        ),
    }
}

/// What was read back and differs is an error.
fn agreed(wanted: &Deployment<'_>, differences: &[Difference]) -> Result<(), CliError> {
    if differences.is_empty() {
        return Ok(());
    }
    let mut said = vec![format!(
        "\nerror: {} was deployed, and what was read back differs:",
        wanted.name
    )];
    for difference in differences {
        let found = difference.to_string();
        said.push(format!("  {}\n    next: {}", inert::line(&found), difference.mend));
    }
    Err(CliError::telling(said.join("\n")))
}
