//! The text of a message, by purpose, channel and language: the stack's own texts, then the built-in ones.
//!
//! A stack's texts are templates in its messages directory, laid out as [`TextName`] says. They are
//! parsed once a container and [checked](check) before a deployment. Where one cannot be used
//! all the same, the built-in text takes its place and [`Trouble`] says why: a user is never locked
//! out by a text. What is composed is [`Redacted`], since it holds the code.

mod bounds;
mod built_in;
mod check;
mod composer;
mod custom_message;
mod directory;
mod engine;
mod fault;
mod html;
mod layout;
mod locale;
mod parts;
mod problem;
mod split_code;
mod values;

pub use check::check;
pub use composer::Composer;
pub use custom_message::CustomMessageTexts;
pub use directory::{Entry, FOLDER_NAME, Unreadable, read, read_by};
pub use layout::{Form, TextName};
pub use locale::Locale;
pub use parts::{Encoding, Parts};
pub use problem::{Problem, ProblemKind, Severity};

use std::collections::BTreeMap;
use std::fmt;

use crate::Redacted;
use crate::event::{AccountTakeOver, Purpose};

/// What a message is composed from.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// What the message is for.
    pub purpose: Purpose,
    /// The user's attributes; `locale` among them chooses the language.
    pub attributes: &'a Redacted<BTreeMap<String, String>>,
    /// What the app gave with its call; `locale` chooses the language where the user has none.
    pub client_metadata: &'a Redacted<BTreeMap<String, String>>,
    /// The code or temporary password; nothing where the purpose has none.
    pub code: Option<&'a Redacted<String>>,
    /// The user's name.
    pub user_name: &'a Redacted<String>,
    /// What threat protection tells, where that is what the message is about.
    pub notice: Option<&'a AccountTakeOver>,
}

/// A composed message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Composed<T> {
    /// The message itself.
    pub content: T,
    /// The language that it is written in.
    pub locale: Locale,
    /// Why it is not the stack's own text, where that was meant to be sent.
    pub trouble: Option<Trouble>,
}

/// The text of an SMS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SmsText {
    /// The whole text, code included.
    pub text: Redacted<String>,
    /// What it takes to send it.
    pub parts: Parts,
}

/// The texts of an e-mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmailText {
    /// The subject, one line.
    pub subject: Redacted<String>,
    /// The body as plain text.
    pub text: Redacted<String>,
    /// The body as HTML; nothing where the stack's own text has none.
    pub html: Option<Redacted<String>>,
}

/// Why a text of the stack was left out. It holds nothing of the message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// The file, relative to the messages directory.
    pub file: String,
    /// The line, where one is to blame.
    pub line: Option<usize>,
    /// What is wrong with it.
    pub reason: &'static str,
}

impl SmsText {
    fn new(text: String) -> Self {
        Self {
            parts: Parts::of(&text),
            text: Redacted::new(text),
        }
    }
}

impl Trouble {
    fn of(file: &str, reason: &'static str) -> Self {
        Self {
            file: file.to_owned(),
            line: None,
            reason,
        }
    }

    /// The stable code, for logs and metrics.
    pub const CODE: &'static str = "compose-text-left-out";
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, reason } = self;
        match line {
            Some(line) => write!(f, "`{file}`, line {line}: {reason}"),
            None => write!(f, "`{file}`: {reason}"),
        }
    }
}

/// Why a message could not be composed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ComposeError {
    /// The text is about a code, and there is none.
    #[error("compose the message: its text needs a code, and there is none")]
    NoCode,
}

impl ComposeError {
    /// Returns the stable code, for logs and metrics.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NoCode => "compose-no-code",
        }
    }
}

#[cfg(test)]
#[expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on should fail where it stands"
)]
mod tests;
