//! Which events of a queue are still worth sending, and why the others are not.

use std::collections::BTreeMap;
use std::time::Duration;

use handler::Word;

use super::{Doubt, Examined, Failed, FailedEvent, Identity, Lifetimes};

/// Why an event is worth sending, or is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// What it holds is still good.
    Good,
    /// What it holds has expired.
    Expired,
    /// The same user got a newer code of the same kind for sure, and it failed too; this one is void.
    Superseded,
    /// The same event is here a second time.
    Copy,
    /// Nobody can deliver to this recipient.
    Recipient,
    /// The handler cannot decrypt its code, today or later.
    Undecryptable,
    /// It is no event of a custom sender that can be read.
    Unreadable,
}

impl Why {
    /// Returns the word for programs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Expired => "expired",
            Self::Superseded => "superseded",
            Self::Copy => "copy",
            Self::Recipient => "recipient",
            Self::Undecryptable => "undecryptable",
            Self::Unreadable => "unreadable",
        }
    }
}

/// An event, judged.
#[derive(Clone, Debug)]
pub struct Judged {
    /// The message.
    pub failed: Failed,
    /// The judgement.
    pub why: Why,
    /// Why it is held back whatever the judgement says, where it is.
    pub doubt: Option<Doubt>,
    /// How long what it holds is good for; nothing where that has no end, or nothing can be read.
    pub lifetime: Option<Duration>,
    /// The moment from which on it is not, in milliseconds since 1970.
    pub until_ms: Option<i64>,
}

impl Judged {
    /// Takes the judgement back, but for the doubt.
    pub fn examined(self) -> Examined {
        Examined {
            failed: self.failed,
            doubt: self.doubt,
        }
    }

    /// Whether the event is held back: a check failed or, unless unchecked events were asked for, could not be made.
    pub fn is_held_back(&self, with_unchecked: bool) -> bool {
        self.doubt.is_some_and(|doubt| doubt.is_failure() || !with_unchecked)
    }

    /// Whether what the event holds is of no use any more.
    pub fn is_expired(&self, now_ms: i64) -> bool {
        self.until_ms.is_some_and(|until_ms| now_ms >= until_ms)
    }
}

/// When an event failed; of two at once the message's id decides, so that the order is a whole one.
type Moment = (i64, String);

/// How far a record may speak about others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Trust {
    /// It is the function's.
    Checked,
    /// It may be the function's: it says nothing about a record that is.
    Unchecked,
}

impl Trust {
    /// Returns nothing for a forged record, which speaks about none.
    fn of(doubt: Option<Doubt>) -> Option<Self> {
        match doubt {
            None => Some(Self::Checked),
            Some(doubt) if doubt.is_failure() => None,
            Some(_) => Some(Self::Unchecked),
        }
    }
}

/// Messages that hold one event.
struct Copies<'a> {
    /// That of the best among them, of which alone the rest is told.
    trust: Trust,
    oldest: Moment,
    newest: Moment,
    /// The error of the newest.
    error: &'a str,
}

