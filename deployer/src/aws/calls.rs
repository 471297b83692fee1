//! The calls of AWS that a command makes, seen where they leave the process.
//!
//! [`Calls`] hears of every request and every answer while its [`Calls::observe`] is polled: what changes something is
//! kept, so that an interrupted command can say what it did, and a listener gets each call with its duration and
//! request id. Bodies, queries and credentials are never looked at, but for the action of a form.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};

tokio::task_local! {
    /// Whose calls these are: of many stacks that are worked on at once, each hears of its own.
    static CURRENT: Calls;
}

/// Beginnings of the names of actions that change nothing for others.
const READING: [&str; 17] = [
    "AssumeRole",
    "BatchGet",
    "ChangeMessageVisibility",
    "Decrypt",
    "Describe",
    "DetectStack",
    "Encrypt",
    "Filter",
    "GenerateDataKey",
    "Get",
    "Head",
    "List",
    "Lookup",
    "ReceiveMessage",
    "Simulate",
    "StartQuery",
    "Validate",
];

/// A call that ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// Service and action, such as `cloudformation:DescribeStacks`; of a REST service its method and path.
    pub action: String,
    /// The HTTP status; nothing where no answer came.
    pub status: Option<u16>,
    /// The service's id of the request, for AWS support.
    pub request_id: Option<String>,
    /// From the request to the answer.
    pub took: Duration,
}

type Listener = Box<dyn Fn(&Call) + Send + Sync>;

/// What a command called.
#[derive(Clone, Default)]
pub struct Calls(Arc<Shared>);

#[derive(Default)]
struct Shared {
    changing: Mutex<Vec<String>>,
    all: Arc<All>,
}

/// What is known of all calls of the process, of whatever stack.
#[derive(Default)]
struct All {
    changing: Mutex<Vec<String>>,
    /// Actions, and since when their answers are waited for.
    under_way: Mutex<Vec<(String, Instant)>>,
    /// When the last call ended.
    ended: Mutex<Option<Instant>>,
    listener: Option<Listener>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Whoever panicked here left a list that is whole.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn add(list: &Mutex<Vec<String>>, action: &str) {
    let mut list = lock(list);
    if !list.iter().any(|known| known == action) {
        list.push(action.to_owned());
    }
}

impl fmt::Debug for Calls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Calls").field(&self.changing()).finish()
    }
}

impl Calls {
    /// Hands every call that ended to `listener`.
    pub fn heard_by(listener: impl Fn(&Call) + Send + Sync + 'static) -> Self {
        Self(Arc::new(Shared {
            changing: Mutex::default(),
            all: Arc::new(All {
                listener: Some(Box::new(listener)),
                ..All::default()
            }),
        }))
    }

    /// Returns what keeps the calls of one stack of many; everything else of it is this one's too.
    #[must_use]
    pub fn beside(&self) -> Self {
        Self(Arc::new(Shared {
            changing: Mutex::default(),
            all: Arc::clone(&self.0.all),
        }))
    }

    /// Hears of the calls that `work` makes.
    pub async fn observe<T>(&self, work: impl Future<Output = T>) -> T {
        CURRENT.scope(self.clone(), work).await
    }

    /// Returns the actions that were sent and may have changed something, each once, in their order.
    pub fn changing(&self) -> Vec<String> {
        lock(&self.0.changing).clone()
    }

    /// As [`Calls::changing`], of all stacks.
    pub fn all_changing(&self) -> Vec<String> {
        lock(&self.0.all.changing).clone()
    }

    /// Returns the action whose answer is waited for longest, and since when.
    pub fn under_way(&self) -> Option<(String, Instant)> {
        lock(&self.0.all.under_way).first().cloned()
    }

    /// Returns when the last call ended.
    pub fn last_ended(&self) -> Option<Instant> {
        *lock(&self.0.all.ended)
    }
}

/// A request that has no answer yet; without [`UnderWay::answered`] none came.
pub(super) struct UnderWay {
    calls: Calls,
    call: Call,
    began: Instant,
}

/// Says that a request is about to leave; nothing where nobody listens.
pub(super) fn begin(request: &HttpRequest) -> Option<UnderWay> {
    let calls = CURRENT.try_with(Clone::clone).ok()?;
    let action = action(request);
    if !is_reading(&action) {
        add(&calls.0.changing, &action);
        add(&calls.0.all.changing, &action);
    }
    let began = Instant::now();
    lock(&calls.0.all.under_way).push((action.clone(), began));
    Some(UnderWay {
        calls,
        call: Call {
            action,
            status: None,
            request_id: None,
            took: Duration::ZERO,
        },
        began,
    })
}

impl UnderWay {
    pub(super) fn answered(&mut self, response: &HttpResponse) {
        self.call.status = Some(response.status().as_u16());
        let id = ["x-amzn-requestid", "x-amz-request-id"];
        self.call.request_id = id
            .iter()
            .find_map(|name| response.headers().get(*name))
            .map(str::to_owned);
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.call.took = self.began.elapsed();
        let all = &self.calls.0.all;
        {
            let mut under_way = lock(&all.under_way);
            if let Some(at) = under_way
                .iter()
                .position(|(action, since)| *action == self.call.action && *since == self.began)
            {
                under_way.remove(at);
            }
        }
        *lock(&all.ended) = Some(Instant::now());
        if let Some(listener) = &all.listener {
            listener(&self.call);
        }
    }
}

