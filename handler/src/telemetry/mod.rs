//! What is said about an event: log lines and metrics, never anything of the user's.
//!
//! Metrics are lines in Amazon's embedded metric format, one an event, so that counting costs no
//! call. The names stand here because the deployer's alarms use them.

#[cfg(feature = "lambda")]
mod log;
mod metrics;

#[cfg(feature = "lambda")]
pub use log::subscriber;
#[cfg(feature = "lambda")]
pub(crate) use metrics::timestamp;
pub use metrics::{
    CHANNEL, Count, DELIVERED, FAILED, GUARD_UNAVAILABLE, LATENCY, MESSAGE, NAMESPACE, OUTCOME, Outcome, REFUSED,
    REFUSED_BY_RATE, SCOPE, STACK, Unguarded,
};
