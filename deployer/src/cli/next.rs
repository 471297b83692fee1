//! The commands that a person may need next, written out.

use crate::spec::Region;

/// The commands of a stack.
#[derive(Clone, Debug)]
pub(super) struct Next {
    /// Goes on, or tries again.
    pub(super) again: String,
    /// Deletes the stack.
    pub(super) delete: String,
    /// Puts back what moved in an existing pool.
    pub(super) put_back: String,
}

impl Next {
    /// Those of a stack file.
    pub(super) fn of(file: &str) -> Self {
        Self {
            again: format!("deployer apply {file}"),
            delete: format!("deployer destroy {file}"),
            put_back: format!("deployer apply {file} --put-back"),
        }
    }

    /// Those of a stack file while its pool is let go of; `again` is the command at work.
    pub(super) fn of_detach(file: &str, again: String) -> Self {
        Self {
            again,
            delete: format!("deployer destroy {file}"),
            put_back: format!("deployer detach {file} --put-back"),
        }
    }

    /// Those of the stack that `bootstrap` makes.
    pub(super) fn of_bootstrap(region: &Region, stack: &str) -> Self {
        Self {
            again: format!("deployer bootstrap --region {region}"),
            // Its stack has no pool.
            put_back: format!("deployer bootstrap --region {region}"),
            delete: format!("aws cloudformation delete-stack --region {region} --stack-name {stack}"),
        }
    }
}

/// The command that lists a stack's events.
pub(super) fn events_command(region: &Region, stack: &str) -> String {
    format!("aws cloudformation describe-stack-events --region {region} --stack-name {stack}")
}
