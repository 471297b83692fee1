//! Lines in Amazon's embedded metric format.
//!
//! Source: "Specification: Embedded metric format", Amazon `CloudWatch` User Guide.

use serde_json::{Map, Value, json};

use crate::guard::Scope;

/// The namespace of every metric.
pub const NAMESPACE: &str = "CognitoMessages";

/// The metric that counts messages that a provider took.
pub const DELIVERED: &str = "Delivered";

/// The metric that counts events that failed, of which Lambda retries some.
pub const FAILED: &str = "Failed";

/// The metric that counts messages that are not to be sent, or cannot be sent to this recipient.
pub const REFUSED: &str = "Refused";

/// The metric that counts messages that a rate refused, beside [`REFUSED`]; its dimensions are [`STACK`] and [`SCOPE`].
pub const REFUSED_BY_RATE: &str = "RefusedByRate";

/// The dimension that holds the name of what a rate is about.
pub const SCOPE: &str = "Scope";

/// The metric that counts questions that the guard table did not answer; its one dimension is [`STACK`].
pub const GUARD_UNAVAILABLE: &str = "GuardUnavailable";

/// The dimension that holds the stack's name.
pub const STACK: &str = "Stack";

/// The dimension that holds the channel's name; `unknown` where the event named none of ours.
pub const CHANNEL: &str = "Channel";

/// What stands in place of a channel's name where the handler writes a message that Cognito itself sends.
pub const MESSAGE: &str = "message";

/// The dimension of the latency that holds the outcome's name.
pub const OUTCOME: &str = "Outcome";

/// The metric that tells how long an event took from its arrival to its outcome, in milliseconds.
pub const LATENCY: &str = "Latency";

/// The code of the error or refusal: a member of the line and no dimension, since each combination costs money.
const REASON: &str = "Reason";

/// How an event ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A provider took the message.
    Delivered,
    /// The message is not to be sent, and a retry would not change that.
    Refused,
    /// Something failed; Lambda retries.
    Failed,
}

impl Outcome {
    /// Returns the name of the metric that counts this outcome.
    pub const fn metric(self) -> &'static str {
        match self {
            Self::Delivered => DELIVERED,
            Self::Refused => REFUSED,
            Self::Failed => FAILED,
        }
    }

    /// Returns the outcome's name in log lines.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Refused => "refused",
            Self::Failed => "failed",
        }
    }

    /// Lambda drops lines below the function's log level, those of metrics too, and takes a line
    /// without a level for `INFO`. So each carries the level of what it tells: where someone turns
    /// the level up to `ERROR`, failures are still counted.
    const fn level(self) -> &'static str {
        match self {
            Self::Delivered => "INFO",
            Self::Refused => "WARN",
            Self::Failed => "ERROR",
        }
    }
}

/// One event, counted.
#[derive(Clone, Copy, Debug)]
pub struct Count<'a> {
    /// The stack's name.
    pub stack: &'a str,
    /// The channel's name, where the event named one of ours.
    pub channel: Option<&'static str>,
    /// How it ended.
    pub outcome: Outcome,
    /// The code of the error or refusal.
    pub reason: Option<&'a str>,
    /// What the rate is about that refused it.
    pub rate: Option<Scope>,
    /// The id of the invocation.
    pub request_id: &'a str,
    /// When, in milliseconds since 1970.
    pub at_ms: u64,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
}

