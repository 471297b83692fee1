//! The only place that knows the AWS SDK.
//!
//! Each file speaks of one service in the deployer's own words. Credentials and endpoints come as in
//! every AWS tool: environment, profile, SSO, `AWS_ENDPOINT_URL` and its per-service forms. The Region
//! is always the stack file's.

mod alarms;
mod bounded;
mod calls;
mod change_sets;
mod data_keys;
mod drift;
mod error;
mod functions;
mod grants;
mod invocations;
mod key_state;
mod keys;
mod live_pools;
mod log_events;
mod logs;
mod objects;
mod plain;
mod pools;
mod queues;
mod resource_types;
mod roles;
mod secrets;
mod senders;
mod stack_policies;
mod stacks;
#[cfg(test)]
pub(crate) mod stub;
mod users;

use std::time::Duration;

use aws_config::BehaviorVersion;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_sdk_cloudformation::config::SharedHttpClient;
use aws_sdk_cloudformation::config::retry::{RetryPartition, TokenBucket};
use aws_smithy_http_client::tls::Provider as Tls;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;

pub use alarms::AlarmSeen;
pub use calls::{Call, Calls};
pub use change_sets::{
    CfnChange, ChangeSet, ChangeSetKind, ChangeSetRequest, ChangeSetState, ParameterValue, PoolToImport,
    RollbackTrigger, Watch,
};
pub use drift::{DriftDetection, PropertyDrift, ResourceDrift};
pub use error::{AwsError, Refusal};
pub use functions::FunctionState;
pub use grants::Grant;
pub use invocations::Invoked;
pub use key_state::KeyDescription;
pub use live_pools::LivePool;
pub use log_events::{LogEvent, LogQuery};
pub use objects::{BucketState, StoredObject};
pub use plain::Plain;
pub use pools::{FoundPool, PoolState};
pub use queues::{QueueDepth, QueueMessage, QueuePolicy};
pub use roles::{Decision, RoleState, Simulated};
pub use secrets::SecretShape;
pub use senders::{MailAccount, MailIdentity};
pub use stacks::{StackEvent, StackResource, StackState};
pub use users::PoolUser;

use crate::spec::{AccountId, Region};
use error::refused;

/// One set of credentials in one Region.
#[derive(Clone, Debug)]
pub struct Session {
    region: Region,
    sdk: aws_config::SdkConfig,
    stacks: aws_sdk_cloudformation::Client,
}

/// Whose credentials they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The account.
    pub account: AccountId,
    /// The user or session, by ARN.
    pub arn: String,
}

impl Caller {
    /// The partition of the account, such as `aws` or `aws-cn`.
    pub fn partition(&self) -> &str {
        self.arn.split(':').nth(1).unwrap_or("aws")
    }
}

/// The HTTP client of every call of a session: one set of certificates, and connections that are used again.
fn http_client() -> SharedHttpClient {
    bounded::bounded(unbounded_client(), bounded::LIMITS)
}

fn unbounded_client() -> SharedHttpClient {
    aws_smithy_http_client::Builder::new()
        .tls_provider(Tls::Rustls(CryptoMode::AwsLc))
        .build_https()
}

impl Session {
    /// Finds credentials and endpoints; calls nothing yet. A profile that is named has them, whatever the environment has.
    pub async fn connect(region: &Region, profile: Option<&str>) -> Self {
        let mut found = aws_config::defaults(BehaviorVersion::latest());
        if let Some(profile) = profile {
            let credentials = ProfileFileCredentialsProvider::builder().profile_name(profile).build();
            found = found.profile_name(profile).credentials_provider(credentials);
        }
        let sdk = found
            .region(aws_config::Region::new(region.as_str().to_owned()))
            .http_client(http_client())
            // CloudFormation's control plane throttles hard; an apply is worth waiting for. So many that no
            // apply fails of an hour in which nearly every second call does.
            .retry_config(
                RetryConfig::standard()
                    .with_max_attempts(16)
                    .with_initial_backoff(Duration::from_millis(200))
                    .with_max_backoff(Duration::from_secs(15)),
            )
            .timeout_config(
                TimeoutConfig::builder()
                    .connect_timeout(Duration::from_secs(5))
                    .operation_attempt_timeout(Duration::from_mins(1))
                    .build(),
            )
            .load()
            .await;
        Self::with(region, sdk)
    }

    /// The same credentials, endpoints and HTTP client in another Region.
    #[must_use]
    pub fn in_region(&self, region: &Region) -> Self {
        let name = aws_config::Region::new(region.as_str().to_owned());
        Self::with(region, self.sdk.to_builder().region(name).build())
    }

    /// Uses credentials and endpoints that were found elsewhere.
    pub fn with(region: &Region, sdk: aws_config::SdkConfig) -> Self {
        // The SDK stops retrying when too many of a process's calls fail, and an operation is followed by
        // hundreds of calls, one after the other: each backs off by itself, and none is worth giving up for.
        let patient = RetryPartition::custom("cloudformation").token_bucket(TokenBucket::unlimited());
        let stacks = aws_sdk_cloudformation::Client::from_conf(
            aws_sdk_cloudformation::config::Builder::from(&sdk)
                .retry_partition(patient.build())
                .build(),
        );
        Self {
            region: region.clone(),
            sdk,
            stacks,
        }
    }

    /// The Region that every client of this session uses.
    pub fn region(&self) -> &Region {
        &self.region
    }

    /// Asks STS for the account that these credentials are of.
    pub async fn account(&self) -> Result<AccountId, AwsError> {
        Ok(self.caller().await?.account)
    }

    /// Asks STS whose credentials these are.
    pub async fn caller(&self) -> Result<Caller, AwsError> {
        let action = "sts:GetCallerIdentity";
        // The first call of every command: with a wrong endpoint or no network nobody waits for long.
        let config = aws_sdk_sts::config::Builder::from(&self.sdk)
            .retry_config(
                RetryConfig::standard()
                    .with_max_attempts(12)
                    .with_initial_backoff(Duration::from_millis(50))
                    .with_max_backoff(Duration::from_millis(600)),
            )
            .timeout_config(
                TimeoutConfig::builder()
                    .connect_timeout(Duration::from_secs(2))
                    .operation_attempt_timeout(Duration::from_secs(20))
                    .operation_timeout(Duration::from_secs(40))
                    .build(),
            )
            .build();
        let answer = aws_sdk_sts::Client::from_conf(config)
            .get_caller_identity()
            .send()
            .await
            .map_err(|error| refused(action, error))?;
        let account = AccountId::parse(answer.account().unwrap_or_default())
            .map_err(|_| AwsError::unexpected(action, "the answer holds no account id"))?;
        Ok(Caller {
            account,
            arn: answer.arn().unwrap_or_default().to_owned(),
        })
    }
}
