//! How many parts an SMS takes, which is what it costs.
//!
//! Source: 3GPP TS 23.038, "Alphabets and language-specific information", 6.2.1.

/// One septet each.
const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?\
¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";

/// Two septets each: an escape comes first.
const EXTENSION: &str = "\u{c}^{}\\[~]|€";

/// How the text is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// The default alphabet, 160 characters to a part.
    Gsm7,
    /// UTF-16, 70 characters to a part; one character outside the default alphabet is enough.
    Ucs2,
}

/// The parts of one SMS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parts {
    /// How the text is sent.
    pub encoding: Encoding,
    /// How many parts it takes.
    pub count: usize,
}

impl Parts {
    /// Counts the parts of `text`.
    pub fn of(text: &str) -> Self {
        if let Some(sizes) = text.chars().map(septets).collect::<Option<Vec<usize>>>() {
            Self {
                encoding: Encoding::Gsm7,
                count: count(&sizes, 160, 153),
            }
        } else {
            let sizes: Vec<usize> = text.chars().map(char::len_utf16).collect();
            Self {
                encoding: Encoding::Ucs2,
                count: count(&sizes, 70, 67),
            }
        }
    }
}

fn septets(character: char) -> Option<usize> {
    if BASIC.contains(character) {
        Some(1)
    } else if EXTENSION.contains(character) {
        Some(2)
    } else {
        None
    }
}

/// Fills part after part; a character of two units is never torn apart.
fn count(sizes: &[usize], alone: usize, in_many: usize) -> usize {
    if sizes.iter().sum::<usize>() <= alone {
        return 1;
    }
    let mut parts = 1;
    let mut filled = 0;
    for size in sizes {
        if filled + size > in_many {
            parts += 1;
            filled = 0;
        }
        filled += size;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_counted_as_networks_count_them() {
        use Encoding::{Gsm7, Ucs2};
        assert_eq!(
            BASIC.chars().count(),
            127,
            "the table has 128 places, one of them the escape"
        );
        for (text, encoding, count) in [
            (String::new(), Gsm7, 1),
            ("a".repeat(160), Gsm7, 1),
            ("a".repeat(161), Gsm7, 2),
            ("a".repeat(306), Gsm7, 2),
            ("a".repeat(307), Gsm7, 3),
            ("€".repeat(80), Gsm7, 1),
            ("€".repeat(81), Gsm7, 2),
            ("€".repeat(153), Gsm7, 3),
            ("`".to_owned(), Ucs2, 1),
            ("é".repeat(160), Gsm7, 1),
            ("ё".repeat(70), Ucs2, 1),
            ("ё".repeat(71), Ucs2, 2),
            ("😀".repeat(35), Ucs2, 1),
            ("😀".repeat(36), Ucs2, 2),
            ("😀".repeat(67), Ucs2, 3),
        ] {
            assert_eq!(Parts::of(&text), Parts { encoding, count }, "{text}");
        }
    }
}
