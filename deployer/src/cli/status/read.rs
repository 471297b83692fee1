//! Asks CloudFormation, then each service that a stack has something of.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::apply::{recorded, resolved, trigger_differences};
use crate::asset::{Asset, Origin};
use crate::aws::{AwsError, FunctionState, QueueDepth, Session, StackEvent, StackState};
use crate::cli::error::CliError;
use crate::cli::observe::deployed;
use crate::cli::tolerate::tolerate;
use crate::events::{Failure, failure, last_operation};
use crate::model::{Model, logical, output, parameter};
use crate::plan::{Ours, PolicySeen, protected};
use crate::spec::{AccountId, Stack};
use crate::template;

/// A stack as it is.
#[derive(Debug)]
pub(super) struct Status {
    pub(super) stack: String,
    pub(super) region: String,
    pub(super) account: String,
    pub(super) file: String,
    /// None when the stack is not deployed.
    pub(super) state: Option<StackState>,
    /// When the stack came into its state.
    pub(super) since: Option<String>,
    pub(super) pool: Option<Pool>,
    pub(super) key: Option<Key>,
    pub(super) function: Option<Function>,
    pub(super) queue: Option<Queue>,
    /// None where the stack has nothing to protect, or it could not be read.
    pub(super) policy: Option<Policy>,
    pub(super) last_failure: Option<LastFailure>,
    /// What a service refused to tell.
    pub(super) unread: Vec<AwsError>,
}

#[derive(Debug)]
pub(super) struct Pool {
    pub(super) id: String,
    /// None when it is gone or could not be read.
    pub(super) live: Option<LivePool>,
    pub(super) gone: bool,
}

#[derive(Debug)]
pub(super) struct LivePool {
    pub(super) deletion_protection: bool,
    pub(super) triggers: Vec<Trigger>,
}

/// A member of `LambdaConfig`.
#[derive(Debug)]
pub(super) struct Trigger {
    pub(super) name: String,
    pub(super) live: Option<Value>,
    pub(super) declared: Option<Value>,
    pub(super) agreement: Agreement,
}

/// Whether the live pool, the deployed template and the stack file say the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Agreement {
    /// The pool does what the file says.
    AsDeclared,
    /// The pool does what was deployed, and the file says something else by now.
    NotApplied,
    /// The pool does neither: somebody wrote it outside CloudFormation.
    ChangedOutside,
    /// It is somebody else's, of a pool that is not the stack's own: it stays.
    Others,
}

#[derive(Debug)]
pub(super) struct Key {
    pub(super) arn: String,
    /// `KeyState`
    pub(super) state: Option<String>,
    pub(super) gone: bool,
}

#[derive(Debug)]
pub(super) struct Function {
    pub(super) name: String,
    pub(super) live: Option<FunctionState>,
    /// The digest of the handler that was deployed.
    pub(super) deployed: Option<String>,
    /// The digest of the handler in this checkout, or of the one that came with this deployer.
    pub(super) checkout: Option<String>,
    /// Whether it came with this deployer.
    pub(super) embedded: bool,
    /// Whether Lambda runs the zip that was deployed; none when that zip could not be looked up.
    pub(super) code_as_deployed: Option<bool>,
}

#[derive(Debug)]
pub(super) struct Queue {
    pub(super) url: String,
    pub(super) depth: Option<QueueDepth>,
    pub(super) gone: bool,
}

/// What the stack policy keeps.
#[derive(Debug)]
pub(super) struct Policy {
    /// What no update replaces or deletes.
    pub(super) protects: Vec<&'static str>,
    /// What an update may replace or delete.
    pub(super) open: Vec<&'static str>,
    /// Whether somebody else wrote it.
    pub(super) others: bool,
}

#[derive(Debug)]
pub(super) struct LastFailure {
    /// When the root cause was told.
    pub(super) time: Option<String>,
    pub(super) failure: Failure,
}

