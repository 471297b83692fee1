//! The last lines of a terminal, which move while something is worked on; nothing where there is no terminal.
//!
//! Of one piece of work one line moves, of stacks that are worked on side by side one for each.

use std::sync::OnceLock;
use std::sync::atomic::Ordering;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressState, ProgressStyle};

use super::board::clock;
use crate::cli::context::Context;
use crate::cli::printer::Printer;
use crate::inert;

/// A line that is gone when it is dropped.
#[derive(Debug)]
pub(super) struct LiveLine {
    bar: Option<ProgressBar>,
    /// Whether the line is a stack's, which goes on with other words afterwards.
    stays: bool,
    out: Printer,
}

impl LiveLine {
    /// Shows a spinner, the time since now, and `text`.
    pub(super) fn new(context: &Context, text: &str) -> Self {
        let (bar, stays) = match &context.lane {
            Some(lane) => (lane.bar.get().cloned(), true),
            None => (context.animated.then(|| bar(&context.out, "")), false),
        };
        let line = Self {
            bar,
            stays,
            out: context.out.clone(),
        };
        line.out.shown().fetch_add(1, Ordering::Relaxed);
        line.say(text);
        line
    }

    pub(super) const fn is_live(&self) -> bool {
        self.bar.is_some()
    }

    /// Replaces the text.
    pub(super) fn say(&self, text: &str) {
        if let Some(bar) = &self.bar {
            bar.set_message(inert::line(text).into_owned());
        }
    }
}

impl Drop for LiveLine {
    fn drop(&mut self) {
        self.out.shown().fetch_sub(1, Ordering::Relaxed);
        if let Some(bar) = self.bar.as_ref().filter(|_| !self.stays) {
            end(&self.out, bar);
        }
    }
}

/// The line of one stack of many.
#[derive(Debug)]
pub(in crate::cli) struct Lane {
    stack: String,
    bar: OnceLock<ProgressBar>,
    began: OnceLock<()>,
}

impl Lane {
    pub(in crate::cli) fn new(stack: &str) -> Self {
        Self {
            stack: stack.to_owned(),
            bar: OnceLock::new(),
            began: OnceLock::new(),
        }
    }

    /// Whether the stack speaks for itself by now; before that, one line speaks for all.
    pub(super) fn has_begun(&self) -> bool {
        self.began.get().is_some()
    }
}

impl Context {
    /// Lets the stack of this context have its line, until [`Context::end_lane`].
    pub(in crate::cli) fn begin_lane(&self) {
        let Some(lane) = &self.lane else { return };
        lane.began.get_or_init(|| ());
        if self.animated {
            lane.bar.get_or_init(|| bar(&self.out, &lane.stack));
        }
    }

    pub(in crate::cli) fn end_lane(&self) {
        if let Some(bar) = self.lane.as_ref().and_then(|lane| lane.bar.get()) {
            end(&self.out, bar);
        }
    }
}

fn bar(out: &Printer, stack: &str) -> ProgressBar {
    let bar = out.moving().add(ProgressBar::new_spinner());
    let template = if stack.is_empty() {
        "{spinner} {clock}  {wide_msg}"
    } else {
        "{spinner} {clock}  {prefix}  {wide_msg}"
    };
    if let Ok(style) = ProgressStyle::with_template(template) {
        let clock = |state: &ProgressState, out: &mut dyn std::fmt::Write| {
            // A line that cannot be written is drawn again in a moment.
            let _ = out.write_str(&clock(state.elapsed()));
        };
        bar.set_style(style.with_key("clock", clock));
    }
    bar.set_prefix(inert::line(stack).into_owned());
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}

fn end(out: &Printer, bar: &ProgressBar) {
    bar.finish_and_clear();
    out.moving().remove(bar);
}
