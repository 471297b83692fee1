//! Vonage: a message of its SMS API.
//!
//! The API answers 200 whether it took the message or not; the answer has a status for each part that
//! the text was split into.
//!
//! Source: "SMS API Reference", "SMS API Errors" and "Troubleshooting SMS" of Vonage API Developer, and
//! Vonage's SDK for Python, with which a test compares the request.

use serde::{Deserialize, Serialize};

use super::forms::{ENTITY_ID, SENDER, TEMPLATE_ID, india};
use super::secret::{self, SECRET, SECRET_KEY};
use super::{Facts, Form, Problem, SecretMember, Setting, Settings};
use crate::event::Channel;

/// Vonage as an SMS provider.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vonage {
    /// The sender: a number in E.164 form, a short code, or a sender id.
    pub from: String,
    /// India's DLT: who sends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entity_id: Option<String>,
    /// India's DLT: which text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template_id: Option<String>,
    /// The address of the API, without a path; `https://rest.nexmo.com` when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
    /// The ARN of the secret.
    pub secret: String,
    /// The ARN of the key that encrypts the secret, where it is one of your own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret_key: Option<String>,
}

impl Vonage {
    pub(super) const CHANNELS: &[Channel] = &[Channel::Sms];
    pub(super) const SECRET: &[SecretMember] = &[
        SecretMember {
            name: "api_key",
            about: "The account's API key",
            required: true,
        },
        SecretMember {
            name: "api_secret",
            about: "The account's API secret",
            required: true,
        },
    ];
    pub(super) const FACTS: Facts = Facts {
        idempotency: "none",
        regions: "one address",
        data_residency: "not documented",
        source: "Vonage API Developer, “SMS API Reference”",
    };
    pub(super) const SETTINGS: &[Setting] = &[
        Setting {
            key: "from",
            about: "The sender: a number, a short code or a sender id",
            example: "ACME",
            required: true,
            form: SENDER,
        },
        ENTITY_ID,
        TEMPLATE_ID,
        Setting {
            key: "endpoint",
            about: "Another address of the API, such as that of a proxy; https://rest.nexmo.com when left out",
            example: "https://rest.nexmo.com",
            required: false,
            form: Form::Https,
        },
        SECRET,
        SECRET_KEY,
    ];
}

impl Settings for Vonage {
    fn problems(&self) -> Vec<Problem> {
        let india = india(self.entity_id.as_deref(), self.template_id.as_deref());
        india.into_iter().chain(secret::problem(&self.secret)).collect()
    }

    fn secret(&self) -> Option<&str> {
        Some(&self.secret)
    }

    fn secret_key(&self) -> Option<&str> {
        self.secret_key.as_deref()
    }
}

#[cfg(feature = "vonage")]
mod sending {
    use std::sync::Arc;

    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use serde_json::Value;

    use super::Vonage;
    use crate::Redacted;
    use crate::compose::{Encoding, Parts};
    use crate::provider::http::{Answer, Http, form, private_address};
    use crate::provider::secret::{Keys, Secret};
    use crate::provider::{BuildError, Services, is_uuid, lifetime};
    use crate::send::{Accepted, Content, Message, Provider, ProviderError, Retry, Sending};

    /// Vonage as a provider.
    struct Sender {
        http: Http,
        url: String,
        /// The fields that are the same for every message.
        fields: Vec<(&'static str, String)>,
        secret: Secret,
    }

    impl Vonage {
        pub(in crate::provider) fn build(&self, services: &Services) -> Result<Box<dyn Provider>, BuildError> {
            let endpoint = self.endpoint.as_deref().unwrap_or("https://rest.nexmo.com");
            let from = self.from.strip_prefix('+').unwrap_or(&self.from);
            let fields = [
                ("from", Some(from.to_owned())),
                ("entity-id", self.entity_id.clone()),
                ("content-id", self.template_id.clone()),
            ];
            Ok(Box::new(Sender {
                http: services.http.clone(),
                url: format!("{}/sms/json", private_address(endpoint)?),
                fields: fields
                    .into_iter()
                    .filter_map(|(name, value)| Some((name, value?)))
                    .collect(),
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
                let text = sms.text.expose();
                let kind = match Parts::of(text).encoding {
                    Encoding::Gsm7 => "text",
                    // As `text`, every character outside of the default alphabet would arrive as `?`.
                    Encoding::Ucs2 => "unicode",
                };
                let milliseconds = lifetime(message.purpose).as_millis().to_string();
                // Numbers go without the plus.
                let to = sms.to.expose().trim_start_matches('+');
                let fields = self.fields.iter().map(|(name, value)| (*name, value.as_str()));
                let own = [("to", to), ("text", text), ("type", kind), ("ttl", &milliseconds)];
                let body = Redacted::new(form(fields.chain(own)));
                let answer = self
                    .secret
                    .with_keys(|keys| self.post(keys, &body), is_unauthorized)
                    .await?;
                outcome(&answer)
            })
        }
    }

