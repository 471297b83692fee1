//! IAM policies that are written from the table of rights, for roles that exist before any stack.
//!
//! In: the place where stacks are deployed. Out: a policy document. The files under `examples/` are these documents, and
//! a test compares them. A policy names no single stack, pool or key; whoever has fewer of them narrows its resources.

use serde_json::{Map, Value, json};

use super::table::{Row, table};
use super::{By, Task};

/// Where stacks are deployed, for every stack whose name matches a pattern.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// `aws`, `aws-cn` or `aws-us-gov`.
    pub partition: &'a str,
    /// The account.
    pub account: &'a str,
    /// The Region.
    pub region: &'a str,
    /// The name of the assets bucket.
    pub bucket: &'a str,
    /// The names of stacks, with `*` for any text.
    pub stacks: &'a str,
    /// The ARN of the role by which CloudFormation works.
    pub stack_role: &'a str,
}

/// Returns the policy for whoever runs `deployer diff`: every right that it uses, and none to change anything.
pub fn diff_policy(place: Place<'_>) -> Value {
    let rows = table().filter(|row| row.diff.is_some());
    document(place, rows)
}

/// Returns the policy for whoever runs `deployer apply` for stacks with a `cloudformation_role`.
pub fn apply_policy(place: Place<'_>) -> Value {
    let tasks = [Task::Look, Task::Apply, Task::Attach];
    let rows = table().filter(|row| row.by == By::Caller && tasks.contains(&row.task));
    document(place, rows)
}

/// Returns the policy of that `cloudformation_role`.
pub fn cloudformation_policy(place: Place<'_>) -> Value {
    let rows = table().filter(|row| row.by == By::CloudFormation && row.task == Task::Apply);
    document(place, rows)
}

/// One statement.
struct Statement {
    sid: Option<&'static str>,
    resource: String,
    passed_to: Option<&'static str>,
    actions: Vec<&'static str>,
}

/// Writes rows as statements, one for each resource: IAM limits a policy's length.
fn document<'a>(place: Place<'_>, rows: impl Iterator<Item = &'a Row>) -> Value {
    let mut statements: Vec<Statement> = Vec::new();
    for row in rows {
        let resource = resource(row.on, place);
        let same = |other: &&mut Statement| other.resource == resource && other.passed_to == row.passed_to;
        let Some(statement) = statements.iter_mut().find(same) else {
            statements.push(Statement {
                sid: row.diff,
                resource,
                passed_to: row.passed_to,
                actions: row.actions.to_vec(),
            });
            continue;
        };
        statement.sid = statement.sid.or(row.diff);
        for action in row.actions {
            if !statement.actions.contains(action) {
                statement.actions.push(action);
            }
        }
    }
    let statements: Vec<Value> = statements.iter().map(Statement::value).collect();
    json!({ "Version": "2012-10-17", "Statement": statements })
}

impl Statement {
    fn value(&self) -> Value {
        let mut members = Map::new();
        if let Some(sid) = self.sid {
            members.insert("Sid".to_owned(), sid.into());
        }
        members.insert("Effect".to_owned(), "Allow".into());
        members.insert("Action".to_owned(), json!(self.actions));
        members.insert("Resource".to_owned(), json!(self.resource));
        if let Some(service) = self.passed_to {
            let condition = json!({ "StringEquals": { "iam:PassedToService": service } });
            members.insert("Condition".to_owned(), condition);
        }
        Value::Object(members)
    }
}

/// A row's resource, for every stack, pool, key and role that it can name.
fn resource(pattern: &str, place: Place<'_>) -> String {
    let values = [
        // First, since they hold others.
        ("${KEY}", "arn:${P}:kms:${R}:${A}:key/*"),
        ("${SMS_ROLE}", "arn:${P}:iam::${A}:role/*"),
        ("${STACK_ROLE}", place.stack_role),
        ("${POOL}", "*"),
        ("${PATH}", "/"),
        ("${ALIAS}", "alias/*"),
        ("${P}", place.partition),
        ("${R}", place.region),
        ("${A}", place.account),
        ("${S}", place.stacks),
        ("${B}", place.bucket),
    ];
    values
        .iter()
        .fold(pattern.to_owned(), |text, (name, value)| text.replace(name, value))
}

#[cfg(test)]
mod tests {
    #![expect(
        clippy::unwrap_used,
        reason = "a test stops at the first thing that is not as it should be"
    )]

    use std::collections::BTreeSet;

    use super::*;

    const PLACE: Place<'static> = Place {
        partition: "aws",
        account: "111122223333",
        region: "us-west-2",
        bucket: "zips",
        stacks: "acme-*",
        stack_role: "arn:aws:iam::111122223333:role/cloudformation",
    };

    #[test]
    fn no_resource_is_left_open_and_roles_are_passed_to_named_services() {
        for policy in [diff_policy(PLACE), apply_policy(PLACE), cloudformation_policy(PLACE)] {
            let text = policy.to_string();
            assert!(!text.contains('$'), "{text}");
            for statement in policy.get("Statement").unwrap().as_array().unwrap() {
                let passes = statement.get("Action").unwrap().to_string().contains("iam:PassRole");
                assert_eq!(passes, statement.get("Condition").is_some(), "{statement}");
            }
        }
    }

    #[test]
    fn who_diffs_has_a_part_of_what_who_applies_has() {
        let actions = |policy: &Value| -> BTreeSet<(String, String)> {
            let statements = policy.get("Statement").unwrap().as_array().unwrap();
            statements
                .iter()
                .flat_map(|statement| {
                    let resource = statement.get("Resource").unwrap().to_string();
                    let actions = statement.get("Action").unwrap().as_array().unwrap();
                    actions.iter().map(move |action| (action.to_string(), resource.clone()))
                })
                .collect()
        };
        let (diff, apply) = (actions(&diff_policy(PLACE)), actions(&apply_policy(PLACE)));
        assert!(diff.is_subset(&apply) && diff.len() < apply.len());
    }

    #[test]
    fn an_id_stands_once_and_means_one_resource() {
        let mut seen = BTreeSet::new();
        for row in table().filter(|row| row.diff.is_some()) {
            assert!(seen.insert(row.diff), "{row:?}");
        }
    }
}
