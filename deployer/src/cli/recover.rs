//! A rollback that stopped half-way is continued before anything else is planned, and what failed and was left as it was
//! is rolled back.

use super::context::Context;
use super::deploy::Deployment;
use super::error::CliError;
use super::progress;
use super::rollout::failed;
use crate::apply;
use crate::aws::StackState;
use crate::events::not_rolled_back;

/// Whether [`recover`] has something to do.
pub(super) fn is_half_way(state: &StackState) -> bool {
    matches!(
        state.status.as_str(),
        "UPDATE_ROLLBACK_FAILED" | "CREATE_FAILED" | "UPDATE_FAILED"
    )
}

/// Offers to continue the rollback of a stack in `UPDATE_ROLLBACK_FAILED`, or to begin that of one in `CREATE_FAILED` or
/// `UPDATE_FAILED`; every other stack is left alone.
///
/// Returns whether there was one. With `--yes` it is tried again as a whole. What leaves a resource as it is, a person has to say.
pub(super) async fn recover(
    context: &Context,
    wanted: &Deployment<'_>,
    state: Option<&StackState>,
) -> Result<bool, CliError> {
    let session = wanted.session;
    if failed::roll_back(context, wanted, state).await? {
        return Ok(true);
    }
    let Some(state) = state.filter(|state| state.status == "UPDATE_ROLLBACK_FAILED") else {
        return Ok(false);
    };
    let work = not_rolled_back(session, &state.id);
    let causes = context.unless_interrupted(work).await??;
    let ids: Vec<String> = causes.iter().map(|cause| cause.logical_id.clone()).collect();
    context.out.talk(&format!(
        "{} is in UPDATE_ROLLBACK_FAILED: an update failed, and its rollback stopped half-way. Not rolled back:",
        wanted.name
    ));
    for cause in &causes {
        context.out.talk(&format!(
            "  {} ({}): {}",
            cause.logical_id, cause.resource_type, cause.reason
        ));
    }
    let skipped = if wanted.yes {
        Vec::new()
    } else {
        let question = format!(
            "Continue the rollback? `yes` tries again; `skip` leaves {} as it is; all else stops:",
            ids.join(", ")
        );
        match context.ask(&question).await?.as_str() {
            "yes" => Vec::new(),
            "skip" => ids.clone(),
            _ => return Err(CliError::failed("the rollback was not continued; nothing was changed")),
        }
    };
    context.out.talk("continuing the rollback");
    let token = format!("deployer-{}", context.moment());
    let operation = apply::continue_rollback(session, &state.id, &skipped, &token).await?;
    let outcome = progress::watch(context, session, &operation, wanted.name, Some(ids.len())).await?;
    if outcome.status == "UPDATE_ROLLBACK_COMPLETE" {
        context
            .out
            .talk(&format!("\n{} is as it was before that update\n", wanted.name));
        return Ok(true);
    }
    let error = progress::failed(wanted.session, wanted.name, &outcome, &wanted.next);
    Err(error.hint(format!(
        "what stays may be left as it is, and differs from the template until an update reaches it: \
         aws cloudformation continue-update-rollback --region {} --stack-name {} --resources-to-skip {}",
        session.region(),
        wanted.name,
        ids.join(" ")
    )))
}
