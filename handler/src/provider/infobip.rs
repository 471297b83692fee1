//! Infobip: an SMS by its API, version 3.
//!
//! An answer of 200 tells of each message by itself whether it was taken. No id of ours goes with a
//! message: Infobip refuses one that it has seen, whatever became of its message, so a second attempt
//! could be lost by it.
//!
//! Source: "Send SMS messages" and "Response status and error codes", Infobip Docs, and Infobip's
//! library for Python, with which a test compares the request.

use serde::{Deserialize, Serialize};

use super::secret::{self, SECRET, SECRET_KEY};
use super::{Facts, Form, Problem, SecretMember, Setting, Settings, forms};
use crate::event::Channel;

/// Infobip as an SMS provider.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Infobip {
    /// The account's own address, without a path.
    pub endpoint: String,
    /// The sender: a number in E.164 form, a short code, or a sender id.
    pub from: String,
    /// `principalEntityId`, for India.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entity_id: Option<String>,
    /// `contentTemplateId`, for India.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template_id: Option<String>,
    /// The ARN of the secret.
    pub secret: String,
    /// The ARN of the key that encrypts the secret, where it is one of your own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret_key: Option<String>,
}

impl Infobip {
    pub(super) const CHANNELS: &[Channel] = &[Channel::Sms];
    pub(super) const SECRET: &[SecretMember] = &[SecretMember {
        name: "api_key",
        about: "An API key with the scope sms:message:send",
        required: true,
    }];
    pub(super) const FACTS: Facts = Facts {
        idempotency: "none",
        regions: "the account's own, by `endpoint`",
        data_residency: "EU, unless agreed otherwise with Infobip",
        source: "Infobip Docs, “Send SMS messages” and “Base URL”; Infobip’s “Sub-processors”",
    };
    pub(super) const SETTINGS: &[Setting] = &[
        Setting {
            key: "endpoint",
            about: "The account's own address, its base URL",
            example: "https://abc123.api.infobip.com",
            required: true,
            form: Form::Https,
        },
        Setting {
            key: "from",
            about: "The sender: a number, a short code or a sender id",
            example: "ACME",
            required: true,
            form: forms::SENDER,
        },
        forms::ENTITY_ID,
        forms::TEMPLATE_ID,
        SECRET,
        SECRET_KEY,
    ];
}

impl Settings for Infobip {
    fn problems(&self) -> Vec<Problem> {
        let india = forms::india(self.entity_id.as_deref(), self.template_id.as_deref());
        india.into_iter().chain(secret::problem(&self.secret)).collect()
    }

    fn secret(&self) -> Option<&str> {
        Some(&self.secret)
    }

    fn secret_key(&self) -> Option<&str> {
        self.secret_key.as_deref()
    }
}

#[cfg(feature = "infobip")]
mod sending {
    use std::sync::Arc;

    use serde_json::{Value, json};

    use super::Infobip;
    use crate::Redacted;
    use crate::provider::http::{Answer, Http, private_address};
    use crate::provider::ids::is_opaque_id;
    use crate::provider::secret::{Keys, Secret};
    use crate::provider::{BuildError, Services, lifetime};
    use crate::send::{Accepted, Content, Message, Provider, ProviderError, Retry, Sending, Sms};

    /// Infobip as a provider.
    struct Sender {
        http: Http,
        url: String,
        from: String,
        /// India's ids, where there are any.
        regional: Option<Value>,
        secret: Secret,
    }

    impl Infobip {
        pub(in crate::provider) fn build(&self, services: &Services) -> Result<Box<dyn Provider>, BuildError> {
            let india = self.entity_id.as_ref().zip(self.template_id.as_ref());
            let regional = india.map(
                |(entity, template)| json!({"indiaDlt": {"principalEntityId": entity, "contentTemplateId": template}}),
            );
            let endpoint = private_address(&self.endpoint)?;
            Ok(Box::new(Sender {
                http: services.http.clone(),
                url: format!("{endpoint}/sms/3/messages"),
                // Numbers are written in digits alone.
                from: self.from.trim_start_matches('+').to_owned(),
                regional,
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
                let body = self.body(sms, lifetime(message.purpose).as_secs() / 60);
                let answer = self
                    .secret
                    .with_keys(|keys| self.post(keys, &body), |answer| answer.status == 401)
                    .await?;
                outcome(&answer)
            })
        }
    }

