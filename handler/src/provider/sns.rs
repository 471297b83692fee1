//! Amazon SNS: `Publish` to a phone number.
//!
//! Source: "Publishing to a mobile phone", Amazon SNS Developer Guide.

use serde::{Deserialize, Serialize};

use super::{Facts, Form, Problem, Right, Setting, Settings, To, forms};
use crate::event::Channel;

/// Amazon SNS as an SMS provider.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sns {
    /// `AWS.SNS.SMS.SenderID`: 3 to 11 letters, digits or hyphens, at least one letter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sender_id: Option<String>,
    /// `AWS.SNS.SMS.SMSType`; SNS itself would take a code for `Promotional`, so ours is explicit.
    #[serde(default)]
    pub sms_type: SmsType,
    /// The Region that publishes; the function's own when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// `AWS.MM.SMS.OriginationNumber`: 5 to 14 digits, with or without `+`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origination_number: Option<String>,
    /// `AWS.MM.SMS.EntityId`, for India.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entity_id: Option<String>,
    /// `AWS.MM.SMS.TemplateId`, for India.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template_id: Option<String>,
    /// `AWS.SNS.SMS.MaxPrice`, in US dollars.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_price: Option<String>,
}

/// What SNS optimises for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum SmsType {
    /// Reliability first: the right one for codes.
    #[default]
    Transactional,
    /// Cost first.
    Promotional,
}

impl Sns {
    pub(super) const CHANNELS: &[Channel] = &[Channel::Sms];
    pub(super) const SECRET: &[super::SecretMember] = &[];
    pub(super) const FACTS: Facts = Facts {
        idempotency: "none for phone numbers",
        regions: "the stack's, or `region`; those with SMS",
        data_residency: "the Region that is called",
        source: "Amazon SNS API Reference, `Publish`; Amazon SNS Developer Guide, “Supported Regions and countries”; AWS Data Privacy FAQ",
    };
    pub(super) const SETTINGS: &[Setting] = &[
        Setting {
            key: "sender_id",
            about: "The name that the phone shows as the sender, where the country allows one",
            example: "ACME",
            required: false,
            form: forms::SENDER_ID,
        },
        Setting {
            key: "sms_type",
            about: "What SNS optimises for: reliability (Transactional, the default) or cost",
            example: "Transactional",
            required: false,
            form: Form::Choice(&["Transactional", "Promotional"]),
        },
        forms::REGION,
        Setting {
            key: "origination_number",
            about: "The number of yours that the phone shows as the sender",
            example: "\"+12065550142\"",
            required: false,
            form: Form::Text {
                wanted: "5 to 14 digits, with or without `+` before them",
                pattern: "^\\+?[0-9]{5,14}$",
                fits: is_origination_number,
            },
        },
        forms::ENTITY_ID,
        forms::TEMPLATE_ID,
        forms::MAX_PRICE,
    ];
}

impl Settings for Sns {
    fn problems(&self) -> Vec<Problem> {
        forms::india(self.entity_id.as_deref(), self.template_id.as_deref())
            .into_iter()
            .collect()
    }

    fn rights(&self) -> Vec<Right> {
        vec![Right {
            sid: "PublishToPhones",
            actions: &["sns:Publish"],
            to: To::Phones,
            region: self.region.clone(),
            conditions: Vec::new(),
        }]
    }
}

fn is_origination_number(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or(text);
    (5..=14).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(feature = "sns")]
pub(super) mod sending {
    use super::{SmsType, Sns};
    use crate::provider::aws::{Aws, Fault, Service};
    use crate::provider::http::Answer;
    use crate::provider::{BuildError, Services, is_uuid};
    use crate::send::{Accepted, Content, Message, Provider, ProviderError, Retry, Sending};

    /// What every `Publish` begins with.
    pub(in crate::provider) const PUBLISH: [(&str, &str); 2] = [("Action", "Publish"), ("Version", "2010-03-31")];

    /// SNS as a provider.
    struct Sender {
        aws: Aws,
        attributes: Vec<(String, String)>,
    }

    impl Sns {
        pub(in crate::provider) fn build(&self, services: &Services) -> Result<Box<dyn Provider>, BuildError> {
            let sms_type = match self.sms_type {
                SmsType::Transactional => "Transactional",
                SmsType::Promotional => "Promotional",
            };
            let given = [
                ("AWS.SNS.SMS.SMSType", "String", Some(sms_type)),
                ("AWS.SNS.SMS.SenderID", "String", self.sender_id.as_deref()),
                (
                    "AWS.MM.SMS.OriginationNumber",
                    "String",
                    self.origination_number.as_deref(),
                ),
                ("AWS.MM.SMS.EntityId", "String", self.entity_id.as_deref()),
                ("AWS.MM.SMS.TemplateId", "String", self.template_id.as_deref()),
                ("AWS.SNS.SMS.MaxPrice", "Number", self.max_price.as_deref()),
            ];
            let given = given
                .into_iter()
                .filter_map(|(name, kind, value)| Some((name, kind, value?)));
            Ok(Box::new(Sender {
                aws: Aws::new(services, Service::SNS, self.region.as_deref())?,
                attributes: attributes(given),
            }))
        }
    }

