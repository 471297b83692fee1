//! Twilio: a message of its Programmable Messaging.
//!
//! Source: "Messages resource", Twilio API Reference, and Twilio's SDK for Python, with which a test
//! compares the request.

use serde::{Deserialize, Serialize};

use super::secret::{self, SECRET, SECRET_KEY};
use super::{Facts, Form, Problem, SecretMember, Setting, Settings};
use crate::event::{Channel, PhoneNumber};

/// Twilio as an SMS provider.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Twilio {
    /// The messaging service that chooses the sender; this or `from`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub messaging_service_sid: Option<String>,
    /// The sender: a number in E.164 form, a short code, or a sender id; this or `messaging_service_sid`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The address of the API, without a path; `https://api.twilio.com` when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
    /// The ARN of the secret.
    pub secret: String,
    /// The ARN of the key that encrypts the secret, where it is one of your own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret_key: Option<String>,
}

impl Twilio {
    pub(super) const CHANNELS: &[Channel] = &[Channel::Sms];
    pub(super) const SECRET: &[SecretMember] = &[
        SecretMember {
            name: "account_sid",
            about: "The account's id, AC and 32 digits",
            required: true,
        },
        SecretMember {
            name: "auth_token",
            about: "The account's token; not needed with an API key",
            required: false,
        },
        SecretMember {
            name: "api_key_sid",
            about: "An API key's id, SK and 32 digits; with `api_key_secret`, in place of `auth_token`",
            required: false,
        },
        SecretMember {
            name: "api_key_secret",
            about: "The API key's secret",
            required: false,
        },
    ];
    pub(super) const FACTS: Facts = Facts {
        idempotency: "none",
        regions: "US1, or IE1 by `endpoint` (a public beta)",
        data_residency: "USA; EU in IE1",
        source: "Twilio Docs, “Messages resource” and “Use the Programmable Messaging API with Twilio Regions”",
    };
    pub(super) const SETTINGS: &[Setting] = &[
        Setting {
            key: "messaging_service_sid",
            about: "The messaging service that chooses the sender; this or `from`",
            example: "MG0123456789abcdef0123456789abcdef",
            required: false,
            form: Form::Text {
                wanted: "MG and 32 hexadecimal digits",
                pattern: "^MG[0-9a-fA-F]{32}$",
                fits: is_messaging_service,
            },
        },
        Setting {
            key: "from",
            about: "The sender: a number, a short code or a sender id; this or `messaging_service_sid`",
            example: "\"+12065550142\"",
            required: false,
            form: Form::Text {
                wanted: "a number such as +12065550142, a short code of 3 to 8 digits, or a sender id of 1 to 11 \
                         letters, digits and spaces, with a letter among them",
                pattern: "^(\\+[1-9][0-9]{4,14}|[0-9]{3,8}|(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11})$",
                fits: is_sender,
            },
        },
        Setting {
            key: "endpoint",
            about: "The address of the API in another of Twilio's regions; https://api.twilio.com when left out",
            example: "https://api.dublin.ie1.twilio.com",
            required: false,
            form: Form::Https,
        },
        SECRET,
        SECRET_KEY,
    ];
}

impl Settings for Twilio {
    fn problems(&self) -> Vec<Problem> {
        let said = match (&self.messaging_service_sid, &self.from) {
            (Some(_), None) | (None, Some(_)) => None,
            (Some(_), Some(_)) => Some((
                Some("from"),
                "`from` and `messaging_service_sid` both say who sends: one of them is wanted",
            )),
            (None, None) => Some((
                None,
                "who sends is missing: `messaging_service_sid` or `from` is wanted",
            )),
        };
        let sender = said.map(|(key, message)| Problem {
            key,
            message: message.to_owned(),
            hint: "write one of `messaging_service_sid` and `from`".to_owned(),
        });
        sender.into_iter().chain(secret::problem(&self.secret)).collect()
    }

