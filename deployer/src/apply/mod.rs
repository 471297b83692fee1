//! A plan, carried out: change sets made and executed, zips and large templates stored, pools read back.
//!
//! Each step is a function of its own, since a person's yes stands between some of them. What a step
//! makes before that yes, [`discard`] takes back. Following a running operation is `events`' work.

mod assets;
mod attach;
mod change_set;
mod deployed_code;
mod destroy;
mod digests;
mod drift;
mod existing_keys;
mod grants;
mod large_template;
mod left_behind;
mod pool_update;
mod probe;
mod put_back;
mod ready;
mod saved;
mod sms_role;
mod stack_policy;
mod verify;

pub use assets::{Bucket, StoredZip, hide, store, stored};
pub use attach::{AttachError, NotUpdated, PoolUpdate, Updated, differences, update};
pub(crate) use change_set::Pause;
pub use change_set::{
    ApplyError, Operation, Parameters, Preparation, Prepared, continue_rollback, discard, execute, name, prepare,
    remove_shell, roll_back, withdraw,
};
pub use deployed_code::{ZipLocation, deployed_code, deployed_zip, is_of, recorded};
pub use destroy::{Remains, delete, left_by, letting_go, remains};
pub use digests::{Digests, Stated};
pub use drift::{Detected, detect_drift};
pub use existing_keys::key_findings;
pub use grants::{GrantSeen, serves, watch_grant};
pub use left_behind::left_behind;
pub use pool_update::{PoolUpdateError, Written, write_pool};
pub use probe::{ProbeError, Served, encrypted, probe};
pub use put_back::{PutBack, PutBackError, put_back_pool};
pub use ready::{Decrypts, Expected, Ready, ReadyError, lets_invoke, ready};
pub use saved::{Known, Shelf, digest, text};
pub use sms_role::sender_findings;
pub use stack_policy::{PolicyKept, PolicyLifted, keep_policy, lift_policy};
pub use verify::{Difference, code_difference, pool_differences, resolved, trigger_differences};
