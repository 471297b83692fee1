//! What one update of the pool puts back, and what it cannot.
//!
//! CloudFormation sees no change where the file and the deployed template agree, so an apply does nothing about drift.
//! A pool's settings and triggers go back by `UpdateUserPool`, with all that did not drift as it is.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{Drift, Standing};
use crate::aws::LivePool;
use crate::finding::{Code, Finding};
use crate::model::logical;
use crate::plan::diff::{edits, set};
use crate::plan::{Edit, inline, put_back, settings};

/// An update that puts things back.
#[derive(Clone, Debug)]
pub struct Reversal {
    /// The pool as it is to be.
    pub target: LivePool,
    /// What the update changes: paths begin with the member of `DescribeUserPool`.
    pub edits: Vec<Edit>,
    /// How many other settings stay as they are.
    pub stay: usize,
    /// What a person has to answer for.
    pub findings: Vec<Finding>,
}

/// What puts a member back that no update of the pool can.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Instead {
    /// CloudFormation, by a change set that reverts drift.
    CloudFormation,
    /// Lambda, by the zip that was deployed.
    Code,
    /// An apply: it brings what the file says, or puts the triggers of a pool outside the stack back.
    Apply,
    /// Nothing: Cognito never changes it.
    Immutable,
    /// Nothing: the file does not say what it should be.
    Undeclared,
}

const TRIGGERS: &str = "LambdaConfig";

/// Properties that a pool has for good.
const IMMUTABLE: [&str; 4] = [
    "Schema",
    "UsernameAttributes",
    "AliasAttributes",
    "UsernameConfiguration",
];

/// Properties that only `SetUserPoolMfaConfig` writes, which resets what it is not told: CloudFormation knows how.
const BY_MFA: [&str; 6] = [
    "EnabledMfas",
    "EmailAuthenticationMessage",
    "EmailAuthenticationSubject",
    "WebAuthnRelyingPartyID",
    "WebAuthnUserVerification",
    "WebAuthnFactorConfiguration",
];

/// Says what else puts a member back; nothing where [`revert`] does. `owned` is whether the pool is the stack's.
pub fn instead(drift: &Drift, owned: bool) -> Option<Instead> {
    match drift.standing {
        Standing::NotApplied => return Some(Instead::Apply),
        Standing::NotDeclared | Standing::NotCompared => return Some(Instead::Undeclared),
        Standing::Drifted => {}
    }
    let first = drift.path.first().map(String::as_str);
    if drift.resource != logical::POOL {
        let code = drift.resource == logical::FUNCTION && first == Some("Code");
        return Some(if code { Instead::Code } else { Instead::CloudFormation });
    }
    match first {
        Some(TRIGGERS) if !owned => Some(Instead::Apply),
        _ if !owned => Some(Instead::Undeclared),
        None => Some(Instead::CloudFormation),
        Some(first) if IMMUTABLE.contains(&first) => Some(Instead::Immutable),
        Some(first) if BY_MFA.contains(&first) => Some(Instead::CloudFormation),
        Some(_) => None,
    }
}

/// Says what puts these back in a pool that the stack owns.
pub fn revert<'a>(drifts: impl Iterator<Item = &'a Drift>, live: &LivePool) -> Reversal {
    let mut pool = Value::Object(live.pool.clone());
    for drift in drifts {
        let mut path: Vec<&str> = drift.path.iter().map(String::as_str).collect();
        if let [first, ..] = path.as_mut_slice()
            && *first == "UserPoolName"
        {
            *first = "Name";
        }
        set(&mut pool, &path, drift.declared.as_ref());
    }
    let target = LivePool {
        pool: pool.as_object().cloned().unwrap_or_default(),
        mfa: live.mfa.clone(),
    };
    let (_, mut settings_back) = put_back(&target, live, &BTreeSet::new());
    let stay = settings(live).saturating_sub(settings_back.len());
    let (before, after) = (live.lambda_config(), target.lambda_config());
    let triggers = trigger_edits(&before, &after);
    let findings = triggers.iter().filter_map(dropped).collect();
    settings_back.splice(0..0, triggers);
    Reversal {
        target,
        edits: settings_back,
        stay,
        findings,
    }
}

/// Each member of `LambdaConfig` that changes, whole.
fn trigger_edits(before: &Map<String, Value>, after: &Map<String, Value>) -> Vec<Edit> {
    let whole = |config: &Map<String, Value>| -> Value {
        let set = config.iter().filter(|(_, value)| !value.is_null());
        Value::Object(
            set.map(|(name, value)| (name.clone(), Value::Array(vec![value.clone()])))
                .collect(),
        )
    };
    let unwrap = |value: Option<Value>| value.and_then(|value| value.get(0).cloned());
    let member = |edit: Edit| Edit {
        path: std::iter::once(TRIGGERS.to_owned()).chain(edit.path).collect(),
        old: unwrap(edit.old),
        new: unwrap(edit.new),
    };
    edits(&whole(before), &whole(after)).into_iter().map(member).collect()
}

