//! Stack files: YAML text in, typed [`Stack`]s or located findings out.
//!
//! Everything wrong with every file is found at once, before anything is called. What a stack means
//! to AWS is decided further right, in `model`.

mod architecture;
mod coverage;
mod document;
mod edit;
mod extends;
mod field;
mod id;
mod load;
mod nearest;
mod object;
mod properties;
mod reach;
mod report;
mod rules;
mod schema;
mod section;
mod sending;
mod sms_role;
mod stack;
mod yaml;

pub use architecture::Architecture;
pub use document::resolved;
pub use edit::{EditError, FileEdit, edit};
pub use id::{
    AccountId, AliasName, Arn, FunctionArn, IdError, KeyArn, PolicyArn, PoolId, Region, RoleArn, RolePath,
    SecurityGroupId, StackName, SubnetId, TopicArn,
};
pub use load::{Loaded, collect, load, parse};
pub use properties::known_properties;
pub use schema::{schema, schema_text};
pub use sms_role::needs_sms_role;
pub use stack::{
    Acknowledgement, Alarms, Async, CloudFormation, EmailSending, Environment, Function, Key, KeySource, LogLevel,
    Permission, Pool, ProviderTypes, Roles, Stack, Target, Trigger, TriggerKind, TriggerVersion, Vpc,
};
pub use yaml::yaml_text;
