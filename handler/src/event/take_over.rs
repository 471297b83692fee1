//! What threat protection tells of a sign-in, for the message that warns the user.

use std::collections::BTreeMap;

use crate::Redacted;

/// The attributes of an `AccountTakeOverNotification`; any of them may be missing.
///
/// They stand in `request.userAttributes`, in place of the user's own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccountTakeOver {
    /// `LOGIN_TIME`: date and time in English, as Cognito writes it.
    pub login_time: Option<Redacted<String>>,
    /// `IP_ADDRESS`.
    pub ip_address: Option<Redacted<String>>,
    /// `CITY`.
    pub city: Option<Redacted<String>>,
    /// `COUNTRY`.
    pub country: Option<Redacted<String>>,
    /// `DEVICE_NAME`.
    pub device_name: Option<Redacted<String>>,
    /// `ACCOUNT_TAKE_OVER_ACTION`, such as `BLOCK` or `NO_ACTION`.
    pub action: Option<Redacted<String>>,
    /// `ONE_CLICK_LINK_VALID`: where the user says that it was them; only `https` is taken.
    pub link_valid: Option<Redacted<String>>,
    /// `ONE_CLICK_LINK_INVALID`: where the user says that it was somebody else; only `https` is taken.
    pub link_invalid: Option<Redacted<String>>,
}

impl AccountTakeOver {
    pub(super) fn of(attributes: &BTreeMap<String, String>) -> Self {
        let text = |name| {
            let value: Option<&String> = attributes.get(name);
            value
                .filter(|value| !value.is_empty())
                .map(|value| Redacted::new(value.clone()))
        };
        let link = |name| text(name).filter(|link| link.expose().starts_with("https://"));
        Self {
            login_time: text("LOGIN_TIME"),
            ip_address: text("IP_ADDRESS"),
            city: text("CITY"),
            country: text("COUNTRY"),
            device_name: text("DEVICE_NAME"),
            action: text("ACCOUNT_TAKE_OVER_ACTION"),
            link_valid: link("ONE_CLICK_LINK_VALID"),
            link_invalid: link("ONE_CLICK_LINK_INVALID"),
        }
    }
}
