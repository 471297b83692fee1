//! The pool's triggers, and who may be invoked by them.

use super::logical;
use crate::spec::{FunctionArn, Permission, Stack, Target, TriggerKind, TriggerVersion};

/// An entry of `LambdaConfig`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PoolTrigger {
    /// Which one.
    pub kind: TriggerKind,
    /// The function.
    pub target: Target,
    /// The event version, where Cognito has one.
    pub version: Option<TriggerVersion>,
}

/// The pool's right to invoke a function that is not the stack's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForeignPermission {
    /// The resource's logical id.
    pub id: String,
    /// The function, with the qualifier that the pool calls: a right without it would not count.
    pub function: FunctionArn,
}

pub(super) fn triggers(stack: &Stack) -> Vec<PoolTrigger> {
    let trigger = |kind: TriggerKind| {
        let trigger = stack.triggers.get(&kind)?;
        // The API refuses a sender without a version, whatever the schema calls optional.
        let version = trigger.version.or_else(|| kind.versions().first().copied());
        Some(PoolTrigger {
            kind,
            target: trigger.target.clone(),
            version,
        })
    };
    TriggerKind::ALL.into_iter().filter_map(trigger).collect()
}

/// One right for each distinct function, named after its first trigger.
pub(super) fn foreign_permissions(stack: &Stack) -> Vec<ForeignPermission> {
    let mut permissions: Vec<ForeignPermission> = Vec::new();
    for (kind, trigger) in &stack.triggers {
        let Target::Function(function) = &trigger.target else {
            continue;
        };
        let known = permissions.iter().any(|permission| permission.function == *function);
        if trigger.permission == Permission::Rendered && !known {
            permissions.push(ForeignPermission {
                id: logical::foreign_permission(*kind),
                function: function.clone(),
            });
        }
    }
    permissions
}
