//! Calls without a client of the SDK: one signed request, one small answer.
//!
//! For a service that is asked one or two questions by one command, a client would bring more code than all that
//! is said to it. Addresses come as for every other service: `AWS_ENDPOINT_URL` and its per-service forms, in the
//! environment or the profile.

use std::fmt;
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_credential_types::provider::ProvideCredentials as _;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use aws_smithy_http_client::Connector;
use aws_smithy_http_client::tls::Provider as Tls;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_runtime_api::client::http::{HttpConnector as _, HttpConnectorSettings};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use aws_types::service_config::ServiceConfigKey;
use handler::provider::dns_suffix;
use serde_json::Value;

use super::error::{plainly_refused, refused_by};
use super::{AwsError, Refusal, Session, bounded};

/// How long a call may take, and how often it is made.
const LIMIT: Duration = Duration::from_secs(20);
const ATTEMPTS: u32 = 4;

/// A service.
#[derive(Clone, Copy, Debug)]
pub(super) struct Service {
    /// Its id, by which environment and profile name its address.
    pub(super) id: &'static str,
    /// The first label of its host names.
    pub(super) host: &'static str,
    /// What signatures call it.
    pub(super) signing_name: &'static str,
    /// What its requests are.
    pub(super) content_type: &'static str,
}

/// One call.
#[derive(Clone, Debug)]
pub(super) struct Call {
    pub(super) service: Service,
    /// The right to it, as IAM spells it.
    pub(super) action: &'static str,
    /// `GET` or `POST`.
    pub(super) method: &'static str,
    /// Path, percent-encoded.
    pub(super) path: String,
    /// `x-amz-target`, of JSON protocols.
    pub(super) target: Option<&'static str>,
    pub(super) body: String,
}

/// What the calls of one command need, found once.
pub struct Plain {
    credentials: Credentials,
    sdk: aws_config::SdkConfig,
    http: Connector,
    now: SystemTime,
}

impl fmt::Debug for Plain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Plain").finish_non_exhaustive()
    }
}

impl Session {
    /// Finds credentials for plain calls; `now` is the time that they are signed with.
    pub async fn plain(&self, now: SystemTime) -> Result<Plain, AwsError> {
        let refused = |message: String| AwsError {
            action: "sts:GetCallerIdentity",
            refusal: Refusal::Credentials,
            message,
        };
        let provider = self.sdk.credentials_provider();
        let provider = provider.ok_or_else(|| refused("no credentials".to_owned()))?;
        let credentials = provider.provide_credentials().await;
        let settings = HttpConnectorSettings::builder().connect_timeout(Duration::from_secs(5));
        Ok(Plain {
            credentials: credentials.map_err(|error| refused(error.to_string()))?,
            sdk: self.sdk.clone(),
            http: Connector::builder()
                .tls_provider(Tls::Rustls(CryptoMode::AwsLc))
                .connector_settings(settings.build())
                .build(),
            now,
        })
    }
}

/// What came back, in full; it may be a secret, so it is never printed.
pub(super) struct Answer {
    status: u16,
    error_type: Option<String>,
    body: Vec<u8>,
}

impl Answer {
    /// Reads the answer as JSON.
    pub(super) fn json(&self, action: &'static str) -> Result<Value, AwsError> {
        serde_json::from_slice(&self.body).map_err(|_| AwsError::unexpected(action, "the answer is no JSON"))
    }

    /// Reads the answer as text, of a service that answers with XML.
    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The error's code, without its namespace, and the service's words.
    fn fault(&self) -> (String, Option<String>) {
        let json: Value = serde_json::from_slice(&self.body).unwrap_or_default();
        let text = self.text();
        let member = |names: [&str; 2]| names.iter().find_map(|name| json.get(*name)).and_then(Value::as_str);
        let code = self.error_type.as_deref().or_else(|| member(["__type", "code"]));
        let code = code
            .or_else(|| elements(&text, "Code").next())
            .unwrap_or("an error without a code");
        let code = code.split(':').next().unwrap_or(code);
        let message = member(["message", "Message"]).or_else(|| elements(&text, "Message").next());
        (
            code.rsplit('#').next().unwrap_or(code).to_owned(),
            message.map(str::to_owned),
        )
    }
}

