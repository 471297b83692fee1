//! What a command is typed into: the terminal, the clock, the signals.

use std::ffi::OsStr;
use std::io::IsTerminal as _;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::Mutex;

use super::error::CliError;
use super::global::Global;
use super::printer::Printer;
use super::progress::Lane;
use crate::aws::Calls;

/// What a command is typed into.
#[derive(Debug)]
pub(super) struct Context {
    pub(super) out: Printer,
    /// Whether somebody can answer a question.
    pub(super) interactive: bool,
    /// Whether progress may redraw a line.
    pub(super) animated: bool,
    /// Where one stack of many is worked on, the line that moves for it.
    pub(super) lane: Option<Lane>,
    /// The AWS profile that was typed.
    pub(super) profile: Option<String>,
    /// What is called of AWS in this context.
    pub(super) calls: Calls,
    /// Whether a call that is under way is waited for after an interrupt, however long it takes.
    pub(super) waits: AtomicBool,
    signals: Mutex<(Signal, Signal)>,
    /// Whether anything heard a signal here: what heard it may have been one step of many.
    interrupted: AtomicBool,
    now: SystemTime,
}

/// Somebody pressed Ctrl-C, or the machine asked the process to end.
#[derive(Debug)]
pub(super) struct Interrupted;

impl Context {
    pub(super) fn new(global: Global) -> Result<Self, CliError> {
        let terminal = std::io::stderr().is_terminal();
        let variable = std::env::var_os;
        let out = if global.quiet {
            Printer::new().quiet()
        } else {
            Printer::new()
        };
        Ok(Self {
            interactive: terminal && std::io::stdin().is_terminal(),
            animated: terminal && !global.quiet && moves(variable("CI").as_deref(), variable("TERM").as_deref()),
            lane: None,
            profile: global.profile,
            calls: if global.verbose { spoken(&out) } else { Calls::default() },
            out,
            waits: AtomicBool::new(false),
            signals: signals()?,
            interrupted: AtomicBool::new(false),
            now: SystemTime::now(),
        })
    }

    /// The context of one stack of many: its talk says whose it is, and it hears signals by itself, from now on.
    ///
    /// Nobody is asked anything there: a question is about all.
    pub(super) fn beside(&self, stack: &str) -> Result<Self, CliError> {
        Ok(Self {
            out: self.out.of(stack),
            interactive: false,
            animated: self.animated,
            lane: Some(Lane::new(stack)),
            profile: self.profile.clone(),
            calls: self.calls.beside(),
            waits: AtomicBool::new(false),
            signals: signals()?,
            interrupted: AtomicBool::new(false),
            now: self.now,
        })
    }

    /// Whether somebody has interrupted, whether something here was listening then or not.
    pub(super) async fn is_interrupted(&self) -> bool {
        self.interrupted.load(Ordering::Relaxed) || self.unless_interrupted(std::future::ready(())).await.is_err()
    }

    /// Today in UTC, `YYYY-MM-DD`.
    pub(super) fn today(&self) -> String {
        let text = DateTime::from(self.now).fmt(Format::DateTime).unwrap_or_default();
        text.chars().take(10).collect()
    }

    /// Whether a time, in seconds since 1970, is at most so long ago.
    pub(super) fn is_within(&self, span: Duration, time: i64) -> bool {
        let now = DateTime::from(self.now).secs();
        now.saturating_sub(time) <= i64::try_from(span.as_secs()).unwrap_or(i64::MAX)
    }

    /// When this run began.
    pub(super) const fn now(&self) -> SystemTime {
        self.now
    }

    /// Milliseconds since 1970, as services count them.
    pub(super) fn milliseconds(&self) -> i64 {
        i64::try_from(self.moment()).unwrap_or(i64::MAX)
    }

    /// Milliseconds since 1970: a name for this run.
    pub(super) fn moment(&self) -> u128 {
        self.now
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or(Duration::ZERO)
            .as_millis()
    }

    /// Hears of the calls of `work`, and corrects what it says of itself when it was interrupted.
    ///
    /// The future is boxed here, once for all: those of whole commands are large.
    pub(super) fn checked<'a, T: 'a>(
        &'a self,
        work: impl Future<Output = Result<T, CliError>> + 'a,
    ) -> Pin<Box<dyn Future<Output = Result<T, CliError>> + 'a>> {
        Box::pin(async move {
            let done = self.calls.observe(work).await;
            done.map_err(|error| error.checked(&self.calls))
        })
    }

    /// Works until it is done or somebody interrupts.
    pub(super) async fn unless_interrupted<T>(&self, work: impl Future<Output = T>) -> Result<T, Interrupted> {
        let mut signals = self.signals.lock().await;
        let (interrupt, terminate) = &mut *signals;
        tokio::select! {
            biased;
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            done = work => return Ok(done),
        }
        self.interrupted.store(true, Ordering::Relaxed);
        Err(Interrupted)
    }

    /// Asks a question on the terminal and returns the answer without white space around it. Where nobody can answer
    /// is an error: whoever asks looks at that before.
    pub(super) async fn ask(&self, question: &str) -> Result<String, CliError> {
        if !self.interactive {
            return Err(CliError::failed(format!("nobody is there to answer: {question}")));
        }
        self.out.question(question);
        let answer = tokio::task::spawn_blocking(|| {
            let mut line = String::new();
            // No line is no answer.
            drop(std::io::stdin().read_line(&mut line));
            line.trim().to_owned()
        });
        let answer = self.unless_interrupted(answer).await?;
        Ok(answer.unwrap_or_default())
    }
}

/// Prints each call that ended.
fn spoken(out: &Printer) -> Calls {
    let out = out.clone();
    Calls::heard_by(move |call| {
        let status = call
            .status
            .map_or_else(|| "no answer".to_owned(), |status| status.to_string());
        let id = call.request_id.as_deref().unwrap_or("no request id");
        let milliseconds = call.took.as_millis();
        out.talk(&format!("  aws {} {status} {milliseconds} ms {id}", call.action));
    })
}

/// Listens for signals: whoever listens hears each one.
pub(super) fn signals() -> Result<Mutex<(Signal, Signal)>, CliError> {
    let listen = |kind| signal(kind).map_err(|error| CliError::failed(format!("cannot listen for signals: {error}")));
    Ok(Mutex::new((
        listen(SignalKind::interrupt())?,
        listen(SignalKind::terminate())?,
    )))
}

/// Whether a line may move: not in a CI job, which keeps every picture of it, nor where nothing can be erased.
///
/// The arguments are the variables `CI` and `TERM`; people switch the first off by `false` or by no text.
fn moves(ci: Option<&OsStr>, term: Option<&OsStr>) -> bool {
    ci.is_none_or(|ci| ci.is_empty() || ci == "false") && term.is_none_or(|term| term != "dumb")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_stand_still_in_ci_and_on_dumb_terminals() {
        for (ci, term, expected) in [
            (None, None, true),
            (None, Some("xterm"), true),
            (None, Some("dumb"), false),
            (Some("true"), Some("xterm"), false),
            (Some("1"), None, false),
            (Some("false"), Some("xterm"), true),
            (Some(""), Some("xterm"), true),
            (Some("false"), Some("dumb"), false),
        ] {
            let moving = moves(ci.map(OsStr::new), term.map(OsStr::new));
            assert_eq!(moving, expected, "CI={ci:?} TERM={term:?}");
        }
    }
}
