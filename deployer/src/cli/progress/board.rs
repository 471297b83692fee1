//! What is known of a running operation, and the lines that say it. No terminal, no clock: both are told.

use std::collections::BTreeSet;
use std::time::Duration;

use super::super::wrap::shortened;
use crate::aws::StackEvent;
use crate::inert;

/// How long nothing may be said where no live line moves: a log that stands still looks like a hung job.
const QUIET: Duration = Duration::from_secs(30);

/// Columns of logical ids and types: the longest that most stacks have. With time and status that is 79.
const ID: usize = 18;
const TYPE: usize = 30;

/// An operation as far as its events tell.
#[derive(Debug)]
pub(super) struct Board {
    /// How many resources change, where the plan knows.
    total: Option<usize>,
    doing: &'static str,
    done: BTreeSet<String>,
    /// Logical ids in progress and since when, oldest first.
    busy: Vec<(String, Duration)>,
    said: Duration,
    /// Columns of the terminal; without one, beginnings are lines too, since there is no live line.
    width: Option<usize>,
    /// Whether only the stack's own events and failures are lines: others tell theirs in between.
    brief: bool,
}

impl Board {
    pub(super) const fn new(total: Option<usize>, width: Option<usize>) -> Self {
        Self {
            total,
            doing: "starting",
            done: BTreeSet::new(),
            busy: Vec::new(),
            said: Duration::ZERO,
            width,
            brief: false,
        }
    }

    /// The board of one stack of many.
    pub(super) fn brief(total: Option<usize>) -> Self {
        Self {
            brief: true,
            ..Self::new(total, None)
        }
    }

    /// Takes an event in; returns what there is to print of it.
    pub(super) fn hear(&mut self, elapsed: Duration, event: &StackEvent) -> Option<String> {
        let id = &event.logical_id;
        let begins = event.status.ends_with("_IN_PROGRESS");
        let known = self.busy.iter().any(|(busy, _)| busy == id);
        if event.is_stack() {
            self.stack(&event.status);
        } else if begins {
            // What was done and begins again is rolled back or cleaned up.
            self.done.remove(id);
            if known {
                // CloudFormation says it twice: before and after it has asked the service.
                return None;
            }
            self.busy.push((id.clone(), elapsed));
        } else {
            self.busy.retain(|(busy, _)| busy != id);
            if !event.status.ends_with("_FAILED") {
                self.done.insert(id.clone());
            }
        }
        if begins && !event.is_stack() && self.width.is_some() {
            return None;
        }
        if self.brief && !event.is_stack() && !event.status.ends_with("_FAILED") {
            return None;
        }
        self.said = elapsed;
        Some(self.line(elapsed, event))
    }

    fn stack(&mut self, status: &str) {
        let doing = match status {
            _ if status.ends_with("CLEANUP_IN_PROGRESS") => "cleaning up",
            _ if status.contains("ROLLBACK_IN_PROGRESS") => "rolling back",
            _ if status.starts_with("CREATE_") => "creating",
            _ if status.starts_with("DELETE_") => "deleting",
            _ => "updating",
        };
        if matches!(doing, "cleaning up" | "rolling back") && self.doing != doing {
            // Nobody knows how many resources that touches.
            self.total = None;
            self.done.clear();
        }
        self.doing = doing;
    }

    /// What is done, what remains and what is being worked on.
    pub(super) fn summary(&self, elapsed: Duration) -> String {
        let done = self.done.len();
        let count = match self.total {
            // CloudFormation's own word is a guess: it may touch more.
            Some(total) if total >= done => format!("{done} of {total} done"),
            Some(_) | None => format!("{done} done"),
        };
        let busy: Vec<String> = self
            .busy
            .iter()
            .map(|(id, since)| format!("{id} {}s", elapsed.saturating_sub(*since).as_secs()))
            .collect();
        if busy.is_empty() {
            format!("{}: {count}", self.doing)
        } else {
            format!("{}: {count}, working on {}", self.doing, busy.join(", "))
        }
    }

    /// A line for a log in which nothing was said for a while.
    pub(super) fn heartbeat(&mut self, elapsed: Duration) -> Option<String> {
        if elapsed.saturating_sub(self.said) < QUIET {
            return None;
        }
        self.said = elapsed;
        Some(format!("  {}  {}", clock(elapsed), self.summary(elapsed)))
    }

    fn line(&self, elapsed: Duration, event: &StackEvent) -> String {
        let StackEvent {
            logical_id,
            resource_type,
            status,
            ..
        } = event;
        let (id, of, status) = (inert::line(logical_id), inert::line(resource_type), inert::line(status));
        let (id, of, status): (&str, &str, &str) = (&id, &of, &status);
        let clock = clock(elapsed);
        let mut line = if event.is_stack() && self.brief {
            // The line begins with the stack's name.
            format!("  {clock}  {status}")
        } else if event.is_stack() {
            // Its statuses are the longest, and its type says nothing.
            let room = self.width.map(|width| room(width, &clock, status));
            let id = room.map_or_else(|| id.to_owned(), |room| shortened(id, room));
            format!("  {clock}  {id:<ID$}  {status}")
        } else {
            let whole = format!("  {clock}  {id:<ID$}  {of:<TYPE$}  {status}");
            match self.width {
                Some(width) if whole.chars().count() > width => {
                    let of = of.strip_prefix("AWS::").unwrap_or(of);
                    let room = room(width, &clock, status).saturating_sub(2);
                    let (id, of) = (shortened(id, room / 2), shortened(of, room - room / 2));
                    format!("  {clock}  {id}  {of}  {status}")
                }
                Some(_) | None => whole,
            }
        };
        if let Some(reason) = event.reason.as_ref().filter(|reason| tells(status, reason)) {
            line.push_str("\n         ");
            line.push_str(&inert::line(reason));
        }
        line
    }
}

