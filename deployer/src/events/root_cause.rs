//! Why an operation failed: the first resource that failed of itself, not the many that were cancelled
//! because of it.

use crate::aws::StackEvent;

/// What went wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The resource that failed first, when one did.
    pub root: Option<Cause>,
    /// What failed of itself beside it, before the rollback began.
    pub others: Vec<Cause>,
    /// What failed after that, in the rollback or the clean-up: it is still there.
    pub left: Vec<Cause>,
}

/// A resource and the reason that CloudFormation passes on from its service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// The logical id; the stack's name when no resource failed.
    pub logical_id: String,
    /// The resource type.
    pub resource_type: String,
    /// `ResourceStatus`
    pub status: String,
    /// In the words of the service.
    pub reason: String,
}

/// Finds the root cause in an operation's events, oldest first.
pub fn failure(history: &[StackEvent]) -> Failure {
    let failed: Vec<&StackEvent> = history
        .iter()
        .filter(|event| !event.is_stack() && event.status.ends_with("_FAILED") && !cancelled(event))
        .collect();
    let rolled_back = |event: &&&StackEvent| {
        let position = history.iter().position(|each| each.id == event.id);
        let rollback = history
            .iter()
            .position(|each| each.is_stack() && each.status.contains("ROLLBACK"));
        matches!((position, rollback), (Some(position), Some(rollback)) if position > rollback)
    };
    let mut forward = failed
        .iter()
        .filter(|event| !rolled_back(event))
        .map(|event| cause(event));
    let root = forward.next();
    let others = forward.collect();
    let root = root.or_else(|| {
        // Nothing failed but the operation as a whole: a hook, an alarm, a cancelled update.
        history
            .iter()
            .find(|event| {
                event.is_stack()
                    && event.reason.is_some()
                    && !event.status.starts_with("CREATE_IN")
                    && !event.status.starts_with("UPDATE_IN")
            })
            .map(cause)
    });
    let left = failed.iter().filter(rolled_back).map(|event| cause(event)).collect();
    Failure { root, others, left }
}

fn cancelled(event: &StackEvent) -> bool {
    event
        .reason
        .as_deref()
        .is_some_and(|reason| reason.contains("cancelled"))
}

pub(super) fn cause(event: &StackEvent) -> Cause {
    Cause {
        logical_id: event.logical_id.clone(),
        resource_type: event.resource_type.clone(),
        status: event.status.clone(),
        reason: event.reason.clone().unwrap_or_else(|| "no reason given".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(id: &str, logical: &str, status: &str, reason: Option<&str>) -> StackEvent {
        let stack = logical == "acme";
        StackEvent {
            id: id.to_owned(),
            time: String::new(),
            logical_id: logical.to_owned(),
            physical_id: if stack { "arn:stack".to_owned() } else { String::new() },
            resource_type: if stack {
                "AWS::CloudFormation::Stack"
            } else {
                "AWS::Lambda::Function"
            }
            .to_owned(),
            status: status.to_owned(),
            reason: reason.map(str::to_owned),
            stack_id: "arn:stack".to_owned(),
            token: None,
        }
    }

    #[test]
    fn the_first_failure_of_its_own_is_the_cause() {
        let history = [
            event("1", "acme", "CREATE_IN_PROGRESS", None),
            event("2", "Queue", "CREATE_FAILED", Some("Resource creation cancelled")),
            event("3", "Function", "CREATE_FAILED", Some("The role cannot be assumed")),
            event("4", "Alarm", "CREATE_FAILED", Some("Resource creation cancelled")),
            event("8", "Key", "CREATE_FAILED", Some("There are too many keys")),
            event(
                "5",
                "acme",
                "ROLLBACK_IN_PROGRESS",
                Some("The following resource(s) failed to create: [Function]."),
            ),
            event("6", "Pool", "DELETE_FAILED", Some("The user pool cannot be deleted")),
            event("7", "acme", "ROLLBACK_FAILED", None),
        ];
        let failure = failure(&history);
        assert_eq!(
            failure.root.map(|cause| (cause.logical_id, cause.reason)),
            Some(("Function".to_owned(), "The role cannot be assumed".to_owned()))
        );
        let ids = |causes: &[Cause]| causes.iter().map(|cause| cause.logical_id.clone()).collect::<Vec<_>>();
        assert_eq!(ids(&failure.others), ["Key"]);
        assert_eq!(ids(&failure.left), ["Pool"]);
    }

    #[test]
    fn without_a_failed_resource_the_stacks_own_reason_stands() {
        let history = [
            event("1", "acme", "UPDATE_IN_PROGRESS", Some("User Initiated")),
            event("2", "acme", "UPDATE_ROLLBACK_IN_PROGRESS", Some("An alarm went off")),
        ];
        assert_eq!(
            failure(&history).root.map(|cause| cause.reason),
            Some("An alarm went off".to_owned())
        );
    }
}
