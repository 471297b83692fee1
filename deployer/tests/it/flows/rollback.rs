//! What undoes an update: alarms that ring meanwhile; and what stays as it is, where somebody wants to look at a failure.

use std::time::Duration;

use super::kills::as_declared;
use super::{Acme, sender};
use crate::support::cli::Workspace;
use crate::support::http;
use crate::support::ministack::Ministack;
use crate::support::proxy::{Effect, Proxy};

/// A deployed stack and all its calls.
fn deployed() -> (Proxy, Acme) {
    let proxy = Proxy::before(Ministack::shared().address());
    let acme = Acme::with_bucket(Workspace::offline().at(proxy.endpoint()));
    acme.apply(0);
    (proxy, acme)
}

/// The stack with as much memory, which is a change of its function.
fn memory(mb: u16) -> String {
    sender().replace("function: {", &format!("function: {{memory_mb: {mb}, "))
}

/// What the last change set says of alarms: logical ids, and for how long.
fn watched(proxy: &Proxy) -> (Vec<String>, Option<String>) {
    let body = proxy.bodies("CreateChangeSet").pop().unwrap();
    let fields: Vec<(&str, &str)> = body.split('&').filter_map(|field| field.split_once('=')).collect();
    let of = |end: &str| {
        let found = fields
            .iter()
            .filter(|(name, _)| name.starts_with("RollbackConfiguration") && name.ends_with(end));
        found.map(|(_, value)| (*value).to_owned()).collect::<Vec<_>>()
    };
    let arns = of(".Arn").into_iter();
    let ids = arns.map(|arn| {
        arn.rsplit("%3Aalarm%3A")
            .next()
            .unwrap()
            .split('-')
            .nth(1)
            .unwrap()
            .to_owned()
    });
    (ids.collect(), of("MonitoringTimeInMinutes").pop())
}

impl Acme {
    fn physical_id(&self, id: &str) -> String {
        let list = self.cloudformation().list_stack_resources().stack_name("acme");
        let resources = crate::support::aws::wait(list.send()).unwrap();
        let mut resources = resources.stack_resource_summaries().iter();
        let found = resources
            .find(|resource| resource.logical_resource_id() == Some(id))
            .unwrap();
        found.physical_resource_id().unwrap().to_owned()
    }

    /// Lets an alarm of the stack ring.
    fn ring(&self, id: &str) {
        let name = self.physical_id(id);
        let account = self.workspace.account();
        let authorization = format!("AWS4-HMAC-SHA256 Credential={account}/20260101/us-west-2/monitoring/aws4_request");
        let headers = [
            ("content-type", "application/x-www-form-urlencoded"),
            ("authorization", &authorization),
        ];
        let body =
            format!("Action=SetAlarmState&Version=2010-08-01&AlarmName={name}&StateValue=ALARM&StateReason=test");
        let address = Ministack::shared().address();
        let (status, answer) = http::exchange_with(address, "POST /", &headers, body.as_bytes()).unwrap();
        assert_eq!(status, 200, "{}", String::from_utf8_lossy(&answer));
    }
}

#[test]
fn from_the_second_deployment_on_alarms_watch_it() {
    let (proxy, acme) = deployed();
    assert_eq!(watched(&proxy), (vec![], None), "there are none yet");
    assert_eq!(proxy.count("DescribeAlarms"), 0);

    acme.write(&memory(512));
    let shown = acme.apply(0);
    insta::assert_snapshot!("alarms_watch", shown);
    let ids = ["ErrorAlarm", "SmsAlarm", "DestinationAlarm"].map(str::to_owned);
    assert_eq!(watched(&proxy), (ids.to_vec(), Some("0".to_owned())));

    // How long they watch is no change of the stack: it goes with the next one.
    let longer = memory(512).replace("function: {", "function: {alarms: {monitor_minutes: 10}, ");
    acme.write(&longer);
    let (looks, sets) = (proxy.count("DescribeAlarms"), proxy.count("CreateChangeSet"));
    acme.workspace.run(&["diff", "--exit-code"]).expect(0);
    assert!(acme.apply(0).contains("nothing to do"));
    assert_eq!(
        (proxy.count("DescribeAlarms"), proxy.count("CreateChangeSet")),
        (looks, sets)
    );
    acme.write(&longer.replace("512", "256"));
    let shown = acme.apply(0);
    assert!(
        shown.contains("if one of these alarms rings meanwhile, and 10 minutes longer: ErrorAlarm"),
        "{shown}"
    );
    assert_eq!(watched(&proxy), (ids.to_vec(), Some("10".to_owned())));

    // Whatever rings, the stack can go.
    acme.ring("ErrorAlarm");
    acme.workspace
        .run(&["destroy", "stacks/acme.yaml", "--confirm", "acme"])
        .expect(0);
    assert_eq!(watched(&proxy), (vec![], Some("0".to_owned())));
    assert!(
        proxy
            .bodies("CreateChangeSet")
            .pop()
            .unwrap()
            .contains("RollbackConfiguration.RollbackTriggers=&")
    );
}

