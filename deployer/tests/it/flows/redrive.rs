//! `redrive` with the real handler behind a real queue: what is sent, what is dropped, and what stays.

use std::time::{Duration, SystemTime};

use ::handler::Redacted;
use ::handler::event::PoolId;
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use deployer::apply::{self, Served};
use deployer::aws::Session;
use deployer::spec::Region;
use serde_json::{Value, json};

use super::{Acme, sender};
use crate::support::aws::wait;
use crate::support::cli::{Run, Workspace};
use crate::support::documented::as_documented;
use crate::support::handler;
use crate::support::ministack::Ministack;
use crate::support::proxy::{Effect, Proxy};

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;

/// An event that failed.
struct Event<'a> {
    purpose: &'a str,
    user: &'a str,
    to: &'a str,
    code: &'a str,
    age_s: u64,
    error: &'a str,
}

impl Default for Event<'_> {
    fn default() -> Self {
        Self {
            purpose: "SignUp",
            user: "jane-roe",
            to: "+12025550173",
            code: "846215",
            age_s: 5 * MINUTE,
            error: "send-exhausted",
        }
    }
}

impl Acme {
    fn sqs(&self) -> aws_sdk_sqs::Client {
        aws_sdk_sqs::Client::new(&self.workspace.sdk())
    }

    /// Puts a record into the queue as Lambda does when it gives up, with a code that is really encrypted; returns it.
    fn failed(&self, event: &Event<'_>) -> String {
        let session = Session::with(&Region::parse("us-west-2").unwrap(), self.workspace.sdk());
        let (pool, key) = (self.output("PoolId"), self.output("KeyArn"));
        let pool_id = PoolId::new(&pool).unwrap();
        let served = Served {
            function: "none is called",
            timeout: Duration::ZERO,
            key_arn: &key,
            pool: &pool_id,
        };
        let code = Redacted::new(event.code.to_owned());
        let code = wait(apply::encrypted(&session, served, &code)).unwrap();
        let record = json!({
            "version": "1.0",
            "timestamp": ago(event.age_s),
            "requestContext": {"requestId": "r", "functionArn": "f", "condition": "RetriesExhausted", "approximateInvokeCount": 2},
            "requestPayload": {
                "version": "1",
                "triggerSource": format!("CustomSMSSender_{}", event.purpose),
                "region": "us-west-2",
                "userPoolId": pool,
                "userName": event.user,
                "callerContext": {"awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": "a-client"},
                "request": {
                    "type": "customSMSSenderRequestV1",
                    "code": code.expose(),
                    "clientMetadata": null,
                    "userAttributes": {"phone_number": event.to, "sub": event.user},
                },
            },
            "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
            "responsePayload": {"errorType": event.error, "errorMessage": format!("about {} {}", event.user, event.to)},
        });
        let record = record.to_string();
        self.queue(&record);
        record
    }

    fn queue(&self, body: &str) {
        let send = self.sqs().send_message().queue_url(self.output("DeadLetterQueueUrl"));
        wait(send.message_body(body).send()).unwrap();
    }

    /// How many messages the queue has: to be seen, and held by somebody.
    fn depth(&self) -> (usize, usize) {
        let url = self.output("DeadLetterQueueUrl");
        let all = aws_sdk_sqs::types::QueueAttributeName::All;
        let asked = self.sqs().get_queue_attributes().queue_url(url).attribute_names(all);
        let attributes = wait(asked.send()).unwrap().attributes.unwrap();
        let count = |name: &str| {
            let found = attributes.iter().find(|(attribute, _)| attribute.as_str() == name);
            found.unwrap().1.parse().unwrap()
        };
        (
            count("ApproximateNumberOfMessages"),
            count("ApproximateNumberOfMessagesNotVisible"),
        )
    }

    #[track_caller]
    fn redrive(&self, words: &[&str], code: i32) -> Run {
        let all = [&["redrive", "stacks/acme.yaml"], words].concat();
        tells_nothing(self.workspace.run(&all).expect(code))
    }
}

