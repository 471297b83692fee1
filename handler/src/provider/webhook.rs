//! A service of your own: each message is posted to it, signed.
//!
//! The request is `POST` with a JSON object, signed as the open specification Standard Webhooks 1.0.0
//! says, so that its libraries verify it in most languages:
//!
//! - `webhook-id`: the same on every attempt of one message; a receiver that has seen it drops the request.
//! - `webhook-timestamp`: seconds since 1970; a receiver refuses what is older than some minutes.
//! - `webhook-signature`: `v1,` and, in Base64, the HMAC-SHA-256 of `ID.TIMESTAMP.BODY` under the
//!   secret's `signing_key`. While keys are rotated, a second one by `previous_signing_key` follows
//!   after a space.
//!
//! The object has `version` (1; while it stays, members are only ever added), `id`, `purpose`,
//! `channel` (`sms` or `email`), `country`, `locale`, `to`, `code` (each null where there is none), and
//! `text`; an e-mail has `subject` and `html` besides.
//!
//! A status of 200 to 299 takes the message; `{"id": "…"}` in its body is kept for the logs. 422 with
//! `{"final": true}` says that nobody can deliver to this recipient. 408, 425, 429 and 500 or more ask
//! for another attempt; everything else sends the message to the next provider.
//!
//! Source: `spec/standard-webhooks.md` of the specification; a test verifies with its library.

use serde::{Deserialize, Serialize};

use super::secret::{SECRET, SECRET_KEY};
use super::{Facts, Form, SecretMember, Setting, Settings};
use crate::event::Channel;

/// A service of your own as a provider.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Webhook {
    /// Where to; `https` only.
    pub url: String,
    /// The ARN of the secret.
    pub secret: String,
    /// The ARN of the key that encrypts the secret, where it is one of your own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret_key: Option<String>,
}

impl Webhook {
    pub(super) const CHANNELS: &[Channel] = &Channel::ALL;
    pub(super) const SECRET: &[SecretMember] = &[
        SecretMember {
            name: "signing_key",
            about: "24 to 64 random bytes in Base64, with or without `whsec_` before them",
            required: true,
        },
        SecretMember {
            name: "previous_signing_key",
            about: "The key before, which signs too while receivers change over",
            required: false,
        },
    ];
    pub(super) const FACTS: Facts = Facts {
        idempotency: "`webhook-id`, the same on every attempt, by which your service drops a second request",
        regions: "your own",
        data_residency: "your own",
        source: "Standard Webhooks 1.0.0",
    };
    pub(super) const SETTINGS: &[Setting] = &[
        Setting {
            key: "url",
            about: "Where messages are posted to",
            example: "https://messages.acme.example/cognito",
            required: true,
            form: Form::Https,
        },
        SECRET,
        SECRET_KEY,
    ];
}

impl Settings for Webhook {
    fn secret(&self) -> Option<&str> {
        Some(&self.secret)
    }

    fn secret_key(&self) -> Option<&str> {
        self.secret_key.as_deref()
    }
}

#[cfg(feature = "webhook")]
mod sending {
    use std::sync::Arc;
    use std::time::UNIX_EPOCH;

    use aws_lc_rs::hmac;
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use serde_json::{Value, json};

    use super::Webhook;
    use crate::Redacted;
    use crate::provider::address::is_private;
    use crate::provider::aws::Clock;
    use crate::provider::http::{Answer, Http};
    use crate::provider::ids::is_opaque_id;
    use crate::provider::secret::{Keys, Secret};
    use crate::provider::{BuildError, Services};
    use crate::send::{Accepted, Content, Message, Provider, ProviderError, Retry, Sending};

    /// The sizes of key that the specification allows, in bytes.
    const KEY: std::ops::RangeInclusive<usize> = 24..=64;

    /// A webhook as a provider.
    struct Sender {
        http: Http,
        clock: Clock,
        url: String,
        secret: Secret,
    }

    impl Webhook {
        pub(in crate::provider) fn build(&self, services: &Services) -> Result<Box<dyn Provider>, BuildError> {
            Ok(Box::new(Sender {
                http: services.http.clone(),
                clock: services.clock.clone(),
                url: is_private(&self.url).then(|| self.url.clone()).ok_or(BuildError)?,
                secret: Secret::new(services, &self.secret)?,
            }))
        }
    }

    impl Provider for Sender {
        fn send<'a>(&'a self, message: &'a Message) -> Sending<'a> {
            Box::pin(async move {
                let body = Redacted::new(body(message));
                let answer = self
                    .secret
                    .with_keys(
                        |keys| self.post(keys, &message.id, &body),
                        |answer| matches!(answer.status, 401 | 403),
                    )
                    .await?;
                outcome(&answer)
            })
        }
    }

