//! What must not be sent although it could be: to countries that the stack does not serve, twice, or once too often.
//!
//! A refusal is a decision, not a failure: it is logged and counted by its reason and never retried.
//! Countries need no call; duplicates and rates are asked of a table, where the stack declares one.

mod country;
#[cfg(feature = "lambda")]
mod denial;
#[cfg(feature = "lambda")]
mod duplicate;
#[cfg(feature = "lambda")]
mod gate;
#[cfg(feature = "lambda")]
mod number;
#[cfg(feature = "lambda")]
mod question;
#[cfg(feature = "lambda")]
mod rate;
mod schema;
mod scope;
#[cfg(feature = "lambda")]
mod table;

pub use country::{Refusal, check, country_of};
#[cfg(feature = "lambda")]
pub(crate) use denial::{Denial, Unanswered};
#[cfg(feature = "lambda")]
pub use gate::Gate;
#[cfg(feature = "lambda")]
pub(crate) use question::Question;
pub use schema::{ACTIONS, EXPIRES, KEY, SECRET_MEMBER};
pub use scope::Scope;
