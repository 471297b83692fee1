//! Amazon SES: `SendEmail` of version 2.
//!
//! In SES's sandbox a policy must allow the recipients' identities too, which no stack file names:
//! there, SES refuses what this provider's right does not cover.
//!
//! Source: `SendEmail`, Amazon SES API v2 Reference, and the actions and condition keys of SES in the
//! Service Authorization Reference.

use serde::{Deserialize, Serialize};

use super::arn::Arn;
use super::mailbox::Mailbox;
use super::{Condition, Facts, Form, Problem, Right, Setting, Settings, To, forms};
use crate::event::Channel;

/// Amazon SES as an e-mail provider.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ses {
    /// Who sends: an address, with or without a name before it.
    pub from: String,
    /// Where answers go; to `from` when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<String>,
    /// The configuration set's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub configuration_set: Option<String>,
    /// The Region that sends; the function's own when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// The ARN of the identity that is sent by: another account's, or that of a parent domain.
    ///
    /// When absent, it is that of the address or of its domain, whichever is verified.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<String>,
}

impl Ses {
    pub(super) const CHANNELS: &[Channel] = &[Channel::Email];
    pub(super) const SECRET: &[super::SecretMember] = &[];
    pub(super) const FACTS: Facts = Facts {
        idempotency: "none",
        regions: "the stack's, or `region`; those of the service",
        data_residency: "the Region that is called",
        source: "Amazon SES API v2 Reference, `SendEmail`; Amazon SES Developer Guide, “Regions and Amazon SES”; AWS Data Privacy FAQ",
    };
    pub(super) const SETTINGS: &[Setting] = &[
        Setting {
            about: "Who sends: an address of a verified identity, with or without a name before it",
            ..forms::FROM
        },
        forms::REPLY_TO,
        Setting {
            key: "configuration_set",
            about: "The configuration set, by name; one without click tracking, which would rewrite links",
            example: "codes",
            required: false,
            form: forms::NAME,
        },
        forms::REGION,
        Setting {
            key: "identity",
            about: "The identity to send by, where it is another account's or that of a parent domain",
            example: "arn:aws:ses:us-west-2:111122223333:identity/acme.example",
            required: false,
            form: Form::Arn(&["ses"]),
        },
    ];
}

impl Settings for Ses {
    fn problems(&self) -> Vec<Problem> {
        let Some(identity) = self.identity.as_deref().and_then(Arn::parse) else {
            return Vec::new();
        };
        let mut problems = Vec::new();
        if let Some(region) = self.region.as_deref().filter(|region| *region != identity.region) {
            problems.push(Problem {
                key: Some("identity"),
                message: format!(
                    "`identity` wants an identity of {region}, which sends, found one of {}",
                    identity.region
                ),
                hint: "verify the domain in the Region that sends, or change `region`".to_owned(),
            });
        }
        let name = identity.resource.strip_prefix("identity/").unwrap_or_default();
        let covers = Mailbox::parse(&self.from).is_none_or(|from| {
            let domain = from.domain();
            from.address == name || domain == name || domain.ends_with(&format!(".{name}")) && !name.is_empty()
        });
        if !covers {
            problems.push(Problem {
                key: Some("identity"),
                message: "`identity` wants the identity of the address in `from`, of its domain or of a parent domain"
                    .to_owned(),
                hint: "name the identity that `from` belongs to, or leave it out".to_owned(),
            });
        }
        problems
    }

    fn rights(&self) -> Vec<Right> {
        let Some(from) = Mailbox::parse(&self.from) else {
            return Vec::new();
        };
        let region = self.region.as_deref().unwrap_or("${AWS::Region}");
        let prefix = format!("arn:${{AWS::Partition}}:ses:{region}:${{AWS::AccountId}}");
        let mut resources = match &self.identity {
            Some(identity) => vec![identity.clone()],
            None => vec![
                format!("{prefix}:identity/{}", from.domain()),
                format!("{prefix}:identity/{}", from.address),
            ],
        };
        let set = self.configuration_set.as_ref();
        resources.extend(set.map(|name| format!("{prefix}:configuration-set/{name}")));
        vec![Right {
            sid: "SendEmails",
            actions: &["ses:SendEmail"],
            to: To::Resources(resources),
            region: None,
            conditions: vec![Condition {
                operator: "StringEquals",
                key: "ses:FromAddress",
                values: vec![from.address.to_owned()],
            }],
        }]
    }
}

#[cfg(feature = "ses")]
mod sending {
    use serde_json::{Map, Value, json};

    use super::Ses;
    use crate::provider::aws::{Aws, Fault, Service};
    use crate::provider::http::Answer;
    use crate::provider::mailbox::Mailbox;
    use crate::provider::{BuildError, Services};
    use crate::send::{Accepted, Content, Message, Provider, ProviderError, Retry, Sending};

    /// SES as a provider.
    struct Sender {
        aws: Aws,
        /// What every request holds, whoever it is for.
        request: Map<String, Value>,
    }

    impl Ses {
        pub(in crate::provider) fn build(&self, services: &Services) -> Result<Box<dyn Provider>, BuildError> {
            let from = Mailbox::parse(&self.from).ok_or(BuildError)?;
            let mut request = Map::new();
            request.insert("FromEmailAddress".to_owned(), json!(from.header()));
            for (name, value) in [
                (
                    "FromEmailAddressIdentityArn",
                    self.identity.as_ref().map(|arn| json!(arn)),
                ),
                (
                    "ReplyToAddresses",
                    self.reply_to.as_ref().map(|address| json!([address])),
                ),
                (
                    "ConfigurationSetName",
                    self.configuration_set.as_ref().map(|name| json!(name)),
                ),
            ] {
                request.extend(value.map(|value| (name.to_owned(), value)));
            }
            Ok(Box::new(Sender {
                aws: Aws::new(services, Service::SES, self.region.as_deref())?,
                request,
            }))
        }
    }

