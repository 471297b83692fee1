//! The part of a plan that is about a pool which exists before its stack does.

use serde_json::{Map, Value};

use crate::aws::LivePool;
use crate::plan::change::Edit;
use crate::spec::{EmailSending, Pool, PoolId, Stack};

/// How a pool belongs to its stack.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum DesiredPool {
    /// It is a resource of the stack, or there is none.
    #[default]
    Owned,
    /// It stays outside CloudFormation.
    Existing {
        /// Its id.
        id: PoolId,
        /// `LambdaConfig` members that are declared, as the template would spell them: `Fn::GetAtt` stands for the
        /// stack's own function and key.
        lambda_config: Map<String, Value>,
        /// By whom it sends e-mail, where the file says so.
        email_sending: Option<EmailSending>,
    },
    /// It is taken into the stack as it is.
    Import {
        /// Its id.
        id: PoolId,
    },
}

impl DesiredPool {
    /// Reads how a stack's pool belongs to it; `lambda_config` gives the triggers that are declared.
    pub fn of(stack: &Stack, lambda_config: impl FnOnce() -> Map<String, Value>) -> Self {
        match &stack.pool {
            Pool::New { .. } => Self::Owned,
            Pool::Existing { id, email_sending } => Self::Existing {
                id: id.clone(),
                lambda_config: lambda_config(),
                email_sending: *email_sending,
            },
            Pool::Import { id, .. } => Self::Import { id: id.clone() },
        }
    }
}

/// A pool as it is, and as it was.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Live {
    /// As it is now.
    pub now: LivePool,
    /// As it was before its first attach; nothing when nothing was ever attached, and then no trigger of it counts as
    /// the stack's for being declared.
    pub saved: Option<LivePool>,
}

/// A member of `LambdaConfig` that changes.
#[derive(Clone, Debug, PartialEq)]
pub struct TriggerChange {
    /// The member, as AWS spells it.
    pub member: String,
    /// Its live value.
    pub before: Option<Value>,
    /// Its value after; `Fn::GetAtt` stands for the stack's own function and key.
    pub after: Option<Value>,
}

/// What changes in a pool that stays outside the stack.
#[derive(Clone, Debug, PartialEq)]
pub struct PoolPart {
    /// The pool.
    pub id: PoolId,
    /// What changes in `LambdaConfig`.
    pub triggers: Vec<TriggerChange>,
    /// The whole `LambdaConfig` after; `Fn::GetAtt` stands for the stack's own function and key.
    pub lambda_config: Map<String, Value>,
    /// Other settings that are put back, by their path in `DescribeUserPool`.
    pub settings: Vec<Edit>,
    /// How many other settings stay as they are.
    pub stay: usize,
    /// After how many of the plan's change sets the pool is updated.
    pub after: usize,
}
