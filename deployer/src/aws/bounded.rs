//! An HTTP client that waits for no service without end, and reads no answer without end.
//!
//! The SDK retries a call that has no answer as it retries one that was throttled, sixteen times. Throttling ends, and is
//! worth waiting for; a service that does not answer at all for 40 seconds is out of reach, and the user has to know.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_smithy_runtime_api::client::http::{
    HttpClient as _, HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use tokio::time::{Instant, timeout, timeout_at};

use super::calls;

/// What is waited for, and read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// How long a service may give no answer at all, however often it is asked meanwhile.
    silence: Duration,
    /// How long an answer may take once it has begun.
    reading: Duration,
    /// The largest answer, in bytes.
    largest: usize,
}

/// A handler's zip is a few MiB, and every other answer smaller.
pub(super) const LIMITS: Limits = Limits {
    silence: Duration::from_secs(40),
    reading: Duration::from_mins(2),
    largest: 64 * 1024 * 1024,
};

/// Since when each host has been asked without an answer.
type Waiting = Arc<Mutex<HashMap<String, Instant>>>;

/// Wraps a client.
pub(super) fn bounded(client: SharedHttpClient, limits: Limits) -> SharedHttpClient {
    let waiting = Waiting::default();
    http_client_fn(move |settings, components| {
        SharedHttpConnector::new(Bounded {
            inner: client.http_connector(settings, components),
            waiting: Arc::clone(&waiting),
            limits,
        })
    })
}

/// Why a body was not read to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unread {
    #[error("the answer ends early")]
    CutOff,
    #[error("the answer is larger than {} MiB", LIMITS.largest / (1024 * 1024))]
    TooLarge,
    #[error("the answer takes longer than {} s", LIMITS.reading.as_secs())]
    TooSlow,
}

/// Reads a body that keeps to the limits.
pub(super) async fn read(body: SdkBody, limits: Limits) -> Result<Vec<u8>, Unread> {
    let reading = async {
        let mut stream = ByteStream::new(body);
        let mut read = Vec::new();
        while let Some(bytes) = stream.next().await {
            let bytes = bytes.map_err(|_| Unread::CutOff)?;
            if read.len() + bytes.len() > limits.largest {
                return Err(Unread::TooLarge);
            }
            read.extend_from_slice(&bytes);
        }
        Ok(read)
    };
    timeout(limits.reading, reading).await.unwrap_or(Err(Unread::TooSlow))
}

#[derive(Debug)]
struct Bounded {
    inner: SharedHttpConnector,
    waiting: Waiting,
    limits: Limits,
}

impl HttpConnector for Bounded {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let host = host(request.uri()).to_owned();
        let asked = Asked::begin(&self.waiting, host);
        let mut under_way = calls::begin(&request);
        let call = self.inner.call(request);
        let limits = self.limits;
        HttpConnectorFuture::new(async move {
            let until = asked.since + limits.silence;
            match timeout_at(until, call).await {
                Ok(Ok(response)) => {
                    // It answers, so the next request waits anew.
                    drop(asked);
                    if let Some(under_way) = &mut under_way {
                        under_way.answered(&response);
                    }
                    buffered(response, limits).await
                }
                Ok(Err(error)) if Instant::now() + limits.silence / 8 < until => {
                    asked.failed();
                    Err(error)
                }
                // Neither a timeout nor an error of the connection, which the SDK would retry.
                Ok(Err(error)) => Err(ConnectorError::other(error.into(), None)),
                Err(_) => {
                    let why = format!("no answer in {} s", limits.silence.as_secs());
                    Err(ConnectorError::other(why.into(), None))
                }
            }
        })
    }
}

/// Reads the answer here, where it can be bounded. One that is cut off is worth another call; the others are not.
async fn buffered(mut response: HttpResponse, limits: Limits) -> Result<HttpResponse, ConnectorError> {
    let body = std::mem::replace(response.body_mut(), SdkBody::taken());
    let body = read(body, limits).await.map_err(|unread| match unread {
        Unread::CutOff => ConnectorError::io(unread.into()),
        Unread::TooLarge | Unread::TooSlow => ConnectorError::other(unread.into(), None),
    })?;
    *response.body_mut() = SdkBody::from(body);
    Ok(response)
}

