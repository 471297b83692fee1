//! Bad days of every provider, and secrets that are read once and again when they are refused.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use handler::delivery::Provider;
use handler::provider::Services;
use handler::send::{Message, ProviderError, Retry};
use serde_json::{Value, json};

use super::{
    ACCOUNT, PARAMETER, PLIVO_ACCOUNT, SECRET, TOPIC, email, keys, mail, messengers, provider, recorder, services, sms,
    taken,
};
use crate::server::{Request, Response, Server};

/// Every provider with a message for it, at `url`.
fn every(url: &str) -> Vec<(Value, Message)> {
    let messengers = messengers::settings(url).map(|settings| (settings, sms()));
    let mut every = vec![
        (json!({"type": "sns"}), sms()),
        (
            json!({"type": "end_user_messaging", "origination_identity": "ACME"}),
            sms(),
        ),
        (json!({"type": "ses", "from": "no-reply@acme.example"}), email()),
        (
            json!({"type": "twilio", "from": "ACME", "endpoint": url, "secret": SECRET}),
            sms(),
        ),
        (
            json!({"type": "vonage", "from": "ACME", "endpoint": url, "secret": SECRET}),
            sms(),
        ),
        (
            json!({"type": "sinch", "region": "eu", "endpoint": url, "secret": SECRET}),
            sms(),
        ),
        (
            json!({"type": "plivo", "from": "ACME", "endpoint": url, "secret": SECRET}),
            sms(),
        ),
        (
            json!({"type": "webhook", "url": format!("{url}/hook"), "secret": PARAMETER}),
            email(),
        ),
        (json!({"type": "redirect", "topic": TOPIC}), email()),
    ];
    every.extend(messengers);
    every.extend(mail::every(url));
    every
}

/// What each provider makes of a service at `url`, of which only the secrets are as they should be.
async fn failures(url: &str) -> Vec<(String, Option<ProviderError>)> {
    let (secrets, _) = recorder(taken);
    let mut failures = Vec::new();
    for (settings, message) in every(url) {
        let mut services = services(url.to_owned());
        let (secrets, url) = (secrets.url(), url.to_owned());
        services.endpoint = Arc::new(move |service| {
            let secret = ["SECRETS_MANAGER", "SSM"].contains(&service);
            Some(if secret { secrets.clone() } else { url.clone() })
        });
        let sending = provider(settings.clone()).build(&services).unwrap();
        let answer = tokio::time::timeout(Duration::from_millis(500), sending.send(&message)).await;
        let answer = answer.map_or_else(|_| ProviderError::new(Retry::Anywhere, "timeout"), Result::unwrap_err);
        assert!(!format!("{answer:?}").contains("2025550173"));
        failures.push((settings["type"].to_string(), Some(answer)));
    }
    failures
}

fn all(retry: Retry, name: &str, failures: &[(String, Option<ProviderError>)]) {
    for (kind, error) in failures {
        assert_eq!(error, &Some(ProviderError::new(retry, name)), "{kind}");
    }
    // A provider of one's own is none of these.
    assert_eq!(failures.len(), Provider::TYPES.len() - 1);
}

/// A server that writes these bytes to whoever asks, and closes the connection.
fn raw(bytes: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let _ = stream.read(&mut [0; 8 * 1024]);
            let _ = stream.write_all(bytes.as_bytes());
        }
    });
    url
}

#[tokio::test]
async fn a_broken_service_is_asked_again() {
    let nobody = {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        format!("http://{}", listener.local_addr().unwrap())
    };
    all(Retry::Anywhere, "unreachable", &failures(&nobody).await);
    all(Retry::Anywhere, "unreachable", &failures(&raw("")).await);
    all(
        Retry::Anywhere,
        "unreachable",
        &failures(&raw("220 mail.acme.example\r\n")).await,
    );
    let half = raw("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf");
    all(Retry::Anywhere, "unreadable-answer", &failures(&half).await);
    let (huge, _) = recorder(|_| Response::new(200, "x".repeat(64 * 1024 + 1)));
    all(Retry::Anywhere, "oversized-answer", &failures(&huge.url()).await);
    // No attempt limits its own time: the route does.
    let (slow, _) = recorder(|_| {
        thread::sleep(Duration::from_secs(2));
        Response::new(200, "")
    });
    all(Retry::Anywhere, "timeout", &failures(&slow.url()).await);
}

#[tokio::test]
async fn a_refusal_is_for_the_next_provider_and_a_redirection_is_not_followed() {
    let (elsewhere, asked) = recorder(taken);
    let location = elsewhere.url();
    let (moved, _) = recorder(move |_| {
        let mut response = Response::new(307, "");
        response.headers.push(("location", location.clone()));
        response
    });
    all(Retry::Elsewhere, "redirected", &failures(&moved.url()).await);
    assert!(asked.lock().unwrap().is_empty());
    for (status, retry, name) in [
        (403, Retry::Elsewhere, "forbidden"),
        (429, Retry::Anywhere, "too-many-requests"),
        (503, Retry::Anywhere, "server-error"),
    ] {
        let (server, _) = recorder(move |_| Response::new(status, "<html>+12025550173</html>"));
        all(retry, name, &failures(&server.url()).await);
    }
}

