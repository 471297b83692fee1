//! What must hold of the decryption for whatever bytes; the fuzzer and the tests use this file.
//!
//! The KMS here is worse than the real one: it gives out the right data key whatever the encryption context is, and
//! some data key for what it never encrypted. So what is refused was refused by the reader alone.

use std::pin::pin;
use std::sync::LazyLock;
use std::task::{Context, Poll, Waker};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use handler::Redacted;
use handler::decrypt::{self, DataKey, DataKeyError, DataKeys, KeyArns, WrappedKey};
use handler::event::PoolId;
use serde_json::Value;

/// Messages of the Encryption SDKs for Python and JavaScript, with their data keys.
pub(crate) struct Known {
    keys: KeyArns,
    pool: PoolId,
    pub(crate) messages: Vec<Message>,
}

pub(crate) struct Message {
    pub(crate) bytes: Vec<u8>,
    text: Option<String>,
    data_keys: Vec<(Vec<u8>, Vec<u8>)>,
}

pub(crate) static KNOWN: LazyLock<Known> = LazyLock::new(|| {
    let fixtures = [
        include_str!("../../tests/fixtures/messages.json"),
        include_str!("../../tests/fixtures/javascript.json"),
    ]
    .map(|fixture| serde_json::from_str::<Value>(fixture).unwrap());
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let bytes = |value: &Value| STANDARD.decode(value.as_str().unwrap()).unwrap();
    let message = |message: &Value| Message {
        bytes: bytes(&message["message"]),
        text: text(&message["text"]),
        data_keys: message["data_keys"]
            .as_array()
            .unwrap()
            .iter()
            .map(|key| (bytes(&key["wrapped"]), bytes(&key["data_key"])))
            .collect(),
    };
    Known {
        keys: KeyArns {
            current: text(&fixtures[0]["key_arn"]).unwrap(),
            previous: text(&fixtures[0]["previous_key_arn"]),
        },
        pool: PoolId::new(fixtures[0]["messages"][0]["pool"].as_str().unwrap()).unwrap(),
        messages: fixtures
            .iter()
            .flat_map(|fixture| fixture["messages"].as_array().unwrap().iter().map(message))
            .collect(),
    }
});

impl DataKeys for &Known {
    async fn decrypt(&self, wrapped: WrappedKey<'_>) -> Result<DataKey, DataKeyError> {
        let mut known = self.messages.iter().flat_map(|message| &message.data_keys);
        let key = known.find(|(ciphertext, _)| ciphertext == wrapped.ciphertext);
        let key = key.map_or(&[7; 32][..], |(_, key)| key);
        key.try_into().map(Redacted::new).map_err(|_| DataKeyError::Length)
    }
}

/// Panics when `bytes` are opened and are not a message that an Encryption SDK made, or not to its text.
pub(crate) fn check(bytes: &[u8]) {
    let known = &*KNOWN;
    let code = STANDARD.encode(bytes);
    let opened = pin!(decrypt::open(&code, &known.pool, &known.keys, &known));
    let Poll::Ready(opened) = opened.poll(&mut Context::from_waker(Waker::noop())) else {
        panic!("nothing here waits");
    };
    if let Ok(text) = opened {
        let made = known.messages.iter().find(|message| message.bytes == bytes);
        let made = made.expect("what is opened is what an Encryption SDK made");
        assert_eq!(made.text.as_ref(), Some(text.expose()));
    }
}
