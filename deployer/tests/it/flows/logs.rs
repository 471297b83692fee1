//! `logs` against a log group with lines as the handler and Lambda write them.

use std::time::{Duration, SystemTime};

use aws_sdk_cloudwatchlogs::types::InputLogEvent;
use handler::event::Channel;
use handler::telemetry::{Count, Outcome};
use serde_json::{Value, json};

use super::Acme;
use crate::support::aws::wait;
use crate::support::cli::Workspace;
use crate::support::documented::as_documented;
use crate::support::ministack::Ministack;
use crate::support::proxy::{Effect, Proxy};

const FIRST: &str = "aaaaaaaa-0000-4000-8000-000000000001";
const SECOND: &str = "aaaaaaaa-0000-4000-8000-000000000002";
const THIRD: &str = "aaaaaaaa-0000-4000-8000-000000000003";
const CUT_OFF: &str = "aaaaaaaa-0000-4000-8000-000000000004";

impl Acme {
    fn with_log() -> Self {
        let acme = Self::new();
        acme.apply(0);
        acme.with_stream("one");
        acme
    }

    fn log_client(&self) -> aws_sdk_cloudwatchlogs::Client {
        aws_sdk_cloudwatchlogs::Client::new(&self.workspace.sdk())
    }

    fn with_stream(&self, stream: &str) {
        let create = self.log_client().create_log_stream();
        let create = create
            .log_group_name(self.output("LogGroupName"))
            .log_stream_name(stream);
        wait(create.send()).unwrap();
    }

    /// Writes lines that are `age` old, a millisecond apart.
    fn write_log(&self, stream: &str, age: Duration, lines: &[String]) {
        let at = SystemTime::now() - age;
        let at = i64::try_from(at.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_millis()).unwrap();
        let events = lines.iter().zip(at..).map(|(line, at)| {
            let event = InputLogEvent::builder().message(line).timestamp(at);
            event.build().unwrap()
        });
        let put = self.log_client().put_log_events();
        let put = put.log_group_name(self.output("LogGroupName")).log_stream_name(stream);
        wait(put.set_log_events(Some(events.collect())).send()).unwrap();
    }

    fn logs(&self, arguments: &[&str]) -> String {
        let all: Vec<&str> = ["logs", "stacks/acme.yaml"]
            .into_iter()
            .chain(arguments.iter().copied())
            .collect();
        self.workspace.run(&all).expect(0).stdout
    }
}

/// A line of the handler on one message.
fn message(request: &str, purpose: &str, level: &str, outcome: Outcome, rest: &Value) -> String {
    let mut line = json!({
        "timestamp": "2026-11-21T00:00:00.000Z", "level": level, "message": format!("message {}", outcome.name()),
        "requestId": request, "purpose": purpose, "channel": "sms", "country": "US",
    });
    let members = line.as_object_mut().unwrap();
    members.extend(rest.as_object().unwrap().clone());
    members.insert("outcome".to_owned(), outcome.name().into());
    line.to_string()
}

fn an_hour() -> Vec<String> {
    let count = Count {
        stack: "acme",
        channel: Some(Channel::Sms.name()),
        outcome: Outcome::Delivered,
        reason: None,
        rate: None,
        request_id: FIRST,
        at_ms: 0,
        took_ms: 0,
    };
    let platform = |kind: &str, request: &str, status: &str| {
        json!({"time": "2026-11-21T00:00:00.000Z", "type": kind, "record": {"requestId": request, "status": status}})
            .to_string()
    };
    vec![
        json!({"time": "t", "type": "platform.start", "record": {"requestId": FIRST}}).to_string(),
        message(
            FIRST,
            "SignUp",
            "INFO",
            Outcome::Delivered,
            &json!({"provider": "sns", "attempt": 1, "parts": 1}),
        ),
        count.line(),
        platform("platform.report", FIRST, "success"),
        message(
            SECOND,
            "Authentication",
            "ERROR",
            Outcome::Failed,
            &json!({"message": "failed to deliver the message: no provider took it in time", "error": "send-timed-out"}),
        ),
        message(
            THIRD,
            "SignUp",
            "WARN",
            Outcome::Refused,
            &json!({
                "message": "refused to serve the number: FR is not among the stack's countries",
                "country": "FR", "error": "guard-country-not-served",
            }),
        ),
        platform("platform.report", CUT_OFF, "timeout"),
        "thread 'main' panicked".to_owned(),
    ]
}

