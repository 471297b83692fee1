//! The one question before a message goes out, and what the table is told when it has, or has not.
//!
//! First whether it went out already, then whether it would be one too many. A table that does not
//! answer decides nothing: what was declared for that case does, and it is said aloud each time.

use std::time::{Duration, UNIX_EPOCH};

use aws_lc_rs::hmac;
use tokio::time::{Instant, sleep, timeout_at};

use super::duplicate::{self, Claim, Lease};
use super::rate::{self, Counter};
use super::table::Table;
use super::{Denial, Question, SECRET_MEMBER, Unanswered};
use crate::delivery::{self, Policy};
use crate::provider::{BuildError, Clock, Secret, Services};
use crate::{Redacted, Word};

/// How long the table is waited for where the message goes out without its answer: a code must not wait for it.
const WAIT_OPEN: Duration = Duration::from_millis(500);

/// How long it is waited for where the event would fail, since Lambda's retry comes a minute later.
const WAIT_CLOSED: Duration = Duration::from_secs(2);

/// How long it is waited for after a message: nobody waits for that.
const WAIT_AFTER: Duration = Duration::from_millis(500);

/// The pause before a message that another delivery has is claimed again; it doubles with each further one.
const PAUSE: Duration = Duration::from_millis(100);

/// How often it is claimed in all: the last time after three seconds, by when most messages were taken.
const CLAIMS: u32 = 6;

/// The guard of a stack, with its table; lives as long as the container.
pub struct Gate {
    settings: delivery::Guard,
    table: Table,
    secret: Option<Secret>,
    clock: Clock,
}

/// The word that a message may go out; what became of it is to be told.
pub(crate) struct Pass<'a> {
    gate: &'a Gate,
    id: String,
    lease: Option<Lease>,
    counted: bool,
    /// Until when it may be sent.
    pub(crate) until: Instant,
}

/// Hears of questions that were not answered.
pub(crate) type Hear<'a> = &'a (dyn Fn(&Unanswered) + Sync);

impl Gate {
    /// Makes the guard of `settings`, without a call; `secret` is needed where recipients are counted.
    pub fn new(
        settings: delivery::Guard,
        services: &Services,
        table: String,
        secret: Option<&str>,
    ) -> Result<Self, BuildError> {
        let secret = match secret.filter(|_| settings.counts_recipients()) {
            Some(arn) => Some(Secret::new(services, arn)?),
            None if settings.counts_recipients() => return Err(BuildError),
            None => None,
        };
        Ok(Self {
            settings,
            table: Table::new(services, table)?,
            secret,
            clock: services.clock.clone(),
        })
    }

