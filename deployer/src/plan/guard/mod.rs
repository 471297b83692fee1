//! Changes that ask for a person's word, and changes that are worth a look.
//!
//! Each rule compares the deployed template with the new one; `delivery` and `code` compare what the two zips hold.
//! What destroys something or lets somebody do more stops an apply, everything else warns: the registry says which.
//! What CloudFormation adds later, such as a replacement that only it knows of, goes through the same rules again.

mod account;
mod allowed;
mod code;
mod condition;
mod delivery;
mod kept;
mod key;
mod names;
mod permission;
mod pool;
mod rates;
mod role;
#[cfg(test)]
mod tests;
mod trigger;
mod weaker;

use serde_json::{Map, Value};

use self::names::Names;
use super::change::TemplateDiff;
use super::diff::section;
use super::immutable;
use crate::finding::{Code, Finding};
use crate::model::logical;

pub use account::{foreign_accounts, foreign_accounts_of};
pub(crate) use code::other_bytes;
pub(super) use code::{changed_outside, from_elsewhere, unchecked, unread};
pub(super) use delivery::findings as delivery_findings;
pub(super) use key::{key_swapped, still_allowed};
pub(super) use pool::lost;
pub(super) use trigger::{sender_added, trigger_dropped};
pub(crate) use weaker::{Weaker, weaker};

/// What the guards say about a change from `old` to `new`. `own_key` is the ARN of the key that the
/// deployed stack made.
pub fn guards(old: &Value, new: &Value, diff: &TemplateDiff, own_key: Option<&str>) -> Vec<Finding> {
    let names = Names::of(old, own_key);
    let mut findings: Vec<Finding> = diff.changes.iter().filter_map(lost).collect();
    if let (Some(before), Some(after)) = (properties(old, logical::POOL), properties(new, logical::POOL)) {
        findings.extend(immutable::findings(before, after));
        findings.extend(trigger::findings(before, after));
        findings.extend(key::swapped(before, after, new, own_key));
        findings.extend(pool::findings(before, after));
    }
    findings.extend(permission::findings(old, new, &names));
    findings.extend(role::findings(old, new, &names));
    findings.extend(kept::findings(old, new, diff));
    if let (Some(before), Some(after)) = (properties(old, logical::FUNCTION), properties(new, logical::FUNCTION)) {
        findings.extend(code::machine(before, after));
    }
    findings
}

/// The stack could be deleted by one call again.
pub(super) fn termination_protection_lowered() -> Finding {
    Finding::guard(
        Code::TerminationProtectionLowered,
        "Stack",
        "off",
        "termination protection would be switched off".to_owned(),
    )
}

fn properties<'a>(template: &'a Value, id: &str) -> Option<&'a Map<String, Value>> {
    section(template, "Resources").get(id)?.get("Properties")?.as_object()
}

/// The resources of one type in both templates, with their properties before and after.
fn both<'a>(
    old: &'a Value,
    new: &'a Value,
) -> impl Iterator<Item = (&'a str, &'a Map<String, Value>, &'a Map<String, Value>)> {
    section(new, "Resources").iter().filter_map(|(id, resource)| {
        let was = section(old, "Resources").get(id)?;
        (was.get("Type") == resource.get("Type")).then_some(())?;
        Some((id.as_str(), properties(old, id)?, properties(new, id)?))
    })
}

fn config(pool: &Map<String, Value>) -> Map<String, Value> {
    pool.get("LambdaConfig")
        .and_then(Value::as_object)
        .cloned()
        .unwrap_or_default()
}
