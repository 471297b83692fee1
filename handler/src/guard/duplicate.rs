//! One code makes one message: a lease on it while somebody sends, and a note when a provider took it.
//!
//! Two states, since neither alone will do. A note before the message would lose it where the function
//! ends in between; a note after it would let simultaneous deliveries all send. A lease is over before
//! Lambda tries a failed event again, so whoever ends between sending and the note makes a second
//! message, never none.

use std::time::Duration;

use aws_lc_rs::rand;
use serde_json::json;
use tokio::time::Instant;

use super::table::{Table, Update, Updated, number, text};
use crate::Word;
use crate::hex::hex;

/// How long a delivery has the message for itself.
///
/// Lambda waits a minute before it tries a failed event again. Source: "Error handling for asynchronous
/// invocations", AWS Lambda Developer Guide.
const LEASE: Duration = Duration::from_secs(50);

/// For how much of the lease it may send: the clocks of two containers need not agree.
pub(super) const SENDING: Duration = Duration::from_secs(45);

/// For how long a message is known: longer than the six hours that Lambda keeps an event at most.
const KNOWN: Duration = Duration::from_hours(24);

/// The state of a message that somebody sends, or that nobody took.
const UNDER_WAY: &str = "sending";

/// The state of a message that a provider took.
const ACCEPTED: &str = "accepted";

/// A delivery's claim to be the only one that sends a message.
#[derive(Debug)]
pub(super) struct Lease {
    owner: String,
    until_ms: u64,
}

/// What became of a claim.
#[derive(Debug)]
pub(super) enum Claim {
    /// The message is this delivery's to send.
    Ours {
        lease: Lease,
        /// Whether an earlier delivery was counted against the rates, or may have been: it ended before it could say.
        counted: bool,
    },
    /// A provider took it.
    Accepted,
    /// Another delivery has it.
    Taken,
}

/// Claims a message, at a time in milliseconds since 1970.
///
/// It may be done twice: the owner of a lease gets it again. Whether it was counted is forgotten with each claim, so
/// that a delivery which ends without a word leaves none behind: a code that was perhaps counted once is never refused
/// for being counted twice.
pub(super) async fn claim(table: &Table, id: &str, owner: &str, now_ms: u64, until: Instant) -> Result<Claim, Word> {
    let until_ms = now_ms + millis(LEASE);
    let update = Update {
        key: key(id),
        change: "SET message_state = :sending, lease_until = :until, lease_owner = :owner, expires_at = :expires \
                 REMOVE counted",
        condition: "attribute_not_exists(pk) OR expires_at < :today \
                    OR (message_state = :sending AND (lease_owner = :owner OR lease_until <= :now))",
        values: json!({
            ":sending": text(UNDER_WAY),
            ":until": number(until_ms),
            ":owner": text(owner),
            ":expires": number(expires(now_ms)),
            ":today": number(now_ms / 1000),
            ":now": number(now_ms),
        }),
    };
    Ok(match table.update(&update, until).await? {
        Updated::Done(before) => Claim::Ours {
            lease: Lease {
                owner: owner.to_owned(),
                until_ms,
            },
            counted: before.text("lease_owner").is_some_and(|of| of != owner) && before.flag("counted") != Some(false),
        },
        Updated::Unmet(found) if found.text("message_state") == Some(ACCEPTED) => Claim::Accepted,
        Updated::Unmet(_) => Claim::Taken,
    })
}

/// Notes that a provider took the message, whoever has it by now.
pub(super) async fn accepted(table: &Table, id: &str, now_ms: u64, until: Instant) -> Result<(), Word> {
    let update = Update {
        key: key(id),
        change: "SET message_state = :accepted, expires_at = :expires",
        condition: "attribute_not_exists(pk) OR message_state <> :accepted",
        values: json!({":accepted": text(ACCEPTED), ":expires": number(expires(now_ms))}),
    };
    table.update(&update, until).await.map(|_| ())
}

/// Notes that nothing came of a delivery: whether it was counted, and whether the next one may begin at once.
///
/// Where a provider may have taken the message after all, the lease stays, so that nobody sends before Lambda's retry.
pub(super) async fn failed(
    table: &Table,
    id: &str,
    lease: &Lease,
    (counted, at_once): (bool, bool),
    until: Instant,
) -> Result<(), Word> {
    let update = Update {
        key: key(id),
        change: "SET counted = :counted, lease_until = :until",
        condition: "lease_owner = :owner AND message_state = :sending",
        values: json!({
            ":counted": {"BOOL": counted},
            ":until": number(if at_once { 0 } else { lease.until_ms }),
            ":owner": text(&lease.owner),
            ":sending": text(UNDER_WAY),
        }),
    };
    table.update(&update, until).await.map(|_| ())
}

/// Returns what no other delivery calls itself; deliveries of one event share their request's id.
pub(super) fn owner() -> String {
    let mut bytes = [0; 16];
    // Without randomness all would be one, and only what a provider took is kept back.
    let _ = rand::fill(&mut bytes);
    hex(&bytes)
}

fn key(id: &str) -> String {
    format!("message#{id}")
}

fn expires(now_ms: u64) -> u64 {
    now_ms / 1000 + KNOWN.as_secs()
}

fn millis(time: Duration) -> u64 {
    time.as_millis().try_into().unwrap_or(u64::MAX)
}
