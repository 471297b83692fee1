//! Findings with the line that they speak of.
//!
//! The renderer puts colours into its text, so what it gets is inert before.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level as Title, Renderer, Snippet};

use super::context::Context;
use super::wrap::wrap;
use crate::finding::{Code, Finding, Level, Place, masked};
use crate::inert;

/// Prints findings to stderr, each with its file, line, column and hints.
pub(super) fn print(context: &Context, findings: &[Finding]) {
    for finding in findings {
        context.out.styled(&render(finding, context.out.width()));
        context.out.styled("");
    }
}

/// Counts errors in words, such as `3 errors`.
pub(super) fn count(findings: &[Finding]) -> String {
    let errors = findings
        .iter()
        .filter(|finding| finding.code.entry().level == Level::Error)
        .count();
    if errors == 1 {
        "1 error".to_owned()
    } else {
        format!("{errors} errors")
    }
}

fn render(finding: &Finding, width: Option<usize>) -> String {
    let code = finding.code.to_string();
    // What stands before a title, and before a hint below a snippet of a thousand lines.
    let title_room = width.map(|width| width.saturating_sub("warning[]: ".len() + code.len()));
    let hint_room = width.map(|width| width.saturating_sub("     = help: ".len()));
    let fitted = |text: &str, room: Option<usize>| room.map_or_else(|| text.to_owned(), |room| wrap(text, room));
    let message = fitted(&inert::line(&finding.message), title_room);
    let title = match finding.code.entry().level {
        Level::Error => Title::ERROR,
        Level::Guard | Level::Warning => Title::WARNING,
    };
    let mut group = match &finding.place {
        Some(place) => {
            let path = place.source.path().display().to_string();
            // A span of nothing, such as at the end of a file, still gets its caret.
            let span = place.span.start..place.span.end.max(place.span.start);
            let (text, span) = pictured(&shown(finding.code, place), span);
            let snippet = Snippet::source(text)
                .line_start(1)
                .path(inert::line(&path).into_owned())
                .annotation(AnnotationKind::Primary.span(span));
            title.primary_title(message).id(code).element(snippet)
        }
        None => Group::with_title(title.primary_title(message).id(code)),
    };
    for hint in &finding.hints {
        group = group.element(Title::HELP.message(fitted(&inert::line(hint), hint_room)));
    }
    let renderer = Renderer::styled();
    let renderer = width.map_or(renderer.clone(), |width| renderer.term_width(width));
    renderer.render(&[group])
}

/// The text that a snippet is cut from. After a key that nobody knows a secret may stand, so the rest of its
/// line is left out.
fn shown(code: Code, place: &Place) -> String {
    let text = &masked(place.source.text());
    let unknown = matches!(code, Code::UnknownKey | Code::UnknownProperty);
    match (unknown, text.get(..place.span.end), text.get(place.span.end..)) {
        (true, Some(before), Some(after)) => {
            let rest = after.find('\n').and_then(|end| after.get(end..)).unwrap_or_default();
            format!("{before}: …{rest}")
        }
        _ => text.to_owned(),
    }
}

/// A file's text with one picture for each character that acts, so that columns stay as they are; and the span in it.
fn pictured(text: &str, span: Range<usize>) -> (String, Range<usize>) {
    let part = |range: Range<usize>| {
        text.get(range)
            .unwrap_or_default()
            .chars()
            .map(picture)
            .collect::<String>()
    };
    let (before, marked) = (part(0..span.start), part(span.start..span.end));
    let after = part(span.end.min(text.len())..text.len());
    let (start, end) = (before.len(), before.len() + marked.len());
    (format!("{before}{marked}{after}"), start..end)
}

fn picture(character: char) -> char {
    match character {
        // The renderer knows lines, and shows a tab as blanks.
        '\n' | '\t' | '\r' => character,
        '\0'..='\u{1f}' => char::from_u32(0x2400 + u32::from(character)).unwrap_or(char::REPLACEMENT_CHARACTER),
        '\u{7f}' => '\u{2421}',
        other if inert::is_active(other) => char::REPLACEMENT_CHARACTER,
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Source;

    #[test]
    fn what_a_finding_quotes_is_inert_and_stays_in_its_column() {
        let text = "a: \u{1b}[2K\u{9b}\u{202e}x\nb: \u{7f}here\r\nc: ::error::\n";
        let start = text.find("here").unwrap_or_default();
        let source = Source::new("a\n\u{1b}[2J.yaml", text);
        let place = Place {
            source,
            span: start..start + 4,
        };
        let finding = Finding::at(Code::BadValue, place, "found `\u{1b}[1A\n::error::x`").hint("use \u{9b}31m");
        let shown = render(&finding, None);
        let plain = anstream::adapter::strip_str(&shown).to_string();
        assert!(
            !plain.chars().any(|each| each != '\n' && inert::is_active(each)),
            "{plain:?}"
        );
        for expected in [
            "found `\\u{1b}[1A\\n::error::x`",
            "a\\n\\u{1b}[2J.yaml:2:5",
            "2 | b: \u{2421}here\n",
            "  |     ^^^^",
            "use \\u{9b}31m",
        ] {
            assert!(plain.contains(expected), "{expected}: {plain}");
        }
    }
}
