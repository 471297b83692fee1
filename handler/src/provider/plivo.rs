//! Plivo: a message of its Message API.
//!
//! Plivo would keep the text of each message for a week and its number for 90 days. It is told not to:
//! of the text never anything, and of the number only as `log_numbers` says.
//!
//! Source: "Messages" and "API response" of Plivo's API reference, "SMS data redaction", and Plivo's SDK
//! for Python, with which a test compares the request.

use serde::{Deserialize, Serialize};

use super::forms::SENDER;
use super::secret::{self, SECRET, SECRET_KEY};
use super::{Facts, Form, Problem, SecretMember, Setting, Settings, is_uuid};
use crate::event::Channel;

/// Plivo as an SMS provider.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plivo {
    /// The powerpack that chooses the sender; this or `from`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub powerpack_uuid: Option<String>,
    /// The sender: a number in E.164 form, a short code, or a sender id; this or `powerpack_uuid`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Whether Plivo may keep the whole number; it keeps all but the last three digits when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log_numbers: Option<bool>,
    /// The address of the API, without a path; `https://api.plivo.com` when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
    /// The ARN of the secret.
    pub secret: String,
    /// The ARN of the key that encrypts the secret, where it is one of your own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret_key: Option<String>,
}

impl Plivo {
    pub(super) const CHANNELS: &[Channel] = &[Channel::Sms];
    pub(super) const SECRET: &[SecretMember] = &[
        SecretMember {
            name: "auth_id",
            about: "The account's id, MA or SA and 18 letters and digits",
            required: true,
        },
        SecretMember {
            name: "auth_token",
            about: "The account's token",
            required: true,
        },
    ];
    pub(super) const FACTS: Facts = Facts {
        idempotency: "none",
        regions: "one address",
        data_residency: "not documented; the text is not kept",
        source: "Plivo Documentation, “Messages” and “SMS data redaction”",
    };
    pub(super) const SETTINGS: &[Setting] = &[
        Setting {
            key: "powerpack_uuid",
            about: "The powerpack that chooses the sender; this or `from`",
            example: "5ec4c8c9-cd74-42b5-9e41-0d7670d6bb46",
            required: false,
            form: Form::Text {
                wanted: "a UUID",
                pattern: "^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$",
                fits: is_uuid,
            },
        },
        Setting {
            key: "from",
            about: "The sender: a number, a short code or a sender id; this or `powerpack_uuid`",
            example: "\"+12065550142\"",
            required: false,
            form: SENDER,
        },
        Setting {
            key: "log_numbers",
            about: "Whether Plivo keeps the whole number for 90 days, for its support; all but the last three digits \
                    when left out. It never keeps the text",
            example: "true",
            required: false,
            form: Form::Flag,
        },
        Setting {
            key: "endpoint",
            about: "Another address of the API, such as that of a proxy; https://api.plivo.com when left out",
            example: "https://api.plivo.com",
            required: false,
            form: Form::Https,
        },
        SECRET,
        SECRET_KEY,
    ];
}

