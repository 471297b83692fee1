//! Findings with the line that they speak of.

use annotate_snippets::{AnnotationKind, Group, Level as Title, Renderer, Snippet};

use super::context::Context;
use super::wrap::wrap;
use crate::finding::{Code, Finding, Level, Place};

/// Prints findings to stderr, each with its file, line, column and hints.
pub(super) fn print(context: &Context, findings: &[Finding]) {
    for finding in findings {
        context.out.talk_as_it_is(&render(finding, context.out.width()));
        context.out.talk_as_it_is("");
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
    let message = fitted(&finding.message, title_room);
    let title = match finding.code.entry().level {
        Level::Error => Title::ERROR,
        Level::Guard | Level::Warning => Title::WARNING,
    };
    let mut group = match &finding.place {
        Some(place) => {
            let path = place.source.path().display().to_string();
            // A span of nothing, such as at the end of a file, still gets its caret.
            let span = place.span.start..place.span.end.max(place.span.start);
            let snippet = Snippet::source(shown(finding.code, place))
                .line_start(1)
                .path(path)
                .annotation(AnnotationKind::Primary.span(span));
            title.primary_title(message).id(code).element(snippet)
        }
        None => Group::with_title(title.primary_title(message).id(code)),
    };
    for hint in &finding.hints {
        group = group.element(Title::HELP.message(fitted(hint, hint_room)));
    }
    let renderer = Renderer::styled();
    let renderer = width.map_or(renderer.clone(), |width| renderer.term_width(width));
    renderer.render(&[group])
}

/// The text that a snippet is cut from. After a key that nobody knows a secret may stand, so the rest of its
/// line is left out.
fn shown(code: Code, place: &Place) -> String {
    let text = place.source.text();
    let unknown = matches!(code, Code::UnknownKey | Code::UnknownProperty);
    match (unknown, text.get(..place.span.end), text.get(place.span.end..)) {
        (true, Some(before), Some(after)) => {
            let rest = after.find('\n').and_then(|end| after.get(end..)).unwrap_or_default();
            format!("{before}: …{rest}")
        }
        _ => text.to_owned(),
    }
}
