//! Values of flags, from what was typed. An error never shows a recipient.

use clap::builder::{PossibleValuesParser, TypedValueParser};
use handler::event::Purpose;

use crate::simulate::Recipient;

/// Lambda's ids are UUIDs; what is no id must not become part of a filter pattern.
pub(super) fn request_id(text: &str) -> Result<String, String> {
    let fits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if fits {
        Ok(text.to_owned())
    } else {
        Err("wants an invocation's id: letters, digits and dashes".to_owned())
    }
}

pub(super) fn purpose() -> impl TypedValueParser<Value = Purpose> {
    PossibleValuesParser::new(Purpose::ALL.map(Purpose::name))
        .try_map(|name| Purpose::from_name(&name).ok_or("is not a purpose"))
}

/// Somebody's own number or address; nothing where the words are neither. What was typed is never printed.
#[derive(Clone, Debug)]
pub(in crate::cli) struct OwnRecipient(pub(in crate::cli) Option<Recipient>);

#[expect(clippy::unnecessary_wraps, reason = "an error of clap's shows what was typed")]
pub(super) fn own_recipient(text: &str) -> Result<OwnRecipient, std::convert::Infallible> {
    Ok(OwnRecipient(Recipient::new(text)))
}

pub(super) fn recipient(text: &str) -> Result<Recipient, &'static str> {
    Recipient::new(text).ok_or("wants a phone number such as +12025550173, or an e-mail address")
}

/// Attributes that other flags set: who gets the message is `--to` alone.
const SET_ELSEWHERE: [(&str, &str); 5] = [
    ("phone_number", "is set by `--to`"),
    ("phone_number_verified", "is set by `--to`"),
    ("email", "is set by `--to`"),
    ("email_verified", "is set by `--to`"),
    ("locale", "is set by `--locale`"),
];

pub(super) fn attribute(text: &str) -> Result<(String, String), &'static str> {
    let (name, value) = metadata(text)?;
    match SET_ELSEWHERE.iter().find(|(other, _)| *other == name) {
        Some((_, why)) => Err(why),
        None => Ok((name, value)),
    }
}

pub(super) fn metadata(text: &str) -> Result<(String, String), &'static str> {
    let (name, value) = text.split_once('=').ok_or("wants NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}