    impl Provider for Sender {
        fn send<'a>(&'a self, message: &'a Message) -> Sending<'a> {
            Box::pin(async move {
                let Content::Email(email) = &message.content else {
                    return Err(ProviderError::new(Retry::Elsewhere, "not-an-email"));
                };
                // Without a charset, SES takes 7-bit ASCII.
                let part = |text: &str| json!({"Data": text, "Charset": "UTF-8"});
                let mut body = Map::new();
                body.insert("Text".to_owned(), part(email.text.expose()));
                let html = email.html.as_ref();
                body.extend(html.map(|html| ("Html".to_owned(), part(html.expose()))));
                let simple = json!({"Subject": part(email.subject.expose()), "Body": body});
                let mut request = self.request.clone();
                request.insert("Destination".to_owned(), json!({"ToAddresses": [email.to.expose()]}));
                request.insert("Content".to_owned(), json!({"Simple": simple}));
                let answer = self
                    .aws
                    .rest("/v2/email/outbound-emails", &Value::Object(request))
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
                message_id: is_id(id).then(|| id.to_owned()),
            });
        }
        let fault = Fault::of_json(answer, &body);
        Err(if fault.code == "unnamed" {
            answer.error()
        } else {
            fault.error()
        })
    }

    /// Only what has the form of SES's ids is kept, since it is logged.
    fn is_id(id: &str) -> bool {
        (32..=80).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn an_answer_is_a_message_id_or_an_error() {
            let id = "010201234567abcd-01234567-89ab-cdef-0123-456789abcdef-000000";
            let failed = |retry, name| Err(ProviderError::new(retry, name));
            for (status, code, body, wanted) in [
                (
                    200,
                    None,
                    json!({"MessageId": id}),
                    Ok(Accepted {
                        message_id: Some(id.to_owned()),
                    }),
                ),
                (
                    200,
                    None,
                    json!({"MessageId": "jane@acme.example"}),
                    Ok(Accepted::default()),
                ),
                (200, None, json!("?"), failed(Retry::Anywhere, "unreadable-answer")),
                (
                    429,
                    Some("TooManyRequestsException"),
                    json!({}),
                    failed(Retry::Anywhere, "TooManyRequests"),
                ),
                (
                    400,
                    Some("LimitExceededException"),
                    json!({}),
                    failed(Retry::Elsewhere, "LimitExceeded"),
                ),
                (
                    400,
                    Some("AccountSuspendedException:http://x/"),
                    json!({}),
                    failed(Retry::Elsewhere, "AccountSuspended"),
                ),
                (
                    400,
                    Some("SendingPausedException"),
                    json!({}),
                    failed(Retry::Elsewhere, "SendingPaused"),
                ),
                (
                    400,
                    Some("MessageRejected"),
                    json!({"message": "jane@acme.example"}),
                    failed(Retry::Elsewhere, "MessageRejected"),
                ),
                (
                    400,
                    None,
                    json!({"__type": "BadRequestException"}),
                    failed(Retry::Elsewhere, "BadRequest"),
                ),
                (
                    404,
                    Some("NotFoundException"),
                    json!({}),
                    failed(Retry::Elsewhere, "NotFound"),
                ),
                (
                    403,
                    None,
                    json!({"message": "jane@acme.example"}),
                    failed(Retry::Elsewhere, "forbidden"),
                ),
                (500, None, json!(null), failed(Retry::Anywhere, "server-error")),
            ] {
                let answer = Answer {
                    status,
                    error_type: code.map(str::to_owned),
                    body: body.to_string().into_bytes(),
                };
                assert_eq!(outcome(&answer), wanted, "{code:?} {body}");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_right_is_for_one_address() {
        let settings = Ses {
            from: "Acme <no-reply@mail.acme.example>".to_owned(),
            configuration_set: Some("codes".to_owned()),
            region: Some("eu-west-1".to_owned()),
            ..Ses::default()
        };
        let prefix = "arn:${AWS::Partition}:ses:eu-west-1:${AWS::AccountId}";
        let [right] = settings.rights().try_into().unwrap_or_else(|_| panic!("one right"));
        assert_eq!(
            right.to,
            To::Resources(vec![
                format!("{prefix}:identity/mail.acme.example"),
                format!("{prefix}:identity/no-reply@mail.acme.example"),
                format!("{prefix}:configuration-set/codes"),
            ])
        );
        let allowed: Vec<_> = right.conditions.into_iter().map(|condition| condition.values).collect();
        assert_eq!(allowed, [["no-reply@mail.acme.example"]]);
    }

    #[test]
    fn the_identity_is_that_of_the_address() {
        let problems = |identity: &str, region: Option<&str>| {
            let settings = Ses {
                from: "no-reply@mail.acme.example".to_owned(),
                identity: Some(format!("arn:aws:ses:eu-west-1:111122223333:{identity}")),
                region: region.map(str::to_owned),
                ..Ses::default()
            };
            settings.problems().len()
        };
        assert_eq!(problems("identity/acme.example", None), 0);
        assert_eq!(problems("identity/mail.acme.example", Some("eu-west-1")), 0);
        assert_eq!(problems("identity/no-reply@mail.acme.example", None), 0);
        assert_eq!(problems("identity/other.example", None), 1);
        assert_eq!(problems("identity/me.example", None), 1);
        assert_eq!(problems("configuration-set/acme.example", Some("us-east-1")), 2);
    }
}
