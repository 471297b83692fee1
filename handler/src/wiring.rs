//! What lives as long as the container: configuration, clients, providers.

use std::path::{Path, PathBuf};
use std::time::Duration;

use aws_sdk_kms::config::retry::RetryConfig;
use aws_sdk_kms::config::timeout::TimeoutConfig;
use aws_sdk_kms::config::{BehaviorVersion, Credentials, Region, SharedHttpClient};
use aws_smithy_http_client::tls::Provider as Tls;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use handler::decrypt::{KeyArns, Kms};
use handler::delivery::{self, Delivery};
use handler::send::{Provider, Providers, Sns};
use handler::{Handler, env};

/// How long a connection may take, in and outside a VPC.
const CONNECT: Duration = Duration::from_secs(1);

/// How long KMS may take to answer; its calls last milliseconds, the first one a TLS handshake more.
const KMS_ATTEMPT: Duration = Duration::from_secs(2);

/// Why the function cannot start.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StartError {
    #[error("start: the environment variable `{0}` is not set")]
    NotSet(&'static str),
    #[error("start: `{}` cannot be read: {error}", path.display())]
    Unreadable { path: PathBuf, error: std::io::Error },
    #[error("start: `{}` is no delivery configuration: {error}", path.display())]
    Invalid { path: PathBuf, error: serde_json::Error },
    #[error("start: the provider `{0}` has settings that its service does not take")]
    Provider(String),
}

impl StartError {
    pub(crate) const fn code(&self) -> &'static str {
        match self {
            Self::NotSet(_) => "start-not-set",
            Self::Unreadable { .. } => "start-unreadable",
            Self::Invalid { .. } => "start-invalid",
            Self::Provider(_) => "start-provider",
        }
    }
}

/// What every client is made of.
///
/// Lambda puts the role's credentials into the environment, and a new environment gets new ones. So nothing of
/// the SDK's search for credentials is needed, which would double the binary.
struct Aws<'v> {
    region: String,
    credentials: Credentials,
    http: SharedHttpClient,
    /// The address of a service when it is not AWS's own, as `AWS_ENDPOINT_URL` and its per-service forms say.
    endpoint: &'v dyn Fn(&str) -> Option<String>,
}

pub(crate) fn handler(
    variable: impl Fn(&str) -> Option<String>,
    count: Box<dyn Fn(&str) + Send + Sync>,
) -> Result<Handler<Kms>, StartError> {
    // An empty variable is one that is not set, as in AWS's own tools.
    let variable = |name: &str| variable(name).filter(|value| !value.is_empty());
    let required = |name: &'static str| variable(name).ok_or(StartError::NotSet(name));
    let stack_name = required(env::STACK_NAME)?;
    let keys = KeyArns {
        current: required(env::KEY_ARN)?,
        previous: variable(env::PREVIOUS_KEY_ARN),
    };
    let delivery = read(&Path::new(&required(env::LAMBDA_TASK_ROOT)?).join(delivery::FILE_NAME))?;

    let aws = Aws {
        region: required(env::AWS_REGION)?,
        credentials: Credentials::new(
            required(env::AWS_ACCESS_KEY_ID)?,
            required(env::AWS_SECRET_ACCESS_KEY)?,
            variable(env::AWS_SESSION_TOKEN),
            None,
            "Lambda",
        ),
        // One client for every service: the root certificates are read once, and connections are kept.
        http: aws_smithy_http_client::Builder::new()
            .tls_provider(Tls::Rustls(CryptoMode::AwsLc))
            .build_https(),
        endpoint: &|service| {
            variable(&format!("{}_{service}", env::AWS_ENDPOINT_URL)).or_else(|| variable(env::AWS_ENDPOINT_URL))
        },
    };
    let data_keys = Kms::new(aws_sdk_kms::Client::from_conf(kms(&aws)));
    let providers = providers(&delivery, &aws)?;
    Ok(Handler {
        stack_name,
        keys,
        data_keys,
        delivery,
        providers,
        count,
    })
}

fn read(path: &Path) -> Result<Delivery, StartError> {
    let file = std::fs::read(path).map_err(|error| StartError::Unreadable {
        path: path.to_owned(),
        error,
    })?;
    serde_json::from_slice(&file).map_err(|error| StartError::Invalid {
        path: path.to_owned(),
        error,
    })
}

fn kms(aws: &Aws<'_>) -> aws_sdk_kms::Config {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(CONNECT)
        .operation_attempt_timeout(KMS_ATTEMPT)
        .build();
    let retries = RetryConfig::standard()
        .with_max_attempts(3)
        .with_initial_backoff(Duration::from_millis(100));
    let mut config = aws_sdk_kms::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(aws.region.clone()))
        .credentials_provider(aws.credentials.clone())
        .http_client(aws.http.clone())
        .timeout_config(timeouts)
        .retry_config(retries);
    config.set_endpoint_url((aws.endpoint)("KMS"));
    config.build()
}

fn providers(delivery: &Delivery, aws: &Aws<'_>) -> Result<Providers, StartError> {
    let build = |(name, provider): (&String, &delivery::Provider)| {
        let provider: Box<dyn Provider> = match provider {
            delivery::Provider::Sns(settings) => {
                let client = aws_sdk_sns::Client::from_conf(sns(aws, settings));
                Box::new(Sns::new(client, settings).map_err(|_| StartError::Provider(name.clone()))?)
            }
        };
        Ok((name.clone(), provider))
    };
    delivery.providers.iter().map(build).collect()
}

/// The route retries, so that the next provider is not kept waiting by the SDK's own patience.
fn sns(aws: &Aws<'_>, settings: &delivery::Sns) -> aws_sdk_sns::Config {
    let region = settings.region.clone().unwrap_or_else(|| aws.region.clone());
    let mut config = aws_sdk_sns::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(region))
        .credentials_provider(aws.credentials.clone())
        .http_client(aws.http.clone())
        .timeout_config(TimeoutConfig::builder().connect_timeout(CONNECT).build())
        .retry_config(RetryConfig::disabled());
    config.set_endpoint_url((aws.endpoint)("SNS"));
    config.build()
}
