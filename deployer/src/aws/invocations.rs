//! Lambda: a function called, and what it answered.

use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::{InvocationType, LogType};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::error::refused;
use super::{AwsError, Session};

/// What Lambda itself may take, beside the function: a cold start, and the way.
const BESIDE: Duration = Duration::from_secs(30);

/// A call that the function ended.
#[derive(Clone, Debug)]
pub struct Invoked {
    /// Whether it ended with an error; then `answer` has `errorType` and `errorMessage`.
    pub failed: bool,
    /// What the function answered; null where that is no JSON.
    pub answer: Value,
    /// The last 4 KB of what it wrote to its log.
    pub log: String,
}

impl Invoked {
    /// Returns the error that the function ended with, type and message; nothing where it ended well.
    pub fn error(&self) -> Option<String> {
        let member = |name: &str| self.answer.get(name).and_then(Value::as_str).unwrap_or_default();
        self.failed
            .then(|| format!("{} ({})", member("errorMessage"), member("errorType")))
    }
}

impl Session {
    /// Calls a function once with an event, a JSON text, and waits for its end; `timeout` is the function's own.
    ///
    /// It is not tried again: what it does it would do twice.
    pub async fn invoke(&self, function: &str, event: &str, timeout: Duration) -> Result<Invoked, AwsError> {
        let config = aws_sdk_lambda::config::Builder::from(&self.sdk)
            .retry_config(RetryConfig::disabled())
            .timeout_config(
                TimeoutConfig::builder()
                    .connect_timeout(Duration::from_secs(5))
                    .operation_attempt_timeout(timeout + BESIDE)
                    .build(),
            )
            .build();
        let answer = aws_sdk_lambda::Client::from_conf(config)
            .invoke()
            .function_name(function)
            .invocation_type(InvocationType::RequestResponse)
            .log_type(LogType::Tail)
            .payload(Blob::new(event))
            .send()
            .await
            .map_err(|error| refused("lambda:InvokeFunction", error))?;
        let payload = answer.payload().map(AsRef::as_ref).unwrap_or_default();
        let log = answer.log_result().and_then(|log| STANDARD.decode(log).ok());
        Ok(Invoked {
            failed: answer.function_error().is_some(),
            answer: serde_json::from_slice(payload).unwrap_or_default(),
            log: String::from_utf8_lossy(&log.unwrap_or_default()).into_owned(),
        })
    }
}
