//! Amazon SNS: `Publish` to a phone number.

use aws_sdk_sns::Client;
use aws_sdk_sns::error::{BuildError, ProvideErrorMetadata as _, SdkError};
use aws_sdk_sns::operation::publish::PublishError;
use aws_sdk_sns::types::MessageAttributeValue;

use super::{Accepted, Provider, ProviderError, Retry, Sending, Sms};
use crate::delivery::{self, SmsType};

const SENDER_ID: &str = "AWS.SNS.SMS.SenderID";
const SMS_TYPE: &str = "AWS.SNS.SMS.SMSType";

/// SNS as a provider.
#[derive(Clone, Debug)]
pub struct Sns {
    client: Client,
    attributes: Vec<(&'static str, MessageAttributeValue)>,
}

impl Sns {
    /// Publishes through `client`, which has the provider's Region and makes one attempt a call.
    pub fn new(client: Client, settings: &delivery::Sns) -> Result<Self, BuildError> {
        let sms_type = match settings.sms_type {
            SmsType::Transactional => "Transactional",
            SmsType::Promotional => "Promotional",
        };
        let mut attributes = vec![(SMS_TYPE, attribute(sms_type)?)];
        if let Some(sender_id) = &settings.sender_id {
            attributes.push((SENDER_ID, attribute(sender_id)?));
        }
        Ok(Self { client, attributes })
    }
}

fn attribute(value: &str) -> Result<MessageAttributeValue, BuildError> {
    MessageAttributeValue::builder()
        .data_type("String")
        .string_value(value)
        .build()
}

impl Provider for Sns {
    fn send<'a>(&'a self, message: &'a Sms) -> Sending<'a> {
        Box::pin(async move {
            let mut publish = self
                .client
                .publish()
                .phone_number(message.to.expose())
                .message(message.text.expose());
            for (name, value) in &self.attributes {
                publish = publish.message_attributes(*name, value.clone());
            }
            let answer = publish.send().await.map_err(|error| failure(&error))?;
            Ok(Accepted {
                message_id: answer.message_id().filter(|id| is_uuid(id)).map(str::to_owned),
            })
        })
    }
}

/// Only what has the form of SNS's ids is kept, since it is logged.
fn is_uuid(id: &str) -> bool {
    id.len() == 36 && id.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}

fn failure(error: &SdkError<PublishError>) -> ProviderError {
    match error {
        SdkError::ServiceError(service) => {
            let status = service.raw().status().as_u16();
            classify(
                service.err().code().unwrap_or("unnamed"),
                service.err().message().unwrap_or_default(),
                status,
            )
        }
        SdkError::ConstructionFailure(_) => ProviderError::new(Retry::Elsewhere, "request-not-built"),
        SdkError::TimeoutError(_) => ProviderError::new(Retry::Anywhere, "timeout"),
        SdkError::DispatchFailure(_) => ProviderError::new(Retry::Anywhere, "unreachable"),
        _ => ProviderError::new(Retry::Anywhere, "unreadable-answer"),
    }
}

/// Tells what an error of SNS means; its text is read, since one code covers much, but never kept.
///
/// `InvalidParameter` names the parameter: only `PhoneNumber` is about the recipient, all else is
/// about our settings, with which another provider has nothing to do.
fn classify(code: &str, message: &str, status: u16) -> ProviderError {
    let code = code.strip_suffix("Exception").unwrap_or(code);
    let about_recipient = message.contains("PhoneNumber") || message.to_ascii_lowercase().contains("opted out");
    let retry = match code {
        "OptedOut" => Retry::Never,
        "InvalidParameter" | "InvalidParameterValue" if about_recipient => Retry::Never,
        "Throttled" | "Throttling" | "InternalError" | "InternalFailure" | "ServiceUnavailable" => Retry::Anywhere,
        _ if status >= 500 || status == 429 => Retry::Anywhere,
        _ => Retry::Elsewhere,
    };
    ProviderError::new(retry, code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_classified_and_their_text_is_dropped() {
        let number = "Invalid parameter: PhoneNumber Reason: +12025550173 is not valid to publish to";
        for (code, message, status, wanted) in [
            ("InvalidParameter", number, 400, Retry::Never),
            (
                "InvalidParameterException",
                "This phone number is opted out: +12025550173",
                400,
                Retry::Never,
            ),
            ("OptedOut", "", 400, Retry::Never),
            (
                "InvalidParameter",
                "Invalid parameter: AWS.SNS.SMS.SenderID",
                400,
                Retry::Elsewhere,
            ),
            (
                "AuthorizationError",
                "not authorized to perform SNS:Publish on +12025550173",
                403,
                Retry::Elsewhere,
            ),
            ("InvalidClientTokenId", "", 403, Retry::Elsewhere),
            ("Throttled", "", 429, Retry::Anywhere),
            ("ThrottlingException", "", 400, Retry::Anywhere),
            ("InternalError", "", 500, Retry::Anywhere),
            ("+12025550173", "", 503, Retry::Anywhere),
        ] {
            let error = classify(code, message, status);
            assert_eq!(error.retry, wanted, "{code}: {message}");
            assert!(!format!("{error} {error:?}").contains("202555"), "{error:?}");
        }
    }

    #[test]
    fn only_ids_are_kept() {
        assert!(is_uuid("94f20ce6-13c5-43a0-9a9e-ca52d816e90b"));
        assert!(!is_uuid("+12025550173"));
        assert!(!is_uuid(&"z".repeat(36)));
    }
}
