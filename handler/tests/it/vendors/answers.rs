//! Bad days of every provider, and secrets that are read once and again when they are refused.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use handler::send::{Message, ProviderError, Retry};
use serde_json::{Value, json};

use super::{ACCOUNT, PARAMETER, SECRET, TOPIC, email, keys, provider, recorder, services, sms, taken};
use crate::server::{Request, Response, Server};

/// Every provider with a message for it, at `url`.
fn every(url: &str) -> Vec<(Value, Message)> {
    vec![
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
            json!({"type": "webhook", "url": format!("{url}/hook"), "secret": PARAMETER}),
            email(),
        ),
        (json!({"type": "redirect", "topic": TOPIC}), email()),
    ]
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
    assert_eq!(failures.len(), 6);
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

/// Twilio that takes only `password`, beside a secret whose `auth_token` is `old` once and then `new`.
fn rotated(password: &'static str) -> (Server, crate::services::Requests<Request>) {
    let reads = AtomicUsize::new(0);
    recorder(move |request| {
        let mut keys = keys();
        if request.path.ends_with("/Messages.json") {
            let wanted = format!("Basic {}", STANDARD.encode(format!("{ACCOUNT}:{password}")));
            if request.headers["authorization"] == wanted {
                return taken(request);
            }
            return Response::new(401, json!({"code": 20003}).to_string());
        }
        let read = reads.fetch_add(1, Ordering::Relaxed);
        keys["auth_token"] = json!(if read == 0 { "old" } else { "new" });
        Response::new(200, json!({"SecretString": keys.to_string()}).to_string())
    })
}

#[tokio::test]
async fn a_secret_is_read_once_and_again_when_it_is_refused() {
    let refused = Err(ProviderError::new(Retry::Elsewhere, "authentication-failed"));
    // The token, then for two messages: how each ends, and what was asked in all (`s`ecret, `m`essage).
    for (password, first, second, wanted) in [
        ("old", true, true, "smm"),
        ("new", true, true, "smsmm"),
        ("other", false, false, "smsmms"),
    ] {
        let (server, requests) = rotated(password);
        let settings = json!({"type": "twilio", "from": "ACME", "endpoint": server.url(), "secret": SECRET});
        // Two providers of one secret share what was read.
        let services = services(server.url());
        for taken in [first, second] {
            let sending = provider(settings.clone()).build(&services).unwrap();
            let answer = sending.send(&sms()).await;
            assert_eq!(answer.is_ok(), taken, "{password}: {answer:?}");
            if !taken {
                assert_eq!(answer, refused);
            }
        }
        let asked = requests.lock().unwrap();
        let asked = asked.iter().map(|request| {
            if request.path.ends_with("/Messages.json") {
                'm'
            } else {
                's'
            }
        });
        assert_eq!(asked.collect::<String>(), wanted, "{password}");
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

#[test]
fn settings_that_would_show_keys_to_others_are_refused() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let _entered = runtime.enter();
    for settings in [
        json!({"type": "twilio", "from": "ACME", "endpoint": "http://api.twilio.com", "secret": SECRET}),
        json!({"type": "twilio", "secret": SECRET}),
        json!({"type": "webhook", "url": "http://acme.example/hook", "secret": SECRET}),
        json!({"type": "webhook", "url": "https://acme.example/hook", "secret": "arn:aws:s3:::bucket"}),
        json!({"type": "sns", "region": "eu-west-1.acme.example/"}),
        json!({"type": "ses", "from": "no-reply"}),
        json!({"type": "redirect", "topic": "messages"}),
    ] {
        assert!(
            provider(settings.clone()).build(&services(String::new())).is_err(),
            "{settings}"
        );
    }
}
