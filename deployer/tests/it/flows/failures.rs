//! What goes wrong: what happened, what did not, and the next command.

use std::time::Duration;

use super::{Acme, sender};
use crate::support::aws::wait;
use crate::support::cli::Workspace;
use crate::support::ministack::Ministack;
use crate::support::proxy::{Effect, Proxy};

#[test]
fn a_failed_create_names_its_cause_and_the_next_apply_starts_afresh() {
    let acme = Acme::new();
    let account = acme.workspace.account();
    Ministack::shared().fail(
        account,
        "acme",
        "create",
        "AWS::Lambda::EventInvokeConfig",
        "The destination cannot be reached",
        1,
    );
    let failed = acme.apply(1);
    let end = failed.find("\nerror: ").unwrap();
    insta::assert_snapshot!("failed_create", &failed[end..]);
    assert_eq!(acme.status().as_deref(), Some("ROLLBACK_COMPLETE"));
    assert!(acme.diff().contains("the failed, empty stack is deleted first"));
    acme.apply(0);
    assert_eq!(acme.status().as_deref(), Some("CREATE_COMPLETE"));
}

#[test]
fn a_rollback_that_deletion_protection_stops_is_left_by_destroy() {
    let acme = Acme::new();
    acme.write(&sender().replace(
        "UserPoolName: acme\n",
        "UserPoolName: acme\n      DeletionProtection: ACTIVE\n",
    ));
    let account = acme.workspace.account();
    Ministack::shared().fail(
        account,
        "acme",
        "create",
        "AWS::IAM::Policy",
        "The policy is not accepted",
        1,
    );
    let failed = acme.apply(1);
    let end = failed.find("\nerror: ").unwrap();
    insta::assert_snapshot!("failed_rollback", &failed[end..]);
    assert_eq!(acme.status().as_deref(), Some("ROLLBACK_FAILED"));

    let refused = acme.apply(1);
    assert!(refused.contains("deployer destroy stacks/acme.yaml"), "{refused}");
    acme.workspace
        .run(&["destroy", "stacks/acme.yaml", "--confirm", "acme"])
        .expect(0);
    assert_eq!(acme.status(), None);

    // The pool is still there: a second, empty one must not appear in silence.
    let stopped = acme.apply(3);
    assert!(
        stopped.contains("[pool-left-behind] Pool: the pool `acme`"),
        "{stopped}"
    );
    assert_eq!(acme.status(), None);
}

#[test]
fn a_failed_update_leaves_everything_as_it_was() {
    let acme = Acme::new();
    acme.apply(0);
    acme.write(&sender().replace("function: {", "function: {memory_mb: 512, "));
    Ministack::shared().fail(
        acme.workspace.account(),
        "acme",
        "update",
        "AWS::Lambda::Function",
        "The function is updating",
        1,
    );
    let failed = acme.apply(1);
    let end = failed.find("\nerror: ").unwrap();
    insta::assert_snapshot!("failed_update", &failed[end..]);
    assert_eq!(acme.status().as_deref(), Some("UPDATE_ROLLBACK_COMPLETE"));
    assert_eq!(
        acme.template()["Resources"]["Function"]["Properties"]["MemorySize"],
        256
    );
    acme.apply(0);
    assert_eq!(
        acme.template()["Resources"]["Function"]["Properties"]["MemorySize"],
        512
    );
}

#[test]
fn an_empty_stack_of_an_interrupted_apply_is_gone_on_with() {
    let acme = Acme::new();
    let create = acme
        .cloudformation()
        .create_change_set()
        .stack_name("acme")
        .change_set_name("deployer-interrupted");
    let create = create.change_set_type(aws_sdk_cloudformation::types::ChangeSetType::Create);
    wait(
        create
            .template_body("{\"Resources\": {\"Queue\": {\"Type\": \"AWS::SQS::Queue\"}}}")
            .send(),
    )
    .unwrap();
    assert_eq!(acme.status().as_deref(), Some("REVIEW_IN_PROGRESS"));
    assert!(acme.diff().contains("an interrupted apply left an empty stack"));
    acme.apply(0);
    assert_eq!(acme.status().as_deref(), Some("CREATE_COMPLETE"));
    assert_eq!(acme.change_sets(), 0);
}

