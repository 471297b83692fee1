//! Sinch: a batch of one message by its SMS REST API.
//!
//! It is called by a service plan and that plan's token. (A project's access key would need a token
//! from another server first, which is one more thing that may be down.)
//!
//! Source: "Batches" and "HTTP Status Codes for the SMS REST API" of Sinch's API reference, "Common SMS
//! HTTP Statuses and Codes Explained" of its community, and Sinch's SDK for Python, with which a test
//! compares the request.

use serde::{Deserialize, Serialize};

use super::forms::SENDER;
use super::secret::{SECRET, SECRET_KEY};
use super::{Facts, Form, SecretMember, Setting, Settings};
use crate::event::Channel;

/// Where Sinch keeps accounts: United States, Europe, Australia, Brazil and Canada.
const REGIONS: &[&str] = &["us", "eu", "au", "br", "ca"];

/// Sinch as an SMS provider.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sinch {
    /// Where the service plan is, such as `eu`.
    pub region: String,
    /// The sender: a number in E.164 form, a short code, or a sender id; the plan's own choice when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Another address of the API, without a path; that of `region` when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
    /// The ARN of the secret.
    pub secret: String,
    /// The ARN of the key that encrypts the secret, where it is one of your own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret_key: Option<String>,
}

impl Sinch {
    pub(super) const CHANNELS: &[Channel] = &[Channel::Sms];
    pub(super) const SECRET: &[SecretMember] = &[
        SecretMember {
            name: "service_plan_id",
            about: "The service plan's id",
            required: true,
        },
        SecretMember {
            name: "api_token",
            about: "The service plan's API token",
            required: true,
        },
    ];
    pub(super) const FACTS: Facts = Facts {
        idempotency: "none",
        regions: "`region`: USA, EU, Australia, Brazil, Canada",
        data_residency: "the `region`",
        source: "Sinch Developer Documentation, “SMS API Reference” and “Batches”",
    };
    pub(super) const SETTINGS: &[Setting] = &[
        Setting {
            key: "region",
            about: "Where the service plan is",
            example: "eu",
            required: true,
            form: Form::Choice(REGIONS),
        },
        Setting {
            key: "from",
            about: "The sender: a number, a short code or a sender id; when left out, the plan's default originator",
            example: "\"+12065550142\"",
            required: false,
            form: SENDER,
        },
        Setting {
            key: "endpoint",
            about: "Another address of the API, such as that of a proxy; https://REGION.sms.api.sinch.com when left out",
            example: "https://eu.sms.api.sinch.com",
            required: false,
            form: Form::Https,
        },
        SECRET,
        SECRET_KEY,
    ];
}

impl Settings for Sinch {
    fn secret(&self) -> Option<&str> {
        Some(&self.secret)
    }

    fn secret_key(&self) -> Option<&str> {
        self.secret_key.as_deref()
    }
}

#[cfg(feature = "sinch")]
mod sending {
    use std::sync::Arc;
    use std::time::UNIX_EPOCH;

    use aws_smithy_types::DateTime;
    use aws_smithy_types::date_time::Format;
    use serde_json::{Value, json};

    use super::{REGIONS, Sinch};
    use crate::Redacted;
    use crate::provider::aws::Clock;
    use crate::provider::http::{Answer, Http, private_address};
    use crate::provider::secret::{Keys, Secret};
    use crate::provider::{BuildError, Services, lifetime};
    use crate::send::{Accepted, Content, Message, Provider, ProviderError, Retry, Sending, Sms};

    /// Sinch as a provider.
    struct Sender {
        http: Http,
        clock: Clock,
        endpoint: String,
        from: Option<String>,
        secret: Secret,
    }

    impl Sinch {
        /// The address of the API, which keys and codes may be sent to.
        fn address(&self) -> Result<String, BuildError> {
            if let Some(endpoint) = &self.endpoint {
                return Ok(private_address(endpoint)?.to_owned());
            }
            let region = REGIONS.iter().find(|region| **region == self.region);
            Ok(format!("https://{}.sms.api.sinch.com", region.ok_or(BuildError)?))
        }

