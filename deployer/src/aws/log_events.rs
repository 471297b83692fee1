//! CloudWatch Logs: lines of a log group, oldest first.

use super::error::refused;
use super::{AwsError, Session};

/// Which lines are asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogQuery {
    /// The log group's name.
    pub group: String,
    /// Milliseconds since 1970 of the first line.
    pub since_ms: i64,
    /// A filter pattern; all lines without one.
    pub pattern: Option<String>,
}

/// A line of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogEvent {
    /// The service's id of the line.
    pub id: String,
    /// Milliseconds since 1970.
    pub at_ms: i64,
    /// The line.
    pub message: String,
}

impl Session {
    /// Reads one page of lines with the token of the next; a page may be empty and not the last.
    pub async fn log_events(
        &self,
        query: &LogQuery,
        page: Option<String>,
    ) -> Result<(Vec<LogEvent>, Option<String>), AwsError> {
        let answer = aws_sdk_cloudwatchlogs::Client::new(&self.sdk)
            .filter_log_events()
            .log_group_name(&query.group)
            .start_time(query.since_ms)
            .set_filter_pattern(query.pattern.clone())
            .set_next_token(page)
            .send()
            .await
            .map_err(|error| refused("logs:FilterLogEvents", error))?;
        let events = answer
            .events()
            .iter()
            .map(|event| {
                let message = event.message().unwrap_or_default().to_owned();
                let at_ms = event.timestamp().unwrap_or_default();
                LogEvent {
                    // The model calls the id optional; what stands for it tells lines apart as well.
                    id: event.event_id().map_or_else(
                        || format!("{} {at_ms} {message}", event.log_stream_name().unwrap_or_default()),
                        str::to_owned,
                    ),
                    at_ms,
                    message,
                }
            })
            .collect();
        Ok((events, answer.next_token().map(str::to_owned)))
    }
}
