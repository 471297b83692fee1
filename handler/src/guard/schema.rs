//! The guard table as the deployer's template makes it and the handler uses it.
//!
//! It has a key of one part and no index, is billed by request, and lets `DynamoDB` remove what is over.

/// The partition key, a string; there is no sort key.
pub const KEY: &str = "pk";

/// The attribute by which `DynamoDB` removes items: a number, in seconds since 1970.
///
/// `DynamoDB` removes them within a few days, so the handler never takes an item's absence or presence
/// for a time. Source: "Using time to live (TTL)", Amazon `DynamoDB` Developer Guide.
pub const EXPIRES: &str = "expires_at";

/// The operations on the table that the function's role needs: every question is one conditional update.
pub const ACTIONS: &[&str] = &["dynamodb:UpdateItem"];

/// The member of the secret, a JSON object, that holds the HMAC's key: a random text of 43 letters and digits or more.
///
/// As many of 62 characters hold 256 bits. The function reads it once a container, and only where
/// recipients are counted. With another key every recipient is counted anew.
pub const SECRET_MEMBER: &str = "hmac_key";
