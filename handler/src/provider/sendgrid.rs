//! Twilio SendGrid: `mail/send` of version 3.
//!
//! Links are left as they are and nothing is added to the text, whatever the account's settings say: a
//! rewritten link would take a code to another server, and a footer would offer to unsubscribe from codes.
//!
//! Source: "Mail Send", "Responses" and "Errors" of the Twilio SendGrid documentation, its support article
//! "4XX API Errors", and SendGrid's SDK for Python, with which a test compares the request.

use serde::{Deserialize, Serialize};

use super::secret::{SECRET, SECRET_KEY};
use super::{Facts, Form, SecretMember, Setting, Settings, forms};
use crate::event::Channel;

/// SendGrid as an e-mail provider.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sendgrid {
    /// Who sends: an address, with or without a name before it.
    pub from: String,
    /// Where answers go; to `from` when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<String>,
    /// `global` or `eu`; global when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// Another address of the API, without a path; that of `region` when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
    /// The ARN of the secret.
    pub secret: String,
    /// The ARN of the key that encrypts the secret, where it is one of your own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret_key: Option<String>,
}

impl Sendgrid {
    pub(super) const CHANNELS: &[Channel] = &[Channel::Email];
    pub(super) const SECRET: &[SecretMember] = &[SecretMember {
        name: "api_key",
        about: "An API key with the permission Mail Send, SG. and two parts",
        required: true,
    }];
    pub(super) const FACTS: Facts = Facts {
        idempotency: "none",
        regions: "`region`: global, or EU (for a subuser of the EU)",
        data_residency: "EU with `region: eu`; else not documented",
        source: "Twilio SendGrid Docs, “Mail Send” and “FAQ on Data Residency for EU”",
    };
    pub(super) const SETTINGS: &[Setting] = &[
        forms::FROM,
        forms::REPLY_TO,
        Setting {
            key: "region",
            about: "Where SendGrid keeps the subuser that the key belongs to; global when left out",
            example: "eu",
            required: false,
            form: Form::Choice(&["global", "eu"]),
        },
        Setting {
            key: "endpoint",
            about: "Another address of the API, such as that of a proxy; https://api.sendgrid.com, or that of the EU, \
                    when left out",
            example: "https://api.eu.sendgrid.com",
            required: false,
            form: Form::Https,
        },
        SECRET,
        SECRET_KEY,
    ];
}

impl Settings for Sendgrid {
    fn secret(&self) -> Option<&str> {
        Some(&self.secret)
    }

    fn secret_key(&self) -> Option<&str> {
        self.secret_key.as_deref()
    }
}

#[cfg(feature = "sendgrid")]
mod sending {
    use std::sync::Arc;

    use serde_json::{Map, Value, json};

    use super::Sendgrid;
    use crate::Redacted;
    use crate::provider::http::{Answer, Http, private_address};
    use crate::provider::mailbox::Mailbox;
    use crate::provider::secret::{Keys, Secret};
    use crate::provider::{BuildError, Services, is_opaque_id};
    use crate::send::{Accepted, Content, Email, Message, Provider, ProviderError, Retry, Sending};

    /// SendGrid as a provider.
    struct Sender {
        http: Http,
        url: String,
        secret: Secret,
        /// What every request holds, whoever it is for.
        request: Map<String, Value>,
    }

    impl Sendgrid {
        pub(in crate::provider) fn build(&self, services: &Services) -> Result<Box<dyn Provider>, BuildError> {
            let endpoint = match (&self.endpoint, self.region.as_deref()) {
                (Some(endpoint), _) => private_address(endpoint)?,
                (None, None | Some("global")) => "https://api.sendgrid.com",
                (None, Some("eu")) => "https://api.eu.sendgrid.com",
                (None, Some(_)) => return Err(BuildError),
            };
            let from = Mailbox::parse(&self.from).ok_or(BuildError)?;
            let mut sender = Map::from_iter([("email".to_owned(), json!(from.address))]);
            sender.extend(from.name.map(|name| ("name".to_owned(), json!(name))));
            let off = json!({"enable": false});
            let tracking = json!({
                "click_tracking": {"enable": false, "enable_text": false},
                "open_tracking": off,
                "subscription_tracking": off,
                "ganalytics": off,
            });
            let mut request = Map::new();
            request.insert("from".to_owned(), sender.into());
            request.insert("tracking_settings".to_owned(), tracking);
            let reply_to = self.reply_to.as_ref();
            request.extend(reply_to.map(|address| ("reply_to".to_owned(), json!({"email": address}))));
            Ok(Box::new(Sender {
                http: services.http.clone(),
                url: format!("{endpoint}/v3/mail/send"),
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
                let (answer, id) = self
                    .secret
                    .with_keys(|keys| self.post(keys, &body), |(answer, _)| answer.status == 401)
                    .await?;
                outcome(&answer, id)
            })
        }
    }