/// Reads a stack and all that its outputs name.
pub(super) async fn read(
    session: &Session,
    account: &AccountId,
    stack: &Stack,
    asset: Option<&Asset>,
) -> Result<Status, CliError> {
    let mut status = Status {
        stack: stack.name.to_string(),
        region: stack.region.to_string(),
        account: account.to_string(),
        file: stack.source.path().display().to_string(),
        state: session.stack(stack.name.as_str()).await?,
        since: None,
        pool: None,
        key: None,
        function: None,
        queue: None,
        policy: None,
        last_failure: None,
        unread: Vec::new(),
    };
    let Some(state) = status.state.clone() else {
        return Ok(status);
    };
    let history = last_operation(session, &state.id).await?;
    status.since = history
        .iter()
        .rev()
        .find(|event| event.is_stack())
        .map(|event| event.time.clone());
    status.last_failure = last_failure(&state, &history);
    let outputs = &state.outputs;
    let unread = &mut status.unread;
    if let Some(id) = outputs.get(output::POOL_ID) {
        let old = deployed(session, &state).await?.template;
        status.pool = Some(pool(session, id, stack, &old, &state, unread).await?);
        status.function = function(session, asset, &state, unread).await?;
        status.policy = policy(session, &state.id, &old, unread).await?;
    }
    if let Some(arn) = outputs.get(output::KEY_ARN) {
        let found = tolerate(session.key_state(arn).await, unread)?;
        status.key = Some(Key {
            arn: arn.clone(),
            gone: found == Some(None),
            state: found.flatten(),
        });
    }
    if let Some(url) = outputs.get(output::DEAD_LETTER_QUEUE_URL) {
        let found = tolerate(session.queue_depth(url).await, unread)?;
        status.queue = Some(Queue {
            url: url.clone(),
            gone: found == Some(None),
            depth: found.flatten(),
        });
    }
    Ok(status)
}

async fn policy(
    session: &Session,
    stack: &str,
    template: &Value,
    unread: &mut Vec<AwsError>,
) -> Result<Option<Policy>, AwsError> {
    let mut protects = protected(template);
    if protects.is_empty() {
        return Ok(None);
    }
    let seen = tolerate(session.stack_policy(stack).await, unread)?.map(PolicySeen::of);
    Ok(seen.map(|seen| {
        let open = seen.open(template);
        protects.retain(|id| !open.contains(id));
        Policy {
            protects,
            open,
            others: matches!(seen, PolicySeen::Others(_)),
        }
    }))
}

/// What went wrong in the last operation, when something did.
fn last_failure(state: &StackState, history: &[StackEvent]) -> Option<LastFailure> {
    let resource_failed = history.iter().any(|event| event.status.ends_with("_FAILED"));
    if !resource_failed && !state.status.contains("ROLLBACK") {
        return None;
    }
    let failure = failure(history);
    let told = failure.root.as_ref().or(failure.left.first())?;
    let time = history
        .iter()
        .find(|event| event.logical_id == told.logical_id && event.status == told.status)
        .map(|event| event.time.clone());
    Some(LastFailure { time, failure })
}

async fn pool(
    session: &Session,
    id: &str,
    stack: &Stack,
    old: &Value,
    state: &StackState,
    unread: &mut Vec<AwsError>,
) -> Result<Pool, AwsError> {
    let (outputs, parameters) = (&state.outputs, &state.parameters);
    let found = tolerate(session.pool(id).await, unread)?;
    let gone = found == Some(None);
    // Where the zip is found plays no part in the triggers.
    let declared = Value::Object(template::lambda_config(&Model::of(stack, None).pool));
    let owned = lambda_config(old).cloned();
    let is_owned = owned.is_some();
    // Detached, or not attached yet: nothing in the pool is the stack's.
    let is_attached = parameters
        .get(parameter::POOL_BEFORE)
        .is_none_or(|digest| digest != "none");
    let recorded = || {
        Value::Object(if is_attached {
            Ours::of(old, outputs).recorded()
        } else {
            Map::new()
        })
    };
    let deployed = owned.unwrap_or_else(recorded);
    let live = found.flatten().map(|live| LivePool {
        deletion_protection: live.deletion_protection,
        triggers: triggers(Some(&declared), Some(&deployed), &live.lambda_config, outputs, is_owned),
    });
    Ok(Pool {
        id: id.to_owned(),
        live,
        gone,
    })
}

