//! stdout is data, stderr is talk. Colour goes where a terminal takes it and `NO_COLOR` is not set.
//!
//! On a terminal lines are broken between words, so that nothing is cut inside one; elsewhere a line stays
//! one line, for whoever searches a log. Where stacks are worked on side by side, each line says whose it is.

use std::io::{IsTerminal as _, Write as _};

use indicatif::MultiProgress;

use super::colour::coloured;
use super::wrap::wrap;

/// The columns of a terminal that does not tell.
const USUAL_WIDTH: u16 = 80;

/// Where a command's words go.
#[derive(Clone, Debug)]
pub(super) struct Printer {
    /// Columns of stdout, where it is a terminal.
    out: Option<usize>,
    /// Columns of stderr, where it is a terminal.
    err: Option<usize>,
    /// The lines that move below what is printed.
    moving: MultiProgress,
    /// The stack that is spoken of, where others are spoken of in between.
    stack: Option<String>,
}

impl Printer {
    pub(super) fn new() -> Self {
        let (out, err) = (std::io::stdout(), std::io::stderr());
        Self {
            out: out
                .is_terminal()
                .then(|| columns(terminal_size::terminal_size_of(&out))),
            err: err
                .is_terminal()
                .then(|| columns(terminal_size::terminal_size_of(&err))),
            moving: MultiProgress::new(),
            stack: None,
        }
    }

    /// Speaks of one stack of many: each line of talk begins with its name.
    pub(super) fn of(&self, stack: &str) -> Self {
        Self {
            moving: self.moving.clone(),
            stack: Some(stack.to_owned()),
            ..*self
        }
    }

    /// The lines that move below what is printed.
    pub(super) const fn moving(&self) -> &MultiProgress {
        &self.moving
    }

    /// Columns for talk; none where no terminal limits them.
    pub(super) const fn width(&self) -> Option<usize> {
        self.err
    }

    /// Prints data as it is, and nothing after it.
    pub(super) fn data(&self, text: &str) {
        // A reader that closes its pipe, such as `head`, has what it wants.
        self.is_read(text);
    }

    /// Prints data that people read: on a terminal, no line is wider than it, and it has colours.
    pub(super) fn page(&self, text: &str) {
        let lines = Self::lines(text, self.out);
        // A reader that closes its pipe has what it wants.
        let mut out = anstream::stdout().lock();
        drop(out.write_all(lines.as_bytes()).and_then(|()| out.flush()));
    }

    /// Breaks lines where they would be wider than a terminal, and gives each its colour.
    fn lines(text: &str, width: Option<usize>) -> String {
        let text = width.map_or_else(|| text.to_owned(), |width| wrap(text, width));
        let lines: Vec<String> = text.split('\n').map(coloured).collect();
        lines.join("\n")
    }

    /// Prints data and returns whether somebody still reads it.
    #[expect(
        clippy::unused_self,
        reason = "commands print through their context, and nobody else prints"
    )]
    pub(super) fn is_read(&self, text: &str) -> bool {
        // Data has no colours that somebody would have to look for.
        let mut out = std::io::stdout().lock();
        out.write_all(text.as_bytes()).and_then(|()| out.flush()).is_ok()
    }

    /// Prints lines of talk.
    pub(super) fn talk(&self, text: &str) {
        let text = match &self.stack {
            Some(stack) => named(stack, text),
            None => text.to_owned(),
        };
        let text = match self.err {
            Some(width) => wrap(&text, width),
            None => text,
        };
        let name = self.stack.as_ref().map(|stack| format!("{stack}:")).unwrap_or_default();
        let lines: Vec<String> = text
            .split('\n')
            .map(|line| match line.strip_prefix(&name) {
                Some(rest) => format!("{name}{}", coloured(rest)),
                None => coloured(line),
            })
            .collect();
        self.talk_as_it_is(&lines.join("\n"));
    }

    /// Prints lines of talk that have their colours and line breaks already.
    pub(super) fn talk_as_it_is(&self, text: &str) {
        self.moving.suspend(|| {
            let mut err = anstream::stderr();
            drop(writeln!(err, "{text}"));
        });
    }
}

fn columns(size: Option<(terminal_size::Width, terminal_size::Height)>) -> usize {
    let width = size.map_or(0, |(terminal_size::Width(width), _)| width);
    usize::from(if width == 0 { USUAL_WIDTH } else { width })
}

/// Writes before each line whose it is; one that begins with the name says so itself.
fn named(stack: &str, text: &str) -> String {
    let lines = text.split('\n').filter(|line| !line.trim().is_empty());
    let lines: Vec<String> = lines
        .map(|line| match line.strip_prefix(stack) {
            Some(rest) if rest.starts_with(' ') => line.to_owned(),
            _ if line.starts_with(' ') => format!("{stack}:{line}"),
            _ => format!("{stack}: {line}"),
        })
        .collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_says_whose_it_is() {
        let text = "\nacme is as declared\n  00:01  Pool\nupdated the pool\nacme-2 is another";
        assert_eq!(
            named("acme", text),
            "acme is as declared\nacme:  00:01  Pool\nacme: updated the pool\nacme: acme-2 is another"
        );
    }
}