impl Settings for Plivo {
    fn problems(&self) -> Vec<Problem> {
        let said = match (&self.powerpack_uuid, &self.from) {
            (Some(_), None) | (None, Some(_)) => None,
            (Some(_), Some(_)) => Some((
                Some("from"),
                "`from` and `powerpack_uuid` both say who sends: one of them is wanted",
            )),
            (None, None) => Some((None, "who sends is missing: `powerpack_uuid` or `from` is wanted")),
        };
        let sender = said.map(|(key, message)| Problem {
            key,
            message: message.to_owned(),
            hint: "write one of `powerpack_uuid` and `from`".to_owned(),
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

#[cfg(feature = "plivo")]
mod sending {
    use std::sync::Arc;

    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use serde_json::{Map, Value};

    use super::Plivo;
    use crate::Redacted;
    use crate::provider::http::{Answer, Http, private_address};
    use crate::provider::secret::{Keys, Secret};
    use crate::provider::{BuildError, Services, is_uuid, lifetime};
    use crate::send::{Accepted, Content, Message, Provider, ProviderError, Retry, Sending};

    /// The longest time in seconds that Plivo may be told to try for.
    const LONGEST: u64 = 10_799;

    /// Plivo as a provider.
    struct Sender {
        http: Http,
        endpoint: String,
        /// The members that are the same for every message.
        members: Map<String, Value>,
        secret: Secret,
    }

    impl Plivo {
        fn members(&self) -> Option<Map<String, Value>> {
            let (by, sender) = match (&self.powerpack_uuid, &self.from) {
                (Some(powerpack), _) => ("powerpack_uuid", powerpack),
                (None, Some(from)) => ("src", from),
                (None, None) => return None,
            };
            let log = if self.log_numbers == Some(true) {
                "number_only"
            } else {
                "false"
            };
            let members = [(by, sender.as_str()), ("type", "sms"), ("log", log)];
            Some(
                members
                    .into_iter()
                    .map(|(name, value)| (name.to_owned(), Value::from(value)))
                    .collect(),
            )
        }

        pub(in crate::provider) fn build(&self, services: &Services) -> Result<Box<dyn Provider>, BuildError> {
            let endpoint = self.endpoint.as_deref().unwrap_or("https://api.plivo.com");
            Ok(Box::new(Sender {
                http: services.http.clone(),
                endpoint: private_address(endpoint)?.to_owned(),
                members: self.members().ok_or(BuildError)?,
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
                let mut body = self.members.clone();
                body.insert("dst".to_owned(), Value::from(sms.to.expose()));
                body.insert("text".to_owned(), Value::from(sms.text.expose().as_str()));
                let seconds = lifetime(message.purpose).as_secs().min(LONGEST);
                body.insert("message_expiry".to_owned(), Value::from(seconds));
                let body = Redacted::new(Value::Object(body).to_string().into_bytes());
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
            let account = keys.required("auth_id")?;
            if !is_account(account) {
                // It becomes a part of the address.
                return Err(ProviderError::new(Retry::Elsewhere, "secret-auth-id-malformed"));
            }
            let url = format!("{}/v1/Account/{account}/Message/", self.endpoint);
            let token = keys.required("auth_token")?;
            let authorization = format!("Basic {}", STANDARD.encode(format!("{account}:{token}")));
            let headers = [
                ("authorization", authorization.as_str()),
                ("content-type", "application/json"),
                ("accept", "application/json"),
            ];
            Ok(self.http.post(&url, &headers, body.expose().clone()).await?)
        }
    }

    /// Whether `text` is the id of an account or of one below it.
    fn is_account(text: &str) -> bool {
        let id = text.strip_prefix("MA").or_else(|| text.strip_prefix("SA"));
        id.is_some_and(|id| id.len() == 18 && id.bytes().all(|byte| byte.is_ascii_alphanumeric()))
    }

    /// Plivo names its errors by the status alone: none says that it is the number that is wrong, so none is final.
    fn outcome(answer: &Answer) -> Result<Accepted, ProviderError> {
        if !answer.is_success() {
            return Err(answer.error());
        }
        let body = answer.json();
        let ids = body.get("message_uuid").and_then(Value::as_array);
        let id = ids.and_then(|ids| ids.first()?.as_str());
        let id = id.ok_or_else(|| answer.error())?;
        Ok(Accepted {
            message_id: is_uuid(id).then(|| id.to_owned()),
        })
    }

    #[cfg(test)]
    mod tests {
        use serde_json::json;

        use super::*;

        #[test]
        fn an_answer_is_a_message_or_a_status() {
            let id = "db3ce55a-7f1d-11e1-8ea7-1231380bc196";
            let failed = |retry, name| Err(ProviderError::new(retry, name));
            let error = json!({"api_id": id, "error": "+12025550173 is wrong"});
            let unreadable = || failed(Retry::Anywhere, "unreadable-answer");
            for (status, body, wanted) in [
                (
                    202,
                    json!({"message": "message(s) queued", "message_uuid": [id], "api_id": id}),
                    Ok(Accepted {
                        message_id: Some(id.to_owned()),
                    }),
                ),
                (202, json!({"message_uuid": ["+12025550173"]}), Ok(Accepted::default())),
                (202, json!({"message_uuid": []}), unreadable()),
                (202, json!({"message_uuid": id}), unreadable()),
                (207, error.clone(), unreadable()),
                (200, json!("<html>"), unreadable()),
                (400, error.clone(), failed(Retry::Elsewhere, "bad-request")),
                (401, error.clone(), failed(Retry::Elsewhere, "unauthorized")),
                (403, error.clone(), failed(Retry::Elsewhere, "forbidden")),
                (404, error.clone(), failed(Retry::Elsewhere, "not-found")),
                (405, error.clone(), failed(Retry::Elsewhere, "refused")),
                (409, error.clone(), failed(Retry::Elsewhere, "refused")),
                (422, error.clone(), failed(Retry::Elsewhere, "refused")),
                (429, error.clone(), failed(Retry::Anywhere, "too-many-requests")),
                (500, error, failed(Retry::Anywhere, "server-error")),
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
        fn an_account_is_one_step_of_a_path() {
            assert!(is_account("MA0123456789ABCDEF01") && is_account("SA0123456789ABCDEF01"));
            for wrong in [
                "",
                "MA0123456789ABCDEF0",
                "AC0123456789ABCDEF01",
                "MA../../Account/MA01",
            ] {
                assert!(!is_account(wrong), "{wrong}");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_setting_says_who_sends() {
        let problems = |powerpack: Option<&str>, from: Option<&str>| {
            let settings = Plivo {
                powerpack_uuid: powerpack.map(str::to_owned),
                from: from.map(str::to_owned),
                ..Plivo::default()
            };
            settings.problems().len()
        };
        assert_eq!((problems(Some("5ec4"), None), problems(None, Some("ACME"))), (0, 0));
        assert_eq!((problems(Some("5ec4"), Some("ACME")), problems(None, None)), (1, 1));
    }
}