    impl Sender {
        async fn post(&self, keys: Arc<Keys>, id: &str, body: &Redacted<Vec<u8>>) -> Result<Answer, ProviderError> {
            let now = (self.clock)().duration_since(UNIX_EPOCH).unwrap_or_default();
            let timestamp = now.as_secs().to_string();
            let mut signatures = vec![signature(keys.required("signing_key")?, id, &timestamp, body)?];
            if let Some(previous) = keys.get("previous_signing_key") {
                signatures.push(signature(previous, id, &timestamp, body)?);
            }
            let headers = [
                ("content-type", "application/json"),
                ("webhook-id", id),
                ("webhook-timestamp", &timestamp),
                ("webhook-signature", &signatures.join(" ")),
            ];
            Ok(self.http.post(&self.url, &headers, body.expose().clone()).await?)
        }
    }

    fn signature(key: &str, id: &str, timestamp: &str, body: &Redacted<Vec<u8>>) -> Result<String, ProviderError> {
        let key = STANDARD.decode(key.strip_prefix("whsec_").unwrap_or(key)).ok();
        let key = key
            .filter(|key| KEY.contains(&key.len()))
            .ok_or_else(|| ProviderError::new(Retry::Elsewhere, "secret-signing-key-malformed"))?;
        let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, &key));
        context.update(format!("{id}.{timestamp}.").as_bytes());
        context.update(body.expose());
        Ok(format!("v1,{}", STANDARD.encode(context.sign())))
    }

    fn body(message: &Message) -> Vec<u8> {
        let code = message.code.as_ref().map(|code| code.expose().as_str());
        let country = message.country.map(|country| country.to_string());
        let mut body = json!({
            "version": 1,
            "id": message.id,
            "purpose": message.purpose.name(),
            "channel": message.content.channel().name(),
            "country": country,
            "locale": message.locale,
            "code": code,
        });
        let content = match &message.content {
            Content::Sms(sms) => json!({"to": sms.to.expose(), "text": sms.text.expose()}),
            Content::Email(email) => json!({
                "to": email.to.expose(),
                "subject": email.subject.expose(),
                "text": email.text.expose(),
                "html": email.html.as_ref().map(|html| html.expose().as_str()),
            }),
        };
        if let (Value::Object(body), Value::Object(content)) = (&mut body, content) {
            body.extend(content);
        }
        body.to_string().into_bytes()
    }

    fn outcome(answer: &Answer) -> Result<Accepted, ProviderError> {
        let body = answer.json();
        if answer.is_success() {
            let id = body.get("id").and_then(Value::as_str);
            return Ok(Accepted {
                message_id: id.filter(|id| is_opaque_id(id)).map(str::to_owned),
            });
        }
        if answer.status == 422 && body.get("final") == Some(&Value::Bool(true)) {
            return Err(ProviderError::new(Retry::Never, "recipient-refused"));
        }
        Err(answer.error())
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn a_status_is_the_answer() {
            let id = "0e8d5b1c-4f6a-4c1e-9b1a-2d3c4b5a6f70";
            let failed = |retry, name| Err(ProviderError::new(retry, name));
            for (status, body, wanted) in [
                (
                    200,
                    json!({"id": id}),
                    Ok(Accepted {
                        message_id: Some(id.to_owned()),
                    }),
                ),
                (202, json!({"id": "+12025550173"}), Ok(Accepted::default())),
                (204, json!(null), Ok(Accepted::default())),
                (301, json!(null), failed(Retry::Elsewhere, "redirected")),
                (401, json!(null), failed(Retry::Elsewhere, "unauthorized")),
                (422, json!({"final": true}), failed(Retry::Never, "recipient-refused")),
                (
                    422,
                    json!({"final": "+12025550173"}),
                    failed(Retry::Elsewhere, "refused"),
                ),
                (429, json!(null), failed(Retry::Anywhere, "too-many-requests")),
                (500, json!({"final": true}), failed(Retry::Anywhere, "server-error")),
            ] {
                let answer = Answer {
                    status,
                    error_type: None,
                    body: body.to_string().into_bytes(),
                };
                assert_eq!(outcome(&answer), wanted, "{status} {body}");
            }
        }

        #[test]
        fn keys_have_the_sizes_of_the_specification() {
            let body = Redacted::new(Vec::new());
            for (bytes, right) in [(23, false), (24, true), (64, true), (65, false)] {
                let key = STANDARD.encode(vec![7; bytes]);
                assert_eq!(signature(&key, "a", "1", &body).is_ok(), right, "{bytes}");
                assert_eq!(signature(&format!("whsec_{key}"), "a", "1", &body).is_ok(), right);
            }
            assert!(signature("not base64", "a", "1", &body).is_err());
        }
    }
}
