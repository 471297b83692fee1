//! MessageBird, which is called Bird now: an SMS by its API, version 1.
//!
//! The API before it (`rest.messagebird.com`) takes keys until the end of 2026 only. A key names its
//! region, and with that its address, in its first letters. A message goes out under the category
//! `authentication`, by which Bird keeps no copy of its text.
//!
//! Our own id of a message is the `Idempotency-Key` of its request: for about three hours a second
//! request gets the answer of the first one, and nothing is sent twice.
//!
//! Source: "Base URLs & regions", "Idempotency" and "Errors", Bird's API reference, and Bird's own
//! library for Python, with which a test compares the request.

use serde::{Deserialize, Serialize};

use super::secret::{SECRET, SECRET_KEY};
use super::{Facts, Form, SecretMember, Setting, Settings, forms};
use crate::event::Channel;

/// MessageBird as an SMS provider.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Messagebird {
    /// The sender: a number in E.164 form, a short code, or a sender id.
    pub from: String,
    /// The address of the API, without a path; that of the key's region when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
    /// The ARN of the secret.
    pub secret: String,
    /// The ARN of the key that encrypts the secret, where it is one of your own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret_key: Option<String>,
}

impl Messagebird {
    pub(super) const CHANNELS: &[Channel] = &[Channel::Sms];
    pub(super) const SECRET: &[SecretMember] = &[SecretMember {
        name: "api_key",
        about: "An API key of Bird with the right to send SMS messages, such as bk_eu1_…",
        required: true,
    }];
    pub(super) const FACTS: Facts = Facts {
        idempotency: "`Idempotency-Key`, the same on every attempt, for about three hours",
        regions: "us1 or eu1: that of the organization and its key",
        data_residency: "the organization's region, nowhere else",
        source: "Bird Docs, “Base URLs & regions” and “Idempotency”",
    };
    pub(super) const SETTINGS: &[Setting] = &[
        Setting {
            key: "from",
            about: "The sender, one that your workspace holds: a number, a short code or a sender id",
            example: "ACME",
            required: true,
            form: forms::SENDER,
        },
        Setting {
            key: "endpoint",
            about: "The address of the API; that of the key's region when left out",
            example: "https://eu1.platform.bird.com",
            required: false,
            form: Form::Https,
        },
        SECRET,
        SECRET_KEY,
    ];
}

impl Settings for Messagebird {
    fn secret(&self) -> Option<&str> {
        Some(&self.secret)
    }

    fn secret_key(&self) -> Option<&str> {
        self.secret_key.as_deref()
    }
}

#[cfg(feature = "messagebird")]
mod sending {
    use std::sync::Arc;

    use serde_json::{Value, json};

    use super::Messagebird;
    use crate::Redacted;
    use crate::provider::http::{Answer, Http, private_address};
    use crate::provider::secret::{Keys, Secret};
    use crate::provider::{BuildError, Services};
    use crate::send::{Accepted, Content, Message, Provider, ProviderError, Retry, Sending};

    /// MessageBird as a provider.
    struct Sender {
        http: Http,
        endpoint: Option<String>,
        from: String,
        secret: Secret,
    }

    impl Messagebird {
        pub(in crate::provider) fn build(&self, services: &Services) -> Result<Box<dyn Provider>, BuildError> {
            let endpoint = self.endpoint.as_deref().map(private_address).transpose()?;
            Ok(Box::new(Sender {
                http: services.http.clone(),
                endpoint: endpoint.map(str::to_owned),
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
                let body = json!({
                    "to": sms.to.expose(),
                    "from": self.from,
                    "text": sms.text.expose(),
                    "category": "authentication",
                });
                let body = Redacted::new(body.to_string().into_bytes());
                let answer = self
                    .secret
                    .with_keys(
                        |keys| self.post(keys, &message.id, &body),
                        |answer| answer.status == 401,
                    )
                    .await?;
                outcome(&answer)
            })
        }
    }

    impl Sender {
        async fn post(&self, keys: Arc<Keys>, id: &str, body: &Redacted<Vec<u8>>) -> Result<Answer, ProviderError> {
            let key = keys.required("api_key")?;
            let endpoint = match &self.endpoint {
                Some(endpoint) => endpoint.clone(),
                None => address(key).ok_or_else(|| ProviderError::new(Retry::Elsewhere, "secret-api-key-malformed"))?,
            };
            let authorization = format!("Bearer {key}");
            let headers = [
                ("authorization", authorization.as_str()),
                ("content-type", "application/json"),
                ("accept", "application/json"),
                ("idempotency-key", id),
                ("user-agent", concat!("cognito-messages/", env!("CARGO_PKG_VERSION"))),
            ];
            let url = format!("{endpoint}/v1/sms/messages");
            Ok(self.http.post(&url, &headers, body.expose().clone()).await?)
        }
    }

