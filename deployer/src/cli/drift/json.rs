//! Drift as JSON, version 1; members are only ever added.
//!
//! One object a stack: `version`, `stack`, `region`, `file`, `deployed`, `drifted` (whether something is), `members`
//! (each `resource`, `type`, `path`, `declared`, `live`, `standing`, which is `drifted`, `not-applied`, `not-declared`
//! or `not-compared`; `path` is the list of steps, empty where the whole resource is gone), `not_checked` (each
//! `resource`, `type`, `reason`), and `unread` (each call that was refused: `action`, `message`).

use serde_json::{Value, json};

use super::read::Found;
use crate::plan::drift::Standing;

pub(super) fn render(found: &Found) -> Value {
    json!({
        "version": 1,
        "stack": found.stack,
        "region": found.region,
        "file": found.file,
        "deployed": found.deployed.is_some(),
        "drifted": found.has_drifted(),
        "members": found.drifts.iter().map(|drift| json!({
            "resource": drift.resource,
            "type": drift.resource_type,
            "path": drift.path,
            "declared": drift.declared,
            "live": drift.live,
            "standing": match drift.standing {
                Standing::Drifted => "drifted",
                Standing::NotApplied => "not-applied",
                Standing::NotDeclared => "not-declared",
                Standing::NotCompared => "not-compared",
            },
        })).collect::<Vec<_>>(),
        "not_checked": found.not_checked.iter().map(|each| json!({
            "resource": each.logical_id,
            "type": each.resource_type,
            "reason": each.reason,
        })).collect::<Vec<_>>(),
        "unread": found.unread.iter().map(|error| json!({
            "action": error.action,
            "message": error.message,
        })).collect::<Vec<_>>(),
    })
}
