//! Every message of the fixtures, whole and damaged, through AWS's own crate and the handler's reader.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on should fail where it stands"
)]

#[path = "../../it/function.rs"]
#[expect(dead_code, reason = "the handler's own tests need more of it")]
mod function;
#[path = "../../it/server.rs"]
#[expect(dead_code, reason = "the handler's own tests need more of it")]
mod server;
#[path = "../../it/services.rs"]
#[expect(dead_code, reason = "the handler's own tests need more of it")]
mod services;

use aws_sdk_kms::config::retry::RetryConfig;
use aws_sdk_kms::config::{BehaviorVersion, Credentials, Region};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use handler::decrypt::{DecryptError, Decryptor, KeyArns, Kms, MessageReader};
use handler::event::PoolId;
use handler_aws_esdk::AwsEsdk;
use serde_json::Value;

use self::server::Server;
use self::services::no_fault;

/// What the crate reads beyond what Cognito sends.
const READ_BY_THE_CRATE: [&str; 6] = [
    "refused: both keys of the stack",
    "refused: not framed",
    "refused: not signed",
    "refused: committed, not signed",
    "refused: 192 bits",
    "refused: too many frames",
];

/// Both implementations, for one file of messages and the KMS that knows them.
struct Both {
    messages: Vec<Value>,
    reader: MessageReader<Kms>,
    sdk: AwsEsdk,
    _kms: Server,
}

type Outcome = Result<String, DecryptError>;

impl Both {
    async fn of(fixture: &str) -> Self {
        let fixture: Value = serde_json::from_str(fixture).unwrap();
        let arn = |member: &str| fixture[member].as_str().unwrap().to_owned();
        let keys = KeyArns {
            current: arn("key_arn"),
            previous: Some(arn("previous_key_arn")),
        };
        let messages = fixture["messages"].as_array().unwrap().clone();
        let kms = services::kms(no_fault(), services::Requests::default(), fixture);
        let client = aws_sdk_kms::Client::from_conf(
            aws_sdk_kms::Config::builder()
                .behavior_version(BehaviorVersion::latest())
                .region(Region::new("eu-west-1"))
                .credentials_provider(Credentials::new("test", "test", None, None, "test"))
                .retry_config(RetryConfig::disabled())
                .endpoint_url(kms.url())
                .build(),
        );
        Self {
            messages,
            sdk: AwsEsdk::new(&keys, client.clone()).await.unwrap(),
            reader: MessageReader {
                keys,
                data_keys: Kms::new(client),
            },
            _kms: kms,
        }
    }

    async fn python() -> Self {
        Self::of(include_str!("../../fixtures/messages.json")).await
    }

    async fn javascript() -> Self {
        Self::of(include_str!("../../fixtures/javascript.json")).await
    }

    fn named(&self, name: &str) -> (&Value, Vec<u8>) {
        let message = self.messages.iter().find(|message| message["name"] == name).unwrap();
        (message, STANDARD.decode(message["message"].as_str().unwrap()).unwrap())
    }

    /// What the reader and the crate make of `code`.
    async fn decrypt(&self, message: &Value, code: &str) -> (Outcome, Outcome) {
        let pool = PoolId::new(message["pool"].as_str().unwrap()).unwrap();
        let shown = |text: handler::Redacted<String>| text.expose().clone();
        (
            self.reader.decrypt(code, &pool).await.map(shown),
            self.sdk.decrypt(code, &pool).await.map(shown),
        )
    }

    async fn both_refuse(&self, name: &str, what: &str, damaged: &[u8]) {
        let (reader, sdk) = self.decrypt(self.named(name).0, &STANDARD.encode(damaged)).await;
        assert!(reader.is_err() && sdk.is_err(), "{name}, {what}: {reader:?}, {sdk:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_reader_accepts_is_what_the_crate_reads() {
    let mut read_by_the_crate = Vec::new();
    for both in [Both::python().await, Both::javascript().await] {
        for message in &both.messages {
            let name = message["name"].as_str().unwrap();
            let text = message["text"].as_str().unwrap_or_default().to_owned();
            let (reader, sdk) = both.decrypt(message, message["message"].as_str().unwrap()).await;
            if name.starts_with("refused: ") {
                assert!(reader.is_err(), "{name}");
            } else {
                assert_eq!(reader, Ok(text.clone()), "{name}");
            }
            if reader.is_ok() || READ_BY_THE_CRATE.contains(&name) {
                assert_eq!(sdk, Ok(text), "{name}");
            } else {
                assert!(sdk.is_err(), "{name}: {sdk:?}");
            }
            if reader.is_err() && sdk.is_ok() {
                read_by_the_crate.push(name.to_owned());
            }
        }
    }
    // Each of these from Python, and all but the unframed one from JavaScript, whose SDK frames every message.
    assert_eq!(read_by_the_crate.len(), 2 * READ_BY_THE_CRATE.len() - 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn both_refuse_a_damaged_message() {
    for (both, name) in [
        (Both::python().await, "signed"),
        (Both::javascript().await, "committed"),
    ] {
        let (_, whole) = both.named(name);
        for position in 0..whole.len() {
            let mut flipped = whole.clone();
            flipped[position] ^= 1 << (position % 8);
            both.both_refuse(name, &format!("byte {position} flipped"), &flipped)
                .await;
        }
        for length in (0..whole.len()).step_by(7) {
            both.both_refuse(name, &format!("cut to {length}"), &whole[..length])
                .await;
        }
        both.both_refuse(name, "a byte more", &[&whole, &[0][..]].concat())
            .await;
        both.both_refuse(name, "twice", &[&whole[..], &whole].concat()).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn both_refuse_a_code_for_another_pool_and_one_that_is_no_message() {
    let both = Both::python().await;
    let (message, _) = both.named("signed");
    let code = message["message"].as_str().unwrap();
    let mut other = message.clone();
    other["pool"] = "eu-west-1_Other".into();
    let (reader, sdk) = both.decrypt(&other, code).await;
    assert_eq!(reader, Err(DecryptError::OtherPool));
    assert!(sdk.is_err());
    assert_eq!(
        both.decrypt(message, "123456").await,
        (Err(DecryptError::NotBase64), Err(DecryptError::NotBase64))
    );
    let (reader, sdk) = both.decrypt(message, "").await;
    assert!(reader.is_err() && sdk.is_err());
}
