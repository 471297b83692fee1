//! Infobip, MessageBird and WhatsApp: messages as their libraries send them, and what is not sent at all.

use handler::Redacted;
use handler::event::Purpose;
use handler::send::{Message, ProviderError, Retry};
use serde_json::{Value, json};

use super::{SECRET, provider, recorder, services, sms, taken};
use crate::server::{Request, Response};

/// The path of WhatsApp's messages here.
const WHATSAPP: &str = "/v25.0/106540352242922/messages";

/// Answers as these vendors do that take a message; nothing where it is none of theirs.
pub(super) fn answer(request: &Request) -> Option<Response> {
    let (status, body) = match request.path.as_str() {
        "/sms/3/messages" => (
            200,
            json!({"messages": [{
                "messageId": "2250be2d4219-3af1-78856-aabe-1362af1edfd2",
                "status": {"groupId": 1, "groupName": "PENDING", "id": 26, "name": "PENDING_ACCEPTED"},
                "destination": "12025550173",
            }]}),
        ),
        "/v1/sms/messages" => (
            202,
            json!({"id": "sms_01krdgeqcxet5s7t44vh8rt9mg", "direction": "outbound", "status": "accepted",
                "to": "+12025550173", "from": "ACME", "requested_language": null, "resolved_language": null,
                "template_id": null, "template_version_id": null, "template_content_hash": null,
                "segments": {"count": 1, "encoding": "GSM_7BIT", "characters": 6},
                "created_at": "2026-11-22T06:30:00Z"}),
        ),
        WHATSAPP => (
            200,
            json!({"messaging_product": "whatsapp", "contacts": [{"input": "12025550173", "wa_id": "12025550173"}],
                "messages": [{"id": "wamid.HBgLMTIwMjU1NTAxNzMVAgARGBI5QTNDQTVCM0Q0Q0Q2RTY3RTcA",
                    "message_status": "accepted"}]}),
        ),
        _ => return None,
    };
    let mut response = Response::new(status, body.to_string());
    response.headers.push(("content-type", "application/json".to_owned()));
    Some(response)
}

/// Settings that require nothing of the user's but a secret, one for each of these types.
pub(super) fn settings(url: &str) -> [Value; 3] {
    [
        json!({"type": "infobip", "endpoint": url, "from": "ACME", "secret": SECRET}),
        json!({"type": "messagebird", "endpoint": url, "from": "ACME", "secret": SECRET}),
        json!({"type": "whatsapp", "endpoint": url, "phone_number_id": "106540352242922", "template": "code_1",
            "language": "en_US", "languages": {"pt": "pt_BR", "zh-Hant": "zh_TW"}, "api_version": "v25.0",
            "secret": SECRET}),
    ]
}

/// Our settings with a message, and the same as a call of the vendor's library.
pub(super) fn cases(url: &str, text: &str) -> Vec<(Value, Message, Value)> {
    let [infobip, messagebird, whatsapp] = settings(url);
    let mut indian = infobip.clone();
    indian["from"] = json!("+12065550142");
    indian["entity_id"] = json!("1001");
    indian["template_id"] = json!("1007");
    let india = json!({"principalEntityId": "1001", "contentTemplateId": "1007"});
    let to_infobip = |sender: &str, minutes: u16, india: Value| {
        json!({"service": "infobip", "credentials": ["abcd1234"], "parameters": {
            "sender": sender, "to": "12025550173", "text": text, "minutes": minutes, "india": india}})
    };
    let to_whatsapp = |language: &str| {
        json!({"service": "whatsapp", "credentials": ["EAAJB0123"], "parameters": {
            "phone_id": "106540352242922", "api_version": 25.0, "to": "12025550173", "name": "code_1",
            "language": language, "otp": "123456", "tracker": "0123456789abcdef".repeat(2)}})
    };
    let mut brazilian = sms();
    "pt-BR".clone_into(&mut brazilian.locale);
    let mut reset = sms();
    reset.purpose = Purpose::ForgotPassword;
    vec![
        (infobip, sms(), to_infobip("ACME", 15, Value::Null)),
        (indian, reset, to_infobip("12065550142", 60, india)),
        (
            messagebird,
            sms(),
            json!({"service": "messagebird", "credentials": ["abcd1234"], "parameters": {
                "to": "+12025550173", "from_": "ACME", "text": text, "category": "authentication",
                "options": {"idempotency_key": "0123456789abcdef".repeat(2)}}}),
        ),
        (whatsapp.clone(), sms(), to_whatsapp("en_US")),
        (whatsapp, brazilian, to_whatsapp("pt_BR")),
    ]
}