    impl Sender {
        async fn post(&self, keys: Arc<Keys>, body: &Redacted<Vec<u8>>) -> Result<Answer, ProviderError> {
            let (key, secret) = (keys.required("api_key")?, keys.required("api_secret")?);
            let authorization = format!("Basic {}", STANDARD.encode(format!("{key}:{secret}")));
            let headers = [
                ("authorization", authorization.as_str()),
                ("content-type", "application/x-www-form-urlencoded"),
                ("accept", "application/json"),
            ];
            Ok(self.http.post(&self.url, &headers, body.expose().clone()).await?)
        }
    }

    /// The status of a part that was taken.
    const TAKEN: &str = "0";

    /// The status that says that key or secret is wrong.
    const INVALID_CREDENTIALS: &str = "4";

    /// What a part's status means; one that is not known is for the next provider.
    ///
    /// A barred number has asked for no more messages, or was abused, and another provider must not go around that.
    fn meaning(status: &str) -> (Retry, &'static str) {
        match status {
            "1" => (Retry::Anywhere, "throttled"),
            "2" => (Retry::Elsewhere, "missing-parameters"),
            "3" => (Retry::Elsewhere, "invalid-parameters"),
            INVALID_CREDENTIALS => (Retry::Elsewhere, "invalid-credentials"),
            "5" => (Retry::Anywhere, "internal-error"),
            "6" => (Retry::Elsewhere, "invalid-message"),
            "7" => (Retry::Never, "number-barred"),
            "8" => (Retry::Elsewhere, "account-barred"),
            "9" => (Retry::Elsewhere, "quota-violation"),
            "10" => (Retry::Anywhere, "too-many-binds"),
            "11" => (Retry::Elsewhere, "not-enabled-for-http"),
            "12" => (Retry::Elsewhere, "message-too-long"),
            "14" => (Retry::Elsewhere, "invalid-signature"),
            "15" => (Retry::Elsewhere, "invalid-sender-address"),
            "17" => (Retry::Elsewhere, "blocked-by-provider"),
            "22" => (Retry::Elsewhere, "invalid-network-code"),
            "23" => (Retry::Elsewhere, "invalid-callback-url"),
            "29" => (Retry::Elsewhere, "non-whitelisted-destination"),
            "32" => (Retry::Elsewhere, "signature-and-secret-disallowed"),
            "33" => (Retry::Never, "number-deactivated"),
            _ => (Retry::Elsewhere, "unknown-status"),
        }
    }

    /// The parts of an answer and their statuses; nothing where it is not a whole answer.
    fn parts(body: &Value) -> Option<Vec<(&str, &Value)>> {
        let parts = body.get("messages").and_then(Value::as_array)?;
        let count = body.get("message-count").and_then(Value::as_str)?;
        // A part of which nothing is said may be missing on the phone too.
        if parts.is_empty() || count.parse() != Ok(parts.len()) {
            return None;
        }
        let parts = parts.iter();
        parts.map(|part| Some((part.get("status")?.as_str()?, part))).collect()
    }

    fn is_unauthorized(answer: &Answer) -> bool {
        answer.status == 401
            || parts(&answer.json()).is_some_and(|parts| parts.iter().any(|(status, _)| *status == INVALID_CREDENTIALS))
    }

    /// Judges every part: a text of which one part is missing is of no use, so the message is taken only as a whole.
    ///
    /// Where parts differ, what is final for the number counts most and what may pass counts least: the
    /// same provider takes the whole only if no part of it was refused for good.
    fn outcome(answer: &Answer) -> Result<Accepted, ProviderError> {
        if !answer.is_success() {
            return Err(answer.error());
        }
        let body = answer.json();
        let parts = parts(&body).ok_or_else(|| answer.error())?;
        let failed = parts.iter().filter(|(status, _)| *status != TAKEN);
        let failed = failed
            .map(|(status, _)| meaning(status))
            .min_by_key(|(retry, _)| match retry {
                Retry::Never => 0,
                Retry::Elsewhere => 1,
                Retry::Anywhere => 2,
            });
        if let Some((retry, name)) = failed {
            return Err(ProviderError::new(retry, name));
        }
        let id = parts.first().and_then(|(_, part)| part.get("message-id")?.as_str());
        Ok(Accepted {
            message_id: id.filter(|id| is_id(id)).map(str::to_owned),
        })
    }

    /// 16 or 17 hexadecimal digits, which is more than a number has, or a UUID.
    fn is_id(id: &str) -> bool {
        let short = (16..=17).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_hexdigit());
        short || is_uuid(id)
    }

    #[cfg(test)]
    mod tests {
        use serde_json::json;

