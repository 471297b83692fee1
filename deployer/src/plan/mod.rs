//! Everything that an apply would change: what is declared against what is deployed.
//!
//! A [`Plan`] is made from two templates and a stack's state, without a call. Guards turn what would
//! hurt into findings, and an acknowledgement in the stack file answers one. CloudFormation's own word
//! on a change set is merged in before anybody is asked.

mod acknowledge;
mod adopt;
mod change;
mod cloudformation;
mod code;
mod diff;
pub mod drift;
mod existing_key;
mod guard;
mod immutable;
mod key_policy;
mod lines;
mod pattern;
mod phases;
mod pinned;
mod pool;
pub mod render;
mod replacement;
mod situation;
mod sms_role;
mod stack_policy;
pub(crate) mod statement;
mod watch;

use std::collections::BTreeMap;

use serde_json::Value;

pub use acknowledge::{Answered, answer};
pub use adopt::{Adopted, LeftOut, adopted, is_pool_property};
pub use change::{Action, Change, Edit, Fate, Replacement, TemplateDiff, Told};
pub use cloudformation::Surprise;
pub use code::{DeliveryChange, DeployedCode, FileChange};
pub use diff::{diff, patch};
pub use existing_key::ExistingKey;
pub(crate) use guard::{Weaker, other_bytes, weaker};
pub use guard::{foreign_accounts, foreign_accounts_of, guards};
pub use immutable::unlike_live;
pub use phases::phases;
pub use pinned::{Inputs, Pinned, Pins};
pub use pool::{
    DesiredPool, Detached, Live, MFA, Merged, Ours, PoolPart, TriggerChange, detached, follows, is_writable, merge,
    moved, put_back, resolve, settings, unknown, update_request,
};
pub use render::value::inline;
pub use situation::{Situation, Unready};
pub use sms_role::{RightSeen, RoleSeen, SmsRole, email_finding};
pub use stack_policy::{PolicySeen, protected, stack_policy};
pub use watch::{Watching, watching};

use crate::asset::Asset;
use crate::finding::Finding;
use crate::spec::PoolId;

/// What stands on AWS's side.
#[derive(Clone, Debug)]
pub struct Deployed {
    /// The template that the stack was deployed from.
    pub template: Value,
    /// Its stack tags.
    pub tags: BTreeMap<String, String>,
    /// Whether deletes are refused.
    pub termination_protection: bool,
    /// The ARN of the key that the stack made, when it made one.
    pub own_key: Option<String>,
    /// The stack's outputs.
    pub outputs: BTreeMap<String, String>,
    /// The template's parameters, with the values that the stack has.
    pub parameters: BTreeMap<String, String>,
}

impl Deployed {
    /// Returns how many resources the template has.
    pub fn resources(&self) -> usize {
        let resources = self.template.get("Resources").and_then(Value::as_object);
        resources.map_or(0, serde_json::Map::len)
    }
}

/// What a stack file wants.
#[derive(Clone, Debug)]
pub struct Desired {
    /// The rendered template.
    pub template: Value,
    /// Stack tags.
    pub tags: BTreeMap<String, String>,
    /// Whether deletes are to be refused.
    pub termination_protection: bool,
    /// Keys that the stack uses and did not make.
    pub keys: Vec<ExistingKey>,
    /// How the pool belongs to the stack.
    pub pool: DesiredPool,
    /// The handler's zip, where the stack has a function of its own.
    pub code: Option<Asset>,
}

/// One change set of a plan.
#[derive(Clone, Debug)]
pub struct Phase {
    /// What it is for, when there are two.
    pub title: Option<&'static str>,
    /// The template that it brings.
    pub template: Value,
    /// What it changes in the template.
    pub diff: TemplateDiff,
    /// The live pool that this change set takes into the stack, and nothing else.
    pub import: Option<PoolId>,
}

/// Every change that an apply would make.
#[derive(Clone, Debug)]
pub struct Plan {
    /// What the stack's state asks for.
    pub situation: Situation,
    /// The change sets, in order; none when the template and the tags are as deployed.
    pub phases: Vec<Phase>,
    /// Stack tags that change; they go with the first change set and reach every resource.
    pub tags: Vec<Edit>,
    /// Termination protection before and after, when it changes.
    pub termination_protection: Option<(bool, bool)>,
    /// What changes in a pool that stays outside the stack; nothing when it is as declared.
    pub pool: Option<PoolPart>,
    /// What changes in the files that travel with the handler; nothing where its code stays, or is new.
    pub delivery: Option<DeliveryChange>,
    /// What the guards say, before acknowledgements.
    pub findings: Vec<Finding>,
}

impl Plan {
    /// Compares what is wanted with what is deployed.
    /// `live` is the pool as it is, where it exists before the stack does.
    pub fn of(situation: Situation, deployed: Option<&Deployed>, desired: &Desired, live: Option<&Live>) -> Self {
        let nothing = serde_json::json!({});
        let none = BTreeMap::new();
        let old = deployed.map_or(&nothing, |deployed| &deployed.template);
        let tags = diff::tags(deployed.map_or(&none, |deployed| &deployed.tags), &desired.tags);
        let own_key = deployed.and_then(|deployed| deployed.own_key.as_deref());
        let import = adopt::Import::of(deployed, &desired.pool, live);
        let taken_in = import.as_ref().map_or(old, |import| &import.template);
        let attachment = pool::plan(deployed, desired, live);
        let (steps, mut part, pool_findings) = match attachment {
            Some(attachment) => (attachment.steps, attachment.part, attachment.findings),
            None => (phases(taken_in, &desired.template, own_key), None, Vec::new()),
        };
        let mut before = taken_in.clone();
        let mut planned = Vec::new();
        let first = part.as_ref().map(|part| part.after);
        for (index, (title, template)) in steps.into_iter().enumerate() {
            let diff = diff(&before, &template);
            before.clone_from(&template);
            if diff.is_empty() && tags.is_empty() {
                // A change set that brings nothing is not counted either.
                if let Some(part) = part.as_mut().filter(|_| first.is_some_and(|first| index < first)) {
                    part.after -= 1;
                }
                continue;
            }
            planned.push(Phase {
                title,
                template,
                diff,
                import: None,
            });
        }
        if let [only] = planned.as_mut_slice() {
            only.title = None;
        }
        if let Some(import) = &import {
            import.precede(old, &mut planned);
        }
        let was_protected = deployed.is_some_and(|deployed| deployed.termination_protection);
        let termination_protection = (was_protected != desired.termination_protection)
            .then_some((was_protected, desired.termination_protection));
        let whole = diff(taken_in, &desired.template);
        let mut findings = if deployed.is_some() || import.is_some() {
            guards(taken_in, &desired.template, &whole, own_key)
        } else {
            Vec::new()
        };
        findings.extend(import.into_iter().flat_map(|import| import.findings));
        if termination_protection == Some((true, false)) {
            findings.push(guard::termination_protection_lowered());
        }
        findings.extend(pool_findings);
        findings.extend(pool::left_attached(deployed, desired));
        Self {
            situation,
            phases: planned,
            tags,
            termination_protection,
            pool: part,
            delivery: None,
            findings,
        }
    }

    /// Whether an apply would change nothing.
    pub fn is_nothing(&self) -> bool {
        self.phases.is_empty()
            && self.pool.is_none()
            && self.termination_protection.is_none()
            && matches!(self.situation, Situation::Update | Situation::Create { shell: false })
    }
}
