//! What Cognito sends: the triggers' events and the purposes of their messages.
//!
//! A [`SenderEvent`] is read from JSON member by member, so that an unknown member, a null or a
//! value of an unexpected type is no reason to lose a code, and so that no error ever repeats what
//! the event holds.

mod channel;
mod error;
mod phone_number;
mod pool_id;
mod purpose;
mod sender;

pub use channel::Channel;
pub use error::EventError;
pub use phone_number::PhoneNumber;
pub use pool_id::PoolId;
pub use purpose::Purpose;
pub use sender::SenderEvent;
