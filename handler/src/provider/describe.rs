//! The description of a provider's settings, as data: what checks, completion, documentation and
//! policies are made from.

use super::restricted::{self, Restricted};
use super::secret;
use crate::event::Channel;

/// A type of provider.
#[derive(Clone, Copy, Debug)]
pub struct ProviderType {
    /// What `type` says in a stack file.
    pub name: &'static str,
    /// One line for people.
    pub about: &'static str,
    /// The channels that it delivers.
    pub channels: &'static [Channel],
    /// Every key of a stack file beside `type`.
    pub settings: &'static [Setting],
    /// The members of the secret's JSON object; empty when there is no secret.
    pub secret: &'static [SecretMember],
    /// What a choice among providers takes into account.
    pub facts: Facts,
    /// Whether it keeps messages from the users, which only a test stack may.
    pub test_only: bool,
}

impl ProviderType {
    /// Returns the countries for which the vendor documents that one has to register first.
    pub fn restricted(&self) -> &'static [Restricted] {
        restricted::of(self.name)
    }
}

/// What is documented of a type beside its settings: words for people, each "not documented" where nothing was found.
#[derive(Clone, Copy, Debug)]
pub struct Facts {
    /// What keeps one message from being sent twice when it is asked for twice, since an answer was lost.
    pub idempotency: &'static str,
    /// Where it takes messages, and which setting chooses.
    pub regions: &'static str,
    /// Where what it is told is kept.
    pub data_residency: &'static str,
    /// Where the vendor says so; a dash where the facts are the user's own.
    pub source: &'static str,
}

/// One key of a provider in a stack file.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// The key, in `snake_case`.
    pub key: &'static str,
    /// One line for people, with the unit.
    pub about: &'static str,
    /// A value as a stack file would have it.
    pub example: &'static str,
    /// Whether the provider is nothing without it.
    pub required: bool,
    /// Which values there are.
    pub form: Form,
}

/// The values of a setting.
#[derive(Clone, Copy, Debug)]
pub enum Form {
    /// A text with a rule.
    Text {
        /// The rule in words, as in "wants …".
        wanted: &'static str,
        /// The rule as a regular expression of ECMA-262, anchored, for editors.
        pattern: &'static str,
        /// The rule itself.
        fits: fn(&str) -> bool,
    },
    /// One of these texts.
    Choice(&'static [&'static str]),
    /// A Region's code.
    Region,
    /// The ARN of a resource of one of these services, such as `sns`.
    Arn(&'static [&'static str]),
    /// An absolute `https://` address.
    Https,
    /// A map of texts.
    Texts,
    /// `true` or `false`.
    Flag,
    /// A whole number within these bounds.
    Number {
        /// The least.
        min: u32,
        /// The most.
        max: u32,
    },
}

/// A member of a secret's JSON object; its value never leaves the handler.
#[derive(Clone, Copy, Debug)]
pub struct SecretMember {
    /// The member's name.
    pub name: &'static str,
    /// One line for people.
    pub about: &'static str,
    /// Whether the secret is nothing without it.
    pub required: bool,
}

/// What is wrong between settings that are each right by themselves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The key to point at; the provider itself when absent.
    pub key: Option<&'static str>,
    /// What was found and what was wanted.
    pub message: String,
    /// What to do.
    pub hint: String,
}

/// A right that the function's role needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Right {
    /// The statement's id, such as `PublishToPhones`; the same right of two providers has the same id.
    pub sid: &'static str,
    /// The actions, as IAM spells them.
    pub actions: &'static [&'static str],
    /// On what.
    pub to: To,
    /// The Region that is called, where it is another than the stack's.
    pub region: Option<String>,
    /// Further conditions.
    pub conditions: Vec<Condition>,
}

/// What a right is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum To {
    /// Phone numbers, which have no ARN: everything of SNS that is no resource.
    Phones,
    /// Resources by ARN, in which `${AWS::Partition}`, `${AWS::Region}` and `${AWS::AccountId}` stand for the stack's.
    Resources(Vec<String>),
}

/// A condition of a right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// The operator, such as `StringEquals`.
    pub operator: &'static str,
    /// The key, such as `ses:FromAddress`.
    pub key: &'static str,
    /// Any of these values.
    pub values: Vec<String>,
}

/// The settings of one provider.
pub trait Settings {
    /// Returns what is wrong between the settings; where nothing else can be, what is wrong with the secret's ARN.
    fn problems(&self) -> Vec<Problem> {
        self.secret().and_then(secret::problem).into_iter().collect()
    }

    /// Returns the rights that sending by these settings needs, those to the secret aside; none outside of AWS.
    fn rights(&self) -> Vec<Right> {
        Vec::new()
    }

    /// Returns the ARN of the secret with the provider's keys.
    fn secret(&self) -> Option<&str> {
        None
    }

    /// Returns the ARN of the KMS key that encrypts the secret, where it is one of the user's own.
    fn secret_key(&self) -> Option<&str> {
        None
    }
}