    impl Sender {
        fn body(&self, sms: &Sms, minutes: u64) -> Redacted<Vec<u8>> {
            let validity = json!({"amount": minutes, "timeUnit": "MINUTES"});
            let options = match &self.regional {
                Some(regional) => json!({"validityPeriod": validity, "regional": regional}),
                None => json!({"validityPeriod": validity}),
            };
            let body = json!({"messages": [{
                "sender": self.from,
                "destinations": [{"to": sms.to.expose().trim_start_matches('+')}],
                "content": {"text": sms.text.expose()},
                "options": options,
            }]});
            Redacted::new(body.to_string().into_bytes())
        }

        async fn post(&self, keys: Arc<Keys>, body: &Redacted<Vec<u8>>) -> Result<Answer, ProviderError> {
            let authorization = format!("App {}", keys.required("api_key")?);
            let headers = [
                ("authorization", authorization.as_str()),
                ("content-type", "application/json"),
                ("accept", "application/json"),
            ];
            Ok(self.http.post(&self.url, &headers, body.expose().clone()).await?)
        }
    }

    /// What a message's status means, by its id.
    ///
    /// A number that Infobip knows of as wrong or as blocked is so for all. What a country's register of
    /// unwanted calls says, or the route of an account, need not hold for another provider. A block
    /// against fraud is for the number, and another provider must not go around it.
    fn meaning(id: u64) -> Option<(Retry, &'static str)> {
        Some(match id {
            4 => (Retry::Elsewhere, "UNDELIVERABLE_REJECTED_OPERATOR"),
            6 => (Retry::Elsewhere, "REJECTED_NETWORK"),
            8 => (Retry::Elsewhere, "REJECTED_PREFIX_MISSING"),
            10 => (Retry::Elsewhere, "REJECTED_DND"),
            11 => (Retry::Elsewhere, "REJECTED_SOURCE"),
            12 => (Retry::Elsewhere, "REJECTED_NOT_ENOUGH_CREDITS"),
            13 => (Retry::Elsewhere, "REJECTED_SENDER"),
            14 => (Retry::Never, "REJECTED_DESTINATION_BLOCKLISTED"),
            17 => (Retry::Elsewhere, "REJECTED_PREPAID_PACKAGE_EXPIRED"),
            18 => (Retry::Elsewhere, "REJECTED_DESTINATION_NOT_REGISTERED"),
            19 => (Retry::Elsewhere, "REJECTED_ROUTE_NOT_AVAILABLE"),
            20 => (Retry::Elsewhere, "REJECTED_FLOODING_FILTER"),
            21 => (Retry::Anywhere, "REJECTED_SYSTEM_ERROR"),
            25 => (Retry::Elsewhere, "REJECTED_MESSAGE_TOO_LONG"),
            52 => (Retry::Never, "REJECTED_DESTINATION"),
            87 => (Retry::Never, "SIGNALS_BLOCKED"),
            100 => (Retry::Anywhere, "UNDELIVERABLE_REJECTED_PLATFORM"),
            _ => return None,
        })
    }

