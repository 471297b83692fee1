//! A reverse proxy before the emulator, for bad days: it counts calls by action and spoils those that a test names.
//!
//! It speaks as much of HTTP/1.1 as the SDK does. An action is the operation's name where the protocol
//! carries it (`DescribeStacks`, `UpdateUserPool`), else method and path (`PUT /bucket/key`).

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// What happens to a call.
#[derive(Clone)]
pub(crate) enum Effect {
    /// It is answered with an AWS error in its protocol's shape, and goes no further.
    Error {
        status: u16,
        code: &'static str,
        message: &'static str,
    },
    /// The connection closes before the call reaches the emulator.
    DropBefore,
    /// The emulator does as it is told, and the answer is lost.
    DropAfter,
    /// It goes on after a while.
    Delay(Duration),
    /// The body of its answer is another.
    Rewrite(fn(String) -> String),
    /// The body of its request is another.
    RewriteRequest(fn(String) -> String),
    /// It never reaches the emulator: it waits until the rules are cleared.
    HoldBefore,
    /// The emulator does as it is told, and the answer waits until the rules are cleared.
    HoldAfter,
}

struct Rule {
    action: String,
    /// What the body has to say.
    part: &'static str,
    calls: RangeInclusive<usize>,
    effect: Effect,
}

#[derive(Default)]
struct Shared {
    rules: Mutex<Vec<Rule>>,
    calls: Mutex<Vec<String>>,
    held: AtomicBool,
    cleared: AtomicBool,
    storm: Mutex<Option<u64>>,
    bodies: Mutex<Vec<(String, String)>>,
    /// Who called, by access key, and the right that the call takes.
    rights: Mutex<BTreeSet<(String, String)>>,
    /// How many calls of an action are under way, and how many were at most.
    at_once: Mutex<BTreeMap<String, (usize, usize)>>,
    stopped: AtomicBool,
}

/// A running proxy.
pub(crate) struct Proxy {
    address: SocketAddr,
    shared: Arc<Shared>,
}

impl Proxy {
    /// Starts a proxy before a server.
    pub(crate) fn before(server: SocketAddr) -> Self {
        Self::before_both(server, server)
    }

    /// Starts a proxy before a server and another one, which gets the calls of Cognito's user pools.
    pub(crate) fn before_both(server: SocketAddr, pools: SocketAddr) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let proxy = Self {
            address: listener.local_addr().unwrap(),
            shared: Arc::default(),
        };
        let shared = Arc::clone(&proxy.shared);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                if shared.stopped.load(Ordering::Relaxed) {
                    return;
                }
                let shared = Arc::clone(&shared);
                // A connection that ends early is the client's choice, or the rule's.
                thread::spawn(move || drop(serve(&client, [server, pools], &shared)));
            }
        });
        proxy
    }

    /// Returns the address for `AWS_ENDPOINT_URL`.
    pub(crate) fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Spoils the calls of an action that these numbers name, from 1; a REST action may name the start of its
    /// path, and `*` is every call.
    pub(crate) fn on(&self, action: &str, calls: RangeInclusive<usize>, effect: Effect) -> &Self {
        self.add(action, "", calls, effect)
    }

    /// Spoils every call of an action whose body says this, such as `StackName=acme&`.
    pub(crate) fn on_those(&self, action: &str, part: &'static str, effect: Effect) -> &Self {
        self.add(action, part, 1..=usize::MAX, effect)
    }

    fn add(&self, action: &str, part: &'static str, calls: RangeInclusive<usize>, effect: Effect) -> &Self {
        self.shared.rules.lock().unwrap().push(Rule {
            action: action.to_owned(),
            part,
            calls,
            effect,
        });
        self
    }

    /// Refuses every call of an action.
    pub(crate) fn refuse(&self, action: &str, status: u16, code: &'static str, message: &'static str) -> &Self {
        self.on(action, 1..=usize::MAX, Effect::Error { status, code, message })
    }

    /// Whether a call is held.
    pub(crate) fn holds(&self) -> bool {
        self.shared.held.load(Ordering::Relaxed)
    }

    /// From now on spoils calls at random, the same ones for the same seed and order: 30 % are throttled,
    /// 10 % meet a server's error, of 6 % the connection drops, before or after.
    pub(crate) fn storm(&self, seed: u64) {
        *self.shared.storm.lock().unwrap() = Some(seed);
    }

    /// Forgets every rule and drops what is held.
    pub(crate) fn clear(&self) {
        self.shared.rules.lock().unwrap().clear();
        *self.shared.storm.lock().unwrap() = None;
        self.shared.cleared.store(true, Ordering::Relaxed);
    }

    /// Returns every action so far, in order.
    pub(crate) fn calls(&self) -> Vec<String> {
        self.shared.calls.lock().unwrap().clone()
    }

    /// Returns the bodies of an action's requests, in order.
    pub(crate) fn bodies(&self, action: &str) -> Vec<String> {
        let bodies = self.shared.bodies.lock().unwrap();
        let asked = bodies.iter().filter(|(call, _)| names(action, call));
        asked.map(|(_, body)| body.clone()).collect()
    }

    /// Returns the rights that the calls of an access key took.
    pub(crate) fn rights_of(&self, access_key: &str) -> BTreeSet<String> {
        let rights = self.shared.rights.lock().unwrap();
        let own = rights.iter().filter(|(caller, _)| caller == access_key);
        own.map(|(_, right)| right.clone()).collect()
    }

    /// Returns how many calls of an action were under way at once, at most.
    pub(crate) fn at_once(&self, action: &str) -> usize {
        let at_once = self.shared.at_once.lock().unwrap();
        at_once.get(action).map_or(0, |(_, most)| *most)
    }

    /// Returns how often an action was called.
    pub(crate) fn count(&self, action: &str) -> usize {
        self.shared
            .calls
            .lock()
            .unwrap()
            .iter()
            .filter(|call| names(action, call))
            .count()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.shared.stopped.store(true, Ordering::Relaxed);
        // One more connection, so that the listener looks.
        let _ = TcpStream::connect(self.address);
    }
}

