//! Postmark: one e-mail of its API.
//!
//! Opens and links are never tracked, whatever the server's settings say: a rewritten link would take a code
//! to another server.
//!
//! Source: "Email API" and "API error codes" of the Postmark documentation, and the library for Python that it
//! names, with which a test compares the request.

use serde::{Deserialize, Serialize};

use super::secret::{SECRET, SECRET_KEY};
use super::{Facts, Form, SecretMember, Setting, Settings, forms};
use crate::event::Channel;

/// Postmark as an e-mail provider.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Postmark {
    /// Who sends: an address, with or without a name before it.
    pub from: String,
    /// Where answers go; to `from` when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<String>,
    /// The message stream, by its id; `outbound` when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_stream: Option<String>,
    /// Another address of the API, without a path; `https://api.postmarkapp.com` when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
    /// The ARN of the secret.
    pub secret: String,
    /// The ARN of the key that encrypts the secret, where it is one of your own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret_key: Option<String>,
}

impl Postmark {
    pub(super) const CHANNELS: &[Channel] = &[Channel::Email];
    pub(super) const SECRET: &[SecretMember] = &[SecretMember {
        name: "server_token",
        about: "The server's API token",
        required: true,
    }];
    pub(super) const FACTS: Facts = Facts {
        idempotency: "none",
        regions: "one address",
        data_residency: "USA",
        source: "Postmark Support Center, “What is an Idempotency Key?” and “Is Postmark secure and redundant?”",
    };
    pub(super) const SETTINGS: &[Setting] = &[
        forms::FROM,
        forms::REPLY_TO,
        Setting {
            key: "message_stream",
            about: "The message stream, by its id, a transactional one; outbound when left out",
            example: "codes",
            required: false,
            form: forms::NAME,
        },
        Setting {
            key: "endpoint",
            about: "Another address of the API, such as that of a proxy; https://api.postmarkapp.com when left out",
            example: "https://api.postmarkapp.com",
            required: false,
            form: Form::Https,
        },
        SECRET,
        SECRET_KEY,
    ];
}

impl Settings for Postmark {
    fn secret(&self) -> Option<&str> {
        Some(&self.secret)
    }

    fn secret_key(&self) -> Option<&str> {
        self.secret_key.as_deref()
    }
}

#[cfg(feature = "postmark")]
mod sending {
    use std::sync::Arc;

    use serde_json::{Map, Value, json};

    use super::Postmark;
    use crate::Redacted;
    use crate::provider::http::{Answer, Http, private_address};
    use crate::provider::mailbox::Mailbox;
    use crate::provider::secret::{Keys, Secret};
    use crate::provider::{BuildError, Services, is_uuid};
    use crate::send::{Accepted, Content, Email, Message, Provider, ProviderError, Retry, Sending};

    /// Postmark as a provider.
    struct Sender {
        http: Http,
        url: String,
        secret: Secret,
        /// What every request holds, whoever it is for.
        request: Map<String, Value>,
    }

    impl Postmark {
        pub(in crate::provider) fn build(&self, services: &Services) -> Result<Box<dyn Provider>, BuildError> {
            let endpoint = self.endpoint.as_deref().unwrap_or("https://api.postmarkapp.com");
            let from = Mailbox::parse(&self.from).ok_or(BuildError)?;
            let mut request = Map::new();
            for (name, value) in [
                ("From", Some(json!(from.quoted()))),
                ("ReplyTo", self.reply_to.as_ref().map(|address| json!(address))),
                (
                    "MessageStream",
                    Some(json!(self.message_stream.as_deref().unwrap_or("outbound"))),
                ),
                ("TrackOpens", Some(json!(false))),
                ("TrackLinks", Some(json!("None"))),
            ] {
                request.extend(value.map(|value| (name.to_owned(), value)));
            }
            Ok(Box::new(Sender {
                http: services.http.clone(),
                url: format!("{}/email", private_address(endpoint)?),
                secret: Secret::new(services, &self.secret)?,
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
                let body = self.body(email);
                let answer = self
                    .secret
                    .with_keys(|keys| self.post(keys, &body), |answer| answer.status == 401)
                    .await?;
                outcome(&answer)
            })
        }
    }

    impl Sender {
        fn body(&self, email: &Email) -> Redacted<Vec<u8>> {
            let mut request = self.request.clone();
            for (name, text) in [
                ("To", Some(email.to.expose())),
                ("Subject", Some(email.subject.expose().as_str())),
                ("TextBody", Some(email.text.expose().as_str())),
                ("HtmlBody", email.html.as_ref().map(|html| html.expose().as_str())),
            ] {
                request.extend(text.map(|text| (name.to_owned(), json!(text))));
            }
            Redacted::new(Value::Object(request).to_string().into_bytes())
        }

