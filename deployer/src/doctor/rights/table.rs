//! The table: every right that a command of this program, or CloudFormation for it, uses.

use super::{By, Task};
use By::{Caller, CloudFormation};
use Task::{Apply, Attach, Destroy, Look, Redrive, Send};

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

/// Every right that a command of this program, or CloudFormation for it, uses.
pub(super) const TABLE: &[Row] = &[
    diff(
        "Stacks",
        row(
            Caller,
            Look,
            When::Always,
            STACK,
            &[
                "cloudformation:DescribeStacks",
                "cloudformation:GetTemplate",
                "cloudformation:ListStackResources",
            ],
        ),
    ),
    row(
        Caller,
        Look,
        When::Always,
        STACK,
        &[
            "cloudformation:DescribeStackEvents",
            "cloudformation:DescribeStackResources",
            "cloudformation:ListChangeSets",
        ],
    ),
    row(Caller, Look, When::Always, "*", &["cloudformation:ListStacks"]),
    diff(
        "PoolsByName",
        row(Caller, Look, When::Always, "*", &["cognito-idp:ListUserPools"]),
    ),
    // Without it the stack policy is not looked at, and not written.
    perhaps(row(
        Caller,
        Look,
        When::Always,
        STACK,
        &["cloudformation:GetStackPolicy"],
    )),
    // `drift` takes them too, and the rights to read each resource.
    perhaps(row(
        Caller,
        Look,
        When::Always,
        STACK,
        &[
            "cloudformation:DetectStackDrift",
            "cloudformation:DescribeStackDriftDetectionStatus",
            "cloudformation:DescribeStackResourceDrifts",
        ],
    )),
    diff(
        "Pools",
        row(
            Caller,
            Look,
            When::Always,
            POOL,
            &["cognito-idp:DescribeUserPool", "cognito-idp:GetUserPoolMfaConfig"],
        ),
    ),
    // Without it S3 answers for an object that is not there as for one that is closed.
    diff(
        "WhetherAnObjectIsThere",
        row(Caller, Look, When::Handler, BUCKET, &["s3:ListBucket"]),
    ),
    diff(
        "HandlerZips",
        row(
            Caller,
            Look,
            When::Handler,
            ZIPS,
            &["s3:GetObject", "s3:GetObjectVersion"],
        ),
    ),
    diff(
        "SavedPools",
        row(Caller, Look, When::Existing, SAVED, &["s3:GetObject"]),
    ),
    diff(
        "DeployedFunctions",
        row(
            Caller,
            Look,
            When::Handler,
            FUNCTION,
            &["lambda:GetFunctionConfiguration"],
        ),
    ),
    row(Caller, Look, When::Handler, FUNCTION, &["lambda:GetPolicy"]),
    row(Caller, Look, When::Handler, LOGS, &["logs:FilterLogEvents"]),
    row(Caller, Look, When::Sends, QUEUE, &["sqs:GetQueueAttributes"]),
    // What only looks may be missing: the output then says what was not looked at.
    diff(
        "Keys",
        perhaps(row(
            Caller,
            Look,
            When::Sender,
            KEY,
            &["kms:DescribeKey", "kms:GetKeyPolicy"],
        )),
    ),
    perhaps(row(Caller, Look, When::Sender, KEY, &["kms:ListGrants"])),
    diff(
        "SmsRoles",
        perhaps(row(
            Caller,
            Look,
            When::PoolSmsRole,
            SMS_ROLE,
            &["iam:GetRole", "iam:SimulatePrincipalPolicy"],
        )),
    ),
    perhaps(row(
        Caller,
        Look,
        When::Existing,
        ROLES,
        &["iam:GetRole", "iam:GetRolePolicy", "iam:SimulatePrincipalPolicy"],
    )),
    row(
        Caller,
        Apply,
        When::Always,
        STACK,
        &[
            "cloudformation:CreateChangeSet",
            "cloudformation:DescribeChangeSet",
            "cloudformation:ExecuteChangeSet",
            "cloudformation:DeleteChangeSet",
            "cloudformation:DescribeEvents",
            "cloudformation:UpdateTerminationProtection",
            "cloudformation:ContinueUpdateRollback",
            "cloudformation:DeleteStack",
        ],
    ),
    perhaps(row(
        Caller,
        Apply,
        When::Always,
        STACK,
        &["cloudformation:SetStackPolicy"],
    )),
    // Only what `--no-rollback` left needs it.
    perhaps(row(
        Caller,
        Apply,
        When::Always,
        STACK,
        &["cloudformation:RollbackStack"],
    )),
    // Without it no alarm undoes an update.
    perhaps(row(
        Caller,
        Apply,
        When::Handler,
        ALARMS,
        &["cloudwatch:DescribeAlarms"],
    )),
    row(Caller, Apply, When::Handler, OBJECTS, &["s3:PutObject"]),
    // A zip that was stored before a "no" is taken back.
    perhaps(row(Caller, Apply, When::Handler, ZIPS, &["s3:DeleteObject"])),
    // A template of more than 51,200 bytes goes by way of the bucket and is deleted again.
    perhaps(row(
        Caller,
        Apply,
        When::Always,
        OBJECTS,
        &["s3:DeleteObject", "s3:DeleteObjectVersion"],
    )),
    passing(
        Caller,
        Apply,
        When::StackRole,
        "${STACK_ROLE}",
        "cloudformation.amazonaws.com",
    ),
    row(
        CloudFormation,
        Apply,
        When::Handler,
        FUNCTION,
        &[
            "lambda:CreateFunction",
            "lambda:GetFunction",
            "lambda:UpdateFunctionCode",
            "lambda:UpdateFunctionConfiguration",
            "lambda:TagResource",
            "lambda:UntagResource",
            "lambda:AddPermission",
            "lambda:RemovePermission",
            "lambda:GetPolicy",
            // The version that proves the code, and the one that it takes the place of.
            "lambda:PublishVersion",
            "lambda:ListVersionsByFunction",
            "lambda:GetFunctionConfiguration",
            "lambda:DeleteFunction",
        ],
    ),
    perhaps(row(
        CloudFormation,
        Apply,
        When::Handler,
        FUNCTION,
        &[
            "lambda:GetFunctionCodeSigningConfig",
            "lambda:GetFunctionRecursionConfig",
            "lambda:GetRuntimeManagementConfig",
            "lambda:GetProvisionedConcurrencyConfig",
            "lambda:GetFunctionScalingConfig",
        ],
    )),
    row(
        CloudFormation,
        Apply,
        When::Sends,
        FUNCTION,
        &[
            "lambda:PutFunctionEventInvokeConfig",
            "lambda:UpdateFunctionEventInvokeConfig",
            "lambda:GetFunctionEventInvokeConfig",
            "lambda:DeleteFunctionEventInvokeConfig",
        ],
    ),
    row(
        CloudFormation,
        Apply,
        When::Handler,
        OBJECTS,
        &["s3:GetObject", "s3:GetObjectVersion"],
    ),
    row(
        CloudFormation,
        Apply,
        When::Handler,
        ROLES,
        &[
            "iam:CreateRole",
            "iam:GetRole",
            "iam:UpdateAssumeRolePolicy",
            "iam:PutRolePolicy",
            "iam:GetRolePolicy",
            "iam:DeleteRolePolicy",
            "iam:TagRole",
            "iam:UntagRole",
        ],
    ),
    row(
        CloudFormation,
        Apply,
        When::Boundary,
        ROLES,
        &["iam:PutRolePermissionsBoundary"],
    ),
    passing(CloudFormation, Apply, When::Handler, ROLES, "lambda.amazonaws.com"),
    passing(CloudFormation, Apply, When::SmsRole, ROLES, "cognito-idp.amazonaws.com"),
    row(
        CloudFormation,
        Apply,
        When::Handler,
        LOGS,
        &[
            "logs:CreateLogGroup",
            "logs:PutRetentionPolicy",
            "logs:TagResource",
            "logs:UntagResource",
        ],
    ),
    row(CloudFormation, Apply, When::Handler, "*", &["logs:DescribeLogGroups"]),
    row(
        CloudFormation,
        Apply,
        When::Handler,
        ALARMS,
        &[
            "cloudwatch:PutMetricAlarm",
            "cloudwatch:DescribeAlarms",
            "cloudwatch:DeleteAlarms",
            "cloudwatch:TagResource",
            "cloudwatch:UntagResource",
        ],
    ),
    row(
        CloudFormation,
        Apply,
        When::Sends,
        QUEUE,
        &[
            "sqs:CreateQueue",
            "sqs:GetQueueAttributes",
            "sqs:SetQueueAttributes",
            "sqs:TagQueue",
            "sqs:UntagQueue",
        ],
    ),
    row(
        CloudFormation,
        Apply,
        When::Guard,
        TABLE_OF_GUARD,
        &[
            "dynamodb:CreateTable",
            "dynamodb:DescribeTable",
            "dynamodb:DescribeTimeToLive",
            "dynamodb:UpdateTable",
            "dynamodb:UpdateTimeToLive",
            "dynamodb:ListTagsOfResource",
            "dynamodb:TagResource",
            "dynamodb:UntagResource",
        ],
    ),
    // `AWS::DynamoDB::Table` reads these too, whether a template names them or not.
    perhaps(row(
        CloudFormation,
        Apply,
        When::Guard,
        TABLE_OF_GUARD,
        &[
            "dynamodb:DescribeContinuousBackups",
            "dynamodb:DescribeContributorInsights",
            "dynamodb:DescribeKinesisStreamingDestination",
            "dynamodb:GetResourcePolicy",
        ],
    )),
    row(
        CloudFormation,
        Apply,
        When::GuardSecret,
        SECRET_OF_GUARD,
        &[
            "secretsmanager:CreateSecret",
            "secretsmanager:DescribeSecret",
            "secretsmanager:UpdateSecret",
            "secretsmanager:TagResource",
            "secretsmanager:UntagResource",
        ],
    ),
    row(
        CloudFormation,
        Apply,
        When::GuardSecret,
        "*",
        &["secretsmanager:GetRandomPassword"],
    ),
    row(CloudFormation, Apply, When::OwnKey, "*", &["kms:CreateKey"]),
    row(
        CloudFormation,
        Apply,
        When::OwnKey,
        KEY,
        &[
            "kms:DescribeKey",
            "kms:EnableKeyRotation",
            "kms:GetKeyPolicy",
            "kms:GetKeyRotationStatus",
            "kms:PutKeyPolicy",
            "kms:TagResource",
            "kms:UntagResource",
        ],
    ),
    row(
        CloudFormation,
        Apply,
        When::Alias,
        "arn:${P}:kms:${R}:${A}:${ALIAS}",
        &["kms:CreateAlias", "kms:UpdateAlias", "kms:DeleteAlias"],
    ),
    row(
        CloudFormation,
        Apply,
        When::OwnPool,
        "*",
        &["cognito-idp:CreateUserPool"],
    ),
    row(
        CloudFormation,
        Apply,
        When::OwnPool,
        POOL,
        &[
            "cognito-idp:UpdateUserPool",
            "cognito-idp:DescribeUserPool",
            "cognito-idp:GetUserPoolMfaConfig",
            "cognito-idp:SetUserPoolMfaConfig",
            "cognito-idp:AddCustomAttributes",
            "cognito-idp:TagResource",
            "cognito-idp:UntagResource",
            "cognito-idp:ListTagsForResource",
        ],
    ),
    // Whoever points a pool to a key makes the grant for Cognito. Both may be made by CloudFormation or, of a pool that
    // stays outside, by the caller.
    row(
        CloudFormation,
        Apply,
        When::Sender,
        KEY,
        &["kms:CreateGrant", "kms:DescribeKey"],
    ),
    perhaps(row(
        CloudFormation,
        Apply,
        When::Sender,
        KEY,
        &[
            "kms:Encrypt",
            "kms:Decrypt",
            "kms:GenerateDataKey",
            "kms:GenerateDataKeyWithoutPlaintext",
            "kms:ReEncryptFrom",
            "kms:ReEncryptTo",
        ],
    )),
    row(
        Caller,
        Attach,
        When::Existing,
        POOL,
        &[
            "cognito-idp:UpdateUserPool",
            "cognito-idp:DescribeUserPool",
            "cognito-idp:GetUserPoolMfaConfig",
        ],
    ),
    // What the pool was before the stack came is kept there.
    row(Caller, Attach, When::Existing, BUCKET, &["s3:ListBucket"]),
    row(
        Caller,
        Attach,
        When::Existing,
        SAVED,
        &["s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
    ),
    passing(Caller, Attach, When::PoolSmsRole, SMS_ROLE, "cognito-idp.amazonaws.com"),
    row(
        Caller,
        Attach,
        When::Sender,
        KEY,
        &["kms:CreateGrant", "kms:DescribeKey"],
    ),
    perhaps(row(Caller, Attach, When::Sender, KEY, &["kms:GenerateDataKey"])),
    perhaps(row(Caller, Attach, When::Handler, FUNCTION, &["lambda:InvokeFunction"])),
    row(Caller, Send, When::Handler, FUNCTION, &["lambda:InvokeFunction"]),
    row(Caller, Send, When::Sender, KEY, &["kms:GenerateDataKey"]),
    row(
        Caller,
        Redrive,
        When::Sends,
        QUEUE,
        &["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility"],
    ),
    row(Caller, Redrive, When::Sends, FUNCTION, &["lambda:InvokeFunction"]),
    // Who put a record into the queue, and whether it goes to the user's own number or address: without them it stays.
    perhaps(row(Caller, Redrive, When::Sends, ROLES, &["iam:GetRole"])),
    perhaps(row(Caller, Redrive, When::Sends, POOL, &["cognito-idp:AdminGetUser"])),
    // What may not be read is taken to be as short as it can be.
    perhaps(row(
        Caller,
        Redrive,
        When::Sends,
        POOL,
        &["cognito-idp:DescribeUserPool", "cognito-idp:DescribeUserPoolClient"],
    )),
    row(Caller, Destroy, When::Always, STACK, &["cloudformation:DeleteStack"]),
    row(Caller, Destroy, When::OwnPool, POOL, &["cognito-idp:DeleteUserPool"]),
    row(Caller, Destroy, When::OwnKey, KEY, &["kms:ScheduleKeyDeletion"]),
    row(Caller, Destroy, When::Handler, "*", &["logs:DescribeLogGroups"]),
    row(Caller, Destroy, When::Handler, LOGS, &["logs:DeleteLogGroup"]),
    row(
        CloudFormation,
        Destroy,
        When::Handler,
        FUNCTION,
        &["lambda:DeleteFunction", "lambda:RemovePermission"],
    ),
    row(
        CloudFormation,
        Destroy,
        When::Handler,
        ROLES,
        &["iam:DeleteRole", "iam:DeleteRolePolicy"],
    ),
    // The queue's policy goes first.
    row(
        CloudFormation,
        Destroy,
        When::Sends,
        QUEUE,
        &["sqs:DeleteQueue", "sqs:SetQueueAttributes"],
    ),
    row(
        CloudFormation,
        Destroy,
        When::Guard,
        TABLE_OF_GUARD,
        &["dynamodb:DeleteTable"],
    ),
    row(
        CloudFormation,
        Destroy,
        When::GuardSecret,
        SECRET_OF_GUARD,
        &["secretsmanager:DeleteSecret"],
    ),
];
