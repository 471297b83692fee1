//! What a stack's status lets an apply do.

use thiserror::Error;

/// What an apply has to do first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Situation {
    /// There is no stack yet.
    Create {
        /// An earlier apply was interrupted before it executed and left an empty stack.
        shell: bool,
    },
    /// The first create failed and was rolled back: the empty stack goes before a new one is made.
    Recreate,
    /// The stack is there and can be updated.
    Update,
}

/// Why a stack cannot be changed now.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Unready {
    /// Somebody else's operation, or one of our own that was left running.
    #[error("the stack is in {status}: another operation is in progress")]
    Busy {
        /// `StackStatus`
        status: String,
    },
    /// An operation stopped half-way and needs a decision.
    #[error("the stack is in {status}, and CloudFormation takes no update in that state{}", because(reason.as_deref()))]
    Stuck {
        /// `StackStatus`
        status: String,
        /// CloudFormation's reason.
        reason: Option<String>,
    },
}

fn because(reason: Option<&str>) -> String {
    reason.map(|reason| format!(": {reason}")).unwrap_or_default()
}

impl Situation {
    /// Reads a `StackStatus`; no stack is no status.
    ///
    /// Source: the failure handling of "Stack status codes", AWS CloudFormation User Guide.
    pub fn of(status: Option<&str>, reason: Option<&str>) -> Result<Self, Unready> {
        match status {
            None | Some("DELETE_COMPLETE") => Ok(Self::Create { shell: false }),
            Some("REVIEW_IN_PROGRESS") => Ok(Self::Create { shell: true }),
            Some("ROLLBACK_COMPLETE") => Ok(Self::Recreate),
            Some(
                "CREATE_COMPLETE"
                | "UPDATE_COMPLETE"
                | "UPDATE_ROLLBACK_COMPLETE"
                | "IMPORT_COMPLETE"
                | "IMPORT_ROLLBACK_COMPLETE",
            ) => Ok(Self::Update),
            Some(status) if status.ends_with("_IN_PROGRESS") => Err(Unready::Busy {
                status: status.to_owned(),
            }),
            Some(status) => Err(Unready::Stuck {
                status: status.to_owned(),
                reason: reason.map(str::to_owned),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_has_an_answer() {
        let kind = |status: &str| match Situation::of(Some(status), None) {
            Ok(Situation::Create { shell }) => format!("create, shell {shell}"),
            Ok(Situation::Recreate) => "recreate".to_owned(),
            Ok(Situation::Update) => "update".to_owned(),
            Err(Unready::Busy { .. }) => "busy".to_owned(),
            Err(Unready::Stuck { .. }) => "stuck".to_owned(),
        };
        let answers = [
            ("REVIEW_IN_PROGRESS", "create, shell true"),
            ("DELETE_COMPLETE", "create, shell false"),
            ("ROLLBACK_COMPLETE", "recreate"),
            ("CREATE_COMPLETE", "update"),
            ("UPDATE_COMPLETE", "update"),
            ("UPDATE_ROLLBACK_COMPLETE", "update"),
            ("IMPORT_COMPLETE", "update"),
            ("IMPORT_ROLLBACK_COMPLETE", "update"),
            ("CREATE_IN_PROGRESS", "busy"),
            ("ROLLBACK_IN_PROGRESS", "busy"),
            ("UPDATE_IN_PROGRESS", "busy"),
            ("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "busy"),
            ("UPDATE_ROLLBACK_IN_PROGRESS", "busy"),
            ("UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS", "busy"),
            ("DELETE_IN_PROGRESS", "busy"),
            ("IMPORT_IN_PROGRESS", "busy"),
            ("IMPORT_ROLLBACK_IN_PROGRESS", "busy"),
            ("CREATE_FAILED", "stuck"),
            ("ROLLBACK_FAILED", "stuck"),
            ("DELETE_FAILED", "stuck"),
            ("UPDATE_FAILED", "stuck"),
            ("UPDATE_ROLLBACK_FAILED", "stuck"),
            ("IMPORT_ROLLBACK_FAILED", "stuck"),
        ];
        for (status, wanted) in answers {
            assert_eq!(kind(status), wanted, "{status}");
        }
        for status in aws_sdk_cloudformation::types::StackStatus::values() {
            assert!(answers.iter().any(|(name, _)| name == status), "{status}");
        }
        assert_eq!(Situation::of(None, None), Ok(Situation::Create { shell: false }));
    }
}
