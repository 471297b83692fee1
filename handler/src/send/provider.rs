//! What every provider of SMS delivery has in common.

use std::pin::Pin;

use crate::event::PhoneNumber;
use crate::{Redacted, Word};

/// A message that is ready to go.
#[derive(Clone, Debug)]
pub struct Sms {
    /// Where to.
    pub to: PhoneNumber,
    /// The whole text, code included.
    pub text: Redacted<String>,
}

/// A provider took the message; whether it arrives is not known yet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Accepted {
    /// The provider's id of the message, for its own logs and support.
    pub message_id: Option<String>,
}

/// One attempt under way.
pub type Sending<'a> = Pin<Box<dyn Future<Output = Result<Accepted, ProviderError>> + Send + 'a>>;

/// Delivers messages; one attempt a call, without retries of its own.
pub trait Provider: Send + Sync {
    /// Makes one attempt.
    fn send<'a>(&'a self, message: &'a Sms) -> Sending<'a>;
}

/// What an attempt's failure means for the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// Nobody can deliver to this recipient: the number is invalid, or its owner opted out.
    Never,
    /// This provider will not take it, whenever asked; another may.
    Elsewhere,
    /// The same provider may take it a moment later. Where it is not known whether it took the
    /// message, this is said too: a second SMS with the same code harms nobody.
    Anywhere,
}

/// An attempt that failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the provider answered `{name}`")]
pub struct ProviderError {
    /// What it means for the message.
    pub retry: Retry,
    /// The name of the provider's error.
    pub name: Word,
}

impl ProviderError {
    /// Names a failure.
    pub fn new(retry: Retry, name: &str) -> Self {
        Self {
            retry,
            name: Word::new(name),
        }
    }
}