    /// Returns the form's fields for message attributes: name, data type, value.
    pub(in crate::provider) fn attributes<'a>(
        given: impl IntoIterator<Item = (&'a str, &'a str, &'a str)>,
    ) -> Vec<(String, String)> {
        let fields = (1..).zip(given).flat_map(|(number, (name, kind, value))| {
            let entry = format!("MessageAttributes.entry.{number}");
            [
                (format!("{entry}.Name"), name.to_owned()),
                (format!("{entry}.Value.DataType"), kind.to_owned()),
                (format!("{entry}.Value.StringValue"), value.to_owned()),
            ]
        });
        fields.collect()
    }

    impl Provider for Sender {
        fn send<'a>(&'a self, message: &'a Message) -> Sending<'a> {
            Box::pin(async move {
                let Content::Sms(message) = &message.content else {
                    return Err(ProviderError::new(Retry::Elsewhere, "not-an-sms"));
                };
                let own = [
                    ("PhoneNumber", message.to.expose()),
                    ("Message", message.text.expose().as_str()),
                ];
                let attributes = self.attributes.iter();
                let attributes = attributes.map(|(name, value)| (name.as_str(), value.as_str()));
                let answer = self.aws.query(PUBLISH.into_iter().chain(own).chain(attributes)).await?;
                outcome(&answer)
            })
        }
    }

    /// Reads the answer to a `Publish`: three elements of it are of interest, none of which nests.
    pub(in crate::provider) fn outcome(answer: &Answer) -> Result<Accepted, ProviderError> {
        let body = String::from_utf8_lossy(&answer.body);
        if answer.is_success() {
            let id = element(&body, "MessageId").ok_or_else(|| answer.error())?;
            return Ok(Accepted {
                message_id: is_uuid(id).then(|| id.to_owned()),
            });
        }
        Err(match element(&body, "Code") {
            Some(code) => classify(code, element(&body, "Message").unwrap_or_default(), answer.status),
            None => answer.error(),
        })
    }

    fn element<'a>(body: &'a str, name: &str) -> Option<&'a str> {
        let (_, rest) = body.split_once(&format!("<{name}>"))?;
        Some(rest.split_once(&format!("</{name}>"))?.0)
    }

    /// Tells what an error of SNS means; its text is read, since one code covers much, but never kept.
    ///
    /// `InvalidParameter` names the parameter: only `PhoneNumber` is about the recipient, all else is
    /// about our settings, with which another provider has nothing to do.
    fn classify(code: &str, message: &str, status: u16) -> ProviderError {
        let fault = Fault::new(Some(code), status);
        let about_recipient = message.contains("PhoneNumber") || message.to_ascii_lowercase().contains("opted out");
        let retry = match fault.code.as_str() {
            "OptedOut" => Retry::Never,
            "InvalidParameter" | "InvalidParameterValue" if about_recipient => Retry::Never,
            _ => fault.retry(),
        };
        ProviderError::new(retry, &fault.code)
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        fn answer(status: u16, body: &str) -> Answer {
            Answer {
                status,
                error_type: None,
                body: body.as_bytes().to_vec(),
            }
        }

        #[test]
        fn errors_are_classified_and_their_text_is_dropped() {
            let number = "Invalid parameter: PhoneNumber Reason: +12025550173 is not valid to publish to";
            let opted_out = "This phone number is opted out: +12025550173";
            let denied = "not authorized to perform SNS:Publish on +12025550173";
            for (code, message, status, wanted) in [
                ("InvalidParameter", number, 400, Retry::Never),
                ("InvalidParameterException", opted_out, 400, Retry::Never),
                ("OptedOut", "", 400, Retry::Never),
                (
                    "InvalidParameter",
                    "Invalid parameter: AWS.SNS.SMS.SenderID",
                    400,
                    Retry::Elsewhere,
                ),
                ("AuthorizationError", denied, 403, Retry::Elsewhere),
                ("InvalidClientTokenId", "", 403, Retry::Elsewhere),
                ("Throttled", "", 429, Retry::Anywhere),
                ("ThrottlingException", "", 400, Retry::Anywhere),
                ("InternalError", "", 500, Retry::Anywhere),
                ("+12025550173", "", 503, Retry::Anywhere),
            ] {
                let error =
                    format!("<Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>");
                let error = outcome(&answer(status, &error)).map_err(|error| {
                    assert!(!format!("{error} {error:?}").contains("202555"), "{error:?}");
                    error.retry
                });
                assert_eq!(error, Err(wanted), "{code}: {message}");
            }
        }

        #[test]
        fn an_answer_is_a_message_id_or_an_error() {
            let id = "94f20ce6-13c5-43a0-9a9e-ca52d816e90b";
            for (status, body, wanted) in [
                (200, format!("<MessageId>{id}</MessageId>"), Ok(Some(id))),
                (200, "<MessageId>+12025550173</MessageId>".to_owned(), Ok(None)),
                (200, String::new(), Err((Retry::Anywhere, "unreadable-answer"))),
                (
                    200,
                    "<MessageId>".to_owned(),
                    Err((Retry::Anywhere, "unreadable-answer")),
                ),
                (404, "<html>".to_owned(), Err((Retry::Elsewhere, "not-found"))),
                (502, "bad gateway".to_owned(), Err((Retry::Anywhere, "server-error"))),
            ] {
                let wanted = wanted
                    .map(|id| Accepted {
                        message_id: id.map(str::to_owned),
                    })
                    .map_err(|(retry, name)| ProviderError::new(retry, name));
                assert_eq!(outcome(&answer(status, &body)), wanted, "{body}");
            }
        }
    }
}
