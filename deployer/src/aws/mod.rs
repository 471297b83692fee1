//! The only place that knows the AWS SDK.
//!
//! Each file speaks of one service in the deployer's own words. Credentials and endpoints come as in
//! every AWS tool: environment, profile, SSO, `AWS_ENDPOINT_URL` and its per-service forms. The Region
//! is always the stack file's.

mod change_sets;
mod data_keys;
mod error;
mod functions;
mod invocations;
mod key_state;
mod keys;
mod log_events;
mod logs;
mod objects;
mod pools;
mod queues;
mod stacks;

use std::time::Duration;

use aws_config::BehaviorVersion;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_sdk_cloudformation::config::retry::{RetryPartition, TokenBucket};

pub use change_sets::{CfnChange, ChangeSet, ChangeSetKind, ChangeSetRequest, ChangeSetState};
pub use error::{AwsError, Refusal};
pub use functions::FunctionState;
pub use invocations::Invoked;
pub use key_state::KeyDescription;
pub use log_events::{LogEvent, LogQuery};
pub use objects::StoredObject;
pub use pools::{FoundPool, PoolState};
pub use queues::QueueDepth;
pub use stacks::{StackEvent, StackResource, StackState};

use crate::spec::{AccountId, Region};
use error::refused;

/// One set of credentials in one Region.
#[derive(Clone, Debug)]
pub struct Session {
    region: Region,
    sdk: aws_config::SdkConfig,
    stacks: aws_sdk_cloudformation::Client,
}

impl Session {
    /// Finds credentials and endpoints; calls nothing yet.
    pub async fn connect(region: &Region) -> Self {
        let sdk = aws_config::defaults(BehaviorVersion::latest())
            .region(aws_config::Region::new(region.as_str().to_owned()))
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

    /// Asks STS whose credentials these are.
    pub async fn account(&self) -> Result<AccountId, AwsError> {
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
                    .build(),
            )
            .build();
        let answer = aws_sdk_sts::Client::from_conf(config)
            .get_caller_identity()
            .send()
            .await
            .map_err(|error| refused(action, error))?;
        AccountId::parse(answer.account().unwrap_or_default())
            .map_err(|_| AwsError::unexpected(action, "the answer holds no account id"))
    }
}
