//! Events sent to the function again, one after the other, and the rest dropped.
//!
//! A message leaves the queue only once the function has told what became of it. So whatever interrupts a run, nothing
//! is lost, and one message at most is sent a second time.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::Ordering;

use handler::Word;
use handler::telemetry::Outcome;
use serde_json::Value;

use super::hold::Hold;
use super::list::{Action, Became, Item};
use super::{CliError, Run};
use crate::apply::Pause;
use crate::aws::{AwsError, Invoked};
use crate::cli::progress::during;
use crate::cli::told;
use crate::redrive::{Doubt, Failed, FailedEvent, Identity, Why};

/// How often a busy function is called.
const TRIES: usize = 6;
/// By these it was not called at all.
const BUSY: [&str; 5] = [
    "ResourceConflictException",
    "ResourceNotReadyException",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
];

/// What stands for the code of an error where the function ended well and told nothing of the message.
const UNTOLD: &str = "untold";

impl Run<'_> {
    /// Does as was listed; where it cannot go on, what is left stays in the queue.
    pub(super) async fn carry_out(&self, items: &mut [Item], hold: &mut Hold<'_>) -> Result<(), CliError> {
        let mut gone = BTreeSet::new();
        let sent = self.send(items, hold, &mut gone).await;
        for item in items.iter_mut().filter(|item| gone.contains(item.id())) {
            item.became.get_or_insert(Became::Dropped);
        }
        let dropped = match sent {
            Ok(()) => self.drop_rest(items, hold).await,
            Err(error) => Err(error),
        };
        for item in items {
            item.became.get_or_insert(Became::Left);
        }
        dropped
    }

    /// Sends what is to be sent; `gone` are messages that went out of the queue with one that held the same event.
    async fn send(&self, items: &mut [Item], hold: &mut Hold<'_>, gone: &mut BTreeSet<String>) -> Result<(), CliError> {
        let mut copies: BTreeMap<Identity, Vec<String>> = BTreeMap::new();
        for item in items
            .iter()
            .filter(|item| item.judged.why == Why::Copy && !item.is_held_back)
        {
            if let Some(event) = item.event() {
                let ids = copies.entry(event.identity.clone()).or_default();
                ids.push(item.id().to_owned());
            }
        }
        let mut order: Vec<&mut Item> = items.iter_mut().filter(|item| item.action == Action::Send).collect();
        // What expires first goes first; what never does goes last. Like codes go in the order of their failures.
        order.sort_by_key(|item| {
            let judged = &item.judged;
            (judged.until_ms.is_none(), judged.until_ms, judged.failed.at_ms)
        });
        let count = order.len();
        let mut kept = BTreeSet::new();
        for (index, item) in order.into_iter().enumerate() {
            if item.judged.is_expired(self.now_ms()) {
                item.expire(self.args);
                continue;
            }
            hold.still_held()?;
            let Some(event) = item.event() else {
                continue;
            };
            let what = format!("sending event {} of {count}", index + 1);
            let mut work = Box::pin(hold.during(self.invoke(event)));
            let (invoked, interrupted) = if let Ok(invoked) = during(self.context, &what, &mut work).await {
                (invoked, false)
            } else {
                self.context.waits.store(true, Ordering::Relaxed);
                self.context
                    .out
                    .talk("interrupted: the event under way is waited for; Ctrl-C a second time ends it at once");
                let work = self.context.unless_interrupted(&mut work).await;
                (work.map_err(|_| under_way("interrupted"))?, true)
            };
            drop(work);
            let became = invoked.map(|invoked| became(&invoked)).map_err(|error| {
                let failed = under_way("stopped");
                CliError {
                    hints: CliError::from(error.clone()).hints,
                    ..CliError::failed(format!("{error}; {}", failed.message.unwrap_or_default()))
                }
            })?;
            if became != Became::Delivered {
                kept.insert(event.identity.clone());
            }
            if matches!(became, Became::Delivered | Became::Refused(_)) {
                // With every copy, whatever was asked for: the next run would take one for an event of its own.
                let mut over = copies.remove(&event.identity).unwrap_or_default();
                over.push(item.id().to_owned());
                hold.delete(&over).await?;
                gone.extend(over);
            }
            item.became = Some(became);
            if interrupted {
                self.forget_copies(&kept, hold).await?;
                return Err(CliError::failed("interrupted; what was not sent stays in the queue"));
            }
        }
        self.forget_copies(&kept, hold).await
    }

    async fn invoke(&self, event: &FailedEvent) -> Result<Invoked, AwsError> {
        let (function, timeout) = (&self.deployed.function, self.deployed.timeout);
        let mut pause = Pause::new();
        for _ in 1..TRIES {
            match self.session.invoke(function, event.payload.expose(), timeout).await {
                Err(error) if error.is(&BUSY) => pause.wait().await,
                answer => return answer,
            }
        }
        self.session.invoke(function, event.payload.expose(), timeout).await
    }

    /// Deletes what the handler has kept a second time: the message that was there before is the one that stays, and
    /// tells how old the event really is.
    async fn forget_copies(&self, kept: &BTreeSet<Identity>, hold: &mut Hold<'_>) -> Result<(), CliError> {
        if kept.is_empty() {
            return Ok(());
        }
        let fresh = hold.receive().await?;
        let is_copy = |failed: &Failed| {
            let event = failed.event.as_ref();
            event.is_some_and(|event| kept.contains(&event.identity))
        };
        let fresh = fresh.into_iter().map(|failed| self.origin.examine(failed));
        // A forged record stays, as evidence.
        let copies = fresh.filter(|one| !one.doubt.is_some_and(Doubt::is_failure) && is_copy(&one.failed));
        let copies: Vec<String> = copies.map(|one| one.failed.id).collect();
        Ok(hold.delete(&copies).await?)
    }

    async fn drop_rest(&self, items: &mut [Item], hold: &mut Hold<'_>) -> Result<(), CliError> {
        let mut rest: Vec<&mut Item> = items
            .iter_mut()
            .filter(|item| item.action == Action::Drop && item.became.is_none())
            .collect();
        for some in rest.chunks_mut(10) {
            let ids: Vec<String> = some.iter().map(|item| item.id().to_owned()).collect();
            let deleted = self.context.unless_interrupted(hold.delete(&ids)).await;
            deleted.map_err(|_| CliError::failed("interrupted; what was not dropped stays in the queue"))??;
            for item in some {
                item.became = Some(Became::Dropped);
            }
        }
        Ok(())
    }
}

