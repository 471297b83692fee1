//! What must not be retried goes to the queue at once, in the envelope of Lambda's own failure destination.
//!
//! So whoever reads the queue finds one form, whether Lambda gave up or the handler did. The event
//! keeps its encrypted code: nothing decrypted is ever kept.

use std::pin::Pin;

use serde_json::{Value, json};

use crate::handle::{Failure, Invocation};
use crate::telemetry::timestamp;

/// A record on its way to the queue.
pub type Keeping<'a> = Pin<Box<dyn Future<Output = Result<(), KeepError>> + Send + 'a>>;

/// Where events go that must not be retried.
pub trait DeadLetters: Send + Sync {
    /// Keeps one record.
    fn keep(&self, record: String) -> Keeping<'_>;
}

/// The queue did not take the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("keep the event in the dead-letter queue")]
pub struct KeepError;

/// The condition by which our records are told from Lambda's own.
pub const CONDITION: &str = "NotRetryable";

/// Returns the record of an event that failed for good.
///
/// Source: "Capturing records of Lambda asynchronous invocations", AWS Lambda Developer Guide.
pub(crate) fn record(invocation: &Invocation, event: &Value, failure: &Failure) -> String {
    json!({
        "version": "1.0",
        "timestamp": timestamp(invocation.at_ms),
        "requestContext": {
            "requestId": invocation.request_id,
            "functionArn": invocation.function_arn,
            "condition": CONDITION,
            "approximateInvokeCount": 1,
        },
        "requestPayload": event,
        "responseContext": {
            "statusCode": 200,
            "executedVersion": "$LATEST",
            "functionError": "Unhandled",
        },
        "responsePayload": {
            "errorType": failure.code,
            "errorMessage": failure.to_string(),
        },
    })
    .to_string()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn the_record_has_the_form_of_lambdas_own() {
        let invocation = Invocation {
            request_id: "8476a536-e9f4-11e8-9739-2dfe598c3fcd".to_owned(),
            function_arn: "arn:aws:lambda:eu-west-1:111122223333:function:handler".to_owned(),
            at_ms: 1_795_219_200_123,
            remaining: Duration::from_secs(20),
        };
        let failure = Failure {
            code: "decrypt-signature",
            reason: "decrypt the code: the message's signature is not valid".to_owned(),
        };
        let record = record(
            &invocation,
            &json!({"triggerSource": "CustomSMSSender_SignUp"}),
            &failure,
        );
        insta::assert_snapshot!(record);
    }
}
