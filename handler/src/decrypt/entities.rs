//! The five predefined entities of XML, which Cognito puts into temporary passwords.
//!
//! Source: "Custom email sender Lambda trigger", Amazon Cognito Developer Guide: reserved characters
//! of an `AdminCreateUser` secret are escaped. Codes never are, so only that purpose is un-escaped.

use crate::Redacted;

const ENTITIES: [(&str, char); 5] = [
    ("&amp;", '&'),
    ("&lt;", '<'),
    ("&gt;", '>'),
    ("&quot;", '"'),
    ("&apos;", '\''),
];

/// Replaces each entity by its character, once: what that makes is not looked at again.
pub fn unescape(escaped: &Redacted<String>) -> Redacted<String> {
    let mut rest = escaped.expose().as_str();
    let mut text = String::with_capacity(rest.len());
    while let Some(position) = rest.find('&') {
        let (before, entity) = rest.split_at(position);
        text.push_str(before);
        let known = ENTITIES
            .iter()
            .find_map(|(name, character)| Some((*character, entity.strip_prefix(name)?)));
        let (character, after) = known.unwrap_or(('&', entity.strip_prefix('&').unwrap_or_default()));
        text.push(character);
        rest = after;
    }
    text.push_str(rest);
    Redacted::new(text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn unescaped(text: &str) -> String {
        unescape(&Redacted::new(text.to_owned())).expose().clone()
    }

    #[test]
    fn the_five_entities_are_replaced_once() {
        for (escaped, text) in [
            ("123456", "123456"),
            ("a&lt;b&gt;c&amp;d&quot;e&apos;f", "a<b>c&d\"e'f"),
            ("&amp;lt;", "&lt;"),
            ("&amp;amp;lt;", "&amp;lt;"),
            ("&&lt;&", "&<&"),
            ("&LT; &#60; &lt &nbsp;", "&LT; &#60; &lt &nbsp;"),
            ("é&lt;ü", "é<ü"),
        ] {
            assert_eq!(unescaped(escaped), text, "{escaped}");
        }
    }

    proptest! {
        #[test]
        fn escaping_is_undone(text in "[a-z&<>\"';é]{0,40}") {
            let escaped = text
                .replace('&', "&amp;")
                .replace('<', "&lt;")
                .replace('>', "&gt;")
                .replace('"', "&quot;")
                .replace('\'', "&apos;");
            prop_assert_eq!(unescaped(&escaped), text);
        }
    }
}
