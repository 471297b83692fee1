//! What AWS said no to, in one type.

use aws_sdk_cloudformation::error::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use serde_json::Value;
use thiserror::Error;

/// A call that did not go through.
#[derive(Clone, Debug, Error)]
#[error("{action}: {}", crate::inert::line(.message))]
pub struct AwsError {
    /// The call as IAM spells it, such as `cloudformation:CreateChangeSet`.
    pub action: &'static str,
    /// What kind of no.
    pub refusal: Refusal,
    /// The service's own words, or those of the connection.
    pub message: String,
}

/// What kind of no.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The service answered with this error code.
    Service(String),
    /// No credentials, or wrong ones.
    Credentials,
    /// They were good and are no longer.
    Expired,
    /// This machine's clock is off.
    Clock,
    /// No answer: connection, name, time.
    Unreachable,
    /// An answer that cannot be read.
    Unexpected,
}

impl Refusal {
    /// Whether other credentials, or another clock, would have been let through.
    pub(super) const fn is_of_the_credentials(&self) -> bool {
        matches!(self, Self::Credentials | Self::Expired | Self::Clock)
    }
}

impl AwsError {
    /// An answer that is not as the service's model says.
    pub fn unexpected(action: &'static str, message: impl Into<String>) -> Self {
        Self {
            action,
            refusal: Refusal::Unexpected,
            message: message.into(),
        }
    }

    /// Whether the service answered with one of these codes.
    pub fn is(&self, codes: &[&str]) -> bool {
        matches!(&self.refusal, Refusal::Service(code) if codes.contains(&code.as_str()))
    }

    /// Whether the credentials lack the right to the call.
    pub fn is_denied(&self) -> bool {
        // SNS has a word of its own for it.
        self.is(&["AccessDenied", "AccessDeniedException", "AuthorizationError"])
    }

    /// Whether CloudFormation says that there is no such stack; it has no error code of its own for that.
    pub fn is_missing_stack(&self) -> bool {
        self.is(&["ValidationError"]) && self.message.contains("does not exist")
    }
}

/// Codes of a credential that is wrong, expired or not allowed to be used now.
const CREDENTIAL_CODES: &[&str] = &[
    "InvalidClientTokenId",
    "UnrecognizedClientException",
    "SignatureDoesNotMatch",
    "InvalidSignatureException",
];

/// Codes of credentials that had their time.
const EXPIRED_CODES: &[&str] = &["ExpiredToken", "ExpiredTokenException"];

/// Codes and words of a request whose time is not the service's. The words come with the codes of a wrong
/// signature: the time is signed too.
const CLOCK_CODES: &[&str] = &["RequestTimeTooSkewed", "RequestExpired", "RequestInTheFuture"];
const CLOCK_WORDS: &[&str] = &["Signature expired", "Signature not yet current"];

fn refusal(code: String, message: &str) -> Refusal {
    let has = |codes: &[&str]| codes.contains(&code.as_str());
    if has(CLOCK_CODES) || (has(CREDENTIAL_CODES) && CLOCK_WORDS.iter().any(|words| message.contains(words))) {
        Refusal::Clock
    } else if has(EXPIRED_CODES) {
        Refusal::Expired
    } else if has(CREDENTIAL_CODES) {
        Refusal::Credentials
    } else {
        Refusal::Service(code)
    }
}

/// A service's refusal of a plain call.
pub(super) fn refused_by(action: &'static str, code: String, message: Option<String>) -> AwsError {
    let message = match message {
        Some(message) => format!("{message} ({code})"),
        None => code.clone(),
    };
    AwsError {
        action,
        refusal: refusal(code, &message),
        message,
    }
}

/// Reads a policy that a service returned as JSON in a text.
pub(super) fn policy_document(action: &'static str, text: &str) -> Result<Value, AwsError> {
    serde_json::from_str(text)
        .map_err(|_| AwsError::unexpected(action, "the answer holds a policy that cannot be read"))
}

/// A plain call that nobody answered.
pub(super) fn plainly_refused(action: &'static str, message: &str) -> AwsError {
    AwsError {
        action,
        refusal: Refusal::Unreachable,
        message: message.to_owned(),
    }
}

/// Turns the SDK's error into ours.
#[expect(clippy::needless_pass_by_value, reason = "what `map_err` hands over")]
pub(super) fn refused<E, R>(action: &'static str, error: SdkError<E, R>) -> AwsError
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    R: std::fmt::Debug + Send + Sync + 'static,
{
    match &error {
        SdkError::ServiceError(context) => {
            let metadata = context.err().meta();
            let code = metadata.code().unwrap_or("an error without a code").to_owned();
            refused_by(action, code, metadata.message().map(str::to_owned))
        }
        SdkError::TimeoutError(_) => AwsError {
            action,
            refusal: Refusal::Unreachable,
            message: "no answer in time".to_owned(),
        },
        SdkError::DispatchFailure(failure) => {
            let message = failure
                .as_connector_error()
                .map_or_else(|| "no connection".to_owned(), |error| chain(error));
            // The SDK reports missing credentials as a failure to dispatch.
            let refusal = if message.contains("credential") {
                Refusal::Credentials
            } else {
                Refusal::Unreachable
            };
            AwsError {
                action,
                refusal,
                message,
            }
        }
        SdkError::ResponseError(_) => AwsError::unexpected(action, "the answer cannot be read"),
        _ => {
            let message = chain(&error);
            let refusal = if message.contains("credential") {
                Refusal::Credentials
            } else {
                Refusal::Unexpected
            };
            AwsError {
                action,
                refusal,
                message,
            }
        }
    }
}

/// An error with all its causes, outermost first.
fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut message = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let text = cause.to_string();
        if !message.contains(&text) {
            message.push_str(": ");
            message.push_str(&text);
        }
        next = cause.source();
    }
    message
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_is_off_is_told_from_a_wrong_key() {
        let kind = |code: &str, message: &str| refusal(code.to_owned(), message);
        let late = "Signature expired: 20260101T000000Z is now earlier than 20260101T010000Z";
        assert_eq!(kind("SignatureDoesNotMatch", late), Refusal::Clock);
        assert_eq!(kind("InvalidSignatureException", late), Refusal::Clock);
        assert_eq!(
            kind("RequestTimeTooSkewed", "The difference is too large"),
            Refusal::Clock
        );
        assert_eq!(
            kind("SignatureDoesNotMatch", "The signature does not match"),
            Refusal::Credentials
        );
        assert_eq!(kind("ExpiredToken", "The security token is expired"), Refusal::Expired);
        assert_eq!(
            kind("ValidationError", late),
            Refusal::Service("ValidationError".to_owned())
        );
    }
}
