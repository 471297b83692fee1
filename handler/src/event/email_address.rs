//! A user's e-mail address.

use std::fmt;

use crate::Redacted;

/// The longest address that SMTP carries.
///
/// Source: RFC 5321, 4.5.3.1.3, less the angle brackets.
const LONGEST: usize = 254;

/// An e-mail address as Cognito stores it; it prints as `***`.
///
/// Only what would let one address become two, or end a header, is refused: whether there is such a
/// mailbox is for the provider to say.
#[derive(Clone, PartialEq, Eq)]
pub struct EmailAddress(Redacted<String>);

impl EmailAddress {
    /// Returns the address that `text` spells, if it has the form of one.
    pub fn new(text: &str) -> Option<Self> {
        let (local, domain) = text.rsplit_once('@')?;
        let plain = |part: &str| {
            // A mail server may read a second `@` as the address's domain, and an encoded word as anything at all.
            !part.is_empty()
                && !part.contains("=?")
                && part.chars().all(|character| {
                    !character.is_whitespace() && !character.is_control() && !",;:<>()[]@\"\\".contains(character)
                })
        };
        let fits = text.len() <= LONGEST && plain(local) && plain(domain);
        fits.then(|| Self(Redacted::new(text.to_owned())))
    }

    /// Returns the address itself, for the provider that delivers to it.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }
}

impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_plain_address_is_an_address() {
        for right in ["jane@acme.example", "j.o'neil+x@acme.example", "用户@例子.example"] {
            let address = EmailAddress::new(right);
            assert_eq!(address.as_ref().map(EmailAddress::expose), Some(right));
            assert_eq!(format!("{address:?}"), "Some(***)");
        }
        for wrong in [
            "",
            "jane",
            "@acme.example",
            "jane@",
            "jane@acme.example,joe@acme.example",
            "jane@acme.example@evil.example",
            "a@b@c.example",
            "@evil.example:jane@acme.example",
            "jane@[127.0.0.1]",
            "=?utf-8?q?joe=40evil.example=2C?=@acme.example",
            "Jane <jane@acme.example>",
            "jane@acme.example\r\nBcc: joe@acme.example",
            &format!("{}@acme.example", "j".repeat(250)),
        ] {
            assert_eq!(EmailAddress::new(wrong), None, "{wrong}");
        }
    }
}
