//! Text of others inside Markdown: it stays text.
//!
//! What could end a code span, a table's cell or a `<details>`, begin a link or call a person goes in as a numeric
//! reference, which GitHub shows as the character and reads as nothing else. The `<code>` element is used instead of
//! backticks, since references count in it.

use std::fmt::Write as _;

use crate::inert::is_active;

/// A value that is longer is cut: it would hide the rest.
const WIDEST_VALUE: usize = 240;
/// The same for a sentence.
const WIDEST_PROSE: usize = 900;

/// ASCII that means something to Markdown, HTML or GitHub.
pub(super) const SPECIAL: &str = "&<>|`*_~[]\\#@!$^";

/// A value as code.
pub(super) fn code(text: &str) -> String {
    format!("<code>{}</code>", escaped(&short(text, WIDEST_VALUE), false))
}

/// A sentence; what stands in pairs of backticks becomes code.
pub(super) fn prose(text: &str) -> String {
    let text = short(text, WIDEST_PROSE);
    if text.matches('`').count() % 2 == 1 {
        return escaped(&text, true);
    }
    let mut out = String::new();
    for (index, part) in text.split('`').enumerate() {
        if index % 2 == 1 {
            out.push_str(&code(part));
        } else {
            out.push_str(&escaped(part, true));
        }
    }
    out
}

/// A hint: the command or the line that it ends with is code, for whoever copies it.
pub(super) fn hint(text: &str) -> String {
    let copied = ["deployer ", "aws ", "acknowledge: "];
    match text.split_once(": ") {
        Some((before, after)) if copied.iter().any(|start| after.starts_with(start)) => {
            // It is worth nothing when it is cut.
            let after = escaped(&short(after, WIDEST_PROSE), false);
            format!("{}: <code>{after}</code>", prose(before))
        }
        _ => prose(text),
    }
}

fn short(text: &str, widest: usize) -> String {
    let count = text.chars().count();
    if count <= widest {
        return text.to_owned();
    }
    let head: String = text.chars().take(widest).collect();
    format!("{head}… ({count} characters)")
}

/// GitHub looks for `@name` and `#1` after it read the references, and spares only what is code.
fn escaped(text: &str, mentions: bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(each) = characters.next() {
        // Writing to a String cannot fail, so the results are dropped here.
        let _ = match each {
            '\n' => write!(out, "↵"),
            // These would turn what follows around, or hide it.
            each if is_active(each) => write!(out, "&#92;u{{{:x}}}", u32::from(each)),
            '@' | '#' if mentions => write!(out, "&#{};&#8203;", u32::from(each)),
            ':' if characters.peek() == Some(&'/') => write!(out, "&#58;"),
            each if SPECIAL.contains(each) => write!(out, "&#{};", u32::from(each)),
            each => write!(out, "{each}"),
        };
    }
    out
}
