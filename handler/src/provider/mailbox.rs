//! A mailbox as a `From` header has it: an address, with or without a name.
//!
//! SES takes the header's text as it is, so a name that is not plain ASCII is encoded here, as RFC
//! 2047 says, and one with commas or dots is quoted, as RFC 5322 says.

/// `no-reply@acme.example`, or `Acme <no-reply@acme.example>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mailbox<'a> {
    /// The name that mail programs show.
    pub name: Option<&'a str>,
    /// The address, in ASCII.
    pub address: &'a str,
}

impl<'a> Mailbox<'a> {
    /// Reads a mailbox; nothing when it has no form of one.
    pub fn parse(text: &'a str) -> Option<Self> {
        let (name, address) = match text.strip_suffix('>') {
            Some(rest) => {
                let (name, address) = rest.split_once('<')?;
                (Some(name.trim()), address)
            }
            None => (None, text),
        };
        let named = name.is_none_or(|name| {
            (1..=64).contains(&name.chars().count())
                // Mail programs would show what an encoded word says instead.
                && !name.contains("=?")
                && !name
                    .chars()
                    .any(|character| character.is_control() || "\"\\<>".contains(character))
        });
        (named && is_address(address)).then_some(Self { name, address })
    }

    /// Returns the address's domain.
    pub fn domain(self) -> &'a str {
        self.address.rsplit('@').next().unwrap_or_default()
    }

    /// Returns the mailbox in Unicode, for APIs that write the header themselves.
    pub fn quoted(self) -> String {
        match self.name {
            None => self.address.to_owned(),
            Some(name) => format!("\"{name}\" <{}>", self.address),
        }
    }

    /// Returns the mailbox as a header takes it.
    #[cfg(feature = "lambda")]
    pub fn header(self) -> String {
        match self.name {
            None => self.address.to_owned(),
            Some(name) if name.is_ascii() => self.quoted(),
            Some(name) => format!("{} <{}>", encoded_words(name), self.address),
        }
    }
}

/// Whether `text` is an address in ASCII with a domain of two labels or more.
pub(super) fn is_address(text: &str) -> bool {
    let local = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~.".contains(&byte);
    text.len() <= 254
        && text.split_once('@').is_some_and(|(name, domain)| {
            (1..=64).contains(&name.len()) && name.bytes().all(local) && is_domain(domain)
        })
}

/// Whether `text` is a domain in ASCII of two labels or more.
pub(super) fn is_domain(text: &str) -> bool {
    let label =
        |label: &str| !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    text.len() <= 253 && text.contains('.') && text.split('.').all(label)
}

/// Encodes a name as words of at most 75 characters, each of whole characters.
///
/// Source: RFC 2047, 2 and 5.
#[cfg(feature = "lambda")]
fn encoded_words(name: &str) -> String {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    // "=?UTF-8?B?" and "?=" leave 63 characters, which hold 45 bytes.
    const BYTES: usize = 45;
    let mut words = vec![String::new()];
    for character in name.chars() {
        match words.last_mut() {
            Some(word) if word.len() + character.len_utf8() <= BYTES => word.push(character),
            _ => words.push(character.to_string()),
        }
    }
    let words: Vec<_> = words
        .iter()
        .map(|word| format!("=?UTF-8?B?{}?=", STANDARD.encode(word)))
        .collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mailbox_is_an_address_with_or_without_a_name() {
        let plain = Mailbox::parse("no-reply@mail.acme.example");
        assert_eq!(
            plain.map(|mailbox| (mailbox.name, mailbox.domain())),
            Some((None, "mail.acme.example"))
        );
        let named = Mailbox::parse("Acme, Inc. <a+b@acme.example>");
        assert_eq!(
            named.map(|mailbox| (mailbox.name, mailbox.address)),
            Some((Some("Acme, Inc."), "a+b@acme.example"))
        );
        for wrong in [
            "",
            "acme",
            "@acme.example",
            "a@",
            "a@localhost",
            "a@b@acme.example",
            "<a@acme.example>",
            "Acme a@acme.example",
            "Acme <a@acme.example",
            "A\"B <a@acme.example>",
            "=?utf-8?q?Bank?= <a@acme.example>",
            "A\r\nBcc: x <a@acme.example>",
            "a b@acme.example",
            "a@ac me.example",
            "jané@acme.example",
        ] {
            assert_eq!(Mailbox::parse(wrong), None, "{wrong}");
        }
    }

    #[cfg(feature = "lambda")]
    #[test]
    fn a_name_is_quoted_or_encoded() {
        let header = |text| Mailbox::parse(text).map(Mailbox::header).unwrap_or_default();
        assert_eq!(header("a@acme.example"), "a@acme.example");
        assert_eq!(header("Acme, Inc. <a@acme.example>"), "\"Acme, Inc.\" <a@acme.example>");
        let quoted = |text| Mailbox::parse(text).map(Mailbox::quoted).unwrap_or_default();
        assert_eq!(quoted("a@acme.example"), "a@acme.example");
        assert_eq!(quoted("Zoë, Inc. <a@acme.example>"), "\"Zoë, Inc.\" <a@acme.example>");
        assert_eq!(header("Zoë <a@acme.example>"), "=?UTF-8?B?Wm/Dqw==?= <a@acme.example>");
        let long = header(&format!("{} <a@acme.example>", "日".repeat(64)));
        assert!(long.split(' ').all(|word| word.len() <= 75), "{long}");
        assert_eq!(long.split(' ').count(), 6);
    }
}