    fn secret(&self) -> Option<&str> {
        Some(&self.secret)
    }

    fn secret_key(&self) -> Option<&str> {
        self.secret_key.as_deref()
    }
}

fn is_messaging_service(text: &str) -> bool {
    is_sid(text, "MG")
}

/// Whether `text` is an id of Twilio's: two letters that tell what of, and 32 hexadecimal digits.
fn is_sid(text: &str, kind: &str) -> bool {
    text.strip_prefix(kind)
        .is_some_and(|id| id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

fn is_sender(text: &str) -> bool {
    let short_code = (3..=8).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    let sender_id = (1..=11).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b' ')
        && text.bytes().any(|byte| byte.is_ascii_alphabetic());
    PhoneNumber::new(text).is_some() || short_code || sender_id
}

#[cfg(feature = "twilio")]
mod sending {
    use std::sync::Arc;

    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use serde_json::Value;

    use super::{Twilio, is_sid};
    use crate::Redacted;
    use crate::provider::http::{Answer, Http, form, private_address};
    use crate::provider::secret::{Keys, Secret};
    use crate::provider::{BuildError, Services, lifetime};
    use crate::send::{Accepted, Content, Message, Provider, ProviderError, Retry, Sending};

    /// Twilio as a provider.
    struct Sender {
        http: Http,
        endpoint: String,
        /// The field that says who sends, and its value.
        by: (&'static str, String),
        secret: Secret,
    }

    impl Twilio {
        pub(in crate::provider) fn build(&self, services: &Services) -> Result<Box<dyn Provider>, BuildError> {
            let endpoint = self.endpoint.as_deref().unwrap_or("https://api.twilio.com");
            let service = self.messaging_service_sid.clone();
            let service = service.map(|sid| ("MessagingServiceSid", sid));
            let sender = service.or_else(|| Some(("From", self.from.clone()?)));
            Ok(Box::new(Sender {
                http: services.http.clone(),
                endpoint: private_address(endpoint)?.to_owned(),
                by: sender.ok_or(BuildError)?,
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
                let seconds = lifetime(message.purpose).as_secs().to_string();
                let body = Redacted::new(form([
                    ("To", sms.to.expose()),
                    (self.by.0, self.by.1.as_str()),
                    ("Body", sms.text.expose()),
                    ("ValidityPeriod", &seconds),
                ]));
                let answer = self
                    .secret
                    .with_keys(|keys| self.post(keys, &body), |answer| answer.status == 401)
                    .await?;
                outcome(&answer)
            })
        }
    }

    impl Sender {
        async fn post(&self, keys: Arc<Keys>, body: &Redacted<Vec<u8>>) -> Result<Answer, ProviderError> {
            let account = keys.required("account_sid")?;
            if !is_sid(account, "AC") {
                // It becomes a part of the address.
                return Err(ProviderError::new(Retry::Elsewhere, "secret-account-sid-malformed"));
            }
            let (user, password) = match keys.get("api_key_sid") {
                Some(key) => (key, keys.required("api_key_secret")?),
                None => (account, keys.required("auth_token")?),
            };
            let url = format!("{}/2010-04-01/Accounts/{account}/Messages.json", self.endpoint);
            let authorization = format!("Basic {}", STANDARD.encode(format!("{user}:{password}")));
            let headers = [
                ("authorization", authorization.as_str()),
                ("content-type", "application/x-www-form-urlencoded"),
                ("accept", "application/json"),
            ];
            Ok(self.http.post(&url, &headers, body.expose().clone()).await?)
        }
    }

    /// Twilio's codes that mean another thing than the status does.
    ///
    /// Few, since Twilio warns that codes are split as time goes by. A block against artificial traffic
    /// is for the number, and another provider must not go around it.
    fn meaning(code: u64) -> Option<(Retry, &'static str)> {
        Some(match code {
            20003 => (Retry::Elsewhere, "authentication-failed"),
            20429 => (Retry::Anywhere, "too-many-requests"),
            21211 => (Retry::Never, "invalid-number"),
            21408 => (Retry::Elsewhere, "country-not-permitted"),
            21608 => (Retry::Elsewhere, "number-not-verified"),
            21610 => (Retry::Never, "opted-out"),
            21614 => (Retry::Never, "not-a-mobile-number"),
            30450 => (Retry::Never, "blocked-as-artificial-traffic"),
            _ => return None,
        })
    }

    fn outcome(answer: &Answer) -> Result<Accepted, ProviderError> {
        let body = answer.json();
        if answer.is_success() {
            let id = body.get("sid").and_then(Value::as_str);
            let id = id.ok_or_else(|| answer.error())?;
            return Ok(Accepted {
                message_id: (is_sid(id, "SM") || is_sid(id, "MM")).then(|| id.to_owned()),
            });
        }
        let code = body.get("code").and_then(Value::as_u64);
        Err(match code.and_then(meaning) {
            Some((retry, name)) => ProviderError::new(retry, name),
            None => answer.error(),
        })
    }

    #[cfg(test)]
    mod tests {
        use serde_json::json;

        use super::*;

        #[test]
        fn an_answer_is_a_message_id_or_an_error() {
            let id = "SM0123456789abcdef0123456789abcdef";
            let failed = |retry, name| Err(ProviderError::new(retry, name));
            let refused = |code: u64| json!({"code": code, "message": "+12025550173", "status": 400});
            for (status, body, wanted) in [
                (
                    201,
                    json!({"sid": id, "status": "queued"}),
                    Ok(Accepted {
                        message_id: Some(id.to_owned()),
                    }),
                ),
                (201, json!({"sid": "+12025550173"}), Ok(Accepted::default())),
                (200, json!({}), failed(Retry::Anywhere, "unreadable-answer")),
                (400, refused(21211), failed(Retry::Never, "invalid-number")),
                (400, refused(21610), failed(Retry::Never, "opted-out")),
                (400, refused(21614), failed(Retry::Never, "not-a-mobile-number")),
                (
                    403,
                    refused(30450),
                    failed(Retry::Never, "blocked-as-artificial-traffic"),
                ),
                (400, refused(21408), failed(Retry::Elsewhere, "country-not-permitted")),
                (400, refused(21608), failed(Retry::Elsewhere, "number-not-verified")),
                (400, refused(21606), failed(Retry::Elsewhere, "bad-request")),
                (401, refused(20003), failed(Retry::Elsewhere, "authentication-failed")),
                (429, refused(20429), failed(Retry::Anywhere, "too-many-requests")),
                (429, json!(null), failed(Retry::Anywhere, "too-many-requests")),
                (503, json!("<html>"), failed(Retry::Anywhere, "server-error")),
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

    #[test]
    fn one_setting_says_who_sends() {
        let problems = |service: Option<&str>, from: Option<&str>| {
            let settings = Twilio {
                messaging_service_sid: service.map(str::to_owned),
                from: from.map(str::to_owned),
                ..Twilio::default()
            };
            settings.problems().len()
        };
        assert_eq!((problems(Some("MG"), None), problems(None, Some("ACME"))), (0, 0));
        assert_eq!((problems(Some("MG"), Some("ACME")), problems(None, None)), (1, 1));
    }

    #[test]
    fn senders_have_the_forms_that_twilio_takes() {
        for right in ["+12065550142", "12345", "ACME", "ACME 24"] {
            assert!(is_sender(right), "{right}");
        }
        for wrong in [
            "",
            "12",
            "123456789",
            "ACME-24",
            "ABCDEFGHIJKL",
            "whatsapp:+12065550142",
        ] {
            assert!(!is_sender(wrong), "{wrong}");
        }
        assert!(is_messaging_service("MG0123456789abcdef0123456789abcdef"));
        assert!(!is_messaging_service("MG0123456789abcdef0123456789abcde/"));
    }
}
