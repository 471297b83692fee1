//! What a text is filled with, made harmless: what a user typed stays on its line and reads in its direction.

use std::collections::BTreeMap;

use super::Request;
use super::custom_message::is_invisible;
use crate::Redacted;
use crate::event::{Channel, Purpose};

/// The standard attributes that texts may show; custom ones they may show too ([`is_custom`]).
pub(super) const ATTRIBUTES: [&str; 5] = ["family_name", "given_name", "name", "nickname", "preferred_username"];

/// What texts may show of a notice of threat protection.
pub(super) const NOTICE: [&str; 8] = [
    "action",
    "city",
    "country",
    "device",
    "ip_address",
    "link_invalid",
    "link_valid",
    "time",
];

/// What stands for the user's name in an invitation that Cognito fills in, where the event does not say.
const USER_NAME_PARAMETER: &str = "{username}";

/// How many characters a standard attribute may have to be shown: a name fits, a story does not.
const LONGEST_NAME: usize = 64;

/// How many characters a custom attribute or a value of the app may have to be shown: an address of a page fits.
const LONGEST: usize = 2_048;

/// A value that a text reads.
pub(super) enum Read<'a> {
    Text(&'a str),
    TooLong,
}

impl<'a> Read<'a> {
    fn of(text: &'a str, most: usize) -> Self {
        if text.chars().nth(most).is_some() {
            Self::TooLong
        } else {
            Self::Text(text)
        }
    }
}

/// Whether a name is that of an attribute that the pool's owner has made. Source: the names of `SchemaAttributeType`.
pub(super) fn is_custom(name: &str) -> bool {
    ["custom:", "dev:custom:"].iter().any(|prefix| name.starts_with(prefix))
}

/// What texts are filled with. It holds secrets, so it is not `Debug`.
pub(super) struct Values {
    pub(super) purpose: Purpose,
    pub(super) code: Option<String>,
    pub(super) user_name: String,
    /// The number or address that the message goes to; empty where the event has none.
    pub(super) recipient: String,
    /// Whether somebody else fills in the user's name and the code.
    has_placeholders: bool,
    /// Of [`ATTRIBUTES`] and the custom ones, those that the user has.
    attributes: BTreeMap<String, String>,
    client_metadata: BTreeMap<String, String>,
    /// What the app, or a custom attribute, has under any other name, for samples.
    any: Option<&'static str>,
    /// Of [`NOTICE`], those that the event has; nothing where the message is no notice.
    pub(super) notice: Option<BTreeMap<&'static str, String>>,
}

impl Values {
    pub(super) fn of(request: &Request<'_>, channel: Channel) -> Self {
        let attributes = request.attributes.expose();
        let is_shown = |name: &str| ATTRIBUTES.contains(&name) || is_custom(name);
        let shown = attributes.iter().filter(|(name, _)| is_shown(name));
        let recipient = match channel {
            Channel::Sms => attributes.get("phone_number"),
            Channel::Email => attributes.get("email"),
        };
        let metadata = request.client_metadata.expose().iter();
        Self {
            purpose: request.purpose,
            code: request
                .code
                .filter(|_| request.purpose.has_code())
                .map(|code| code.expose().clone()),
            user_name: clean(request.user_name.expose()),
            recipient: recipient.map(|recipient| clean(recipient)).unwrap_or_default(),
            has_placeholders: false,
            attributes: shown.map(|(name, value)| (name.clone(), clean(value))).collect(),
            client_metadata: metadata.map(|(name, value)| (name.clone(), clean(value))).collect(),
            any: None,
            notice: request.notice.map(|notice| {
                let text = |value: &Option<Redacted<String>>| value.as_ref().map(|value| short(value.expose()));
                // A link that is cut leads nowhere.
                let link = |value: &Option<Redacted<String>>| value.as_ref().map(|value| clean(value.expose()));
                let values = [
                    text(&notice.action),
                    text(&notice.city),
                    text(&notice.country),
                    text(&notice.device_name),
                    text(&notice.ip_address),
                    link(&notice.link_invalid),
                    link(&notice.link_valid),
                    text(&notice.login_time),
                ];
                let members = NOTICE.into_iter().zip(values);
                members.filter_map(|(name, value)| Some((name, value?))).collect()
            }),
        }
    }

