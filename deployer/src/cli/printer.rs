//! stdout is data, stderr is talk. Colour goes where a terminal takes it and `NO_COLOR` is not set.
//!
//! On a terminal lines are broken between words, so that nothing is cut inside one; elsewhere a line stays
//! one line, for whoever searches a log. Where stacks are worked on side by side, each line says whose it is.
//!
//! Everything that is printed goes through here, and nothing that acts comes from the text: it is made inert first
//! ([`inert`]), then broken into lines, then given our own colours.

use std::fmt::Write as _;
use std::io::{self, IsTerminal as _, Write as _};
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, OnceLock};

use indicatif::MultiProgress;

use super::colour::coloured;
use super::wrap::wrap;
use crate::inert;

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
    quiet: bool,
    /// How many pieces of work are shown.
    shown: Arc<AtomicUsize>,
    /// Why stdout did not take everything.
    unwritten: Arc<OnceLock<io::Error>>,
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
            quiet: false,
            shown: Arc::default(),
            unwritten: Arc::default(),
        }
    }

    /// Speaks of one stack of many: each line of talk begins with its name.
    pub(super) fn of(&self, stack: &str) -> Self {
        Self {
            moving: self.moving.clone(),
            stack: Some(stack.to_owned()),
            shown: Arc::clone(&self.shown),
            unwritten: Arc::clone(&self.unwritten),
            ..*self
        }
    }

    /// The lines that move below what is printed.
    pub(super) const fn moving(&self) -> &MultiProgress {
        &self.moving
    }

    /// How many pieces of work have a line that moves, or would move on a terminal.
    pub(super) fn shown(&self) -> &AtomicUsize {
        &self.shown
    }

    /// Columns for talk; none where no terminal limits them.
    pub(super) const fn width(&self) -> Option<usize> {
        self.err
    }

    /// Prints data that is text, such as Markdown or YAML, and nothing after it.
    pub(super) fn data(&self, text: &str) {
        self.is_read(text);
    }

    /// Prints a JSON document, and nothing after it.
    pub(super) fn json(&self, text: &str) {
        self.is_json_read(text);
    }

    /// Prints a text that is ours from its first to its last byte, such as a script for a shell.
    pub(super) fn own(&self, text: &str) {
        self.write(text);
    }

    /// Prints data that people read: on a terminal, no line is wider than it, and it has colours.
    pub(super) fn page(&self, text: &str) {
        let lines = Self::lines(text, self.out);
        let mut out = anstream::stdout().lock();
        self.is_written(out.write_all(lines.as_bytes()).and_then(|()| out.flush()));
    }

    /// Breaks lines where they would be wider than a terminal, and gives each its colour.
    fn lines(text: &str, width: Option<usize>) -> String {
        let text = fitted(text, width);
        let lines: Vec<String> = text.split('\n').map(coloured).collect();
        lines.join("\n")
    }

    /// Prints data that is text and returns whether somebody still reads it.
    pub(super) fn is_read(&self, text: &str) -> bool {
        self.write(&inert::lines(text))
    }

    /// Prints JSON and returns whether somebody still reads it.
    pub(super) fn is_json_read(&self, text: &str) -> bool {
        self.write(&inert::json(text))
    }

    fn write(&self, text: &str) -> bool {
        // Data has no colours that somebody would have to look for.
        let mut out = io::stdout().lock();
        self.is_written(out.write_all(text.as_bytes()).and_then(|()| out.flush()))
    }

    /// Keeps the first reason why stdout did not take everything. A reader that closes its pipe, such as `head`, has
    /// what it wants.
    fn is_written(&self, written: io::Result<()>) -> bool {
        let written = written.and_then(|()| stdout_at_start::is_open());
        match written {
            Ok(()) => true,
            Err(error) => {
                if error.kind() != io::ErrorKind::BrokenPipe {
                    // The first error is the cause of the others.
                    drop(self.unwritten.set(error));
                }
                false
            }
        }
    }

    /// Returns why stdout did not take everything, if it did not.
    pub(super) fn unwritten(&self) -> Option<&io::Error> {
        self.unwritten.get()
    }

    /// Prints no progress from now on.
    pub(super) fn quiet(self) -> Self {
        Self { quiet: true, ..self }
    }

    /// Prints lines of talk that say how far it is.
    pub(super) fn progress(&self, text: &str) {
        if !self.quiet {
            self.talk(text);
        }
    }

    /// Prints lines of talk.
    pub(super) fn talk(&self, text: &str) {
        let text = match &self.stack {
            Some(stack) => named(stack, text),
            None => text.to_owned(),
        };
        let text = fitted(&text, self.err);
        let name = self.stack.as_ref().map(|stack| format!("{stack}:")).unwrap_or_default();
        let lines: Vec<String> = text
            .split('\n')
            .map(|line| match line.strip_prefix(&name) {
                Some(rest) => format!("{name}{}", coloured(rest)),
                None => coloured(line),
            })
            .collect();
        self.styled(&lines.join("\n"));
    }

    /// Prints lines of talk that have their colours and line breaks already. Colours alone get through; whoever put
    /// them on has made the text below them inert.
    pub(super) fn styled(&self, text: &str) {
        let text = only_colours(text);
        let text = inert::without_commands(&text);
        self.moving.suspend(|| {
            let mut err = anstream::stderr();
            drop(writeln!(err, "{text}"));
        });
    }

    /// Prints a question; its answer stands on the same line.
    pub(super) fn question(&self, text: &str) {
        let text = inert::lines(text);
        self.moving.suspend(|| {
            let mut err = anstream::stderr();
            drop(write!(err, "{text} ").and_then(|()| err.flush()));
        });
    }
}

