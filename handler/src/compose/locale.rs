//! The language of a text, as a BCP 47 tag, and which others do when it is not there.

use std::fmt;

/// The longest tag that is read; RFC 5646, 4.4.1, wants at least 35.
const LONGEST: usize = 35;

/// A language, such as `en`, `pt-BR` or `zh-Hant`.
///
/// It is written as RFC 5646, 2.1.1, recommends, so that `ZH_hant` and `zh-Hant` are the same.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Locale(String);

impl Locale {
    /// Returns the locale that `text` spells, in whichever case, with `-` or `_`.
    ///
    /// What follows a `.` or an `@`, as in `en_US.UTF-8`, is left out.
    pub fn new(text: &str) -> Option<Self> {
        let text = text.split(['.', '@']).next().unwrap_or_default();
        if text.len() > LONGEST {
            return None;
        }
        let mut tag = String::with_capacity(text.len());
        for (position, part) in text.split(['-', '_']).enumerate() {
            let letters = part.bytes().all(|byte| byte.is_ascii_alphabetic());
            let fits = part.bytes().all(|byte| byte.is_ascii_alphanumeric()) && (1..=8).contains(&part.len());
            if !fits || (position == 0 && !(letters && part.len() >= 2)) {
                return None;
            }
            if position > 0 {
                tag.push('-');
            }
            match (position, part.len()) {
                (1.., 4) if letters => {
                    let (first, rest) = part.split_at(1);
                    tag.push_str(&first.to_ascii_uppercase());
                    tag.push_str(&rest.to_ascii_lowercase());
                }
                (1.., 2) if letters => tag.push_str(&part.to_ascii_uppercase()),
                _ => tag.push_str(&part.to_ascii_lowercase()),
            }
        }
        Some(Self(tag))
    }

    /// Takes a tag that stands in our own sources.
    pub(super) fn known(tag: &'static str) -> Self {
        Self(tag.to_owned())
    }

    /// Returns the tag.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns this locale and those that do in its place, the nearest first.
    ///
    /// The last part falls away, one after the other, as in RFC 4647, 3.4. Chinese without a script is that of its
    /// region, as in CLDR's likely subtags: traditional characters in Taiwan, Hong Kong and Macao, simplified
    /// ones everywhere else.
    pub fn chain(&self) -> Vec<Self> {
        let mut chain = vec![self.0.clone()];
        if self.0 == "zh" {
            chain.push("zh-Hans".to_owned());
            return chain.into_iter().map(Self).collect();
        }
        // Two letters are a region; a script has four.
        if let Some(rest) = self.0.strip_prefix("zh-")
            && let Some(region) = rest.split('-').next().filter(|region| region.len() == 2)
        {
            let traditional = ["TW", "HK", "MO"].contains(&region);
            chain.push(format!("zh-{}-{rest}", if traditional { "Hant" } else { "Hans" }));
        }
        let mut rest = chain.last().cloned().unwrap_or_default();
        while let Some((shorter, _)) = rest.rsplit_once('-') {
            rest = shorter.to_owned();
            // A single letter only introduces what followed it.
            if !rest.as_bytes().iter().rev().take(2).any(|byte| *byte == b'-') {
                chain.push(rest.clone());
            }
        }
        chain.into_iter().map(Self).collect()
    }
}

impl fmt::Display for Locale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test that cannot go on should fail where it stands")]
mod tests {
    use super::*;

    #[test]
    fn tags_are_read_as_people_write_them() {
        for (text, tag) in [
            ("en", "en"),
            ("EN_us", "en-US"),
            ("zh-hant-tw", "zh-Hant-TW"),
            ("ZH_HANT", "zh-Hant"),
            ("en_US.UTF-8", "en-US"),
            ("de@euro", "de"),
            ("es-419", "es-419"),
            ("sl-rozaj-biske", "sl-rozaj-biske"),
        ] {
            assert_eq!(Locale::new(text).unwrap().as_str(), tag, "{text}");
        }
        for wrong in [
            "",
            "e",
            "-",
            "en-",
            "12",
            "e1",
            "en US",
            "en--US",
            "日本語",
            "../en",
            &"en-abcd".repeat(9),
        ] {
            assert_eq!(Locale::new(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_locale_falls_back_part_by_part() {
        for (text, wanted) in [
            ("en", "en"),
            ("zh-Hant-TW", "zh-Hant-TW zh-Hant zh"),
            ("zh_TW", "zh-TW zh-Hant-TW zh-Hant zh"),
            ("zh_HK", "zh-HK zh-Hant-HK zh-Hant zh"),
            ("zh-CN", "zh-CN zh-Hans-CN zh-Hans zh"),
            ("zh-SG", "zh-SG zh-Hans-SG zh-Hans zh"),
            ("zh", "zh zh-Hans"),
            ("zh-TW-x-a", "zh-TW-x-a zh-Hant-TW-x-a zh-Hant-TW zh-Hant zh"),
            ("pt-PT", "pt-PT pt"),
            ("ar_EG", "ar-EG ar"),
            ("de-CH-x-office", "de-CH-x-office de-CH de"),
        ] {
            let chain = Locale::new(text).unwrap().chain();
            let chain: Vec<&str> = chain.iter().map(Locale::as_str).collect();
            assert_eq!(chain.join(" "), wanted, "{text}");
        }
    }
}
