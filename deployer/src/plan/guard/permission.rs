//! Who may invoke a function: Lambda permissions, compared as the statements that Lambda makes of them.

use serde_json::{Map, Value, json};

use super::allowed::{Statement, more};
use super::condition::Condition;
use super::names::Names;
use super::{both, properties};
use crate::finding::{Code, Finding};
use crate::plan::diff::section;

/// The members that narrow a permission, with the condition that Lambda writes for each.
///
/// Source: `AddPermission`, AWS Lambda API Reference.
const NARROWING: [(&str, &str, &str); 5] = [
    ("SourceArn", "ArnLike", "AWS:SourceArn"),
    ("SourceAccount", "StringEquals", "AWS:SourceAccount"),
    ("PrincipalOrgID", "StringEquals", "aws:PrincipalOrgID"),
    ("EventSourceToken", "StringEquals", "lambda:EventSourceToken"),
    ("FunctionUrlAuthType", "StringEquals", "lambda:FunctionUrlAuthType"),
];

/// Compares permissions that stay; one that is new must say for which resource it is.
pub(super) fn findings(old: &Value, new: &Value, names: &Names<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for (id, before, after) in both(old, new).filter(|(id, ..)| is_permission(new, id)) {
        let (before, after) = (statement(before, names), statement(after, names));
        found.extend(
            more(&[before], &[after])
                .into_iter()
                .map(|more| broadened(id, more.what)),
        );
    }
    for (id, _) in section(new, "Resources")
        .iter()
        .filter(|(id, _)| is_permission(new, id))
    {
        let is_new = properties(old, id).is_none();
        let open = properties(new, id).filter(|members| is_new && !members.contains_key("SourceArn"));
        found.extend(open.map(|_| broadened(id, "without SourceArn".to_owned())));
    }
    found
}

fn is_permission(template: &Value, id: &str) -> bool {
    let kind = template
        .get("Resources")
        .and_then(|resources| resources.get(id)?.get("Type"));
    kind.and_then(Value::as_str) == Some("AWS::Lambda::Permission")
}

/// Which function it is for is no part of it: a trigger on another function is news of its own.
fn statement(members: &Map<String, Value>, names: &Names<'_>) -> Statement {
    let principal = members
        .get("Principal")
        .map(|principal| names.text(principal))
        .unwrap_or_default();
    let principal = match principal.as_str() {
        "*" => json!("*"),
        service if service.contains(".amazonaws.com") => json!({ "Service": service }),
        other => json!({ "AWS": other }),
    };
    let rule = json!({ "Effect": "Allow", "Principal": principal, "Action": members.get("Action") });
    let conditions = NARROWING.iter().filter_map(|(member, operator, key)| {
        let value = members.get(*member)?;
        Some(Condition::new(operator, key, names.texts(value)))
    });
    Statement {
        conditions: conditions.collect(),
        ..Statement::of(&rule, "Permission".to_owned(), names)
    }
}

fn broadened(id: &str, what: String) -> Finding {
    let message = format!("more callers could invoke the function: {what}");
    Finding::guard(Code::PermissionBroadened, id, what, message)
}