#[test]
fn an_alarm_that_rings_meanwhile_undoes_the_update() {
    let (proxy, acme) = deployed();
    acme.write(&memory(512));
    let executed = proxy.count("ExecuteChangeSet");
    proxy.on(
        "ExecuteChangeSet",
        executed + 1..=executed + 1,
        Effect::Delay(Duration::from_secs(2)),
    );
    let running = acme.workspace.spawn(&["apply", "--yes"]);
    while proxy.count("ExecuteChangeSet") == executed {
        std::thread::sleep(Duration::from_millis(10));
    }
    acme.ring("SmsAlarm");
    let run = running.wait().expect(1);
    assert!(
        run.stderr.contains("SmsAlarm")
            && run.stderr.contains("is in ALARM")
            && run.stderr.contains("everything is as it was before"),
        "{}",
        run.stderr
    );
    assert_eq!(acme.status().as_deref(), Some("UPDATE_ROLLBACK_COMPLETE"));
    assert_eq!(
        acme.template()["Resources"]["Function"]["Properties"]["MemorySize"],
        256
    );
}

#[test]
fn an_alarm_that_rings_already_is_left_out() {
    let (proxy, acme) = deployed();
    acme.write(&memory(512));
    let ringing = |body: String| {
        let (before, after) = body.split_once("acme-SmsAlarm-").unwrap();
        let ok = after.find("<StateValue>").unwrap() + "<StateValue>".len();
        let end = after[ok..].find('<').unwrap() + ok;
        format!("{before}acme-SmsAlarm-{}ALARM{}", &after[..ok], &after[end..])
    };
    proxy.on("DescribeAlarms", 1..=usize::MAX, Effect::Rewrite(ringing));
    let shown = acme.apply(0);
    assert!(
        shown.starts_with(
            "SmsAlarm of acme rings already, so it does not watch this update: it would undo it at once\n"
        ),
        "{shown}"
    );
    assert_eq!(watched(&proxy).0, ["ErrorAlarm", "DestinationAlarm"]);
    proxy.clear();

    // Who may not look leaves none that could be missing or ring.
    proxy.refuse("DescribeAlarms", 403, "AccessDenied", "User is not authorized");
    acme.write(&memory(256));
    let shown = acme.apply(0);
    assert!(
        shown.starts_with(
            "no alarm of acme watches its update, since they were not looked at: cloudwatch:DescribeAlarms: "
        ),
        "{shown}"
    );
    assert_eq!(watched(&proxy), (vec![], Some("0".to_owned())));
}

#[test]
fn alarms_of_others_stay() {
    let (proxy, acme) = deployed();
    acme.write(&memory(512));
    let told = |body: String| {
        body.replace(
            "<StackStatus>",
            "<RollbackConfiguration><RollbackTriggers><member><Arn>arn:aws:cloudwatch:us-west-2:111122223333:alarm:shop-Theirs-1\
             </Arn><Type>AWS::CloudWatch::CompositeAlarm</Type></member></RollbackTriggers><MonitoringTimeInMinutes>30\
             </MonitoringTimeInMinutes></RollbackConfiguration><StackStatus>",
        )
    };
    proxy.on("DescribeStacks", 1..=usize::MAX, Effect::Rewrite(told));
    // The emulator has no such alarm, and an update fails where one is missing, as on AWS.
    let shown = acme.apply(1);
    assert!(
        shown.contains(
            "rings meanwhile, and 30 minutes longer: shop-Theirs-1, ErrorAlarm, SmsAlarm, DestinationAlarm\n"
        ),
        "{shown}"
    );
    assert!(shown.contains("shop-Theirs-1 does not exist"), "{shown}");
    assert_eq!(
        watched(&proxy).0,
        ["Theirs", "ErrorAlarm", "SmsAlarm", "DestinationAlarm"]
    );
    let body = proxy.bodies("CreateChangeSet").pop().unwrap();
    let of_type = |name: &str| body.matches(&format!("AWS%3A%3ACloudWatch%3A%3A{name}&")).count();
    assert_eq!((of_type("CompositeAlarm"), of_type("Alarm")), (1, 3), "{body}");
}

