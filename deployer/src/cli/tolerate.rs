//! One service's refusal is no reason to say nothing of all others.

use crate::aws::{AwsError, Refusal};

/// Keeps a service's refusal for later; without credentials or a network there is nothing more to ask.
pub(super) fn tolerate<T>(answer: Result<T, AwsError>, unread: &mut Vec<AwsError>) -> Result<Option<T>, AwsError> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(error) => match error.refusal {
            Refusal::Service(_) | Refusal::Unexpected => {
                unread.push(error);
                Ok(None)
            }
            Refusal::Credentials | Refusal::Expired | Refusal::Clock | Refusal::Unreachable => Err(error),
        },
    }
}
