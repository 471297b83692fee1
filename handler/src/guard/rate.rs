//! How many messages went out in a window of time: one counter a rate, which only ever grows while it is below its limit.
//!
//! The window is a part of the item's key, so that nothing is ever set back, and what simultaneous
//! deliveries add is added one after the other by `DynamoDB`. A recipient stands there as an HMAC alone.

use aws_lc_rs::hmac;
use serde_json::json;
use tokio::time::Instant;

use super::number::normalized;
use super::table::{Table, Update, Updated, number, text};
use super::{Question, Scope};
use crate::delivery::{Rate, Rates};
use crate::event::Channel;
use crate::hex::hex;
use crate::{Redacted, Word};

/// How long a counter stays after its window, in seconds: the clocks of two containers need not agree.
const AFTERWARDS_S: u64 = 60 * 60;

/// A rate's counter for one window.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Counter {
    pub(super) scope: Scope,
    key: String,
    max: u32,
    expires: u64,
}

/// Returns the counters that a message is counted by, the narrowest first: who is refused by one is not counted by
/// those that follow.
pub(super) fn counters(rates: &Rates, question: &Question<'_>, key: Option<&hmac::Key>, now_ms: u64) -> Vec<Counter> {
    let channel = question.channel.name();
    let counter = |scope: Scope, whom: &str, rate: &Rate| {
        let per_s = u64::from(rate.per_s.get());
        let window = now_ms / 1000 / per_s;
        Counter {
            scope,
            key: format!("{}#{channel}#{whom}#{per_s}#{window}", scope.name()),
            max: rate.max.get(),
            expires: (window + 1) * per_s + AFTERWARDS_S,
        }
    };
    let mut counters: Vec<Counter> = Vec::new();
    if let Some(key) = key {
        let whom = recipient(key, question);
        counters.extend(
            rates
                .recipient
                .iter()
                .map(|rate| counter(Scope::Recipient, &whom, rate)),
        );
    }
    if question.channel == Channel::Sms {
        let whom = question
            .country
            .map_or("none".to_owned(), |country| country.to_string());
        let rates = rates.of_country(question.country);
        counters.extend(rates.iter().map(|rate| counter(Scope::Country, &whom, rate)));
    }
    counters.extend(rates.pool.iter().map(|rate| counter(Scope::Pool, "all", rate)));
    // Two limits of one window are one counter, which must not count twice.
    let mut merged: Vec<Counter> = Vec::with_capacity(counters.len());
    for counter in counters {
        match merged.iter_mut().find(|other| other.key == counter.key) {
            Some(other) => other.max = other.max.min(counter.max),
            None => merged.push(counter),
        }
    }
    merged
}

/// Returns what stands for a recipient: an HMAC-SHA-256 of pool, channel and recipient.
///
/// Without the key it cannot be found out by trying all numbers, and no two pools have one in common.
/// An address is the same however it is capitalized, as in a pool by default, and a number however it is written.
fn recipient(key: &hmac::Key, question: &Question<'_>) -> String {
    let recipient = match question.channel {
        Channel::Sms => normalized(question.recipient),
        Channel::Email => question.recipient.to_lowercase(),
    };
    let parts = [question.pool.as_str(), question.channel.name(), &recipient];
    hex(hmac::sign(key, parts.join("\0").as_bytes()).as_ref())
}

/// Returns the HMAC's key.
pub(super) fn hmac_key(secret: &Redacted<String>) -> hmac::Key {
    hmac::Key::new(hmac::HMAC_SHA256, secret.expose().as_bytes())
}

/// Counts a message of the delivery `owner`; says whether the limit was not reached yet.
///
/// An answer that is lost is asked for again, and who counted last tells whether that was this delivery. Only where
/// another one counted in between may it be counted twice, so the limit is never passed.
pub(super) async fn count(table: &Table, counter: &Counter, owner: &str, until: Instant) -> Result<bool, Word> {
    let update = Update {
        key: counter.key.clone(),
        change: "SET expires_at = :expires, last_by = :owner ADD messages :one",
        condition: "attribute_not_exists(messages) \
                    OR (messages < :max AND (attribute_not_exists(last_by) OR last_by <> :owner))",
        values: json!({
            ":expires": number(counter.expires),
            ":one": number(1),
            ":max": number(counter.max),
            ":owner": text(owner),
        }),
    };
    Ok(match table.update(&update, until).await? {
        Updated::Done(_) => true,
        Updated::Unmet(found) => found.text("last_by") == Some(owner),
    })
}