/// Somebody attached it, and it would go.
fn dropped(edit: &Edit) -> Option<Finding> {
    let (member, old) = (edit.path.last()?, edit.old.as_ref()?);
    let beside = ["KMSKeyID", "PreTokenGenerationConfig"];
    if edit.new.is_some() || beside.contains(&member.as_str()) {
        return None;
    }
    let function = inline(old.get("LambdaArn").unwrap_or(old));
    let message = format!("the trigger {member} would leave the pool; it calls `{function}` now");
    let resource = format!("{}.{member}", logical::POOL);
    Some(Finding::guard(Code::TriggerDropped, &resource, "none", message))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::plan::drift::sample;

    fn drift(resource: &str, path: &str, declared: Option<Value>) -> Drift {
        sample(resource, path, declared, Some(json!("x")))
    }

    #[test]
    fn what_one_update_puts_back_and_what_it_leaves() {
        let live = LivePool {
            pool: json!({
                "Id": "us-west-2_1", "Name": "other", "MfaConfiguration": "OPTIONAL", "UserPoolTier": "LITE",
                "Policies": {"PasswordPolicy": {"MinimumLength": 6, "RequireSymbols": true}},
                "LambdaConfig": {"PreSignUp": "arn:theirs", "KMSKeyID": "arn:k"},
            })
            .as_object()
            .cloned()
            .unwrap_or_default(),
            mfa: Map::new(),
        };
        let sender = json!({"LambdaArn": "arn:f", "LambdaVersion": "V1_0"});
        let drifts = [
            drift("Pool", "UserPoolName", Some(json!("acme"))),
            drift("Pool", "MfaConfiguration", Some(json!("OFF"))),
            drift("Pool", "Policies.PasswordPolicy.MinimumLength", Some(json!(12))),
            drift("Pool", "UserPoolTags.team", Some(json!("identity"))),
            drift("Pool", "LambdaConfig.CustomSMSSender", Some(sender.clone())),
            drift("Pool", "LambdaConfig.PreSignUp", None),
        ];
        assert!(drifts.iter().all(|drift| instead(drift, true).is_none()));
        let reversal = revert(drifts.iter(), &live);
        assert_eq!(
            Value::Object(reversal.target.pool),
            json!({
                "Id": "us-west-2_1", "Name": "acme", "MfaConfiguration": "OFF", "UserPoolTier": "LITE",
                "Policies": {"PasswordPolicy": {"MinimumLength": 12, "RequireSymbols": true}},
                "LambdaConfig": {"CustomSMSSender": sender, "KMSKeyID": "arn:k"},
                "UserPoolTags": {"team": "identity"},
            })
        );
        let mut changed: Vec<String> = reversal.edits.iter().map(|edit| edit.path.join(".")).collect();
        changed.sort();
        assert_eq!(
            changed,
            [
                "LambdaConfig.CustomSMSSender",
                "LambdaConfig.PreSignUp",
                "MfaConfiguration",
                "Name",
                "Policies.PasswordPolicy.MinimumLength",
                "UserPoolTags",
            ]
        );
        let asked: Vec<_> = reversal
            .findings
            .iter()
            .map(|finding| finding.resource.as_deref())
            .collect();
        assert_eq!(asked, [Some("Pool.PreSignUp")]);
    }

    #[test]
    fn what_no_update_can_put_back_has_another_way_or_none() {
        let rows = [
            ("Function", "Code.SHA-256", true, Instead::Code),
            ("Function", "MemorySize", true, Instead::CloudFormation),
            ("DeadLetterQueue", "", true, Instead::CloudFormation),
            ("Pool", "", true, Instead::CloudFormation),
            ("Pool", "EnabledMfas", true, Instead::CloudFormation),
            ("Pool", "UsernameAttributes", true, Instead::Immutable),
            ("Pool", "Schema.plan", true, Instead::Immutable),
            ("Pool", "LambdaConfig.CustomSMSSender", false, Instead::Apply),
            (
                "Pool",
                "EmailConfiguration.EmailSendingAccount",
                false,
                Instead::Undeclared,
            ),
        ];
        for (resource, path, owned, wanted) in rows {
            assert_eq!(
                instead(&drift(resource, path, None), owned),
                Some(wanted),
                "{resource}.{path}"
            );
        }
    }
}
