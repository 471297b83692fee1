//! The change sets of a stack whose pool stays outside of it, and where among them the pool is updated.
//!
//! What the pool calls is there and allowed before the pool calls it; what it lets go of goes afterwards. So
//! what comes to a pool is deployed first, what leaves it is removed last, and where both happen there is a
//! template in between that has both.

use serde_json::{Map, Value};

use super::email::sending_differs;
use super::triggers::merge;
use super::{DesiredPool, Live, Ours, PoolPart, TriggerChange, settings};
use crate::finding::{Code, Finding};
use crate::model::{logical, output};
use crate::plan::diff::section;
use crate::plan::phases::{PREPARE, between, is_permission};
use crate::plan::{Deployed, Desired};

const KEY: &str = "KMSKeyID";

/// The last of two change sets around a pool's update.
const RELEASE: &str = "remove what the pool no longer calls";

/// What an apply does about a pool that stays outside the stack.
pub(in crate::plan) struct Attachment {
    /// The templates of the change sets, in order; some may bring nothing.
    pub(in crate::plan) steps: Vec<(Option<&'static str>, Value)>,
    /// What changes in the pool, and after how many of the templates.
    pub(in crate::plan) part: Option<PoolPart>,
    /// What the guards say of the pool.
    pub(in crate::plan) findings: Vec<Finding>,
}

/// Plans the triggers of an existing pool; nothing where the pool is a resource of the stack, or becomes one.
pub(in crate::plan) fn plan(deployed: Option<&Deployed>, desired: &Desired, live: Option<&Live>) -> Option<Attachment> {
    let DesiredPool::Existing {
        id,
        lambda_config,
        email_sending,
    } = &desired.pool
    else {
        return None;
    };
    let new = &desired.template;
    let Some(live) = live else {
        return Some(Attachment {
            steps: vec![(None, new.clone())],
            part: None,
            findings: Vec::new(),
        });
    };
    let ours = deployed.map(Deployed::attached).unwrap_or_default();
    let merged = merge(lambda_config, new, live, &ours);
    let mut findings = merged.findings;
    findings.extend(sending_differs(&live.now, lambda_config, *email_sending));
    let steps = match (merged.gains, merged.loses) {
        (true, true) => {
            let old = deployed.map_or(&Value::Null, |deployed| &deployed.template);
            let prepared = in_between(old, new, &live.now.lambda_config(), &merged.triggers, &ours);
            vec![(Some(PREPARE), prepared), (Some(RELEASE), new.clone())]
        }
        _ => vec![(None, new.clone())],
    };
    let part = (!merged.triggers.is_empty()).then(|| PoolPart {
        id: id.clone(),
        triggers: merged.triggers,
        lambda_config: merged.lambda_config,
        settings: Vec::new(),
        stay: settings(&live.now),
        // What only leaves is let go of first; its function goes when nobody calls it any more.
        after: usize::from(merged.gains || !merged.loses),
    });
    Some(Attachment { steps, part, findings })
}

/// The template between: it has what comes and what goes, and records what the pool may still have of either.
///
/// Where the stack's own function gets nothing more to do, it stays as it is until the pool has let go of what it is
/// not going to do any more.
fn in_between(old: &Value, new: &Value, live: &Map<String, Value>, triggers: &[TriggerChange], ours: &Ours) -> Value {
    let mut template = between(old, new, live.get(KEY), ours.key());
    let is_own = |change: &TriggerChange| {
        let after = change
            .after
            .as_ref()
            .map(|value| value.get("LambdaArn").unwrap_or(value));
        change.member == KEY || after.is_some_and(|function| function.get("Fn::GetAtt").is_some())
    };
    if !triggers.iter().any(is_own)
        && let Some(resources) = template.get_mut("Resources").and_then(Value::as_object_mut)
    {
        let shared = section(old, "Resources")
            .iter()
            .filter(|(_, resource)| !is_permission(resource));
        resources.extend(shared.map(|(id, resource)| (id.clone(), resource.clone())));
    }
    let before: Map<String, Value> = live
        .iter()
        .filter(|(member, value)| ours.records().iter().any(|record| record.get(*member) == Some(value)))
        .map(|(member, value)| (member.clone(), value.clone()))
        .collect();
    if let Some(outputs) = template.get_mut("Outputs").and_then(Value::as_object_mut) {
        let text = Value::Object(before).to_string();
        outputs.insert(output::TRIGGERS_BEFORE.to_owned(), serde_json::json!({ "Value": text }));
    }
    template
}

/// A pool that the stack attached to and would turn away from without letting it go.
pub(in crate::plan) fn left_attached(deployed: Option<&Deployed>, desired: &Desired) -> Option<Finding> {
    let deployed = deployed.filter(|deployed| deployed.attached().is_attached())?;
    let was = deployed
        .template
        .get("Outputs")?
        .get(output::POOL_ID)?
        .get("Value")?
        .as_str()?;
    let now = match &desired.pool {
        DesiredPool::Existing { id, .. } | DesiredPool::Import { id } => id.as_str(),
        DesiredPool::Owned => "none",
    };
    (was != now).then(|| {
        let message = format!("the stack would leave the user pool {was}, whose triggers still call its function");
        Finding::guard(Code::PoolLeftAttached, logical::POOL, now, message)
            .hint("let it go first: `deployer detach` with the file as it was; where that was done, acknowledge")
    })
}

impl Deployed {
    /// Reads what the stack attached to a pool that it does not own.
    pub fn attached(&self) -> Ours {
        Ours::of(&self.template, &self.outputs)
    }
}

#[cfg(test)]
mod tests;
