//! What is said about an event: log lines and metrics, never anything of the user's.
//!
//! Metrics are lines in Amazon's embedded metric format, one an event, so that counting costs no
//! call. The names stand here because the deployer's alarms use them.

#[cfg(feature = "lambda")]
mod log;
mod metrics;

#[cfg(feature = "lambda")]
pub use log::subscriber;
pub use metrics::{CHANNEL, Count, DELIVERED, FAILED, NAMESPACE, Outcome, REASON, REFUSED, STACK};