    /// Makes these the values of a text that Cognito fills in later.
    ///
    /// Cognito would fill in whatever looks like a placeholder, so no value keeps its braces; and it
    /// takes no invisible characters.
    pub(super) fn for_placeholders(mut self, user_name: Option<&str>) -> Self {
        let plain = |text: &String| -> String {
            text.chars()
                .filter(|character| !is_invisible(*character))
                .map(|character| match character {
                    '{' => '(',
                    '}' => ')',
                    other => other,
                })
                .collect()
        };
        self.user_name = match (user_name, self.purpose) {
            (Some(parameter), _) => parameter.to_owned(),
            (None, Purpose::AdminCreateUser) => USER_NAME_PARAMETER.to_owned(),
            (None, _) => plain(&self.user_name),
        };
        self.has_placeholders = true;
        self.recipient = plain(&self.recipient);
        self.attributes.values_mut().for_each(|value| *value = plain(value));
        self.client_metadata
            .values_mut()
            .for_each(|value| *value = plain(value));
        self
    }

    /// Returns what the app gave under a name.
    pub(super) fn client_metadata(&self, name: &str) -> Option<Read<'_>> {
        let given = self.client_metadata.get(name).map(String::as_str);
        given.or(self.any).map(|text| Read::of(text, LONGEST))
    }

    /// Returns an attribute of the user.
    pub(super) fn attribute(&self, name: &str) -> Option<Read<'_>> {
        let given = self.attributes.get(name).map(String::as_str);
        let (given, most) = if is_custom(name) {
            (given.or(self.any), LONGEST)
        } else {
            (given, LONGEST_NAME)
        };
        given.map(|text| Read::of(text, most))
    }

    /// Makes these the values of a user and an app that give something under every name.
    pub(super) fn with_any(mut self) -> Self {
        self.any = Some("Acme");
        self
    }

    /// Returns what a user signs in with, as far as the event says: the user's name, or the recipient where the name is
    /// an identifier that Cognito made, as in pools with sign-in by e-mail address or number.
    pub(super) fn sign_in_name(&self) -> &str {
        if !self.recipient.is_empty() && is_uuid(&self.user_name) {
            &self.recipient
        } else {
            &self.user_name
        }
    }

    /// Returns the values of which an invitation needs one. In a text that Cognito fills in it is the user's name alone.
    pub(super) fn identifiers(&self) -> impl Iterator<Item = &str> {
        let recipient = (!self.has_placeholders && !self.recipient.is_empty()).then_some(self.recipient.as_str());
        std::iter::once(self.user_name.as_str()).chain(recipient)
    }

    /// Returns a part of the notice.
    pub(super) fn notice(&self, name: &str) -> Option<&str> {
        self.notice.as_ref()?.get(name).map(String::as_str)
    }
}

/// Cuts a detail of a notice, which nobody acts on, so that the cut is seen.
fn short(text: &str) -> String {
    let text = clean(text);
    match text.char_indices().nth(LONGEST_NAME) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

/// Whether a user's name is a UUID, as Cognito makes them.
fn is_uuid(name: &str) -> bool {
    let groups: Vec<&str> = name.split('-').collect();
    let is_hex = |group: &&str| group.bytes().all(|byte| byte.is_ascii_hexdigit());
    groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12]) && groups.iter().all(is_hex)
}

/// Makes one line of a text, and takes out what turns the direction of what follows it.
fn clean(text: &str) -> String {
    text.chars()
        .filter(|character| !turns(*character))
        .map(|character| {
            if character.is_control() || "\u{2028}\u{2029}".contains(character) {
                ' '
            } else {
                character
            }
        })
        .collect()
}

/// Whether a character is invisible and changes how others are shown: a code behind it could read backwards.
fn turns(character: char) -> bool {
    matches!(character,
        '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}
