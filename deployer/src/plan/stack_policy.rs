//! The stack policy: what no update of a stack may replace or delete, whoever starts it.
//!
//! Guards stand before this program's own applies; the policy stands before everybody's. It names the pool and the key,
//! as far as the stack owns them, and allows all else. What somebody else wrote there is read and never written over.
//! Source: "Prevent updates to stack resources", AWS CloudFormation User Guide.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::change::{Action, Replacement};
use super::diff::section;
use super::pattern::covers;
use super::statement::items;
use super::{Phase, Plan};
use crate::model::logical;

/// What cannot be made again: people and their passwords, and the key that opens codes under way.
const PROTECTED: [&str; 2] = [logical::POOL, logical::KEY];

const DENIED: [&str; 2] = ["Update:Replace", "Update:Delete"];

/// Returns what a template has that its stack policy is to protect.
pub fn protected(template: &Value) -> Vec<&'static str> {
    let resources = section(template, "Resources");
    let there = PROTECTED.into_iter().filter(|id| resources.contains_key(*id));
    there.collect()
}

/// Returns the policy that protects these resources and allows every other update. A policy cannot be taken away, so
/// that of none allows all.
pub fn stack_policy(protected: &[&str]) -> String {
    document(protected).to_string()
}

fn document(protected: &[&str]) -> Value {
    let mut statements = vec![json!({
        "Effect": "Allow", "Principal": "*", "Action": "Update:*", "Resource": "*",
    })];
    if !protected.is_empty() {
        // CloudFormation knows only the logical ids that the stack has.
        let resources: Vec<String> = protected.iter().map(|id| format!("LogicalResourceId/{id}")).collect();
        statements.push(json!({
            "Effect": "Deny", "Principal": "*", "Action": DENIED, "Resource": resources,
        }));
    }
    json!({ "Statement": statements })
}

/// A stack's policy as it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PolicySeen {
    /// There never was one.
    None,
    /// This program wrote it, to protect these, or it allows all.
    Ours(Vec<&'static str>),
    /// Somebody else wrote it.
    Others(String),
}

impl PolicySeen {
    /// Reads a policy's text.
    pub fn of(text: Option<String>) -> Self {
        let Some(text) = text else {
            return Self::None;
        };
        let [pool, key] = PROTECTED;
        let forms = [vec![pool, key], vec![pool], vec![key], Vec::new()];
        let written = serde_json::from_str::<Value>(&text).ok();
        let ours = forms.into_iter().find(|ids| written.as_ref() == Some(&document(ids)));
        ours.map_or(Self::Others(text), Self::Ours)
    }

    /// Returns those of a template's protected resources that an update may replace or delete under this policy.
    pub fn open(&self, template: &Value) -> Vec<&'static str> {
        let mut ids = protected(template);
        ids.retain(|id| {
            let of_type = section(template, "Resources").get(*id);
            let of_type = of_type.and_then(|resource| resource.get("Type")?.as_str());
            !self.denies(id, of_type.unwrap_or_default())
        });
        ids
    }

    /// Whether the policy surely denies that a resource is replaced, and that it is deleted.
    fn denies(&self, id: &str, resource_type: &str) -> bool {
        let text = match self {
            Self::None => return false,
            Self::Ours(ids) => return ids.contains(&id),
            Self::Others(text) => text,
        };
        let Ok(policy) = serde_json::from_str::<Value>(text) else {
            return false;
        };
        let statements = items(policy.get("Statement"));
        DENIED.iter().all(|action| {
            let matching = |effect: &str, unknown: bool| {
                let mut of_effect = statements
                    .iter()
                    .filter(|statement| statement.get("Effect").and_then(Value::as_str) == Some(effect));
                of_effect.any(|statement| speaks_of(statement, action, id, resource_type).unwrap_or(unknown))
            };
            // What nothing allows is denied too, once there is a policy.
            matching("Deny", false) || !matching("Allow", true)
        })
    }
}