/// Returns what comes between the scheme and the path.
fn host(uri: &str) -> &str {
    let rest = uri.split_once("://").map_or(uri, |(_, rest)| rest);
    rest.split(['/', '?']).next().unwrap_or(rest)
}

/// A request under way. One that ends without a word, since nobody waits for it any more, says nothing of the host.
struct Asked {
    waiting: Waiting,
    host: String,
    since: Instant,
    keep: bool,
}

impl Asked {
    fn begin(waiting: &Waiting, host: String) -> Self {
        let mut hosts = waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let since = *hosts.entry(host.clone()).or_insert_with(Instant::now);
        Self {
            waiting: Arc::clone(waiting),
            host,
            since,
            keep: false,
        }
    }

    /// The next request goes on waiting where this one ends.
    fn failed(mut self) {
        self.keep = true;
    }
}

impl Drop for Asked {
    fn drop(&mut self) {
        if !self.keep {
            let mut hosts = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
            hosts.remove(&self.host);
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test that cannot go on should fail where it stands")]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::{TcpListener, TcpStream};
    use std::thread;

    use aws_config::retry::RetryConfig;
    use aws_config::{BehaviorVersion, SdkConfig};
    use aws_sdk_cloudformation::config::{Credentials, SharedCredentialsProvider};

    use super::*;

    const SHORT: Limits = Limits {
        silence: Duration::from_millis(800),
        reading: Duration::from_millis(800),
        largest: 1024 * 1024,
    };

    /// Asks a server that does `with` each connection, as the deployer asks CloudFormation: sixteen times.
    async fn asked(with: impl Fn(&mut TcpStream) + Clone + Send + 'static) -> (Duration, String) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let with = with.clone();
                thread::spawn(move || with(&mut stream));
            }
        });
        let credentials = Credentials::new("AKIDEXAMPLE", "example", None, None, "tests");
        let retry = RetryConfig::standard().with_max_attempts(16);
        let sdk = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(aws_config::Region::new("us-west-2"))
            .endpoint_url(format!("http://{address}"))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .retry_config(
                retry
                    .with_initial_backoff(Duration::from_millis(10))
                    .with_max_backoff(Duration::from_millis(50)),
            )
            .http_client(bounded(super::super::unbounded_client(), SHORT))
            .build();
        let begun = Instant::now();
        let error = aws_sdk_cloudformation::Client::new(&sdk).list_stacks().send().await;
        (begun.elapsed(), format!("{:?}", error.unwrap_err()))
    }

    fn read_request(stream: &mut TcpStream) {
        let _ = stream.read(&mut [0; 8 * 1024]);
    }

    #[tokio::test]
    async fn a_service_that_never_answers_is_given_up() {
        let (took, error) = asked(|stream| {
            read_request(stream);
            thread::sleep(Duration::from_secs(30));
        })
        .await;
        assert!(took < Duration::from_secs(5), "{took:?}");
        assert!(error.contains("no answer in"), "{error}");
    }

    #[tokio::test]
    async fn a_service_that_hangs_up_each_time_is_given_up() {
        let (took, _) = asked(read_request).await;
        assert!(took < Duration::from_secs(5), "{took:?}");
    }

    #[tokio::test]
    async fn an_endless_answer_is_not_read_to_its_end() {
        for (pause, wanted) in [(0, "TooLarge"), (100, "TooSlow")] {
            let (took, error) = asked(move |stream| {
                read_request(stream);
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n");
                while stream.write_all(&[b' '; 4096]).is_ok() {
                    thread::sleep(Duration::from_millis(pause));
                }
            })
            .await;
            assert!(took < Duration::from_secs(8), "{took:?}");
            assert!(error.contains(wanted), "{error}");
        }
    }

    #[tokio::test]
    async fn who_answers_with_errors_is_asked_again() {
        let (_, error) = asked(|stream| {
            read_request(stream);
            let _ = stream.write_all(b"HTTP/1.1 503 Busy\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
        })
        .await;
        assert!(error.contains("503"), "{error}");
    }
}