/// Meta's documentation spells a template's components in lower case, with their numbers as texts; pywa does not.
pub(super) fn as_meta_spells(mut body: Value) -> Value {
    let components = body.pointer_mut("/template/components").and_then(Value::as_array_mut);
    for component in components.into_iter().flatten() {
        for (name, value) in component.as_object_mut().unwrap() {
            let spelled = match (name.as_str(), &*value) {
                ("type" | "sub_type", Value::String(text)) => json!(text.to_lowercase()),
                ("index", Value::Number(number)) => json!(number.to_string()),
                _ => continue,
            };
            *value = spelled;
        }
    }
    body
}

#[tokio::test]
async fn what_whatsapp_cannot_say_is_left_to_the_next_without_a_call() {
    let (server, requests) = recorder(taken);
    let [_, _, settings] = settings(&server.url());
    let sending = provider(settings).build(&services(server.url())).unwrap();
    let code = |text: &str| Some(Redacted::new(text.to_owned()));
    for (purpose, code, name) in [
        (Purpose::AccountTakeOverNotification, None, "no-code-for-the-template"),
        (Purpose::AdminCreateUser, code("123456"), "no-code-for-the-template"),
        (
            Purpose::SignUp,
            code("1234567890123456"),
            "code-too-long-for-the-template",
        ),
    ] {
        let mut message = sms();
        (message.purpose, message.code) = (purpose, code);
        let error = sending.send(&message).await.unwrap_err();
        assert_eq!(error, ProviderError::new(Retry::Elsewhere, name));
    }
    assert!(requests.lock().unwrap().is_empty(), "not even the secret is read");
    let mut message = sms();
    message.code = code("é23456789012345");
    let accepted = sending.send(&message).await.unwrap();
    // Meta's id would be the number in Base64.
    assert_eq!(accepted.message_id.as_deref(), Some(message.id.as_str()));
}

#[tokio::test]
async fn a_key_that_names_no_region_goes_nowhere() {
    let (server, requests) = recorder(taken);
    let settings = json!({"type": "messagebird", "from": "ACME", "secret": SECRET});
    let sending = provider(settings).build(&services(server.url())).unwrap();
    let error = sending.send(&sms()).await.unwrap_err();
    assert_eq!(error, ProviderError::new(Retry::Elsewhere, "secret-api-key-malformed"));
    assert_eq!(requests.lock().unwrap().len(), 1, "the secret alone is asked for");
}

#[tokio::test]
async fn a_template_is_in_the_language_that_is_nearest_to_the_message() {
    let (server, requests) = recorder(taken);
    let [_, _, settings] = settings(&server.url());
    let sending = provider(settings).build(&services(server.url())).unwrap();
    for (locale, language) in [
        ("en", "en_US"),
        ("pt", "pt_BR"),
        ("pt-PT", "pt_BR"),
        ("zh-Hant-HK", "zh_TW"),
        ("zh-TW", "zh_TW"),
        ("zh-Hans", "en_US"),
        ("", "en_US"),
    ] {
        let mut message = sms();
        locale.clone_into(&mut message.locale);
        sending.send(&message).await.unwrap();
        let asked = requests.lock().unwrap();
        let body: Value = serde_json::from_slice(&asked.last().unwrap().body).unwrap();
        assert_eq!(body["template"]["language"]["code"], language, "{locale}");
    }
}
