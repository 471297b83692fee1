//! How messages fared lately: failures of the last hour, alarms, and events that wait in the queue.

use super::{Reading, Verdict};
use crate::aws::QueueDepth;

/// How many messages failed in the last hour; `more` says that there were more than were counted.
pub fn failures(file: &str, found: &Reading<(usize, bool)>) -> Verdict {
    let check = "failures";
    let look = format!("deployer logs {file} --outcome failed --since 1h");
    match found {
        Ok((0, _)) => Verdict::ok(check, "no message failed in the last hour"),
        Ok((count, more)) => {
            let least = if *more { "at least " } else { "" };
            let messages = if *count == 1 { "message" } else { "messages" };
            Verdict::warn(
                check,
                format!("{least}{count} {messages} failed in the last hour"),
                look,
            )
        }
        Err(error) => Verdict::unread(check, error, &look),
    }
}

/// Which alarms of the stack ring.
pub fn alarms(of: usize, found: &Reading<Vec<String>>) -> Verdict {
    let check = "alarms";
    match found {
        Ok(ringing) if ringing.is_empty() => Verdict::ok(check, format!("none of {of} rings")),
        Ok(ringing) => Verdict::fail(
            check,
            format!("in ALARM: {}", ringing.join(", ")),
            format!("aws cloudwatch describe-alarms --alarm-names {}", ringing.join(" ")),
        ),
        Err(error) => Verdict::unread(check, error, "aws cloudwatch describe-alarms --state-value ALARM"),
    }
}

/// How many failed events wait in the queue.
pub fn queue(file: &str, url: &str, found: &Reading<Option<QueueDepth>>) -> Verdict {
    let check = "queue";
    let look = format!("aws sqs get-queue-attributes --queue-url {url} --attribute-names All");
    match found {
        Ok(Some(depth)) => {
            let waiting = depth.waiting + depth.in_flight + depth.delayed;
            let events = if waiting == 1 { "event" } else { "events" };
            let next = format!("deployer redrive {file}");
            match waiting {
                0 => Verdict::ok(check, "empty"),
                _ => Verdict::warn(
                    check,
                    format!("{waiting} failed {events}: messages that nobody got"),
                    next,
                ),
            }
        }
        Ok(None) => Verdict::fail(
            check,
            "gone: events that fail are lost",
            "somebody deleted it outside CloudFormation: destroy and apply anew, or make it again by hand",
        ),
        Err(error) => Verdict::unread(check, error, &look),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::kit::{denied, told};

    #[test]
    fn messages_alarms_and_the_queue() {
        let depth = |waiting, in_flight| {
            Ok(Some(QueueDepth {
                waiting,
                in_flight,
                delayed: 0,
            }))
        };
        assert_eq!(
            told(&[
                failures("f", &Ok((0, false))),
                failures("f", &Ok((1, false))),
                failures("f", &Ok((7, true))),
                failures("f", &denied("logs:FilterLogEvents")),
                alarms(3, &Ok(Vec::new())),
                alarms(3, &Ok(vec!["a".to_owned(), "b".to_owned()])),
                alarms(3, &denied("cloudwatch:DescribeAlarms")),
                queue("f", "u", &depth(0, 0)),
                queue("f", "u", &depth(1, 0)),
                queue("f", "u", &depth(1, 2)),
                queue("f", "u", &Ok(None)),
                queue("f", "u", &denied("sqs:GetQueueAttributes")),
            ]),
            [
                "ok failures: no message failed in the last hour",
                "warn failures: 1 message failed in the last hour",
                "warn failures: at least 7 messages failed in the last hour",
                "warn failures: not checked: logs:FilterLogEvents: no (AccessDenied)",
                "ok alarms: none of 3 rings",
                "fail alarms: in ALARM: a, b",
                "warn alarms: not checked: cloudwatch:DescribeAlarms: no (AccessDenied)",
                "ok queue: empty",
                "warn queue: 1 failed event: messages that nobody got",
                "warn queue: 3 failed events: messages that nobody got",
                "fail queue: gone: events that fail are lost",
                "warn queue: not checked: sqs:GetQueueAttributes: no (AccessDenied)",
            ]
        );
    }
}