/// The service that a request is signed for, which stands in the scope of its signature.
fn service(request: &HttpRequest) -> &str {
    let signature = request.headers().get("authorization").unwrap_or_default();
    let scope = signature
        .split("Credential=")
        .nth(1)
        .and_then(|rest| rest.split(',').next());
    let mut parts = scope.unwrap_or_default().split('/').skip(3);
    parts.next().unwrap_or("aws")
}

/// The names of actions: JSON services have a header, and the form of the others has a field.
fn action(request: &HttpRequest) -> String {
    let service = service(request);
    let target = request
        .headers()
        .get("x-amz-target")
        .and_then(|target| target.rsplit('.').next());
    let form = request.body().bytes().filter(|_| is_form(request));
    let field = form.and_then(|body| {
        let mut fields = body.split(|byte| *byte == b'&');
        let action = fields.find_map(|field| field.strip_prefix(b"Action="));
        action.and_then(|action| std::str::from_utf8(action).ok())
    });
    match target.or(field) {
        Some(action) => format!("{service}:{action}"),
        None => format!("{service}:{} {}", request.method(), path(request.uri())),
    }
}

fn is_form(request: &HttpRequest) -> bool {
    let kind = request.headers().get("content-type");
    kind.is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"))
}

/// The path of an address, without its query.
fn path(uri: &str) -> &str {
    let rest = uri.split_once("://").map_or(uri, |(_, rest)| rest);
    let path = rest.find('/').map_or("/", |at| rest.split_at(at).1);
    path.split('?').next().unwrap_or(path)
}

fn is_reading(action: &str) -> bool {
    let (_, name) = action.split_once(':').unwrap_or(("", action));
    // Cognito's actions of an administrator: `AdminGetUser`.
    let name = name.strip_prefix("Admin").unwrap_or(name);
    match name.split_once(' ') {
        Some((method, _)) => ["GET", "HEAD"].contains(&method),
        None => READING.iter().any(|beginning| name.starts_with(beginning)),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

    use aws_smithy_types::body::SdkBody;

    use super::*;

    const SIGNATURE: &str =
        "AWS4-HMAC-SHA256 Credential=AKIA/20261201/us-west-2/SERVICE/aws4_request, SignedHeaders=host, Signature=00";

    fn request(
        service: &str,
        method: &str,
        headers: &[(&'static str, &'static str)],
        body: &'static str,
    ) -> HttpRequest {
        let mut request = HttpRequest::new(SdkBody::from(body));
        request.set_method(method).unwrap();
        request.set_uri("http://127.0.0.1:4566/a/path?secret=1").unwrap();
        let signature = SIGNATURE.replace("SERVICE", service);
        request.headers_mut().try_insert("authorization", signature).unwrap();
        for (name, value) in headers {
            request.headers_mut().try_insert(*name, *value).unwrap();
        }
        request
    }

    #[tokio::test]
    async fn actions_have_their_names_and_only_those_that_change_are_kept() {
        let form = [("content-type", "application/x-www-form-urlencoded")];
        let of_cognito = |target| [("x-amz-target", target)];
        let calls = Calls::default();
        calls
            .observe(async {
                for (request, action) in [
                    (
                        request("cloudformation", "POST", &form, "Action=DescribeStacks&Version=1"),
                        "cloudformation:DescribeStacks",
                    ),
                    (
                        request("cloudformation", "POST", &form, "Version=1&Action=CreateChangeSet"),
                        "cloudformation:CreateChangeSet",
                    ),
                    (
                        request("cognito-idp", "POST", &of_cognito("AWSCognito.UpdateUserPool"), "{}"),
                        "cognito-idp:UpdateUserPool",
                    ),
                    (
                        request("kms", "POST", &of_cognito("TrentService.Decrypt"), "{}"),
                        "kms:Decrypt",
                    ),
                    (request("s3", "GET", &[], ""), "s3:GET /a/path"),
                    (request("s3", "PUT", &[], ""), "s3:PUT /a/path"),
                ] {
                    let under_way = begin(&request).unwrap();
                    assert_eq!(under_way.call.action, action);
                    assert_eq!(calls.under_way().unwrap().0, action);
                }
            })
            .await;
        assert_eq!(calls.under_way(), None);
        assert_eq!(
            calls.changing(),
            [
                "cloudformation:CreateChangeSet",
                "cognito-idp:UpdateUserPool",
                "s3:PUT /a/path"
            ]
        );
        assert_eq!(calls.beside().changing(), Vec::<String>::new());
        assert_eq!(calls.beside().all_changing(), calls.changing());
        assert!(calls.last_ended().is_some());
    }

    #[test]
    fn nobody_has_to_listen() {
        assert!(begin(&request("s3", "GET", &[], "")).is_none());
    }
}