/// How a vendor refuses a key.
struct Refusal {
    settings: Value,
    /// The member of the secret that is rotated.
    member: &'static str,
    /// What goes with a request whose key is this.
    authorization: fn(&str) -> String,
    status: u16,
    body: Value,
    /// What the refusal is called.
    name: &'static str,
}

fn basic(user: &str, password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{user}:{password}")))
}

fn refusals() -> [Refusal; 12] {
    let [infobip, messagebird, whatsapp] = messengers::settings("");
    let vonage = Refusal {
        settings: json!({"type": "vonage", "from": "ACME", "secret": SECRET}),
        member: "api_secret",
        authorization: |key| basic("abcd1234", key),
        status: 200,
        body: json!({"message-count": "1", "messages": [{"status": "4", "error-text": "Bad Credentials"}]}),
        name: "invalid-credentials",
    };
    [
        Refusal {
            settings: json!({"type": "twilio", "from": "ACME", "secret": SECRET}),
            member: "auth_token",
            authorization: |key| basic(ACCOUNT, key),
            status: 401,
            body: json!({"code": 20003}),
            name: "authentication-failed",
        },
        Refusal {
            settings: vonage.settings.clone(),
            status: 401,
            body: json!({"title": "Unauthorized"}),
            name: "unauthorized",
            ..vonage
        },
        vonage,
        Refusal {
            settings: json!({"type": "sinch", "region": "eu", "secret": SECRET}),
            member: "api_token",
            authorization: |key| format!("Bearer {key}"),
            status: 401,
            body: Value::Null,
            name: "unauthorized",
        },
        Refusal {
            settings: json!({"type": "plivo", "from": "ACME", "secret": SECRET}),
            member: "auth_token",
            authorization: |key| basic(PLIVO_ACCOUNT, key),
            status: 401,
            body: json!({"error": "authentication failed"}),
            name: "unauthorized",
        },
        Refusal {
            settings: infobip,
            member: "api_key",
            authorization: |key| format!("App {key}"),
            status: 401,
            body: json!({"requestError": {"serviceException": {"messageId": "UNAUTHORIZED"}}}),
            name: "unauthorized",
        },
        Refusal {
            settings: messagebird,
            member: "api_key",
            authorization: |key| format!("Bearer {key}"),
            status: 401,
            body: json!({"error": {"type": "auth_error", "code": "E01006"}}),
            name: "unauthorized",
        },
        Refusal {
            settings: whatsapp.clone(),
            member: "access_token",
            authorization: |key| format!("Bearer {key}"),
            status: 401,
            body: json!({"error": {"code": 190, "type": "OAuthException"}}),
            name: "authentication-failed",
        },
        Refusal {
            settings: whatsapp,
            member: "access_token",
            authorization: |key| format!("Bearer {key}"),
            status: 400,
            body: json!({"error": {"code": 190, "type": "OAuthException"}}),
            name: "authentication-failed",
        },
        Refusal {
            settings: json!({"type": "sendgrid", "from": "no-reply@acme.example", "secret": SECRET}),
            member: "api_key",
            authorization: |key| format!("Bearer {key}"),
            status: 401,
            body: json!({"errors": [{"message": "The provided authorization grant is invalid, expired, or revoked"}]}),
            name: "unauthorized",
        },
        Refusal {
            settings: json!({"type": "mailgun", "from": "no-reply@acme.example", "region": "us", "secret": SECRET}),
            member: "api_key",
            authorization: |key| basic("api", key),
            status: 403,
            body: json!({"message": "Forbidden"}),
            name: "forbidden",
        },
        Refusal {
            settings: json!({"type": "postmark", "from": "no-reply@acme.example", "secret": SECRET}),
            member: "server_token",
            authorization: str::to_owned,
            status: 401,
            body: json!({"ErrorCode": 10, "Message": "Bad or missing Server API token."}),
            name: "authentication-failed",
        },
    ]
}

/// A vendor that takes only `key`, beside a secret in which that is `old` once and then `new`.
fn rotated(refusal: &Refusal, key: &str) -> (Server, crate::services::Requests<Request>) {
    let reads = AtomicUsize::new(0);
    let (member, wanted) = (refusal.member, (refusal.authorization)(key));
    let (status, body) = (refusal.status, refusal.body.to_string());
    recorder(move |request| {
        if is_message(request) {
            if request.headers.values().any(|value| *value == wanted) {
                return taken(request);
            }
            return Response::new(status, body.clone());
        }
        let mut keys = keys();
        let read = reads.fetch_add(1, Ordering::Relaxed);
        keys[member] = json!(if read == 0 { "old" } else { "new" });
        Response::new(200, json!({"SecretString": keys.to_string()}).to_string())
    })
}