impl Plain {
    /// Makes a call in a Region; the moment's trouble of a service is waited for.
    pub(super) async fn call(&self, region: &str, call: &Call) -> Result<Answer, AwsError> {
        let mut pause = Duration::from_millis(200);
        for attempt in 1.. {
            let answer = match tokio::time::timeout(LIMIT, self.once(region, call)).await {
                Ok(answer) => answer?,
                Err(_) => return Err(plainly_refused(call.action, "no answer in time")),
            };
            if (200..300).contains(&answer.status) {
                return Ok(answer);
            }
            let (code, message) = answer.fault();
            let passes = answer.status >= 500 || answer.status == 429 || code.starts_with("Throttl");
            if !passes || attempt >= ATTEMPTS {
                return Err(refused_by(call.action, code, message));
            }
            tokio::time::sleep(pause).await;
            pause *= 2;
        }
        Err(plainly_refused(call.action, "no answer"))
    }

    async fn once(&self, region: &str, call: &Call) -> Result<Answer, AwsError> {
        let action = call.action;
        let unbuilt = || AwsError::unexpected(action, "the request cannot be built");
        let url = format!("{}{}", self.address(call.service, region), call.path);
        let mut headers = vec![("content-type", call.service.content_type)];
        headers.extend(call.target.map(|target| ("x-amz-target", target)));
        let identity = self.credentials.clone().into();
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region(region)
            .name(call.service.signing_name)
            .time(self.now)
            .settings(SigningSettings::default())
            .build()
            .map_err(|_| unbuilt())?
            .into();
        let body = SignableBody::Bytes(call.body.as_bytes());
        let request = SignableRequest::new(call.method, &url, headers.iter().copied(), body).map_err(|_| unbuilt())?;
        let (signature, _) = sign(request, &params).map_err(|_| unbuilt())?.into_parts();
        headers.extend(signature.headers());
        let mut request = HttpRequest::new(SdkBody::from(call.body.clone()));
        request.set_method(call.method).map_err(|_| unbuilt())?;
        request.set_uri(url).map_err(|_| unbuilt())?;
        for (name, value) in headers {
            let added = request.headers_mut().try_insert(name.to_owned(), value.to_owned());
            added.map_err(|_| unbuilt())?;
        }
        let response = self.http.call(request).await;
        let response = response.map_err(|_| plainly_refused(action, "no connection"))?;
        let status = response.status().as_u16();
        let error_type = response.headers().get("x-amzn-errortype").map(str::to_owned);
        let body = bounded::read(response.into_body(), bounded::LIMITS).await;
        Ok(Answer {
            status,
            error_type,
            body: body.map_err(|unread| plainly_refused(action, &unread.to_string()))?,
        })
    }

    /// Where a service answers: where environment or profile say, else at its own address.
    fn address(&self, service: Service, region: &str) -> String {
        let key = ServiceConfigKey::builder()
            .service_id(service.id)
            .env("AWS_ENDPOINT_URL")
            .profile("endpoint_url")
            .build();
        let named = key.ok().and_then(|key| self.sdk.service_config()?.load_config(key));
        let named = named.or_else(|| self.sdk.endpoint_url().map(str::to_owned));
        match named {
            Some(url) => url.trim_end_matches('/').to_owned(),
            None => format!("https://{}.{region}.{}", service.host, dns_suffix(region)),
        }
    }
}

/// Returns the texts of every element of this name that holds text alone.
pub(super) fn elements<'a>(xml: &'a str, name: &str) -> impl Iterator<Item = &'a str> {
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    let mut rest = xml;
    std::iter::from_fn(move || {
        let (_, after) = rest.split_once(&open)?;
        let (text, after) = after.split_once(&close)?;
        rest = after;
        Some(text)
    })
}
