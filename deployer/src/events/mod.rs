//! What happened to a stack, as data: a running operation followed to its end, and the root cause of one
//! that failed.

mod follow;
mod last;
mod rollback;
mod root_cause;

pub use follow::{Outcome, follow};
pub use last::last_operation;
pub use rollback::not_rolled_back;
pub use root_cause::{Cause, Failure, failure};
