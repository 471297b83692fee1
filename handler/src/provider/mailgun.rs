//! Mailgun: `messages` of version 3.
//!
//! Opens and clicks are never tracked, whatever the domain's settings say: a rewritten link would take a code
//! to another server.
//!
//! Source: "Send an email" and "API Overview" of the Mailgun documentation, and Mailgun's SDK for Python, with
//! which a test compares the request.

use serde::{Deserialize, Serialize};

use super::mailbox::is_domain;
use super::secret::{SECRET, SECRET_KEY};
use super::{Facts, Form, SecretMember, Setting, Settings, forms};
use crate::event::Channel;

/// Mailgun as an e-mail provider.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mailgun {
    /// Who sends: an address, with or without a name before it.
    pub from: String,
    /// Where answers go; to `from` when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<String>,
    /// The domain that sends; that of `from` when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain: Option<String>,
    /// `us` or `eu`.
    pub region: String,
    /// Another address of the API, without a path; that of `region` when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
    /// The ARN of the secret.
    pub secret: String,
    /// The ARN of the key that encrypts the secret, where it is one of your own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret_key: Option<String>,
}

impl Mailgun {
    pub(super) const CHANNELS: &[Channel] = &[Channel::Email];
    pub(super) const SECRET: &[SecretMember] = &[SecretMember {
        name: "api_key",
        about: "The domain's sending key, or a key of the account",
        required: true,
    }];
    pub(super) const FACTS: Facts = Facts {
        idempotency: "none",
        regions: "`region`: USA or EU, that of the domain",
        data_residency: "the `region`, for messages and what is logged of them",
        source: "Mailgun Documentation, “Messages” and “Mailgun Regions”",
    };
    pub(super) const SETTINGS: &[Setting] = &[
        forms::FROM,
        forms::REPLY_TO,
        Setting {
            key: "domain",
            about: "The domain that sends, as Mailgun knows it; that of `from` when left out",
            example: "mg.acme.example",
            required: false,
            form: Form::Text {
                wanted: "a domain of two labels or more, such as mg.acme.example",
                pattern: "^(?=.{3,253}$)[A-Za-z0-9-]+(\\.[A-Za-z0-9-]+)+$",
                fits: is_domain,
            },
        },
        Setting {
            key: "region",
            about: "Where Mailgun has the domain",
            example: "eu",
            required: true,
            form: Form::Choice(&["us", "eu"]),
        },
        Setting {
            key: "endpoint",
            about: "Another address of the API, such as that of a proxy; https://api.mailgun.net, or that of the EU, when \
                    left out",
            example: "https://api.eu.mailgun.net",
            required: false,
            form: Form::Https,
        },
        SECRET,
        SECRET_KEY,
    ];
}

impl Settings for Mailgun {
    fn secret(&self) -> Option<&str> {
        Some(&self.secret)
    }

    fn secret_key(&self) -> Option<&str> {
        self.secret_key.as_deref()
    }
}

#[cfg(feature = "mailgun")]
mod sending {
    use std::sync::Arc;

    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use serde_json::Value;

    use super::{Mailgun, is_domain};
    use crate::Redacted;
    use crate::provider::http::{Answer, Http, form, private_address};
    use crate::provider::mailbox::Mailbox;
    use crate::provider::secret::{Keys, Secret};
    use crate::provider::{BuildError, Services};
    use crate::send::{Accepted, Content, Email, Message, Provider, ProviderError, Retry, Sending};

    /// Mailgun as a provider.
    struct Sender {
        http: Http,
        url: String,
        from: String,
        reply_to: Option<String>,
        secret: Secret,
    }

    impl Mailgun {
        pub(in crate::provider) fn build(&self, services: &Services) -> Result<Box<dyn Provider>, BuildError> {
            let endpoint = match (&self.endpoint, self.region.as_str()) {
                (Some(endpoint), _) => private_address(endpoint)?,
                (None, "us") => "https://api.mailgun.net",
                (None, "eu") => "https://api.eu.mailgun.net",
                (None, _) => return Err(BuildError),
            };
            let from = Mailbox::parse(&self.from).ok_or(BuildError)?;
            let domain = self.domain.as_deref().unwrap_or(from.domain());
            // It becomes a part of the address.
            if !is_domain(domain) {
                return Err(BuildError);
            }
            Ok(Box::new(Sender {
                http: services.http.clone(),
                url: format!("{endpoint}/v3/{domain}/messages"),
                from: from.quoted(),
                reply_to: self.reply_to.clone(),
                secret: Secret::new(services, &self.secret)?,
            }))
        }
    }

    impl Provider for Sender {
        fn send<'a>(&'a self, message: &'a Message) -> Sending<'a> {
            Box::pin(async move {
                let Content::Email(email) = &message.content else {
                    return Err(ProviderError::new(Retry::Elsewhere, "not-an-email"));
                };
                let body = self.body(email);
                // Mailgun says 403 too where a key has no right any more.
                let answer = self
                    .secret
                    .with_keys(
                        |keys| self.post(keys, &body),
                        |answer| matches!(answer.status, 401 | 403),
                    )
                    .await?;
                outcome(&answer)
            })
        }
    }

