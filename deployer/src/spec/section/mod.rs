//! The parts of a stack file, one module each: from a [`Field`](super::field::Field) to the typed part.

mod account;
mod acknowledge;
mod delivery;
mod function;
mod guard;
mod home;
mod key;
mod messages;
mod pool;
mod provider;
mod restricted;
mod route;
mod setting;
mod sms;
mod tags;
mod trigger;

pub(super) use account::{cloudformation, roles};
pub(super) use acknowledge::acknowledgements;
pub(super) use delivery::{Channels, delivery};
pub(super) use function::{LOG_LEVELS, RETENTION_DAYS, function, function_default};
pub(super) use guard::{MOST, POLICIES, guard};
pub(super) use home::Home;
pub(super) use key::{key, key_default};
pub(super) use messages::{Messages, messages};
pub(super) use pool::pool;
pub(super) use provider::{Providers, providers};
pub(super) use tags::{check_tags, tags};
pub(super) use trigger::triggers;
