//! The commands that a person may need next, written out.

use std::path::Path;

use super::error::CliError;
use crate::spec::Region;

/// How an error says that what was typed is to be typed again.
const SAME: &str = "run the same command";

/// The commands of a stack.
#[derive(Clone, Debug)]
pub(super) struct Next {
    /// Goes on, or tries again.
    pub(super) again: String,
    /// Deletes the stack.
    pub(super) delete: String,
    /// Puts back what moved in an existing pool.
    pub(super) put_back: String,
    /// Makes a new plan, where one was applied that no longer holds once something of it was done.
    pub(super) plan: Option<String>,
}

impl Next {
    /// Those of a stack file.
    pub(super) fn of(file: &str) -> Self {
        Self {
            again: format!("deployer apply {file}"),
            delete: format!("deployer destroy {file}"),
            put_back: format!("deployer apply {file} --put-back"),
            plan: None,
        }
    }

    /// Those of a stack file whose plan is applied.
    pub(super) fn of_plan(file: &str, plan: &Path) -> Self {
        let again = format!("deployer diff {file} --out {}", plan.display());
        Self {
            again: again.clone(),
            plan: Some(again),
            ..Self::of(file)
        }
    }

    /// Says of an error what is to be done next, where something may have been changed: a plan of what was there before
    /// does not hold any more.
    pub(super) fn after(&self, mut error: CliError) -> CliError {
        let Some(plan) = &self.plan else { return error };
        for hint in &mut error.hints {
            *hint = hint
                .replace(&format!("{SAME} again"), "make a new plan")
                .replace(SAME, "make a new plan");
        }
        let is_said = |text: &String| text.contains(plan.as_str());
        if error.hints.iter().chain(&error.told).any(is_said) {
            return error;
        }
        error.hint(format!(
            "the plan no longer holds where something was changed; a new one: {plan}"
        ))
    }

    /// Those of a stack file while its pool is let go of; `again` is the command at work.
    pub(super) fn of_detach(file: &str, again: String) -> Self {
        Self {
            again,
            delete: format!("deployer destroy {file}"),
            put_back: format!("deployer detach {file} --put-back"),
            plan: None,
        }
    }

    /// Those of the stack that `bootstrap` makes.
    pub(super) fn of_bootstrap(region: &Region, stack: &str) -> Self {
        Self {
            again: format!("deployer bootstrap --region {region}"),
            // Its stack has no pool.
            put_back: format!("deployer bootstrap --region {region}"),
            delete: format!("aws cloudformation delete-stack --region {region} --stack-name {stack}"),
            plan: None,
        }
    }
}

/// The command that lists a stack's events.
pub(super) fn events_command(region: &Region, stack: &str) -> String {
    format!("aws cloudformation describe-stack-events --region {region} --stack-name {stack}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_a_change_a_plan_is_made_anew_and_not_applied_again() {
        let error =
            || CliError::failed("no").hint("when it is over, run the same command again: it goes on from there");
        let of_plan = Next::of_plan("stacks/acme.yaml", Path::new("plan.json"));
        let new = "deployer diff stacks/acme.yaml --out plan.json";
        assert_eq!(
            of_plan.after(error()).hints,
            [
                "when it is over, make a new plan: it goes on from there".to_owned(),
                format!("the plan no longer holds where something was changed; a new one: {new}"),
            ]
        );
        // It is said once.
        let said = CliError::failed("no").hint(format!("then: {}", of_plan.again));
        assert_eq!(of_plan.after(said).hints, [format!("then: {new}")]);
        assert_eq!(Next::of("stacks/acme.yaml").after(error()).hints, error().hints);
    }
}
