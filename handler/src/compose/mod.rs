//! The text of a message: the built-in English texts, by purpose.
//!
//! A text is filled in one pass, so that a placeholder inside a user name or a password stays what
//! it is. The result is [`Redacted`], since it holds the code.

mod parts;

pub use parts::{Encoding, Parts};

use crate::Redacted;
use crate::event::Purpose;

/// Where the code or the temporary password goes.
const CODE: &str = "{code}";

/// Where the user's name goes.
const USER_NAME: &str = "{user_name}";

/// What a text is filled with.
#[derive(Clone, Copy, Debug)]
pub struct Fill<'a> {
    /// The code or temporary password; nothing where the purpose has none.
    pub code: Option<&'a Redacted<String>>,
    /// The user's name.
    pub user_name: &'a Redacted<String>,
}

/// Why a text could not be composed.
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

/// Returns the built-in text of an SMS, with its placeholders; each fits one part with an 8-digit code.
pub const fn sms_text(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::SignUp | Purpose::ResendCode => {
            "{code} is your code to confirm your account. Do not share it with anyone."
        }
        Purpose::ForgotPassword => "{code} is your code to reset your password. Do not share it with anyone.",
        Purpose::UpdateUserAttribute | Purpose::VerifyUserAttribute => {
            "{code} is your code to verify this phone number. Do not share it with anyone."
        }
        Purpose::AdminCreateUser => "Your user name is {user_name} and your temporary password is {code}",
        Purpose::Authentication => "{code} is your code to sign in. Do not share it with anyone.",
        Purpose::AccountTakeOverNotification => {
            "We noticed an unusual sign-in to your account. If it was not you, change your password now."
        }
    }
}

/// Composes an SMS.
pub fn sms(purpose: Purpose, fill: Fill<'_>) -> Result<Redacted<String>, ComposeError> {
    let mut rest = sms_text(purpose);
    let mut text = String::new();
    while let Some(position) = rest.find('{') {
        let (before, placeholder) = rest.split_at(position);
        text.push_str(before);
        rest = if let Some(after) = placeholder.strip_prefix(CODE) {
            text.push_str(fill.code.ok_or(ComposeError::NoCode)?.expose());
            after
        } else if let Some(after) = placeholder.strip_prefix(USER_NAME) {
            text.push_str(fill.user_name.expose());
            after
        } else {
            text.push('{');
            placeholder.strip_prefix('{').unwrap_or_default()
        };
    }
    text.push_str(rest);
    Ok(Redacted::new(text))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test that cannot go on should fail where it stands")]
mod tests {
    use super::*;

    fn composed(purpose: Purpose, code: Option<&str>, user_name: &str) -> Result<String, ComposeError> {
        let code = code.map(|code| Redacted::new(code.to_owned()));
        let user_name = Redacted::new(user_name.to_owned());
        sms(
            purpose,
            Fill {
                code: code.as_ref(),
                user_name: &user_name,
            },
        )
        .map(|text| text.expose().clone())
    }

    #[test]
    fn every_text_is_one_gsm7_part_and_has_what_its_purpose_is_about() {
        for purpose in Purpose::ALL {
            let text = composed(purpose, Some("12345678"), "0e8d5b1c-4f6a-4c1e-9b1a-2d3c4b5a6f70").unwrap();
            assert_eq!(
                Parts::of(&text),
                Parts {
                    encoding: Encoding::Gsm7,
                    count: 1
                },
                "{text}"
            );
            assert_eq!(text.contains("12345678"), purpose.has_code(), "{text}");
            assert_eq!(text.contains("0e8d5b1c"), purpose == Purpose::AdminCreateUser, "{text}");
            assert!(!text.contains(['{', '}']), "{text}");
        }
    }

    #[test]
    fn a_text_about_a_code_needs_one() {
        for purpose in Purpose::ALL {
            assert_eq!(
                composed(purpose, None, "jane").is_ok(),
                !purpose.has_code(),
                "{purpose:?}"
            );
        }
    }

    #[test]
    fn placeholders_in_what_is_filled_in_are_left_alone() {
        assert_eq!(
            composed(Purpose::AdminCreateUser, Some("{user_name}"), "{code}").unwrap(),
            "Your user name is {code} and your temporary password is {user_name}"
        );
    }
}
