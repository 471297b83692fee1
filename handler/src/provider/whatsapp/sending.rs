//! What is sent to the Cloud API, and what its answers mean.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};

use super::{Whatsapp, is_phone_number_id, is_version};
use crate::Redacted;
use crate::compose::Locale;
use crate::event::Purpose;
use crate::provider::http::{Answer, Http, private_address};
use crate::provider::secret::{Keys, Secret};
use crate::provider::{BuildError, Services};
use crate::send::{Accepted, Content, Message, Provider, ProviderError, Retry, Sending};

/// The longest code that a template takes, in characters.
const LONGEST: usize = 15;

/// WhatsApp as a provider.
struct Sender {
    http: Http,
    url: String,
    template: String,
    language: String,
    languages: BTreeMap<Locale, String>,
    secret: Secret,
}

impl Whatsapp {
    pub(in crate::provider) fn build(&self, services: &Services) -> Result<Box<dyn Provider>, BuildError> {
        let endpoint = private_address(self.endpoint.as_deref().unwrap_or("https://graph.facebook.com"))?;
        // Both become a part of the address.
        if !(is_version(&self.api_version) && is_phone_number_id(&self.phone_number_id)) {
            return Err(BuildError);
        }
        let languages = self.by_locale().into_iter();
        Ok(Box::new(Sender {
            http: services.http.clone(),
            url: format!("{endpoint}/{}/{}/messages", self.api_version, self.phone_number_id),
            template: self.template.clone(),
            language: self.language.clone(),
            languages: languages
                .map(|(locale, language)| (locale, language.to_owned()))
                .collect(),
            secret: Secret::new(services, &self.secret)?,
        }))
    }
}

impl Provider for Sender {
    fn send<'a>(&'a self, message: &'a Message) -> Sending<'a> {
        Box::pin(async move {
            let body = self.body(message)?;
            let answer = self
                .secret
                .with_keys(|keys| self.post(keys, &body), is_unauthorized)
                .await?;
            outcome(&answer, &message.id)
        })
    }
}

impl Sender {
    fn body(&self, message: &Message) -> Result<Redacted<Vec<u8>>, ProviderError> {
        let refused = |name| ProviderError::new(Retry::Elsewhere, name);
        let Content::Sms(sms) = &message.content else {
            return Err(refused("not-an-sms"));
        };
        // A temporary password is no verification code, and its message says more than the password.
        let code = message.code.as_ref().map(|code| code.expose().as_str());
        let code = code.filter(|_| message.purpose != Purpose::AdminCreateUser);
        let code = code.ok_or_else(|| refused("no-code-for-the-template"))?;
        if code.chars().count() > LONGEST {
            return Err(refused("code-too-long-for-the-template"));
        }
        let parameters = json!([{"type": "text", "text": code}]);
        let body = json!({
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            "to": sms.to.expose().trim_start_matches('+'),
            "type": "template",
            "biz_opaque_callback_data": message.id,
            "template": {
                "name": self.template,
                "language": {"code": self.language(&message.locale)},
                "components": [
                    {"type": "body", "parameters": parameters},
                    {"type": "button", "sub_type": "url", "index": "0", "parameters": parameters},
                ],
            },
        });
        Ok(Redacted::new(body.to_string().into_bytes()))
    }

    /// Returns the template's language for a message in `locale`.
    fn language(&self, locale: &str) -> &str {
        let chain = Locale::new(locale).map(|locale| locale.chain()).unwrap_or_default();
        let nearest = chain.iter().find_map(|locale| self.languages.get(locale));
        nearest.unwrap_or(&self.language)
    }

    async fn post(&self, keys: Arc<Keys>, body: &Redacted<Vec<u8>>) -> Result<Answer, ProviderError> {
        let authorization = format!("Bearer {}", keys.required("access_token")?);
        let headers = [
            ("authorization", authorization.as_str()),
            ("content-type", "application/json"),
        ];
        Ok(self.http.post(&self.url, &headers, body.expose().clone()).await?)
    }
}

fn code(answer: &Answer) -> Option<u64> {
    answer.json().pointer("/error/code").and_then(Value::as_u64)
}

fn is_unauthorized(answer: &Answer) -> bool {
    answer.status == 401 || (!answer.is_success() && matches!(code(answer), Some(0 | 190)))
}

/// What Meta's codes mean; Meta advises to go by them rather than by the status.
///
/// None is final: who has no WhatsApp, or wants none of it, may still get an SMS.
fn meaning(code: u64) -> Option<(Retry, &'static str)> {
    Some(match code {
        0 | 190 => (Retry::Elsewhere, "authentication-failed"),
        2 | 131_016 => (Retry::Anywhere, "service-unavailable"),
        3 | 10 | 200..=299 | 131_005 => (Retry::Elsewhere, "permission-denied"),
        4 | 80_007 | 130_429 => (Retry::Anywhere, "too-many-requests"),
        131_056 => (Retry::Anywhere, "too-many-messages-to-this-number"),
        131_000 => (Retry::Anywhere, "unknown-error"),
        368 | 131_031 => (Retry::Elsewhere, "account-restricted"),
        130_497 => (Retry::Elsewhere, "country-not-permitted"),
        131_021 => (Retry::Elsewhere, "recipient-is-the-sender"),
        131_026 => (Retry::Elsewhere, "undeliverable-by-whatsapp"),
        131_030 => (Retry::Elsewhere, "number-not-allowed-in-tests"),
        131_037 => (Retry::Elsewhere, "display-name-not-approved"),
        131_042 => (Retry::Elsewhere, "payment-missing"),
        131_045 => (Retry::Elsewhere, "sender-not-registered"),
        131_047 | 131_049 | 131_050 => (Retry::Elsewhere, "not-wanted-by-the-recipient"),
        131_048 | 131_064 => (Retry::Elsewhere, "limit-of-the-sender-reached"),
        131_057 => (Retry::Elsewhere, "account-in-maintenance"),
        132_000 | 132_008 | 132_012 => (Retry::Elsewhere, "template-has-other-parameters"),
        132_001 => (Retry::Elsewhere, "template-missing-in-this-language"),
        132_005 | 132_007 => (Retry::Elsewhere, "template-text-refused"),
        132_015 | 132_016 => (Retry::Elsewhere, "template-paused-or-disabled"),
        _ => return None,
    })
}

