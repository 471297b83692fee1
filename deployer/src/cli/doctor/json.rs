//! Verdicts as JSON, version 1; members are only ever added.
//!
//! An array with an object for this machine, for each Region's account and for each stack: `version`, `about`
//! (`machine`, `account` or `stack`), `account`, `region`, `stack`, `file` (null where they do not apply), `checks`:
//! each `check`, `level` (`ok`, `warn` or `fail`), `found`, `next`; and `rights`, all that a stack takes: each `action`,
//! `resource`, `by` (`caller` or `cloudformation`), `task` (`look`, `apply`, `attach`, `send` or `destroy`), `passed_to`,
//! `certain` (false where a schema lists it and perhaps nobody uses it), `decision` (`allowed`, `denied`, `unsure` or
//! `not-checked`).

use serde_json::{Value, json};

use super::{About, Group};
use crate::doctor::Verdict;
use crate::doctor::rights::Told;
use crate::spec::Region;

pub(super) fn render(groups: &[Group]) -> String {
    let documents: Vec<Value> = groups.iter().map(document).collect();
    format!("{:#}\n", Value::Array(documents))
}

fn document(group: &Group) -> Value {
    let (about, account, region, stack, file) = match &group.about {
        About::Machine => ("machine", None, None, None, None),
        About::Account { account, region } => ("account", account.as_deref(), Some(region), None, None),
        About::Stack { name, region, file } => ("stack", None, Some(region), Some(name), Some(file)),
    };
    json!({
        "version": 1,
        "about": about,
        "account": account,
        "region": region.map(Region::as_str),
        "stack": stack,
        "file": file,
        "checks": group.verdicts.iter().map(check).collect::<Vec<_>>(),
        "rights": group.rights.iter().map(right).collect::<Vec<_>>(),
    })
}

fn check(verdict: &Verdict) -> Value {
    json!({
        "check": verdict.check,
        "level": verdict.level.name(),
        "found": verdict.found,
        "next": verdict.next,
    })
}

fn right(told: &Told) -> Value {
    json!({
        "action": told.action,
        "resource": told.asked.resource,
        "by": told.asked.by.name(),
        "task": told.asked.task.name(),
        "passed_to": told.asked.passed_to,
        "certain": told.asked.sure,
        "decision": told.word(),
    })
}