/// Columns between the clock and the status.
fn room(width: usize, clock: &str, status: &str) -> usize {
    width.saturating_sub(clock.len() + status.len() + 6)
}

/// Whether a status comes with a reason that is news: others say that somebody asked for it.
fn tells(status: &str, reason: &str) -> bool {
    (status.ends_with("_FAILED") || status.ends_with("ROLLBACK_IN_PROGRESS")) && reason != "User Initiated"
}

pub(super) fn clock(elapsed: Duration) -> String {
    let seconds = elapsed.as_secs();
    format!("{:02}:{:02}", seconds / 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(id: &str, of: &str, status: &str, reason: Option<&str>) -> StackEvent {
        StackEvent {
            id: format!("{id}-{status}"),
            time: String::new(),
            logical_id: id.to_owned(),
            physical_id: if of.ends_with("::Stack") { "arn:stack" } else { "x" }.to_owned(),
            resource_type: of.to_owned(),
            status: status.to_owned(),
            reason: reason.map(str::to_owned),
            stack_id: "arn:stack".to_owned(),
            token: None,
        }
    }

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    const STACK: &str = "AWS::CloudFormation::Stack";
    const POOL: &str = "AWS::Cognito::UserPool";

    #[test]
    fn what_is_done_what_remains_and_what_is_worked_on() {
        let mut board = Board::new(Some(3), Some(80));
        board.hear(
            at(0),
            &event("acme", STACK, "CREATE_IN_PROGRESS", Some("User Initiated")),
        );
        assert_eq!(
            board.hear(at(1), &event("Pool", POOL, "CREATE_IN_PROGRESS", None)),
            None
        );
        board.hear(at(1), &event("Key", "AWS::KMS::Key", "CREATE_IN_PROGRESS", None));
        assert_eq!(
            board.summary(at(4)),
            "creating: 0 of 3 done, working on Pool 3s, Key 3s"
        );
        let done = board.hear(at(5), &event("Key", "AWS::KMS::Key", "CREATE_COMPLETE", None));
        assert_eq!(
            done.as_deref(),
            Some("  00:05  Key                 AWS::KMS::Key                   CREATE_COMPLETE")
        );
        assert_eq!(board.summary(at(65)), "creating: 1 of 3 done, working on Pool 64s");
        // A rollback counts afresh, and nobody knows to what.
        let failed = board.hear(at(66), &event("Pool", POOL, "CREATE_FAILED", Some("It is refused")));
        assert!(
            failed
                .unwrap_or_default()
                .ends_with("CREATE_FAILED\n         It is refused")
        );
        board.hear(at(67), &event("acme", STACK, "ROLLBACK_IN_PROGRESS", None));
        board.hear(at(68), &event("Key", "AWS::KMS::Key", "DELETE_IN_PROGRESS", None));
        assert_eq!(board.summary(at(70)), "rolling back: 0 done, working on Key 2s");
    }

    #[test]
    fn without_a_terminal_beginnings_are_lines_and_silence_ends() {
        let mut board = Board::new(Some(1), None);
        let begin = event("Pool", POOL, "CREATE_IN_PROGRESS", None);
        assert!(board.hear(at(1), &begin).is_some());
        let again = event("Pool", POOL, "CREATE_IN_PROGRESS", Some("Resource creation Initiated"));
        assert_eq!(board.hear(at(2), &again), None);
        assert_eq!(board.heartbeat(at(30)), None);
        assert_eq!(
            board.heartbeat(at(31)).as_deref(),
            Some("  00:31  starting: 0 of 1 done, working on Pool 30s")
        );
        assert_eq!(board.heartbeat(at(60)), None);
        assert!(board.heartbeat(at(61)).is_some());
    }

    #[test]
    fn beside_others_only_the_stack_and_failures_are_lines() {
        let mut board = Board::brief(Some(2));
        let begun = board.hear(at(0), &event("acme", STACK, "CREATE_IN_PROGRESS", None));
        assert_eq!(begun.as_deref(), Some("  00:00  CREATE_IN_PROGRESS"));
        for status in ["CREATE_IN_PROGRESS", "CREATE_COMPLETE"] {
            assert_eq!(board.hear(at(1), &event("Pool", POOL, status, None)), None);
        }
        assert!(
            board
                .hear(at(2), &event("Key", "AWS::KMS::Key", "CREATE_FAILED", None))
                .is_some()
        );
        assert_eq!(board.summary(at(3)), "creating: 1 of 2 done");
        // What is not told is no news either: silence ends all the same.
        board.hear(at(20), &event("Alias", "AWS::KMS::Alias", "CREATE_COMPLETE", None));
        assert!(board.heartbeat(at(32)).is_some());
    }

    #[test]
    fn every_line_fits_the_terminal_and_keeps_its_status() {
        let name = "acme-".repeat(25);
        let rows = [
            (name.as_str(), STACK, "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS"),
            (
                "PreTokenGenerationPermission",
                "AWS::Lambda::Permission",
                "CREATE_COMPLETE",
            ),
            ("FunctionPermission", "AWS::Lambda::EventInvokeConfig", "DELETE_SKIPPED"),
            (
                "Pool",
                "AWS::Cognito::UserPoolRiskConfigurationAttachment",
                "UPDATE_FAILED",
            ),
        ];
        for (id, of, status) in rows {
            let line = Board::new(None, Some(80)).hear(at(0), &event(id, of, status, None));
            let line = line.unwrap_or_default();
            assert!(line.chars().count() <= 80, "{line}");
            assert!(line.ends_with(status), "{line}");
        }
    }
}
