//! A plan as a tree that reads without colour.

use std::fmt::Write as _;

use serde_json::Value;

use super::delivery;
use super::pool;
use super::value::inline;
use crate::finding::Finding;
use crate::inert;
use crate::plan::{Action, Answered, Change, Edit, Fate, Phase, Plan, Replacement, Situation, Told};
use crate::spec::PoolId;

/// Lines that are longer are cut in the middle: a policy or a message would hide the rest.
const WIDEST_VALUE: usize = 100;

/// Renders a plan under a heading, such as `acme-prod in us-west-2`.
pub fn render(heading: &str, plan: &Plan, answered: &Answered) -> String {
    let mut out = String::new();
    // Writing to a String cannot fail, so the results are dropped here and below.
    let _ = writeln!(out, "{heading}");
    if plan.is_nothing() {
        let _ = writeln!(out, "  nothing to do: what is deployed is what is declared");
    }
    match plan.situation {
        Situation::Recreate => {
            let _ = writeln!(
                out,
                "  the stack is in ROLLBACK_COMPLETE: the failed, empty stack is deleted first"
            );
        }
        Situation::Create { shell: true } => {
            let _ = writeln!(
                out,
                "  an interrupted apply left an empty stack: this one goes on with it"
            );
        }
        Situation::Create { shell: false } | Situation::Update => {}
    }
    for (index, phase) in plan.phases.iter().enumerate() {
        pool_lines(&mut out, plan, index);
        phase_lines(&mut out, plan, index, phase);
    }
    pool_lines(&mut out, plan, plan.phases.len());
    if let Some(change) = &plan.delivery {
        delivery::text(&mut out, change);
    }
    if let Some((before, after)) = plan.termination_protection {
        let _ = writeln!(
            out,
            "\n  termination protection: {} → {}",
            on_off(before),
            on_off(after)
        );
    }
    let policy = policy(plan);
    if !policy.is_empty() {
        let _ = writeln!(out, "\n  {}", policy.join("\n  "));
    }
    if !plan.phases.is_empty() || plan.pool.is_some() {
        let _ = writeln!(out, "\n  {}", counts(plan));
    }
    findings(&mut out, answered);
    out
}

/// Counts what a plan does, such as `1 to add, 2 to change, 0 to remove; 2 settings of the pool to change`.
pub fn counts(plan: &Plan) -> String {
    let count = |wanted: Action| counted(plan, |change| change.action == wanted);
    let sets = match plan.phases.len() {
        0 | 1 => "",
        2 => ", in two change sets",
        _ => ", in three change sets",
    };
    let imports = if plan.phases.iter().any(|phase| phase.import.is_some()) {
        "1 to take in, "
    } else {
        ""
    };
    let in_stack = (!plan.phases.is_empty()).then(|| {
        format!(
            "{imports}{} to add, {} to change, {} to remove{sets}",
            count(Action::Add),
            count(Action::Modify),
            count(Action::Remove)
        )
    });
    let in_pool = plan.pool.as_ref().map(pool::count);
    in_stack.into_iter().chain(in_pool).collect::<Vec<_>>().join("; ")
}

/// Counts the resources with such a change, each once; what is taken in as it is does not change.
pub(super) fn counted(plan: &Plan, wanted: impl Fn(&Change) -> bool) -> usize {
    let phases = plan.phases.iter().filter(|phase| phase.import.is_none());
    let changes = phases.flat_map(|phase| &phase.diff.changes);
    let mut ids: Vec<&str> = changes
        .filter(|change| wanted(change))
        .map(|change| change.logical_id.as_str())
        .collect();
    ids.sort_unstable();
    ids.dedup();
    ids.len()
}

/// What becomes of the stack policy, a line each.
pub(super) fn policy(plan: &Plan) -> Vec<String> {
    let lifted: Vec<&str> = plan.lifted().into_iter().collect();
    let lifted = (!lifted.is_empty()).then(|| {
        let ids = lifted.join(", ");
        format!("stack policy: lifted for {ids} while the change set runs")
    });
    let protects = plan.comes_under_policy();
    let protects = protects.map(|ids| {
        let ids = ids.join(", ");
        format!("stack policy: afterwards no update replaces or deletes {ids}")
    });
    lifted.into_iter().chain(protects).collect()
}

const fn on_off(on: bool) -> &'static str {
    if on { "on" } else { "off" }
}

/// The pool's part, where it comes after `index` change sets.
fn pool_lines(out: &mut String, plan: &Plan, index: usize) {
    if let Some(part) = plan.pool.as_ref().filter(|part| part.after == index) {
        pool::lines(out, part, plan.phases.len());
    }
}

fn phase_lines(out: &mut String, plan: &Plan, index: usize, phase: &Phase) {
    let _ = writeln!(out);
    if let Some(title) = phase.title {
        let _ = writeln!(out, "  change set {} of {}: {title}", index + 1, plan.phases.len());
    }
    for change in &phase.diff.changes {
        change_lines(out, change, phase.import.as_ref());
    }
    if !phase.diff.outputs.is_empty() {
        let _ = writeln!(out, "  outputs");
        for edit in &phase.diff.outputs {
            let bare = |value: &Value| value.get("Value").unwrap_or(value).clone();
            let edit = Edit {
                path: edit.path.clone(),
                old: edit.old.as_ref().map(bare),
                new: edit.new.as_ref().map(bare),
            };
            edit_line(out, edit.path.get(..1).unwrap_or_default(), &edit);
        }
    }
    // An import leaves the stack's tags alone.
    let first = plan.phases.iter().position(|phase| phase.import.is_none());
    if first == Some(index) && !plan.tags.is_empty() {
        let _ = writeln!(out, "  stack tags (they reach every resource that takes tags)");
        for edit in &plan.tags {
            edit_line(out, &edit.path, edit);
        }
    }
}

