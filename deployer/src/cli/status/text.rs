//! A status for people: a label, then what there is to say, in 80 columns where names allow it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::Value;

use super::read::{Agreement, Function, LastFailure, Policy, Pool, Queue, Status, Trigger};
use crate::inert;
use crate::model::{logical, output};
use crate::plan::inline;

/// Lines under labels.
#[derive(Default)]
struct Lines {
    text: String,
}

impl Lines {
    fn put(&mut self, label: &str, line: &str) {
        // Writing to a String cannot fail.
        let _ = writeln!(self.text, "  {label:<12}  {}", inert::line(line));
    }
}

pub(super) fn render(status: &Status) -> String {
    let mut lines = Lines::default();
    let heading = format!("{} in {}", status.stack, status.region);
    let Some(state) = &status.state else {
        let _ = writeln!(lines.text, "{heading}: not deployed");
        lines.put("next", &format!("deployer apply {}", status.file));
        return lines.text;
    };
    let since = status.since.as_ref().map(|time| format!(" since {time}"));
    let _ = writeln!(lines.text, "{heading}: {}{}", state.status, since.unwrap_or_default());
    if let Some(reason) = &state.reason {
        lines.put("reason", reason);
    }
    if let Some(pool) = &status.pool {
        put_pool(&mut lines, pool, &state.outputs);
    }
    if let Some(key) = &status.key {
        let id = key.arn.rsplit('/').next().unwrap_or(&key.arn);
        lines.put("key", &format!("{id}: {}", known(key.state.as_deref(), key.gone)));
    }
    if let Some(function) = &status.function {
        put_function(&mut lines, function);
    }
    if let Some(queue) = &status.queue {
        lines.put("queue", &depth(queue));
    }
    if let Some(policy) = &status.policy {
        put_policy(&mut lines, policy);
    }
    put_failure(&mut lines, status.last_failure.as_ref());
    for error in &status.unread {
        lines.put("not read", &error.to_string());
    }
    for step in next(status) {
        lines.put("next", &step);
    }
    lines.text
}

fn known(state: Option<&str>, gone: bool) -> &str {
    match (gone, state) {
        (true, _) => "gone: somebody deleted it outside CloudFormation",
        (false, Some(state)) => state,
        (false, None) => "could not be read",
    }
}

fn put_pool(lines: &mut Lines, pool: &Pool, outputs: &BTreeMap<String, String>) {
    let Some(live) = &pool.live else {
        lines.put("pool", &format!("{}: {}", pool.id, known(None, pool.gone)));
        return;
    };
    let protection = if live.deletion_protection {
        "protected from deletion"
    } else {
        "not protected from deletion"
    };
    lines.put("pool", &format!("{}, {protection}", pool.id));
    if live.triggers.is_empty() {
        lines.put("triggers", "none");
    }
    for (index, trigger) in live.triggers.iter().enumerate() {
        let label = if index == 0 { "triggers" } else { "" };
        let found = trigger
            .live
            .as_ref()
            .map_or_else(|| "none".to_owned(), |value| target(value, outputs));
        let name = &trigger.name;
        match trigger.agreement {
            Agreement::AsDeclared => lines.put(label, &format!("{name}: {found}, as declared")),
            Agreement::Others => lines.put(label, &format!("{name}: {found}, not this stack's")),
            Agreement::NotApplied | Agreement::ChangedOutside => {
                lines.put(label, &format!("{name}: {found}"));
                lines.put("", &format!("  {}", disagreement(trigger, outputs)));
            }
        }
    }
}

/// What the file says instead, and why the pool does not do it.
fn disagreement(trigger: &Trigger, outputs: &BTreeMap<String, String>) -> String {
    let declared = trigger
        .declared
        .as_ref()
        .map_or_else(|| "none".to_owned(), |value| target(value, outputs));
    match trigger.agreement {
        Agreement::AsDeclared | Agreement::Others | Agreement::NotApplied => {
            format!("not applied yet: the file says {declared}")
        }
        Agreement::ChangedOutside => format!("changed outside CloudFormation: the file says {declared}"),
    }
}

