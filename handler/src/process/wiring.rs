//! What lives as long as the container: configuration, clients, providers.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use crate::compose::{self, Composer, Unreadable};
use crate::dead_letter::DeadLetters;
use crate::decrypt::{KeyArns, Kms, MessageReader};
use crate::delivery::{self, Delivery};
use crate::guard::Gate;
use crate::provider::{CustomProviders, Http, NotBuilt, Secrets, Services};
use crate::send::Providers;
use crate::{Handler, env};
use aws_sdk_kms::config::retry::RetryConfig;
use aws_sdk_kms::config::timeout::TimeoutConfig;
use aws_sdk_kms::config::{BehaviorVersion, Credentials, Region};

use super::dead_letters::Queue;

/// How long KMS may take to answer; its calls last milliseconds, the first one a TLS handshake more.
const KMS_ATTEMPT: Duration = Duration::from_secs(2);

/// Why the function cannot start.
#[derive(Debug, thiserror::Error)]
pub(super) enum StartError {
    #[error("start: the environment variable `{0}` is not set")]
    NotSet(&'static str),
    #[error("start: `{}` cannot be read: {error}", path.display())]
    Unreadable { path: PathBuf, error: std::io::Error },
    #[error("start: `{}` is no delivery configuration: {error}", path.display())]
    Invalid { path: PathBuf, error: serde_json::Error },
    #[error("start: the provider `{0}` has settings that its service does not take")]
    Provider(String),
    #[error("start: the provider `{name}` has the type `{kind}`, which this build of the handler was made without")]
    LeftOut { name: String, kind: &'static str },
    #[error("start: {count} texts in `{}` are not as they were checked", path.display())]
    Messages { path: PathBuf, count: usize },
    #[error("start: the dead-letter queue has no address in the function's Region")]
    Queue,
    #[error("start: the guard's secret has no ARN of one")]
    Guard,
}

impl StartError {
    pub(super) const fn code(&self) -> &'static str {
        match self {
            Self::NotSet(_) => "start-not-set",
            Self::Unreadable { .. } => "start-unreadable",
            Self::Invalid { .. } => "start-invalid",
            Self::Provider(_) => "start-provider",
            Self::LeftOut { .. } => "start-provider-left-out",
            Self::Messages { .. } => "start-messages",
            Self::Queue => "start-queue",
            Self::Guard => "start-guard",
        }
    }
}

pub(super) fn handler(
    variable: impl Fn(&str) -> Option<String> + Send + Sync + Copy + 'static,
    custom: CustomProviders,
    count: Box<dyn Fn(&str) + Send + Sync>,
) -> Result<Handler<MessageReader<Kms>>, StartError> {
    // An empty variable is one that is not set, as in AWS's own tools.
    let variable = move |name: &str| variable(name).filter(|value| !value.is_empty());
    let required = |name: &'static str| variable(name).ok_or(StartError::NotSet(name));
    let stack_name = required(env::STACK_NAME)?;
    let root = PathBuf::from(required(env::LAMBDA_TASK_ROOT)?);
    let delivery = read(&root.join(delivery::FILE_NAME))?;
    let current = match &delivery {
        // Cognito's own messages hold a placeholder, which no key encrypts.
        Delivery {
            sms: None, email: None, ..
        } => variable(env::KEY_ARN),
        Delivery { .. } => Some(required(env::KEY_ARN)?),
    };
    let keys = current.map(|current| KeyArns {
        current,
        previous: variable(env::PREVIOUS_KEY_ARN),
    });
    let composer = composer(&root, &delivery)?;

    // Lambda puts the role's credentials into the environment, and a new environment gets new ones. So nothing of
    // the SDK's search for credentials is needed, which would double the binary.
    let services = Services {
        region: required(env::AWS_REGION)?,
        credentials: Credentials::new(
            required(env::AWS_ACCESS_KEY_ID)?,
            required(env::AWS_SECRET_ACCESS_KEY)?,
            variable(env::AWS_SESSION_TOKEN),
            None,
            "Lambda",
        ),
        custom,
        http: Http::new(),
        endpoint: Arc::new(move |service| {
            variable(&format!("{}_{service}", env::AWS_ENDPOINT_URL)).or_else(|| variable(env::AWS_ENDPOINT_URL))
        }),
        clock: Arc::new(SystemTime::now),
        secrets: Secrets::default(),
    };
    let decryptor = keys.map(|keys| MessageReader {
        keys,
        data_keys: Kms::new(aws_sdk_kms::Client::from_conf(kms(&services))),
    });
    let providers = providers(&delivery, &services)?;
    let guard = match &delivery.guard {
        Some(settings) => {
            let table = required(env::GUARD_TABLE)?;
            let counts = settings.counts_recipients();
            let secret = counts.then(|| required(env::GUARD_SECRET_ARN)).transpose()?;
            let gate = Gate::new(settings.clone(), &services, table, secret.as_deref());
            Some(gate.map_err(|_| StartError::Guard)?)
        }
        None => None,
    };
    let dead_letters = match variable(env::DEAD_LETTER_QUEUE_URL) {
        Some(url) => {
            let queue = Queue::new(&services, url).map_err(|_| StartError::Queue)?;
            Some(Box::new(queue) as Box<dyn DeadLetters>)
        }
        None => None,
    };
    Ok(Handler {
        stack_name,
        decryptor,
        delivery,
        composer,
        providers,
        guard,
        dead_letters,
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

/// Reads the stack's own texts; the built-in ones are behind them, and a zip without texts has no such folder.
fn composer(root: &Path, delivery: &Delivery) -> Result<Composer, StartError> {
    let directory = root.join(compose::FOLDER_NAME);
    let files = if directory.is_dir() {
        compose::read(&directory).map_err(|Unreadable { path, error }| StartError::Unreadable { path, error })?
    } else {
        BTreeMap::new()
    };
    Composer::new(&files, &delivery.messages).map_err(|problems| StartError::Messages {
        path: directory,
        count: problems.len(),
    })
}

fn kms(services: &Services) -> aws_sdk_kms::Config {
    let timeouts = TimeoutConfig::builder().operation_attempt_timeout(KMS_ATTEMPT).build();
    let retries = RetryConfig::standard()
        .with_max_attempts(3)
        .with_initial_backoff(Duration::from_millis(100));
    let mut config = aws_sdk_kms::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(services.region.clone()))
        .credentials_provider(services.credentials.clone())
        .http_client(services.http.for_sdk())
        .timeout_config(timeouts)
        .retry_config(retries);
    config.set_endpoint_url((services.endpoint)("KMS"));
    config.build()
}

fn providers(delivery: &Delivery, services: &Services) -> Result<Providers, StartError> {
    let build = |(name, provider): (&String, &delivery::Provider)| {
        let name = name.clone();
        match provider.build(services) {
            Ok(provider) => Ok((name, provider)),
            Err(NotBuilt::LeftOut(kind)) => Err(StartError::LeftOut { name, kind }),
            Err(NotBuilt::Settings(_)) => Err(StartError::Provider(name)),
        }
    };
    delivery.providers.iter().map(build).collect()
}