    /// Returns the address of a key's region, which is `eu1` of `bk_eu1_…`.
    fn address(key: &str) -> Option<String> {
        let rest = key.strip_prefix("bk_").or_else(|| key.strip_prefix("bm_"))?;
        let (region, _) = rest.split_once('_')?;
        let (place, number) = region.split_at_checked(2)?;
        let fits = place.bytes().all(|byte| byte.is_ascii_lowercase())
            && (1..=2).contains(&number.len())
            && number.bytes().all(|byte| byte.is_ascii_digit());
        fits.then(|| format!("https://{region}.platform.bird.com"))
    }

    /// What is said of a message that was taken and refused at once, by Bird's names.
    ///
    /// A block against fraud is for the number, and another provider must not go around it.
    fn meaning(code: &str) -> (Retry, &'static str) {
        match code {
            "invalid_destination" => (Retry::Never, "invalid_destination"),
            "landline_unreachable" => (Retry::Never, "landline_unreachable"),
            "recipient_opted_out" => (Retry::Never, "recipient_opted_out"),
            "blocked_by_recipient" => (Retry::Never, "blocked_by_recipient"),
            "blocked_by_fraud_protection" => (Retry::Never, "blocked_by_fraud_protection"),
            "provider_unavailable" => (Retry::Elsewhere, "provider_unavailable"),
            "insufficient_balance" => (Retry::Elsewhere, "insufficient_balance"),
            "sender_unregistered" => (Retry::Elsewhere, "sender_unregistered"),
            "content_rejected" => (Retry::Elsewhere, "content_rejected"),
            "blocked_by_carrier" => (Retry::Elsewhere, "blocked_by_carrier"),
            _ => (Retry::Elsewhere, "refused"),
        }
    }

    /// Whether `text` is an id of a message: `sms_` and 26 characters of Crockford's Base32.
    fn is_id(text: &str) -> bool {
        let letter = |byte: u8| byte.is_ascii_digit() || (byte.is_ascii_lowercase() && !b"ilou".contains(&byte));
        text.strip_prefix("sms_")
            .is_some_and(|id| id.len() == 26 && id.bytes().all(letter))
    }