/// Whether a statement is about an update of a resource; nothing where it says so in words that are not known here.
fn speaks_of(statement: &Value, action: &str, id: &str, resource_type: &str) -> Option<bool> {
    let any = |patterns: Option<&Value>, text: &str| {
        let patterns = items(patterns);
        patterns
            .iter()
            .filter_map(Value::as_str)
            .any(|pattern| covers(pattern, text))
    };
    let one = |name: &str, text: &str| match (statement.get(name), statement.get(&*format!("Not{name}"))) {
        (Some(patterns), None) => Some(any(Some(patterns), text)),
        (None, Some(patterns)) => Some(!any(Some(patterns), text)),
        _ => None,
    };
    let of_type = match statement.get("Condition").and_then(Value::as_object) {
        None => true,
        Some(condition) => {
            let mut types = Vec::new();
            for (operator, keys) in condition {
                let keys = keys.as_object().filter(|keys| keys.len() == 1)?;
                if operator != "StringEquals" && operator != "StringLike" {
                    return None;
                }
                types.push(any(Some(keys.get("ResourceType")?), resource_type));
            }
            types.into_iter().all(|matches| matches)
        }
    };
    Some(of_type && one("Action", action)? && one("Resource", &format!("LogicalResourceId/{id}"))?)
}

impl Phase {
    /// What the stack policy would have to let go of while this change set runs.
    pub fn lifts(&self) -> BTreeSet<&'static str> {
        let goes = |id: &&str| {
            self.diff.change(id).is_some_and(|change| {
                change.action == Action::Remove
                    || (change.action == Action::Modify && change.replacement == Replacement::Yes)
            })
        };
        PROTECTED.into_iter().filter(goes).collect()
    }
}

