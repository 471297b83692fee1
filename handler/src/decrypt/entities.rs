//! Character references, which Cognito puts into temporary passwords.
//!
//! Source: "Custom email sender Lambda trigger", Amazon Cognito Developer Guide: reserved characters
//! of an `AdminCreateUser` secret are escaped. Cognito writes some by name and some by number
//! (`&#39;`). Codes never are, so only that purpose is un-escaped.

use crate::Redacted;

const ENTITIES: [(&str, char); 5] = [("amp", '&'), ("lt", '<'), ("gt", '>'), ("quot", '"'), ("apos", '\'')];

/// The most characters between `&` and `;`: `#x10FFFF`, and some leading zeros.
const LONGEST: usize = 16;

/// Replaces each reference by its character in one pass, so that a replaced `&` starts no further reference.
/// References that are unknown stay as they are.
pub fn unescape(escaped: &Redacted<String>) -> Redacted<String> {
    let mut rest = escaped.expose().as_str();
    let mut text = String::with_capacity(rest.len());
    while let Some((before, after)) = rest.split_once('&') {
        text.push_str(before);
        rest = if let Some((character, behind)) = reference(after) {
            text.push(character);
            behind
        } else {
            text.push('&');
            after
        };
    }
    text.push_str(rest);
    Redacted::new(text)
}

/// Returns the character of the reference that `text` begins with, without its `&`, and the text behind it.
fn reference(text: &str) -> Option<(char, &str)> {
    let (name, behind) = text.split_once(';')?;
    if name.len() > LONGEST {
        return None;
    }
    let character = match name.strip_prefix('#') {
        Some(number) => numbered(number)?,
        None => ENTITIES.iter().find(|(known, _)| *known == name)?.1,
    };
    Some((character, behind))
}

fn numbered(number: &str) -> Option<char> {
    let (digits, radix) = match number.strip_prefix(['x', 'X']) {
        Some(digits) => (digits, 16),
        None => (number, 10),
    };
    // `from_str_radix` takes a sign too.
    if !digits.chars().all(|digit| digit.is_digit(radix)) {
        return None;
    }
    let character = char::from_u32(u32::from_str_radix(digits, radix).ok()?)?;
    // No password has a control character, and none must reach a message.
    (!character.is_control()).then_some(character)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn unescaped(text: &str) -> String {
        unescape(&Redacted::new(text.to_owned())).expose().clone()
    }

    #[test]
    fn references_are_replaced_once() {
        for (escaped, text) in [
            ("123456", "123456"),
            ("a&lt;b&gt;c&amp;d&quot;e&apos;f", "a<b>c&d\"e'f"),
            ("&amp;lt;", "&lt;"),
            ("&amp;amp;lt;", "&amp;lt;"),
            ("&&lt;&", "&<&"),
            ("&LT; &lt &nbsp; &;", "&LT; &lt &nbsp; &;"),
            ("a&lt;b&gt;&amp;C1&quot;&#39;d.", "a<b>&C1\"'d."),
            ("&#39;&#x27;&#X27;&#039;&#60;&#x3c;&#x3C;&#38;", "''''<<<&"),
            ("&amp;#39; &#38;#39; &#38;lt;", "&#39; &#39; &lt;"),
            (
                "&# &#; &#x; &#xg; &#3a; &#+39; &#-1; &#39",
                "&# &#; &#x; &#xg; &#3a; &#+39; &#-1; &#39",
            ),
            (
                "&#0; &#10; &#xD800; &#x110000; &#4294967335; &#00000000000000000039;",
                "&#0; &#10; &#xD800; &#x110000; &#4294967335; &#00000000000000000039;",
            ),
            ("&#233;&#x1F512;", "é\u{1f512}"),
            ("é&lt;ü", "é<ü"),
        ] {
            assert_eq!(unescaped(escaped), text, "{escaped}");
        }
    }

    proptest! {
        #[test]
        fn escaping_is_undone(text in "[a-z&<>\"';#0-9é]{0,40}", apostrophe in "&(apos|#39|#x27);") {
            let escaped = text
                .replace('&', "&amp;")
                .replace('<', "&lt;")
                .replace('>', "&gt;")
                .replace('"', "&quot;")
                .replace('\'', &apostrophe);
            prop_assert_eq!(unescaped(&escaped), text);
        }
    }
}
