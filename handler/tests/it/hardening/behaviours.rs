//! Providers that answer badly, late or never: deadlines are kept, the next provider delivers, and nothing is said that
//! came back.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::function::{Function, Setup, command};
use crate::redaction::{CODE, assert_clean, every_channel, planted, planted_mail};
use crate::server::{Response, Server};

/// What a call has, of which a second is kept to answer Lambda.
const REMAINING: Duration = Duration::from_secs(8);

/// How late the answer may be on a machine that is busy with other tests.
const SLACK: Duration = Duration::from_secs(8);

/// What a provider does with the request that it has read.
enum Does {
    /// Writes this and hangs up.
    Writes(Vec<u8>),
    /// Writes this and never anything else.
    Stalls(Vec<u8>),
    /// Writes this, again and again.
    Repeats(&'static [u8], &'static [u8], Duration),
    /// Hangs up before it has read the request.
    HangsUp,
}

/// Each behaviour with its name, and whether the message counts as taken.
fn behaviours() -> Vec<(&'static str, Does, bool)> {
    let text = |head: &str, body: &str| Does::Writes(format!("{head}\r\n\r\n{body}").into_bytes());
    let status = |line: &str| {
        text(
            &format!("HTTP/1.1 {line}\r\ncontent-length: 0\r\nconnection: close"),
            "",
        )
    };
    let echo = format!("{CODE} jane@planted.example +12025550173");
    let body = |line: &str, body: &str| {
        let length = body.len();
        text(
            &format!("HTTP/1.1 {line}\r\ncontent-length: {length}\r\nconnection: close"),
            body,
        )
    };
    let ms = Duration::from_millis;
    vec![
        ("takes it", body("200 OK", "{\"id\": \"message-1\"}"), true),
        ("takes it without a word", status("204 No Content"), true),
        ("takes it and repeats everything", body("200 OK", &echo), true),
        (
            "takes it by an id that is a secret",
            body("200 OK", &format!("{{\"id\": \"{echo}\"}}")),
            true,
        ),
        (
            "takes it in chunks",
            text("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked", "2\r\n{}\r\n0\r\n\r\n"),
            true,
        ),
        (
            "continues first",
            text(
                "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2",
                "{}",
            ),
            true,
        ),
        (
            "redirects",
            status("307 Temporary Redirect\r\nlocation: http://127.0.0.1:1/"),
            false,
        ),
        (
            "redirects to itself",
            status("308 Permanent Redirect\r\nlocation: /"),
            false,
        ),
        ("wants a password", status("401 Unauthorized"), false),
        ("refuses and repeats everything", body("400 Bad Request", &echo), false),
        (
            "has too many requests",
            status("429 Too Many Requests\r\nretry-after: 3600"),
            false,
        ),
        ("breaks", body("500 Internal Server Error", &echo), false),
        ("is away", status("503 Service Unavailable"), false),
        ("hangs up at once", Does::HangsUp, false),
        ("hangs up without an answer", Does::Writes(Vec::new()), false),
        (
            "speaks no HTTP",
            Does::Writes(b"SSH-2.0-OpenSSH_9.9\r\n".to_vec()),
            false,
        ),
        (
            "answers half a head",
            Does::Writes(b"HTTP/1.1 200 OK\r\ncontent-le".to_vec()),
            false,
        ),
        (
            "answers half a body",
            text("HTTP/1.1 200 OK\r\ncontent-length: 2000", &echo),
            false,
        ),
        ("never answers", Does::Stalls(Vec::new()), false),
        (
            "stops in its head",
            Does::Stalls(b"HTTP/1.1 200 OK\r\n".to_vec()),
            false,
        ),
        (
            "never ends its body",
            Does::Repeats(b"HTTP/1.1 200 OK\r\n\r\n", &[b'x'; 4096], ms(0)),
            false,
        ),
        (
            "never ends its head",
            Does::Repeats(b"HTTP/1.1 200 OK\r\n", b"x-more: 0123456789\r\n", ms(0)),
            false,
        ),
        (
            "drips its body",
            Does::Repeats(b"HTTP/1.1 200 OK\r\n\r\n", b"x", ms(50)),
            false,
        ),
    ]
}

