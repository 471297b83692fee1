//! Logical ids: constant, since a changed id is another resource.

use crate::spec::TriggerKind;

/// The key that the stack makes.
pub const KEY: &str = "Key";
/// The key's alias.
pub const KEY_ALIAS: &str = "KeyAlias";
/// The function's log group.
pub const LOG_GROUP: &str = "LogGroup";
/// The queue of events that the function could not work off.
pub const DEAD_LETTER_QUEUE: &str = "DeadLetterQueue";
/// The queue's own policy: who may put records there.
pub const QUEUE_POLICY: &str = "QueuePolicy";
/// The table that the function asks before it sends.
pub const GUARD_TABLE: &str = "GuardTable";
/// The secret under which the guard table knows recipients.
pub const GUARD_SECRET: &str = "GuardSecret";
/// The function's role.
pub const FUNCTION_ROLE: &str = "FunctionRole";
/// The stack's own function.
pub const FUNCTION: &str = "Function";
/// Retries, age and failure destination of asynchronous events.
pub const ASYNC_CONFIG: &str = "AsyncConfig";
/// The alarm on a queue that is not empty.
pub const DEAD_LETTER_ALARM: &str = "DeadLetterAlarm";
/// The alarm on events that did not even reach the queue.
pub const DESTINATION_ALARM: &str = "DestinationAlarm";
/// The alarm on invocations that failed.
pub const ERROR_ALARM: &str = "ErrorAlarm";
/// The alarm on invocations that Lambda refused for want of concurrency.
pub const THROTTLE_ALARM: &str = "ThrottleAlarm";
/// The alarm on SMS messages that failed.
pub const SMS_ALARM: &str = "SmsAlarm";
/// The alarm on e-mails that failed.
pub const EMAIL_ALARM: &str = "EmailAlarm";
/// The alarm on messages of Cognito's own that were left to its own texts.
pub const MESSAGE_ALARM: &str = "MessageAlarm";
/// The alarm on a guard table that did not answer.
pub const GUARD_ALARM: &str = "GuardAlarm";
/// The role by which the pool itself may send SMS messages.
pub const SMS_ROLE: &str = "SmsRole";
/// The user pool.
pub const POOL: &str = "Pool";
/// The right to decrypt codes of this pool.
pub const DECRYPT_POLICY: &str = "DecryptPolicy";
/// The pool's right to invoke the stack's own function.
pub const FUNCTION_PERMISSION: &str = "FunctionPermission";

/// The pool's right to invoke a function that is not the stack's; `kind` is its first trigger.
pub fn foreign_permission(kind: TriggerKind) -> String {
    format!("{}Permission", kind.member())
}
