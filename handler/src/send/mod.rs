//! A composed message to a provider: which providers, in which order, and what to do when one fails.
//!
//! [`choose`] picks the route, [`deliver`] walks it inside the deadline, a [`Provider`] makes one
//! attempt. What a provider said is kept as a [`ProviderError`] with a name only, since a provider's
//! text may repeat the number.

#[cfg(feature = "lambda")]
mod breaker;
#[cfg(feature = "lambda")]
mod deliver;
mod provider;
#[cfg(feature = "lambda")]
mod providers;
mod route;

#[cfg(feature = "lambda")]
pub use deliver::{Delivered, DeliveryError, deliver};
pub use provider::{Accepted, Content, Email, Message, Provider, ProviderError, Retry, Sending, Sms};
#[cfg(feature = "lambda")]
pub use providers::Providers;
pub use route::{RouteError, choose};