#[test]
fn a_failed_create_stays_to_be_looked_at_and_the_next_apply_begins_anew() {
    let acme = Acme::with_bucket(Workspace::online());
    let reason = "The destination cannot be reached";
    let account = acme.workspace.account();
    Ministack::shared().fail(account, "acme", "create", "AWS::Lambda::EventInvokeConfig", reason, 1);
    let run = acme.workspace.run(&["apply", "--yes", "--no-rollback"]).expect(1);
    let failed = run.normal(&run.stderr);
    insta::assert_snapshot!("create_kept", &failed[failed.find("\nerror: ").unwrap()..]);
    assert_eq!(acme.status().as_deref(), Some("CREATE_FAILED"));
    let diff = acme.workspace.run(&["diff"]).expect(1).stderr;
    assert!(
        diff.contains("hint: go on, which deletes first what was made: deployer apply stacks/acme.yaml\n"),
        "{diff}"
    );
    let shown = acme.apply(0);
    assert!(
        shown.starts_with("acme is in CREATE_FAILED: an operation failed, and was left as it was."),
        "{shown}"
    );
    as_declared(&acme, &["CREATE_COMPLETE"]);
}

/// People may have signed up by the pool of a create that was left as it is.
#[test]
fn a_failed_create_whose_pool_has_users_is_not_rolled_back() {
    let acme = Acme::with_bucket(Workspace::online());
    let account = acme.workspace.account();
    // The permission names the pool, so the pool is there by then.
    let reason = "The function does not exist";
    Ministack::shared().fail(account, "acme", "create", "AWS::Lambda::Permission", reason, 1);
    acme.workspace.run(&["apply", "--yes", "--no-rollback"]).expect(1);
    let (pool, pools) = (acme.physical_id("Pool"), acme.pools());
    let user = pools.admin_create_user().user_pool_id(&pool).username("+12025550173");
    let quiet = aws_sdk_cognitoidentityprovider::types::MessageActionType::Suppress;
    let made = crate::support::aws::wait(user.message_action(quiet).send()).unwrap();
    let name = made.user.unwrap().username.unwrap();
    let run = acme.workspace.run(&["apply", "--yes"]).expect(3);
    insta::assert_snapshot!("create_with_users", run.snapshot());
    assert_eq!(acme.status().as_deref(), Some("CREATE_FAILED"));

    let delete = pools.admin_delete_user().user_pool_id(&pool).username(name);
    crate::support::aws::wait(delete.send()).unwrap();
    let shown = acme.apply(0);
    let named = "what was made is deleted, the pool us-west-2_000000000 and the key 00000000-";
    assert!(shown.contains(named), "{shown}");
    as_declared(&acme, &["CREATE_COMPLETE"]);
}

#[test]
fn a_failed_update_stays_to_be_looked_at_and_the_next_apply_rolls_it_back_first() {
    let (proxy, acme) = deployed();
    let account = acme.workspace.account();
    let fail = || Ministack::shared().fail(account, "acme", "update", "AWS::Lambda::Function", "It is updating", 1);
    fail();
    acme.write(&memory(512));
    let run = acme.workspace.run(&["apply", "--yes", "--no-rollback"]).expect(1);
    let failed = run.normal(&run.stderr);
    insta::assert_snapshot!("update_kept", &failed[failed.find("\nerror: ").unwrap()..]);
    assert_eq!(acme.status().as_deref(), Some("UPDATE_FAILED"));
    // What is to stay is undone by no alarm.
    assert_eq!(watched(&proxy), (vec![], Some("0".to_owned())));

    let diff = acme.workspace.run(&["diff"]).expect(1).stderr;
    assert!(
        diff.contains("hint: go on, which first goes back to what was there: deployer apply stacks/acme.yaml\n"),
        "{diff}"
    );
    let no = acme.workspace.answer(&["apply"], "Only `yes` goes on:", "no").expect(1);
    assert!(
        no.stdout.contains("not rolled back; nothing was changed"),
        "{}",
        no.stdout
    );
    assert_eq!(acme.status().as_deref(), Some("UPDATE_FAILED"));

    insta::assert_snapshot!("kept_rolled_back", acme.apply(0));
    as_declared(&acme, &["UPDATE_COMPLETE"]);
    assert_eq!(
        acme.template()["Resources"]["Function"]["Properties"]["MemorySize"],
        512
    );
    // Without the switch a failure is undone again.
    fail();
    acme.write(&memory(1024));
    acme.apply(1);
    assert_eq!(acme.status().as_deref(), Some("UPDATE_ROLLBACK_COMPLETE"));
}

#[test]
fn what_would_be_replaced_does_not_go_without_a_rollback() {
    let (proxy, acme) = deployed();
    acme.write(&sender().replace("alias/acme", "alias/other"));
    let executed = proxy.count("ExecuteChangeSet");
    let run = acme.workspace.run(&["apply", "--yes", "--no-rollback"]).expect(1);
    assert!(
        run.stderr
            .contains("error: `--no-rollback` does not go with what would be replaced: KeyAlias\n")
            && run.stderr.contains("hint: nothing was changed\n"),
        "{}",
        run.stderr
    );
    assert_eq!((proxy.count("ExecuteChangeSet"), acme.change_sets()), (executed, 0));
    acme.apply(0);
}
