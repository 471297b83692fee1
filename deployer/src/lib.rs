//! Deploys Amazon Cognito's message triggers as code.
//!
//! The modules are the flow of the data, and each uses only those to its left:
//! `finding → spec → model → template → check → asset → plan → apply → events`.
//! [`inert`] stands before them: it makes text of others safe to show. `files` writes files whole or not at all.
//! [`doctor`] stands behind them: it judges what they stand on. Two stand beside them and use none: [`simulate`] does
//! what Cognito does, and [`redrive`] judges events that failed. [`aws`] alone knows the SDK, and only [`cli`] prints,
//! prompts, exits, or reads the environment and the clock.

pub mod apply;
pub mod asset;
pub mod aws;
pub mod check;
pub mod cli;
pub mod doctor;
pub mod events;
mod files;
pub mod finding;
pub mod inert;
pub mod model;
pub mod plan;
pub mod redrive;
pub mod simulate;
pub mod spec;
pub mod template;