/// Takes back what was counted of a message that another counter refused; once, since twice would let one too many pass.
pub(super) async fn take_back(table: &Table, counter: &Counter, until: Instant) -> Result<(), Word> {
    let update = Update {
        key: counter.key.clone(),
        change: "ADD messages :less",
        condition: "messages >= :one",
        values: json!({":less": number(-1), ":one": number(1)}),
    };
    table.update_once(&update, until).await.map(|_| ())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test that cannot go on should fail where it stands")]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::delivery::Country;
    use crate::event::PoolId;
    use crate::guard::{EXPIRES, KEY};

    fn keys(rates: &Rates, question: &Question<'_>, key: Option<&str>, now_ms: u64) -> Vec<String> {
        let key = key.map(|key| hmac_key(&Redacted::new(key.to_owned())));
        let counters = counters(rates, question, key.as_ref(), now_ms);
        counters
            .into_iter()
            .map(|counter| format!("{} <{}", counter.key, counter.expires))
            .collect()
    }

    #[test]
    fn a_counter_is_that_of_its_window() {
        let rates: Rates = serde_json::from_value(json!({
            "recipient": [{"max": 1, "per_s": 60}, {"max": 2, "per_s": 3600}],
            "country": [{"max": 3, "per_s": 60}],
            "pool": [{"max": 4, "per_s": 86400}],
        }))
        .unwrap();
        let pool = PoolId::new("eu-west-1_EXAMPLE").unwrap();
        let mut question = Question {
            id: "",
            channel: Channel::Sms,
            pool: &pool,
            recipient: "+12025550173",
            country: Country::from_code("US"),
        };
        // As Python has it: hmac.new(b"key", b"eu-west-1_EXAMPLE\0sms\0+12025550173", "sha256").hexdigest()
        let whom = "2f662cb2f73c685b301a1b5c1db1bddf7676b5879cd539481a9a86b9ee2c0204";
        assert_eq!(
            keys(&rates, &question, Some("key"), 7_259_999),
            [
                format!("recipient#sms#{whom}#60#120 <10860"),
                format!("recipient#sms#{whom}#3600#2 <14400"),
                "country#sms#US#60#120 <10860".to_owned(),
                "pool#sms#all#86400#0 <90000".to_owned(),
            ]
        );
        assert_eq!(
            keys(&rates, &question, None, 7_260_000).first().unwrap(),
            "country#sms#US#60#121 <10920"
        );
        let counted = keys(&rates, &question, Some("key"), 0);
        question.recipient = "+102025550173";
        assert_ne!(keys(&rates, &question, Some("key"), 0), counted, "another number");
        question.recipient = "+4407911123456";
        let with_trunk_prefix = keys(&rates, &question, Some("key"), 0);
        question.recipient = "+447911123456";
        assert_eq!(keys(&rates, &question, Some("key"), 0), with_trunk_prefix);
        question.channel = Channel::Email;
        question.recipient = "jane@acme.example";
        let mails = keys(&rates, &question, Some("key"), 0);
        question.recipient = "Jane@Acme.example";
        assert_eq!(keys(&rates, &question, Some("key"), 0), mails);
        assert_eq!(mails.len(), 3, "an e-mail has no country");
        let twice: Rates =
            serde_json::from_value(json!({"pool": [{"max": 5, "per_s": 60}, {"max": 3, "per_s": 60}]})).unwrap();
        let merged = counters(&twice, &question, None, 0);
        assert_eq!(merged.iter().map(|counter| counter.max).collect::<Vec<_>>(), [3]);
        let other = PoolId::new("eu-west-1_OTHER").unwrap();
        question.pool = &other;
        let of_other = keys(&rates, &question, Some("key"), 0);
        assert_ne!(
            of_other.first(),
            mails.first(),
            "no two pools have a recipient in common"
        );
    }

    #[test]
    fn expressions_name_the_schemas_attributes() {
        // They are written out in the expressions, which are one text each.
        assert_eq!((KEY, EXPIRES), ("pk", "expires_at"));
    }
}
