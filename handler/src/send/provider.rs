//! What every provider has in common: the message that it gets, and what it may answer.

use std::pin::Pin;

use crate::delivery::Country;
use crate::event::{Channel, EmailAddress, PhoneNumber, Purpose};
use crate::{Redacted, Word};

/// A message that is ready to go.
#[derive(Clone, Debug)]
pub struct Message {
    /// The same on every retry of one message, and of no other: 32 hexadecimal digits or more. It tells nothing of the user's.
    pub id: String,
    /// What the message is for.
    pub purpose: Purpose,
    /// The country of the number, where there is one.
    pub country: Option<Country>,
    /// The language that the text is in, as a BCP 47 tag.
    pub locale: String,
    /// The code or temporary password alone, for providers that have templates of their own.
    pub code: Option<Redacted<String>>,
    /// What is sent, and where to.
    pub content: Content,
}

/// What is sent, by channel.
#[derive(Clone, Debug)]
pub enum Content {
    /// A text message.
    Sms(Sms),
    /// An e-mail.
    Email(Email),
}

impl Content {
    /// Returns the channel.
    pub const fn channel(&self) -> Channel {
        match self {
            Self::Sms(_) => Channel::Sms,
            Self::Email(_) => Channel::Email,
        }
    }
}

/// A text message.
#[derive(Clone, Debug)]
pub struct Sms {
    /// Where to.
    pub to: PhoneNumber,
    /// The whole text, code included.
    pub text: Redacted<String>,
}

/// An e-mail.
#[derive(Clone, Debug)]
pub struct Email {
    /// Where to.
    pub to: EmailAddress,
    /// The subject, one line.
    pub subject: Redacted<String>,
    /// The body as plain text.
    pub text: Redacted<String>,
    /// The body as HTML; a mail of text alone when absent.
    pub html: Option<Redacted<String>>,
}

/// A provider took the message; whether it arrives is not known yet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Accepted {
    /// The provider's id of the message, for its own logs and support. It is logged as it is, so it must hold nothing
    /// of the user's: take nothing that does not look like the id that it should be.
    pub message_id: Option<String>,
}

/// One attempt under way.
pub type Sending<'a> = Pin<Box<dyn Future<Output = Result<Accepted, ProviderError>> + Send + 'a>>;

/// Delivers messages; one attempt a call, without retries of its own.
pub trait Provider: Send + Sync {
    /// Makes one attempt.
    fn send<'a>(&'a self, message: &'a Message) -> Sending<'a>;
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
