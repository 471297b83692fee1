//! Drift: what is live and not as declared, member by member.
//!
//! In: declared properties with their references resolved, and the pool as Cognito describes it, or what
//! CloudFormation's own drift detection said. Out: [`Drift`]s in CloudFormation's names. No calls. What the file leaves
//! to Cognito is no drift; it is told where it is not Cognito's default.

mod accept;
mod compare;
mod defaults;
mod pool;
mod resource;
mod revert;

use serde_json::Value;

pub use accept::accept;
pub use pool::{existing_pool, owned_pool, with_tags};
pub use resource::{code, resource};
pub use revert::{Instead, Reversal, instead, revert};

/// A member that is not as declared.
#[derive(Clone, Debug, PartialEq)]
pub struct Drift {
    /// The logical id of its resource; `Pool` for a pool outside the stack too.
    pub resource: String,
    /// The resource type.
    pub resource_type: String,
    /// Where it is in the resource's properties; empty for the whole resource.
    pub path: Vec<String>,
    /// As declared.
    pub declared: Option<Value>,
    /// As it is.
    pub live: Option<Value>,
    /// What to make of it.
    pub standing: Standing,
}

/// What to make of a member that is not as declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Somebody changed it outside of the stack.
    Drifted,
    /// It is as it was deployed; the file says something else by now.
    NotApplied,
    /// The file does not speak of it, and it is not what Cognito does by default.
    NotDeclared,
    /// What it refers to is not known here, so nobody compared it.
    NotCompared,
}

impl Drift {
    /// The path as people write it.
    pub fn member(&self) -> String {
        self.path.join(".")
    }
}

/// Something that drifted, for tests.
#[cfg(test)]
fn sample(resource: &str, path: &str, declared: Option<Value>, live: Option<Value>) -> Drift {
    let steps = path.split('.').filter(|step| !step.is_empty());
    Drift {
        resource: resource.to_owned(),
        resource_type: String::new(),
        path: steps.map(str::to_owned).collect(),
        declared,
        live,
        standing: Standing::Drifted,
    }
}
