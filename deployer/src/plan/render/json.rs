//! A plan as JSON, version 1.
//!
//! One object a stack: `version`, `stack`, `region`, `nothing_to_do`, `change_sets` (each with `title`, `import`, the
//! id of the pool that it takes in, `resources`, `outputs`), `tags`, `termination_protection`, `stack_policy` (what it is
//! `lifted` for, and what it `protects` afterwards; null where neither changes), `pool` (of one that stays outside the
//! stack: `id`, `after` how many change sets it comes, `triggers`, `settings`, and how many others `stay`), `delivery`,
//! `findings`, `error` (why a stack could not be read; the members about its plan are null then). Members are only ever
//! added.

use serde_json::{Value, json};

use super::delivery;
use super::pool;
use crate::finding::Finding;
use crate::plan::{Action, Answered, Change, Edit, Fate, Plan, Replacement};
use crate::spec::PoolId;

/// Renders a plan.
pub fn render(stack: &str, region: &str, plan: &Plan, answered: &Answered) -> Value {
    let change_sets: Vec<Value> = plan
        .phases
        .iter()
        .map(|phase| {
            json!({
                "title": phase.title,
                "import": phase.import.as_ref().map(PoolId::as_str),
                "resources": phase.diff.changes.iter().map(change).collect::<Vec<_>>(),
                "outputs": phase.diff.outputs.iter().map(edit).collect::<Vec<_>>(),
            })
        })
        .collect();
    let mut findings: Vec<Value> = answered.open.iter().map(|each| finding(each, "open", None)).collect();
    findings.extend(
        answered
            .acknowledged
            .iter()
            .map(|(each, reason)| finding(each, "acknowledged", Some(reason))),
    );
    findings.extend(answered.warnings.iter().map(|each| finding(each, "warning", None)));
    json!({
        "version": 1,
        "stack": stack,
        "region": region,
        "nothing_to_do": plan.is_nothing(),
        "change_sets": change_sets,
        "tags": plan.tags.iter().map(edit).collect::<Vec<_>>(),
        "termination_protection": plan.termination_protection.map(|(before, after)| json!({ "old": before, "new": after })),
        "stack_policy": policy(plan),
        "pool": plan.pool.as_ref().map(pool::json),
        "delivery": plan.delivery.as_ref().map(delivery::json),
        "findings": findings,
        "error": null,
    })
}

/// Renders a stack that could not be read, with why.
pub fn unread(stack: &str, region: &str, why: &str) -> Value {
    json!({
        "version": 1,
        "stack": stack,
        "region": region,
        "nothing_to_do": null,
        "change_sets": null,
        "tags": null,
        "termination_protection": null,
        "stack_policy": null,
        "pool": null,
        "delivery": null,
        "findings": null,
        "error": why,
    })
}

/// What the stack policy is lifted for, and what it protects afterwards; null where neither changes.
fn policy(plan: &Plan) -> Value {
    let (lifted, protects) = (plan.lifted(), plan.comes_under_policy());
    if lifted.is_empty() && protects.is_none() {
        return Value::Null;
    }
    json!({ "lifted": lifted, "protects": protects.unwrap_or_default() })
}

fn change(change: &Change) -> Value {
    json!({
        "logical_id": change.logical_id,
        "type": change.resource_type,
        "action": match change.action { Action::Add => "add", Action::Modify => "modify", Action::Remove => "remove" },
        "replacement": match change.replacement {
            Replacement::No => "no", Replacement::Maybe => "maybe", Replacement::Yes => "yes",
        },
        "old_resource": change.fate.map(|fate| match fate { Fate::Retained => "retained", Fate::Deleted => "deleted" }),
        "edits": change.edits.iter().map(edit).collect::<Vec<_>>(),
    })
}

pub(super) fn edit(edit: &Edit) -> Value {
    json!({ "path": edit.path, "old": edit.old, "new": edit.new })
}

fn finding(finding: &Finding, state: &str, reason: Option<&String>) -> Value {
    json!({
        "code": finding.code.to_string(),
        "state": state,
        "resource": finding.resource,
        "to": finding.to,
        "message": finding.message,
        "reason": reason,
    })
}
