//! A server for tests of calls: it answers as the test says, and keeps what it was asked.
//!
//! It speaks as much of HTTP/1.1 as the SDK does, on a free port of this machine.

#![expect(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that is not as it should be"
)]

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_sdk_cloudformation::config::{Credentials, SharedCredentialsProvider};
use serde_json::{Value, json};

use super::Session;
use crate::spec::Region;

/// The secret of the credentials that a stub's session signs with.
pub(crate) const SECRET: &str = "a secret that opens nothing";

/// A request, read whole.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) method: String,
    /// The path, with its query.
    pub(crate) path: String,
    /// By their names in lower case.
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Vec<u8>,
}

impl Request {
    /// Returns the operation, such as `UpdateUserPool`; of a REST service method and path.
    pub(crate) fn action(&self) -> String {
        if let Some(target) = self.headers.get("x-amz-target") {
            return target.rsplit('.').next().unwrap().to_owned();
        }
        let body = String::from_utf8_lossy(&self.body);
        match body.split('&').find_map(|field| field.strip_prefix("Action=")) {
            Some(action) => action.to_owned(),
            None => format!("{} {}", self.method, self.path),
        }
    }

    /// Returns the body of a service that speaks JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// A status and a body.
pub(crate) type Answer = (u16, String);

/// Returns an error as a service writes it that speaks JSON.
pub(crate) fn error(status: u16, code: &str, message: &str) -> Answer {
    (status, json!({ "__type": code, "message": message }).to_string())
}

/// A running server.
pub(crate) struct Stub {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Stub {
    /// Starts a server that answers one request after the other.
    pub(crate) fn start(answer: impl FnMut(&Request) -> Answer + Send + 'static) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let stub = Self {
            address: listener.local_addr().unwrap(),
            requests: Arc::default(),
        };
        let (requests, answer) = (Arc::clone(&stub.requests), Arc::new(Mutex::new(answer)));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (requests, answer) = (Arc::clone(&requests), Arc::clone(&answer));
                thread::spawn(move || {
                    while let Some(request) = read(&stream) {
                        let (status, body) = (answer.lock().unwrap())(&request);
                        requests.lock().unwrap().push(request);
                        let head = format!("HTTP/1.1 {status} Stub\r\ncontent-length: {}\r\n\r\n", body.len());
                        if (&stream).write_all(format!("{head}{body}").as_bytes()).is_err() {
                            return;
                        }
                    }
                });
            }
        });
        stub
    }

    /// Returns a session whose every call comes here. Where the SDK tries again, it does so at once.
    pub(crate) fn session(&self) -> Session {
        let credentials = Credentials::new("AKIDEXAMPLE", SECRET, None, None, "tests");
        let region = Region::parse("us-west-2").unwrap();
        let sdk = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(aws_config::Region::new(region.as_str().to_owned()))
            .endpoint_url(format!("http://{}", self.address))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .retry_config(RetryConfig::standard().with_initial_backoff(Duration::from_millis(1)))
            .build();
        Session::with(&region, sdk)
    }

    /// Returns what was asked so far, in order.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }

    /// Returns the operations so far, in order.
    pub(crate) fn actions(&self) -> Vec<String> {
        self.requests().iter().map(Request::action).collect()
    }
}

/// Reads a request; nothing when the client has gone.
fn read(stream: &TcpStream) -> Option<Request> {
    // Clients do not pipeline, so nothing of a next request is lost with the buffer.
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut words = line.split(' ');
    let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else {
            break;
        };
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let length = headers
        .get("content-length")
        .map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Request {
        method,
        path,
        headers,
        body,
    })
}
