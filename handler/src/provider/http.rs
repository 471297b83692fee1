//! One HTTP client for everything that the function calls.
//!
//! Every service and provider is one `POST` with a small answer, so they share one pool of
//! connections and one set of root certificates, AWS's SDK for KMS included. Nothing is retried here but
//! what an idle connection that was closed meanwhile swallowed, and no time is limited but that of a connection: the
//! route does both.

use std::collections::VecDeque;
use std::fmt;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_smithy_http_client::Connector;
use aws_smithy_http_client::tls::Provider as Tls;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_runtime_api::client::connection::CaptureSmithyConnection;
use aws_smithy_runtime_api::client::http::{
    HttpConnector as _, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use serde_json::Value;

use super::BuildError;
use super::address::is_private;
use crate::percent_encoded;
use crate::send::{ProviderError, Retry};

/// How long a connection may take, in and outside a VPC.
const CONNECT: Duration = Duration::from_secs(1);

/// The longest answer that is read; those of every provider are a few hundred bytes.
const LARGEST: usize = 64 * 1024;

/// How many connections are remembered that have carried an answer; a function calls a handful of hosts.
const REMEMBERED: usize = 32;

/// The client; clones share its connections.
#[derive(Clone, Debug)]
pub struct Http {
    connector: SharedHttpConnector,
    answered: Arc<Mutex<VecDeque<Connection>>>,
}

/// A connection, by the addresses of its two ends.
type Connection = (Option<SocketAddr>, Option<SocketAddr>);

/// How a request is made anew, since a body is sent once.
struct Draft<'a> {
    url: &'a str,
    headers: &'a [(&'a str, &'a str)],
    body: Vec<u8>,
}

impl Draft<'_> {
    /// Returns the request, and what knows its connection afterwards.
    fn request(&self) -> Result<(HttpRequest, CaptureSmithyConnection), HttpError> {
        let mut request = HttpRequest::new(SdkBody::from(self.body.clone()));
        request.set_method("POST").map_err(|_| HttpError::NotBuilt)?;
        request.set_uri(self.url).map_err(|_| HttpError::NotBuilt)?;
        for (name, value) in self.headers {
            let added = request
                .headers_mut()
                .try_insert((*name).to_owned(), (*value).to_owned());
            added.map_err(|_| HttpError::NotBuilt)?;
        }
        let capture = CaptureSmithyConnection::new();
        request.add_extension(capture.clone());
        Ok((request, capture))
    }
}

impl Http {
    /// Makes a client, without a call; on a runtime of tokio.
    #[expect(clippy::new_without_default, reason = "it reads the machine's root certificates")]
    pub fn new() -> Self {
        let connector = Connector::builder()
            .tls_provider(Tls::Rustls(CryptoMode::AwsLc))
            .connector_settings(HttpConnectorSettings::builder().connect_timeout(CONNECT).build())
            .build();
        Self {
            connector: SharedHttpConnector::new(connector),
            answered: Arc::default(),
        }
    }

    /// Returns the same client in the form that AWS's SDK takes.
    pub fn for_sdk(&self) -> SharedHttpClient {
        let connector = self.connector.clone();
        http_client_fn(move |_, _| connector.clone())
    }

