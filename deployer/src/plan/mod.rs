//! Everything that an apply would change: what is declared against what is deployed.
//!
//! A [`Plan`] is made from two templates and a stack's state, without a call. Guards turn what would
//! hurt into findings, and an acknowledgement in the stack file answers one. CloudFormation's own word
//! on a change set is merged in before anybody is asked.

mod acknowledge;
mod change;
mod cloudformation;
mod diff;
mod existing_key;
mod guard;
mod immutable;
mod key_policy;
mod phases;
pub mod render;
mod replacement;
mod situation;

use std::collections::BTreeMap;

use serde_json::Value;

pub use acknowledge::{Answered, answer};
pub use change::{Action, Change, Edit, Fate, Replacement, TemplateDiff, Told};
pub use cloudformation::Surprise;
pub use diff::{diff, patch};
pub use existing_key::ExistingKey;
pub use guard::guards;
pub use phases::phases;
pub use render::value::inline;
pub use situation::{Situation, Unready};

use crate::finding::Finding;

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
    /// What the guards say, before acknowledgements.
    pub findings: Vec<Finding>,
}

impl Plan {
    /// Compares what is wanted with what is deployed.
    pub fn of(situation: Situation, deployed: Option<&Deployed>, desired: &Desired) -> Self {
        let nothing = serde_json::json!({});
        let none = BTreeMap::new();
        let old = deployed.map_or(&nothing, |deployed| &deployed.template);
        let tags = diff::tags(deployed.map_or(&none, |deployed| &deployed.tags), &desired.tags);
        let own_key = deployed.and_then(|deployed| deployed.own_key.as_deref());
        let steps = phases(old, &desired.template, own_key);
        let mut before = old.clone();
        let mut planned = Vec::new();
        for (title, template) in steps {
            let diff = diff(&before, &template);
            before.clone_from(&template);
            planned.push(Phase { title, template, diff });
        }
        planned.retain(|phase| !phase.diff.is_empty() || !tags.is_empty());
        let was_protected = deployed.is_some_and(|deployed| deployed.termination_protection);
        let termination_protection = (was_protected != desired.termination_protection)
            .then_some((was_protected, desired.termination_protection));
        let whole = diff(old, &desired.template);
        let mut findings = if deployed.is_some() {
            guards(old, &desired.template, &whole, own_key)
        } else {
            Vec::new()
        };
        if termination_protection == Some((true, false)) {
            findings.push(guard::termination_protection_lowered());
        }
        Self {
            situation,
            phases: planned,
            tags,
            termination_protection,
            findings,
        }
    }

    /// Whether an apply would change nothing.
    pub fn is_nothing(&self) -> bool {
        self.phases.is_empty()
            && self.termination_protection.is_none()
            && matches!(self.situation, Situation::Update | Situation::Create { shell: false })
    }
}
