//! What a stack means to AWS: every decision that a stack file leaves open, made once.
//!
//! In: a checked [`Stack`]. Out: a [`Model`] that says which resources there are and how they
//! refer to each other, in words of this project. How CloudFormation spells them is `template`'s.

mod asset;
mod handler;
pub mod logical;
pub mod output;
pub mod parameter;
mod pool;
mod rights;
mod schema;
mod sms;
mod trigger;

pub use asset::AssetLocation;
pub use handler::{Decrypt, Guard, Handler};
pub use pool::{Identity, Pool};
pub use rights::{CallRegion, Grant, On};
pub use sms::SmsCaller;
pub use trigger::{ForeignPermission, PoolTrigger};

use crate::spec::{AliasName, KeyArn, KeySource, RoleArn, Roles, Stack};

/// Everything that a stack's template says.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    /// The key that the stack makes; none when no custom sender is declared or the key exists already.
    pub key: Option<ManagedKey>,
    /// The stack's own function and what serves it; none when no trigger names it.
    pub handler: Option<Handler>,
    /// How the roles that the template has are fenced in.
    pub roles: Roles,
    /// The user pool.
    pub pool: Pool,
}

/// A key that the stack makes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ManagedKey {
    /// Its alias: the only physical name in a template.
    pub alias: Option<AliasName>,
    /// Days between rotations.
    pub rotation_days: u16,
    /// Roles that the key policy itself lets make grants.
    pub grant_roles: Vec<RoleArn>,
}

/// The key that Cognito encrypts codes under.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyReference {
    /// The stack's own.
    Managed,
    /// One that exists already.
    Existing(KeyArn),
}

impl Model {
    /// Decides what a stack means.
    ///
    /// `asset` says where the handler's zip is. A command that only checks a stack may leave it out:
    /// a stand-in of the same length keeps the template's size right.
    pub fn of(stack: &Stack, asset: Option<&AssetLocation>) -> Self {
        let reference = stack.has_sender().then(|| match &stack.key.source {
            KeySource::Managed { .. } => KeyReference::Managed,
            KeySource::Existing(arn) => KeyReference::Existing(arn.clone()),
        });
        let key = match (&reference, &stack.key.source) {
            (Some(_), KeySource::Managed { alias, rotation_days }) => Some(ManagedKey {
                alias: alias.clone(),
                rotation_days: *rotation_days,
                grant_roles: stack.key.grant_roles.clone(),
            }),
            (None, _) | (_, KeySource::Existing(_)) => None,
        };
        let handler = stack
            .uses_handler()
            .then(|| Handler::of(stack, asset, reference.as_ref()));
        Self {
            key,
            handler,
            roles: stack.roles.clone(),
            pool: Pool::of(stack, reference),
        }
    }
}