    /// Asks whether a message may go out.
    pub(crate) async fn admit(
        &self,
        question: &Question<'_>,
        deadline: Instant,
        hear: Hear<'_>,
    ) -> Result<Pass<'_>, Denial> {
        let start = Instant::now();
        // An SMS and an e-mail are two messages, should they ever have one code.
        let id = format!("{}#{}", question.channel.name(), question.id);
        // Both begin with a connection of their own, in a container that is new.
        let owner = duplicate::owner();
        let (claimed, key) = tokio::join!(self.claim(&id, &owner, deadline, hear), self.key(deadline));
        let (lease, counted, until) = claimed?;
        // A table that did not answer once is not waited for once more.
        let since = if lease.is_some() { Instant::now() } else { start };
        let mut pass = Pass {
            gate: self,
            id,
            lease,
            counted,
            until: until.min(deadline),
        };
        if !pass.counted {
            match self.count(question, (key, &owner), (since, deadline), hear).await {
                Ok(()) => pass.counted = true,
                Err(denial) => {
                    pass.failed(true, deadline, hear).await;
                    return Err(denial);
                }
            }
        }
        Ok(pass)
    }

    /// Asks whether table and secret can be asked, whatever was declared for when they cannot; writes nothing.
    pub(crate) async fn examine(&self, deadline: Instant) -> Result<(), Denial> {
        let until = wait(Policy::Closed, Instant::now(), deadline);
        let (asked, key) = tokio::join!(self.table.ask(until), self.key(deadline));
        asked.and(key).map(|_| ()).map_err(Denial::Unreachable)
    }

    /// Claims the message, and waits a little where another delivery has it: mostly that one is about to end.
    async fn claim(
        &self,
        id: &str,
        owner: &str,
        deadline: Instant,
        hear: Hear<'_>,
    ) -> Result<(Option<Lease>, bool, Instant), Denial> {
        let policy = self.settings.on_failure.duplicates;
        let mut pause = PAUSE;
        for _ in 0..CLAIMS {
            let start = Instant::now();
            let until = wait(policy, start, deadline);
            match duplicate::claim(&self.table, id, owner, self.now_ms(), until).await {
                Ok(Claim::Ours { lease, counted }) => return Ok((Some(lease), counted, start + duplicate::SENDING)),
                Ok(Claim::Accepted) => return Err(Denial::Duplicate),
                Ok(Claim::Taken) => {}
                Err(cause) => {
                    fallen("duplicates", policy, cause, hear)?;
                    return Ok((None, false, deadline));
                }
            }
            if deadline.saturating_duration_since(Instant::now()) <= pause {
                break;
            }
            sleep(pause).await;
            pause *= 2;
        }
        Err(Denial::BeingSent)
    }

    /// Reads the HMAC's key, where there is something to count by it.
    async fn key(&self, deadline: Instant) -> Result<Option<hmac::Key>, Word> {
        let Some(secret) = &self.secret else {
            return Ok(None);
        };
        let until = wait(self.settings.on_failure.rates, Instant::now(), deadline);
        let keys = timeout_at(until, secret.keys())
            .await
            .map_err(|_| Word::new("secret-timeout"))?
            .map_err(|error| error.name)?;
        let key = keys.required(SECRET_MEMBER).map_err(|error| error.name)?;
        Ok(Some(rate::hmac_key(&Redacted::new(key.to_owned()))))
    }

    async fn count(
        &self,
        question: &Question<'_>,
        (key, owner): (Result<Option<hmac::Key>, Word>, &str),
        (since, deadline): (Instant, Instant),
        hear: Hear<'_>,
    ) -> Result<(), Denial> {
        let policy = self.settings.on_failure.rates;
        let key = match key {
            Ok(key) => key,
            Err(cause) => fallen("rates", policy, cause, hear).map(|()| None)?,
        };
        let counters = rate::counters(&self.settings.rates, question, key.as_ref(), self.now_ms());
        let until = wait(policy, since, deadline);
        for (position, counter) in counters.iter().enumerate() {
            let denial = match rate::count(&self.table, counter, owner, until).await {
                Ok(true) => continue,
                Ok(false) => Denial::of(counter.scope),
                Err(cause) => match fallen("rates", policy, cause, hear) {
                    // Nor does it answer the questions that follow.
                    Ok(()) => return Ok(()),
                    Err(denial) => denial,
                },
            };
            let before: Vec<&Counter> = counters.iter().take(position).collect();
            self.take_back(&before, deadline, hear).await;
            return Err(denial);
        }
        Ok(())
    }

    async fn take_back(&self, counters: &[&Counter], deadline: Instant, hear: Hear<'_>) {
        let until = after(deadline);
        for counter in counters {
            if let Err(cause) = rate::take_back(&self.table, counter, until).await {
                return noted(Err(cause), hear);
            }
        }
    }

    fn now_ms(&self) -> u64 {
        let now = (self.clock)().duration_since(UNIX_EPOCH).unwrap_or_default();
        now.as_millis().try_into().unwrap_or_default()
    }
}

impl Pass<'_> {
    /// Tells that a provider took the message.
    pub(crate) async fn accepted(self, deadline: Instant, hear: Hear<'_>) {
        let gate = self.gate;
        let told = duplicate::accepted(&gate.table, &self.id, gate.now_ms(), after(deadline)).await;
        noted(told, hear);
    }

    /// Tells that no provider took it; `for_sure`, or as far as is known.
    pub(crate) async fn failed(&self, for_sure: bool, deadline: Instant, hear: Hear<'_>) {
        if let Some(lease) = &self.lease {
            let what = (self.counted, for_sure);
            let told = duplicate::failed(&self.gate.table, &self.id, lease, what, after(deadline)).await;
            noted(told, hear);
        }
    }
}

/// Until when an answer is waited for, given what happens without one.
fn wait(policy: Policy, since: Instant, deadline: Instant) -> Instant {
    let wait = match policy {
        Policy::Open => WAIT_OPEN,
        Policy::Closed => WAIT_CLOSED,
    };
    deadline.min(since + wait)
}

/// Until when the table may take to be told; a little more than the deadline of sending, which leaves a second.
fn after(deadline: Instant) -> Instant {
    (deadline + WAIT_AFTER).min(Instant::now() + WAIT_AFTER)
}

/// Says that a question was not answered, and what is done about it.
fn fallen(about: &'static str, policy: Policy, cause: Word, hear: Hear<'_>) -> Result<(), Denial> {
    hear(&Unanswered {
        about,
        policy: Some(policy),
        cause: cause.clone(),
    });
    match policy {
        Policy::Open => Ok(()),
        Policy::Closed => Err(Denial::Unavailable(cause)),
    }
}

fn noted(told: Result<(), Word>, hear: Hear<'_>) {
    if let Err(cause) = told {
        hear(&Unanswered {
            about: "note",
            policy: None,
            cause,
        });
    }
}
