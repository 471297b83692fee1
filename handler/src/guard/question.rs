//! A message before it is one: what the guard knows of it.

use crate::delivery::Country;
use crate::event::{Channel, PoolId};

/// What is asked about.
#[derive(Clone, Copy)]
pub(crate) struct Question<'a> {
    /// The message's id, the same on every delivery of one event.
    pub(crate) id: &'a str,
    pub(crate) channel: Channel,
    pub(crate) pool: &'a PoolId,
    /// The number or address; it is neither kept nor printed.
    pub(crate) recipient: &'a str,
    pub(crate) country: Option<Country>,
}
