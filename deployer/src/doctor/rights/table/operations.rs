//! Rights to attach triggers to a pool outside the stack, to send, to redrive and to destroy.

use super::super::By::{Caller, CloudFormation};
use super::super::Task::{Attach, Destroy, Redrive, Send};
use super::{
    BUCKET, FUNCTION, KEY, LOGS, POOL, QUEUE, ROLES, Row, SAVED, SECRET_OF_GUARD, SMS_ROLE, STACK, TABLE_OF_GUARD,
    When, passing, perhaps, row,
};

pub(super) const ROWS: &[Row] = &[
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
        Caller,
        Destroy,
        When::SmsRole,
        ROLES,
        &["iam:GetRole", "iam:DeleteRole", "iam:DeleteRolePolicy"],
    ),
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
