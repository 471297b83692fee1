//! What keeps and tells of lost messages: queues, logs and alarms.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::both;
use crate::finding::{Code, Finding};
use crate::plan::change::{Action, Fate, Replacement, TemplateDiff};
use crate::plan::diff::section;
use crate::plan::render::value::inline;
use crate::plan::statement::items;

const ALARM: &str = "AWS::CloudWatch::Alarm";
const LOG_GROUP: &str = "AWS::Logs::LogGroup";
const QUEUE: &str = "AWS::SQS::Queue";

/// Compares what a stack keeps, and who hears of it.
pub(super) fn findings(old: &Value, new: &Value, diff: &TemplateDiff) -> Vec<Finding> {
    let mut found = queues(diff);
    for (id, before, after) in both(old, new) {
        let kept = match kind(new, id) {
            LOG_GROUP => lowered(id, "RetentionInDays", None, before, after),
            // What SQS does where a queue does not say.
            QUEUE => lowered(id, "MessageRetentionPeriod", Some(345_600), before, after),
            _ => None,
        };
        found.extend(kept);
    }
    found.extend(alarms(old, new, diff));
    found
}

fn kind<'a>(template: &'a Value, id: &str) -> &'a str {
    let resource = section(template, "Resources").get(id);
    resource
        .and_then(|resource| resource.get("Type")?.as_str())
        .unwrap_or_default()
}

/// Queues that are deleted with all that is in them.
fn queues(diff: &TemplateDiff) -> Vec<Finding> {
    let deleted = diff.changes.iter().filter(|change| {
        let goes = change.action == Action::Remove || change.replacement == Replacement::Yes;
        change.resource_type == QUEUE && goes && change.fate == Some(Fate::Deleted)
    });
    deleted
        .map(|change| {
            let to = if change.action == Action::Remove {
                "removed"
            } else {
                "replaced"
            };
            let message = "the queue would be deleted with the events of every lost message in it";
            Finding::guard(Code::QueueRemoved, &change.logical_id, to, message)
        })
        .collect()
}

/// A period that gets shorter. `silent` is what counts where a template does not say; without one that is for ever.
fn lowered(
    id: &str,
    property: &str,
    silent: Option<u64>,
    before: &Map<String, Value>,
    after: &Map<String, Value>,
) -> Option<Finding> {
    let period = |properties: &Map<String, Value>| properties.get(property).map_or(silent, Value::as_u64);
    let (old, new) = (period(before), period(after)?);
    old.is_none_or(|old| new < old).then(|| {
        let old = old.map_or_else(|| "for ever".to_owned(), |old| old.to_string());
        let message = format!("{property} would go from {old} to {new}, and what is older would be deleted");
        Finding::guard(
            Code::RetentionLowered,
            &format!("{id}.{property}"),
            new.to_string(),
            message,
        )
    })
}

/// Alarms that go, and topics that alarms no longer tell; each in one finding, however many there are.
fn alarms(old: &Value, new: &Value, diff: &TemplateDiff) -> Vec<Finding> {
    let removed = diff
        .changes
        .iter()
        .filter(|change| change.resource_type == ALARM && change.action == Action::Remove);
    let removed: Vec<&str> = removed.map(|change| change.logical_id.as_str()).collect();
    let mut found = Vec::new();
    if !removed.is_empty() {
        let message = "nobody would be told any more of what it watches";
        found.push(Finding::guard(
            Code::AlarmRemoved,
            &removed.join(", "),
            "removed",
            message,
        ));
    }
    let actions = |properties: &Map<String, Value>| -> BTreeSet<String> {
        let actions = items(properties.get("AlarmActions"));
        actions.iter().map(inline).collect()
    };
    let (mut silenced, mut unheard) = (Vec::new(), BTreeSet::new());
    for (id, before, after) in both(old, new).filter(|(id, ..)| kind(new, id) == ALARM) {
        let now = actions(after);
        let lost: Vec<String> = actions(before)
            .into_iter()
            .filter(|topic| !now.contains(topic))
            .collect();
        if !lost.is_empty() {
            silenced.push(id);
            unheard.extend(lost);
        }
    }
    if !silenced.is_empty() {
        let topics = unheard.into_iter().collect::<Vec<_>>().join(", ");
        let message = format!("{topics} would not hear of it any more");
        found.push(Finding::guard(
            Code::AlarmRemoved,
            &silenced.join(", "),
            "untold",
            message,
        ));
    }
    found
}
