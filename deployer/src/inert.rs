//! Text of others, made visible: what a terminal, a log or a reader would obey goes out as its number, `\u{1b}`.
//!
//! Names, values, answers of AWS and lines of logs may hold anything. Three outputs have three spellings: [`line`] and
//! [`lines`] for people, [`json`] for programs; Markdown has its own, beside its renderer, over the same list of
//! characters ([`is_active`]). Nothing here knows colours: a colour is put on after this, by whoever owns the terminal.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Whether a character acts instead of being shown: control characters (C0, DEL, C1), those that turn the direction of
/// the text around, and those that take no room and could hide text or make two names look alike.
pub const fn is_active(character: char) -> bool {
    matches!(
        character,
        '\0'..='\u{1f}'
            | '\u{7f}'..='\u{9f}'
            | '\u{ad}'
            | '\u{61c}'
            | '\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

/// A value inside a line: its line breaks are shown too.
pub fn line(text: &str) -> Cow<'_, str> {
    shown(text, |character| !is_active(character))
}

/// Lines that this program put together: its line breaks stay, and no line starts a command of a CI system.
pub fn lines(text: &str) -> Cow<'_, str> {
    match visible(text) {
        Cow::Borrowed(text) => without_commands(text),
        Cow::Owned(text) => Cow::Owned(without_commands(&text).into_owned()),
    }
}

/// A part of such lines, which need not begin where a line does.
pub fn visible(text: &str) -> Cow<'_, str> {
    shown(text, |character| character == '\n' || !is_active(character))
}

/// JSON with the same meaning in which nothing acts. What is escaped stands inside strings alone: outside of them JSON
/// has spaces and line breaks only.
pub fn json(text: &str) -> Cow<'_, str> {
    let acts = |character: char| character != '\n' && is_active(character);
    if !text.contains(acts) && !text.contains(OLD_COMMAND) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        if acts(character) {
            for unit in character.encode_utf16(&mut [0; 2]) {
                // Writing to a String cannot fail, so the result is dropped here and below.
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(character);
        }
    }
    Cow::Owned(out.replace(OLD_COMMAND, "\\u0023#["))
}

/// How a command to GitHub's runner begins: the first anywhere in a line, the second at its start.
const OLD_COMMAND: &str = "##[";
const COMMAND: &str = "::";

/// Lines in which GitHub's runner finds no command, such as `::add-mask::`, whatever is printed there.
pub fn without_commands(text: &str) -> Cow<'_, str> {
    let starts = |line: &str| line.trim_start().starts_with(COMMAND);
    if !text.contains(OLD_COMMAND) && !text.split('\n').any(starts) {
        return Cow::Borrowed(text);
    }
    let lines: Vec<String> = text
        .replace(OLD_COMMAND, "\\u{23}#[")
        .split('\n')
        .map(|line| {
            if starts(line) {
                line.replacen(':', "\\u{3a}", 1)
            } else {
                line.to_owned()
            }
        })
        .collect();
    Cow::Owned(lines.join("\n"))
}

fn shown(text: &str, stays: impl Fn(char) -> bool) -> Cow<'_, str> {
    if text.chars().all(&stays) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        match character {
            each if stays(each) => out.push(each),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            each => {
                let _ = write!(out, "\\u{{{:x}}}", u32::from(each));
            }
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test that cannot go on should fail where it stands")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_acts_is_shown_by_its_number() {
        for (text, expected) in [
            ("acme", "acme"),
            ("\u{1b}[2K\u{1b}[1A", "\\u{1b}[2K\\u{1b}[1A"),
            ("\u{1b}]0;title\u{7}", "\\u{1b}]0;title\\u{7}"),
            ("\u{9b}2J", "\\u{9b}2J"),
            ("a\nb\r\tc", "a\\nb\\r\\tc"),
            ("\u{202e}gpj.exe", "\\u{202e}gpj.exe"),
            ("a\u{200b}b\u{feff}\u{61c}", "a\\u{200b}b\\u{feff}\\u{61c}"),
            ("tag\u{e0041}", "tag\\u{e0041}"),
            ("Zürich 東京 👍 مرحبا", "Zürich 東京 👍 مرحبا"),
        ] {
            assert_eq!(line(text), expected);
        }
        assert_eq!(lines("a\nb\u{8}"), "a\nb\\u{8}");
    }

    #[test]
    fn no_line_is_a_command_of_a_runner() {
        for (text, expected) in [
            ("::error::x", "\\u{3a}:error::x"),
            ("a\n  ::add-mask::x", "a\n  \\u{3a}:add-mask::x"),
            ("\u{a0}::stop-commands::x", "\u{a0}\\u{3a}:stop-commands::x"),
            ("a ##[error]x", "a \\u{23}#[error]x"),
            ("AWS::KMS::Key", "AWS::KMS::Key"),
        ] {
            assert_eq!(lines(text), expected);
        }
    }

    proptest! {
        #[test]
        fn nothing_acts_afterwards(text in any::<String>()) {
            prop_assert!(!line(&text).contains(is_active));
            prop_assert!(!lines(&text).chars().any(|each| each != '\n' && is_active(each)));
        }

        #[test]
        fn json_says_the_same(text in any::<String>(), active in "[\u{0}-\u{1f}\u{7f}-\u{9f}\u{202a}-\u{202e}\u{e0001}#\\[]*") {
            let value = serde_json::json!({ text.as_str(): [active.as_str(), "##[error]"] });
            for written in [value.to_string(), format!("{value:#}")] {
                let written = json(&written);
                prop_assert!(!written.chars().any(|each| each != '\n' && is_active(each)));
                prop_assert!(!written.contains("##["));
                prop_assert_eq!(&serde_json::from_str::<serde_json::Value>(&written).unwrap(), &value);
            }
        }
    }
}
