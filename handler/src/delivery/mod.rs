//! Who delivers a message: the configuration that travels inside the zip as `delivery.json`.
//!
//! The deployer writes it from a stack file and the handler reads it at a cold start, so its types
//! stand here once. Maps are ordered, so that the same configuration gives the same bytes.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::event::Purpose;

mod country;
mod guard;

pub use country::Country;
pub use guard::{Guard, OnFailure, Policy, Rate, Rates};

pub use crate::provider::Provider;

/// The file's name inside the zip, beside `bootstrap`.
pub const FILE_NAME: &str = "delivery.json";

/// The delivery configuration of one stack.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Delivery {
    /// Providers by the name that routes use.
    pub providers: BTreeMap<String, Provider>,
    /// How SMS messages are delivered; absent when the stack sends none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sms: Option<Sms>,
    /// How e-mails are delivered; absent when the stack sends none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<Email>,
    /// What `CustomMessage` may rewrite; absent when the handler does not serve that trigger.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub custom_message: Option<CustomMessage>,
    /// In which languages messages are written.
    #[serde(default, skip_serializing_if = "Messages::is_default")]
    pub messages: Messages,
    /// What a table is asked before a message goes out; absent when there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guard: Option<Guard>,
}

/// The SMS channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sms {
    /// Where messages may go; everything else is refused and counted.
    pub countries: Countries,
    /// Tried in order: the first route that matches country and purpose delivers.
    pub routes: Vec<Route>,
}

/// The e-mail channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Email {
    /// Tried in order: the first route that matches the purpose delivers. Countries are of no meaning here.
    pub routes: Vec<Route>,
}

/// What the handler knows of a pool whose `CustomMessage` trigger it serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CustomMessage {
    /// Whether e-mails are written: the pool sends them by the account's own SES (`EmailSendingAccount` is
    /// `DEVELOPER`), and confirms by a code.
    ///
    /// Under `COGNITO_DEFAULT`, an answer with e-mail texts is an error for the user.
    pub email: bool,
}

/// The languages of the messages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Messages {
    /// The locale of users who have none of their own, as a BCP 47 tag such as `en` or `zh-Hant`.
    pub default_locale: String,
}

impl Default for Messages {
    fn default() -> Self {
        Self {
            default_locale: "en".to_owned(),
        }
    }
}

impl Messages {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// The countries that a channel serves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Countries {
    /// Every country; a decision that must be spelled out.
    Any,
    /// Only these.
    Only(BTreeSet<Country>),
}

/// Which providers deliver, in order, to which countries and for which purposes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Route {
    /// Only for these countries; all when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub countries: Option<BTreeSet<Country>>,
    /// Only for these purposes; all when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purposes: Option<BTreeSet<Purpose>>,
    /// Provider names; the next is tried when one fails. None at all declines the message: nothing is sent.
    pub via: Vec<String>,
}