/// Judges the events of a queue, in their order.
///
/// Of several copies of an event the oldest is judged, by how the newest failed: a handler that keeps an event a
/// second time makes a copy that looks younger than its code is.
///
/// Failures do not tell in which order codes were made: Lambda may have tried an older one for longer than a newer one. So
/// only what failed later by more than that time is newer.
///
/// A forged record changes no judgement of another, and one that could not be checked none of one that was: else whoever
/// can write to the queue could have genuine codes dropped.
pub fn judge(examined: Vec<Examined>, lifetimes: &Lifetimes, now_ms: i64) -> Vec<Judged> {
    let mut copies: BTreeMap<&Identity, Copies<'_>> = BTreeMap::new();
    for (event, trust, moment, error) in events(&examined) {
        let first = || Copies {
            trust,
            oldest: moment.clone(),
            newest: moment.clone(),
            error,
        };
        let known = copies.entry(&event.identity).or_insert_with(first);
        if trust < known.trust {
            *known = first();
        } else if trust > known.trust {
            // It is a copy of a better one.
        } else if moment < known.oldest {
            known.oldest = moment;
        } else if moment > known.newest {
            (known.newest, known.error) = (moment, error);
        }
    }
    // A late copy of an old code voids nothing.
    let mut latest: BTreeMap<(&Identity, Trust), i64> = BTreeMap::new();
    for (event, trust, moment, _) in events(&examined) {
        let is_oldest = copies.get(&event.identity).is_some_and(|known| known.oldest == moment);
        if is_oldest {
            let latest = latest.entry((&event.line, trust)).or_insert(moment.0);
            *latest = moment.0.max(*latest);
        }
    }
    let tried_ms = i64::try_from(lifetimes.tried.as_millis()).unwrap_or(i64::MAX);
    let judged = |Examined { failed, doubt }: &Examined| {
        let trust = Trust::of(*doubt);
        let lifetime = failed.event.as_ref().and_then(|event| lifetimes.of(event));
        let until_ms = lifetime.map(|lifetime| {
            let left = lifetime.saturating_sub(lifetimes.tried).as_millis();
            failed.at_ms.saturating_add(i64::try_from(left).unwrap_or(i64::MAX))
        });
        let why = match &failed.event {
            None => Why::Unreadable,
            Some(event) => {
                let is_newer = |latest: &i64| latest.saturating_sub(failed.at_ms) > tried_ms;
                let as_good = [Trust::Checked, Trust::Unchecked]
                    .into_iter()
                    .filter(|one| Some(*one) <= trust);
                let mut as_good = as_good.filter_map(|one| latest.get(&(&event.line, one)));
                let known = copies.get(&event.identity).filter(|_| trust.is_some());
                let error = known.map_or("", |known| known.error);
                if known.is_some_and(|known| known.oldest.1 != failed.id) {
                    Why::Copy
                } else if RECIPIENT.contains(&error) {
                    Why::Recipient
                } else if error.starts_with(DECRYPT) && !MAY_DECRYPT.contains(&error) && !is_of_another_key(error) {
                    Why::Undecryptable
                } else if event.purpose.has_code() && as_good.any(is_newer) {
                    Why::Superseded
                } else if until_ms.is_some_and(|until_ms| now_ms >= until_ms) {
                    Why::Expired
                } else {
                    Why::Good
                }
            }
        };
        (why, lifetime, until_ms)
    };
    let verdicts: Vec<_> = examined.iter().map(judged).collect();
    let judged = examined.into_iter().zip(verdicts);
    judged
        .map(|(Examined { failed, doubt }, (why, lifetime, until_ms))| Judged {
            failed,
            why,
            doubt,
            lifetime,
            until_ms,
        })
        .collect()
}

/// Every event that can be read and is not forged, with its moment and the error that it failed by.
fn events(examined: &[Examined]) -> impl Iterator<Item = (&FailedEvent, Trust, Moment, &str)> {
    examined.iter().filter_map(|Examined { failed, doubt }| {
        let error = failed.error.as_ref().map_or("", Word::as_str);
        let event = failed.event.as_ref()?;
        Some((event, Trust::of(*doubt)?, (failed.at_ms, failed.id.clone()), error))
    })
}

/// The handler's codes of what is final for the recipient: opted out, no such number, none at all.
const RECIPIENT: [&str; 6] = [
    "send-recipient-refused",
    "event-no-code",
    "event-no-phone-number",
    "event-bad-phone-number",
    "event-no-email",
    "event-bad-email",
];

/// How the handler's codes begin of a code that cannot be decrypted.
const DECRYPT: &str = "decrypt-";

/// Those that a right, a state of the key or a moment may mend.
const MAY_DECRYPT: [&str; 3] = [
    "decrypt-kms-refused",
    "decrypt-kms-unreachable",
    "decrypt-kms-timed-out",
];

/// Those of a code under a key that the function does not know. After a swap of keys `key.previous` mends them.
const OTHER_KEY: [&str; 2] = ["decrypt-no-known-key", "decrypt-kms-other-key"];

/// Whether a failure of this code tells of a key that the stack file may name as `key.previous`.
pub fn is_of_another_key(code: &str) -> bool {
    OTHER_KEY.contains(&code)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test that cannot go on should fail where it stands")]
mod tests;
