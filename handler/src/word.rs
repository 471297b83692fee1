//! A name that came from outside and may be logged.

use std::fmt;

/// The longest name that is shown.
const LONGEST: usize = 64;

/// How many digits a name may have: enough for `customSMSSenderRequestV10`, too few for a code.
const MOST_DIGITS: usize = 2;

/// A name such as a trigger source or an error code of a service.
///
/// Letters, `_`, `-`, `.` and at most two digits; anything else is shown as `(unprintable)`, since
/// a phone number, an address or a code could hide in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word(Option<String>);

impl Word {
    /// Takes `name` if it may be shown.
    pub fn new(name: &str) -> Self {
        let digits = name.bytes().filter(u8::is_ascii_digit).count();
        let plain = name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte));
        let shown = plain && digits <= MOST_DIGITS && (1..=LONGEST).contains(&name.len());
        Self(shown.then(|| name.to_owned()))
    }

    /// Returns the name, or `(unprintable)`.
    pub fn as_str(&self) -> &str {
        self.0.as_deref().unwrap_or("(unprintable)")
    }
}

impl fmt::Display for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_shown_and_everything_else_is_not() {
        for name in [
            "CustomSMSSender_SignUp",
            "customSMSSenderRequestV1",
            "AccessDeniedException",
            "a.b-c",
        ] {
            assert_eq!(Word::new(name).as_str(), name);
        }
        for other in [
            "",
            "123456",
            "+12025550173",
            "jane@acme.example",
            "a b",
            &"x".repeat(65),
        ] {
            assert_eq!(Word::new(other).as_str(), "(unprintable)", "{other}");
        }
    }
}