/// Of the event under way it is not known what became.
fn under_way(why: &str) -> CliError {
    CliError::failed(format!(
        "{why}; the event under way may have been sent, and stays in the queue with those that were not"
    ))
}

/// Reads what became of an event from what the function said.
fn became(invoked: &Invoked) -> Became {
    if invoked.failed {
        let code = invoked.answer.get("errorType").and_then(Value::as_str);
        return Became::Failed(Word::new(code.unwrap_or_default()).as_str().to_owned());
    }
    let Some(line) = told::last_line(&invoked.log) else {
        return Became::Failed(UNTOLD.to_owned());
    };
    let member = |name: &str| line.get(name).and_then(Value::as_str).unwrap_or_default();
    let code = Word::new(member("error"));
    let is = |outcome: Outcome| member("outcome") == outcome.name();
    match code.as_str() {
        _ if is(Outcome::Delivered) => Became::Delivered,
        told::TAKEN_BEFORE => Became::Delivered,
        code if is(Outcome::Refused) && !code.starts_with(told::TOO_MANY) => Became::Refused(code.to_owned()),
        code => Became::Failed(code.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(outcome: &str, error: &str) -> Became {
        let line = json!({"level": "INFO", "message": "m", "outcome": outcome, "error": error}).to_string();
        became(&Invoked {
            failed: false,
            answer: Value::Null,
            log: format!("START\n{line}\nEND\n"),
        })
    }

    #[test]
    fn what_became_of_a_message_decides_whether_it_leaves_the_queue() {
        let refused = |code: &str| Became::Refused(code.to_owned());
        let failed = |code: &str| Became::Failed(code.to_owned());
        for (outcome, error, expected) in [
            ("delivered", "", Became::Delivered),
            // A provider took it in an earlier run, which was killed before it could say so.
            ("refused", "guard-duplicate", Became::Delivered),
            (
                "refused",
                "guard-country-not-served",
                refused("guard-country-not-served"),
            ),
            ("refused", "send-recipient-refused", refused("send-recipient-refused")),
            // An hour later it is not too many any more.
            ("refused", "guard-rate-country", failed("guard-rate-country")),
            ("refused", "guard-rate-pool", failed("guard-rate-pool")),
            ("failed", "send-no-route", failed("send-no-route")),
            ("failed", "+12025550173", failed("(unprintable)")),
            ("attempt-failed", "timeout", failed("untold")),
        ] {
            assert_eq!(told(outcome, error), expected, "{outcome} {error}");
        }
        let crashed = Invoked {
            failed: true,
            answer: json!({"errorType": "Sandbox.Timedout", "errorMessage": "about +12025550173"}),
            log: String::new(),
        };
        assert_eq!(became(&crashed), failed("Sandbox.Timedout"));
    }
}
