//! The messages of `tests/fixtures`, each with the data keys that KMS would give out for it.

use std::sync::atomic::{AtomicUsize, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::decrypt::message::open_bytes;
use crate::decrypt::{DataKey, DataKeyError, DataKeys, DecryptError, KeyArns, WrappedKey};
use crate::event::PoolId;
use crate::{Redacted, Word};

pub(super) const PYTHON: &str = "Python";
pub(super) const JAVASCRIPT: &str = "JavaScript";

/// Data keys of the fixture, given out as KMS would: for the right key, ciphertext and context only.
pub(super) struct Local {
    pub(super) message: Value,
    pub(super) calls: AtomicUsize,
}

impl DataKeys for Local {
    async fn decrypt(&self, wrapped: WrappedKey<'_>) -> Result<DataKey, DataKeyError> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        let context = serde_json::to_value(wrapped.context).unwrap();
        let keys = self.message["data_keys"].as_array().unwrap();
        let known = keys
            .iter()
            .find(|key| key["key_arn"] == wrapped.key_arn && key["wrapped"] == STANDARD.encode(wrapped.ciphertext));
        match known {
            Some(key) if self.message["context"] == context => {
                let key = STANDARD.decode(key["data_key"].as_str().unwrap()).unwrap();
                key.as_slice()
                    .try_into()
                    .map(Redacted::new)
                    .map_err(|_| DataKeyError::Length)
            }
            _ => Err(DataKeyError::Refused(Word::new("InvalidCiphertextException"))),
        }
    }
}

pub(super) struct Case {
    /// Whose Encryption SDK made it.
    pub(super) maker: &'static str,
    pub(super) name: String,
    pub(super) bytes: Vec<u8>,
    pub(super) keys: KeyArns,
    pub(super) local: Local,
}

impl Case {
    pub(super) fn all() -> Vec<Self> {
        let python = of(PYTHON, include_str!("../../../tests/fixtures/messages.json"));
        let javascript = of(JAVASCRIPT, include_str!("../../../tests/fixtures/javascript.json"));
        python.into_iter().chain(javascript).collect()
    }

    pub(super) fn named(maker: &str, name: &str) -> Self {
        Self::all()
            .into_iter()
            .find(|case| case.maker == maker && case.name == name)
            .unwrap()
    }

    pub(super) fn python(name: &str) -> Self {
        Self::named(PYTHON, name)
    }

    pub(super) fn pool(&self) -> PoolId {
        PoolId::new(self.local.message["pool"].as_str().unwrap()).unwrap()
    }

    pub(super) async fn open(&self, bytes: &[u8]) -> Result<String, DecryptError> {
        open_bytes(bytes, &self.pool(), &self.keys, &self.local)
            .await
            .map(|text| text.expose().clone())
    }

    pub(super) fn position(&self, part: &[u8]) -> usize {
        self.bytes
            .windows(part.len())
            .position(|window| window == part)
            .unwrap()
    }
}

fn of(maker: &'static str, fixture: &str) -> Vec<Case> {
    let fixture: Value = serde_json::from_str(fixture).unwrap();
    let keys = KeyArns {
        current: fixture["key_arn"].as_str().unwrap().to_owned(),
        previous: fixture["previous_key_arn"].as_str().map(str::to_owned),
    };
    let case = |message: &Value| Case {
        maker,
        name: message["name"].as_str().unwrap().to_owned(),
        bytes: STANDARD.decode(message["message"].as_str().unwrap()).unwrap(),
        keys: keys.clone(),
        local: Local {
            message: message.clone(),
            calls: AtomicUsize::new(0),
        },
    };
    fixture["messages"].as_array().unwrap().iter().map(case).collect()
}
