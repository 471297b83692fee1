//! Two looks at one pool: which settings moved in between, and how to put them back.
//!
//! What is compared is not taken from the tables of the request: a member that is left out of that by mistake
//! has to show here. `LambdaConfig` has its own rules (see [`super::triggers`]).

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::members::{TWICE, is_system_tag, prune};
use crate::aws::LivePool;
use crate::plan::change::Edit;
use crate::plan::diff;

/// The first step of a path that is about `GetUserPoolMfaConfig`'s answer.
pub const MFA: &str = "GetUserPoolMfaConfig";

/// Members that are no settings, or that move with no update.
const MOVING: [&str; 12] = [
    "Arn",
    "CreationDate",
    "CustomDomain",
    "Domain",
    "EmailConfigurationFailure",
    "EstimatedNumberOfUsers",
    "Id",
    "LambdaConfig",
    "LastModifiedDate",
    // Only AddCustomAttributes moves it, and nothing can take an attribute out again.
    "SchemaAttributes",
    "SmsConfigurationFailure",
    "Status",
];

/// What is sent even when it is empty, and may come back as nothing.
const EMPTY_OR_ABSENT: [&[&str]; 5] = [
    &["AcrConfiguration"],
    &["DcrConfiguration", "AllowedScopes"],
    &["DcrConfiguration", "AuthenticatedGrantTypes"],
    &["DcrConfiguration", "OpenDcrGrantTypes"],
    &[
        "UserAttributeUpdateSettings",
        "AttributesRequireVerificationBeforeUpdate",
    ],
];

/// Compares two looks at a pool, setting by setting: each path begins with the member of `DescribeUserPool`, or with
/// `GetUserPoolMfaConfig`. `refused` names members that the service said are read-only.
pub fn moved(before: &LivePool, after: &LivePool, refused: &BTreeSet<String>) -> Vec<Edit> {
    let mut edits = diff::edits(&normal(before, refused), &normal(after, refused));
    // The old spelling mirrors the new one where that is set, and is the setting where it is not.
    if has_password_days(before) && has_password_days(after) {
        edits.retain(|edit| edit.path != ["AdminCreateUserConfig", "UnusedAccountValidityDays"]);
    }
    edits
}

fn has_password_days(live: &LivePool) -> bool {
    let policies = live.pool.get("Policies");
    let days = policies.and_then(|policies| policies.pointer("/PasswordPolicy/TemporaryPasswordValidityDays"));
    days.and_then(Value::as_u64).is_some_and(|days| days > 0)
}

/// Returns the settings of `now` with those that moved since `record` put back, and what that changes.
///
/// What `GetUserPoolMfaConfig` tells is not among them. The part of it that an update of the pool writes goes back with
/// the setting that it [follows]; the rest only `SetUserPoolMfaConfig` writes.
pub fn put_back(record: &LivePool, now: &LivePool, refused: &BTreeSet<String>) -> (Map<String, Value>, Vec<Edit>) {
    let mut edits = moved(now, record, refused);
    edits.retain(|edit| edit.path.first().is_some_and(|first| first != MFA));
    let mut pool = Value::Object(now.pool.clone());
    for edit in &edits {
        let path: Vec<&str> = edit.path.iter().map(String::as_str).collect();
        diff::set(&mut pool, &path, edit.new.as_ref());
    }
    match pool {
        Value::Object(pool) => (pool, edits),
        _ => (now.pool.clone(), Vec::new()),
    }
}

/// Says whether a setting of `GetUserPoolMfaConfig` moves with one of `edits`, which an update of the pool writes.
pub fn follows(edit: &Edit, edits: &[Edit]) -> bool {
    let path: Vec<&str> = edit.path.iter().map(String::as_str).collect();
    let leads = |first: &str| match path.as_slice() {
        [MFA, "MfaConfiguration"] => first == "MfaConfiguration",
        // The factor itself, on or off: the mode and the role switch it.
        [MFA, "SmsMfaConfiguration"] => {
            ["MfaConfiguration", "SmsConfiguration", "SmsAuthenticationMessage"].contains(&first)
        }
        [MFA, "SmsMfaConfiguration", member, ..] => first == *member,
        _ => false,
    };
    edits
        .iter()
        .filter_map(|edit| edit.path.first())
        .any(|first| leads(first))
}

/// Returns what is compared of a pool: its settings without `LambdaConfig`, and without what moves with no update.
pub(in crate::plan) fn compared(pool: &LivePool) -> Value {
    normal(pool, &BTreeSet::new())
}

/// Counts a pool's settings but for `LambdaConfig`; a list is one.
pub fn settings(pool: &LivePool) -> usize {
    compared(pool)
        .as_object()
        .map_or(0, |members| members.values().map(leaves).sum())
}

fn leaves(value: &Value) -> usize {
    match value {
        // An empty device configuration is a setting too.
        Value::Object(members) if members.is_empty() => 1,
        Value::Object(members) => members.values().map(leaves).sum(),
        _ => 1,
    }
}

/// What is compared: one spelling for what the service spells in two ways.
fn normal(live: &LivePool, refused: &BTreeSet<String>) -> Value {
    let mut pool = live.pool.clone();
    pool.retain(|member, value| !MOVING.contains(&member.as_str()) && !refused.contains(member) && !value.is_null());
    for path in refused {
        if let Some((member, inner)) = path.split_once('.')
            && let Some(members) = pool.get_mut(member).and_then(Value::as_object_mut)
        {
            members.shift_remove(inner);
        }
    }
    if let Some(Value::Object(tags)) = pool.get_mut("UserPoolTags") {
        tags.retain(|name, _| !is_system_tag(name));
    }
    for (old, member) in TWICE {
        let template = pool.get("VerificationMessageTemplate");
        let is_said = template.is_some_and(|template| template.get(member).is_some());
        if is_said {
            pool.shift_remove(old);
        }
    }
    prune(&mut pool, &EMPTY_OR_ABSENT);
    if !live.mfa.is_empty() {
        pool.insert(MFA.to_owned(), Value::Object(live.mfa.clone()));
    }
    pool.values_mut().for_each(order);
    Value::Object(pool)
}

/// Lists of a pool are sets: the service gives them back in an order of its own.
fn order(value: &mut Value) {
    match value {
        Value::Array(items) => {
            items.iter_mut().for_each(order);
            items.sort_by_cached_key(Value::to_string);
        }
        Value::Object(members) => members.values_mut().for_each(order),
        _ => {}
    }
}

#[cfg(test)]
mod tests;
