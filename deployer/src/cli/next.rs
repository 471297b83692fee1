//! The commands that a person may need next, written out.

use crate::spec::Region;

/// The commands of a stack.
#[derive(Clone, Debug)]
pub(super) struct Next {
    /// Goes on, or tries again.
    pub(super) again: String,
    /// Deletes the stack.
    pub(super) delete: String,
}

impl Next {
    /// Those of a stack file.
    pub(super) fn of(file: &str) -> Self {
        Self {
            again: format!("deployer apply {file}"),
            delete: format!("deployer destroy {file}"),
        }
    }

    /// Those of the stack that `bootstrap` makes.
    pub(super) fn of_bootstrap(region: &Region, stack: &str) -> Self {
        Self {
            again: format!("deployer bootstrap --region {region}"),
            delete: format!("aws cloudformation delete-stack --region {region} --stack-name {stack}"),
        }
    }
}

/// The command that lists a stack's events.
pub(super) fn events_command(region: &Region, stack: &str) -> String {
    format!("aws cloudformation describe-stack-events --region {region} --stack-name {stack}")
}