impl Count<'_> {
    /// A rate that many users share may stop all of them, and its alarm must see that at each level that counts failures.
    fn level(&self) -> &'static str {
        match self.rate {
            Some(scope) if scope.is_shared() => Outcome::Failed.level(),
            Some(_) | None => self.outcome.level(),
        }
    }

    /// Returns the line to write to standard output, without its line end.
    pub fn line(&self) -> String {
        let metric = self.outcome.metric();
        let mut metrics = vec![
            declared(&[STACK, CHANNEL], metric, "Count"),
            declared(&[STACK, CHANNEL, OUTCOME], LATENCY, "Milliseconds"),
        ];
        if self.rate.is_some() {
            metrics.push(declared(&[STACK, SCOPE], REFUSED_BY_RATE, "Count"));
        }
        let mut line = Map::new();
        line.insert("timestamp".to_owned(), timestamp(self.at_ms).into());
        line.insert("level".to_owned(), self.level().into());
        line.insert("message".to_owned(), "message counted".into());
        line.insert("requestId".to_owned(), self.request_id.into());
        line.insert(
            "_aws".to_owned(),
            json!({
                "Timestamp": self.at_ms,
                "CloudWatchMetrics": metrics,
            }),
        );
        line.insert(STACK.to_owned(), self.stack.into());
        line.insert(CHANNEL.to_owned(), self.channel.unwrap_or("unknown").into());
        line.insert(OUTCOME.to_owned(), self.outcome.name().into());
        if let Some(reason) = self.reason {
            line.insert(REASON.to_owned(), reason.into());
        }
        if let Some(scope) = self.rate {
            line.insert(SCOPE.to_owned(), scope.name().into());
            line.insert(REFUSED_BY_RATE.to_owned(), 1.into());
        }
        line.insert(metric.to_owned(), 1.into());
        line.insert(LATENCY.to_owned(), self.took_ms.into());
        Value::Object(line).to_string()
    }
}

/// Returns what declares one metric of a line.
fn declared(dimensions: &[&str], metric: &str, unit: &str) -> Value {
    json!({
        "Namespace": NAMESPACE,
        "Dimensions": [dimensions],
        "Metrics": [{"Name": metric, "Unit": unit}],
    })
}

/// A question that the guard table did not answer, counted.
#[derive(Clone, Copy, Debug)]
pub struct Unguarded<'a> {
    /// The stack's name.
    pub stack: &'a str,
    /// What the question was about.
    pub question: &'a str,
    /// What was done without the answer, where one was needed.
    pub policy: Option<&'a str>,
    /// The name of what went wrong.
    pub cause: &'a str,
    /// The id of the invocation.
    pub request_id: &'a str,
    /// When, in milliseconds since 1970.
    pub at_ms: u64,
}

impl Unguarded<'_> {
    /// Returns the line to write to standard output, without its line end.
    pub fn line(&self) -> String {
        json!({
            "timestamp": timestamp(self.at_ms),
            "level": "WARN",
            "message": "question counted",
            "requestId": self.request_id,
            "_aws": {
                "Timestamp": self.at_ms,
                "CloudWatchMetrics": [{
                    "Namespace": NAMESPACE,
                    "Dimensions": [[STACK]],
                    "Metrics": [{"Name": GUARD_UNAVAILABLE, "Unit": "Count"}],
                }],
            },
            STACK: self.stack,
            "Question": self.question,
            "Policy": self.policy,
            REASON: self.cause,
            GUARD_UNAVAILABLE: 1,
        })
        .to_string()
    }
}

