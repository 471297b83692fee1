//! Names of the template's parameters: what a deployment knows only after the zip was stored.
//!
//! All three change with the zip's bytes and with nothing else.

/// The zip's file name below `handler/DIGEST/` in the assets bucket: its SHA-256 in hexadecimal digits, and `.zip`.
pub const HANDLER_FILE: &str = "HandlerFile";
/// The S3 version of that object.
pub const HANDLER_OBJECT_VERSION: &str = "HandlerObjectVersion";
/// The zip's SHA-256 in base64, as Lambda's `CodeSha256`.
pub const HANDLER_SHA256: &str = "HandlerSha256";
