//! E-mail by others than SES, beside the vendors' own libraries.

use handler::send::Message;
use serde_json::{Value, json};

use super::{PARAMETER, SECRET, email, email_of_text};
use crate::server::{Request, Response};

/// A member of [`super::keys`].
const API_KEY: &str = "abcd1234";
const SERVER_TOKEN: &str = "0123456789abcdef";

/// Answers as these services do when they take a message.
pub(super) fn taken(request: &Request) -> Option<Response> {
    let body = match request.path.as_str() {
        "/v3/mail/send" => {
            let mut response = Response::new(202, "");
            let id = "dPUZz7NyRmSWCwgHb9GkYw";
            response.headers.push(("x-message-id", id.to_owned()));
            return Some(response);
        }
        "/v3/mg.acme.example/messages" | "/v3/acme.example/messages" => {
            let id = "<20261122064500.1.0123456789ABCDEF@mg.acme.example>";
            json!({"id": id, "message": "Queued. Thank you."})
        }
        "/email" => json!({"ErrorCode": 0, "Message": "OK", "MessageID": "b7bc2f4a-e38e-4336-af7d-e6c392c2f817"}),
        _ => return None,
    };
    Some(Response::new(200, body.to_string()))
}

/// These providers, at `url`.
pub(super) fn every(url: &str) -> Vec<(Value, Message)> {
    let from = "no-reply@acme.example";
    vec![
        (
            json!({"type": "sendgrid", "from": from, "endpoint": url, "secret": SECRET}),
            email(),
        ),
        (
            json!({"type": "mailgun", "from": from, "region": "us", "endpoint": url, "secret": PARAMETER}),
            email(),
        ),
        (
            json!({"type": "postmark", "from": from, "endpoint": url, "secret": SECRET}),
            email(),
        ),
    ]
}

/// Our settings with a message, and the same as a call of the vendor's library.
pub(super) fn cases(url: &str) -> Vec<(Value, Message, Value)> {
    let (from, name, reply_to) = ("no-reply@acme.example", "Zoë, Inc.", "help@acme.example");
    let (to, subject, text, html) = ("jane@acme.example", "Your code 日", "123456\n", "<b>123456</b>");
    let named = format!("{name} <{from}>");
    let quoted = format!("\"{name}\" <{from}>");
    let call = |service: &str, credentials: Value, parameters: Value| json!({"service": service, "credentials": credentials, "parameters": parameters});
    vec![
        (
            json!({"type": "sendgrid", "from": named, "reply_to": reply_to, "endpoint": url, "secret": SECRET}),
            email(),
            call(
                "sendgrid",
                json!([API_KEY]),
                json!({"from": [from, name], "reply_to": reply_to, "to": to, "subject": subject, "text": text, "html": html}),
            ),
        ),
        (
            json!({"type": "sendgrid", "from": from, "endpoint": url, "secret": PARAMETER}),
            email_of_text(),
            call(
                "sendgrid",
                json!([API_KEY]),
                json!({"from": [from], "to": to, "subject": subject, "text": text}),
            ),
        ),
        (
            json!({"type": "mailgun", "from": named, "reply_to": reply_to, "domain": "mg.acme.example", "region": "eu",
                "endpoint": url, "secret": SECRET}),
            email(),
            call(
                "mailgun",
                json!([API_KEY, "https://api.eu.mailgun.net", "mg.acme.example"]),
                json!({"from": quoted, "to": to, "h:Reply-To": reply_to, "subject": subject, "text": text, "html": html,
                    "o:tracking": "no", "o:tracking-clicks": "no", "o:tracking-opens": "no"}),
            ),
        ),
        (
            json!({"type": "mailgun", "from": from, "region": "us", "endpoint": url, "secret": PARAMETER}),
            email_of_text(),
            call(
                "mailgun",
                json!([API_KEY, "https://api.mailgun.net", "acme.example"]),
                json!({"from": from, "to": to, "subject": subject, "text": text,
                    "o:tracking": "no", "o:tracking-clicks": "no", "o:tracking-opens": "no"}),
            ),
        ),
        (
            json!({"type": "postmark", "from": named, "reply_to": reply_to, "message_stream": "codes", "endpoint": url,
                "secret": SECRET}),
            email(),
            call(
                "postmark",
                json!([SERVER_TOKEN]),
                json!({"From": quoted, "To": to, "ReplyTo": reply_to, "Subject": subject, "TextBody": text,
                    "HtmlBody": html, "MessageStream": "codes", "TrackOpens": false, "TrackLinks": "None"}),
            ),
        ),
        (
            json!({"type": "postmark", "from": from, "endpoint": url, "secret": PARAMETER}),
            email_of_text(),
            call(
                "postmark",
                json!([SERVER_TOKEN]),
                json!({"From": from, "To": to, "Subject": subject, "TextBody": text, "MessageStream": "outbound",
                    "TrackOpens": false, "TrackLinks": "None"}),
            ),
        ),
    ]
}