/// Reads a request to its end, whose body is JSON.
fn read(stream: &mut TcpStream) {
    let mut request = Vec::new();
    let mut bytes = [0; 4096];
    loop {
        let read = stream.read(&mut bytes).unwrap_or_default();
        request.extend_from_slice(&bytes[..read]);
        let body = request
            .windows(4)
            .position(|four| four == b"\r\n\r\n")
            .map(|at| &request[at + 4..]);
        if read == 0 || body.is_some_and(|body| serde_json::from_slice::<Value>(body).is_ok()) {
            return;
        }
    }
}

fn act(stream: &mut TcpStream, does: &Does) {
    if !matches!(does, Does::HangsUp) {
        read(stream);
    }
    match does {
        Does::HangsUp => {}
        Does::Writes(bytes) => stream.write_all(bytes).unwrap_or_default(),
        Does::Stalls(bytes) => {
            stream.write_all(bytes).unwrap_or_default();
            thread::sleep(REMAINING * 3);
        }
        Does::Repeats(head, part, pause) => {
            stream.write_all(head).unwrap_or_default();
            let end = Instant::now() + REMAINING * 3;
            while Instant::now() < end && stream.write_all(part).is_ok() {
                thread::sleep(*pause);
            }
        }
    }
}

/// Returns the address of a provider that does this on every connection.
fn provider(does: Does) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let does = std::sync::Arc::new(does);
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let does = std::sync::Arc::clone(&does);
            thread::spawn(move || act(&mut stream, &does));
        }
    });
    format!("http://{address}/messages")
}

/// Sends an SMS and an e-mail, by the provider alone and with another one behind it.
fn tried(name: &str, does: Does, taken: bool) {
    let url = provider(does);
    let key = json!({"signing_key": "cGxhbnRlZC1zaWduaW5nLWtleS0wMTIzNDU2Nzg5"}).to_string();
    let secrets = Server::start(move |_| Response::new(200, json!({"SecretString": key.clone()}).to_string()));
    for (behind_sms, behind_email) in [(None, None), (Some("sns"), Some("ses"))] {
        let via = |behind: Option<&'static str>| -> Vec<&str> { std::iter::once("hook").chain(behind).collect() };
        let mut command = command();
        command.env("AWS_ENDPOINT_URL_SECRETS_MANAGER", secrets.url());
        let mut function = Function::run(
            command,
            Setup {
                delivery: json!({
                    "providers": {
                        "hook": {
                            "type": "webhook",
                            "url": url,
                            "secret": "arn:aws:secretsmanager:eu-west-1:111122223333:secret:hook-a1b2c3",
                        },
                        "sns": {"type": "sns"},
                        "ses": {"type": "ses", "from": "no-reply@acme.example"},
                    },
                    "sms": {"countries": "any", "routes": [{"via": via(behind_sms)}]},
                    "email": {"routes": [{"via": via(behind_email)}]},
                }),
                remaining: REMAINING,
                ..every_channel()
            },
        );
        for event in [planted(), planted_mail()] {
            let begun = Instant::now();
            let answer = function.invoke(&event);
            let took = begun.elapsed();
            assert!(took < REMAINING + SLACK, "{name}: {took:?}");
            let delivers = taken || behind_sms.is_some();
            assert_eq!(answer.failed, !delivers, "{name}, {behind_sms:?}: {answer:?}");
            assert_clean(&answer.body, name);
        }
        let behind = function.texts().len() + function.mails.lock().unwrap().len();
        let wanted = if behind_sms.is_some() && !taken { 2 } else { 0 };
        assert_eq!(behind, wanted, "{name}: what the other provider sent");
        assert_clean(&function.end(), name);
    }
}

#[test]
fn no_answer_of_a_provider_breaks_a_deadline_or_is_repeated() {
    let threads: Vec<_> = behaviours()
        .into_iter()
        .map(|(name, does, taken)| thread::spawn(move || tried(name, does, taken)))
        .collect();
    assert_eq!(threads.len(), 23);
    let failed = threads.into_iter().filter_map(|thread| thread.join().err()).count();
    assert_eq!(failed, 0, "each says above what failed");
}
