//! CloudFormation's word on a change set, merged into the plan.
//!
//! The plan comes from two templates; CloudFormation knows more: what follows from another resource's
//! change, and what it would replace. What it adds is shown before anybody is asked. In a change set
//! that is made after the yes it is a [`Surprise`] unless it follows from what was shown.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::change::{Action, Change, Edit, Fate, Replacement, Told};
use super::diff::section;
use super::guard::lost;
use super::{Phase, Plan};
use crate::aws::CfnChange;

/// Something that a change set would do and the plan did not show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Surprise {
    /// The logical id.
    pub logical_id: String,
    /// What CloudFormation would do, in its own words.
    pub what: String,
}

impl Plan {
    /// Merges CloudFormation's word on the change set of phase `index`, and runs the guards over it.
    pub fn merge(&mut self, index: usize, told: &[CfnChange]) {
        let Some(phase) = self.phases.get_mut(index) else {
            return;
        };
        for word in told {
            let added = if let Some(change) = phase
                .diff
                .changes
                .iter_mut()
                .find(|change| change.logical_id == word.logical_id)
            {
                // Ours can be sharper than "Conditional", never the other way round.
                change.replacement = change.replacement.max(replacement(word));
                change.clone()
            } else {
                phase.diff.changes.push(change(word));
                change(word)
            };
            if let Some(finding) = lost(&added)
                && !self
                    .findings
                    .iter()
                    .any(|known| known.code == finding.code && known.resource == finding.resource)
            {
                self.findings.push(finding);
            }
        }
    }
}

impl Phase {
    /// Compares a change set that was made after the yes with what was shown.
    pub fn surprises(&self, told: &[CfnChange]) -> Vec<Surprise> {
        let followers = self.followers();
        told.iter()
            .filter(|word| {
                let shown = self.diff.change(&word.logical_id);
                let worse = shown.is_some_and(|change| {
                    replacement(word) == Replacement::Yes && change.replacement != Replacement::Yes
                });
                let unseen =
                    shown.is_none() && !tags_only(word) && !(word.dynamic && followers.contains(&word.logical_id));
                worse || unseen
            })
            .map(|word| Surprise {
                logical_id: word.logical_id.clone(),
                what: match &word.replacement {
                    Some(replacement) => format!("{} (replacement: {replacement})", word.action),
                    None => word.action.clone(),
                },
            })
            .collect()
    }

    /// Resources that read an attribute of one that changes, over any number of steps.
    fn followers(&self) -> BTreeSet<String> {
        let mut reached: BTreeSet<String> = self
            .diff
            .changes
            .iter()
            .map(|change| change.logical_id.clone())
            .collect();
        loop {
            let next: Vec<String> = section(&self.template, "Resources")
                .iter()
                .filter(|(id, resource)| !reached.contains(*id) && reads(resource, &reached))
                .map(|(id, _)| id.clone())
                .collect();
            if next.is_empty() {
                return reached;
            }
            reached.extend(next);
        }
    }
}

fn reads(value: &Value, ids: &BTreeSet<String>) -> bool {
    match value {
        Value::Object(members) => members.iter().any(|(key, inner)| match key.as_str() {
            "Ref" => inner.as_str().is_some_and(|id| ids.contains(id)),
            "Fn::GetAtt" => inner.get(0).and_then(Value::as_str).is_some_and(|id| ids.contains(id)),
            "Fn::Sub" => inner
                .to_string()
                .split("${")
                .skip(1)
                .any(|part| ids.contains(part.split(['}', '.']).next().unwrap_or_default())),
            _ => reads(inner, ids),
        }),
        Value::Array(items) => items.iter().any(|item| reads(item, ids)),
        _ => false,
    }
}

fn tags_only(word: &CfnChange) -> bool {
    !word.scope.is_empty() && word.scope.iter().all(|scope| scope == "Tags") && replacement(word) == Replacement::No
}

