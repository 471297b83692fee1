//! `redrive` with the real handler behind a real queue: what is sent, what is dropped, and what stays.

use std::time::{Duration, SystemTime};

use ::handler::Redacted;
use ::handler::event::PoolId;
use aws_sdk_cloudformation::config::{Credentials, SharedCredentialsProvider};
use aws_sdk_cognitoidentityprovider::types::{AttributeType, MessageActionType};
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
pub(super) struct Event<'a> {
    pub(super) purpose: &'a str,
    /// Whose event it is: each has a number of their own.
    pub(super) user: &'a str,
    /// Another number than the user's.
    pub(super) to: Option<&'a str>,
    pub(super) code: &'a str,
    pub(super) age_s: u64,
    pub(super) error: &'a str,
}

impl Default for Event<'_> {
    fn default() -> Self {
        Self {
            purpose: "SignUp",
            user: "jane-roe",
            to: None,
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

    /// A client by the function's role, in a session of this name.
    fn sqs_by_role(&self, session: &str) -> aws_sdk_sqs::Client {
        let sdk = self.workspace.sdk();
        let resources = wait(self.cloudformation().list_stack_resources().stack_name("acme").send()).unwrap();
        let role = resources.stack_resource_summaries().iter();
        let mut role = role.filter(|resource| resource.logical_resource_id() == Some("FunctionRole"));
        let role = role.next().unwrap().physical_resource_id().unwrap().to_owned();
        let assumed = aws_sdk_sts::Client::new(&sdk)
            .assume_role()
            .role_arn(format!("arn:aws:iam::{}:role/{role}", self.workspace.account()))
            .role_session_name(session);
        let given = wait(assumed.send()).unwrap().credentials.unwrap();
        let given = Credentials::new(
            given.access_key_id,
            given.secret_access_key,
            Some(given.session_token),
            None,
            "tests",
        );
        let sdk = sdk
            .into_builder()
            .credentials_provider(SharedCredentialsProvider::new(given));
        aws_sdk_sqs::Client::new(&sdk.build())
    }

    /// The name of the user who has a number, who is made where there is none.
    fn user(&self, number: &str) -> String {
        let pool = self.output("PoolId");
        let known = self.pools().admin_get_user().user_pool_id(&pool).username(number);
        if let Ok(known) = wait(known.send()) {
            return known.username;
        }
        let made = self.pools().admin_create_user().user_pool_id(pool).username(number);
        let made = made.message_action(MessageActionType::Suppress);
        wait(made.send()).unwrap().user.unwrap().username.unwrap()
    }

    /// Gives a user another number.
    fn renumber(&self, name: &str, number: &str) {
        let attribute = AttributeType::builder().name("phone_number").value(number);
        let update = self.pools().admin_update_user_attributes();
        let update = update.user_pool_id(self.output("PoolId")).username(name);
        wait(update.user_attributes(attribute.build().unwrap()).send()).unwrap();
    }

    /// Puts a record into the queue as Lambda does when it gives up, with a code that is really encrypted; returns it.
    pub(super) fn failed(&self, event: &Event<'_>) -> String {
        let record = self.record(event).to_string();
        self.queue(&record);
        record
    }

    fn record(&self, event: &Event<'_>) -> Value {
        let number = number(event.user);
        let user = self.user(number);
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
        json!({
            "version": "1.0",
            "timestamp": ago(event.age_s),
            "requestContext": {
                "requestId": "r",
                "functionArn": format!("{}:$LATEST", self.output("FunctionArn")),
                "condition": "RetriesExhausted",
                "approximateInvokeCount": 2,
            },
            "requestPayload": {
                "version": "1",
                "triggerSource": format!("CustomSMSSender_{}", event.purpose),
                "region": "us-west-2",
                "userPoolId": pool,
                "userName": user,
                "callerContext": {"awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": "a-client"},
                "request": {
                    "type": "customSMSSenderRequestV1",
                    "code": code.expose(),
                    "clientMetadata": null,
                    "userAttributes": {"phone_number": event.to.unwrap_or(number), "sub": user},
                },
            },
            "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
            "responsePayload": {"errorType": event.error, "errorMessage": format!("about {} {number}", event.user)},
        })
    }

    /// Puts a record into the queue by the function's role.
    pub(super) fn queue(&self, body: &str) {
        self.queue_by(&self.sqs_by_role(&self.output("FunctionName")), body);
    }

    fn queue_by(&self, sqs: &aws_sdk_sqs::Client, body: &str) {
        let send = sqs.send_message().queue_url(self.output("DeadLetterQueueUrl"));
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

fn number(user: &str) -> &'static str {
    match user {
        "jane-roe" => "+12025550173",
        "john" => "+12025550174",
        "mary" => "+12025550175",
        "kim" => "+12025550176",
        "pierre" => "+33612345678",
        other => panic!("{other} has no number"),
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
        "jane", "john", "mary", "kim", "pierre", "2025550", "846215", "771122", "+33", "AYAD", "a-client",
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
        user: "pierre",
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

/// What became of each event, with the check that holds it back.
fn became(run: &Run) -> Vec<String> {
    let events = events(run);
    let mut became: Vec<String> = events
        .iter()
        .map(|event| {
            let text = |name: &str| event[name].as_str().unwrap_or("-").to_owned();
            format!("{} {} {}", text("action"), text("reason"), text("check"))
        })
        .collect();
    became.sort();
    became
}

/// A code that is genuine does not make its record so: whoever can read and write the queue can copy the code into a
/// record with a number of their own.
#[test]
fn what_somebody_else_put_there_is_never_sent_and_changes_nothing_of_the_rest() {
    let acme = Acme::with_real_handler(&sender());
    let genuine = acme.record(&Event::default());
    acme.queue(&genuine.to_string());
    let forge = |pointer: &str, value: Value| {
        let mut record = genuine.clone();
        *record.pointer_mut(pointer).unwrap() = value;
        record.to_string()
    };
    let (own, number) = (acme.sqs(), "/requestPayload/request/userAttributes/phone_number");
    let foreign = json!("arn:aws:lambda:us-west-2:999999999999:function:theirs");
    // Another number and function, by somebody's own credentials.
    let mut other = genuine.clone();
    *other.pointer_mut(number).unwrap() = json!("+12025550199");
    *other.pointer_mut("/requestContext/functionArn").unwrap() = foreign.clone();
    acme.queue_by(&own, &other.to_string());
    // Nothing but the sender is another: as if the genuine one were a late copy of it, or not to be delivered.
    acme.queue_by(&own, &forge("/timestamp", json!(ago(20 * MINUTE))));
    acme.queue_by(
        &own,
        &forge("/responsePayload/errorType", json!("send-recipient-refused")),
    );
    acme.queue_by(&own, &json!({"timestamp": ago(60 * HOUR)}).to_string());
    // By the function's role, as far as SQS knows.
    acme.queue(&forge("/requestContext/functionArn", foreign));
    acme.queue(&forge("/requestPayload/userPoolId", json!("us-west-2_Other0123")));
    acme.queue(&forge(number, json!("+12025550198")));

    let listed = acme.redrive(&[], 0);
    insta::assert_snapshot!("redrive_forged", listed.snapshot());
    let run = acme.redrive(&["--yes", "--unchecked", "--drop-unreadable", "--format", "json"], 0);
    assert_eq!(
        became(&run),
        [
            "leave foreign-function foreign-function",
            "leave foreign-pool foreign-pool",
            "leave foreign-sender foreign-sender",
            "leave foreign-sender foreign-sender",
            "leave foreign-sender foreign-sender",
            "leave foreign-sender foreign-sender",
            "leave other-recipient other-recipient",
            "send good -",
        ]
    );
    let texts = acme.texts();
    assert!(texts.len() == 1 && texts[0].contains("+12025550173"), "{texts:?}");
    assert_eq!(acme.depth(), (7, 0));
    // Without the genuine one beside them too.
    acme.redrive(&["--yes", "--unchecked"], 0);
    assert_eq!((acme.depth(), acme.texts().len()), ((7, 0), 1));
}

#[test]
fn what_cannot_be_checked_waits_for_a_word() {
    let acme = Acme::with_real_handler(&sender());
    let of = |user, purpose| Event {
        purpose,
        user,
        ..Event::default()
    };
    // The number that is to be proven is not the user's yet.
    acme.failed(&Event {
        to: Some("+12025550190"),
        ..of("john", "UpdateUserAttribute")
    });
    acme.failed(&of("mary", "AccountTakeOverNotification"));
    acme.failed(&of("kim", "ForgotPassword"));
    let kim = acme.user(number("kim"));
    let gone = acme.pools().admin_delete_user().user_pool_id(acme.output("PoolId"));
    wait(gone.username(kim).send()).unwrap();
    // A session of the role, though not the function's own.
    let by_other = acme.sqs_by_role("another-function");
    acme.queue_by(&by_other, &acme.record(&Event::default()).to_string());

    let listed = acme.redrive(&["--yes"], 0);
    insta::assert_snapshot!("redrive_unchecked", listed.snapshot());
    assert_eq!((acme.depth(), acme.texts().len()), ((4, 0), 0));
    let run = acme.redrive(&["--unchecked", "--yes", "--format", "json"], 0);
    assert_eq!(
        became(&run),
        [
            "send good new-attribute",
            "send good notice",
            "send good other-session",
            "send good user-gone",
        ]
    );
    assert_eq!((acme.depth(), acme.texts().len()), ((0, 0), 4));
}

/// Whoever has the number now would get the code, or nobody.
#[test]
fn a_user_whose_number_is_another_by_now_is_sent_nothing() {
    let acme = Acme::with_real_handler(&sender());
    acme.failed(&Event::default());
    acme.renumber(&acme.user(number("jane-roe")), "+12025550180");
    let run = acme.redrive(&["--unchecked", "--yes", "--format", "json"], 0);
    assert_eq!(became(&run), ["leave other-recipient other-recipient"]);
    assert!(run.stderr.contains("never sent"), "{}", run.stderr);
    assert_eq!((acme.depth(), acme.texts().len()), ((1, 0), 0));
}

#[test]
fn without_the_right_to_look_records_wait_and_forged_ones_are_known_by_the_rest() {
    let proxy = Proxy::before(Ministack::shared().address());
    let acme = Acme::with_real_handler_on(Workspace::offline().at(proxy.endpoint()), &sender());
    let record = acme.record(&Event {
        age_s: 20 * MINUTE,
        ..Event::default()
    });
    acme.queue(&record.to_string());
    for (action, check) in [("AdminGetUser", "user-unread"), ("GetRole", "sender-unread")] {
        proxy.refuse(action, 400, "AccessDeniedException", "no");
        let run = acme.redrive(&["--yes", "--format", "json"], 0);
        assert_eq!(became(&run), [format!("leave {check} {check}")]);
        assert!(run.stderr.contains("warning"), "{}", run.stderr);
        assert_eq!((acme.depth(), acme.texts().len()), ((1, 0), 0), "{action}");
        proxy.clear();
    }
    // Nobody knows who sent what, so a forged record that is newer could void the genuine one.
    let mut forged = record.clone();
    *forged.pointer_mut("/timestamp").unwrap() = json!(ago(5 * MINUTE));
    let number = "/requestPayload/request/userAttributes/phone_number";
    *forged.pointer_mut(number).unwrap() = json!("+12025550199");
    acme.queue_by(&acme.sqs(), &forged.to_string());
    proxy.refuse("GetRole", 400, "AccessDenied", "no");
    let run = acme.redrive(&["--unchecked", "--yes", "--format", "json"], 0);
    assert_eq!(
        became(&run),
        ["leave other-recipient other-recipient", "send good sender-unread"]
    );
    let texts = acme.texts();
    assert!(texts.len() == 1 && texts[0].contains("+12025550173"), "{texts:?}");
    assert_eq!(acme.depth(), (1, 0));
}