impl Plan {
    /// What the stack policy protects after this plan, where the plan brings or takes something of it.
    pub fn comes_under_policy(&self) -> Option<Vec<&'static str>> {
        let comes = |phase: &Phase| {
            let change = |id: &&str| {
                let change = phase.diff.change(id);
                change.is_some_and(|change| change.action != Action::Modify)
            };
            PROTECTED.iter().any(change)
        };
        let last = self.phases.last()?;
        self.phases
            .iter()
            .any(comes)
            .then(|| protected(&last.template))
            .filter(|ids| !ids.is_empty())
    }

    /// What the stack policy lets go of on the way.
    pub fn lifted(&self) -> BTreeSet<&'static str> {
        self.phases.iter().flat_map(Phase::lifts).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn template(ids: &[&str]) -> Value {
        let of_type = |id: &str| match id {
            logical::POOL => "AWS::Cognito::UserPool",
            logical::KEY => "AWS::KMS::Key",
            _ => "AWS::SQS::Queue",
        };
        let resources: serde_json::Map<String, Value> = ids
            .iter()
            .map(|id| ((*id).to_owned(), json!({ "Type": of_type(id) })))
            .collect();
        json!({ "Resources": resources })
    }

    fn seen(policy: &Value) -> PolicySeen {
        PolicySeen::of(Some(policy.to_string()))
    }

    #[test]
    fn the_policy_denies_two_actions_on_two_resources_and_allows_all_else() {
        let both = template(&["DeadLetterQueue", "Pool", "Key"]);
        assert_eq!(protected(&both), ["Pool", "Key"]);
        assert_eq!(
            stack_policy(&protected(&both)),
            r#"{"Statement":[{"Effect":"Allow","Principal":"*","Action":"Update:*","Resource":"*"},{"Effect":"Deny","Principal":"*","Action":["Update:Replace","Update:Delete"],"Resource":["LogicalResourceId/Pool","LogicalResourceId/Key"]}]}"#
        );
        assert!(stack_policy(&[]).ends_with(r#""Resource":"*"}]}"#));
        // What is not in the stack is not named.
        assert!(!stack_policy(&protected(&template(&["Key"]))).contains("Pool"));
    }

    #[test]
    fn its_own_policy_is_known_in_each_of_its_forms_and_no_other_is() {
        let both = template(&["Pool", "Key"]);
        for (ids, open) in [
            (&["Pool", "Key"][..], &[][..]),
            (&["Pool"], &["Key"]),
            (&["Key"], &["Pool"]),
            (&[], &["Pool", "Key"]),
        ] {
            let seen = PolicySeen::of(Some(stack_policy(ids)));
            assert!(matches!(seen, PolicySeen::Ours(_)), "{ids:?}");
            assert_eq!(seen.open(&both), open, "{ids:?}");
            // The service may space it otherwise.
            let spaced = serde_json::to_string_pretty(&document(ids)).unwrap_or_default();
            assert!(matches!(PolicySeen::of(Some(spaced)), PolicySeen::Ours(_)));
        }
        assert_eq!(PolicySeen::of(None).open(&both), ["Pool", "Key"]);
        let strict = json!({ "Statement": [
            { "Effect": "Deny", "Principal": "*", "Action": "Update:*", "Resource": "*" },
        ] });
        assert!(matches!(seen(&strict), PolicySeen::Others(_)));
        assert!(matches!(
            PolicySeen::of(Some("no json".to_owned())),
            PolicySeen::Others(_)
        ));
    }

    #[test]
    fn what_others_wrote_is_read_as_cloudformation_does() {
        let both = template(&["Pool", "Key"]);
        let allow = json!({ "Effect": "Allow", "Principal": "*", "Action": "Update:*", "Resource": "*" });
        let open = |statements: &[Value]| seen(&json!({ "Statement": statements })).open(&both);
        let deny = |action: Value, resource: &str| json!({ "Effect": "Deny", "Principal": "*", "Action": action, "Resource": resource });
        let of_type = |operator: &str, value: Value| {
            json!({ "Effect": "Deny", "Principal": "*", "Action": "Update:*", "Resource": "*",
                    "Condition": { operator: { "ResourceType": value } } })
        };
        let none: [&str; 0] = [];
        let cases: [(&[Value], &[&str]); 12] = [
            (&[deny(json!("Update:*"), "*")], &none),
            (
                &[allow.clone(), deny(json!("Update:*"), "LogicalResourceId/Pool")],
                &["Key"],
            ),
            (
                &[allow.clone(), deny(json!("Update:*"), "LogicalResourceId/P*")],
                &["Key"],
            ),
            // Half of it is not enough.
            (&[allow.clone(), deny(json!(["Update:Delete"]), "*")], &["Pool", "Key"]),
            (
                &[allow.clone(), deny(json!(["Update:Delete", "Update:Replace"]), "*")],
                &none,
            ),
            // Nothing is allowed that no statement allows.
            (
                &[json!({ "Effect": "Allow", "Principal": "*", "Action": "Update:Modify", "Resource": "*" })],
                &none,
            ),
            (
                &[
                    json!({ "Effect": "Allow", "Principal": "*", "Action": "Update:*", "NotResource": "LogicalResourceId/Pool" }),
                ],
                &["Key"],
            ),
            (
                &[
                    json!({ "Effect": "Allow", "Principal": "*", "NotAction": ["Update:Replace", "Update:Delete"], "Resource": "*" }),
                ],
                &none,
            ),
            (
                &[
                    allow.clone(),
                    of_type("StringEquals", json!(["AWS::Cognito::UserPool"])),
                ],
                &["Key"],
            ),
            (&[allow.clone(), of_type("StringLike", json!("AWS::*"))], &none),
            // What is not known counts as open.
            (
                &[allow.clone(), of_type("StringNotEquals", json!("AWS::SQS::Queue"))],
                &["Pool", "Key"],
            ),
            (&[of_type("Bool", json!("true")), allow.clone()], &["Pool", "Key"]),
        ];
        for (statements, expected) in cases {
            assert_eq!(open(statements), expected, "{statements:?}");
        }
        assert_eq!(PolicySeen::Others("no json".to_owned()).open(&both), ["Pool", "Key"]);
    }
}
