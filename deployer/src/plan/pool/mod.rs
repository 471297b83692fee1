//! A pool that exists before its stack does: what an apply changes in it, and what stays.
//!
//! In: the pool as it is and was, the declared triggers, and what the deployed template says that it
//! attached. Out: the merged `LambdaConfig`, the body of the one update that brings it, and the order of
//! that update among the change sets. Nothing here is a call.

mod compare;
mod email;
mod members;
mod ours;
mod part;
mod steps;
mod triggers;

pub(super) use compare::compared;
pub use compare::{MFA, follows, moved, put_back, settings};
pub use members::{is_writable, unknown, update_request};
pub use ours::{Ours, resolve};
pub use part::{DesiredPool, Live, PoolPart, TriggerChange};
pub(super) use steps::{left_attached, plan};
pub use triggers::{Detached, Merged, detached, merge};
