//! A pool that exists and is taken into a stack: what it is in CloudFormation's words, and the change set that
//! takes it in.
//!
//! In: a pool as Cognito describes it. Out: properties for a stack file, what they cannot hold, and the template
//! of an `IMPORT` change set. No calls.

mod attributes;
mod import;
mod messages;
mod mfa;
mod properties;

pub use properties::{Adopted, LeftOut, adopted, is_pool_property};

pub(super) use attributes::{Difference, differences, live_attribute, unlike};
pub(super) use import::Import;
