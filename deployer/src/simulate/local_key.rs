//! A key that stands for KMS on this machine: made for one run, in memory only.
//!
//! It wraps data keys as KMS does, bound to their encryption context, so that the handler's reader can be run
//! without a call.

use std::collections::BTreeMap;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::rand::fill;
use handler::decrypt::{DataKey, DataKeyError, DataKeys, WrappedKey};
use handler::{Redacted, Word};

use super::{EncryptError, GeneratedKey};

/// A key of this run.
#[derive(Debug)]
pub struct LocalKey {
    arn: String,
    key: LessSafeKey,
}

impl LocalKey {
    /// Makes a key, with an ARN that no account has.
    pub fn new(region: &str) -> Result<Self, EncryptError> {
        let mut key = [0; 32];
        fill(&mut key)?;
        Ok(Self {
            arn: format!("arn:aws:kms:{region}:000000000000:key/00000000-0000-0000-0000-000000000000"),
            key: LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &key)?),
        })
    }

    /// Returns the ARN under which messages name this key.
    pub fn arn(&self) -> &str {
        &self.arn
    }

    /// Makes a data key for an encryption context.
    pub fn generate(&self, context: &BTreeMap<String, String>) -> Result<GeneratedKey, EncryptError> {
        let (mut key, mut iv) = ([0; 32], [0; NONCE_LEN]);
        fill(&mut key)?;
        fill(&mut iv)?;
        let mut sealed = key.to_vec();
        self.key.seal_in_place_append_tag(
            Nonce::assume_unique_for_key(iv),
            Aad::from(authenticated(context)),
            &mut sealed,
        )?;
        Ok(GeneratedKey {
            key: Redacted::new(key),
            wrapped: [iv.as_slice(), &sealed].concat(),
        })
    }

    fn open(&self, wrapped: WrappedKey<'_>) -> Option<Vec<u8>> {
        let (iv, sealed) = wrapped.ciphertext.split_first_chunk::<NONCE_LEN>()?;
        let mut sealed = sealed.to_vec();
        let aad = Aad::from(authenticated(wrapped.context));
        let key = self
            .key
            .open_in_place(Nonce::assume_unique_for_key(*iv), aad, &mut sealed);
        key.ok().map(|key| key.to_vec())
    }
}

impl DataKeys for LocalKey {
    async fn decrypt(&self, wrapped: WrappedKey<'_>) -> Result<DataKey, DataKeyError> {
        let key = self
            .open(wrapped)
            .ok_or_else(|| DataKeyError::Refused(Word::new("InvalidCiphertextException")))?;
        key.try_into().map(Redacted::new).map_err(|_| DataKeyError::Length)
    }
}

/// The context as bytes; no name or value holds a NUL.
fn authenticated(context: &BTreeMap<String, String>) -> Vec<u8> {
    let pairs = context
        .iter()
        .map(|(name, value)| [name.as_str(), value.as_str()].join("\0"));
    pairs.collect::<Vec<String>>().join("\0").into_bytes()
}
