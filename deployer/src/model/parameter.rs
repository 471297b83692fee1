//! Names of the template's parameters: what a deployment records of its own work, beside what its stack file says.
//!
//! The three of the handler change with the zip's bytes and with nothing else.

/// The zip's file name below `handler/DIGEST/` in the assets bucket: its SHA-256 in hexadecimal digits, and `.zip`.
pub const HANDLER_FILE: &str = "HandlerFile";
/// The S3 version of that object.
pub const HANDLER_OBJECT_VERSION: &str = "HandlerObjectVersion";
/// The zip's SHA-256 in base64, as Lambda's `CodeSha256`.
pub const HANDLER_SHA256: &str = "HandlerSha256";

/// The SHA-256 of the configuration that a pool outside the stack had before its first attach.
pub const POOL_BEFORE: &str = "PoolBefore";
/// The SHA-256 of the configuration that such a pool had before an update that was not compared yet.
pub const POOL_RECORD: &str = "PoolRecord";

/// The value of a digest that is not there.
pub const NONE: &str = "none";
