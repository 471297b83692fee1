//! Which lines: asked of the service by a filter pattern, so that a busy log need not travel, and looked at
//! again here.

use std::fmt::Write as _;

use handler::event::Purpose;

use super::line::Line;
use crate::cli::args::{LogsArgs, MessageOutcome};

/// What somebody wants to see.
#[derive(Clone, Debug, Default)]
pub(super) struct Filter {
    pub(super) request: Option<String>,
    pub(super) purpose: Option<Purpose>,
    pub(super) outcome: Option<MessageOutcome>,
}

impl Filter {
    pub(super) fn of(args: &LogsArgs) -> Self {
        Self {
            request: args.request.clone(),
            purpose: args.purpose,
            outcome: args.outcome,
        }
    }

    /// Returns the pattern in the syntax of CloudWatch Logs; none where every line is wanted.
    pub(super) fn pattern(&self) -> Option<String> {
        let mut terms = Vec::new();
        if let Some(request) = &self.request {
            terms.push(format!(
                "(($.requestId = \"{request}\") || ($.record.requestId = \"{request}\"))"
            ));
        }
        if let Some(purpose) = self.purpose {
            terms.push(format!("($.purpose = \"{}\")", purpose.name()));
        }
        if let Some(outcome) = self.outcome {
            let mut term = format!("(($.outcome = \"{}\")", outcome.name());
            if outcome == MessageOutcome::Failed {
                for status in Line::ENDED_BADLY {
                    // Writing to a String cannot fail.
                    let _ = write!(term, " || ($.record.status = \"{status}\")");
                }
            }
            terms.push(term + ")");
        }
        (!terms.is_empty()).then(|| format!("{{ {} }}", terms.join(" && ")))
    }

    /// Whether a line is one of those.
    pub(super) fn takes(&self, line: &Line) -> bool {
        if line.is_metric() {
            return false;
        }
        let request = self
            .request
            .as_deref()
            .is_none_or(|request| line.request() == Some(request));
        let purpose = self
            .purpose
            .is_none_or(|purpose| line.field("purpose") == Some(purpose.name()));
        let outcome = self.outcome.is_none_or(|outcome| {
            line.field("outcome") == Some(outcome.name()) || (outcome == MessageOutcome::Failed && line.ended_badly())
        });
        // Lambda's own lines on each start and end say nothing, unless somebody looks into one request.
        let silent = line.is_platform() && !line.ended_badly() && self.request.is_none();
        request && purpose && outcome && !silent
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::LogEvent;

    fn line(message: &str) -> Line {
        Line::of(&LogEvent {
            id: String::new(),
            at_ms: 0,
            message: message.to_owned(),
        })
    }

    #[test]
    fn the_pattern_asks_for_all_that_is_wanted() {
        assert_eq!(Filter::default().pattern(), None);
        let filter = Filter {
            request: Some("8476a536".to_owned()),
            purpose: Some(Purpose::SignUp),
            outcome: Some(MessageOutcome::Failed),
        };
        assert_eq!(
            filter.pattern().as_deref(),
            Some(
                "{ (($.requestId = \"8476a536\") || ($.record.requestId = \"8476a536\")) && ($.purpose = \"SignUp\") \
                 && (($.outcome = \"failed\") || ($.record.status = \"timeout\") || ($.record.status = \"failure\")) }"
            )
        );
    }

    #[test]
    fn lines_are_taken_by_what_they_say() {
        let delivered = line(r#"{"requestId":"a","purpose":"SignUp","outcome":"delivered"}"#);
        let failed = line(r#"{"requestId":"b","purpose":"SignUp","outcome":"failed"}"#);
        let metric = line(r#"{"requestId":"a","_aws":{},"Delivered":1}"#);
        let start = line(r#"{"type":"platform.start","record":{"requestId":"a"}}"#);
        let timeout = line(r#"{"type":"platform.report","record":{"requestId":"c","status":"timeout"}}"#);
        let text = line("panicked at src/main.rs");
        let all = [&delivered, &failed, &metric, &start, &timeout, &text];
        let taken = |filter: &Filter| all.map(|line| filter.takes(line));
        assert_eq!(taken(&Filter::default()), [true, true, false, false, true, true]);
        let request = Filter {
            request: Some("a".to_owned()),
            ..Filter::default()
        };
        assert_eq!(taken(&request), [true, false, false, true, false, false]);
        let purpose = Filter {
            purpose: Some(Purpose::SignUp),
            ..Filter::default()
        };
        assert_eq!(taken(&purpose), [true, true, false, false, false, false]);
        let outcome = Filter {
            outcome: Some(MessageOutcome::Failed),
            ..Filter::default()
        };
        assert_eq!(taken(&outcome), [false, true, false, false, true, false]);
    }
}
