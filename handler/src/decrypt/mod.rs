//! The encrypted code to the code: a reader of the AWS Encryption SDK's message format.
//!
//! It decrypts only, and accepts as little as it can: the two signed 256-bit suites, framed bodies,
//! messages under exactly one of the stack's keys, and an encryption context of the event's pool.
//! Everything else is a [`DecryptError`] with a code of its own. The one call to KMS stands behind
//! [`DataKeys`], and the whole behind [`Decryptor`]; what belongs to the format is in one file a part: `header`, `body`, `suite`.
//!
//! Source: the AWS Encryption SDK Specification, `data-format/` and `framework/algorithm-suites.md`.

mod body;
mod data_keys;
mod decryptor;
mod entities;
mod error;
mod header;
#[cfg(feature = "lambda")]
mod kms;
mod message;
mod reader;
mod suite;
#[cfg(test)]
mod tests;

pub use data_keys::{DataKey, DataKeyError, DataKeys, KeyArns, WrappedKey};
pub use decryptor::{Decryptor, MessageReader};
pub use entities::unescape;
pub use error::DecryptError;
#[cfg(feature = "lambda")]
pub use kms::Kms;
pub use message::open;
pub use suite::Suite;
