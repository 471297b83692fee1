//! Vendors of SMS: settings with a message, and the same as a call of the vendor's own library.

use handler::send::Message;
use serde_json::{Value, json};

use super::{ACCOUNT, EXPIRES, PARAMETER, PLIVO_ACCOUNT, SECRET, TEXT, sms, sms_of};

pub(super) fn cases(url: &str) -> Vec<(Value, Message, Value)> {
    let (sms_text, to) = (TEXT, "+12025550173");
    let twilio = |sender: (&str, &str), credentials: Value| {
        let mut parameters = json!({"to": to, "body": sms_text, "validity_period": 900});
        parameters[sender.0] = json!(sender.1);
        json!({"service": "twilio", "credentials": credentials, "parameters": parameters})
    };
    let service = "MG0123456789abcdef0123456789abcdef";
    let vonage = |parameters: Value| json!({"service": "vonage", "credentials": ["abcd1234", "0123456789abcdef"], "parameters": parameters});
    let sinch = |parameters: Value| {
        let credentials = json!(["0123456789abcdef0123456789abcdef", "0123456789abcdef", "eu"]);
        json!({"service": "sinch", "credentials": credentials, "parameters": parameters})
    };
    let plivo = |parameters: Value| json!({"service": "plivo", "credentials": [PLIVO_ACCOUNT, "0123456789abcdef"], "parameters": parameters});
    let powerpack = "5ec4c8c9-cd74-42b5-9e41-0d7670d6bb46";
    vec![
        (
            json!({"type": "twilio", "messaging_service_sid": service, "endpoint": url, "secret": SECRET}),
            sms(),
            twilio(("messaging_service_sid", service), json!([ACCOUNT, "0123456789abcdef"])),
        ),
        (
            json!({"type": "twilio", "from": "+12065550142", "endpoint": url, "secret": PARAMETER}),
            sms(),
            twilio(("from_", "+12065550142"), json!([ACCOUNT, "0123456789abcdef"])),
        ),
        (
            json!({"type": "vonage", "from": "+12065550142", "entity_id": "1001", "template_id": "1007", "endpoint": url,
                "secret": SECRET}),
            sms(),
            vonage(
                json!({"from_": "12065550142", "to": "12025550173", "text": sms_text, "type": "unicode", "ttl": 900_000,
                "entity_id": "1001", "content_id": "1007"}),
            ),
        ),
        (
            json!({"type": "vonage", "from": "ACME", "endpoint": url, "secret": PARAMETER}),
            sms_of("123456 é €"),
            vonage(json!({"from_": "ACME", "to": "12025550173", "text": "123456 é €", "type": "text", "ttl": 900_000})),
        ),
        (
            json!({"type": "sinch", "region": "eu", "from": "+12065550142", "endpoint": url, "secret": SECRET}),
            sms(),
            sinch(json!({"from": "+12065550142", "to": [to], "body": sms_text, "expire_at": EXPIRES})),
        ),
        (
            json!({"type": "sinch", "region": "eu", "endpoint": url, "secret": PARAMETER}),
            sms(),
            sinch(json!({"to": [to], "body": sms_text, "expire_at": EXPIRES})),
        ),
        (
            json!({"type": "plivo", "from": "+12065550142", "endpoint": url, "secret": SECRET}),
            sms(),
            plivo(json!({"src": "+12065550142", "dst": to, "text": sms_text, "log": "false", "message_expiry": 900})),
        ),
        (
            json!({"type": "plivo", "powerpack_uuid": powerpack, "log_numbers": true, "endpoint": url, "secret": PARAMETER}),
            sms(),
            plivo(
                json!({"powerpack_uuid": powerpack, "dst": to, "text": sms_text, "log": "number_only", "message_expiry": 900}),
            ),
        ),
    ]
}
