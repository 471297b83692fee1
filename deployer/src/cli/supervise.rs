//! The whole of a command, watched: its calls are shown while they are waited for, and an interrupt ends it.
//!
//! Each step of a command handles an interrupt by itself and reports what it did. This is for a call that has no
//! answer, and for a second interrupt.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use tokio::signal::unix::Signal;

use super::context::{Context, signals};
use super::error::CliError;
use super::progress::speak_of_calls;

/// How long a command may take to report what a second interrupt ended.
const REPORTING: Duration = Duration::from_secs(1);

/// How long a call may be waited for after an interrupt.
const PATIENCE: Duration = Duration::from_secs(5);

/// Runs `work` until it is done, until a second interrupt, or until no call has ended for [`PATIENCE`] after the first.
pub(super) async fn supervised<T>(
    context: &Context,
    work: impl Future<Output = Result<T, CliError>>,
) -> Result<T, CliError> {
    let signals = signals()?.into_inner();
    tokio::select! {
        biased;
        done = work => done,
        () = stuck(context, signals) => Err(CliError::cut_off(&context.calls)),
        never = speak_of_calls(context) => match never {},
    }
}

/// Ends when an interrupted command has to be ended.
async fn stuck(context: &Context, mut signals: (Signal, Signal)) {
    interrupt(&mut signals).await;
    let first = Instant::now();
    loop {
        let ended = context.calls.last_ended().map_or(first, |ended| ended.max(first));
        let is_quiet = ended + PATIENCE <= Instant::now();
        if is_quiet && !context.waits.load(Ordering::Relaxed) {
            return;
        }
        // While a step waits on purpose, it is looked at again in a moment.
        let next = (ended + PATIENCE).max(Instant::now() + REPORTING);
        tokio::select! {
            () = interrupt(&mut signals) => {
                // A step that handles its second interrupt reports more than this can.
                tokio::time::sleep(REPORTING).await;
                return;
            }
            () = tokio::time::sleep_until(next.into()) => {}
        }
    }
}

async fn interrupt((interrupt, terminate): &mut (Signal, Signal)) {
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}
