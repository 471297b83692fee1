//! What a text is filled with, made harmless: what a user typed stays on its line and reads in its direction.

use std::collections::BTreeMap;

use super::Request;
use super::custom_message::is_invisible;
use crate::Redacted;
use crate::event::Purpose;

/// The attributes that texts may show.
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

/// How many characters are shown of what a user or an app has typed: a name fits, a story does not.
const LONGEST: usize = 64;

/// What texts are filled with. It holds secrets, so it is not `Debug`.
pub(super) struct Values {
    pub(super) purpose: Purpose,
    pub(super) code: Option<String>,
    pub(super) user_name: String,
    /// Of [`ATTRIBUTES`], those that the user has.
    pub(super) attributes: BTreeMap<&'static str, String>,
    client_metadata: BTreeMap<String, String>,
    /// What the app gave under any other name, for samples.
    any_client_metadata: Option<&'static str>,
    /// Of [`NOTICE`], those that the event has; nothing where the message is no notice.
    pub(super) notice: Option<BTreeMap<&'static str, String>>,
}

impl Values {
    pub(super) fn of(request: &Request<'_>) -> Self {
        let attributes = request.attributes.expose();
        let attribute = |name: &'static str| Some((name, short(attributes.get(name)?)));
        let metadata = request.client_metadata.expose().iter();
        Self {
            purpose: request.purpose,
            code: request
                .code
                .filter(|_| request.purpose.has_code())
                .map(|code| code.expose().clone()),
            user_name: clean(request.user_name.expose()),
            attributes: ATTRIBUTES.into_iter().filter_map(attribute).collect(),
            client_metadata: metadata.map(|(name, value)| (name.clone(), short(value))).collect(),
            any_client_metadata: None,
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
        self.attributes.values_mut().for_each(|value| *value = plain(value));
        self.client_metadata
            .values_mut()
            .for_each(|value| *value = plain(value));
        self
    }

    /// Returns what the app gave under a name.
    pub(super) fn client_metadata(&self, name: &str) -> Option<&str> {
        let given = self.client_metadata.get(name).map(String::as_str);
        given.or(self.any_client_metadata)
    }

    /// Makes these the values of an app that gives something under every name.
    pub(super) fn with_any_client_metadata(mut self) -> Self {
        self.any_client_metadata = Some("Acme");
        self
    }

    /// Returns a part of the notice.
    pub(super) fn notice(&self, name: &str) -> Option<&str> {
        self.notice.as_ref()?.get(name).map(String::as_str)
    }
}

fn short(text: &str) -> String {
    clean(text).chars().take(LONGEST).collect()
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
