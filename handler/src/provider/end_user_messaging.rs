//! AWS End User Messaging SMS: `SendTextMessage`.
//!
//! Source: `SendTextMessage`, AWS End User Messaging SMS and Voice v2 API Reference, and the actions and
//! resources of the service in the Service Authorization Reference.

use serde::{Deserialize, Serialize};

use super::arn::Arn;
use super::{Facts, Form, Problem, Right, Setting, Settings, To, forms};
use crate::event::Channel;

/// AWS End User Messaging as an SMS provider.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EndUserMessaging {
    /// Who sends: the id (`phone-…`, `pool-…`) or ARN of a number or pool, or a sender id.
    ///
    /// A number itself is refused: its ARN, which the role's right names, has the id in it.
    pub origination_identity: String,
    /// The configuration set's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub configuration_set: Option<String>,
    /// The protect configuration's id, which says to which countries nothing is sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub protect_configuration: Option<String>,
    /// The Region that sends; that of the identity's ARN, or the function's own, when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// `IN_ENTITY_ID`, for India.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entity_id: Option<String>,
    /// `IN_TEMPLATE_ID`, for India.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template_id: Option<String>,
    /// `MaxPrice`, in US dollars.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_price: Option<String>,
}

impl EndUserMessaging {
    pub(super) const CHANNELS: &[Channel] = &[Channel::Sms];
    pub(super) const SECRET: &[super::SecretMember] = &[];
    pub(super) const FACTS: Facts = Facts {
        idempotency: "none",
        regions: "the stack's, or `region`; those of the service",
        data_residency: "the Region that is called",
        source: "AWS End User Messaging SMS and Voice API Reference, `SendTextMessage`; AWS Data Privacy FAQ",
    };
    pub(super) const SETTINGS: &[Setting] = &[
        Setting {
            key: "origination_identity",
            about: "Who sends: a number or pool by id or ARN, or a sender id",
            example: "pool-0123456789abcdef0123456789abcdef",
            required: true,
            form: Form::Text {
                wanted: "the id (phone-…, pool-…) or the ARN of a number or pool, or a sender id",
                pattern: "^(arn:[a-z-]+:sms-voice:[a-z0-9-]+:[0-9]{12}:(phone-number|pool|sender-id)/[A-Za-z0-9/_-]+\
                          |(phone|pool)-[0-9a-zA-Z]+|(?!phone-|pool-)(?=.*[A-Za-z])[A-Za-z0-9-]{3,11})$",
                fits: is_identity,
            },
        },
        Setting {
            key: "configuration_set",
            about: "The configuration set, by name, where events of the messages go",
            example: "codes",
            required: false,
            form: forms::NAME,
        },
        Setting {
            key: "protect_configuration",
            about: "The protect configuration, by id: the countries to which nothing is sent",
            example: "protect-0123456789abcdef0123456789abcdef",
            required: false,
            form: forms::NAME,
        },
        forms::REGION,
        forms::ENTITY_ID,
        forms::TEMPLATE_ID,
        forms::MAX_PRICE,
    ];

    /// Returns the Region to call, where the settings name one.
    fn region(&self) -> Option<&str> {
        let of_arn = || Arn::parse(&self.origination_identity).map(|arn| arn.region);
        self.region.as_deref().or_else(of_arn)
    }

    /// Returns the ARN of the identity. A sender id is a resource of each country that it is registered for.
    fn identity_arn(&self, prefix: &str) -> String {
        let identity = &self.origination_identity;
        if identity.starts_with("arn:") {
            identity.clone()
        } else if identity.starts_with("pool-") {
            format!("{prefix}:pool/{identity}")
        } else if identity.starts_with("phone-") {
            format!("{prefix}:phone-number/{identity}")
        } else {
            format!("{prefix}:sender-id/{identity}/*")
        }
    }
}