fn replacement(word: &CfnChange) -> Replacement {
    match word.replacement.as_deref() {
        Some("True") => Replacement::Yes,
        Some("Conditional") => Replacement::Maybe,
        _ => Replacement::No,
    }
}

fn change(word: &CfnChange) -> Change {
    let action = match word.action.as_str() {
        "Add" | "Import" => Action::Add,
        "Remove" => Action::Remove,
        _ => Action::Modify,
    };
    let names = if word.properties.is_empty() {
        &word.scope
    } else {
        &word.properties
    };
    let edits = names.iter().map(|name| Edit {
        path: vec![name.clone()],
        old: None,
        new: Some(json!("decided while it works")),
    });
    Change {
        logical_id: word.logical_id.clone(),
        resource_type: word.resource_type.clone(),
        action,
        replacement: replacement(word),
        fate: match word.policy_action.as_deref() {
            Some("Retain" | "ReplaceAndRetain") => Some(Fate::Retained),
            Some("Delete" | "ReplaceAndDelete") => Some(Fate::Deleted),
            _ => None,
        },
        edits: if action == Action::Modify {
            edits.collect()
        } else {
            Vec::new()
        },
        told: Told::ChangeSet {
            dynamic: word.dynamic || tags_only(word),
        },
    }
}

#[cfg(test)]
mod tests {
    #![expect(
        clippy::indexing_slicing,
        reason = "a test stops at the first thing that is not as it should be"
    )]

    use super::*;
    use crate::finding::Code;
    use crate::plan::{Deployed, Desired, DesiredPool, Situation};

    fn template(name: &str) -> Value {
        json!({ "Resources": {
            "Pool": { "Type": "AWS::Cognito::UserPool", "Properties": { "UserPoolName": name } },
            "FunctionPermission": { "Type": "AWS::Lambda::Permission", "Properties": {
                "SourceArn": { "Fn::GetAtt": ["Pool", "Arn"] },
            } },
            "LogGroup": { "Type": "AWS::Logs::LogGroup" },
        } })
    }

    fn word(id: &str, replacement: &str, dynamic: bool) -> CfnChange {
        CfnChange {
            logical_id: id.to_owned(),
            resource_type: "AWS::X::Y".to_owned(),
            action: "Modify".to_owned(),
            replacement: Some(replacement.to_owned()),
            policy_action: None,
            scope: vec!["Properties".to_owned()],
            properties: vec!["SourceArn".to_owned()],
            dynamic,
        }
    }

    fn plan() -> Plan {
        let old = Deployed {
            template: template("a"),
            tags: std::collections::BTreeMap::new(),
            termination_protection: false,
            own_key: None,
            outputs: std::collections::BTreeMap::new(),
            parameters: std::collections::BTreeMap::new(),
        };
        let new = Desired {
            template: template("b"),
            tags: std::collections::BTreeMap::new(),
            termination_protection: false,
            keys: Vec::new(),
            pool: DesiredPool::Owned,
            code: None,
        };
        Plan::of(Situation::Update, Some(&old), &new, None)
    }

    #[test]
    fn a_replacement_that_only_cloudformation_knows_of_is_guarded() {
        let mut plan = plan();
        assert!(plan.findings.is_empty());
        plan.merge(0, &[word("Pool", "True", false)]);
        assert_eq!(plan.findings[0].code, Code::PoolReplaced);
        plan.merge(0, &[word("Pool", "True", false)]);
        assert_eq!(plan.findings.len(), 1);
    }

    #[test]
    fn what_follows_a_shown_change_is_no_surprise() {
        let phase = &plan().phases[0];
        assert_eq!(
            phase.surprises(&[
                word("Pool", "False", false),
                word("FunctionPermission", "Conditional", true)
            ]),
            []
        );
        assert_eq!(phase.surprises(&[word("LogGroup", "False", false)]).len(), 1);
        assert_eq!(phase.surprises(&[word("Pool", "True", false)]).len(), 1);
    }
}
