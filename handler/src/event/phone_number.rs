//! A user's phone number.

use std::fmt;

use crate::Redacted;

/// How many digits E.164 allows, the country's calling code included.
const DIGITS: std::ops::RangeInclusive<usize> = 5..=15;

/// A phone number in E.164 form: `+`, then the calling code and the number, digits only.
///
/// Cognito stores no other form. It prints as `***`.
#[derive(Clone, PartialEq, Eq)]
pub struct PhoneNumber(Redacted<String>);

impl PhoneNumber {
    /// Returns the number that `text` spells, if it has the form of one.
    pub fn new(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('+')?;
        let fits = DIGITS.contains(&digits.len())
            && digits.bytes().all(|byte| byte.is_ascii_digit())
            && !digits.starts_with('0');
        fits.then(|| Self(Redacted::new(text.to_owned())))
    }

    /// Returns the number itself, for the provider that delivers to it.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }
}

impl fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl fmt::Display for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test that cannot go on should fail where it stands")]
mod tests {
    use super::*;

    #[test]
    fn only_e164_is_a_number_and_it_is_not_printed() {
        let number = PhoneNumber::new("+12025550173").unwrap();
        assert_eq!(format!("{number} {number:?}"), "*** ***");
        assert_eq!(number.expose(), "+12025550173");
        for wrong in [
            "",
            "+",
            "12025550173",
            "+1202-555-0173",
            "+0123456",
            "+1234",
            "+1234567890123456",
            "+१२३४५६",
        ] {
            assert_eq!(PhoneNumber::new(wrong), None, "{wrong}");
        }
    }
}
