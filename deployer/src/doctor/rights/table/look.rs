//! Rights to read: `diff`, `status`, `logs`, `drift` and `doctor`.

use super::super::By::Caller;
use super::super::Task::Look;
use super::{
    BUCKET, FUNCTION, KEY, LOGS, POOL, QUEUE, ROLES, Row, SAVED, SMS_ROLE, STACK, When, ZIPS, diff, perhaps, row,
};

pub(super) const ROWS: &[Row] = &[
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
    perhaps(row(
        Caller,
        Look,
        When::Handler,
        BUCKET,
        &[
            "s3:GetBucketPolicy",
            "s3:GetBucketVersioning",
            "s3:GetEncryptionConfiguration",
        ],
    )),
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
    // The same of a role that the stack makes: it may have been deleted since.
    perhaps(row(
        Caller,
        Look,
        When::SmsRole,
        ROLES,
        &["iam:GetRole", "iam:SimulatePrincipalPolicy"],
    )),
    perhaps(row(
        Caller,
        Look,
        When::Existing,
        ROLES,
        &["iam:GetRole", "iam:GetRolePolicy", "iam:SimulatePrincipalPolicy"],
    )),
];
