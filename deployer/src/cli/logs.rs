//! `deployer logs`: what the handler said of each message.
//!
//! `filter` decides which lines, in the service's words and in ours; `line` reads and prints one.

mod filter;
mod line;
mod since;

use std::collections::BTreeMap;
use std::time::Duration;

use super::args::{Format, LogsArgs, MessageOutcome};
use super::context::Context;
use super::declared::stack;
use super::error::CliError;
use super::exit::ExitStatus;
use super::observe::Sessions;
use crate::aws::{LogEvent, LogQuery, Session};
use crate::model::output;
use crate::spec::Stack;
use filter::Filter;
use line::Line;
pub(super) use since::parse as parse_since;

/// How often a followed log is asked for more; the service allows five calls a second for all who ask.
const PAUSE: Duration = Duration::from_secs(2);
/// Lines arrive late and out of order; those of this last while are asked for again.
const OVERLAP_MS: i64 = 60_000;

pub(super) async fn run(context: &Context, args: &LogsArgs) -> Result<ExitStatus, CliError> {
    // Lines of several logs would not be told apart.
    let stack = stack(context, &args.path, "logs")?;
    let named = std::iter::once((&stack.name, &stack.region, stack.account.as_ref()));
    let sessions = Sessions::open(context, named).await?;
    let session = sessions.of(&stack.region)?;
    let filter = Filter::of(args);
    let now = context.milliseconds();
    let since = i64::try_from(args.since.as_millis()).unwrap_or(i64::MAX);
    let mut tail = Tail {
        query: LogQuery {
            group: context.unless_interrupted(group(session, &stack)).await??,
            since_ms: now.saturating_sub(since).max(0),
            pattern: filter.pattern(),
        },
        seen: BTreeMap::new(),
        filter,
        stack: stack.name.to_string(),
        format: args.format,
    };
    loop {
        let Ok(read) = context.unless_interrupted(tail.read(context, session)).await else {
            // Who follows ends it by Ctrl-C; who does not has not seen all.
            return if args.follow {
                Ok(ExitStatus::Done)
            } else {
                Err(CliError::failed("interrupted; not every line was printed"))
            };
        };
        if read? == Reader::Gone || !args.follow {
            return Ok(ExitStatus::Done);
        }
        let Ok(()) = context.unless_interrupted(tokio::time::sleep(PAUSE)).await else {
            return Ok(ExitStatus::Done);
        };
    }
}

/// The pattern that finds the messages that failed.
pub(super) fn failed_pattern() -> Option<String> {
    let filter = Filter {
        outcome: Some(MessageOutcome::Failed),
        ..Filter::default()
    };
    filter.pattern()
}

/// Asks the stack for its log group.
async fn group(session: &Session, stack: &Stack) -> Result<String, CliError> {
    let name = &stack.name;
    let Some(state) = session.stack(name.as_str()).await? else {
        return Err(CliError::failed(format!("{name} is not deployed"))
            .hint(format!("deployer apply {}", stack.source.path().display())));
    };
    state.outputs.get(output::LOG_GROUP_NAME).cloned().ok_or_else(|| {
        CliError::failed(format!(
            "{name} ({}) has no function of its own, and so no log",
            state.status
        ))
    })
}

/// Whether somebody still reads what is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reader {
    There,
    Gone,
}

/// A log, read from where the last reading ended.
#[derive(Debug)]
struct Tail {
    query: LogQuery,
    /// Lines that were printed or left out, by id, with their times.
    seen: BTreeMap<String, i64>,
    filter: Filter,
    stack: String,
    format: Format,
}

impl Tail {
    /// Prints what is new, page by page.
    async fn read(&mut self, context: &Context, session: &Session) -> Result<Reader, CliError> {
        let mut page = None;
        loop {
            let (events, next) = session.log_events(&self.query, page).await?;
            for event in events {
                if self.is_new(&event) && self.print(context, &event) == Reader::Gone {
                    return Ok(Reader::Gone);
                }
            }
            page = next;
            let since = self.forget();
            if page.is_none() {
                self.query.since_ms = since;
                return Ok(Reader::There);
            }
        }
    }

    fn is_new(&mut self, event: &LogEvent) -> bool {
        self.seen.insert(event.id.clone(), event.at_ms).is_none()
    }

    fn print(&self, context: &Context, event: &LogEvent) -> Reader {
        let line = Line::of(event);
        if !self.filter.takes(&line) {
            return Reader::There;
        }
        let is_read = match self.format {
            Format::Text => context.out.is_read(&line.text()),
            Format::Json => context.out.is_json_read(&line.json(&self.stack)),
        };
        if is_read { Reader::There } else { Reader::Gone }
    }

    /// Forgets lines that will not be asked for again, and returns the time from which they will.
    fn forget(&mut self) -> i64 {
        let newest = self.seen.values().max().copied().unwrap_or_default();
        let since = self.query.since_ms.max(newest.saturating_sub(OVERLAP_MS));
        self.seen.retain(|_, at_ms| *at_ms >= since);
        since
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(id: &str, at_ms: i64) -> LogEvent {
        LogEvent {
            id: id.to_owned(),
            at_ms,
            message: String::new(),
        }
    }

    #[test]
    fn a_line_is_new_once_even_where_it_is_asked_for_again() {
        let mut tail = Tail {
            query: LogQuery {
                group: "acme".to_owned(),
                since_ms: 1_000,
                pattern: None,
            },
            seen: BTreeMap::new(),
            filter: Filter::default(),
            stack: "acme".to_owned(),
            format: Format::Text,
        };
        assert_eq!(tail.forget(), 1_000);
        assert!(tail.is_new(&event("a", 2_000)));
        assert!(tail.is_new(&event("b", 100_000)));
        assert_eq!(tail.forget(), 100_000 - OVERLAP_MS);
        assert_eq!(tail.seen.len(), 1);
        assert!(!tail.is_new(&event("b", 100_000)));
        // A late one, from before the newest.
        assert!(tail.is_new(&event("c", 99_000)));
    }
}
