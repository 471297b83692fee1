//! The parts of a stack file, one module each: from a [`Field`](super::field::Field) to the typed part.

mod account;
mod acknowledge;
mod function;
mod home;
mod key;
mod pool;
mod provider;
mod sms;
mod tags;
mod trigger;

pub(super) use account::{cloudformation, roles};
pub(super) use acknowledge::acknowledgements;
pub(super) use function::{function, function_default};
pub(super) use home::Home;
pub(super) use key::{key, key_default};
pub(super) use pool::pool;
pub(super) use provider::{Providers, providers};
pub(super) use sms::delivery;
pub(super) use tags::{check_tags, tags};
pub(super) use trigger::triggers;
