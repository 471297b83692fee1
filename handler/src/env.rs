//! The environment variables that the function reads; the deployer's template sets those that Lambda does not.
//!
//! Only the binary reads them. Everything larger than a name travels inside the zip instead, since
//! Lambda gives all variables together 4 KB.

/// The ARN of the KMS key under which the pool encrypts its codes; required.
pub const KEY_ARN: &str = "KEY_ARN";

/// The alias of that key, set as in AWS's own sample; for people who read the configuration, not read here.
pub const KEY_ALIAS: &str = "KEY_ALIAS";

/// The ARN of the key that a swap leaves behind, accepted as long as it is set.
pub const PREVIOUS_KEY_ARN: &str = "PREVIOUS_KEY_ARN";

/// The name of the stack, a dimension of every metric; required.
pub const STACK_NAME: &str = "STACK_NAME";

/// The address of the queue for events that must not be retried, set where the function is a custom sender; without it
/// they fail, and Lambda retries them in vain.
pub const DEAD_LETTER_QUEUE_URL: &str = "DEAD_LETTER_QUEUE_URL";

/// The name of the guard table; required where `delivery.json` declares a guard.
pub const GUARD_TABLE: &str = "GUARD_TABLE";

/// The ARN of the secret with the key of the guard's HMAC; required where the guard counts recipients.
pub const GUARD_SECRET_ARN: &str = "GUARD_SECRET_ARN";

/// The folder of the unpacked zip, set by Lambda.
pub const LAMBDA_TASK_ROOT: &str = "LAMBDA_TASK_ROOT";

/// The application log level of the function's `LoggingConfig`, set by Lambda.
pub const AWS_LAMBDA_LOG_LEVEL: &str = "AWS_LAMBDA_LOG_LEVEL";

/// The function's Region, set by Lambda.
pub const AWS_REGION: &str = "AWS_REGION";

/// The role's credentials, set by Lambda.
pub const AWS_ACCESS_KEY_ID: &str = "AWS_ACCESS_KEY_ID";

/// The role's credentials, set by Lambda.
pub const AWS_SECRET_ACCESS_KEY: &str = "AWS_SECRET_ACCESS_KEY";

/// The role's credentials, set by Lambda.
pub const AWS_SESSION_TOKEN: &str = "AWS_SESSION_TOKEN";

/// Where AWS answers when it is not AWS's own address; `AWS_ENDPOINT_URL_KMS` and its like name one service's.
pub const AWS_ENDPOINT_URL: &str = "AWS_ENDPOINT_URL";
