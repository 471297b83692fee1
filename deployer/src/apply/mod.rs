//! A plan, carried out: change sets made and executed, zips and large templates stored, pools read back.
//!
//! Each step is a function of its own, since a person's yes stands between some of them. What a step
//! makes before that yes, [`discard`] takes back. Following a running operation is `events`' work.

mod assets;
mod change_set;
mod destroy;
mod existing_keys;
mod large_template;
mod left_behind;
mod probe;
mod verify;

pub use assets::{Bucket, found, store};
pub(crate) use change_set::Pause;
pub use change_set::{
    ApplyError, Operation, Preparation, Prepared, continue_rollback, discard, execute, name, prepare, remove_shell,
    withdraw,
};
pub use destroy::{Remains, delete, left_by, letting_go, remains};
pub use existing_keys::key_findings;
pub use left_behind::left_behind;
pub use probe::{ProbeError, Served, encrypted, probe};
pub use verify::{Difference, code_difference, pool_differences, resolved, trigger_differences};
