//! Who delivers a message: the configuration that travels inside the zip as `delivery.json`.
//!
//! The deployer writes it from a stack file and the handler reads it at a cold start, so its types
//! stand here once. Maps are ordered, so that the same configuration gives the same bytes.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::event::Purpose;

mod country;

pub use country::Country;

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
}

/// A provider and its settings; secrets stay in AWS and are named by ARN.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Provider {
    /// Amazon SNS, `Publish` to a phone number.
    Sns(Sns),
}

/// Amazon SNS as an SMS provider.
///
/// Source: "Publishing to a mobile phone", Amazon SNS Developer Guide.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sns {
    /// `AWS.SNS.SMS.SenderID`: 3 to 11 letters, digits or hyphens, at least one letter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sender_id: Option<String>,
    /// `AWS.SNS.SMS.SMSType`; SNS itself would take a code for `Promotional`, so ours is explicit.
    #[serde(default)]
    pub sms_type: SmsType,
    /// The Region that publishes; the function's own when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
}

/// What SNS optimises for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum SmsType {
    /// Reliability first: the right one for codes.
    #[default]
    Transactional,
    /// Cost first.
    Promotional,
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
    /// Provider names; the next is tried when one fails.
    pub via: Vec<String>,
}
