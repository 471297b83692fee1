//! A provider that keeps failing waits behind the others for a while.
//!
//! A container that has seen three failures in a row would lose seconds of every further event on
//! the same provider. It is never left out for good: where nobody else is left, it is asked.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// How many failures in a row it takes.
const FAILURES: u32 = 3;

/// How long the provider waits behind the others.
const WHILE: Duration = Duration::from_secs(30);

/// What a container remembers of one provider.
#[derive(Debug, Default)]
pub(super) struct Breaker {
    failures: AtomicU32,
    until: Mutex<Option<Instant>>,
}

impl Breaker {
    /// Whether the provider is to wait behind the others.
    pub(super) fn is_open(&self, now: Instant) -> bool {
        let until = *self.until.lock().unwrap_or_else(PoisonError::into_inner);
        until.is_some_and(|until| now < until)
    }

    /// Notes an attempt that came to nothing, as by a timeout or a throttle; every further one after the third
    /// begins the time anew, so that one attempt in a while is enough to find out.
    pub(super) fn failed(&self, now: Instant) {
        if self.failures.fetch_add(1, Ordering::Relaxed).saturating_add(1) >= FAILURES {
            *self.until.lock().unwrap_or_else(PoisonError::into_inner) = Some(now + WHILE);
        }
    }

    /// Notes that the provider answers again.
    pub(super) fn answered(&self) {
        self.failures.store(0, Ordering::Relaxed);
        *self.until.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_failures_in_a_row_open_it_for_a_while() {
        let (breaker, start) = (Breaker::default(), Instant::now());
        breaker.failed(start);
        breaker.failed(start);
        breaker.answered();
        breaker.failed(start);
        breaker.failed(start);
        assert!(!breaker.is_open(start), "an answer in between begins the count anew");
        breaker.failed(start);
        assert!(breaker.is_open(start + Duration::from_secs(29)));
        assert!(!breaker.is_open(start + Duration::from_secs(30)));
        breaker.failed(start + Duration::from_secs(30));
        assert!(
            breaker.is_open(start + Duration::from_secs(59)),
            "one attempt a while is enough"
        );
        breaker.answered();
        assert!(!breaker.is_open(start + Duration::from_secs(31)));
    }
}
