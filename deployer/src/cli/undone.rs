//! What a run that ends early says of what it did not do, and of what it could not take back.

use super::error::{CliError, Interrupt, apply_error};
use crate::apply::ApplyError;
use crate::aws::Refusal;
use crate::plan::Situation;
use crate::spec::Region;

/// What has become of the stack when the change set of a phase, from 0, comes to nothing.
pub(super) const fn fate(situation: &Situation, index: usize) -> &'static str {
    match (index, situation) {
        (0, Situation::Recreate) => "the failed, empty stack is gone; nothing else was changed",
        (0, Situation::Create { .. } | Situation::Update) => "nothing was changed",
        (1, _) => "the first change set is done, the second was not started",
        _ => "the change sets before it are done, the last was not started",
    }
}

/// Adds to an error that the change set of this run is still there, where it is.
pub(super) fn taken_back(error: CliError, outcome: Result<(), ApplyError>) -> CliError {
    match outcome {
        Ok(()) => CliError {
            interrupt: error.interrupt.map(|_| Interrupt::TakenBack),
            ..error
        },
        Err(reason) => error.hint(format!(
            "this run's change set could not be taken back ({reason}): it does nothing by itself, and the next run \
             replaces it"
        )),
    }
}

/// An error of a change set that was to be executed, with what came of taking it back: a refusal is certain, a
/// lost connection is not.
pub(super) fn not_started(error: ApplyError, region: &Region, discarded: Result<(), ApplyError>) -> CliError {
    let certain = match &error {
        ApplyError::Aws(error) => !matches!(error.refusal, Refusal::Unreachable | Refusal::Unexpected),
        _ => true,
    };
    let error = apply_error(error, region);
    if certain {
        taken_back(error.hint("the change set was not started"), discarded)
    } else {
        error.hint("whether the change set was started is not known: the next run looks")
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

    use super::*;
    use crate::aws::AwsError;

    #[test]
    fn what_is_not_known_is_not_claimed() {
        let region = Region::parse("us-west-2").unwrap();
        let said = |refusal| {
            let error = ApplyError::from(AwsError {
                action: "cloudformation:ExecuteChangeSet",
                refusal,
                message: "no".to_owned(),
            });
            let hints = not_started(error.clone(), &region, Err(error)).hints;
            hints.get(1..).unwrap().join("; ")
        };
        assert_eq!(
            said(Refusal::Expired),
            "the change set was not started; this run's change set could not be taken back \
             (cloudformation:ExecuteChangeSet: no): it does nothing by itself, and the next run replaces it"
        );
        assert_eq!(
            said(Refusal::Unreachable),
            "whether the change set was started is not known: the next run looks"
        );
    }
}
