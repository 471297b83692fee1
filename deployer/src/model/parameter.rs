//! Names of the template's parameters: what a deployment records of its own work, beside what its stack file says.

/// The SHA-256 of the configuration that a pool outside the stack had before its first attach.
pub const POOL_BEFORE: &str = "PoolBefore";
/// The SHA-256 of the configuration that such a pool had before an update that was not compared yet.
pub const POOL_RECORD: &str = "PoolRecord";

/// The value of a digest that is not there.
pub const NONE: &str = "none";
