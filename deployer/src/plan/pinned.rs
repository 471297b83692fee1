//! What a plan was made from, in digests: an apply of the plan goes on only while all of it is the same.
//!
//! Pins name parts, such as `Resources.Function` or `MfaConfiguration`, so that what moved can be named. They hold no
//! value: of each part only its SHA-256.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::pool::compared;
use super::{Deployed, Desired, DesiredPool, Live, Situation};
use crate::asset::Sha256;

/// The digests of something's parts, by their names.
pub type Pins = BTreeMap<String, String>;

/// A stack's plan, and all that it was made from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pinned {
    /// The stack's name.
    pub stack: String,
    /// Its Region.
    pub region: String,
    /// The account of the credentials.
    pub account: String,
    /// The stack file, as `diff` was told; it may be elsewhere when the plan is applied.
    pub file: String,
    /// The digest of the zip's inputs; nothing where the handler serves no trigger.
    pub asset: Option<String>,
    /// Base64 of the SHA-256 of the zip that the plan would deploy, where it was known when the plan was made; an apply
    /// of the plan deploys no other.
    #[serde(default)]
    pub zip_sha256: Option<String>,
    /// What the stack file says: the template's parts, stack tags, protection, the pool's triggers, by what role.
    pub declared: Pins,
    /// What the stack's state asks for: `create`, `create in an empty stack`, `recreate` or `update`.
    pub situation: String,
    /// The deployed stack's ARN.
    pub stack_id: Option<String>,
    /// What is deployed: the same parts.
    pub deployed: Pins,
    /// The live pool that the stack does not own (yet), without what moves by itself.
    pub pool: Pins,
    /// The plan, as `diff --format json` prints it.
    pub plan: Value,
}

/// What a plan is made from.
#[derive(Clone, Copy, Debug)]
pub struct Inputs<'a> {
    /// The stack's name.
    pub stack: &'a str,
    /// Its Region.
    pub region: &'a str,
    /// The account of the credentials.
    pub account: &'a str,
    /// The digest of the zip's inputs.
    pub asset: Option<Sha256>,
    /// What the stack file says.
    pub desired: &'a Desired,
    /// The role by which CloudFormation works, and the topics that hear of it: they stand in no template.
    pub cloudformation: (Option<&'a str>, &'a [String]),
    /// What the stack's state asks for.
    pub situation: &'a Situation,
    /// What is deployed, and the stack's ARN.
    pub deployed: Option<(&'a Deployed, &'a str)>,
    /// The pool, where it is not the stack's.
    pub live: Option<&'a Live>,
    /// The plan, as `diff --format json` prints it.
    pub plan: &'a Value,
}

impl Pinned {
    /// Pins a plan.
    pub fn of(inputs: &Inputs<'_>) -> Self {
        let Inputs { desired, deployed, .. } = inputs;
        let asset = inputs.asset.map(|digest| digest.to_string());
        let mut declared = stack(
            &desired.template,
            &desired.tags,
            desired.termination_protection,
            asset.as_deref(),
        );
        declared.insert("pool".to_owned(), digest(&pool(&desired.pool)));
        declared.insert("cloudformation".to_owned(), digest(&json!(inputs.cloudformation)));
        Self {
            stack: inputs.stack.to_owned(),
            region: inputs.region.to_owned(),
            account: inputs.account.to_owned(),
            file: String::new(),
            asset,
            zip_sha256: None,
            declared,
            situation: match inputs.situation {
                Situation::Create { shell: false } => "create",
                Situation::Create { shell: true } => "create in an empty stack",
                Situation::Recreate => "recreate",
                Situation::Update => "update",
            }
            .to_owned(),
            stack_id: deployed.map(|(_, id)| id.to_owned()),
            deployed: deployed
                .map(|(deployed, _)| {
                    stack(
                        &deployed.template,
                        &deployed.tags,
                        deployed.termination_protection,
                        None,
                    )
                })
                .unwrap_or_default(),
            pool: inputs.live.map(live).unwrap_or_default(),
            plan: inputs.plan.clone(),
        }
    }

