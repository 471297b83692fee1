//! A composed message to a provider: which providers, in which order, and what to do when one fails.
//!
//! [`choose`] picks the route, [`deliver`] walks it inside the deadline, a [`Provider`] makes one
//! attempt. What a provider said is kept as a [`ProviderError`] with a name only, since a provider's
//! text may repeat the number.

#[cfg(feature = "lambda")]
mod deliver;
mod provider;
mod route;
#[cfg(feature = "lambda")]
mod sns;

#[cfg(feature = "lambda")]
pub use deliver::{Delivered, DeliveryError, Providers, deliver};
pub use provider::{Accepted, Provider, ProviderError, Retry, Sending, Sms};
pub use route::{RouteError, choose};
#[cfg(feature = "lambda")]
pub use sns::Sns;