#[test]
fn another_operation_is_waited_for_by_nobody_and_touched_by_nobody() {
    let acme = Acme::new();
    Ministack::shared().slow(acme.workspace.account(), "acme", 4.0);
    let running = acme.workspace.spawn(&["apply", "--yes"]);
    wait_for(&acme, "CREATE_IN_PROGRESS");
    insta::assert_snapshot!("busy", acme.apply(1));
    // Ctrl-C leaves the operation alone and says how to look at it.
    running.interrupt();
    let interrupted = running.wait().expect(1);
    let end = interrupted.stderr.find("error: interrupted").unwrap();
    insta::assert_snapshot!("interrupted", interrupted.normal(&interrupted.stderr[end..]));
    wait_for(&acme, "CREATE_COMPLETE");
    assert!(acme.apply(0).contains("nothing to do"));
}

#[test]
fn an_interrupt_before_execution_leaves_nothing() {
    let proxy = Proxy::before(Ministack::shared().address());
    let acme = Acme::on(Workspace::offline().at(proxy.endpoint()));
    let described = proxy.count("DescribeChangeSet");
    proxy.on(
        "DescribeChangeSet",
        described + 1..=described + 1,
        Effect::Delay(Duration::from_secs(20)),
    );
    let running = acme.workspace.spawn(&["apply", "--yes"]);
    wait_for(&acme, "REVIEW_IN_PROGRESS");
    while proxy.count("DescribeChangeSet") == described {
        std::thread::sleep(Duration::from_millis(20));
    }
    running.interrupt();
    let interrupted = running.wait().expect(1);
    assert!(
        interrupted
            .stderr
            .ends_with("error: interrupted; nothing was changed\n"),
        "{}",
        interrupted.stderr
    );
    assert_eq!(acme.status(), None);
}

#[test]
fn an_error_before_execution_takes_back_what_was_made() {
    let execute = "cloudformation:ExecuteChangeSet";
    let fate = |right: &str| {
        if right == execute {
            "was not started"
        } else {
            "nothing was changed"
        }
    };
    for (action, right) in [
        ("ExecuteChangeSet", execute),
        ("DescribeChangeSet", "cloudformation:DescribeChangeSet"),
        ("PUT /deployer-assets-$ACCOUNT-us-west-2/handler", "s3:PutObject"),
        // Its refusal has no words.
        ("HEAD /deployer-assets-$ACCOUNT-us-west-2/handler", "s3:GetObject"),
    ] {
        let proxy = Proxy::before(Ministack::shared().address());
        let acme = Acme::on(Workspace::offline().at(proxy.endpoint()));
        let action = action.replace("$ACCOUNT", acme.workspace.account());
        proxy.refuse(&action, 403, "AccessDenied", "User is not authorized");
        let failed = acme.apply(1);
        let needed = format!("the credentials need the right to {right}");
        assert!(failed.contains(&needed) && failed.contains(fate(right)), "{failed}");
        assert_eq!(acme.status(), None, "{action}");
    }
}

#[test]
fn what_is_read_back_and_differs_is_an_error() {
    let proxy = Proxy::before(Ministack::shared().address());
    let acme = Acme::on(Workspace::offline().at(proxy.endpoint()));
    // As if somebody had put other code there, and another tool had taken the trigger out.
    let code = |body: String| {
        let mut function: serde_json::Value = serde_json::from_str(&body).unwrap();
        function["CodeSha256"] = "another".into();
        function.to_string()
    };
    let pool = |body: String| {
        let mut answer: serde_json::Value = serde_json::from_str(&body).unwrap();
        answer["UserPool"]["LambdaConfig"]
            .as_object_mut()
            .unwrap()
            .shift_remove("CustomSMSSender");
        answer.to_string()
    };
    proxy.on("GET /2015-03-31/functions", 1..=usize::MAX, Effect::Rewrite(code));
    proxy.on("DescribeUserPool", 1..=usize::MAX, Effect::Rewrite(pool));
    let shown = acme.apply(1);
    assert!(
        shown.contains("error: acme was deployed, and what was read back differs:"),
        "{shown}"
    );
    assert!(
        shown.contains("LambdaConfig.CustomSMSSender: declared {LambdaArn: arn:aws:lambda:"),
        "{shown}"
    );
    assert!(
        shown.contains("the code of acme-Function-000000000000 (SHA-256): declared"),
        "{shown}"
    );
}

pub(super) fn wait_for(acme: &Acme, status: &str) {
    for _ in 0..600 {
        if acme.status().as_deref() == Some(status) {
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("the stack is in {:?}, not in {status}", acme.status());
}
