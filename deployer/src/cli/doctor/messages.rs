//! Asks how a stack's messages fared: the function, failures of the last hour, alarms and the queue.

use std::collections::BTreeMap;

use super::Place;
use crate::apply::recorded;
use crate::aws::{AwsError, Caller, LogQuery, Session, StackResource, StackState};
use crate::cli::logs::failed_pattern;
use crate::doctor::{self, QueueAccess, Reading, Verdict};
use crate::model::{logical, output};
use crate::spec::Stack;
use crate::template::Template;

/// Pages of the log that are counted: enough to know that something is wrong.
const PAGES: usize = 20;

/// The function, the last hour's failures, alarms and the queue.
pub(super) async fn look(
    place: &Place,
    caller: &Caller,
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
    let deployed = match state {
        Some(state) if stack.uses_handler() => Some((state, session.stack_resources(&state.id).await)),
        _ => None,
    };
    if let Some((_, resources)) = &deployed {
        verdicts.push(alarms(place, stack, resources).await);
    }
    if let Some(url) = outputs.get(output::DEAD_LETTER_QUEUE_URL) {
        verdicts.push(doctor::queue(file, url, &session.queue_depth(url).await));
        if let Some((state, resources)) = &deployed {
            let access = queue_access(session, caller, state, url, resources).await;
            verdicts.extend(doctor::queue_policy(file, url, &access));
        }
    }
    verdicts
}

/// Reads the queue's policy, and what the template's statements name.
async fn queue_access(
    session: &Session,
    caller: &Caller,
    state: &StackState,
    url: &str,
    resources: &Reading<Vec<StackResource>>,
) -> Reading<Option<QueueAccess>> {
    let resources = resources.as_ref().map_err(Clone::clone)?;
    let role = resources
        .iter()
        .find(|resource| resource.logical_id == logical::FUNCTION_ROLE)
        .and_then(|resource| resource.physical_id.as_deref())
        .ok_or_else(|| AwsError::unexpected("cloudformation:ListStackResources", "the answer holds no role"))?;
    let template = Template::from_text(&session.template(&state.id).await?)
        .map_err(|error| AwsError::unexpected("cloudformation:GetTemplate", error.to_string()))?;
    // The physical id of a role is its name; the stack file may name another path by now than the deployed one.
    let path = template
        .resource(logical::FUNCTION_ROLE)
        .and_then(|role| role.pointer("/Properties/Path")?.as_str())
        .unwrap_or("/");
    let role_arn = format!("arn:{}:iam::{}:role{path}{role}", caller.partition(), caller.account);
    let policy = session.queue_policy(url).await?;
    Ok(policy.map(|policy| QueueAccess {
        policy,
        role_arn,
        is_deployed: template.resource(logical::QUEUE_POLICY).is_some(),
    }))
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

async fn alarms(place: &Place, stack: &Stack, resources: &Reading<Vec<StackResource>>) -> Verdict {
    let names: Vec<String> = match resources {
        Ok(resources) => resources
            .iter()
            .filter(|resource| resource.resource_type == "AWS::CloudWatch::Alarm")
            .filter_map(|resource| resource.physical_id.clone())
            .collect(),
        Err(error) => return doctor::alarms(0, &Err(error.clone())),
    };
    let ringing = match &place.plain {
        _ if names.is_empty() => Ok(Vec::new()),
        Ok(plain) => plain.ringing_alarms(stack.region.as_str(), &names).await,
        Err(error) => Err(error.clone()),
    };
    doctor::alarms(names.len(), &ringing)
}