    impl Sender {
        fn body(&self, email: &Email) -> Redacted<Vec<u8>> {
            let fields = [
                ("from", Some(self.from.as_str())),
                ("to", Some(email.to.expose())),
                ("h:Reply-To", self.reply_to.as_deref()),
                ("subject", Some(email.subject.expose().as_str())),
                ("text", Some(email.text.expose().as_str())),
                ("html", email.html.as_ref().map(|html| html.expose().as_str())),
                ("o:tracking", Some("no")),
                ("o:tracking-clicks", Some("no")),
                ("o:tracking-opens", Some("no")),
            ];
            let fields = fields.into_iter().filter_map(|(name, value)| Some((name, value?)));
            Redacted::new(form(fields))
        }

        async fn post(&self, keys: Arc<Keys>, body: &Redacted<Vec<u8>>) -> Result<Answer, ProviderError> {
            let user = format!("api:{}", keys.required("api_key")?);
            let authorization = format!("Basic {}", STANDARD.encode(user));
            let headers = [
                ("authorization", authorization.as_str()),
                ("content-type", "application/x-www-form-urlencoded"),
            ];
            Ok(self.http.post(&self.url, &headers, body.expose().clone()).await?)
        }
    }

    fn outcome(answer: &Answer) -> Result<Accepted, ProviderError> {
        let body = answer.json();
        if answer.is_success() {
            let id = body.get("id").and_then(Value::as_str);
            let id = id.ok_or_else(|| answer.error())?;
            return Ok(Accepted {
                message_id: message_id(id).map(str::to_owned),
            });
        }
        Err(match answer.status {
            // A domain that Mailgun has just got to know is not everywhere yet, which it says as JSON; an address of the
            // API that there is not, it does not.
            404 if body.is_object() => ProviderError::new(Retry::Anywhere, "domain-not-found"),
            _ => answer.error(),
        })
    }

    /// Returns the part of Mailgun's id before the `@`, where it is the time and some numbers.
    ///
    /// The whole has the form of an address, and what has that is not logged.
    fn message_id(id: &str) -> Option<&str> {
        let (local, _) = id.trim_start_matches('<').split_once('@')?;
        let (time, rest) = local.split_once('.')?;
        let is_time = time.len() == 14 && time.bytes().all(|byte| byte.is_ascii_digit());
        let is_number =
            |part: &str| (1..=32).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_hexdigit());
        (is_time && local.len() <= 64 && rest.split('.').all(is_number)).then_some(local)
    }

    #[cfg(test)]
    mod tests {
        use serde_json::json;

        use super::*;

        #[test]
        fn an_answer_is_a_message_id_or_an_error() {
            let accepted = |id: Option<&str>| {
                Ok(Accepted {
                    message_id: id.map(str::to_owned),
                })
            };
            let failed = |retry, name| Err(ProviderError::new(retry, name));
            let queued = |id: &str| json!({"id": id, "message": "Queued. Thank you."});
            let said = json!({"message": "'to' parameter is not a valid address: jane@acme.example"});
            for (status, body, wanted) in [
                (
                    200,
                    queued("<20261122064500.1.0123456789ABCDEF@mg.acme.example>"),
                    accepted(Some("20261122064500.1.0123456789ABCDEF")),
                ),
                (200, queued("<jane@acme.example>"), accepted(None)),
                (200, json!({}), failed(Retry::Anywhere, "unreadable-answer")),
                (
                    200,
                    json!("Mailgun Magnificent API"),
                    failed(Retry::Anywhere, "unreadable-answer"),
                ),
                (400, said.clone(), failed(Retry::Elsewhere, "bad-request")),
                (401, json!("Forbidden"), failed(Retry::Elsewhere, "unauthorized")),
                (402, said.clone(), failed(Retry::Elsewhere, "refused")),
                (403, said.clone(), failed(Retry::Elsewhere, "forbidden")),
                (404, said.clone(), failed(Retry::Anywhere, "domain-not-found")),
                (404, json!(null), failed(Retry::Elsewhere, "not-found")),
                (413, said.clone(), failed(Retry::Elsewhere, "refused")),
                (429, said.clone(), failed(Retry::Anywhere, "too-many-requests")),
                (500, said, failed(Retry::Anywhere, "server-error")),
                (503, json!("<html>"), failed(Retry::Anywhere, "server-error")),
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
        fn an_id_is_kept_without_its_domain_and_no_address_is_one() {
            assert_eq!(
                message_id("<20111114174239.25659.5817@samples.mailgun.org>"),
                Some("20111114174239.25659.5817")
            );
            for wrong in [
                "",
                "20261122064500",
                "20261122064500@acme.example",
                "<jane.doe@acme.example>",
                "<20261122064500.jane@acme.example>",
                "<12025550173.1@acme.example>",
                "<20261122064500.@acme.example>",
            ] {
                assert_eq!(message_id(wrong), None, "{wrong}");
            }
        }
    }
}