fn names(action: &str, call: &str) -> bool {
    if action.contains(' ') {
        call.starts_with(action)
    } else {
        action == "*" || call == action
    }
}

impl Shared {
    fn begin(&self, call: &str) {
        let mut at_once = self.at_once.lock().unwrap();
        let (now, most) = at_once.entry(call.to_owned()).or_default();
        *now += 1;
        *most = (*most).max(*now);
    }

    fn end(&self, call: &str) {
        if let Some((now, _)) = self.at_once.lock().unwrap().get_mut(call) {
            *now -= 1;
        }
    }

    fn take(&self, call: &str, body: &str) -> Option<Effect> {
        let mut calls = self.calls.lock().unwrap();
        calls.push(call.to_owned());
        let rules = self.rules.lock().unwrap();
        rules
            .iter()
            .filter(|rule| names(&rule.action, call) && body.contains(rule.part))
            .find(|rule| {
                rule.calls
                    .contains(&calls.iter().filter(|call| names(&rule.action, call)).count())
            })
            .map(|rule| rule.effect.clone())
            .or_else(|| {
                self.storm
                    .lock()
                    .unwrap()
                    .and_then(|seed| gust(seed, calls.len(), call))
            })
    }
}

/// What a storm does to a call.
fn gust(seed: u64, number: usize, call: &str) -> Option<Effect> {
    // SplitMix64: one round scatters neighbouring numbers.
    let mut dice = seed.wrapping_add((number as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    dice = (dice ^ (dice >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    dice = (dice ^ (dice >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    let rest = call.contains(" /");
    match (dice ^ (dice >> 31)) % 100 {
        // S3's spelling of it.
        0..30 if rest && !call.contains(" /20") => Some(Effect::Error {
            status: 503,
            code: "SlowDown",
            message: "Please reduce your request rate.",
        }),
        0..30 => Some(Effect::Error {
            status: 400,
            code: "Throttling",
            message: "Rate exceeded",
        }),
        30..35 => Some(Effect::Error {
            status: 500,
            code: "InternalFailure",
            message: "An internal error occurred",
        }),
        35..40 => Some(Effect::Error {
            status: 503,
            code: "ServiceUnavailable",
            message: "Service is unable to handle the request.",
        }),
        40..43 => Some(Effect::DropBefore),
        43..46 => Some(Effect::DropAfter),
        _ => None,
    }
}

impl Shared {
    fn hold(&self) {
        self.held.store(true, Ordering::Relaxed);
        while !self.cleared.load(Ordering::Relaxed) && !self.stopped.load(Ordering::Relaxed) {
            thread::sleep(Duration::from_millis(10));
        }
    }
}

fn serve(client: &TcpStream, [server, pools]: [SocketAddr; 2], shared: &Shared) -> io::Result<()> {
    let mut reader = BufReader::new(client);
    while let Some(mut request) = Message::read(&mut reader, Kind::Request { client })? {
        let action = request.action();
        let body = String::from_utf8_lossy(&request.body).into_owned();
        let effect = shared.take(&action, &body);
        shared.bodies.lock().unwrap().push((action.clone(), body));
        shared.rights.lock().unwrap().extend(request.right());
        shared.begin(&action);
        let _under_way = UnderWay(shared, &action);
        match &effect {
            Some(Effect::Error { status, code, message }) => {
                (&mut &*client).write_all(&request.error(*status, code, message))?;
                continue;
            }
            Some(Effect::DropBefore) => return Ok(()),
            Some(Effect::HoldBefore) => {
                shared.hold();
                return Ok(());
            }
            Some(Effect::Delay(time)) => thread::sleep(*time),
            Some(Effect::RewriteRequest(change)) => {
                request.body = change(String::from_utf8_lossy(&request.body).into_owned()).into_bytes();
            }
            Some(Effect::DropAfter | Effect::HoldAfter | Effect::Rewrite(_)) | None => {}
        }
        let mut upstream = TcpStream::connect(if request.is_of_pools() { pools } else { server })?;
        upstream.write_all(&request.bytes())?;
        let kind = if request.start.starts_with("HEAD ") {
            Kind::HeadResponse
        } else {
            Kind::Response
        };
        let Some(mut response) = Message::read(&mut BufReader::new(upstream), kind)? else {
            return Ok(());
        };
        match effect {
            Some(Effect::DropAfter) => return Ok(()),
            Some(Effect::HoldAfter) => {
                shared.hold();
                return Ok(());
            }
            Some(Effect::Rewrite(change)) => {
                response.body = change(String::from_utf8_lossy(&response.body).into_owned()).into_bytes();
            }
            Some(
                Effect::Error { .. }
                | Effect::DropBefore
                | Effect::HoldBefore
                | Effect::Delay(_)
                | Effect::RewriteRequest(_),
            )
            | None => {}
        }
        (&mut &*client).write_all(&response.bytes())?;
    }
    Ok(())
}

/// A call until its answer is on its way.
struct UnderWay<'a>(&'a Shared, &'a str);

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.end(self.1);
    }
}

#[derive(Clone, Copy)]
enum Kind<'a> {
    Request {
        client: &'a TcpStream,
    },
    Response,
    /// The length that it names is that of a body which does not follow.
    HeadResponse,
}

/// A request or a response, read whole.
struct Message {
    start: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    bodiless: bool,
}

impl Message {
    fn read(reader: &mut impl BufRead, kind: Kind<'_>) -> io::Result<Option<Self>> {
        let mut lines = Vec::new();
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line)? == 0 {
                return Ok(None);
            }
            if line.trim_end().is_empty() {
                break;
            }
            lines.push(line.trim_end().to_owned());
        }
        let headers = lines.iter().skip(1).filter_map(|line| line.split_once(':'));
        let headers = headers
            .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
            .collect();
        let bodiless = matches!(kind, Kind::HeadResponse);
        let mut message = Self {
            start: lines.first().cloned().unwrap_or_default(),
            headers,
            body: Vec::new(),
            bodiless,
        };
        if let (Kind::Request { client }, Some(_)) = (kind, message.header("expect")) {
            (&mut &*client).write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
        }
        if bodiless {
            return Ok(Some(message));
        }
        if message.header("transfer-encoding").is_some() {
            message.body = read_chunks(reader)?;
        } else if let Some(length) = message.header("content-length") {
            message.body = vec![0; length.parse().map_err(|_| io::Error::other("content-length"))?];
            reader.read_exact(&mut message.body)?;
        } else if matches!(kind, Kind::Response) {
            reader.read_to_end(&mut message.body)?;
        }
        Ok(Some(message))
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// The message as it goes on: one exchange a connection towards the emulator, and a length that is right.
    fn bytes(&self) -> Vec<u8> {
        let mut bytes = format!("{}\r\n", self.start).into_bytes();
        for (name, value) in &self.headers {
            let hop = ["connection", "expect", "transfer-encoding", "keep-alive"].contains(&name.as_str());
            if !hop && (self.bodiless || name != "content-length") {
                bytes.extend(format!("{name}: {value}\r\n").bytes());
            }
        }
        if !self.bodiless {
            bytes.extend(format!("content-length: {}\r\n", self.body.len()).bytes());
        }
        if !self.start.starts_with("HTTP/") {
            bytes.extend(b"connection: close\r\n");
        }
        bytes.extend(b"\r\n");
        bytes.extend(&self.body);
        bytes
    }

    fn is_of_pools(&self) -> bool {
        self.header("x-amz-target")
            .is_some_and(|target| target.starts_with("AWSCognitoIdentityProviderService."))
    }

    fn action(&self) -> String {
        if let Some(target) = self.header("x-amz-target") {
            return target.rsplit('.').next().unwrap_or(target).to_owned();
        }
        if self
            .header("content-type")
            .is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"))
        {
            let body = String::from_utf8_lossy(&self.body);
            if let Some(action) = body.split('&').find_map(|field| field.strip_prefix("Action=")) {
                return action.to_owned();
            }
        }
        let mut words = self.start.split(' ');
        let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        format!("{method} {}", target.split('?').next().unwrap_or_default())
    }

    /// The access key that signed the request, and the right that it takes; nothing of a request that is not signed.
    fn right(&self) -> Option<(String, String)> {
        let (_, credential) = self.header("authorization")?.split_once("Credential=")?;
        let mut parts = credential.split('/');
        let (caller, service) = (parts.next()?, parts.nth(2)?);
        let action = self.action();
        let target = self.start.split(' ').nth(1).unwrap_or_default();
        let query = target.split_once('?').map_or("", |(_, query)| query);
        let asks = |name: &str| query.split('&').any(|field| field.split('=').next() == Some(name));
        let name = match (service, action.split_once(' ')) {
            ("lambda", Some(("GET", path))) if path.ends_with("/configuration") => "GetFunctionConfiguration",
            ("lambda", Some(("GET", path))) if path.ends_with("/policy") => "GetPolicy",
            ("lambda", Some(("POST", path))) if path.ends_with("/invocations") => "InvokeFunction",
            ("s3", Some(("PUT", _))) => "PutObject",
            ("s3", Some(("DELETE", _))) if asks("versionId") => "DeleteObjectVersion",
            ("s3", Some(("DELETE", _))) => "DeleteObject",
            ("s3", Some(("GET", _))) if asks("attributes") => "GetObjectAttributes",
            ("s3", Some(("GET" | "HEAD", _))) if asks("versionId") => "GetObjectVersion",
            ("s3", Some(("GET" | "HEAD", path))) if path.trim_matches('/').contains('/') => "GetObject",
            ("s3", Some(("GET" | "HEAD", _))) => "ListBucket",
            _ => action.as_str(),
        };
        // Requests are signed for this name.
        let service = if service == "monitoring" { "cloudwatch" } else { service };
        Some((caller.to_owned(), format!("{service}:{name}")))
    }

    /// An AWS error in the shape of the request's protocol: JSON 1.1, query, Lambda's REST-JSON or S3's XML.
    fn error(&self, status: u16, code: &str, message: &str) -> Vec<u8> {
        let path = self.start.split(' ').nth(1).unwrap_or_default();
        let json = serde_json::json!({"__type": code, "message": message}).to_string();
        let message = as_xml(message);
        let xml = format!("<Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>");
        let (kind, body) = if self.header("x-amz-target").is_some() {
            ("application/x-amz-json-1.1", json)
        } else if path.starts_with("/20") {
            ("application/json", json)
        } else if self.body.windows(7).any(|window| window == b"Action=") {
            (
                "text/xml",
                format!("<ErrorResponse>{xml}<RequestId>spoiled</RequestId></ErrorResponse>"),
            )
        } else {
            ("application/xml", xml)
        };
        let body = if self.start.starts_with("HEAD ") { "" } else { &body };
        let length = body.len();
        format!(
            "HTTP/1.1 {status} Spoiled\r\ncontent-type: {kind}\r\nx-amzn-errortype: {code}\r\ncontent-length: {length}\r\n\r\n{body}"
        )
        .into_bytes()
    }
}

/// A text as XML holds it, whatever it is.
pub(crate) fn as_xml(text: &str) -> String {
    let escaped = |each: char| match each {
        ' '..='~' if !"<>&".contains(each) => each.to_string(),
        each => format!("&#x{:x};", u32::from(each)),
    };
    text.chars().map(escaped).collect()
}

fn read_chunks(reader: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let size = line.trim_end().split(';').next().unwrap_or_default();
        let size = u64::from_str_radix(size, 16).map_err(|_| io::Error::other("chunk size"))?;
        reader.take(size).read_to_end(&mut body)?;
        // The line end after a chunk, and after the last one.
        reader.read_line(&mut String::new())?;
        if size == 0 {
            return Ok(body);
        }
    }
}
