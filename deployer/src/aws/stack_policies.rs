//! CloudFormation's stack policies: which updates of which resources a stack refuses.

use super::error::refused;
use super::{AwsError, Session};

impl Session {
    /// Reads a stack's policy as it was written; nothing where it never had one.
    pub async fn stack_policy(&self, stack: &str) -> Result<Option<String>, AwsError> {
        let answer = self
            .stacks
            .get_stack_policy()
            .stack_name(stack)
            .send()
            .await
            .map_err(|error| refused("cloudformation:GetStackPolicy", error))?;
        Ok(answer
            .stack_policy_body()
            .filter(|body| !body.trim().is_empty())
            .map(str::to_owned))
    }

    /// Writes a stack's policy. One that is there can be replaced, and never be taken away.
    pub async fn set_stack_policy(&self, stack: &str, policy: &str) -> Result<(), AwsError> {
        self.stacks
            .set_stack_policy()
            .stack_name(stack)
            .stack_policy_body(policy)
            .send()
            .await
            .map_err(|error| refused("cloudformation:SetStackPolicy", error))?;
        Ok(())
    }
}
