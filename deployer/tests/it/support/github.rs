//! As much of GitHub as scripts of CI call: comments, releases, and a job's own identity. Its downloads are GitLab's too.
//!
//! It remembers what was sent, answers in their shapes, and wants the token on every request but downloads.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::{Value, json};

/// The token that a job has.
pub(crate) const TOKEN: &str = "ghs_of-this-job";
/// The repository that it works for.
pub(crate) const REPOSITORY: &str = "acme/identity";

/// The pull request's comments, below the repository.
const COMMENTS: &str = "/issues/7/comments";

#[derive(Default)]
struct State {
    /// Each request's method, path and body, in order.
    requests: Vec<(String, String, Vec<u8>)>,
    /// The comments on the pull request, in order.
    comments: Vec<Value>,
    /// The files of the release.
    files: PathBuf,
}

/// A running server; it ends with the test process.
pub(crate) struct GitHub {
    address: String,
    state: Arc<Mutex<State>>,
}

impl GitHub {
    /// Starts a server whose pull request has these comments of other people.
    pub(crate) fn with_comments(comments: &[String]) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let comments = comments
            .iter()
            .zip(1..)
            .map(|(body, id)| json!({ "id": id, "body": body, "user": { "type": "User" } }))
            .collect();
        let state = Arc::new(Mutex::new(State {
            comments,
            ..State::default()
        }));
        let (shared, own) = (Arc::clone(&state), address.clone());
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                serve(client, &own, &mut shared.lock().unwrap());
            }
        });
        Self { address, state }
    }

    /// Returns the variables that a job has, apart from its token for the API.
    pub(crate) fn variables(&self) -> BTreeMap<&'static str, String> {
        BTreeMap::from([
            ("GITHUB_API_URL", self.address.clone()),
            ("GITHUB_SERVER_URL", self.address.clone()),
            ("GITHUB_REPOSITORY", REPOSITORY.to_owned()),
            (
                "ACTIONS_ID_TOKEN_REQUEST_URL",
                format!("{}/token?api-version=2.0", self.address),
            ),
            ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", TOKEN.to_owned()),
        ])
    }

    /// Offers a folder's files as those of every release.
    pub(crate) fn releases(&self, folder: PathBuf) {
        self.state.lock().unwrap().files = folder;
    }

    /// Returns the address of the release's files.
    pub(crate) fn downloads(&self) -> String {
        format!("{}/{REPOSITORY}/releases/download/v0.1.0", self.address)
    }

    /// Returns the text of every comment.
    pub(crate) fn comments(&self) -> Vec<String> {
        let state = self.state.lock().unwrap();
        let bodies = state.comments.iter().map(|comment| &comment["body"]);
        bodies.map(|body| body.as_str().unwrap().to_owned()).collect()
    }

    /// Returns each request that wrote something: its method, path and body.
    pub(crate) fn writes(&self) -> Vec<(String, String, Vec<u8>)> {
        let state = self.state.lock().unwrap();
        let writes = state.requests.iter().filter(|(method, ..)| method != "GET");
        writes.cloned().collect()
    }
}

fn serve(mut client: TcpStream, own: &str, state: &mut State) {
    let mut reader = BufReader::new(client.try_clone().unwrap());
    let mut head = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or(0) <= 2 {
            break;
        }
        head.push(line.trim_end().to_owned());
    }
    let header = |name: &str| {
        head.iter()
            .find_map(|line| line.split_once(": ").filter(|(key, _)| key.eq_ignore_ascii_case(name)))
            .map(|(_, value)| value.to_owned())
    };
    let length = header("content-length").map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    if reader.read_exact(&mut body).is_err() {
        return;
    }
    let mut words = head.first().map(String::as_str).unwrap_or_default().split(' ');
    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let authorized = header("authorization").is_some_and(|value| value.to_lowercase() == format!("bearer {TOKEN}"));
    let (status, answer) = if let Some((_, file)) = path.split_once("/releases/download/v0.1.0/") {
        match fs::read(state.files.join(file)) {
            Ok(bytes) => (200, bytes),
            Err(_) => (404, Vec::new()),
        }
    } else if authorized {
        state.requests.push((method.to_owned(), path.to_owned(), body.clone()));
        let (status, answer) = answer(state, own, method, path, &body);
        (status, answer.to_string().into_bytes())
    } else {
        (401, br#"{"message": "Bad credentials"}"#.to_vec())
    };
    let length = answer.len();
    let head = format!("HTTP/1.1 {status} -\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n");
    // A client that went away needs no answer.
    drop(
        client
            .write_all(head.as_bytes())
            .and_then(|()| client.write_all(&answer)),
    );
}

fn answer(state: &mut State, own: &str, method: &str, path: &str, body: &[u8]) -> (u16, Value) {
    let (route, query) = path.split_once('?').unwrap_or((path, ""));
    let query: BTreeMap<&str, &str> = query.split('&').filter_map(|pair| pair.split_once('=')).collect();
    let route = route.strip_prefix(&format!("/repos/{REPOSITORY}")).unwrap_or(route);
    let sent: Value = serde_json::from_slice(body).unwrap_or_default();
    // GitHub refuses longer comments.
    let too_long = sent["body"].as_str().is_some_and(|text| text.chars().count() > 65_536);
    match (method, route) {
        ("GET", "/token") => (200, json!({ "value": format!("a token for {}", query["audience"]) })),
        ("POST" | "PATCH", _) if too_long => (422, json!({ "message": "Validation Failed" })),
        ("GET", COMMENTS) => {
            let (page, size): (usize, usize) = (query["page"].parse().unwrap(), query["per_page"].parse().unwrap());
            (
                200,
                state.comments.chunks(size).nth(page - 1).unwrap_or_default().into(),
            )
        }
        ("POST", COMMENTS) => {
            let made = json!({
                "id": 1000 + state.comments.len(), "body": sent["body"], "user": { "type": "Bot" },
            });
            state.comments.push(made.clone());
            (201, made)
        }
        ("PATCH", comment) => {
            let id = comment.strip_prefix("/issues/comments/");
            let id: Option<u64> = id.and_then(|id| id.parse().ok());
            match state.comments.iter_mut().find(|comment| comment["id"].as_u64() == id) {
                Some(comment) => {
                    comment["body"] = sent["body"].clone();
                    (200, comment.clone())
                }
                None => (404, json!({ "message": "Not Found" })),
            }
        }
        ("POST", "/releases") => (201, json!({ "upload_url": format!("{own}/assets{{?name,label}}") })),
        ("POST", "/assets") => (201, json!({ "name": query["name"] })),
        _ => (404, json!({ "message": format!("Not Found: {method} {path}") })),
    }
}