/// Reads the answer to a message whose own id is `id`, which stands in for Meta's.
fn outcome(answer: &Answer, id: &str) -> Result<Accepted, ProviderError> {
    if !answer.is_success() {
        return Err(match code(answer).and_then(meaning) {
            Some((retry, name)) => ProviderError::new(retry, name),
            None => answer.error(),
        });
    }
    let body = answer.json();
    let of_message = |member: &str| body.pointer(&format!("/messages/0/{member}")).and_then(Value::as_str);
    of_message("id").ok_or_else(|| answer.error())?;
    match of_message("message_status") {
        None | Some("accepted") => Ok(Accepted {
            message_id: Some(id.to_owned()),
        }),
        // It may be sent once Meta has looked at the template, which no code can wait for.
        Some(_) => Err(ProviderError::new(Retry::Elsewhere, "held-back")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0123456789abcdef0123456789abcdef";
    /// As Meta makes them: the number, +12025550173, is inside.
    const WAMID: &str = "wamid.HBgLMTIwMjU1NTAxNzMVAgARGBI5QTNDQTVCM0Q0Q0Q2RTY3RTcA";

    #[test]
    fn an_answer_is_our_own_id_or_an_error() {
        let failed = |retry, name| Err(ProviderError::new(retry, name));
        let taken = || {
            Ok(Accepted {
                message_id: Some(ID.to_owned()),
            })
        };
        let refused = |code: u64| {
            json!({"error": {"code": code, "message": "(#1) +12025550173", "type": "OAuthException",
                "error_data": {"messaging_product": "whatsapp", "details": "+12025550173"}}})
        };
        let sent = |status: Value| {
            json!({"messaging_product": "whatsapp", "messages": [{"id": WAMID, "message_status": status}],
                "contacts": [{"input": "+12025550173", "wa_id": "12025550173"}]})
        };
        let held = sent(json!("held_for_quality_assessment"));
        for (status, body, wanted) in [
            (200, sent(json!("accepted")), taken()),
            (200, sent(json!(null)), taken()),
            (200, held, failed(Retry::Elsewhere, "held-back")),
            (
                200,
                json!({"messages": []}),
                failed(Retry::Anywhere, "unreadable-answer"),
            ),
            (401, refused(190), failed(Retry::Elsewhere, "authentication-failed")),
            (400, refused(0), failed(Retry::Elsewhere, "authentication-failed")),
            (500, refused(3), failed(Retry::Elsewhere, "permission-denied")),
            (403, refused(200), failed(Retry::Elsewhere, "permission-denied")),
            (400, refused(4), failed(Retry::Anywhere, "too-many-requests")),
            (400, refused(80_007), failed(Retry::Anywhere, "too-many-requests")),
            (429, refused(130_429), failed(Retry::Anywhere, "too-many-requests")),
            (
                400,
                refused(131_056),
                failed(Retry::Anywhere, "too-many-messages-to-this-number"),
            ),
            (500, refused(131_000), failed(Retry::Anywhere, "unknown-error")),
            (503, refused(131_016), failed(Retry::Anywhere, "service-unavailable")),
            (503, refused(2), failed(Retry::Anywhere, "service-unavailable")),
            (403, refused(368), failed(Retry::Elsewhere, "account-restricted")),
            (403, refused(130_497), failed(Retry::Elsewhere, "country-not-permitted")),
            (
                400,
                refused(131_026),
                failed(Retry::Elsewhere, "undeliverable-by-whatsapp"),
            ),
            (400, refused(131_042), failed(Retry::Elsewhere, "payment-missing")),
            (
                404,
                refused(132_001),
                failed(Retry::Elsewhere, "template-missing-in-this-language"),
            ),
            (
                400,
                refused(132_000),
                failed(Retry::Elsewhere, "template-has-other-parameters"),
            ),
            (
                400,
                refused(132_015),
                failed(Retry::Elsewhere, "template-paused-or-disabled"),
            ),
            (400, refused(100), failed(Retry::Elsewhere, "bad-request")),
            (500, refused(1), failed(Retry::Anywhere, "server-error")),
            (502, json!("<html>"), failed(Retry::Anywhere, "server-error")),
        ] {
            let answer = Answer {
                status,
                error_type: None,
                body: body.to_string().into_bytes(),
            };
            assert_eq!(outcome(&answer, ID), wanted, "{body}");
        }
    }

    #[test]
    fn no_code_of_meta_is_final() {
        for code in (0..1_000).chain(80_000..81_000).chain(130_000..140_000) {
            assert!(
                meaning(code).is_none_or(|(retry, _)| retry != Retry::Never),
                "{code}: an SMS may still be delivered"
            );
        }
    }
}
