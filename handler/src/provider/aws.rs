//! Calls of AWS's services as plain signed requests.
//!
//! A client of AWS's SDK for each service would bring hundreds of kilobytes of code of its own, which
//! every cold start loads, for one operation each. One request with a form or a JSON object in it is
//! all that such an operation is; what is hard about it, the signature, is AWS's own crate. Tests
//! compare each request with what AWS's SDK for Python sends.

use std::sync::Arc;
use std::time::SystemTime;

use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use aws_smithy_runtime_api::client::identity::Identity;
use serde_json::Value;

use super::http::{Answer, Http, HttpError, form};
use super::{BuildError, Services};
use crate::send::{ProviderError, Retry};

/// The time, for signatures.
pub type Clock = Arc<dyn Fn() -> SystemTime + Send + Sync>;

/// A service of AWS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Service {
    /// The end of `AWS_ENDPOINT_URL_…`: the service's id in upper case.
    pub id: &'static str,
    /// The first label of its host names.
    pub host: &'static str,
    /// What signatures call it.
    pub signing_name: &'static str,
    /// What its requests are.
    pub content_type: &'static str,
}

const FORM: &str = "application/x-www-form-urlencoded; charset=utf-8";
const JSON: &str = "application/json";
const JSON_1_0: &str = "application/x-amz-json-1.0";
const JSON_1_1: &str = "application/x-amz-json-1.1";

impl Service {
    /// Amazon SNS.
    pub const SNS: Self = Self::new("SNS", "sns", "sns", FORM);
    /// AWS End User Messaging SMS.
    pub const SMS_VOICE: Self = Self::new("PINPOINT_SMS_VOICE_V2", "sms-voice", "sms-voice", JSON_1_0);
    /// Amazon SES, version 2 of its API.
    pub const SES: Self = Self::new("SESV2", "email", "ses", JSON);
    /// AWS Secrets Manager.
    pub const SECRETS_MANAGER: Self = Self::new("SECRETS_MANAGER", "secretsmanager", "secretsmanager", JSON_1_1);
    /// AWS Systems Manager, for its Parameter Store.
    pub const SSM: Self = Self::new("SSM", "ssm", "ssm", JSON_1_1);
    /// Amazon `DynamoDB`.
    pub const DYNAMODB: Self = Self::new("DYNAMODB", "dynamodb", "dynamodb", JSON_1_0);
    /// Amazon SQS.
    pub const SQS: Self = Self::new("SQS", "sqs", "sqs", JSON_1_0);

    const fn new(id: &'static str, host: &'static str, signing_name: &'static str, content_type: &'static str) -> Self {
        Self {
            id,
            host,
            signing_name,
            content_type,
        }
    }

    /// Returns the service's own address in a Region.
    pub fn address(self, region: &str) -> String {
        format!("https://{}.{region}.{}", self.host, super::arn::dns_suffix(region))
    }
}

/// A service in a Region, as the function's role.
pub struct Aws {
    service: Service,
    region: String,
    url: String,
    credentials: Identity,
    http: Http,
    clock: Clock,
}

impl Aws {
    /// Makes a client of `service`, without a call; `region` is another one than the function's.
    ///
    /// What is no Region's name is refused, since it would become a part of the host's.
    pub fn new(services: &Services, service: Service, region: Option<&str>) -> Result<Self, BuildError> {
        let region = region.unwrap_or(&services.region);
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if region.is_empty() || !region.bytes().all(plain) {
            return Err(BuildError);
        }
        let url = (services.endpoint)(service.id).unwrap_or_else(|| service.address(region));
        Ok(Self {
            service,
            region: region.to_owned(),
            url: url.trim_end_matches('/').to_owned(),
            credentials: services.credentials.clone().into(),
            http: services.http.clone(),
            clock: Arc::clone(&services.clock),
        })
    }

