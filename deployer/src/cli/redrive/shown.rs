//! A queue's events and what became of them: lines for people, in which like events share one, or JSON.
//!
//! As JSON, version 1: an array with one object. Nothing of a user's is in either: no name, number, address or code.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use handler::Word;
use handler::event::{Channel, Purpose};
use serde_json::{Value, json};

use super::list::{Action, Became, Item};
use crate::redrive::{Doubt, Why, is_of_another_key};
use crate::spec::Stack;

/// What like events have in common, in the order in which they are listed.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Row {
    action: Action,
    purpose: Option<Purpose>,
    channel: Option<Channel>,
    why: Why,
    doubt: Option<Doubt>,
    is_held_back: bool,
    error: String,
    lifetime: Option<Duration>,
}

impl Row {
    fn of(item: &Item) -> Self {
        let (judged, event) = (&item.judged, item.event());
        Self {
            action: item.action,
            purpose: event.map(|event| event.purpose),
            channel: event.map(|event| event.channel),
            why: judged.why,
            doubt: judged.doubt,
            is_held_back: item.is_held_back,
            error: judged.failed.error.as_ref().map_or("-", Word::as_str).to_owned(),
            lifetime: judged.lifetime,
        }
    }

    /// Why it is sent, dropped or left.
    fn reason(&self) -> String {
        let reason = || words(self.why, self.purpose, self.lifetime, &self.error);
        match self.doubt {
            Some(doubt) if self.is_held_back => doubt.reason().to_owned(),
            Some(doubt) => format!("{}; unchecked: {}", reason(), doubt.reason()),
            None => reason(),
        }
    }
}

/// Lists events by purpose and age.
pub(super) fn listed(stack: &Stack, items: &[Item], now_ms: i64) -> String {
    let heading = format!("{} in {}", stack.name, stack.region);
    if items.is_empty() {
        return format!("{heading}: no failed events in the queue\n");
    }
    let mut rows: BTreeMap<Row, Vec<i64>> = BTreeMap::new();
    for item in items {
        let age_ms = now_ms - item.judged.failed.at_ms;
        rows.entry(Row::of(item)).or_default().push(age_ms);
    }
    let cells = |(row, ages): (&Row, &Vec<i64>)| {
        [
            ages.len().to_string(),
            row.purpose.map_or("(unreadable)", Purpose::name).to_owned(),
            row.channel.map_or("-", Channel::name).to_owned(),
            ages_of(ages),
            row.error.clone(),
            format!("{}: {}", row.action.name(), row.reason()),
        ]
    };
    let rows: Vec<[String; 6]> = rows.iter().map(cells).collect();
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or_default()
    };
    let widths = [0, 1, 2, 3, 4].map(width);
    let events = if items.len() == 1 { "event" } else { "events" };
    let mut text = format!("{heading}: {} failed {events} in the queue\n\n", items.len());
    for [count, purpose, channel, age, error, verdict] in rows {
        let [counts, purposes, channels, ages, errors] = widths;
        let _ = writeln!(
            text,
            "  {count:>counts$}  {purpose:<purposes$}  {channel:<channels$}  {age:<ages$}  {error:<errors$}  {verdict}"
        );
    }
    let of = |action| items.iter().filter(|item| item.action == action).count();
    let (send, drop, leave) = (of(Action::Send), of(Action::Drop), of(Action::Leave));
    let _ = writeln!(
        text,
        "\n  {send} to send, {drop} to drop, {leave} to leave in the queue"
    );
    text
}

/// Says what to do about records that failed a check.
pub(super) fn advice(items: &[Item]) -> Vec<String> {
    let of = |is: fn(Doubt) -> bool| items.iter().filter(|item| item.judged.doubt.is_some_and(is)).count();
    let mut lines = Vec::new();
    if of(Doubt::is_forgery) > 0 {
        lines.push(
            "  warning the queue holds records that the stack's function did not put there: they are never sent, and \
             stay as evidence"
                .to_owned(),
        );
        lines.push(
            "  next: copy them before they expire (aws sqs receive-message --message-system-attribute-names All), find \
             out who may call sqs:SendMessage on the queue, and apply the stack file: its queue policy denies everybody \
             else"
                .to_owned(),
        );
    }
    if of(|doubt| doubt == Doubt::OtherRecipient) > 0 {
        lines.push(
            "  warning the queue holds events for a number or address that their user does not have now: they are never \
             sent; such a user asks for a new code"
                .to_owned(),
        );
    }
    lines
}

fn ages_of(ages: &[i64]) -> String {
    let (youngest, oldest) = (ages.iter().min(), ages.iter().max());
    let age = |age: Option<&i64>| span(age.map_or(0, |age| u64::try_from(*age).unwrap_or_default()) / 1000);
    let (youngest, oldest) = (age(youngest), age(oldest));
    if youngest == oldest {
        oldest
    } else {
        format!("{youngest} to {oldest}")
    }
}

