//! `status` against what really stands there, good and bad.

use aws_sdk_cognitoidentityprovider::types::LambdaConfigType;
use serde_json::Value;

use super::{Acme, sender};
use crate::support::aws::wait;
use crate::support::cli::{Run, Workspace};
use crate::support::ministack::Ministack;
use crate::support::proxy::Proxy;

impl Acme {
    fn shown(&self, code: i32) -> Run {
        self.workspace.run(&["status"]).expect(code)
    }

    fn json(&self) -> Value {
        let run = self.workspace.run(&["status", "--format", "json"]).expect(0);
        let mut stacks: Value = serde_json::from_str(&run.stdout).unwrap();
        stacks[0].take()
    }

    /// Hashes of code and sources differ with toolchain and checkout.
    fn stable(&self, run: &Run) -> String {
        let digest = self.output("Handler");
        let code = self.json()["function"]["code_sha256"].as_str().unwrap().to_owned();
        run.snapshot()
            .replace(&code, "AAAA…=")
            .replace(&digest[..12], "000000000000")
    }
}

#[test]
fn a_stack_that_is_as_declared() {
    let acme = Acme::new();
    insta::assert_snapshot!("status_not_deployed", acme.shown(0).snapshot());
    assert_eq!(acme.json()["status"], Value::Null);
    acme.apply(0);
    let shown = acme.shown(0);
    insta::assert_snapshot!("status_as_declared", acme.stable(&shown));
    assert!(
        shown.stdout.lines().all(|line| line.chars().count() <= 80),
        "{}",
        shown.stdout
    );
    let json = acme.workspace.run(&["status", "--format", "json"]).expect(0);
    insta::assert_snapshot!("status_json", acme.stable(&json));
}

#[test]
fn what_is_not_as_declared_is_named_with_what_to_do() {
    let acme = Acme::new();
    acme.apply(0);
    // Another tool writes the pool; the file and the handler go on; an event fails.
    let checks = "arn:aws:lambda:us-west-2:111122223333:function:checks";
    let update = acme.pools().update_user_pool().user_pool_id(acme.output("PoolId"));
    let config = LambdaConfigType::builder().post_confirmation(checks).build();
    wait(update.lambda_config(config).send()).unwrap();
    acme.write(&sender().replace(
        "triggers:\n",
        "triggers:\n  pre_sign_up: {function: \"arn:aws:lambda:us-west-2:$ACCOUNT:function:checks\", permission: external}\n",
    ));
    acme.workspace.file("handler/src/main.rs", "fn main() {}\n");
    let queue = acme.output("DeadLetterQueueUrl");
    let send = aws_sdk_sqs::Client::new(&acme.workspace.sdk()).send_message();
    wait(send.queue_url(queue).message_body("{}").send()).unwrap();

    let json = acme.json();
    let agreements: Vec<(&str, &str)> = json["pool"]["triggers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|trigger| {
            (
                trigger["name"].as_str().unwrap(),
                trigger["agreement"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        agreements,
        [
            ("CustomSMSSender", "changed-outside"),
            ("KMSKeyID", "changed-outside"),
            ("PostConfirmation", "changed-outside"),
            ("PreSignUp", "not-applied"),
        ]
    );
    assert_eq!(json["function"]["is_checkout"], false);
    assert_eq!(json["queue"]["waiting"], 1);
    let checkout = json["function"]["checkout"].as_str().unwrap();
    let shown = acme.stable(&acme.shown(0)).replace(&checkout[..12], "111111111111");
    insta::assert_snapshot!("status_not_as_declared", shown);
}

#[test]
fn a_failed_operation_is_told_by_its_cause() {
    let acme = Acme::new();
    acme.apply(0);
    let account = acme.workspace.account();
    let refusal = "The memory size is not allowed here";
    Ministack::shared().fail(account, "acme", "update", "AWS::Lambda::Function", refusal, 1);
    acme.write(&sender().replace("function: {", "function: {memory_mb: 512, "));
    acme.apply(1);
    let json = acme.json();
    assert_eq!(json["status"], "UPDATE_ROLLBACK_COMPLETE");
    let root = &json["last_failure"]["root"];
    assert_eq!(
        (&root["logical_id"], &root["reason"]),
        (&"Function".into(), &refusal.into())
    );
    assert!(
        json["last_failure"]["time"]
            .as_str()
            .is_some_and(|time| time.starts_with("20"))
    );
    let shown = acme.shown(0).stdout;
    assert!(shown.contains(refusal), "{shown}");

    // An operation that ends well leaves nothing to tell.
    acme.apply(0);
    assert_eq!(acme.json()["last_failure"], Value::Null);
}

#[test]
fn what_is_gone_is_named() {
    let acme = Acme::new();
    acme.apply(0);
    let delete = acme.pools().delete_user_pool().user_pool_id(acme.output("PoolId"));
    wait(delete.send()).unwrap();
    let sqs = aws_sdk_sqs::Client::new(&acme.workspace.sdk());
    wait(sqs.delete_queue().queue_url(acme.output("DeadLetterQueueUrl")).send()).unwrap();
    let json = acme.json();
    assert_eq!(
        (&json["pool"]["gone"], &json["queue"]["gone"]),
        (&true.into(), &true.into())
    );
    let shown = acme.shown(0).stdout;
    assert_eq!(shown.matches("gone: somebody deleted it").count(), 2, "{shown}");
}

#[test]
fn what_one_service_refuses_leaves_the_rest_to_be_read() {
    let proxy = Proxy::before(Ministack::shared().address());
    let acme = Acme::on(Workspace::offline().at(proxy.endpoint()));
    acme.apply(0);
    proxy.refuse(
        "GetQueueAttributes",
        403,
        "AccessDeniedException",
        "User is not authorized",
    );
    let shown = acme.shown(1);
    assert!(
        shown
            .stdout
            .contains("not read      sqs:GetQueueAttributes: User is not authorized"),
        "{}",
        shown.stdout
    );
    assert!(
        shown.stdout.contains("CustomSMSSender: Function V1_0, as declared"),
        "{}",
        shown.stdout
    );
    // Who cannot see a stack learns nothing of it.
    proxy.refuse("DescribeStacks", 403, "AccessDenied", "User is not authorized");
    let refused = acme.shown(1);
    assert_eq!(refused.stdout, "");
    assert!(
        refused.stderr.contains("cloudformation:DescribeStacks"),
        "{}",
        refused.stderr
    );
}
