//! The user pool: the file's properties, and what the file leaves to us.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::trigger::{foreign_permissions, triggers};
use super::{ForeignPermission, KeyReference, PoolTrigger, SmsCaller, schema};
use crate::spec::{self, Environment, PoolId, Stack};

/// The user pool of a stack.
#[derive(Clone, Debug, PartialEq)]
pub struct Pool {
    /// Whether and how the pool belongs to the stack.
    pub identity: Identity,
    /// `AWS::Cognito::UserPool` properties: the file's, in its order, then ours. No `LambdaConfig`,
    /// which comes from the triggers.
    pub properties: Map<String, Value>,
    /// The triggers, in the order of CloudFormation's documentation.
    pub triggers: Vec<PoolTrigger>,
    /// The key that Cognito encrypts codes under, where a custom sender is declared.
    pub key: Option<KeyReference>,
    /// The rendered SNS caller role, where the pool needs one and the file names none.
    pub sms_caller: Option<SmsCaller>,
    /// Rights to invoke functions that are not the stack's.
    pub permissions: Vec<ForeignPermission>,
}

/// Whether and how a pool belongs to the stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Identity {
    /// The stack makes it.
    New,
    /// The stack takes it over.
    Import,
    /// It stays outside CloudFormation.
    Existing(PoolId),
}

impl Pool {
    pub(super) fn of(stack: &Stack, key: Option<KeyReference>) -> Self {
        let (identity, properties) = match &stack.pool {
            spec::Pool::New { properties } => (Identity::New, Some(properties)),
            spec::Pool::Import { properties, .. } => (Identity::Import, Some(properties)),
            spec::Pool::Existing { id, .. } => (Identity::Existing(id.clone()), None),
        };
        Self {
            identity,
            properties: properties
                .map(|properties| complete(properties, stack.environment))
                .unwrap_or_default(),
            triggers: triggers(stack),
            key,
            sms_caller: match &stack.pool {
                spec::Pool::New { properties } => SmsCaller::of(stack, properties, &stack.triggers),
                // A pool that was there before works without a role if it has none: its sender asks for none.
                spec::Pool::Import { properties, .. } => SmsCaller::of(stack, properties, &BTreeMap::new()),
                spec::Pool::Existing { .. } => None,
            },
            permissions: foreign_permissions(stack),
        }
    }
}

/// Stack tags are not repeated in `UserPoolTags`: CloudFormation passes them on to the pool, and the
/// pool's own win.
fn complete(properties: &Map<String, Value>, environment: Environment) -> Map<String, Value> {
    let mut complete = properties.clone();
    complete.shift_remove("LambdaConfig");
    schema::fill_types(&mut complete);
    match environment {
        // A deleted pool takes every user and password with it, so in production silence means yes.
        Environment::Production => {
            complete
                .entry("DeletionProtection")
                .or_insert_with(|| Value::from("ACTIVE"));
        }
        // A test pool comes and goes; Cognito's default lets it.
        Environment::Test => {}
    }
    complete
}
