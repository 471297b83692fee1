//! The pool itself: what protects it, what protects its users, and what they can do in it.

use serde_json::{Map, Value};

use crate::finding::{Code, Finding};
use crate::model::logical;
use crate::plan::change::{Action, Change, Replacement};
use crate::plan::render::value::inline;

/// A pool or key that is replaced or leaves the stack.
pub(in crate::plan) fn lost(change: &Change) -> Option<Finding> {
    let (replaced, removed, what) = match change.logical_id.as_str() {
        logical::POOL => (Code::PoolReplaced, Code::PoolRemoved, "the user pool"),
        logical::KEY => (Code::KeyReplaced, Code::KeyRemoved, "the key"),
        _ => return None,
    };
    match (change.action, change.replacement) {
        (Action::Remove, _) => Some(Finding::guard(
            removed,
            &change.logical_id,
            "removed",
            format!("{what} would leave the stack"),
        )),
        (Action::Modify, Replacement::Yes) => Some(Finding::guard(
            replaced,
            &change.logical_id,
            "replaced",
            format!("{what} would be replaced by a new one"),
        )),
        (Action::Add | Action::Modify, _) => None,
    }
}

/// Compares the properties of a pool that stays.
pub(super) fn findings(before: &Map<String, Value>, after: &Map<String, Value>) -> Vec<Finding> {
    let protection = deletion_protection(before, after);
    let rest = [
        mfa(before, after),
        factors(before, after),
        verified(before, after),
        sms_role(before, after),
        tier(before, after),
    ];
    protection.into_iter().chain(rest.into_iter().flatten()).collect()
}

fn text<'a>(pool: &'a Map<String, Value>, property: &str) -> Option<&'a str> {
    pool.get(property).and_then(Value::as_str)
}

fn deletion_protection(before: &Map<String, Value>, after: &Map<String, Value>) -> Option<Finding> {
    let active = |pool| text(pool, "DeletionProtection") == Some("ACTIVE");
    (active(before) && !active(after)).then(|| {
        let message = "deletion protection of the user pool would be switched off";
        Finding::guard(Code::DeletionProtectionLowered, logical::POOL, "INACTIVE", message)
    })
}

/// `MfaConfiguration`, where silence is `OFF`.
fn mfa_of(pool: &Map<String, Value>) -> &str {
    text(pool, "MfaConfiguration").unwrap_or("OFF")
}

fn mfa(before: &Map<String, Value>, after: &Map<String, Value>) -> Option<Finding> {
    let strength = |word: &str| match word {
        "ON" => 2,
        "OPTIONAL" => 1,
        _ => 0,
    };
    let (old, new) = (mfa_of(before), mfa_of(after));
    (strength(new) < strength(old)).then(|| {
        let message = format!("MFA would go from {old} to {new}");
        let resource = format!("{}.MfaConfiguration", logical::POOL);
        Finding::guard(Code::MfaRemoved, &resource, new, message)
    })
}

/// The members of a list that says something; nothing where it is absent or empty.
fn list(pool: &Map<String, Value>, property: &str) -> Option<Vec<Value>> {
    let items = pool.get(property)?.as_array()?;
    (!items.is_empty()).then(|| items.clone())
}

/// A list that loses members, however that is written: with fewer of them, empty, or left out.
fn lost_members(old: &[Value], new: Option<&Vec<Value>>) -> Vec<Value> {
    let stays = |item: &&Value| new.is_some_and(|new| new.contains(item));
    old.iter().filter(|item| !stays(item)).cloned().collect()
}

fn named(list: Option<Vec<Value>>) -> String {
    list.map_or_else(|| "none".to_owned(), |list| inline(&Value::from(list)))
}

/// Factors that go while MFA stays. Where MFA is on and no factor is named, Cognito takes SMS.
fn factors(before: &Map<String, Value>, after: &Map<String, Value>) -> Option<Finding> {
    let property = "EnabledMfas";
    let (was, new) = (list(before, property), list(after, property));
    if (was.is_none() && new.is_none()) || mfa_of(after) == "OFF" || mfa_of(before) == "OFF" {
        return None;
    }
    let was = was.unwrap_or_else(|| vec![Value::from("SMS_MFA")]);
    let gone = lost_members(&was, new.as_ref());
    (!gone.is_empty()).then(|| {
        let message = format!("{} would be no factor any more", inline(&Value::from(gone)));
        let resource = format!("{}.{property}", logical::POOL);
        Finding::guard(Code::MfaRemoved, &resource, named(new), message)
    })
}

/// Attributes that Cognito no longer verifies by itself.
fn verified(before: &Map<String, Value>, after: &Map<String, Value>) -> Option<Finding> {
    let property = "AutoVerifiedAttributes";
    let new = list(after, property);
    let gone = lost_members(&list(before, property)?, new.as_ref());
    (!gone.is_empty()).then(|| {
        let message = format!("{} would no longer be verified at sign-up", inline(&Value::from(gone)));
        let resource = format!("{}.{property}", logical::POOL);
        Finding::guard(Code::VerificationRemoved, &resource, named(new), message)
    })
}

fn sms_role(before: &Map<String, Value>, after: &Map<String, Value>) -> Option<Finding> {
    let member = "SmsConfiguration";
    let role = before.get(member)?.get("SnsCallerArn")?;
    (!after.contains_key(member)).then(|| {
        let message = format!(
            "the pool would lose the role `{}`, by which it sends SMS messages",
            inline(role)
        );
        Finding::guard(
            Code::SmsRoleRemoved,
            &format!("{}.{member}", logical::POOL),
            "none",
            message,
        )
    })
}

/// `UserPoolTier`, where silence is `ESSENTIALS`.
fn tier(before: &Map<String, Value>, after: &Map<String, Value>) -> Option<Finding> {
    let tier = |pool| text(pool, "UserPoolTier").unwrap_or("ESSENTIALS");
    let rank = |tier: &str| ["LITE", "ESSENTIALS", "PLUS"].iter().position(|each| *each == tier);
    let (old, new) = (tier(before), tier(after));
    if old == new {
        return None;
    }
    let code = if rank(new) < rank(old) {
        Code::TierLowered
    } else {
        Code::TierRaised
    };
    let message = format!("the pool's tier would go from {old} to {new}");
    Some(Finding::guard(
        code,
        &format!("{}.UserPoolTier", logical::POOL),
        new,
        message,
    ))
}