        async fn post(&self, keys: Arc<Keys>, body: &Redacted<Vec<u8>>) -> Result<Answer, ProviderError> {
            let headers = [
                ("x-postmark-server-token", keys.required("server_token")?),
                ("content-type", "application/json"),
                ("accept", "application/json"),
            ];
            Ok(self.http.post(&self.url, &headers, body.expose().clone()).await?)
        }
    }

    /// What Postmark's own codes mean; those that there are beside them say no more than the status.
    ///
    /// A recipient is inactive after a hard bounce or a complaint, and another provider must not go around it. An
    /// address that Postmark finds wrong (300, with much else) has the form of one, so another may take it.
    fn meaning(code: u64) -> Option<(Retry, &'static str)> {
        Some(match code {
            10 => (Retry::Elsewhere, "authentication-failed"),
            100 => (Retry::Anywhere, "maintenance"),
            300 => (Retry::Elsewhere, "invalid-request"),
            400 => (Retry::Elsewhere, "sender-not-found"),
            401 => (Retry::Elsewhere, "sender-not-confirmed"),
            405 => (Retry::Elsewhere, "credits-exceeded"),
            406 => (Retry::Never, "inactive-recipient"),
            412 => (Retry::Elsewhere, "account-pending"),
            413 => (Retry::Elsewhere, "account-may-not-send"),
            429 => (Retry::Anywhere, "too-many-requests"),
            _ => return None,
        })
    }

    fn outcome(answer: &Answer) -> Result<Accepted, ProviderError> {
        let body = answer.json();
        let code = body.get("ErrorCode").and_then(Value::as_u64);
        if answer.is_success() && code == Some(0) {
            let id = body.get("MessageID").and_then(Value::as_str);
            return Ok(Accepted {
                message_id: id.filter(|id| is_uuid(id)).map(str::to_owned),
            });
        }
        Err(match code.and_then(meaning) {
            Some((retry, name)) => ProviderError::new(retry, name),
            None => answer.error(),
        })
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn an_answer_is_a_message_id_or_an_error() {
            let accepted = |id: Option<&str>| {
                Ok(Accepted {
                    message_id: id.map(str::to_owned),
                })
            };
            let failed = |retry, name| Err(ProviderError::new(retry, name));
            let taken = |id: &str| json!({"ErrorCode": 0, "Message": "OK", "To": "jane@acme.example", "MessageID": id});
            let refused = |code: u64| json!({"ErrorCode": code, "Message": "jane@acme.example"});
            let id = "b7bc2f4a-e38e-4336-af7d-e6c392c2f817";
            for (status, body, wanted) in [
                (200, taken(id), accepted(Some(id))),
                (200, taken("jane@acme.example"), accepted(None)),
                (200, json!({}), failed(Retry::Anywhere, "unreadable-answer")),
                (200, refused(406), failed(Retry::Never, "inactive-recipient")),
                (401, refused(10), failed(Retry::Elsewhere, "authentication-failed")),
                (401, json!(null), failed(Retry::Elsewhere, "unauthorized")),
                (403, json!("<html>"), failed(Retry::Elsewhere, "forbidden")),
                (404, json!(null), failed(Retry::Elsewhere, "not-found")),
                (413, json!(null), failed(Retry::Elsewhere, "refused")),
                (415, json!(null), failed(Retry::Elsewhere, "refused")),
                (422, refused(100), failed(Retry::Anywhere, "maintenance")),
                (422, refused(300), failed(Retry::Elsewhere, "invalid-request")),
                (422, refused(400), failed(Retry::Elsewhere, "sender-not-found")),
                (422, refused(401), failed(Retry::Elsewhere, "sender-not-confirmed")),
                (422, refused(402), failed(Retry::Elsewhere, "refused")),
                (422, refused(405), failed(Retry::Elsewhere, "credits-exceeded")),
                (422, refused(406), failed(Retry::Never, "inactive-recipient")),
                (422, refused(412), failed(Retry::Elsewhere, "account-pending")),
                (422, refused(413), failed(Retry::Elsewhere, "account-may-not-send")),
                (429, refused(429), failed(Retry::Anywhere, "too-many-requests")),
                (429, json!(null), failed(Retry::Anywhere, "too-many-requests")),
                (500, json!(null), failed(Retry::Anywhere, "server-error")),
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
    }
}
