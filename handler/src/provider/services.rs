//! What every provider is made of, built once a container.

use std::sync::Arc;

use aws_credential_types::Credentials;

use super::Custom;
use super::aws::Clock;
use super::http::Http;
use super::secret::Secrets;
use crate::send::Provider;

/// Tells the address of a service by its upper-case id, such as `SNS`, when it is not AWS's own.
pub type Endpoints = Arc<dyn Fn(&str) -> Option<String> + Send + Sync>;

/// Makes a provider of the type `custom` by its `kind` and settings; nothing where it knows no such kind.
pub type CustomProviders = Arc<dyn Fn(&Custom, &Services) -> Option<Box<dyn Provider>> + Send + Sync>;

/// What a provider may use.
#[derive(Clone)]
pub struct Services {
    /// The function's Region.
    pub region: String,
    /// The role's credentials, which Lambda puts into the environment; a new environment gets new ones.
    pub credentials: Credentials,
    /// One client for every service: the root certificates are read once, and connections are kept.
    pub http: Http,
    /// Where services answer.
    pub endpoint: Endpoints,
    /// Makes the providers of the type `custom`.
    pub custom: CustomProviders,
    /// The time, for signatures.
    pub clock: Clock,
    /// The secrets that were read already.
    pub secrets: Secrets,
}

/// Settings that the provider's service does not take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("use the provider's settings: its service does not take them")]
pub struct BuildError;

/// Why there is no provider by some settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotBuilt {
    /// This build of the handler was made without the type of that name: its feature is off.
    #[error("use the provider's type `{0}`: this build of the handler was made without it")]
    LeftOut(&'static str),
    /// The service takes no such settings.
    #[error(transparent)]
    Settings(#[from] BuildError),
}
