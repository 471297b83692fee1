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
