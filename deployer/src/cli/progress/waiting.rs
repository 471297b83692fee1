//! Waiting for something that has no events: a moving line on a terminal, elsewhere a word now and then.

use std::convert::Infallible;
use std::pin::{Pin, pin};
use std::sync::atomic::Ordering;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use super::board::clock;
use super::line::{Lane, LiveLine};
use crate::cli::context::{Context, Interrupted};

/// How long a wait may take before it is spoken of, and how long the silence after that may be.
const FIRST: Duration = Duration::from_secs(10);
const NEXT: Duration = Duration::from_secs(30);

/// How long a call may take before a terminal shows it, and how often that is looked at.
const QUIET: Duration = Duration::from_secs(1);
const LOOK: Duration = Duration::from_millis(250);

/// Works until it is done or somebody interrupts; `what` says what takes so long, such as `reading the stack`.
///
/// The future is boxed here, once for all: those of the SDK are large.
pub(in crate::cli) fn during<'a, T: 'a>(
    context: &'a Context,
    what: &'a str,
    work: impl Future<Output = T> + 'a,
) -> Pin<Box<dyn Future<Output = Result<T, Interrupted>> + 'a>> {
    Box::pin(async move {
        let mut wait = Wait::new(context, what);
        let watched = async {
            let mut work = pin!(work);
            loop {
                tokio::select! {
                    done = &mut work => break done,
                    () = wait.silence() => wait.speak(what),
                }
            }
        };
        context.unless_interrupted(watched).await
    })
}

/// A wait, and the line that speaks of it.
pub(in crate::cli) struct Wait<'a> {
    context: &'a Context,
    line: LiveLine,
    began: Instant,
    /// When the silence has been long enough.
    next: Instant,
}

impl<'a> Wait<'a> {
    pub(in crate::cli) fn new(context: &'a Context, what: &str) -> Self {
        let began = Instant::now();
        Self {
            context,
            line: LiveLine::new(context, what),
            began,
            next: began + FIRST,
        }
    }

    /// Replaces the text of the moving line.
    pub(in crate::cli) fn say(&self, what: &str) {
        self.line.say(what);
    }

    /// Returns when nothing was said for so long that somebody may wonder.
    pub(in crate::cli) async fn silence(&self) {
        tokio::time::sleep_until(self.next.into()).await;
    }

    /// Says that it goes on, where no line moves.
    pub(in crate::cli) fn speak(&mut self, what: &str) {
        self.next = Instant::now() + NEXT;
        speak(self.context, &self.line, what, self.began);
    }
}

/// Speaks of calls that are waited for while nothing else does: never ends.
///
/// On a terminal nothing is silent for two seconds; elsewhere a line comes after ten, then each half minute.
pub(in crate::cli) async fn speak_of_calls(context: &Context) -> Infallible {
    let mut line: Option<LiveLine> = None;
    let mut next = FIRST;
    loop {
        tokio::time::sleep(LOOK).await;
        let waiting = context.calls.under_way().filter(|(_, since)| since.elapsed() >= QUIET);
        let others = context.out.shown().load(Ordering::Relaxed) - usize::from(line.is_some());
        let Some((action, since)) = waiting.filter(|_| others == 0) else {
            (line, next) = (None, FIRST);
            continue;
        };
        let what = format!("waiting for {action}");
        if context.animated {
            line.get_or_insert_with(|| LiveLine::new(context, &what)).say(&what);
        } else if since.elapsed() >= next {
            context
                .out
                .progress(&format!("  {}  still {what}", clock(since.elapsed())));
            next = since.elapsed() + NEXT;
        }
    }
}

/// The same for work that holds its thread, such as a build; `work` gets the function that prints its lines.
pub(in crate::cli) fn meanwhile<T>(context: &Context, what: &str, work: impl FnOnce(&mut dyn FnMut(&str)) -> T) -> T {
    let line = LiveLine::new(context, what);
    let began = Instant::now();
    let (over, ended) = channel::<()>();
    let line = &line;
    std::thread::scope(|scope| {
        scope.spawn(move || {
            let mut pause = FIRST;
            while ended.recv_timeout(pause) == Err(RecvTimeoutError::Timeout) {
                speak(context, line, what, began);
                pause = NEXT;
            }
        });
        let done = work(&mut |text| context.out.progress(text));
        drop(over);
        done
    })
}

fn speak(context: &Context, line: &LiveLine, what: &str, began: Instant) {
    let is_heard = context.lane.as_ref().is_none_or(Lane::has_begun);
    if is_heard && !line.is_live() {
        context
            .out
            .progress(&format!("  {}  still {what}", clock(began.elapsed())));
    }
}
