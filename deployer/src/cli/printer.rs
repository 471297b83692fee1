//! stdout is data, stderr is talk. Colour goes where a terminal takes it and `NO_COLOR` is not set.
//!
//! On a terminal lines are broken between words, so that nothing is cut inside one; elsewhere a line stays
//! one line, for whoever searches a log.

use std::io::{IsTerminal as _, Write as _};

use super::wrap::wrap;

/// The columns of a terminal that does not tell.
const USUAL_WIDTH: u16 = 80;

/// Where a command's words go.
#[derive(Debug)]
pub(super) struct Printer {
    /// Columns of stdout, where it is a terminal.
    out: Option<usize>,
    /// Columns of stderr, where it is a terminal.
    err: Option<usize>,
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
        }
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

    /// Prints data that people read: on a terminal, no line is wider than it.
    pub(super) fn page(&self, text: &str) {
        match self.out {
            Some(width) => self.data(&wrap(text, width)),
            None => self.data(text),
        }
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
        let text = match self.err {
            Some(width) => wrap(text, width),
            None => text.to_owned(),
        };
        let lines: Vec<String> = text.split('\n').map(coloured).collect();
        self.talk_as_it_is(&lines.join("\n"));
    }

    /// Prints lines of talk that have their colours and line breaks already.
    #[expect(
        clippy::unused_self,
        reason = "commands print through their context, and nobody else prints"
    )]
    pub(super) fn talk_as_it_is(&self, text: &str) {
        let mut err = anstream::stderr();
        drop(writeln!(err, "{text}"));
    }
}

fn columns(size: Option<(terminal_size::Width, terminal_size::Height)>) -> usize {
    let width = size.map_or(0, |(terminal_size::Width(width), _)| width);
    usize::from(if width == 0 { USUAL_WIDTH } else { width })
}

/// Gives a line the colour of what it says; no meaning is in the colour alone.
fn coloured(line: &str) -> String {
    const RED: &str = "\u{1b}[1;31m";
    const YELLOW: &str = "\u{1b}[33m";
    const GREEN: &str = "\u{1b}[32m";
    const PLAIN: &str = "\u{1b}[0m";
    let starts = [("error:", RED), ("  stop ", RED), ("  warning ", YELLOW)];
    if let Some((start, colour)) = starts.into_iter().find(|(start, _)| line.starts_with(start)) {
        let rest = line.get(start.len()..).unwrap_or_default();
        return format!("{colour}{start}{PLAIN}{rest}");
    }
    let ends = [("_FAILED", RED), ("_COMPLETE", GREEN)];
    let colour = ends.into_iter().find(|(end, _)| line.ends_with(end));
    match (colour, line.rsplit_once(' ')) {
        // The ending of a progress line: AWS's status in capital letters.
        (Some((_, colour)), Some((before, status))) if line.starts_with("  ") => {
            format!("{before} {colour}{status}{PLAIN}")
        }
        _ => line.to_owned(),
    }
}
