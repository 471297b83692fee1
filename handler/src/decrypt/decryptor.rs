//! What decrypts codes, as the pipeline sees it: this module's reader, or another implementation.

use super::{DataKeys, DecryptError, KeyArns, open};
use crate::Redacted;
use crate::event::PoolId;

/// Decrypts the codes of a pool's events.
pub trait Decryptor: Send + Sync {
    /// Returns what `code`, the base64 text of an event of `pool`, was encrypted from.
    fn decrypt(&self, code: &str, pool: &PoolId)
    -> impl Future<Output = Result<Redacted<String>, DecryptError>> + Send;
}

/// This module's own reader.
#[derive(Clone, Debug)]
pub struct MessageReader<K> {
    /// The keys whose codes are accepted.
    pub keys: KeyArns,
    /// Where data keys are decrypted.
    pub data_keys: K,
}

impl<K: DataKeys> Decryptor for MessageReader<K> {
    async fn decrypt(&self, code: &str, pool: &PoolId) -> Result<Redacted<String>, DecryptError> {
        open(code, pool, &self.keys, &self.data_keys).await
    }
}