/// A trigger's function and version; the stack's own function and key by their logical ids.
fn target(value: &Value, outputs: &BTreeMap<String, String>) -> String {
    if let (Some(function), Some(version)) = (value.get("LambdaArn"), value.get("LambdaVersion")) {
        let version = version.as_str().unwrap_or_default();
        return format!("{} {version}", target(function, outputs));
    }
    let own = |name: &str| value.as_str().is_some() && value.as_str() == outputs.get(name).map(String::as_str);
    if own(output::FUNCTION_ARN) {
        logical::FUNCTION.to_owned()
    } else if own(output::KEY_ARN) {
        logical::KEY.to_owned()
    } else {
        inline(value)
    }
}

fn put_function(lines: &mut Lines, function: &Function) {
    let Some(live) = &function.live else {
        lines.put("function", &format!("{}: could not be read", function.name));
        return;
    };
    lines.put("function", &format!("{}: {}", function.name, live.state));
    lines.put("", &format!("changed last {}", live.last_modified));
    let code = match function.code_as_deployed {
        Some(true) => "which is the zip that was deployed",
        Some(false) => "which is not the zip that was deployed: somebody changed it",
        None => "which cannot be compared: the stack has not recorded its SHA-256 yet, and the next apply does",
    };
    lines.put("", &format!("code {}", live.code_sha256));
    lines.put("", code);
    let digest = function.deployed.as_deref().unwrap_or("unknown");
    let short: String = digest.chars().take(12).collect();
    let here = if function.embedded {
        "this deployer's"
    } else {
        "this checkout's"
    };
    let checkout = match &function.checkout {
        Some(checkout) if checkout == digest => here.to_owned(),
        Some(checkout) => format!("{here} is {}", checkout.chars().take(12).collect::<String>()),
        None => "there is no handler here to compare with".to_owned(),
    };
    lines.put("", &format!("handler {short}: {checkout}"));
}

fn depth(queue: &Queue) -> String {
    let Some(depth) = queue.depth else {
        return known(None, queue.gone).to_owned();
    };
    let (waiting, hidden) = (depth.waiting, depth.in_flight + depth.delayed);
    match (waiting, hidden) {
        (0, 0) => "empty".to_owned(),
        (1, 0) => "1 failed event".to_owned(),
        (waiting, 0) => format!("{waiting} failed events"),
        (waiting, hidden) => format!("{waiting} failed events, and {hidden} that somebody is looking at"),
    }
}

fn put_policy(lines: &mut Lines, policy: &Policy) {
    let mut label = "stack policy";
    let (protects, open) = (policy.protects.join(", "), policy.open.join(", "));
    if !protects.is_empty() {
        lines.put(label, &format!("no update replaces or deletes {protects}"));
        label = "";
    }
    if !open.is_empty() {
        lines.put(label, &format!("an update may replace or delete {open}"));
        label = "";
    }
    if policy.others {
        lines.put(label, "somebody else wrote it, and it stays as it is");
    }
}

fn put_failure(lines: &mut Lines, last: Option<&LastFailure>) {
    let Some(LastFailure { time, failure }) = last else {
        lines.put("last failure", "none in the last operation");
        return;
    };
    let mut label = "last failure";
    if let Some(root) = &failure.root {
        let time = time.as_deref().unwrap_or_default();
        lines.put(
            label,
            &format!("{} ({}) {} {time}", root.logical_id, root.resource_type, root.status),
        );
        lines.put("", &root.reason);
        label = "";
    }
    for cause in &failure.left {
        lines.put(
            label,
            &format!(
                "still there: {} ({}): {}",
                cause.logical_id, cause.resource_type, cause.reason
            ),
        );
        label = "";
    }
}

/// What to do about what is not as it should be.
fn next(status: &Status) -> Vec<String> {
    let triggers = || {
        let live = status.pool.iter().filter_map(|pool| pool.live.as_ref());
        live.flat_map(|live| &live.triggers)
    };
    let any = |agreement| triggers().any(|trigger| trigger.agreement == agreement);
    let other_handler = status.function.as_ref().is_some_and(|function| {
        let checkout = function.checkout.as_ref();
        checkout.is_some() && checkout != function.deployed.as_ref()
    });
    let mut steps = Vec::new();
    if any(Agreement::ChangedOutside) {
        steps.push("stop the other writer; the next change of the pool puts it right".to_owned());
    }
    if any(Agreement::NotApplied) || other_handler {
        steps.push(format!("deployer diff {}", status.file));
    }
    let waiting = status.queue.as_ref().and_then(|queue| queue.depth);
    if waiting.is_some_and(|depth| depth.waiting > 0) {
        steps.push(format!("deployer redrive {}", status.file));
    }
    steps
}
