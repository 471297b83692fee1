//! One HTTP client for everything that the function calls.
//!
//! Every service and provider is one `POST` with a small answer, so they share one pool of
//! connections and one set of root certificates, AWS's SDK for KMS included. Nothing is retried here
//! and no time is limited but that of a connection: the route does both.

use std::fmt;
use std::time::Duration;

use aws_smithy_http_client::Connector;
use aws_smithy_http_client::tls::Provider as Tls;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_runtime_api::client::http::{
    HttpConnector as _, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use serde_json::Value;

use super::BuildError;
use crate::percent_encoded;
use crate::send::{ProviderError, Retry};

/// How long a connection may take, in and outside a VPC.
const CONNECT: Duration = Duration::from_secs(1);

/// The longest answer that is read; those of every provider are a few hundred bytes.
const LARGEST: usize = 64 * 1024;

/// The client; clones share its connections.
#[derive(Clone, Debug)]
pub struct Http(SharedHttpConnector);

impl Http {
    /// Makes a client, without a call; on a runtime of tokio.
    #[expect(clippy::new_without_default, reason = "it reads the machine's root certificates")]
    pub fn new() -> Self {
        let connector = Connector::builder()
            .tls_provider(Tls::Rustls(CryptoMode::AwsLc))
            .connector_settings(HttpConnectorSettings::builder().connect_timeout(CONNECT).build())
            .build();
        Self(SharedHttpConnector::new(connector))
    }

    /// Returns the same client in the form that AWS's SDK takes.
    pub fn for_sdk(&self) -> SharedHttpClient {
        let connector = self.0.clone();
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
        let mut request = HttpRequest::new(SdkBody::from(body));
        request.set_method("POST").map_err(|_| HttpError::NotBuilt)?;
        request.set_uri(url).map_err(|_| HttpError::NotBuilt)?;
        for (name, value) in headers {
            request
                .headers_mut()
                .try_insert((*name).to_owned(), (*value).to_owned())
                .map_err(|_| HttpError::NotBuilt)?;
        }
        let response = self.0.call(request).await.map_err(|error| match error {
            error if error.is_user() => HttpError::NotBuilt,
            _ => HttpError::Unreachable,
        })?;
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

/// Whether what is sent to `url` is read by nobody else: encrypted, or this machine's own.
pub fn is_private(url: &str) -> bool {
    let local = ["http://127.0.0.1:", "http://[::1]:", "http://localhost:"];
    url.starts_with("https://") || local.iter().any(|start| url.starts_with(start))
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
        assert!(is_private("https://api.twilio.com") && is_private("http://127.0.0.1:8080/x"));
        assert!(!is_private("http://api.twilio.com") && !is_private("http://127.0.0.1.example/"));
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
