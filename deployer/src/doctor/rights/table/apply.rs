//! Rights of whoever runs `apply`.

use super::super::By::Caller;
use super::super::Task::Apply;
use super::{ALARMS, OBJECTS, Row, STACK, When, ZIPS, passing, perhaps, row};

pub(super) const ROWS: &[Row] = &[
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
];
