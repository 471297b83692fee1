//! Names of the template's outputs, which commands and people read.

/// The user pool's id.
pub const POOL_ID: &str = "PoolId";
/// The user pool's ARN.
pub const POOL_ARN: &str = "PoolArn";
/// The ARN of the key that Cognito encrypts codes under.
pub const KEY_ARN: &str = "KeyArn";
/// The function's name.
pub const FUNCTION_NAME: &str = "FunctionName";
/// The function's ARN.
pub const FUNCTION_ARN: &str = "FunctionArn";
/// Where events go that could not be worked off.
pub const DEAD_LETTER_QUEUE_URL: &str = "DeadLetterQueueUrl";
/// The function's log group.
pub const LOG_GROUP_NAME: &str = "LogGroupName";
/// The digest of the handler's inputs.
pub const HANDLER: &str = "Handler";
/// What the stack attached to a pool that stays outside of it: a JSON object of `LambdaConfig` members.
pub const TRIGGERS: &str = "Triggers";
/// The same of the deployment before, while the pool may still be as that left it.
pub const TRIGGERS_BEFORE: &str = "TriggersBefore";

/// The word for the stack's own function in [`TRIGGERS`].
pub const OWN_FUNCTION: &str = "handler";
/// The word for the stack's own key in [`TRIGGERS`].
pub const OWN_KEY: &str = "key";