        pub(in crate::provider) fn build(&self, services: &Services) -> Result<Box<dyn Provider>, BuildError> {
            Ok(Box::new(Sender {
                http: services.http.clone(),
                clock: services.clock.clone(),
                endpoint: self.address()?,
                from: self.from.clone(),
                secret: Secret::new(services, &self.secret)?,
            }))
        }
    }

    impl Provider for Sender {
        fn send<'a>(&'a self, message: &'a Message) -> Sending<'a> {
            Box::pin(async move {
                let Content::Sms(sms) = &message.content else {
                    return Err(ProviderError::new(Retry::Elsewhere, "not-an-sms"));
                };
                let body = self.body(message, sms)?;
                let answer = self
                    .secret
                    .with_keys(|keys| self.post(keys, &body), |answer| answer.status == 401)
                    .await?;
                outcome(&answer)
            })
        }
    }

    impl Sender {
        fn body(&self, message: &Message, sms: &Sms) -> Result<Redacted<Vec<u8>>, ProviderError> {
            let expires = (self.clock)() + lifetime(message.purpose);
            let seconds = expires.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
            let expires = i64::try_from(seconds).ok().map(DateTime::from_secs);
            let expires = expires.and_then(|expires| expires.fmt(Format::DateTime).ok());
            let mut body = json!({
                "to": [sms.to.expose()],
                "body": sms.text.expose(),
                "type": "mt_text",
                "expire_at": expires.ok_or_else(|| ProviderError::new(Retry::Elsewhere, "request-not-built"))?,
            });
            if let (Value::Object(body), Some(from)) = (&mut body, &self.from) {
                body.insert("from".to_owned(), Value::from(from.as_str()));
            }
            Ok(Redacted::new(body.to_string().into_bytes()))
        }

        async fn post(&self, keys: Arc<Keys>, body: &Redacted<Vec<u8>>) -> Result<Answer, ProviderError> {
            let plan = keys.required("service_plan_id")?;
            if plan.is_empty()
                || !plan
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
            {
                // It becomes a part of the address.
                return Err(ProviderError::new(Retry::Elsewhere, "secret-service-plan-id-malformed"));
            }
            let url = format!("{}/xms/v1/{plan}/batches", self.endpoint);
            let authorization = format!("Bearer {}", keys.required("api_token")?);
            let headers = [
                ("authorization", authorization.as_str()),
                ("content-type", "application/json"),
                ("accept", "application/json"),
            ];
            Ok(self.http.post(&url, &headers, body.expose().clone()).await?)
        }
    }

    /// Sinch's codes, under its own names.
    ///
    /// A format that is refused may be that of the sender, and a type of number that of the plan's region, so none
    /// of them is final for the recipient.
    const CODES: [&str; 8] = [
        "syntax_invalid_json",
        "syntax_invalid_parameter_format",
        "syntax_constraint_violation",
        "blocked_account",
        "illegal_number_type",
        "missing_callback_url",
        "unknown_campaign",
        "unknown_group",
    ];

    fn outcome(answer: &Answer) -> Result<Accepted, ProviderError> {
        let body = answer.json();
        if answer.is_success() {
            let id = body.get("id").and_then(Value::as_str);
            let id = id.ok_or_else(|| answer.error())?;
            return Ok(Accepted {
                message_id: is_id(id).then(|| id.to_owned()),
            });
        }
        let code = body.get("code").and_then(Value::as_str);
        let code = code.and_then(|code| CODES.into_iter().find(|known| *known == code));
        Err(match code {
            Some(code) if matches!(answer.status, 400 | 403) => ProviderError::new(Retry::Elsewhere, code),
            _ => answer.error(),
        })
    }

