//! The function behind a pool's message triggers: `event → guard → decrypt → compose → send`.
//!
//! The deployer uses this library for what must be the same on both sides: the delivery
//! configuration that travels inside the zip, the event's types, the texts, the names of metrics
//! and environment variables, and [`Redacted`]. Everything that talks to AWS stands behind the
//! feature `lambda`, with [`Handler`] as the whole pipeline.
//!
//! Nothing here prints, reads the environment or exits but [`process`], which a binary calls.

pub mod compose;
#[cfg(feature = "lambda")]
pub mod dead_letter;
pub mod decrypt;
pub mod delivery;
pub mod env;
pub mod event;
pub mod guard;
#[cfg(feature = "lambda")]
mod handle;
#[cfg(feature = "lambda")]
mod hex;
mod percent;
#[cfg(feature = "lambda")]
pub mod process;
pub mod provider;
mod redact;
pub mod send;
pub mod telemetry;
mod word;

#[cfg(feature = "lambda")]
pub use handle::{Failure, Handler, Invocation};
pub use percent::percent_encoded;
pub use redact::Redacted;
pub use word::Word;
