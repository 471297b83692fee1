//! Waiting for something that has no events: a moving line on a terminal, elsewhere a word now and then.

use std::pin::{Pin, pin};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use super::board::clock;
use super::line::LiveLine;
use crate::cli::context::{Context, Interrupted};

/// How long a wait may take before it is spoken of, and how long the silence after that may be.
const FIRST: Duration = Duration::from_secs(10);
const NEXT: Duration = Duration::from_secs(30);

/// Works until it is done or somebody interrupts; `what` says what takes so long, such as `reading the stack`.
///
/// The future is boxed here, once for all: those of the SDK are large.
pub(in crate::cli) fn during<'a, T: 'a>(
    context: &'a Context,
    what: &'a str,
    work: impl Future<Output = T> + 'a,
) -> Pin<Box<dyn Future<Output = Result<T, Interrupted>> + 'a>> {
    Box::pin(async move {
        let line = LiveLine::new(context, what);
        let began = Instant::now();
        let watched = async {
            let mut work = pin!(work);
            let mut pause = FIRST;
            loop {
                tokio::select! {
                    done = &mut work => break done,
                    () = tokio::time::sleep(pause) => speak(context, &line, what, began),
                }
                pause = NEXT;
            }
        };
        context.unless_interrupted(watched).await
    })
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
        let done = work(&mut |text| line.print(context, text));
        drop(over);
        done
    })
}

fn speak(context: &Context, line: &LiveLine, what: &str, began: Instant) {
    if !line.is_live() {
        context.out.talk(&format!("  {}  still {what}", clock(began.elapsed())));
    }
}