    fn outcome(answer: &Answer) -> Result<Accepted, ProviderError> {
        let body = answer.json();
        if answer.is_success() {
            let id = body.get("id").and_then(Value::as_str);
            let id = id.ok_or_else(|| answer.error())?;
            let status = body.get("status").and_then(Value::as_str);
            if let Some("rejected" | "failed" | "undelivered" | "canceled" | "expired") = status {
                // The key of the request holds it to this answer: asked again, it would be the same.
                let code = body.pointer("/last_error/code").and_then(Value::as_str);
                let (retry, name) = meaning(code.unwrap_or_default());
                return Err(ProviderError::new(retry, name));
            }
            return Ok(Accepted {
                message_id: is_id(id).then(|| id.to_owned()),
            });
        }
        let of_error = |member: &str| body.pointer(&format!("/error/{member}")).and_then(Value::as_str);
        Err(match (of_error("name"), of_error("code")) {
            (Some("SMSInvalidRecipient"), _) => ProviderError::new(Retry::Never, "SMSInvalidRecipient"),
            (Some("SMSSenderNotConfigured"), _) => ProviderError::new(Retry::Elsewhere, "SMSSenderNotConfigured"),
            (Some("SenderCategoryNotPermitted"), _) => {
                ProviderError::new(Retry::Elsewhere, "SenderCategoryNotPermitted")
            }
            // The first request is still under way.
            (_, Some("E01004")) => ProviderError::new(Retry::Anywhere, "RequestInProgress"),
            (_, Some("E01005")) => ProviderError::new(Retry::Elsewhere, "IdempotencyKeyReuse"),
            (_, Some("E01010")) => ProviderError::new(Retry::Elsewhere, "MisdirectedRequest"),
            _ => answer.error(),
        })
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        /// Checks what becomes of each answer.
        fn check(cases: Vec<(u16, Value, Result<Accepted, ProviderError>)>) {
            for (status, body, wanted) in cases {
                let answer = Answer {
                    status,
                    error_type: None,
                    body: body.to_string().into_bytes(),
                };
                assert_eq!(outcome(&answer), wanted, "{body}");
            }
        }

        fn failed(retry: Retry, name: &str) -> Result<Accepted, ProviderError> {
            Err(ProviderError::new(retry, name))
        }

        #[test]
        fn what_is_taken_has_an_id_or_was_refused_at_once() {
            let id = "sms_01krdgeqcxet5s7t44vh8rt9mg";
            let told = |id: &str, status: &str| json!({"id": id, "status": status, "to": "+12025550173"});
            let taken = Ok(Accepted {
                message_id: Some(id.to_owned()),
            });
            check(vec![
                (202, told(id, "accepted"), taken),
                (202, told("+12025550173", "accepted"), Ok(Accepted::default())),
                (202, told("sms_12025550173", "accepted"), Ok(Accepted::default())),
                (202, told(id, "failed"), failed(Retry::Elsewhere, "refused")),
                (202, json!({}), failed(Retry::Anywhere, "unreadable-answer")),
            ]);
            let rejected = |code: &str| json!({"id": id, "status": "rejected", "last_error": {"code": code, "description": "+12025550173"}});
            let by_code = |retry, code: &'static str| (202, rejected(code), failed(retry, code));
            check(vec![
                by_code(Retry::Never, "invalid_destination"),
                by_code(Retry::Never, "landline_unreachable"),
                by_code(Retry::Never, "recipient_opted_out"),
                by_code(Retry::Never, "blocked_by_recipient"),
                by_code(Retry::Never, "blocked_by_fraud_protection"),
                by_code(Retry::Elsewhere, "provider_unavailable"),
                by_code(Retry::Elsewhere, "insufficient_balance"),
                by_code(Retry::Elsewhere, "sender_unregistered"),
                by_code(Retry::Elsewhere, "content_rejected"),
                by_code(Retry::Elsewhere, "blocked_by_carrier"),
                (202, rejected("unknown"), failed(Retry::Elsewhere, "refused")),
                (202, rejected("+12025550173"), failed(Retry::Elsewhere, "refused")),
            ]);
        }

        #[test]
        fn an_error_is_named_as_bird_names_it_or_by_its_status() {
            let by_name = |status, code: &str, retry, name: &'static str| {
                let body = json!({"error": {"code": code, "name": name, "message": "+12025550173"}});
                (status, body, failed(retry, name))
            };
            let validation = json!({"error": {"code": "E01001", "name": "ValidationError", "details": []}});
            check(vec![
                by_name(422, "E00000", Retry::Never, "SMSInvalidRecipient"),
                by_name(422, "E00000", Retry::Elsewhere, "SMSSenderNotConfigured"),
                by_name(422, "E00000", Retry::Elsewhere, "SenderCategoryNotPermitted"),
                by_name(409, "E01004", Retry::Anywhere, "RequestInProgress"),
                by_name(409, "E01005", Retry::Elsewhere, "IdempotencyKeyReuse"),
                by_name(421, "E01010", Retry::Elsewhere, "MisdirectedRequest"),
                (422, validation, failed(Retry::Elsewhere, "refused")),
                (401, json!(null), failed(Retry::Elsewhere, "unauthorized")),
                (402, json!(null), failed(Retry::Elsewhere, "refused")),
                (403, json!(null), failed(Retry::Elsewhere, "forbidden")),
                (429, json!(null), failed(Retry::Anywhere, "too-many-requests")),
                (503, json!("<html>"), failed(Retry::Anywhere, "server-error")),
            ]);
        }

        #[test]
        fn a_key_names_its_region_and_nothing_else_becomes_an_address() {
            for (key, wanted) in [
                ("bk_eu1_0123456789", "https://eu1.platform.bird.com"),
                ("bm_us12_0123456789", "https://us12.platform.bird.com"),
            ] {
                assert_eq!(address(key).as_deref(), Some(wanted));
            }
            for wrong in [
                "",
                "live_0123456789",
                "bk_eu1",
                "bk_eu_1",
                "bk_e1_1",
                "bk_eu123_1",
                "bk_eu1.acme.example/_1",
                "bk_日1_1",
            ] {
                assert_eq!(address(wrong), None, "{wrong}");
            }
        }
    }
}