    /// A ULID, or one of the shorter ids of older plans: no number or code has as many characters and a letter.
    fn is_id(id: &str) -> bool {
        (16..=32).contains(&id.len())
            && id.bytes().all(|byte| byte.is_ascii_alphanumeric())
            && id.bytes().any(|byte| byte.is_ascii_alphabetic())
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn a_region_has_an_address() {
            let address = |region: &str, endpoint: Option<&str>| {
                let settings = Sinch {
                    region: region.to_owned(),
                    endpoint: endpoint.map(str::to_owned),
                    ..Sinch::default()
                };
                settings.address().ok()
            };
            for region in REGIONS {
                let wanted = format!("https://{region}.sms.api.sinch.com");
                assert_eq!(address(region, None), Some(wanted));
            }
            assert_eq!(
                address("eu", Some("https://sms.acme.example/")).as_deref(),
                Some("https://sms.acme.example")
            );
            assert_eq!(address("acme.example/", None), None);
            assert_eq!(address("eu", Some("http://sms.acme.example")), None);
        }

        #[test]
        fn an_answer_is_a_batch_or_an_error() {
            let id = "01FC66621VHDBN119Z8PMV1QPU";
            let failed = |retry, name| Err(ProviderError::new(retry, name));
            let refused = |code: &str| json!({"code": code, "text": "+12025550173 is wrong"});
            let taken = |id: Option<&str>| {
                let message_id = id.map(str::to_owned);
                Ok(Accepted { message_id })
            };
            for (status, body, wanted) in [
                (201, json!({"id": id, "to": ["12025550173"]}), taken(Some(id))),
                (
                    201,
                    json!({"id": "9dfn32n423kljklj234"}),
                    taken(Some("9dfn32n423kljklj234")),
                ),
                (201, json!({"id": "+12025550173"}), taken(None)),
                (201, json!({"id": "1202555017312025550173"}), taken(None)),
                (201, json!({"to": []}), failed(Retry::Anywhere, "unreadable-answer")),
                (201, json!({"id": 1}), failed(Retry::Anywhere, "unreadable-answer")),
                (
                    400,
                    refused("syntax_invalid_parameter_format"),
                    failed(Retry::Elsewhere, "syntax_invalid_parameter_format"),
                ),
                (
                    400,
                    refused("syntax_constraint_violation"),
                    failed(Retry::Elsewhere, "syntax_constraint_violation"),
                ),
                (
                    400,
                    refused("syntax_invalid_json"),
                    failed(Retry::Elsewhere, "syntax_invalid_json"),
                ),
                (
                    403,
                    refused("blocked_account"),
                    failed(Retry::Elsewhere, "blocked_account"),
                ),
                (
                    403,
                    refused("illegal_number_type"),
                    failed(Retry::Elsewhere, "illegal_number_type"),
                ),
                (
                    403,
                    refused("missing_callback_url"),
                    failed(Retry::Elsewhere, "missing_callback_url"),
                ),
                (
                    403,
                    refused("unknown_campaign"),
                    failed(Retry::Elsewhere, "unknown_campaign"),
                ),
                (403, refused("unknown_group"), failed(Retry::Elsewhere, "unknown_group")),
                (400, refused("12025550173"), failed(Retry::Elsewhere, "bad-request")),
                (403, json!(null), failed(Retry::Elsewhere, "forbidden")),
                (401, json!(null), failed(Retry::Elsewhere, "unauthorized")),
                (404, json!(null), failed(Retry::Elsewhere, "not-found")),
                (405, json!(null), failed(Retry::Elsewhere, "refused")),
                (415, json!(null), failed(Retry::Elsewhere, "refused")),
                (
                    429,
                    refused("blocked_account"),
                    failed(Retry::Anywhere, "too-many-requests"),
                ),
                (500, json!(null), failed(Retry::Anywhere, "server-error")),
                (503, refused("unknown_group"), failed(Retry::Anywhere, "server-error")),
            ] {
                let answer = Answer {
                    status,
                    error_type: None,
                    body: body.to_string().into_bytes(),
                };
                assert_eq!(outcome(&answer), wanted, "{status} {body}");
            }
        }
    }
}
