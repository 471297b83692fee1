//! Asks how a stack's messages fared: the function, failures of the last hour, alarms and the queue.

use std::collections::BTreeMap;

use super::Place;
use crate::apply::recorded;
use crate::aws::{LogQuery, Session, StackState};
use crate::cli::logs::failed_pattern;
use crate::doctor::{self, Reading, Verdict};
use crate::model::output;
use crate::spec::Stack;

/// Pages of the log that are counted: enough to know that something is wrong.
const PAGES: usize = 20;

/// The function, the last hour's failures, alarms and the queue.
pub(super) async fn look(
    place: &Place,
    stack: &Stack,
    file: &str,
    state: Option<&StackState>,
    outputs: &BTreeMap<String, String>,
    since_ms: i64,
) -> Vec<Verdict> {
    let session = &place.session;
    let mut verdicts = Vec::new();
    if let Some(name) = outputs.get(output::FUNCTION_NAME) {
        let function = session.function(name).await;
        verdicts.push(doctor::function(name, &function));
        if let (Some(state), Ok(function)) = (state, &function) {
            verdicts.push(doctor::code(file, recorded(&state.parameters), &function.code_sha256));
        }
    }
    if let Some(group) = outputs.get(output::LOG_GROUP_NAME) {
        verdicts.push(doctor::failures(file, &failures(session, group, since_ms).await));
    }
    if let (Some(state), true) = (state, stack.uses_handler()) {
        verdicts.push(alarms(place, stack, state).await);
    }
    if let Some(url) = outputs.get(output::DEAD_LETTER_QUEUE_URL) {
        verdicts.push(doctor::queue(file, url, &session.queue_depth(url).await));
    }
    verdicts
}

/// Counts the lines of messages that failed, and whether there are more.
async fn failures(session: &Session, group: &str, since_ms: i64) -> Reading<(usize, bool)> {
    let query = LogQuery {
        group: group.to_owned(),
        since_ms,
        pattern: failed_pattern(),
    };
    let (mut count, mut page) = (0, None);
    for _ in 0..PAGES {
        let (events, next) = session.log_events(&query, page).await?;
        count += events.len();
        page = next;
        if page.is_none() {
            return Ok((count, false));
        }
    }
    Ok((count, true))
}

async fn alarms(place: &Place, stack: &Stack, state: &StackState) -> Verdict {
    let names = match place.session.stack_resources(&state.id).await {
        Ok(resources) => resources
            .into_iter()
            .filter(|resource| resource.resource_type == "AWS::CloudWatch::Alarm")
            .filter_map(|resource| resource.physical_id)
            .collect::<Vec<_>>(),
        Err(error) => return doctor::alarms(0, &Err(error)),
    };
    let ringing = match &place.plain {
        _ if names.is_empty() => Ok(Vec::new()),
        Ok(plain) => plain.ringing_alarms(stack.region.as_str(), &names).await,
        Err(error) => Err(error.clone()),
    };
    doctor::alarms(names.len(), &ringing)
}