/// The sign before a resource that changes.
pub(super) const fn sign(change: &Change) -> &'static str {
    match (change.action, change.replacement) {
        (Action::Add, _) => "+",
        (Action::Remove, _) => "-",
        (Action::Modify, Replacement::Yes) => "±",
        (Action::Modify, Replacement::No | Replacement::Maybe) => "~",
    }
}

/// What there is to say of a resource that changes; `import` is the pool that its change set takes in.
pub(super) fn notes<'a>(change: &Change, import: Option<&'a PoolId>) -> Vec<&'a str> {
    let mut notes = Vec::new();
    if let Some(id) = import {
        notes.push(id.as_str());
    }
    match (change.action, change.replacement) {
        (Action::Modify, Replacement::Yes) => notes.push("replaced"),
        (Action::Modify, Replacement::Maybe) => notes.push("may be replaced"),
        _ => {}
    }
    match (change.action, change.fate) {
        (Action::Add, _) | (_, None) => {}
        (Action::Remove, Some(Fate::Retained)) => notes.push("stays in the account"),
        (Action::Modify, Some(Fate::Retained)) => notes.push("the old one stays in the account"),
        (Action::Remove, Some(Fate::Deleted)) => notes.push("deleted"),
        (Action::Modify, Some(Fate::Deleted)) => notes.push("the old one is deleted"),
    }
    match change.told {
        Told::ChangeSet { dynamic: true } => notes.push("follows another change"),
        Told::ChangeSet { dynamic: false } => notes.push("by CloudFormation's word"),
        Told::Template => {}
    }
    notes
}

fn change_lines(out: &mut String, change: &Change, import: Option<&PoolId>) {
    let (sign, notes) = (sign(change), notes(change, import));
    let notes = if notes.is_empty() {
        String::new()
    } else {
        format!("  ({})", notes.join(", "))
    };
    let _ = writeln!(
        out,
        "  {sign} {:<34} {}{notes}",
        inert::line(&change.resource_type),
        inert::line(&change.logical_id)
    );
    if change.action == Action::Modify && change.told == Told::Template {
        for edit in &change.edits {
            let path = edit.path.strip_prefix(&["Properties".to_owned()]).unwrap_or(&edit.path);
            edit_line(out, path, edit);
        }
    }
}

/// Writes a value that changes, on one line where there is room.
pub(super) fn edit_line(out: &mut String, path: &[String], edit: &Edit) {
    let path = path.join(".");
    let path = inert::line(&path);
    let one_line = |value: &Value| inert::line(&inline(value)).into_owned();
    let _ = match (&edit.old, &edit.new) {
        (Some(old), Some(new)) => {
            let (old, new) = (one_line(old), one_line(new));
            if old.chars().count() + new.chars().count() > WIDEST_VALUE {
                writeln!(out, "      {path}:\n        {}\n      → {}", short(&old), short(&new))
            } else {
                writeln!(out, "      {path}: {old} → {new}")
            }
        }
        (None, Some(new)) => writeln!(out, "      {path}: → {}", shown(new)),
        (Some(old), None) => writeln!(out, "      {path}: {} → none", shown(old)),
        (None, None) => Ok(()),
    };
}

fn shown(value: &Value) -> String {
    short(&inert::line(&inline(value)))
}

fn short(text: &str) -> String {
    let count = text.chars().count();
    if count <= 2 * WIDEST_VALUE {
        return text.to_owned();
    }
    let head: String = text.chars().take(WIDEST_VALUE).collect();
    format!("{head}… ({count} characters; `--format json` shows all)")
}

/// Writes what stops, with why and what to do, then what is acknowledged and what is only worth a look.
pub fn findings(out: &mut String, answered: &Answered) {
    for finding in &answered.open {
        finding_line(out, "stop", finding);
        let _ = writeln!(out, "    why: {}", finding.code.entry().why);
        for hint in &finding.hints {
            let _ = writeln!(out, "    hint: {}", inert::line(hint));
        }
    }
    for (finding, reason) in &answered.acknowledged {
        finding_line(out, "acknowledged", finding);
        let _ = writeln!(out, "    reason: {}", inert::line(reason));
    }
    for finding in &answered.warnings {
        finding_line(out, "warning", finding);
        for hint in &finding.hints {
            let _ = writeln!(out, "    hint: {}", inert::line(hint));
        }
    }
}

fn finding_line(out: &mut String, sign: &str, finding: &Finding) {
    let resource = finding
        .resource
        .as_deref()
        .map(|resource| format!(" {}:", inert::line(resource)))
        .unwrap_or_default();
    let _ = writeln!(
        out,
        "\n  {sign} [{}]{resource} {}",
        finding.code,
        inert::line(&finding.message)
    );
}
