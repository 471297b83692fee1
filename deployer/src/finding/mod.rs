//! Coded remarks: what a check or a guard has to say about a stack, and where.
//!
//! The registry in [`codes`] is the one list of all codes; `deployer explain CODE` prints an entry. A
//! [`Finding`] points into a stack file or at a resource; the command line renders it.

mod codes;
mod secret;
mod source;

pub use codes::{Area, Code, Entry, Level};
pub use secret::{masked, may_be_secret, names_a_secret};
pub use source::{Place, Source};

/// A coded remark about a stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Which rule speaks.
    pub code: Code,
    /// What was found and what was wanted: a sentence fragment without a full stop. Never a secret.
    pub message: String,
    /// Where in a stack file, when it comes from one.
    pub place: Option<Place>,
    /// The logical id of the resource that a guard speaks of, such as `Pool`.
    pub resource: Option<String>,
    /// The new value that an acknowledgement must name, as `deployer diff` prints it.
    pub to: Option<String>,
    /// What to do: imperative, runnable where possible.
    pub hints: Vec<String>,
}

impl Finding {
    /// A finding at a place in a stack file.
    pub fn at(code: Code, place: Place, message: impl Into<String>) -> Self {
        Self {
            place: Some(place),
            ..Self::new(code, message)
        }
    }

    /// A finding that no line of a file stands for.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            place: None,
            resource: None,
            to: None,
            hints: Vec::new(),
        }
    }

    /// A guard's finding about a resource and the value that it would get.
    pub fn guard(code: Code, resource: &str, to: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            resource: Some(resource.to_owned()),
            to: Some(to.into()),
            ..Self::new(code, message)
        }
    }

    /// Adds a hint.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }
}
