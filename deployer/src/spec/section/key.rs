//! `key`: the key that Cognito encrypts codes under.

use crate::finding::Code;
use crate::spec::field::Field;
use crate::spec::report::Report;
use crate::spec::section::Home;
use crate::spec::{AliasName, Key, KeyArn, KeySource, RoleArn};

/// `RotationPeriodInDays` where the file names none.
const ROTATION_DAYS: u16 = 365;

/// The key of a file that does not speak of one.
pub(in crate::spec) fn key_default() -> Key {
    Key {
        source: KeySource::Managed {
            alias: None,
            rotation_days: ROTATION_DAYS,
        },
        previous: None,
        grant_roles: Vec::new(),
    }
}

/// Reads `key`.
pub(in crate::spec) fn key(field: &Field<'_>, home: &Home, report: &mut Report<'_>) -> Key {
    let mut key = key_default();
    let Some(mut object) = field.object(report) else {
        return key;
    };
    let alias = object.optional("alias");
    let rotation = object.optional("rotation_days");
    let existing = object.optional("existing");
    let previous = object.optional("previous");
    let roles = object.optional("grant_roles");
    object.finish(report);

    if let Some(existing) = existing {
        for setting in [&alias, &rotation, &roles].into_iter().flatten() {
            let message = format!(
                "`{}` is for a key that the stack makes, found `key.existing` beside it",
                setting.path()
            );
            report.add(Code::KeyChoice, setting.key(), message, "keep one of the two");
        }
        if let Some(arn) = key_arn(&existing, home, report) {
            key.source = KeySource::Existing(arn);
        }
    } else {
        key.source = KeySource::Managed {
            alias: alias.and_then(|field| field.id(Code::BadName, AliasName::parse, "rename the alias", report)),
            rotation_days: rotation
                .and_then(|field| field.within(90..=2560, report))
                .unwrap_or(ROTATION_DAYS),
        };
    }
    if let Some(field) = previous {
        key.previous = key_arn(&field, home, report);
        if matches!((&key.source, &key.previous), (KeySource::Existing(now), Some(before)) if now == before) {
            let wanted = "the key before `key.existing`, found the same key";
            field.refuse(Code::BadValue, wanted, "remove `previous`", report);
        }
    }
    for role in roles.and_then(|field| field.list(report)).unwrap_or_default() {
        let Some(arn) = role.id(Code::BadArn, RoleArn::parse, "copy the ARN from the role", report) else {
            continue;
        };
        let hint = "name a role of the stack's account: no other can create or update its pool";
        home.check_account(&role, arn.arn(), "role", hint, report);
        key.grant_roles.push(arn);
    }
    key
}

fn key_arn(field: &Field<'_>, home: &Home, report: &mut Report<'_>) -> Option<KeyArn> {
    let hint = "copy the ARN from the key itself; `aws kms describe-key` prints it for an alias";
    let key = field.id(Code::BadArn, KeyArn::parse, hint, report)?;
    home.check_region(field, key.arn(), "key", report);
    home.check_account(field, key.arn(), "key", "name a key of the stack's account", report);
    Some(key)
}