    /// Posts `body` to the absolute address `url` and reads the whole answer, whatever its status.
    ///
    /// Redirections are answers like any other: what is sent here is for nobody else.
    pub async fn post(&self, url: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Result<Answer, HttpError> {
        Ok(self.exchange(url, headers, body, None).await?.0)
    }

    /// Posts as [`Self::post`] does, for a service that answers in the header `wanted`, which is returned too.
    pub async fn post_for_header(
        &self,
        url: &str,
        headers: &[(&str, &str)],
        body: Vec<u8>,
        wanted: &str,
    ) -> Result<(Answer, Option<String>), HttpError> {
        self.exchange(url, headers, body, Some(wanted)).await
    }

    async fn exchange(
        &self,
        url: &str,
        headers: &[(&str, &str)],
        body: Vec<u8>,
        wanted: Option<&str>,
    ) -> Result<(Answer, Option<String>), HttpError> {
        let response = self.response(&Draft { url, headers, body }).await?;
        let status = response.status().as_u16();
        let header = |name: &str| response.headers().get(name).map(str::to_owned);
        let (error_type, kept) = (header("x-amzn-errortype"), wanted.and_then(header));
        let mut stream = ByteStream::new(response.into_body());
        let mut body = Vec::new();
        while let Some(bytes) = stream.next().await {
            let bytes = bytes.map_err(|_| HttpError::CutOff)?;
            if body.len() + bytes.len() > LARGEST {
                return Err(HttpError::Oversized);
            }
            body.extend_from_slice(&bytes);
        }
        let answer = Answer {
            status,
            error_type,
            body,
        };
        Ok((answer, kept))
    }

    /// Sends a request, and once more where a connection that was used before ends without a byte of an answer.
    ///
    /// A service closes connections that were idle for some time, and a function that was frozen meanwhile sees that only
    /// when it has written a request into one. Such a request was for a connection that no longer existed, so it is
    /// sent again on another. It is never sent again after a first byte of an answer, a timeout, or on a connection
    /// that was new: there the service may well have read it. Should one in a thousand have been read all the same, the
    /// user gets the code twice, as by the route's own retry, which today follows each of these errors a moment later.
    async fn response(&self, draft: &Draft<'_>) -> Result<HttpResponse, HttpError> {
        let (request, capture) = draft.request()?;
        let error = match self.connector.call(request).await {
            Ok(response) => {
                self.remember(&capture);
                return Ok(response);
            }
            Err(error) => error,
        };
        if error.is_user() {
            return Err(HttpError::NotBuilt);
        }
        let broke = error.is_io() || error.as_other().is_some();
        if !broke || error.is_timeout() || !self.is_known(&capture) {
            return Err(HttpError::Unreachable);
        }
        let (request, capture) = draft.request()?;
        let response = self.connector.call(request).await;
        let response = response.map_err(|_| HttpError::Unreachable)?;
        self.remember(&capture);
        Ok(response)
    }

    fn remember(&self, capture: &CaptureSmithyConnection) {
        let Some(connection) = connection(capture) else {
            return;
        };
        let mut answered = self.answered.lock().unwrap_or_else(PoisonError::into_inner);
        if !answered.contains(&connection) {
            answered.push_back(connection);
        }
        if answered.len() > REMEMBERED {
            answered.pop_front();
        }
    }

    /// Whether the connection has carried an answer before; it is of no use any more, so it is forgotten.
    fn is_known(&self, capture: &CaptureSmithyConnection) -> bool {
        let Some(connection) = connection(capture) else {
            return false;
        };
        let mut answered = self.answered.lock().unwrap_or_else(PoisonError::into_inner);
        let position = answered.iter().position(|known| *known == connection);
        position.is_some_and(|position| answered.remove(position).is_some())
    }
}

fn connection(capture: &CaptureSmithyConnection) -> Option<Connection> {
    let metadata = capture.get()?;
    Some((metadata.local_addr(), metadata.remote_addr()))
}

/// What came back; its body is never printed, since it may repeat the recipient, or be a secret.
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The header in which REST services of AWS name an error.
    pub error_type: Option<String>,
    /// The body, as it came.
    pub body: Vec<u8>,
}

impl Answer {
    /// Whether the status is one of success.
    pub const fn is_success(&self) -> bool {
        matches!(self.status, 200..=299)
    }

    /// Returns the body as JSON; null where it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// Says what a status alone means: a moment's trouble, or a refusal that another provider need not share.
    pub const fn retry(&self) -> Retry {
        match self.status {
            408 | 425 | 429 | 500.. => Retry::Anywhere,
            _ => Retry::Elsewhere,
        }
    }

