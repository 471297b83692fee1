//! The last line of a terminal, which moves while something is worked on; nothing where there is no terminal.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressState, ProgressStyle};

use super::board::clock;
use crate::cli::context::Context;

/// A line that is gone when it is dropped.
#[derive(Debug)]
pub(super) struct LiveLine(Option<ProgressBar>);

impl LiveLine {
    /// Shows a spinner, the time since now, and `text`.
    pub(super) fn new(context: &Context, text: &str) -> Self {
        Self(context.animated.then(|| {
            let bar = ProgressBar::new_spinner();
            if let Ok(style) = ProgressStyle::with_template("{spinner} {clock}  {wide_msg}") {
                let clock = |state: &ProgressState, out: &mut dyn std::fmt::Write| {
                    // A line that cannot be written is drawn again in a moment.
                    let _ = out.write_str(&clock(state.elapsed()));
                };
                bar.set_style(style.with_key("clock", clock));
            }
            bar.set_message(text.to_owned());
            bar.enable_steady_tick(Duration::from_millis(120));
            bar
        }))
    }

    pub(super) const fn is_live(&self) -> bool {
        self.0.is_some()
    }

    /// Replaces the text.
    pub(super) fn say(&self, text: String) {
        if let Some(bar) = &self.0 {
            bar.set_message(text);
        }
    }

    /// Prints a line of talk above this one.
    pub(super) fn print(&self, context: &Context, text: &str) {
        match &self.0 {
            Some(bar) => bar.suspend(|| context.out.talk(text)),
            None => context.out.talk(text),
        }
    }
}

impl Drop for LiveLine {
    fn drop(&mut self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}
