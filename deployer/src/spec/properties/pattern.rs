//! The schema's patterns, each as a check of its own.
//!
//! There are few, and most use Unicode classes that only a large engine knows. A text is refused only
//! where no reading of the pattern takes it: characters that a later Unicode assigns are let through.

/// What a text has to look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pattern {
    /// Every text.
    Anything,
    /// An ARN.
    Arn,
    /// An ARN, or nothing.
    ArnOrEmpty,
    /// Letters, digits, `_` and `-`.
    Word,
    /// Visible characters.
    Visible,
    /// Visible characters around an `@`.
    Address,
    /// Visible characters and white space.
    Line,
    /// Visible characters and white space, or nothing.
    Text,
    /// A text with `{####}` in it.
    Code,
    /// Visible characters and white space with `{####}` between them.
    CodeText,
    /// Visible characters and white space with `{##…##}` between them.
    LinkText,
}

const PART: &str = r"[\w+=/,.@-]+";
const VISIBLE: &str = r"\p{L}\p{M}\p{S}\p{N}\p{P}";

impl Pattern {
    /// Returns the check for a pattern of the schema; the tests see to it that there is one for each.
    pub(super) fn of(pattern: &str) -> Option<Self> {
        let arn = format!("arn:{PART}:{PART}:([\\w+=/,.@-]*)?:[0-9]+:{PART}(:{PART})?(:{PART})?");
        let text = format!("[{VISIBLE}\\s*]*");
        let all = [
            ("^(?s)".to_owned(), Self::Anything),
            (format!("^{arn}$"), Self::Arn),
            (arn.clone(), Self::Arn),
            (format!("^({arn})?$"), Self::ArnOrEmpty),
            ("^[a-zA-Z0-9_-]+$".to_owned(), Self::Word),
            (format!("^[{VISIBLE}]+$"), Self::Visible),
            (format!("^[{VISIBLE}]+@[{VISIBLE}]+$"), Self::Address),
            (format!("^[{VISIBLE}\\s]+$"), Self::Line),
            (format!("^{text}$"), Self::Text),
            (r"\{####\}".to_owned(), Self::Code),
            (format!(r"^{text}\{{####\}}{text}$"), Self::CodeText),
            (format!(r"^{text}\{{##{text}##\}}{text}$"), Self::LinkText),
        ];
        all.into_iter()
            .find(|(known, _)| known == pattern)
            .map(|(_, pattern)| pattern)
    }

    /// What a message says that is wanted.
    pub(super) const fn wanted(self) -> &'static str {
        match self {
            Self::Anything => "text",
            Self::Arn => "an ARN: arn:partition:service:region:account:resource",
            Self::ArnOrEmpty => "an ARN, arn:partition:service:region:account:resource, or \"\"",
            Self::Word => "letters, digits, `_` and `-` alone",
            Self::Visible => "visible characters without spaces",
            Self::Address => "an address with an `@`, without spaces",
            Self::Line | Self::Text => "visible characters and spaces alone",
            Self::Code => "`{####}` where the code goes",
            Self::CodeText => "visible characters and spaces, with `{####}` where the code goes",
            Self::LinkText => "visible characters and spaces, with `{##…##}` around the link's words",
        }
    }

    pub(super) fn matches(self, text: &str) -> bool {
        match self {
            Self::Anything => true,
            Self::Arn => is_arn(text),
            Self::ArnOrEmpty => text.is_empty() || is_arn(text),
            Self::Word => !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "_-".contains(c)),
            Self::Visible => !text.is_empty() && text.chars().all(is_visible),
            Self::Address => {
                let mut inner = text.chars();
                inner.next();
                inner.next_back();
                text.chars().all(is_visible) && inner.as_str().contains('@')
            }
            Self::Line => !text.is_empty() && is_text(text),
            Self::Text => is_text(text),
            Self::Code => text.contains("{####}"),
            Self::CodeText => is_text(text) && text.contains("{####}"),
            Self::LinkText => is_text(text) && text.split_once("{##").is_some_and(|(_, rest)| rest.contains("##}")),
        }
    }
}

fn is_arn(text: &str) -> bool {
    let parts: Vec<&str> = text.split(':').collect();
    let inner = |c: char| c.is_ascii_alphanumeric() || "_+=/,.@-".contains(c);
    let [arn, partition, service, region, account, resource @ ..] = parts.as_slice() else {
        return false;
    };
    let part = |part: &&str| !part.is_empty() && part.chars().all(inner);
    *arn == "arn"
        && part(partition)
        && part(service)
        && region.chars().all(inner)
        && !account.is_empty()
        && account.bytes().all(|byte| byte.is_ascii_digit())
        && (1..=3).contains(&resource.len())
        && resource.iter().all(part)
}

fn is_text(text: &str) -> bool {
    text.chars().all(|c| c.is_whitespace() || is_visible(c))
}

/// Whether a character may be a letter, mark, symbol, number or punctuation: it is no white space, no
/// control, and neither invisible formatting nor for private use.
fn is_visible(c: char) -> bool {
    let invisible = matches!(c,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0001}' | '\u{e0020}'..='\u{e007f}'
        | '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{10ffff}');
    !(c.is_whitespace() || c.is_control() || invisible)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_pattern_takes_what_it_wants_and_no_more() {
        let arn = "arn:aws:iam::111122223333:role/cognito-sms";
        let rows: [(Pattern, &[&str], &[&str]); 10] = [
            (
                Pattern::Arn,
                &[arn, "arn:aws:lambda:us-west-2:1:function:a:b"],
                &[
                    "",
                    "role/x",
                    "arn:aws:iam::me:role/x",
                    "arn:aws:iam::1:a b",
                    "arn:aws:iam::1:a:b:c:d",
                ],
            ),
            (Pattern::ArnOrEmpty, &["", arn], &["arn:"]),
            (Pattern::Word, &["acme_set-1"], &["", "a b", "é"]),
            (Pattern::Visible, &["email", "プラン"], &["", "a b", "a\u{200b}"]),
            (Pattern::Address, &["a@b", "@@@"], &["a@", "@b", "a b@c", "ab"]),
            (
                Pattern::Line,
                &["Your code", "コード: 1"],
                &["", "a\u{7}", "👨\u{200d}👩"],
            ),
            (Pattern::Text, &["", "a\nb"], &["\u{0}"]),
            (Pattern::Code, &["{####}", "\u{7}{####}"], &["{###}", "####"]),
            (Pattern::CodeText, &["Code: {####}\n"], &["Code", "{####}\u{7}"]),
            (Pattern::LinkText, &["{##Verify##}", "{####}"], &["{##Verify", "##}{##"]),
        ];
        for (pattern, good, bad) in rows {
            assert!(good.iter().all(|text| pattern.matches(text)), "{pattern:?}: {good:?}");
            assert!(!bad.iter().any(|text| pattern.matches(text)), "{pattern:?}: {bad:?}");
        }
        assert!(Pattern::Anything.matches("\u{0}"));
    }

    #[test]
    fn a_pattern_that_is_not_known_has_no_check() {
        assert_eq!(Pattern::of("^a$"), None);
        assert_eq!(Pattern::of("^[a-zA-Z0-9_-]+$"), Some(Pattern::Word));
    }
}