    /// Says what is not as it was when this plan was made; nothing when it can be applied. `now` is the same stack's
    /// plan, made anew.
    pub fn moved(&self, now: &Self) -> Vec<String> {
        let mut moved = Vec::new();
        let mut differs = |what: &str, was: &str, is: &str| {
            if was != is {
                moved.push(format!("{what} was {was}, and is {is}"));
            }
        };
        let text = |part: &Option<String>| part.clone().unwrap_or_else(|| "none".to_owned());
        differs("the account", &self.account, &now.account);
        differs("the Region", &self.region, &now.region);
        differs(
            "the digest of the handler's code",
            &text(&self.asset),
            &text(&now.asset),
        );
        differs("what the stack's state asks for", &self.situation, &now.situation);
        differs("the stack", &text(&self.stack_id), &text(&now.stack_id));
        let parts = [
            ("the stack file says something else of", &self.declared, &now.declared),
            ("what is deployed has changed:", &self.deployed, &now.deployed),
            ("the pool has changed:", &self.pool, &now.pool),
        ];
        for (what, was, is) in parts {
            let names = differing(was, is);
            if !names.is_empty() {
                moved.push(format!("{what} {}", names.join(", ")));
            }
        }
        let changes = |plan: &Value| {
            let parts = ["change_sets", "tags", "termination_protection", "pool"];
            parts.map(|part| plan.get(part).cloned())
        };
        if moved.is_empty() && changes(&self.plan) != changes(&now.plan) {
            moved.push(
                "the same files and the same state give another plan: this is another version of deployer".to_owned(),
            );
        }
        let answered = acknowledged(&self.plan);
        moved.extend(
            acknowledged(&now.plan)
                .into_iter()
                .filter(|each| !answered.contains(each))
                .map(|each| format!("the stack file acknowledges {each} since")),
        );
        moved
    }
}

/// Parts that are not the same, by name.
fn differing(was: &Pins, is: &Pins) -> Vec<String> {
    let changed = was.iter().filter(|(name, digest)| is.get(*name) != Some(digest));
    let come = is.keys().filter(|name| !was.contains_key(*name));
    changed.map(|(name, _)| name).chain(come).cloned().collect()
}

/// Guards that the stack file answers for, by code, resource and value.
fn acknowledged(plan: &Value) -> Vec<String> {
    let findings = plan.get("findings").and_then(Value::as_array);
    let text = |finding: &Value, member: &str| {
        finding
            .get(member)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    findings
        .into_iter()
        .flatten()
        .filter(|finding| text(finding, "state") == "acknowledged")
        .map(|finding| {
            let part = |member| text(finding, member);
            format!("{} of {} to {}", part("code"), part("resource"), part("to"))
        })
        .collect()
}

/// The digest of the zip's inputs is in the template, and is pinned by itself.
fn stack(template: &Value, tags: &BTreeMap<String, String>, protected: bool, zip: Option<&str>) -> Pins {
    let mut pins = Pins::new();
    let spelled = |value: &Value| {
        let text = value.to_string();
        Sha256::of(zip.map_or(text.clone(), |zip| text.replace(zip, "")).as_bytes()).to_string()
    };
    for (section, value) in template.as_object().into_iter().flatten() {
        match value {
            Value::Object(members) if section == "Resources" => {
                let members = members.iter();
                pins.extend(members.map(|(id, resource)| (format!("Resources.{id}"), spelled(resource))));
            }
            _ => {
                pins.insert(section.clone(), spelled(value));
            }
        }
    }
    pins.insert("stack tags".to_owned(), digest(&json!(tags)));
    pins.insert("termination protection".to_owned(), digest(&json!(protected)));
    pins
}

fn pool(pool: &DesiredPool) -> Value {
    match pool {
        DesiredPool::Owned => Value::Null,
        DesiredPool::Existing {
            id,
            lambda_config,
            email_sending,
        } => json!([
            id.as_str(),
            lambda_config,
            email_sending.map(|sending| format!("{sending:?}"))
        ]),
        DesiredPool::Import { id } => json!(["import", id.as_str()]),
    }
}

fn live(live: &Live) -> Pins {
    let mut pins = Pins::new();
    if let Value::Object(members) = compared(&live.now) {
        pins.extend(members.iter().map(|(member, value)| (member.clone(), digest(value))));
    }
    pins.insert(
        "LambdaConfig".to_owned(),
        digest(&Value::Object(sorted(live.now.lambda_config()))),
    );
    if let Some(saved) = &live.saved {
        let saved = sorted(saved.lambda_config());
        pins.insert(
            "the triggers that are kept of it".to_owned(),
            digest(&Value::Object(saved)),
        );
    }
    pins
}

/// The service may write members in another order.
fn sorted(mut members: Map<String, Value>) -> Map<String, Value> {
    members.sort_keys();
    members
}

fn digest(value: &Value) -> String {
    let mut value = value.clone();
    value.sort_all_objects();
    Sha256::of(value.to_string().as_bytes()).to_string()
}

#[cfg(test)]
mod tests;