    /// Calls an operation of the query protocol; the fields begin with `Action` and `Version`.
    pub async fn query<'a>(&self, fields: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Answer, HttpError> {
        self.post("/", None, form(fields)).await
    }

    /// Calls an operation of a JSON protocol by its target, such as `AmazonSQS.SendMessage`.
    pub async fn json(&self, target: &str, body: &Value) -> Result<Answer, HttpError> {
        self.post("/", Some(target), body.to_string().into_bytes()).await
    }

    /// Posts JSON to a path of a REST protocol, such as `/v2/email/outbound-emails`.
    pub async fn rest(&self, path: &str, body: &Value) -> Result<Answer, HttpError> {
        self.post(path, None, body.to_string().into_bytes()).await
    }

    async fn post(&self, path: &str, target: Option<&str>, body: Vec<u8>) -> Result<Answer, HttpError> {
        let url = format!("{}{path}", self.url);
        let mut headers = vec![("content-type", self.service.content_type)];
        headers.extend(target.map(|target| ("x-amz-target", target)));
        let params = v4::SigningParams::builder()
            .identity(&self.credentials)
            .region(&self.region)
            .name(self.service.signing_name)
            .time((self.clock)())
            .settings(SigningSettings::default())
            .build()
            .map_err(|_| HttpError::NotBuilt)?
            .into();
        let request = SignableRequest::new("POST", &url, headers.iter().copied(), SignableBody::Bytes(&body))
            .map_err(|_| HttpError::NotBuilt)?;
        let (signature, _) = sign(request, &params).map_err(|_| HttpError::NotBuilt)?.into_parts();
        headers.extend(signature.headers());
        self.http.post(&url, &headers, body).await
    }
}

/// An error as a service of AWS names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The code, without namespace and without `Exception` at its end.
    pub code: String,
    /// The status of the answer.
    pub status: u16,
}

impl Fault {
    /// Reads the code from an answer of a JSON protocol: `__type`, which may have a namespace before it.
    ///
    /// REST protocols name it in a header, and in a member `code` or `__type` too where they name it at all.
    pub fn of_json(answer: &Answer, body: &Value) -> Self {
        let code = body.get("__type").or_else(|| body.get("code")).and_then(Value::as_str);
        Self::new(code.or(answer.error_type.as_deref()), answer.status)
    }

    /// Takes the code as a service writes it; `unnamed` where it writes none.
    pub fn new(code: Option<&str>, status: u16) -> Self {
        let code = code.unwrap_or("unnamed");
        let code = code.split(':').next().unwrap_or(code);
        let code = code.rsplit('#').next().unwrap_or(code);
        Self {
            code: code.strip_suffix("Exception").unwrap_or(code).to_owned(),
            status,
        }
    }

    /// Says whether the service itself has a moment's trouble; all else is about request or account.
    pub fn retry(&self) -> Retry {
        match self.code.as_str() {
            "Throttled"
            | "Throttling"
            | "TooManyRequests"
            | "RequestLimitExceeded"
            | "ProvisionedThroughputExceeded"
            | "InternalError"
            | "InternalFailure"
            | "InternalServer"
            | "InternalServerError"
            | "InternalService"
            | "InternalServiceError"
            | "ServiceUnavailable"
            | "RequestTimeout" => Retry::Anywhere,
            _ if self.status >= 500 || self.status == 429 => Retry::Anywhere,
            _ => Retry::Elsewhere,
        }
    }

    /// Makes an error of it.
    pub fn error(&self) -> ProviderError {
        ProviderError::new(self.retry(), &self.code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_named_without_decoration() {
        for (code, name, status, retry) in [
            (
                Some("com.amazonaws.ssm#ThrottlingException"),
                "Throttling",
                400,
                Retry::Anywhere,
            ),
            (
                Some("TooManyRequestsException:http://amazon.com/x"),
                "TooManyRequests",
                429,
                Retry::Anywhere,
            ),
            (Some("AccessDeniedException"), "AccessDenied", 400, Retry::Elsewhere),
            (Some("Strange"), "Strange", 502, Retry::Anywhere),
            (None, "unnamed", 400, Retry::Elsewhere),
        ] {
            let fault = Fault::new(code, status);
            assert_eq!((fault.code.as_str(), fault.retry()), (name, retry));
        }
    }

    #[test]
    fn an_address_is_that_of_the_partition() {
        assert_eq!(
            Service::SES.address("eu-west-1"),
            "https://email.eu-west-1.amazonaws.com"
        );
        assert_eq!(
            Service::SNS.address("cn-north-1"),
            "https://sns.cn-north-1.amazonaws.com.cn"
        );
    }
}
