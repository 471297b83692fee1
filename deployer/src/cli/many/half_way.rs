//! Stacks of many that an operation left half-way: undone one after the other, since each may take a question.

use super::{Many, Stage};
use crate::aws::StackState;
use crate::cli::context::Context;
use crate::cli::deploy::{Deployment, Planned};
use crate::cli::error::CliError;
use crate::cli::progress::during;
use crate::cli::recover::recover;

impl Many<'_> {
    /// Undoes what failed and was not undone, until somebody interrupts; with `--fail-fast` until one fails. Returns whether
    /// anything came of it that a run is not to call nothing.
    pub(super) async fn recover(&self, context: &Context, stages: &mut [Stage]) -> bool {
        let mut is_recovered = false;
        for (stage, wanted) in stages.iter_mut().zip(self.deployments) {
            let Stage::HalfWay(state) = &*stage else { continue };
            if context.is_interrupted().await {
                break;
            }
            let planned = Box::pin(recovered(context, wanted, state)).await;
            is_recovered |= !planned.as_ref().is_err_and(CliError::is_interrupt);
            *stage = Stage::of(planned);
            if self.fail_fast && stage.has_ended() {
                break;
            }
        }
        is_recovered
    }
}

async fn recovered(context: &Context, wanted: &Deployment<'_>, state: &StackState) -> Result<Planned, CliError> {
    recover(context, wanted, Some(state)).await?;
    let again = async {
        let reading = format!("reading the stack {}", wanted.name);
        let state = during(context, &reading, wanted.session.stack(wanted.name)).await??;
        Planned::of(context, wanted, state).await
    };
    again.await.map_err(|error| {
        if error.is_interrupt() {
            CliError::failed("interrupted after the rollback, before anything else was changed").hint(wanted.again())
        } else {
            error
        }
    })
}