        use super::*;

        const ID: &str = "0C000000217B7F02";

        fn answered(status: u16, body: &Value) -> Result<Accepted, ProviderError> {
            outcome(&Answer {
                status,
                error_type: None,
                body: body.to_string().into_bytes(),
            })
        }

        fn parts_of(statuses: &[&str]) -> Value {
            let part = |status: &&str| match *status {
                "0" => json!({"to": "12025550173", "message-id": ID, "status": "0", "network": "310090"}),
                status => json!({"status": status, "error-text": "12025550173 is wrong"}),
            };
            let parts: Vec<_> = statuses.iter().map(part).collect();
            json!({"message-count": parts.len().to_string(), "messages": parts})
        }

        #[test]
        fn every_status_of_the_documentation_has_a_meaning() {
            let (never, elsewhere, anywhere) = (Retry::Never, Retry::Elsewhere, Retry::Anywhere);
            for (status, retry, name) in [
                ("1", anywhere, "throttled"),
                ("2", elsewhere, "missing-parameters"),
                ("3", elsewhere, "invalid-parameters"),
                ("4", elsewhere, "invalid-credentials"),
                ("5", anywhere, "internal-error"),
                ("6", elsewhere, "invalid-message"),
                ("7", never, "number-barred"),
                ("8", elsewhere, "account-barred"),
                ("9", elsewhere, "quota-violation"),
                ("10", anywhere, "too-many-binds"),
                ("11", elsewhere, "not-enabled-for-http"),
                ("12", elsewhere, "message-too-long"),
                ("14", elsewhere, "invalid-signature"),
                ("15", elsewhere, "invalid-sender-address"),
                ("17", elsewhere, "blocked-by-provider"),
                ("22", elsewhere, "invalid-network-code"),
                ("23", elsewhere, "invalid-callback-url"),
                ("29", elsewhere, "non-whitelisted-destination"),
                ("32", elsewhere, "signature-and-secret-disallowed"),
                ("33", never, "number-deactivated"),
                ("99", elsewhere, "unknown-status"),
                ("12025550173", elsewhere, "unknown-status"),
            ] {
                let wanted = Err(ProviderError::new(retry, name));
                assert_eq!(answered(200, &parts_of(&[status])), wanted, "{status}");
            }
        }

        #[test]
        fn a_message_is_taken_whole_or_not_at_all() {
            let failed = |retry, name| Err(ProviderError::new(retry, name));
            let taken = Ok(Accepted {
                message_id: Some(ID.to_owned()),
            });
            for (statuses, wanted) in [
                (vec!["0"], taken.clone()),
                (vec!["0", "0", "0"], taken),
                (vec!["0", "1"], failed(Retry::Anywhere, "throttled")),
                (vec!["5", "0"], failed(Retry::Anywhere, "internal-error")),
                (vec!["0", "1", "9"], failed(Retry::Elsewhere, "quota-violation")),
                (vec!["1", "7", "9"], failed(Retry::Never, "number-barred")),
            ] {
                assert_eq!(answered(200, &parts_of(&statuses)), wanted, "{statuses:?}");
            }
            for body in [
                json!({"message-count": "2", "messages": [{"status": "0", "message-id": ID}]}),
                json!({"message-count": "1", "messages": [{"status": 0}]}),
                json!({"message-count": "0", "messages": []}),
                json!({"messages": [{"status": "0"}]}),
                json!({"message-count": "1", "messages": [{"message-id": ID}]}),
                json!({"message-count": "1", "messages": "0"}),
                json!("<html>"),
            ] {
                assert_eq!(
                    answered(200, &body),
                    failed(Retry::Anywhere, "unreadable-answer"),
                    "{body}"
                );
            }
            for (status, retry, name) in [
                (401, Retry::Elsewhere, "unauthorized"),
                (403, Retry::Elsewhere, "forbidden"),
                (429, Retry::Anywhere, "too-many-requests"),
                (503, Retry::Anywhere, "server-error"),
            ] {
                // A status of its own counts, whatever the body says.
                assert_eq!(answered(status, &parts_of(&["0"])), failed(retry, name), "{status}");
            }
        }

        #[test]
        fn only_what_looks_like_an_id_is_kept() {
            for (id, kept) in [
                (ID, true),
                ("0A0000000123ABCD1", true),
                ("aaaaaaaa-bbbb-cccc-dddd-0123456789ab", true),
                ("12025550173", false),
                ("+12025550173", false),
                ("123456789012345", false),
                ("12025550173 123456", false),
            ] {
                let body = json!({"message-count": "1", "messages": [{"status": "0", "message-id": id}]});
                let message_id = kept.then(|| id.to_owned());
                assert_eq!(answered(200, &body), Ok(Accepted { message_id }), "{id}");
            }
        }
    }
}