    fn outcome(answer: &Answer) -> Result<Accepted, ProviderError> {
        if !answer.is_success() {
            return Err(answer.error());
        }
        let body = answer.json();
        let message = body.pointer("/messages/0").ok_or_else(|| answer.error())?;
        match message.pointer("/status/groupName").and_then(Value::as_str) {
            Some("ACCEPTED" | "PENDING" | "DELIVERED") => {
                let id = message.get("messageId").and_then(Value::as_str);
                Ok(Accepted {
                    message_id: id.filter(|id| is_opaque_id(id)).map(str::to_owned),
                })
            }
            Some(_) => {
                let id = message.pointer("/status/id").and_then(Value::as_u64);
                let (retry, name) = id.and_then(meaning).unwrap_or((Retry::Elsewhere, "refused"));
                Err(ProviderError::new(retry, name))
            }
            None => Err(answer.error()),
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn an_answer_is_a_message_id_or_an_error() {
            let id = "2250be2d4219-3af1-78856-aabe-1362af1edfd2";
            let failed = |retry, name| Err(ProviderError::new(retry, name));
            let told = |message_id: &str, group: &str, id: u64, name: &str| {
                json!({"bulkId": "1", "messages": [{
                    "messageId": message_id,
                    "destination": "12025550173",
                    "status": {"groupId": 0, "groupName": group, "id": id, "name": name, "description": "12025550173"},
                }]})
            };
            let rejected = |status: u64| told(id, "REJECTED", status, "12025550173");
            let taken = Ok(Accepted {
                message_id: Some(id.to_owned()),
            });
            for (status, body, wanted) in [
                (200, told(id, "PENDING", 26, "PENDING_ACCEPTED"), taken.clone()),
                (200, told(id, "ACCEPTED", 5, "MESSAGE_ACCEPTED"), taken.clone()),
                (200, told(id, "DELIVERED", 2, "DELIVERED_TO_OPERATOR"), taken),
                (
                    200,
                    told("12025550173", "PENDING", 7, "PENDING_ENROUTE"),
                    Ok(Accepted::default()),
                ),
                (200, rejected(6), failed(Retry::Elsewhere, "REJECTED_NETWORK")),
                (200, rejected(8), failed(Retry::Elsewhere, "REJECTED_PREFIX_MISSING")),
                (200, rejected(10), failed(Retry::Elsewhere, "REJECTED_DND")),
                (200, rejected(11), failed(Retry::Elsewhere, "REJECTED_SOURCE")),
                (
                    200,
                    rejected(12),
                    failed(Retry::Elsewhere, "REJECTED_NOT_ENOUGH_CREDITS"),
                ),
                (200, rejected(13), failed(Retry::Elsewhere, "REJECTED_SENDER")),
                (
                    200,
                    rejected(14),
                    failed(Retry::Never, "REJECTED_DESTINATION_BLOCKLISTED"),
                ),
                (
                    200,
                    rejected(17),
                    failed(Retry::Elsewhere, "REJECTED_PREPAID_PACKAGE_EXPIRED"),
                ),
                (
                    200,
                    rejected(18),
                    failed(Retry::Elsewhere, "REJECTED_DESTINATION_NOT_REGISTERED"),
                ),
                (
                    200,
                    rejected(19),
                    failed(Retry::Elsewhere, "REJECTED_ROUTE_NOT_AVAILABLE"),
                ),
                (200, rejected(20), failed(Retry::Elsewhere, "REJECTED_FLOODING_FILTER")),
                (200, rejected(21), failed(Retry::Anywhere, "REJECTED_SYSTEM_ERROR")),
                (200, rejected(25), failed(Retry::Elsewhere, "REJECTED_MESSAGE_TOO_LONG")),
                (200, rejected(52), failed(Retry::Never, "REJECTED_DESTINATION")),
                (200, rejected(87), failed(Retry::Never, "SIGNALS_BLOCKED")),
                (
                    200,
                    rejected(100),
                    failed(Retry::Anywhere, "UNDELIVERABLE_REJECTED_PLATFORM"),
                ),
                (200, rejected(23), failed(Retry::Elsewhere, "refused")),
                (
                    200,
                    told(id, "UNDELIVERABLE", 4, "UNDELIVERABLE_REJECTED_OPERATOR"),
                    failed(Retry::Elsewhere, "UNDELIVERABLE_REJECTED_OPERATOR"),
                ),
                (
                    200,
                    told(id, "EXPIRED", 15, "EXPIRED_EXPIRED"),
                    failed(Retry::Elsewhere, "refused"),
                ),
                (
                    200,
                    json!({"messages": []}),
                    failed(Retry::Anywhere, "unreadable-answer"),
                ),
                (
                    200,
                    json!({"messages": [{"messageId": id}]}),
                    failed(Retry::Anywhere, "unreadable-answer"),
                ),
                (
                    400,
                    json!({"errorCode": "E400", "description": "12025550173"}),
                    failed(Retry::Elsewhere, "bad-request"),
                ),
                (401, json!(null), failed(Retry::Elsewhere, "unauthorized")),
                (403, json!(null), failed(Retry::Elsewhere, "forbidden")),
                (429, json!(null), failed(Retry::Anywhere, "too-many-requests")),
                (500, json!("<html>"), failed(Retry::Anywhere, "server-error")),
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
