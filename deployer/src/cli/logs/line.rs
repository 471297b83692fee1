//! A line of the log: the handler's and Lambda's own are JSON, what a crash leaves is text.
//!
//! As JSON, version 1, one object a line: `version`, `stack`, `time`, and either `line`, the object as it was
//! written, or `text`. Members are only ever added.

use std::fmt::Write as _;

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use serde_json::{Map, Value, json};

use crate::aws::LogEvent;
use crate::inert;

/// Members of the handler's lines that are printed without their names, in this order.
const PLAIN: [&str; 3] = ["purpose", "channel", "country"];
/// Members that stand elsewhere in the printed line.
const PLACED: [&str; 4] = ["timestamp", "level", "message", "outcome"];

#[derive(Clone, Debug)]
pub(super) struct Line {
    time: String,
    content: Content,
}

#[derive(Clone, Debug)]
enum Content {
    Object(Map<String, Value>),
    Text(String),
}

impl Line {
    /// How Lambda's report calls an invocation that ended without a word of the handler.
    pub(super) const ENDED_BADLY: [&str; 2] = ["timeout", "failure"];

    pub(super) fn of(event: &LogEvent) -> Self {
        let text = event.message.trim_end();
        Self {
            time: DateTime::from_millis(event.at_ms)
                .fmt(Format::DateTime)
                .unwrap_or_default(),
            content: match serde_json::from_str(text) {
                Ok(Value::Object(members)) => Content::Object(members),
                _ => Content::Text(text.to_owned()),
            },
        }
    }

    fn member(&self, name: &str) -> Option<&Value> {
        match &self.content {
            Content::Object(members) => members.get(name),
            Content::Text(_) => None,
        }
    }

    /// Returns a member of the line that is text.
    pub(super) fn field(&self, name: &str) -> Option<&str> {
        self.member(name).and_then(Value::as_str)
    }

    fn record(&self, name: &str) -> Option<&str> {
        self.member("record")?.get(name)?.as_str()
    }

    /// Returns the id of the invocation that the line speaks of.
    pub(super) fn request(&self) -> Option<&str> {
        self.field("requestId").or_else(|| self.record("requestId"))
    }

    /// Whether the line is there to be counted only.
    pub(super) fn is_metric(&self) -> bool {
        self.member("_aws").is_some()
    }

    /// Whether Lambda wrote the line.
    pub(super) fn is_platform(&self) -> bool {
        self.field("type").is_some_and(|kind| kind.starts_with("platform."))
    }

    /// Whether the line is Lambda's report of an invocation that was cut off.
    pub(super) fn ended_badly(&self) -> bool {
        self.field("type") == Some("platform.report")
            && self
                .record("status")
                .is_some_and(|status| Self::ENDED_BADLY.contains(&status))
    }

    /// Returns the line for people, with its line end.
    pub(super) fn text(&self) -> String {
        let mut text = format!("{}  ", self.time);
        match &self.content {
            Content::Text(line) => text.push_str(line),
            Content::Object(members) if self.is_platform() => {
                let kind = self.field("type").unwrap_or_default();
                let status = self.record("status").unwrap_or_default();
                let _ = write!(
                    text,
                    "{:<5}  {kind} {status}",
                    if self.ended_badly() { "ERROR" } else { "INFO" }
                );
                if let Some(request) = self.request() {
                    let _ = write!(text, "  request={request}");
                }
                if let Some(duration) = members
                    .get("record")
                    .and_then(|record| record.pointer("/metrics/durationMs"))
                {
                    let _ = write!(text, " duration_ms={duration}");
                }
            }
            Content::Object(members) => {
                let level = self.field("level").unwrap_or_default();
                let _ = write!(text, "{level:<5}  {}", self.field("message").unwrap_or_default());
                for (index, value) in PLAIN.iter().filter_map(|name| self.field(name)).enumerate() {
                    let _ = write!(text, "{}{value}", if index == 0 { "  " } else { " " });
                }
                let named = members
                    .iter()
                    .filter(|(name, value)| {
                        let name = name.as_str();
                        !value.is_null() && name != "requestId" && !PLAIN.contains(&name) && !PLACED.contains(&name)
                    })
                    .map(|(name, value)| (name.as_str(), value));
                // The longest word stands last.
                let request = members.get("requestId").map(|value| ("request", value));
                for (index, (name, value)) in named.chain(request).enumerate() {
                    let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                    let _ = write!(text, "{}{name}={value}", if index == 0 { "  " } else { " " });
                }
            }
        }
        // A log may hold anything, but it is one line.
        format!("{}\n", inert::line(&text.replace('\t', " ")))
    }

    /// Returns the line for programs, with its line end.
    pub(super) fn json(&self, stack: &str) -> String {
        let line = match &self.content {
            Content::Object(members) => json!({ "version": 1, "stack": stack, "time": self.time, "line": members }),
            Content::Text(text) => json!({ "version": 1, "stack": stack, "time": self.time, "text": text }),
        };
        format!("{line}\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(message: &str) -> Line {
        Line::of(&LogEvent {
            id: String::new(),
            at_ms: 1_795_219_200_123,
            message: message.to_owned(),
        })
    }

    #[test]
    fn each_kind_of_line_is_printed_in_its_way() {
        let delivered = r#"{"timestamp":"2026-11-21T00:00:00.100Z","level":"INFO","message":"message delivered","requestId":"8476a536","purpose":"SignUp","channel":"sms","country":"US","provider":"sns","attempt":1,"parts":1,"outcome":"delivered"}"#;
        assert_eq!(
            line(delivered).text(),
            "2026-11-21T00:00:00.123Z  INFO   message delivered  SignUp sms US  provider=sns attempt=1 parts=1 \
             request=8476a536\n"
        );
        let report = r#"{"time":"t","type":"platform.report","record":{"requestId":"8476a536","metrics":{"durationMs":20000.0},"status":"timeout"}}"#;
        assert_eq!(
            line(report).text(),
            "2026-11-21T00:00:00.123Z  ERROR  platform.report timeout  request=8476a536 duration_ms=20000.0\n"
        );
        assert_eq!(
            line("panicked\tat \u{1b}[31mmain\n").text(),
            "2026-11-21T00:00:00.123Z  panicked at \\u{1b}[31mmain\n"
        );
    }

    #[test]
    fn programs_get_the_line_as_it_was_written() {
        assert_eq!(
            line(r#"{"b":1,"a":2}"#).json("acme"),
            "{\"version\":1,\"stack\":\"acme\",\"time\":\"2026-11-21T00:00:00.123Z\",\"line\":{\"b\":1,\"a\":2}}\n"
        );
        assert_eq!(
            line("panicked\n").json("acme"),
            "{\"version\":1,\"stack\":\"acme\",\"time\":\"2026-11-21T00:00:00.123Z\",\"text\":\"panicked\"}\n"
        );
    }
}
