//! What Cognito sends: the triggers' events and the purposes of their messages.
//!
//! An [`Event`] is read from JSON member by member, so that an unknown member, a null or a value of
//! an unexpected type is no reason to lose a code, and so that no error ever repeats what the event
//! holds.

mod channel;
mod custom_message;
mod email_address;
mod error;
mod family;
mod phone_number;
mod pool_id;
mod probe;
mod purpose;
mod read;
mod sender;
mod take_over;

pub use channel::Channel;
pub(crate) use custom_message::CODE_PARAMETER;
pub use custom_message::{CustomMessageEvent, CustomMessageResponse};
pub use email_address::EmailAddress;
pub use error::EventError;
pub use family::Event;
pub use phone_number::PhoneNumber;
pub use pool_id::PoolId;
pub use probe::{Probe, ProbeAnswer};
pub use purpose::Purpose;
pub use sender::SenderEvent;
pub use take_over::AccountTakeOver;

#[cfg(test)]
#[expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on should fail where it stands"
)]
mod tests;

#[cfg(test)]
pub(crate) use tests::fixtures;
