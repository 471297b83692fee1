//! Acme's gateway: one request for each message, with a key from the provider's secret.

use handler::provider::{Answer, Custom, Http, Keys, Secret, Services};
use handler::send::{Accepted, Content, Message, Provider, ProviderError, Retry, Sending, Sms};
use serde_json::{Value, json};

/// The gateway as a provider of text messages.
pub struct Gateway {
    http: Http,
    url: String,
    secret: Secret,
}

impl Gateway {
    /// Reads the settings; nothing where one is missing, with which the function does not start.
    pub fn new(custom: &Custom, services: &Services) -> Option<Self> {
        Some(Self {
            http: services.http.clone(),
            url: custom.settings.get("url")?.clone(),
            secret: Secret::new(services, custom.secret.as_deref()?).ok()?,
        })
    }

    async fn post(&self, message: &Message, sms: &Sms, keys: &Keys) -> Result<Answer, ProviderError> {
        let authorization = format!("Bearer {}", keys.required("api_key")?);
        let headers = [
            ("authorization", authorization.as_str()),
            ("content-type", "application/json"),
            // The same on every retry of one code, so that the gateway can drop the second one.
            ("idempotency-key", message.id.as_str()),
        ];
        let body = json!({"to": sms.to.expose(), "text": sms.text.expose()}).to_string();
        Ok(self.http.post(&self.url, &headers, body.into_bytes()).await?)
    }
}

impl Provider for Gateway {
    fn send<'a>(&'a self, message: &'a Message) -> Sending<'a> {
        Box::pin(async move {
            let Content::Sms(sms) = &message.content else {
                return Err(ProviderError::new(Retry::Elsewhere, "not-an-sms"));
            };
            let keys = self.secret.keys().await?;
            let mut answer = self.post(message, sms, &keys).await?;
            // The key may have been rotated since it was read.
            if answer.status == 401
                && let Some(keys) = self.secret.renewed(&keys).await
            {
                answer = self.post(message, sms, &keys).await?;
            }
            match answer.status {
                200..=299 => Ok(Accepted {
                    message_id: answer
                        .json()
                        .get("id")
                        .and_then(Value::as_str)
                        .filter(|id| is_id(id))
                        .map(str::to_owned),
                }),
                // The number does not exist: no other provider could do better.
                422 => Err(ProviderError::new(Retry::Never, "invalid-number")),
                // Too many requests and errors of the gateway are tried again, everything else elsewhere.
                _ => Err(answer.error()),
            }
        })
    }
}

/// Whether this is an id as the gateway makes them, which may be logged; a phone number is not.
fn is_id(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}