/// A span of time in its largest fitting unit.
fn span(seconds: u64) -> String {
    const MINUTE: u64 = 60;
    const HOUR: u64 = 60 * MINUTE;
    const TWO_DAYS: u64 = 48 * HOUR;
    match seconds {
        0..MINUTE => format!("{seconds}s"),
        MINUTE..HOUR => format!("{}m", seconds / MINUTE),
        HOUR..TWO_DAYS => format!("{}h", seconds / HOUR),
        _ => format!("{}d", seconds / (24 * HOUR)),
    }
}

/// Why an event is worth sending, or is not.
fn words(why: Why, purpose: Option<Purpose>, lifetime: Option<Duration>, error: &str) -> String {
    let held = match purpose {
        Some(Purpose::AdminCreateUser) => "password",
        _ => "code",
    };
    let lasts = lifetime.map(|lifetime| span(lifetime.as_secs()));
    match (why, lasts) {
        (Why::Good, Some(lasts)) if is_of_another_key(error) => {
            format!("its {held} lasts {lasts}; its key may have to be named as key.previous")
        }
        (Why::Good, Some(lasts)) => format!("its {held} lasts {lasts}"),
        (Why::Good, None) => "it holds no code that could expire".to_owned(),
        (Why::Expired, lasts) => format!("its {held} lasted {}", lasts.unwrap_or_default()),
        (Why::Superseded, _) => format!("a newer {held} of the same user is in the queue"),
        (Why::Copy, _) => "the same event is in the queue twice".to_owned(),
        (Why::Recipient, _) => "nobody can deliver to this recipient".to_owned(),
        (Why::Undecryptable, _) => format!("its {held} cannot be decrypted"),
        (Why::Unreadable, _) => "it is no event that can be read".to_owned(),
    }
}

/// Says what became of the events.
pub(super) fn done(stack: &Stack, items: &[Item]) -> String {
    let of = |name: &str| {
        let became = items.iter().filter_map(|item| item.became.as_ref());
        became.filter(|became| became.name() == name).count()
    };
    let counts = [
        (of("delivered"), "delivered"),
        (of("refused"), "refused by the handler"),
        (of("failed"), "failed again"),
        (of("dropped"), "dropped"),
        (of("failed") + of("left"), "left in the queue"),
    ];
    let counts = counts.iter().filter(|(count, _)| *count > 0);
    let counts: Vec<String> = counts.map(|(count, what)| format!("{count} {what}")).collect();
    let mut text = format!("{} in {}: {}\n", stack.name, stack.region, counts.join(", "));
    let mut failures: BTreeMap<(&str, &str, &str, &str), usize> = BTreeMap::new();
    for item in items {
        if let (Some(event), Some(became)) = (item.event(), &item.became)
            && let Some(error) = became.error()
        {
            let row = (became.name(), event.purpose.name(), event.channel.name(), error);
            *failures.entry(row).or_default() += 1;
        }
    }
    for ((became, purpose, channel, error), count) in failures {
        let _ = writeln!(text, "  {became}  {count}  {purpose}  {channel}  {error}");
    }
    text
}

/// Renders everything for programs.
pub(super) fn json(stack: &Stack, queue: &str, items: &[Item], now_ms: i64) -> String {
    let event = |item: &Item| {
        let failed = &item.judged.failed;
        json!({
            "message_id": failed.id,
            "purpose": item.event().map(|event| event.purpose.name()),
            "channel": item.event().map(|event| event.channel.name()),
            "failed": time(failed.at_ms),
            "age_s": (now_ms - failed.at_ms).max(0) / 1000,
            "error": failed.error.as_ref().map(Word::as_str),
            "good_until": item.judged.until_ms.and_then(time),
            "action": item.action.name(),
            "reason": match item.judged.doubt {
                Some(doubt) if item.is_held_back => doubt.name(),
                _ => item.judged.why.name(),
            },
            "check": item.judged.doubt.map(Doubt::name),
            "outcome": item.became.as_ref().map(Became::name),
            "failure": item.became.as_ref().and_then(Became::error),
        })
    };
    let document = json!({
        "version": 1,
        "stack": stack.name.as_str(),
        "region": stack.region.as_str(),
        "queue": queue,
        "events": items.iter().map(event).collect::<Vec<_>>(),
    });
    format!("{:#}\n", Value::Array(vec![document]))
}

fn time(at_ms: i64) -> Option<String> {
    DateTime::from_millis(at_ms).fmt(Format::DateTime).ok()
}