    /// Names the status, for answers that name no error themselves.
    pub const fn name(&self) -> &'static str {
        match self.status {
            200..=299 => "unreadable-answer",
            300..=399 => "redirected",
            400 => "bad-request",
            401 => "unauthorized",
            403 => "forbidden",
            404 => "not-found",
            408 => "request-timeout",
            429 => "too-many-requests",
            500.. => "server-error",
            _ => "refused",
        }
    }

    /// Makes an error of the status alone.
    pub fn error(&self) -> ProviderError {
        let retry = if self.is_success() {
            // It may have been taken, and it may not.
            Retry::Anywhere
        } else {
            self.retry()
        };
        ProviderError::new(retry, self.name())
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HttpError {
    /// Address, headers or credentials are of no form that can be sent.
    #[error("build the request")]
    NotBuilt,
    /// There was no connection, or it broke before an answer.
    #[error("reach the service")]
    Unreachable,
    /// The connection broke in the middle of the answer.
    #[error("read the answer: it was cut off")]
    CutOff,
    /// The answer is longer than any that is expected.
    #[error("read the answer: it is longer than 64 KiB")]
    Oversized,
}

impl From<HttpError> for ProviderError {
    fn from(error: HttpError) -> Self {
        let (retry, name) = match error {
            HttpError::NotBuilt => (Retry::Elsewhere, "request-not-built"),
            HttpError::Unreachable => (Retry::Anywhere, "unreachable"),
            HttpError::CutOff => (Retry::Anywhere, "unreadable-answer"),
            HttpError::Oversized => (Retry::Anywhere, "oversized-answer"),
        };
        Self::new(retry, name)
    }
}

/// Returns an address of an API without the slashes at its end; an error where [`is_private`] says that neither keys
/// nor codes may go there.
pub fn private_address(endpoint: &str) -> Result<&str, BuildError> {
    let endpoint = endpoint.trim_end_matches('/');
    is_private(endpoint).then_some(endpoint).ok_or(BuildError)
}

/// Encodes fields as `application/x-www-form-urlencoded`.
pub(super) fn form<'a>(fields: impl IntoIterator<Item = (&'a str, &'a str)>) -> Vec<u8> {
    let mut body = String::new();
    for (name, value) in fields {
        if !body.is_empty() {
            body.push('&');
        }
        body.push_str(&percent_encoded(name));
        body.push('=');
        body.push_str(&percent_encoded(value));
    }
    body.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_survive_the_form() {
        assert_eq!(
            form([("a.b", "1 + 1 = 2&\n"), ("c", "é~*")]),
            b"a.b=1%20%2B%201%20%3D%202%26%0A&c=%C3%A9~%2A"
        );
    }

    #[test]
    fn keys_and_codes_are_sent_by_https() {
        assert_eq!(private_address("https://api.twilio.com/"), Ok("https://api.twilio.com"));
        for wrong in ["http://api.twilio.com/", "https://", ""] {
            assert_eq!(private_address(wrong), Err(BuildError), "{wrong}");
        }
    }

    #[test]
    fn a_status_alone_says_whether_to_ask_again() {
        for (status, retry, name) in [
            (200, Retry::Anywhere, "unreadable-answer"),
            (307, Retry::Elsewhere, "redirected"),
            (400, Retry::Elsewhere, "bad-request"),
            (401, Retry::Elsewhere, "unauthorized"),
            (418, Retry::Elsewhere, "refused"),
            (408, Retry::Anywhere, "request-timeout"),
            (429, Retry::Anywhere, "too-many-requests"),
            (503, Retry::Anywhere, "server-error"),
        ] {
            let body = b"+12025550173".to_vec();
            let answer = Answer {
                status,
                error_type: None,
                body,
            };
            assert_eq!(answer.error(), ProviderError::new(retry, name), "{status}");
            assert!(!format!("{answer:?}").contains("555"));
        }
    }
}
