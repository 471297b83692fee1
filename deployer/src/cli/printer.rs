//! stdout is data, stderr is talk. Colour goes where a terminal takes it and `NO_COLOR` is not set.

use std::io::Write as _;

/// Where a command's words go.
#[derive(Debug, Default)]
pub(super) struct Printer;

#[expect(
    clippy::unused_self,
    reason = "commands print through their context, and nobody else prints"
)]
impl Printer {
    /// Prints data, and nothing after it.
    pub(super) fn data(&self, text: &str) {
        let mut out = anstream::stdout();
        // A reader that closes its pipe, such as `head`, has what it wants.
        drop(out.write_all(text.as_bytes()).and_then(|()| out.flush()));
    }

    /// Prints data and returns whether somebody still reads it.
    pub(super) fn is_read(&self, text: &str) -> bool {
        let mut out = anstream::stdout();
        out.write_all(text.as_bytes()).and_then(|()| out.flush()).is_ok()
    }

    /// Prints a line of talk.
    pub(super) fn talk(&self, line: &str) {
        let mut err = anstream::stderr();
        drop(writeln!(err, "{line}"));
    }
}
