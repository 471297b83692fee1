//! What a deployed stack says of its function, its queue and whom they serve.

use std::time::Duration;

use handler::event::PoolId;

use super::error::CliError;
use crate::apply::Served;
use crate::aws::Session;
use crate::model::output;
use crate::spec::Stack;

/// What a deployed stack says of its parts.
pub(super) struct Deployed {
    /// The stack's ARN.
    pub(super) stack_id: String,
    /// The function's name.
    pub(super) function: String,
    /// The function's ARN, without a qualifier.
    pub(super) function_arn: String,
    /// None where the stack has no custom sender.
    pub(super) key_arn: Option<String>,
    pub(super) pool: PoolId,
    /// The dead-letter queue's address; none where Cognito waits for the function.
    pub(super) queue: Option<String>,
    /// The function's `Timeout`.
    pub(super) timeout: Duration,
}

impl Deployed {
    /// Asks CloudFormation.
    pub(super) async fn read(session: &Session, stack: &Stack) -> Result<Self, CliError> {
        let (name, file) = (&stack.name, stack.source.path().display());
        let deployed = session.stack(name.as_str()).await?;
        let deployed = deployed.ok_or_else(|| {
            CliError::failed(format!("{name} is not deployed")).hint(format!("deployer apply {file}"))
        })?;
        let (stack_id, mut outputs) = (deployed.id, deployed.outputs);
        let mut take = |output: &str| outputs.remove(output);
        let (key_arn, queue) = (take(output::KEY_ARN), take(output::DEAD_LETTER_QUEUE_URL));
        let (function, pool) = (take(output::FUNCTION_NAME), take(output::POOL_ID));
        let function_arn = take(output::FUNCTION_ARN);
        match (function, function_arn, pool.as_deref().and_then(PoolId::new)) {
            (Some(function), Some(function_arn), Some(pool)) => Ok(Self {
                stack_id,
                function,
                function_arn,
                key_arn,
                pool,
                queue,
                timeout: Duration::from_secs(stack.function.timeout_s.into()),
            }),
            _ => Err(CliError::failed(format!("{name} has no function of its own yet"))
                .hint(format!("deployer apply {file}"))),
        }
    }

    /// What the function serves, for whoever encrypts as Cognito does.
    pub(super) fn served(&self, stack: &Stack) -> Result<Served<'_>, CliError> {
        let key_arn = self.key_arn.as_deref().ok_or_else(|| {
            CliError::failed(format!("{} has no key to encrypt under yet", stack.name))
                .hint(format!("deployer apply {}", stack.source.path().display()))
        })?;
        Ok(Served {
            function: &self.function,
            timeout: self.timeout,
            key_arn,
            pool: &self.pool,
        })
    }
}