impl Settings for EndUserMessaging {
    fn problems(&self) -> Vec<Problem> {
        let arn = Arn::parse(&self.origination_identity).map(|arn| arn.region);
        let other_region = arn.zip(self.region.as_deref()).filter(|(arn, region)| arn != region);
        let other_region = other_region.map(|(arn, region)| Problem {
            key: Some("region"),
            message: format!("`region` wants that of `origination_identity`, {arn}, found {region}"),
            hint: "leave `region` out: the ARN says it".to_owned(),
        });
        let india = forms::india(self.entity_id.as_deref(), self.template_id.as_deref());
        other_region.into_iter().chain(india).collect()
    }

    fn rights(&self) -> Vec<Right> {
        let region = self.region().unwrap_or("${AWS::Region}");
        let prefix = format!("arn:${{AWS::Partition}}:sms-voice:{region}:${{AWS::AccountId}}");
        let mut resources = vec![self.identity_arn(&prefix)];
        resources.extend(
            self.configuration_set
                .iter()
                .map(|name| format!("{prefix}:configuration-set/{name}")),
        );
        resources.extend(
            self.protect_configuration
                .iter()
                .map(|id| format!("{prefix}:protect-configuration/{id}")),
        );
        vec![Right {
            sid: "SendTextMessages",
            actions: &["sms-voice:SendTextMessage"],
            to: To::Resources(resources),
            region: None,
            conditions: Vec::new(),
        }]
    }
}

fn is_identity(text: &str) -> bool {
    let is_id = |id: &str| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if let Some(arn) = Arn::parse(text) {
        let kind = arn.resource.split('/').next().unwrap_or_default();
        return arn.service == "sms-voice"
            && !arn.region.is_empty()
            && ["phone-number", "pool", "sender-id"].contains(&kind)
            && arn.resource.len() > kind.len() + 1
            && arn
                .resource
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"/_-".contains(&byte));
    }
    let id = ["phone-", "pool-"].iter().find_map(|kind| text.strip_prefix(kind));
    id.map_or_else(|| forms::is_sender_id(text), is_id)
}

#[cfg(feature = "end_user_messaging")]
mod sending {
    use serde_json::{Map, Value, json};

    use super::EndUserMessaging;
    use crate::provider::aws::{Aws, Fault, Service};
    use crate::provider::http::Answer;
    use crate::provider::{BuildError, Services, is_uuid, lifetime};
    use crate::send::{Accepted, Content, Message, Provider, ProviderError, Retry, Sending};

    /// AWS End User Messaging as a provider.
    struct Sender {
        aws: Aws,
        /// What every request holds, whoever it is for.
        request: Map<String, Value>,
    }

    impl EndUserMessaging {
        pub(in crate::provider) fn build(&self, services: &Services) -> Result<Box<dyn Provider>, BuildError> {
            let mut request = Map::new();
            request.insert("OriginationIdentity".to_owned(), json!(self.origination_identity));
            request.insert("MessageType".to_owned(), json!("TRANSACTIONAL"));
            for (name, value) in [
                ("ConfigurationSetName", &self.configuration_set),
                ("ProtectConfigurationId", &self.protect_configuration),
                ("MaxPrice", &self.max_price),
            ] {
                request.extend(value.as_ref().map(|value| (name.to_owned(), json!(value))));
            }
            if let (Some(entity), Some(template)) = (&self.entity_id, &self.template_id) {
                let india = json!({"IN_ENTITY_ID": entity, "IN_TEMPLATE_ID": template});
                request.insert("DestinationCountryParameters".to_owned(), india);
            }
            Ok(Box::new(Sender {
                aws: Aws::new(services, Service::SMS_VOICE, self.region())?,
                request,
            }))
        }
    }

    impl Provider for Sender {
        fn send<'a>(&'a self, message: &'a Message) -> Sending<'a> {
            Box::pin(async move {
                let Content::Sms(sms) = &message.content else {
                    return Err(ProviderError::new(Retry::Elsewhere, "not-an-sms"));
                };
                let mut request = self.request.clone();
                request.insert("DestinationPhoneNumber".to_owned(), json!(sms.to.expose()));
                request.insert("MessageBody".to_owned(), json!(sms.text.expose()));
                request.insert("TimeToLive".to_owned(), json!(lifetime(message.purpose).as_secs()));
                let answer = self
                    .aws
                    .json("PinpointSMSVoiceV2.SendTextMessage", &Value::Object(request))
                    .await?;
                outcome(&answer)
            })
        }
    }