#[test]
fn a_log_is_read_and_filtered() {
    let acme = Acme::with_log();
    let all = acme.workspace.run(&["logs"]).expect(0);
    assert_eq!(all.stdout, "", "an empty log is no error");
    acme.write_log("one", Duration::from_mins(5), &an_hour());
    acme.with_stream("two");
    let old = message("old", "SignUp", "INFO", Outcome::Delivered, &json!({}));
    acme.write_log("two", Duration::from_hours(1), &[old]);

    insta::assert_snapshot!("logs", acme.workspace.run(&["logs"]).expect(0).snapshot());
    let json = acme
        .workspace
        .run(&["logs", "stacks/acme.yaml", "--format", "json"])
        .expect(0);
    insta::assert_snapshot!("logs_json", json.snapshot());
    as_documented("logs", &json.stdout);

    let count = |arguments: &[&str]| acme.logs(arguments).lines().count();
    assert_eq!(count(&[]), 5);
    assert_eq!(count(&["--since", "2h"]), 6);
    assert_eq!(count(&["--since", "2m"]), 0);
    assert_eq!(count(&["--purpose", "SignUp"]), 2);
    assert_eq!(count(&["--outcome", "delivered"]), 1);
    assert_eq!(count(&["--outcome", "refused", "--purpose", "SignUp"]), 1);
    assert_eq!(count(&["--outcome", "refused", "--purpose", "ForgotPassword"]), 0);
    let failed = acme.logs(&["--outcome", "failed"]);
    assert!(failed.contains(SECOND) && failed.contains(CUT_OFF), "{failed}");
    assert_eq!(failed.lines().count(), 2);
    let request = acme.logs(&["--request", FIRST]);
    assert_eq!(request.lines().count(), 3, "{request}");
    assert!(
        request.contains("platform.start") && request.contains("platform.report success"),
        "{request}"
    );
}

#[test]
fn a_followed_log_shows_each_line_once_until_ctrl_c() {
    let proxy = Proxy::before(Ministack::shared().address());
    let acme = Acme::on(Workspace::offline().at(proxy.endpoint()));
    acme.apply(0);
    acme.with_stream("one");
    let line = |request: &str| message(request, "SignUp", "INFO", Outcome::Delivered, &json!({}));
    acme.write_log("one", Duration::from_secs(30), &[line(FIRST)]);
    let read = || proxy.count("FilterLogEvents");
    let running = acme.workspace.spawn(&["logs", "stacks/acme.yaml", "--follow"]);
    let wait_for = |calls: usize| {
        while read() < calls {
            std::thread::sleep(Duration::from_millis(20));
        }
    };
    wait_for(1);
    acme.write_log("one", Duration::ZERO, &[line(SECOND)]);
    acme.with_stream("late");
    // Written after a newer one, as happens when another container is slow to send.
    acme.write_log("late", Duration::from_secs(20), &[line(THIRD)]);
    let calls = read();
    // The second call that begins after this moment has seen it all, and its answer is printed when a third begins.
    wait_for(calls + 3);
    running.interrupt();
    let ended = running.wait().expect(0);
    for request in [FIRST, SECOND, THIRD] {
        assert_eq!(ended.stdout.matches(request).count(), 1, "{}", ended.stdout);
    }
}

#[test]
fn an_empty_page_is_not_the_last() {
    let proxy = Proxy::before(Ministack::shared().address());
    let acme = Acme::on(Workspace::offline().at(proxy.endpoint()));
    acme.apply(0);
    acme.with_stream("one");
    acme.write_log("one", Duration::from_mins(5), &an_hour());
    // As when the service has looked through a part of the log and found nothing.
    let empty = |_| json!({"events": [], "nextToken": "more"}).to_string();
    proxy.on("FilterLogEvents", 1..=2, Effect::Rewrite(empty));
    assert_eq!(acme.logs(&[]).lines().count(), 5);
    assert_eq!(proxy.count("FilterLogEvents"), 3);
}

#[test]
fn a_stack_without_a_log_says_so() {
    let acme = Acme::new();
    let run = acme.workspace.run(&["logs"]).expect(1);
    assert!(run.stderr.contains("acme is not deployed"), "{}", run.stderr);
    acme.workspace
        .file("stacks/beta.yaml", &super::sender().replace("acme", "beta"));
    let run = acme.workspace.run(&["logs"]).expect(64);
    assert!(run.stderr.contains("`logs` is for one stack"), "{}", run.stderr);
}

#[test]
fn words_that_mean_nothing_are_refused() {
    let workspace = Workspace::offline();
    for words in [
        ["--since", "soon"],
        ["--purpose", "Signup"],
        ["--outcome", "attempt-failed"],
        ["--request", "\"a\" || 1"],
    ] {
        workspace.run(&["logs", words[0], words[1]]).expect(64);
    }
}