fn lambda_config(template: &Value) -> Option<&Value> {
    template.pointer(&format!("/Resources/{}/Properties/LambdaConfig", logical::POOL))
}

fn triggers(
    declared: Option<&Value>,
    deployed: Option<&Value>,
    live: &Map<String, Value>,
    outputs: &BTreeMap<String, String>,
    is_owned: bool,
) -> Vec<Trigger> {
    let differing = |template: Option<&Value>| -> BTreeSet<String> {
        trigger_differences(template, live, outputs)
            .into_iter()
            .map(|difference| difference.what.trim_start_matches("LambdaConfig.").to_owned())
            .collect()
    };
    let (from_file, from_deployed) = (differing(declared), differing(deployed));
    let says = |config: Option<&Value>, name: &str| config.is_some_and(|config| config.get(name).is_some());
    let names: BTreeSet<&String> = live.keys().chain(&from_file).collect();
    names
        .into_iter()
        .map(|name| Trigger {
            name: name.clone(),
            live: live.get(name).cloned(),
            declared: declared
                .and_then(|config| config.get(name))
                .map(|value| resolved(value, outputs)),
            agreement: match (from_file.contains(name), from_deployed.contains(name)) {
                _ if !is_owned && !says(declared, name) && !says(deployed, name) => Agreement::Others,
                (false, _) => Agreement::AsDeclared,
                (true, false) => Agreement::NotApplied,
                (true, true) => Agreement::ChangedOutside,
            },
        })
        .collect()
}

async fn function(
    session: &Session,
    asset: Option<&Asset>,
    state: &StackState,
    unread: &mut Vec<AwsError>,
) -> Result<Option<Function>, AwsError> {
    let outputs = &state.outputs;
    let Some(name) = outputs.get(output::FUNCTION_NAME) else {
        return Ok(None);
    };
    let live = tolerate(session.function(name).await, unread)?;
    let code_as_deployed = live
        .as_ref()
        .zip(recorded(&state.parameters))
        .map(|(live, recorded)| recorded == live.code_sha256);
    Ok(Some(Function {
        name: name.clone(),
        live,
        deployed: outputs.get(output::HANDLER).cloned(),
        checkout: asset.map(|asset| asset.digest.to_string()),
        embedded: asset.is_some_and(|asset| matches!(asset.origin, Origin::Embedded(_))),
        code_as_deployed,
    }))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_trigger_is_compared_with_the_file_and_with_what_was_deployed() {
        let live = json!({ "PreSignUp": "arn:a", "PostConfirmation": "arn:b", "CustomMessage": "arn:c" });
        let file = json!({ "PreSignUp": "arn:a", "PostConfirmation": "arn:new", "PreAuthentication": "arn:d" });
        let deployed = json!({ "PreSignUp": "arn:old", "PostConfirmation": "arn:b" });
        let live = live.as_object().cloned().unwrap_or_default();
        let found: Vec<(String, Agreement)> = triggers(Some(&file), Some(&deployed), &live, &BTreeMap::new(), true)
            .into_iter()
            .map(|trigger| (trigger.name, trigger.agreement))
            .collect();
        let expected = [
            ("CustomMessage", Agreement::ChangedOutside),
            ("PostConfirmation", Agreement::NotApplied),
            ("PreAuthentication", Agreement::NotApplied),
            ("PreSignUp", Agreement::AsDeclared),
        ];
        assert_eq!(found, expected.map(|(name, agreement)| (name.to_owned(), agreement)));
        // In a pool that is not the stack's own, what neither names is somebody else's.
        let found = triggers(Some(&file), Some(&deployed), &live, &BTreeMap::new(), false);
        let agreements: Vec<Agreement> = found.iter().map(|trigger| trigger.agreement).collect();
        let rest = expected[1..].iter().map(|(_, agreement)| *agreement);
        assert_eq!(
            agreements,
            [Agreement::Others].into_iter().chain(rest).collect::<Vec<_>>()
        );
    }
}