fn ago(seconds: u64) -> String {
    let at = DateTime::from(SystemTime::now() - Duration::from_secs(seconds));
    at.fmt(Format::DateTime).unwrap()
}

/// Nothing of a user's is in what was printed.
#[track_caller]
fn tells_nothing(run: Run) -> Run {
    for secret in [
        "jane", "john", "mary", "kim", "2025550", "846215", "771122", "+33", "AYAD", "a-client",
    ] {
        let printed = format!("{}{}", run.stdout, run.stderr);
        assert!(!printed.contains(secret), "`{secret}` is in\n{printed}");
    }
    run
}

#[track_caller]
fn events(run: &Run) -> Vec<Value> {
    as_documented("redrive", &run.stdout);
    let documents: Value = serde_json::from_str(&run.stdout).unwrap();
    documents[0]["events"].as_array().unwrap().clone()
}

#[test]
fn what_is_worth_it_is_sent_the_rest_dropped_and_what_cannot_be_read_stays() {
    let acme = Acme::with_real_handler(&sender());
    assert!(acme.redrive(&[], 0).stdout.contains("no failed events in the queue"));
    acme.failed(&Event::default());
    acme.failed(&Event {
        age_s: 20 * MINUTE,
        code: "771122",
        ..Event::default()
    });
    for (purpose, user, age_s, error) in [
        ("ForgotPassword", "john", 2 * HOUR, "send-timed-out"),
        ("Authentication", "mary", 11 * MINUTE, "EventAgeExceeded"),
        ("SignUp", "kim", 3 * MINUTE, "send-recipient-refused"),
        ("SignUp", "john", 7 * MINUTE, "decrypt-no-known-key"),
    ] {
        acme.failed(&Event {
            purpose,
            user,
            age_s,
            error,
            to: "+12025550174",
            ..Event::default()
        });
    }
    let user = json!({"userName": "jane-roe", "phone": "+12025550173"});
    acme.queue(&json!({"timestamp": ago(60 * HOUR), "requestPayload": user}).to_string());

    // Without a terminal nothing is done but listing, and all is there for others at once.
    let listed = acme.redrive(&[], 0);
    insta::assert_snapshot!("redrive_listed", listed.snapshot());
    assert_eq!(acme.depth(), (7, 0));
    let json = acme.redrive(&["--dry-run", "--format", "json", "--only", "SignUp", "--keep"], 0);
    let of = |action: &str| events(&json).iter().filter(|event| event["action"] == action).count();
    assert_eq!((of("send"), of("drop"), of("leave")), (2, 0, 5));
    assert_eq!((acme.depth(), acme.texts().len()), ((7, 0), 0));

    let sent = acme.redrive(&["--yes"], 0);
    insta::assert_snapshot!("redriven", sent.snapshot());
    let texts = acme.texts();
    // One failed under a key that the function did not know then.
    assert_eq!(texts.len(), 2, "{texts:?}");
    for (text, to) in texts.iter().zip(["+12025550174", "+12025550173"]) {
        assert!(text.contains("846215") && text.contains(to), "{texts:?}");
    }
    assert_eq!(acme.depth(), (1, 0));

    let json = acme.redrive(&["--drop-unreadable", "--yes", "--format", "json"], 0);
    let [event] = events(&json).try_into().unwrap();
    assert_eq!(
        (&event["reason"], &event["outcome"]),
        (&json!("unreadable"), &json!("dropped"))
    );
    assert_eq!((acme.depth(), acme.texts().len()), ((0, 0), 2));
}