/// Whether it is for the vendor, and not for the secret.
fn is_message(request: &Request) -> bool {
    !request.headers.contains_key("x-amz-target")
}

#[tokio::test]
async fn a_secret_is_read_once_and_again_when_it_is_refused() {
    for refusal in refusals() {
        // The key, then for two messages: how each ends, and what was asked in all (`s`ecret, `m`essage).
        for (key, first, second, wanted) in [
            ("old", true, true, "smm"),
            ("new", true, true, "smsmm"),
            ("other", false, false, "smsmms"),
        ] {
            let (server, requests) = rotated(&refusal, key);
            let mut settings = refusal.settings.clone();
            settings["endpoint"] = json!(server.url());
            // Two providers of one secret share what was read.
            let services = services(server.url());
            for taken in [first, second] {
                let sending = provider(settings.clone()).build(&services).unwrap();
                let sms_or_email = [sms(), email()];
                let channels = provider(settings.clone()).provider_type().channels;
                let fits = |message: &&Message| channels.contains(&message.content.channel());
                let answer = sending.send(sms_or_email.iter().find(fits).unwrap()).await;
                assert_eq!(answer.is_ok(), taken, "{settings} {key}: {answer:?}");
                if !taken {
                    assert_eq!(answer, Err(ProviderError::new(Retry::Elsewhere, refusal.name)));
                }
            }
            let asked = requests.lock().unwrap();
            let asked = asked.iter().map(|request| if is_message(request) { 'm' } else { 's' });
            assert_eq!(asked.collect::<String>(), wanted, "{settings} {key}");
        }
    }
}

#[tokio::test]
async fn a_webhook_that_refuses_a_signature_gets_one_by_the_new_key() {
    for status in [401, 403] {
        let (reads, posts) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let (server, requests) = recorder(move |request| {
            if is_message(request) {
                let refused = posts.fetch_add(1, Ordering::Relaxed) == 0;
                return Response::new(if refused { status } else { 204 }, "");
            }
            let mut keys = keys();
            let read = reads.fetch_add(1, Ordering::Relaxed);
            keys["signing_key"] = json!(STANDARD.encode(if read == 0 { [1; 32] } else { [2; 32] }));
            Response::new(200, json!({"SecretString": keys.to_string()}).to_string())
        });
        let settings = json!({"type": "webhook", "url": format!("{}/hook", server.url()), "secret": SECRET});
        // The time stands still, so that signatures differ by the key alone.
        let services = Services {
            clock: Arc::new(|| SystemTime::UNIX_EPOCH),
            ..services(server.url())
        };
        provider(settings).build(&services).unwrap().send(&sms()).await.unwrap();
        let asked = requests.lock().unwrap();
        let kinds = asked.iter().map(|request| if is_message(request) { 'm' } else { 's' });
        assert_eq!(kinds.collect::<String>(), "smsm", "{status}");
        let signature = |request: &Request| request.headers["webhook-signature"].clone();
        assert_ne!(signature(&asked[1]), signature(&asked[3]), "{status}");
        assert_eq!(asked[1].headers["webhook-id"], asked[3].headers["webhook-id"]);
    }
}

#[tokio::test]
async fn an_api_key_stands_in_for_the_token() {
    let (server, requests) = recorder(|request| match request.headers.get("x-amz-target") {
        Some(_) => {
            let mut keys = keys();
            keys["api_key_sid"] = json!("SK0123456789abcdef0123456789abcdef");
            keys["api_key_secret"] = json!("hush");
            Response::new(200, json!({"SecretString": keys.to_string()}).to_string())
        }
        None => taken(request),
    });
    let settings = json!({"type": "twilio", "from": "ACME", "endpoint": server.url(), "secret": SECRET});
    let sending = provider(settings).build(&services(server.url())).unwrap();
    sending.send(&sms()).await.unwrap();
    let asked = requests.lock().unwrap();
    let user = STANDARD.encode("SK0123456789abcdef0123456789abcdef:hush");
    assert_eq!(asked[1].headers["authorization"], format!("Basic {user}"));
    assert_eq!(asked[1].path, format!("/2010-04-01/Accounts/{ACCOUNT}/Messages.json"));
}