    fn outcome(answer: &Answer) -> Result<Accepted, ProviderError> {
        let body = answer.json();
        if answer.is_success() {
            let id = body.get("MessageId").and_then(Value::as_str);
            let id = id.ok_or_else(|| answer.error())?;
            return Ok(Accepted {
                message_id: is_uuid(id).then(|| id.to_owned()),
            });
        }
        if body.get("__type").is_none() {
            return Err(answer.error());
        }
        let fault = Fault::of_json(answer, &body);
        let reason = body.get("Reason").and_then(Value::as_str);
        let about_number = || {
            let fields = body.get("Fields").and_then(Value::as_array);
            fields.is_some_and(|fields| fields.iter().any(|field| field["Name"] == "DestinationPhoneNumber"))
        };
        let retry = match (fault.code.as_str(), reason) {
            // A block is a decision of the account's owner, which another provider must not go around.
            (
                "Conflict",
                Some(
                    "DESTINATION_PHONE_NUMBER_OPTED_OUT"
                    | "DESTINATION_COUNTRY_BLOCKED_BY_PROTECT_CONFIGURATION"
                    | "DESTINATION_PHONE_NUMBER_BLOCKED_BY_PROTECT_NUMBER_OVERRIDE",
                ),
            ) => Retry::Never,
            ("Validation", _) if about_number() => Retry::Never,
            _ => fault.retry(),
        };
        Err(ProviderError::new(retry, reason.unwrap_or(&fault.code)))
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn an_answer_is_a_message_id_or_an_error() {
            let id = "94f20ce6-13c5-43a0-9a9e-ca52d816e90b";
            let failed = |retry, name| Err(ProviderError::new(retry, name));
            for (status, body, wanted) in [
                (
                    200,
                    json!({"MessageId": id}),
                    Ok(Accepted {
                        message_id: Some(id.to_owned()),
                    }),
                ),
                (200, json!({"MessageId": "+12025550173"}), Ok(Accepted::default())),
                (200, json!([]), failed(Retry::Anywhere, "unreadable-answer")),
                (
                    400,
                    json!({"__type": "ThrottlingException", "Message": "+12025550173"}),
                    failed(Retry::Anywhere, "Throttling"),
                ),
                (
                    500,
                    json!({"__type": "InternalServerException"}),
                    failed(Retry::Anywhere, "InternalServer"),
                ),
                (503, json!(null), failed(Retry::Anywhere, "server-error")),
                (400, json!(null), failed(Retry::Elsewhere, "bad-request")),
                (
                    400,
                    json!({"__type": "com.amazonaws.pinpointsmsvoicev2#ConflictException", "Reason": "DESTINATION_PHONE_NUMBER_OPTED_OUT"}),
                    failed(Retry::Never, "DESTINATION_PHONE_NUMBER_OPTED_OUT"),
                ),
                (
                    400,
                    json!({"__type": "ConflictException", "Reason": "DESTINATION_COUNTRY_BLOCKED_BY_PROTECT_CONFIGURATION"}),
                    failed(Retry::Never, "DESTINATION_COUNTRY_BLOCKED_BY_PROTECT_CONFIGURATION"),
                ),
                (
                    400,
                    json!({"__type": "ConflictException", "Reason": "NO_ORIGINATION_IDENTITIES_FOUND"}),
                    failed(Retry::Elsewhere, "NO_ORIGINATION_IDENTITIES_FOUND"),
                ),
                (
                    400,
                    json!({"__type": "ValidationException", "Reason": "FIELD_VALIDATION_FAILED",
                        "Fields": [{"Name": "DestinationPhoneNumber", "Message": "+12025550173"}]}),
                    failed(Retry::Never, "FIELD_VALIDATION_FAILED"),
                ),
                (
                    400,
                    json!({"__type": "ValidationException", "Reason": "PRICE_OVER_THRESHOLD"}),
                    failed(Retry::Elsewhere, "PRICE_OVER_THRESHOLD"),
                ),
                (
                    402,
                    json!({"__type": "ServiceQuotaExceededException", "Reason": "MONTHLY_SPEND_LIMIT_REACHED_FOR_TEXT"}),
                    failed(Retry::Elsewhere, "MONTHLY_SPEND_LIMIT_REACHED_FOR_TEXT"),
                ),
                (
                    400,
                    json!({"__type": "AccessDeniedException", "Reason": "ACCOUNT_DISABLED"}),
                    failed(Retry::Elsewhere, "ACCOUNT_DISABLED"),
                ),
                (
                    404,
                    json!({"__type": "ResourceNotFoundException"}),
                    failed(Retry::Elsewhere, "ResourceNotFound"),
                ),
            ] {
                let answer = Answer {
                    status,
                    error_type: None,
                    body: body.to_string().into_bytes(),
                };
                assert_eq!(outcome(&answer), wanted, "{body}");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity(text: &str) -> EndUserMessaging {
        EndUserMessaging {
            origination_identity: text.to_owned(),
            ..EndUserMessaging::default()
        }
    }

    #[test]
    fn the_right_names_the_identity() {
        for (text, region, resource) in [
            (
                "pool-0a1b",
                None,
                "arn:${AWS::Partition}:sms-voice:${AWS::Region}:${AWS::AccountId}:pool/pool-0a1b",
            ),
            (
                "phone-0a1b",
                Some("us-east-1"),
                "arn:${AWS::Partition}:sms-voice:us-east-1:${AWS::AccountId}:phone-number/phone-0a1b",
            ),
            (
                "ACME",
                None,
                "arn:${AWS::Partition}:sms-voice:${AWS::Region}:${AWS::AccountId}:sender-id/ACME/*",
            ),
            (
                "arn:aws:sms-voice:eu-west-1:111122223333:sender-id/ACME/DE",
                None,
                "arn:aws:sms-voice:eu-west-1:111122223333:sender-id/ACME/DE",
            ),
        ] {
            assert!(is_identity(text), "{text}");
            let settings = EndUserMessaging {
                region: region.map(str::to_owned),
                ..identity(text)
            };
            assert!(settings.problems().is_empty());
            let to = settings.rights().into_iter().map(|right| right.to).collect::<Vec<_>>();
            assert_eq!(to, [To::Resources(vec![resource.to_owned()])]);
        }
        for wrong in [
            "",
            "+12065550142",
            "12065550142",
            "pool-",
            "pool-0a1b/x",
            "arn:aws:sns:eu-west-1:111122223333:pool/pool-1",
            "arn:aws:sms-voice:eu-west-1:111122223333:pool/",
            "arn:aws:sms-voice:eu-west-1:111122223333:pool/*",
            "arn:aws:sms-voice:eu-west-1:111122223333:opt-out-list/x",
        ] {
            assert!(!is_identity(wrong), "{wrong}");
        }
    }

    #[test]
    fn sets_are_named_too_and_the_region_is_that_of_the_arn() {
        let settings = EndUserMessaging {
            configuration_set: Some("codes".to_owned()),
            protect_configuration: Some("protect-1".to_owned()),
            region: Some("us-east-1".to_owned()),
            template_id: Some("1".to_owned()),
            ..identity("arn:aws:sms-voice:eu-west-1:111122223333:pool/pool-1")
        };
        let keys: Vec<_> = settings.problems().into_iter().map(|problem| problem.key).collect();
        assert_eq!(keys, [Some("region"), Some("template_id")]);
        let resources: Vec<_> = settings.rights().into_iter().map(|right| right.to).collect();
        let prefix = "arn:${AWS::Partition}:sms-voice:us-east-1:${AWS::AccountId}";
        assert_eq!(
            resources,
            [To::Resources(vec![
                "arn:aws:sms-voice:eu-west-1:111122223333:pool/pool-1".to_owned(),
                format!("{prefix}:configuration-set/codes"),
                format!("{prefix}:protect-configuration/protect-1"),
            ])]
        );
    }
}