    impl Sender {
        fn body(&self, email: &Email) -> Redacted<Vec<u8>> {
            let part = |kind: &str, text: &str| json!({"type": kind, "value": text});
            // SendGrid refuses them in another order.
            let mut content = vec![part("text/plain", email.text.expose())];
            content.extend(email.html.as_ref().map(|html| part("text/html", html.expose())));
            let mut request = self.request.clone();
            let to = json!([{"to": [{"email": email.to.expose()}]}]);
            request.insert("personalizations".to_owned(), to);
            request.insert("subject".to_owned(), json!(email.subject.expose()));
            request.insert("content".to_owned(), content.into());
            Redacted::new(Value::Object(request).to_string().into_bytes())
        }

        async fn post(
            &self,
            keys: Arc<Keys>,
            body: &Redacted<Vec<u8>>,
        ) -> Result<(Answer, Option<String>), ProviderError> {
            let authorization = format!("Bearer {}", keys.required("api_key")?);
            let headers = [
                ("authorization", authorization.as_str()),
                ("content-type", "application/json"),
                ("accept", "application/json"),
            ];
            let body = body.expose().clone();
            Ok(self
                .http
                .post_for_header(&self.url, &headers, body, "x-message-id")
                .await?)
        }
    }

    /// Names what SendGrid tells apart by words within one status; none of it changes what comes next.
    ///
    /// An address that comes this far has the form of one, so another provider may take what SendGrid does not.
    fn name(status: u16, field: &str, message: &str) -> Option<&'static str> {
        match status {
            400 if field.starts_with("personalizations") && field.ends_with("email") => Some("address-refused"),
            401 if message == "Maximum credits exceeded" => Some("credits-exceeded"),
            403 if field == "from" => Some("sender-not-verified"),
            _ => None,
        }
    }

    fn outcome(answer: &Answer, id: Option<String>) -> Result<Accepted, ProviderError> {
        match answer.status {
            202 => {
                return Ok(Accepted {
                    message_id: id.filter(|id| is_opaque_id(id)),
                });
            }
            // Right, and not sent: the answer of the sandbox.
            200 => return Err(ProviderError::new(Retry::Elsewhere, "not-queued")),
            _ => {}
        }
        let body = answer.json();
        let said = |member: &str| body.pointer(&format!("/errors/0/{member}")).and_then(Value::as_str);
        let name = name(
            answer.status,
            said("field").unwrap_or_default(),
            said("message").unwrap_or_default(),
        );
        Err(match name {
            Some(name) => ProviderError::new(Retry::Elsewhere, name),
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
            let said = |field: &str, message: &str| json!({"errors": [{"field": field, "message": message}]});
            let id = "dPUZz7NyRmSWCwgHb9GkYw";
            for (status, header, body, wanted) in [
                (202, Some(id), json!(null), accepted(Some(id))),
                (202, Some("jane@acme.example"), json!(null), accepted(None)),
                (202, None, json!(null), accepted(None)),
                (200, Some(id), json!(null), failed(Retry::Elsewhere, "not-queued")),
                (
                    400,
                    None,
                    said("personalizations.0.to.0.email", "jane@acme.example"),
                    failed(Retry::Elsewhere, "address-refused"),
                ),
                (
                    400,
                    None,
                    said("subject", "required"),
                    failed(Retry::Elsewhere, "bad-request"),
                ),
                (
                    401,
                    None,
                    said("", "Maximum credits exceeded"),
                    failed(Retry::Elsewhere, "credits-exceeded"),
                ),
                (
                    401,
                    None,
                    json!({"errors": []}),
                    failed(Retry::Elsewhere, "unauthorized"),
                ),
                (
                    403,
                    None,
                    said("from", "verify"),
                    failed(Retry::Elsewhere, "sender-not-verified"),
                ),
                (403, None, said("", "blocked"), failed(Retry::Elsewhere, "forbidden")),
                (404, None, json!(null), failed(Retry::Elsewhere, "not-found")),
                (406, None, json!(null), failed(Retry::Elsewhere, "refused")),
                (413, None, json!(null), failed(Retry::Elsewhere, "refused")),
                (415, None, json!(null), failed(Retry::Elsewhere, "refused")),
                (429, None, json!(null), failed(Retry::Anywhere, "too-many-requests")),
                (500, None, json!(null), failed(Retry::Anywhere, "server-error")),
                (503, None, json!("<html>"), failed(Retry::Anywhere, "server-error")),
            ] {
                let answer = Answer {
                    status,
                    error_type: None,
                    body: body.to_string().into_bytes(),
                };
                assert_eq!(outcome(&answer, header.map(str::to_owned)), wanted, "{status} {body}");
            }
        }
    }
}
