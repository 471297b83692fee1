//! A status as JSON, version 1; members are only ever added.
//!
//! One object a stack: `version`, `stack`, `region`, `account`, `file`, `status` (null when the stack is not
//! deployed), `reason`, `since`, `termination_protection`, and what the stack has, each null where it has none:
//! `pool` (`id`, `gone`, `deletion_protection`, `triggers`: each `name`, `live`, `declared`, `agreement`, which is
//! `as-declared`, `not-applied` or `changed-outside`), `key` (`arn`, `state`, `gone`), `function` (`name`,
//! `version`, `state`, `last_modified`, `code_sha256`, `code_as_deployed`, `handler`, `checkout`,
//! `is_checkout`), `queue` (`url`, `gone`, `waiting`, `in_flight`, `delayed`), `stack_policy` (what
//! it `protects`, what is `open` to a replacement or deletion by an update, and whether `others` wrote it), `last_failure` (`time`, `root`,
//! `others`, `left`: each `logical_id`, `type`, `status`, `reason`). `unread` names each call that was refused: its
//! `action` and `message`; what it would have told is null.

use serde_json::{Value, json};

use super::read::{Agreement, Function, LastFailure, Pool, Status, Trigger};
use crate::events::Cause;

pub(super) fn render(status: &Status) -> Value {
    let state = status.state.as_ref();
    json!({
        "version": 1,
        "stack": status.stack,
        "region": status.region,
        "account": status.account,
        "file": status.file,
        "status": state.map(|state| &state.status),
        "reason": state.and_then(|state| state.reason.as_ref()),
        "since": status.since,
        "termination_protection": state.map(|state| state.termination_protection),
        "pool": status.pool.as_ref().map(pool),
        "key": status.key.as_ref().map(|key| json!({ "arn": key.arn, "state": key.state, "gone": key.gone })),
        "function": status.function.as_ref().map(function),
        "queue": status.queue.as_ref().map(|queue| json!({
            "url": queue.url,
            "gone": queue.gone,
            "waiting": queue.depth.map(|depth| depth.waiting),
            "in_flight": queue.depth.map(|depth| depth.in_flight),
            "delayed": queue.depth.map(|depth| depth.delayed),
        })),
        "stack_policy": status.policy.as_ref().map(|policy| json!({
            "protects": policy.protects,
            "open": policy.open,
            "others": policy.others,
        })),
        "last_failure": status.last_failure.as_ref().map(last_failure),
        "unread": status.unread.iter().map(|error| json!({
            "action": error.action,
            "message": error.message,
        })).collect::<Vec<_>>(),
    })
}

fn pool(pool: &Pool) -> Value {
    let live = pool.live.as_ref();
    json!({
        "id": pool.id,
        "gone": pool.gone,
        "deletion_protection": live.map(|live| live.deletion_protection),
        "triggers": live.map(|live| live.triggers.iter().map(trigger).collect::<Vec<_>>()),
    })
}

fn trigger(trigger: &Trigger) -> Value {
    json!({
        "name": trigger.name,
        "live": trigger.live,
        "declared": trigger.declared,
        "agreement": match trigger.agreement {
            Agreement::AsDeclared => "as-declared",
            Agreement::NotApplied => "not-applied",
            Agreement::ChangedOutside => "changed-outside",
            Agreement::Others => "others",
        },
    })
}

fn function(function: &Function) -> Value {
    let live = function.live.as_ref();
    json!({
        "name": function.name,
        "version": live.map(|live| &live.version),
        "state": live.map(|live| &live.state),
        "last_modified": live.map(|live| &live.last_modified),
        "code_sha256": live.map(|live| &live.code_sha256),
        "code_as_deployed": function.code_as_deployed,
        "handler": function.deployed,
        "checkout": function.checkout,
        "is_checkout": function.checkout.as_ref().map(|digest| Some(digest) == function.deployed.as_ref()),
    })
}

fn last_failure(last: &LastFailure) -> Value {
    json!({
        "time": last.time,
        "root": last.failure.root.as_ref().map(cause),
        "others": last.failure.others.iter().map(cause).collect::<Vec<_>>(),
        "left": last.failure.left.iter().map(cause).collect::<Vec<_>>(),
    })
}

fn cause(cause: &Cause) -> Value {
    json!({
        "logical_id": cause.logical_id,
        "type": cause.resource_type,
        "status": cause.status,
        "reason": cause.reason,
    })
}