/// Makes a text inert, then breaks its lines where they would be wider than a terminal.
fn fitted(text: &str, width: Option<usize>) -> String {
    let text = inert::lines(text);
    match width {
        // A line may be broken before what was in its middle.
        Some(width) => inert::without_commands(&wrap(&text, width)).into_owned(),
        None => text.into_owned(),
    }
}

/// Returns a text in which only line breaks and colours act (`ESC [ digits m`).
fn only_colours(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (index, part) in text.split('\u{1b}').enumerate() {
        let colour = part.strip_prefix('[').and_then(|rest| {
            let end = rest.find(|each: char| !each.is_ascii_digit() && each != ';')?;
            rest.get(end..)?.starts_with('m').then_some(end + 2)
        });
        match colour.filter(|_| index > 0) {
            Some(end) => {
                let (colour, rest) = part.split_at(end);
                out.push('\u{1b}');
                out.push_str(colour);
                out.push_str(&inert::visible(rest));
            }
            None if index > 0 => {
                // Writing to a String cannot fail.
                let _ = write!(out, "{}{}", inert::line("\u{1b}"), inert::visible(part));
            }
            None => out.push_str(&inert::visible(part)),
        }
    }
    out
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
    fn colours_alone_get_through() {
        for (text, expected) in [
            (
                "\u{1b}[1;31merror:\u{1b}[0m no\nnext",
                "\u{1b}[1;31merror:\u{1b}[0m no\nnext",
            ),
            ("\u{1b}[2Kx\u{1b}[1A", "\\u{1b}[2Kx\\u{1b}[1A"),
            ("\u{1b}]8;;http://x\u{7}", "\\u{1b}]8;;http://x\\u{7}"),
            ("\u{1b}", "\\u{1b}"),
            ("\u{1b}[", "\\u{1b}["),
            ("\u{1b}[31", "\\u{1b}[31"),
            ("\u{1b}[3\u{e9}m", "\\u{1b}[3\u{e9}m"),
            ("a\u{9b}31mb\rc", "a\\u{9b}31mb\\rc"),
        ] {
            assert_eq!(only_colours(text), expected);
        }
    }

    #[test]
    fn no_colour_comes_from_a_text() {
        let page = Printer::lines("  + \u{1b}[32mok\u{1b}[0m", Some(80));
        assert_eq!(page, "  \u{1b}[32m+\u{1b}[0m \\u{1b}[32mok\\u{1b}[0m");
        // A break between words makes no command either.
        let page = Printer::lines(&format!("{} ::error::x", "a".repeat(75)), Some(80));
        assert_eq!(page, format!("{}\n  \\u{{3a}}:error::x", "a".repeat(75)));
    }

    #[test]
    fn each_line_says_whose_it_is() {
        let text = "\nacme is as declared\n  00:01  Pool\nupdated the pool\nacme-2 is another";
        assert_eq!(
            named("acme", text),
            "acme is as declared\nacme:  00:01  Pool\nacme: updated the pool\nacme: acme-2 is another"
        );
    }
}
