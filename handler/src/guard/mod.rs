//! What must not be sent although it could be: here, numbers of countries that the stack does not serve.
//!
//! A refusal is a decision, not a failure: it is logged and counted by its reason and never retried.

mod country;

pub use country::{Refusal, check, country_of};