#[tokio::test]
async fn a_secret_that_cannot_be_read_is_named_and_not_shown() {
    let fault = |status, code: &str| (status, json!({"__type": code, "Message": "hush"}).to_string());
    let secret = |value: &str| (200, json!({"SecretString": value}).to_string());
    for ((status, body), retry, name) in [
        (
            fault(400, "AccessDeniedException"),
            Retry::Elsewhere,
            "secret-AccessDenied",
        ),
        (
            fault(400, "ResourceNotFoundException"),
            Retry::Elsewhere,
            "secret-ResourceNotFound",
        ),
        (fault(400, "ThrottlingException"), Retry::Anywhere, "secret-Throttling"),
        (
            fault(500, "InternalServiceError"),
            Retry::Anywhere,
            "secret-InternalServiceError",
        ),
        (secret("hush"), Retry::Elsewhere, "secret-is-no-object"),
        (secret("{\"x\": \"hush\"}"), Retry::Elsewhere, "secret-lacks-a-member"),
        (
            secret("{\"account_sid\": \"../hush\", \"auth_token\": \"hush\"}"),
            Retry::Elsewhere,
            "secret-account-sid-malformed",
        ),
    ] {
        let (server, requests) = recorder(move |_| Response::new(status, body.clone()));
        let settings = json!({"type": "twilio", "from": "ACME", "endpoint": server.url(), "secret": SECRET});
        let sending = provider(settings).build(&services(server.url())).unwrap();
        let error = sending.send(&sms()).await.unwrap_err();
        assert_eq!(error, ProviderError::new(retry, name));
        assert_eq!(requests.lock().unwrap().len(), 1, "nothing is sent without keys");
    }
}

#[tokio::test]
async fn what_becomes_a_part_of_an_address_cannot_change_it() {
    for (settings, member, name) in [
        (
            json!({"type": "sinch", "region": "eu", "secret": SECRET}),
            "service_plan_id",
            "secret-service-plan-id-malformed",
        ),
        (
            json!({"type": "plivo", "from": "ACME", "secret": SECRET}),
            "auth_id",
            "secret-auth-id-malformed",
        ),
    ] {
        let (server, requests) = recorder(move |_| {
            let mut keys = keys();
            keys[member] = json!("../hush");
            Response::new(200, json!({"SecretString": keys.to_string()}).to_string())
        });
        let mut settings = settings;
        settings["endpoint"] = json!(server.url());
        let sending = provider(settings).build(&services(server.url())).unwrap();
        let error = sending.send(&sms()).await.unwrap_err();
        assert_eq!(error, ProviderError::new(Retry::Elsewhere, name));
        assert_eq!(requests.lock().unwrap().len(), 1, "nothing is sent without keys");
    }
}

#[test]
fn settings_that_would_show_keys_to_others_are_refused() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let _entered = runtime.enter();
    for settings in [
        json!({"type": "twilio", "from": "ACME", "endpoint": "http://api.twilio.com", "secret": SECRET}),
        json!({"type": "twilio", "secret": SECRET}),
        json!({"type": "vonage", "from": "ACME", "endpoint": "http://rest.nexmo.com", "secret": SECRET}),
        json!({"type": "sinch", "region": "acme.example/", "secret": SECRET}),
        json!({"type": "plivo", "from": "ACME", "endpoint": "http://api.plivo.com", "secret": SECRET}),
        json!({"type": "plivo", "secret": SECRET}),
        messengers::settings("http://acme.example")[0].clone(),
        messengers::settings("http://acme.example")[1].clone(),
        messengers::settings("http://acme.example")[2].clone(),
        json!({"type": "whatsapp", "phone_number_id": "1/../2", "template": "a", "language": "en", "api_version": "v25.0",
            "secret": SECRET}),
        json!({"type": "whatsapp", "phone_number_id": "106540352242922", "template": "a", "language": "en",
            "api_version": "v25.0/2", "secret": SECRET}),
        json!({"type": "webhook", "url": "http://acme.example/hook", "secret": SECRET}),
        json!({"type": "webhook", "url": "https://acme.example/hook", "secret": "arn:aws:s3:::bucket"}),
        json!({"type": "sns", "region": "eu-west-1.acme.example/"}),
        json!({"type": "ses", "from": "no-reply"}),
        json!({"type": "sendgrid", "from": "no-reply", "secret": SECRET}),
        json!({"type": "sendgrid", "from": "a@acme.example", "region": "us", "secret": SECRET}),
        json!({"type": "sendgrid", "from": "a@acme.example", "endpoint": "http://api.sendgrid.com", "secret": SECRET}),
        json!({"type": "mailgun", "from": "a@acme.example", "region": "eu", "domain": "../acme.example", "secret": SECRET}),
        json!({"type": "mailgun", "from": "a@acme.example", "region": "acme.example/", "secret": SECRET}),
        json!({"type": "postmark", "from": "a@acme.example", "endpoint": "http://api.postmarkapp.com", "secret": SECRET}),
        json!({"type": "redirect", "topic": "messages"}),
    ] {
        assert!(
            provider(settings.clone()).build(&services(String::new())).is_err(),
            "{settings}"
        );
    }
}