#[test]
fn what_fails_again_stays_once_and_is_sent_when_the_cause_is_mended() {
    let acme = Acme::with_real_handler(&sender());
    // A zip whose configuration has a route for nothing but sign-ups.
    acme.replace_code(&format!(
        r#"#!/bin/sh
partly="$LAMBDA_TASK_ROOT/partly"
mkdir -p "$partly"
sed 's/"via"/"purposes":["SignUp"],"via"/' "$LAMBDA_TASK_ROOT/delivery.json" >"$partly/delivery.json"
LAMBDA_TASK_ROOT="$partly" exec '{}'
"#,
        handler::built().display()
    ));
    acme.failed(&Event {
        purpose: "ForgotPassword",
        error: "send-no-route",
        ..Event::default()
    });
    // A country that the stack does not serve: the handler refuses it, and keeps it nowhere.
    acme.failed(&Event {
        to: "+33612345678",
        user: "kim",
        ..Event::default()
    });
    let run = acme.redrive(&["--yes", "--format", "json"], 1);
    let mut became: Vec<String> = events(&run)
        .iter()
        .map(|event| format!("{} {}", event["outcome"], event["failure"]))
        .collect();
    became.sort();
    assert_eq!(
        became,
        [r#""failed" "send-no-route""#, r#""refused" "guard-country-not-served""#,]
    );
    // The handler has kept it a second time, and the message that was there before is the one that stays.
    assert_eq!((acme.depth(), acme.texts().len()), ((1, 0), 0));
    let listed = acme.redrive(&["--format", "json"], 0);
    let [event] = events(&listed).try_into().unwrap();
    assert!(event["age_s"].as_u64().unwrap() >= 5 * MINUTE, "{event}");
    let text = acme.redrive(&["--yes"], 1);
    insta::assert_snapshot!("redrive_failed", text.snapshot());

    acme.run_real_handler();
    let run = acme.redrive(&["--yes"], 0);
    assert!(run.stdout.contains("1 delivered"), "{}", run.stdout);
    assert_eq!((acme.depth(), acme.texts().len()), ((0, 0), 1));
}

#[test]
fn a_function_that_tells_nothing_takes_nothing_out_of_the_queue() {
    let acme = Acme::with_real_handler(&sender());
    acme.failed(&Event::default());
    acme.replace_code(super::send::NULL);
    let run = acme.redrive(&["--yes"], 1);
    assert!(run.stdout.contains("untold"), "{}", run.stdout);
    acme.replace_code("#!/bin/sh\nexit 1\n");
    acme.redrive(&["--yes"], 1);
    assert_eq!(acme.depth(), (1, 0));
    // What the handler says of a message is below such a level.
    acme.write(&sender().replace("function: {", "function: {log_level: WARN, "));
    let run = acme.redrive(&["--yes"], 1);
    assert!(
        run.stderr.contains("the log level of the function is WARN"),
        "{}",
        run.stderr
    );
    assert_eq!(acme.depth(), (1, 0));
}

/// The path of a call of the function.
const INVOKE: &str = "POST /2015-03-31/functions/";

#[test]
fn interrupted_or_killed_nothing_is_lost_and_others_keep_off() {
    let proxy = Proxy::before(Ministack::shared().address());
    let acme = Acme::with_real_handler_on(Workspace::offline().at(proxy.endpoint()), &sender());
    acme.failed(&Event::default());
    acme.failed(&Event {
        user: "john",
        code: "771122",
        ..Event::default()
    });
    let go = ["redrive", "stacks/acme.yaml", "--yes"];
    let at_work = || {
        while !proxy.holds() {
            std::thread::sleep(Duration::from_millis(20));
        }
    };

    // Ctrl-C lets the event under way end, and gives back the rest.
    proxy.on(INVOKE, 1..=1, Effect::HoldBefore);
    let running = acme.workspace.spawn(&go);
    at_work();
    assert_eq!(acme.depth(), (0, 2));
    // Another run keeps off what this one holds.
    assert!(acme.redrive(&["--yes"], 0).stdout.contains("no failed events"));
    running.interrupt();
    std::thread::sleep(Duration::from_millis(300));
    running.interrupt();
    let run = tells_nothing(running.wait().expect(1));
    assert!(
        run.stderr.contains("the event under way may have been sent"),
        "{}",
        run.stderr
    );
    assert_eq!(acme.depth(), (2, 0));
    proxy.clear();

    proxy.on(INVOKE, 1..=10, Effect::Delay(Duration::from_secs(1)));
    let before = proxy.count(INVOKE);
    let running = acme.workspace.spawn(&go);
    while proxy.count(INVOKE) == before {
        std::thread::sleep(Duration::from_millis(20));
    }
    running.interrupt();
    let run = tells_nothing(running.wait().expect(1));
    assert!(
        run.stderr.contains("what was not sent stays in the queue"),
        "{}",
        run.stderr
    );
    assert_eq!((acme.depth(), acme.texts().len()), ((1, 0), 1));
    proxy.clear();

    // Killed after the message went out: it is held for some minutes, and then seen again.
    let killed = Proxy::before(Ministack::shared().address());
    let acme = Acme {
        workspace: acme.workspace.at(killed.endpoint()),
    };
    killed.on(INVOKE, 1..=1, Effect::HoldAfter);
    let running = acme.workspace.spawn(&go);
    while !killed.holds() {
        std::thread::sleep(Duration::from_millis(20));
    }
    running.kill();
    assert_eq!((acme.depth(), acme.texts().len()), ((0, 1), 2));
}

#[test]
fn rights_that_are_missing_and_a_no_leave_the_queue_as_it_is() {
    let proxy = Proxy::before(Ministack::shared().address());
    let acme = Acme::with_real_handler_on(Workspace::offline().at(proxy.endpoint()), &sender());
    acme.failed(&Event::default());
    for action in ["ReceiveMessage", INVOKE] {
        proxy.refuse(action, 403, "AccessDeniedException", "no");
        let run = acme.redrive(&["--yes"], 1);
        assert!(
            run.stderr.contains("the credentials need the right to "),
            "{}",
            run.stderr
        );
        proxy.clear();
        assert_eq!((acme.depth(), acme.texts().len()), ((1, 0), 0), "{action}");
    }
    // A sign-in's client may not be read: its code is taken to last as short as one can.
    acme.failed(&Event {
        purpose: "Authentication",
        user: "mary",
        ..Event::default()
    });
    proxy.refuse("DescribeUserPoolClient", 400, "AccessDeniedException", "no");
    let run = acme.redrive(&[], 0);
    assert!(run.stderr.contains("are taken to last 3 minutes"), "{}", run.stderr);
    assert!(run.stdout.contains("its code lasted 3m"), "{}", run.stdout);
    proxy.clear();

    let no = acme
        .workspace
        .answer(&["redrive", "stacks/acme.yaml"], "Only `yes` goes on:", "no");
    let no = tells_nothing(no.expect(1));
    assert!(
        no.stdout.contains("nothing was sent and nothing was dropped"),
        "{}",
        no.stdout
    );
    assert_eq!((acme.depth(), acme.texts().len()), ((2, 0), 0));
    let yes = acme
        .workspace
        .answer(&["redrive", "stacks/acme.yaml"], "Only `yes` goes on:", "yes");
    tells_nothing(yes.expect(0));
    assert_eq!((acme.depth(), acme.texts().len()), ((0, 0), 1));

    // A copy goes with the message that was sent, and is not sent by a later run.
    let record = acme.failed(&Event::default());
    acme.queue(&record);
    let run = acme.redrive(&["--keep", "--yes"], 0);
    assert!(run.stdout.contains("1 delivered, 1 dropped"), "{}", run.stdout);
    assert_eq!((acme.depth(), acme.texts().len()), ((0, 0), 2));
}

#[test]
fn what_has_no_queue_says_so() {
    let acme = Acme::new();
    let run = acme.workspace.run(&["redrive"]).expect(1);
    assert!(run.stderr.contains("acme is not deployed"), "{}", run.stderr);
    let pool = sender();
    let pool = pool.split("triggers:").next().unwrap();
    acme.write(&format!(
        "{pool}triggers: {{custom_message: handler}}\nfunction: {{architecture: x86_64}}\n"
    ));
    acme.apply(0);
    let run = acme.workspace.run(&["redrive"]).expect(1);
    assert!(run.stderr.contains("acme has no queue"), "{}", run.stderr);
    for words in [
        ["--only", "Signup"],
        ["--dry-run", "--yes"],
        ["--keep", "--drop-unreadable"],
    ] {
        acme.workspace.run(&["redrive", words[0], words[1]]).expect(64);
    }
}
