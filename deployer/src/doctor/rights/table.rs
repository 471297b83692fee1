//! The table: every right that a command of this program, or CloudFormation for it, uses.
//!
//! The rows are in the files of `table/`, by task. A policy lists its statements in this order.

mod apply;
mod cloudformation;
mod look;
mod operations;

use super::{By, Task};

/// Which stacks need a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum When {
    Always,
    /// A trigger names the stack's own function.
    Handler,
    /// The function is called asynchronously, so it has a queue.
    Sends,
    /// A guard is declared, so there is a table.
    Guard,
    /// The guard counts recipients, so there is a secret.
    GuardSecret,
    /// There is a custom sender, so there is a key.
    Sender,
    /// The stack makes the key.
    OwnKey,
    /// The key has an alias.
    Alias,
    /// The stack makes the pool or takes it over.
    OwnPool,
    /// The pool stays outside the stack.
    Existing,
    /// The pool has a role for SMS messages.
    SmsRole,
    /// A pool that stays outside sends SMS messages by a role of its own, which every update passes on again.
    PoolSmsRole,
    /// The roles have a boundary.
    Boundary,
    /// CloudFormation works by a role of its own.
    StackRole,
}

/// A row of the table.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    pub(super) by: By,
    pub(super) task: Task,
    pub(super) when: When,
    /// The resource, with `${…}` for what is the stack's.
    pub(super) on: &'static str,
    pub(super) actions: &'static [&'static str],
    /// The service that a role is passed to.
    pub(super) passed_to: Option<&'static str>,
    /// Whether nothing goes without them; else they are listed by a schema and perhaps never used.
    pub(super) sure: bool,
    /// The statement of the policy for `deployer diff` that allows all of the row; nothing where `diff` uses none of it.
    pub(super) diff: Option<&'static str>,
}

const fn row(by: By, task: Task, when: When, on: &'static str, actions: &'static [&'static str]) -> Row {
    Row {
        by,
        task,
        when,
        on,
        actions,
        passed_to: None,
        sure: true,
        diff: None,
    }
}

const fn passing(by: By, task: Task, when: When, on: &'static str, to: &'static str) -> Row {
    let mut row = row(by, task, when, on, &["iam:PassRole"]);
    row.passed_to = Some(to);
    row
}

const fn perhaps(mut row: Row) -> Row {
    row.sure = false;
    row
}

/// Marks a row of which `deployer diff` uses every action; `sid` is the id of its statement.
const fn diff(sid: &'static str, mut row: Row) -> Row {
    row.diff = Some(sid);
    row
}

const STACK: &str = "arn:${P}:cloudformation:${R}:${A}:stack/${S}/*";
const BUCKET: &str = "arn:${P}:s3:::${B}";
const OBJECTS: &str = "arn:${P}:s3:::${B}/*";
const ZIPS: &str = "arn:${P}:s3:::${B}/handler/*";
const SAVED: &str = "arn:${P}:s3:::${B}/pools/*";
const POOL: &str = "arn:${P}:cognito-idp:${R}:${A}:userpool/${POOL}";
pub(super) const KEY: &str = "${KEY}";
const FUNCTION: &str = "arn:${P}:lambda:${R}:${A}:function:${S}-Function-*";
const SMS_ROLE: &str = "${SMS_ROLE}";
const ROLES: &str = "arn:${P}:iam::${A}:role${PATH}${S}-*";
const QUEUE: &str = "arn:${P}:sqs:${R}:${A}:${S}-DeadLetterQueue-*";
const TABLE_OF_GUARD: &str = "arn:${P}:dynamodb:${R}:${A}:table/${S}-GuardTable-*";
const SECRET_OF_GUARD: &str = "arn:${P}:secretsmanager:${R}:${A}:secret:GuardSecret-*";
const LOGS: &str = "arn:${P}:logs:${R}:${A}:log-group:${S}-LogGroup-*";
const ALARMS: &str = "arn:${P}:cloudwatch:${R}:${A}:alarm:${S}-*";

/// Returns every right that a command of this program, or CloudFormation for it, uses.
pub(super) fn table() -> impl Iterator<Item = &'static Row> {
    [look::ROWS, apply::ROWS, cloudformation::ROWS, operations::ROWS]
        .into_iter()
        .flatten()
}
