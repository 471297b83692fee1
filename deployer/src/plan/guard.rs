//! Changes that stop and ask for a person's word.
//!
//! Each rule compares the deployed template with the new one. What CloudFormation adds later, such as
//! a replacement that only it knows of, goes through the same rules again.

use serde_json::{Map, Value};

use super::change::{Action, Change, Replacement, TemplateDiff};
use super::diff::section;
use super::immutable;
use super::phases::same_key;
use super::render::value::inline;
use crate::finding::{Code, Finding};
use crate::model::logical;

/// What the guards say about a change from `old` to `new`. `own_key` is the ARN of the key that the
/// deployed stack made.
pub fn guards(old: &Value, new: &Value, diff: &TemplateDiff, own_key: Option<&str>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = diff.changes.iter().filter_map(lost).collect();
    let (before, after) = (properties(old, logical::POOL), properties(new, logical::POOL));
    if let (Some(before), Some(after)) = (before, after) {
        findings.extend(immutable::findings(before, after));
        findings.extend(dropped_triggers(before, after));
        findings.extend(swapped_key(before, after, new, own_key));
        findings.extend(deletion_protection(before, after));
    }
    findings
}

/// A pool or key that is replaced or leaves the stack.
pub(super) fn lost(change: &Change) -> Option<Finding> {
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

fn config(pool: &Map<String, Value>) -> Map<String, Value> {
    pool.get("LambdaConfig")
        .and_then(Value::as_object)
        .cloned()
        .unwrap_or_default()
}

fn dropped_triggers(before: &Map<String, Value>, after: &Map<String, Value>) -> Vec<Finding> {
    let after = config(after);
    config(before)
        .iter()
        // The key goes with the last sender, and the configuration of PreTokenGeneration with it.
        .filter(|(member, _)| {
            *member != "KMSKeyID" && *member != "PreTokenGenerationConfig" && !after.contains_key(*member)
        })
        .map(|(member, value)| {
            let function = inline(value.get("LambdaArn").unwrap_or(value));
            let message = format!("the trigger {member} would leave the pool; it calls `{function}` now");
            Finding::guard(
                Code::TriggerDropped,
                &format!("{}.{member}", logical::POOL),
                "none",
                message,
            )
        })
        .collect()
}

/// A key that changes while nothing lets the function decrypt what is still on its way.
fn swapped_key(
    before: &Map<String, Value>,
    after: &Map<String, Value>,
    new: &Value,
    own_key: Option<&str>,
) -> Option<Finding> {
    let (before, after) = (config(before), config(after));
    let (old_key, new_key) = (before.get("KMSKeyID")?, after.get("KMSKeyID")?);
    let still_allowed = properties(new, logical::DECRYPT_POLICY)
        .and_then(|policy| policy.get("PolicyDocument"))
        .and_then(|document| document.pointer("/Statement/0/Resource"))
        .is_some_and(|keys| {
            let keys = keys.as_array().map_or(std::slice::from_ref(keys), Vec::as_slice);
            keys.iter().any(|key| same_key(key, old_key, own_key))
        });
    if same_key(old_key, new_key, own_key) || still_allowed {
        return None;
    }
    let message = format!(
        "the key would change from `{}`, and the function could not decrypt under that any more",
        inline(old_key)
    );
    Some(
        Finding::guard(
            Code::KeySwapped,
            &format!("{}.KMSKeyID", logical::POOL),
            inline(new_key),
            message,
        )
        .hint("name the old key's ARN as `key.previous` until its codes have drained"),
    )
}

fn deletion_protection(before: &Map<String, Value>, after: &Map<String, Value>) -> Option<Finding> {
    let active = |pool: &Map<String, Value>| pool.get("DeletionProtection").and_then(Value::as_str) == Some("ACTIVE");
    (active(before) && !active(after)).then(|| {
        let message = "deletion protection of the user pool would be switched off";
        Finding::guard(Code::DeletionProtectionLowered, logical::POOL, "INACTIVE", message)
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::finding::{Area, Level};
    use crate::plan::{Deployed, Desired, Plan, Situation, diff};

    fn sender(key: &str) -> Value {
        json!({ "CustomSMSSender": { "LambdaArn": "arn:f", "LambdaVersion": "V1_0" }, "KMSKeyID": key })
    }

    /// A stack whose role may decrypt under the key `a`.
    fn stack(pool: &Value) -> Value {
        json!({ "Resources": {
            "Key": { "Type": "AWS::KMS::Key", "Properties": {} },
            "Pool": { "Type": "AWS::Cognito::UserPool", "Properties": pool },
            "DecryptPolicy": { "Type": "AWS::IAM::Policy", "Properties": {
                "PolicyDocument": { "Statement": [{ "Action": "kms:Decrypt", "Resource": "a" }] },
            } },
        } })
    }

    fn without(template: &Value, id: &str) -> Value {
        let mut template = template.clone();
        if let Some(resources) = template.get_mut("Resources").and_then(Value::as_object_mut) {
            resources.shift_remove(id);
        }
        template
    }

    fn retyped(template: &Value, id: &str) -> Value {
        let mut template = template.clone();
        if let Some(kind) = template.pointer_mut(&format!("/Resources/{id}/Type")) {
            *kind = json!("AWS::CloudFormation::WaitConditionHandle");
        }
        template
    }

    /// One bad change for each guard that two templates can show, with what an acknowledgement must name.
    fn changes() -> Vec<(Code, Value, Value, &'static str, &'static str)> {
        let plain = stack(&json!({ "LambdaConfig": sender("a") }));
        let other_key = stack(&json!({ "LambdaConfig": sender("b") }));
        let released = stack(&json!({ "LambdaConfig": {} }));
        let protected = stack(&json!({ "DeletionProtection": "ACTIVE" }));
        let lowered = stack(&json!({ "DeletionProtection": "INACTIVE" }));
        let by_email = stack(&json!({ "UsernameAttributes": ["email"] }));
        let by_phone = stack(&json!({ "UsernameAttributes": ["phone_number"] }));
        vec![
            (
                Code::PoolReplaced,
                plain.clone(),
                retyped(&plain, "Pool"),
                "Pool",
                "replaced",
            ),
            (
                Code::PoolRemoved,
                plain.clone(),
                without(&plain, "Pool"),
                "Pool",
                "removed",
            ),
            (
                Code::KeyReplaced,
                plain.clone(),
                retyped(&plain, "Key"),
                "Key",
                "replaced",
            ),
            (
                Code::KeyRemoved,
                plain.clone(),
                without(&plain, "Key"),
                "Key",
                "removed",
            ),
            (Code::KeySwapped, other_key, plain.clone(), "Pool.KMSKeyID", "a"),
            (
                Code::ImmutableProperty,
                by_email,
                by_phone,
                "Pool.UsernameAttributes",
                "[phone_number]",
            ),
            (Code::TriggerDropped, plain, released, "Pool.CustomSMSSender", "none"),
            (Code::DeletionProtectionLowered, protected, lowered, "Pool", "INACTIVE"),
        ]
    }

    #[test]
    fn each_change_gives_its_code_and_no_other() {
        for (code, old, new, resource, to) in changes() {
            let found = guards(&old, &new, &diff(&old, &new), None);
            let wanted = (Some(code), Some(resource), Some(to));
            let first = found.first();
            let got = (
                first.map(|finding| finding.code),
                first.and_then(|finding| finding.resource.as_deref()),
                first.and_then(|finding| finding.to.as_deref()),
            );
            assert_eq!((got, found.len()), (wanted, 1), "{found:?}");
            assert_eq!(guards(&old, &old, &diff(&old, &old), None), []);
        }
    }

    #[test]
    fn termination_protection_is_guarded_with_the_stack() {
        let template = stack(&json!({}));
        let deployed = Deployed {
            template: template.clone(),
            tags: std::collections::BTreeMap::new(),
            termination_protection: true,
            own_key: None,
        };
        let desired = Desired {
            template,
            tags: std::collections::BTreeMap::new(),
            termination_protection: false,
            keys: Vec::new(),
        };
        let plan = Plan::of(Situation::Update, Some(&deployed), &desired);
        let codes: Vec<Code> = plan.findings.iter().map(|finding| finding.code).collect();
        assert_eq!(codes, [Code::TerminationProtectionLowered]);
        assert!(!plan.is_nothing() && plan.phases.is_empty());
    }

    #[test]
    fn no_guard_is_without_a_bad_change() {
        // What is found by calls is proven where those are made.
        let elsewhere = [
            Code::TerminationProtectionLowered,
            Code::PoolLeftBehind,
            Code::KeyUnusable,
            Code::KeyClosed,
        ];
        let shown: Vec<Code> = changes().into_iter().map(|(code, ..)| code).chain(elsewhere).collect();
        for code in Code::ALL.iter().filter(|code| code.entry().level == Level::Guard) {
            assert_eq!(code.entry().area, Area::Plan, "{code}");
            assert!(shown.contains(code), "{code}");
        }
    }

    #[test]
    fn a_key_that_stays_allowed_may_be_swapped() {
        let old = stack(&json!({ "LambdaConfig": sender("a") }));
        let new = stack(&json!({ "LambdaConfig": sender("b") }));
        assert_eq!(guards(&old, &new, &diff(&old, &new), None), []);
    }
}