/// Writes a time as RFC 3339 does, which Lambda's level filter wants beside the level.
///
/// The date comes from the count of days by the proleptic Gregorian calendar, in eras of 400 years
/// that begin on the first of March.
pub(crate) fn timestamp(at_ms: u64) -> String {
    let (seconds, millisecond) = (at_ms / 1000, at_ms % 1000);
    let (hour, minute, second) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    let days = seconds / 86_400 + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 {
        from_march + 3
    } else {
        from_march - 9
    };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{millisecond:03}Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_declares_and_carries_its_metric() {
        let mut count = Count {
            stack: "acme-prod",
            channel: Some("sms"),
            outcome: Outcome::Delivered,
            reason: None,
            rate: None,
            request_id: "8476a536-e9f4-11e8-9739-2dfe598c3fcd",
            at_ms: 1_795_219_200_123,
            took_ms: 47,
        };
        insta::assert_snapshot!(count.line(), @r#"{"timestamp":"2026-11-21T00:00:00.123Z","level":"INFO","message":"message counted","requestId":"8476a536-e9f4-11e8-9739-2dfe598c3fcd","_aws":{"Timestamp":1795219200123,"CloudWatchMetrics":[{"Namespace":"CognitoMessages","Dimensions":[["Stack","Channel"]],"Metrics":[{"Name":"Delivered","Unit":"Count"}]},{"Namespace":"CognitoMessages","Dimensions":[["Stack","Channel","Outcome"]],"Metrics":[{"Name":"Latency","Unit":"Milliseconds"}]}]},"Stack":"acme-prod","Channel":"sms","Outcome":"delivered","Delivered":1,"Latency":47}"#);
        count.outcome = Outcome::Refused;
        count.reason = Some("guard-no-country");
        count.channel = None;
        insta::assert_snapshot!(count.line(), @r#"{"timestamp":"2026-11-21T00:00:00.123Z","level":"WARN","message":"message counted","requestId":"8476a536-e9f4-11e8-9739-2dfe598c3fcd","_aws":{"Timestamp":1795219200123,"CloudWatchMetrics":[{"Namespace":"CognitoMessages","Dimensions":[["Stack","Channel"]],"Metrics":[{"Name":"Refused","Unit":"Count"}]},{"Namespace":"CognitoMessages","Dimensions":[["Stack","Channel","Outcome"]],"Metrics":[{"Name":"Latency","Unit":"Milliseconds"}]}]},"Stack":"acme-prod","Channel":"unknown","Outcome":"refused","Reason":"guard-no-country","Refused":1,"Latency":47}"#);
    }

    /// Lambda's level `ERROR` drops the lines of refusals, but not of those that may stop everybody.
    #[test]
    fn a_refusal_by_a_rate_is_a_metric_of_its_own() {
        for (scope, level) in [
            (Scope::Recipient, "WARN"),
            (Scope::Country, "ERROR"),
            (Scope::Pool, "ERROR"),
        ] {
            let count = Count {
                stack: "acme-prod",
                channel: Some("sms"),
                outcome: Outcome::Refused,
                reason: Some("guard-rate"),
                rate: Some(scope),
                request_id: "8476a536-e9f4-11e8-9739-2dfe598c3fcd",
                at_ms: 0,
                took_ms: 1,
            };
            let line: Value = serde_json::from_str(&count.line()).unwrap_or_default();
            let of = |pointer: &str| line.pointer(pointer).cloned().unwrap_or_default();
            assert_eq!(of("/level"), level, "{line}");
            assert_eq!(
                (of("/Refused"), of("/RefusedByRate"), of("/Scope")),
                (json!(1), json!(1), json!(scope.name()))
            );
            assert_eq!(
                of("/_aws/CloudWatchMetrics/2"),
                json!({
                    "Namespace": "CognitoMessages",
                    "Dimensions": [["Stack", "Scope"]],
                    "Metrics": [{"Name": "RefusedByRate", "Unit": "Count"}],
                })
            );
        }
    }

    #[test]
    fn what_the_table_did_not_answer_is_a_metric_of_the_stack_alone() {
        let count = Unguarded {
            stack: "acme-prod",
            question: "rates",
            policy: Some("closed"),
            cause: "timeout",
            request_id: "8476a536-e9f4-11e8-9739-2dfe598c3fcd",
            at_ms: 1_795_219_200_123,
        };
        insta::assert_snapshot!(count.line());
    }

    #[test]
    fn times_are_written_as_rfc_3339_does() {
        for (at_ms, text) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (951_782_399_999, "2000-02-28T23:59:59.999Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (1_709_251_200_000, "2024-03-01T00:00:00.000Z"),
            (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
        ] {
            assert_eq!(timestamp(at_ms), text);
        }
    }
}
