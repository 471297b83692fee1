//! The stack policy: there after every deployment, lifted for what a person answered for, and others' left alone.

use std::time::Duration;

use serde_json::{Value, json};

use super::phases::bare;
use super::{Acme, sender};
use crate::support::aws::wait;
use crate::support::cli::Workspace;
use crate::support::ministack::Ministack;
use crate::support::proxy::{Effect, Proxy};

/// The policy protects what the stack has of pool and key, and nothing else; of a stack that has neither it may say that
/// all is allowed.
pub(super) fn is_protected(acme: &Acme) {
    let resources = acme.template()["Resources"].clone();
    let ids = ["Pool", "Key"].into_iter().filter(|id| resources.get(*id).is_some());
    let ids: Vec<String> = ids.map(|id| format!("LogicalResourceId/{id}")).collect();
    let policy = acme.policy().map(|text| serde_json::from_str::<Value>(&text).unwrap());
    let denied = policy
        .as_ref()
        .map_or(Value::Null, |policy| policy["Statement"][1].clone());
    if ids.is_empty() {
        assert_eq!(denied, Value::Null, "{policy:?}");
        return;
    }
    let expected = json!({
        "Effect": "Deny", "Principal": "*", "Action": ["Update:Replace", "Update:Delete"], "Resource": ids,
    });
    assert_eq!(denied, expected, "{policy:?}");
}

/// The sender's stack without its own key, which a person answered for.
fn with_another_key(acme: &Acme) -> String {
    let kms = aws_sdk_kms::Client::new(&acme.workspace.sdk());
    let made = wait(kms.create_key().send()).unwrap();
    let key = made.key_metadata().unwrap().arn().unwrap().to_owned();
    sender().replace(
        "key: {alias: alias/acme}",
        &format!(
            "key: {{existing: \"{key}\", previous: \"{}\"}}\nacknowledge: [{{code: key-removed, resource: Key, to: removed, \
             reason: one key for all stacks}}]",
            acme.output("KeyArn")
        ),
    )
}

fn behind_proxy() -> (Proxy, Acme) {
    let proxy = Proxy::before(Ministack::shared().address());
    let acme = Acme::with_bucket(Workspace::offline().at(proxy.endpoint()));
    (proxy, acme)
}

impl Acme {
    fn write_policy(&self, policy: &Value) {
        let set = self.cloudformation().set_stack_policy().stack_name("acme");
        wait(set.stack_policy_body(policy.to_string()).send()).unwrap();
    }
}

#[test]
fn what_a_person_answered_for_goes_and_the_rest_stays_protected() {
    let (proxy, acme) = behind_proxy();
    acme.write(&bare());
    acme.apply(0);
    is_protected(&acme);
    acme.write(&sender());
    let shown = acme.apply(0);
    assert!(
        shown.contains("  stack policy: afterwards no update replaces or deletes Pool, Key\n")
            && shown.contains("\nwrote the stack policy: no update replaces or deletes Pool, Key\n"),
        "{shown}"
    );
    is_protected(&acme);

    acme.write(&with_another_key(&acme));
    let calls = proxy.calls().len();
    let shown = acme.apply(0);
    insta::assert_snapshot!("policy_lifted", shown);
    let calls = proxy.calls().split_off(calls);
    let of_interest = calls
        .iter()
        .filter(|call| ["SetStackPolicy", "ExecuteChangeSet"].contains(&call.as_str()));
    assert_eq!(
        of_interest.collect::<Vec<_>>(),
        ["ExecuteChangeSet", "SetStackPolicy", "ExecuteChangeSet"],
        "lifted for the last change set alone, and without the key there is nothing to put back"
    );
    is_protected(&acme);
    assert!(!acme.policy().unwrap().contains("Key"));
}

/// The emulator keeps a policy here as CloudFormation does.
#[test]
fn an_update_by_another_tool_is_refused() {
    let acme = Acme::with_bucket(Workspace::online());
    acme.apply(0);
    let mut template = acme.template();
    let resources = template["Resources"].as_object_mut().unwrap();
    resources.shift_remove("Key");
    resources.shift_remove("KeyAlias");
    let text = template
        .to_string()
        .replace(r#"{"Fn::GetAtt":["Key","Arn"]}"#, "\"arn:aws:kms:another\"");
    let update = acme
        .cloudformation()
        .create_change_set()
        .stack_name("acme")
        .change_set_name("another-tool");
    let update = update.capabilities(aws_sdk_cloudformation::types::Capability::CapabilityIam);
    let update = update.set_parameters(Some(super::kept_parameters()));
    wait(update.template_body(text).send()).unwrap();
    let execute = acme.cloudformation().execute_change_set().stack_name("acme");
    wait(execute.change_set_name("another-tool").send()).unwrap();
    super::kills::wait_until_still(&acme);
    assert_eq!(acme.status().as_deref(), Some("UPDATE_ROLLBACK_COMPLETE"));
    let status = acme.workspace.run(&["status"]).expect(0).stdout;
    assert!(status.contains("denied by stack policy"), "{status}");
}

#[test]
fn after_a_failure_the_policy_is_as_it_was() {
    let (_proxy, acme) = behind_proxy();
    acme.apply(0);
    acme.write(&with_another_key(&acme));
    // The first change set leaves the pool alone.
    Ministack::shared().fail(
        acme.workspace.account(),
        "acme",
        "update",
        "AWS::Cognito::UserPool",
        "It is busy",
        1,
    );
    let failed = acme.apply(1);
    assert!(failed.contains("the stack policy is lifted for Key while"), "{failed}");
    is_protected(&acme);
    acme.apply(0);
    is_protected(&acme);
}

#[test]
fn what_a_first_change_set_brought_is_protected_where_the_second_fails() {
    let acme = Acme::with_bucket(Workspace::online());
    acme.write(&bare());
    acme.apply(0);
    acme.write(&sender());
    let (account, server) = (acme.workspace.account(), Ministack::shared());
    server.fail(account, "acme", "update", "AWS::Cognito::UserPool", "It is busy", 1);
    let failed = acme.apply(1);
    assert!(
        failed.contains("change set 2 of 2")
            && failed.contains("\nwrote the stack policy: no update replaces or deletes Pool, Key\n"),
        "{failed}"
    );
    is_protected(&acme);
    assert!(acme.policy().unwrap().contains("Key"));
}

#[test]
fn while_cloudformation_still_works_no_policy_is_written_and_that_is_said() {
    let (proxy, acme) = behind_proxy();
    acme.write(&bare());
    acme.apply(0);
    acme.write(&sender());
    let executed = proxy.count("ExecuteChangeSet");
    let second = executed + 2..=executed + 2;
    proxy.on("ExecuteChangeSet", second, Effect::Delay(Duration::from_secs(1)));
    let running = acme.workspace.spawn(&["apply", "--yes"]);
    while proxy.count("ExecuteChangeSet") < executed + 2 {
        std::thread::sleep(Duration::from_millis(5));
    }
    Ministack::shared().slow(acme.workspace.account(), "acme", 2.0);
    running.interrupt();
    let run = running.wait().expect(1);
    assert!(
        run.stderr.contains(
            "  hint: the stack policy does not protect Key yet: the next apply that changes something writes it; `deployer \
             doctor` shows it\n"
        ),
        "{}",
        run.stderr
    );
    assert!(!acme.policy().unwrap().contains("Key"));
    super::kills::wait_until_still(&acme);
    // One that has nothing to do writes it too, as long as the deployment is fresh.
    acme.apply(0);
    is_protected(&acme);
}

#[test]
fn a_policy_that_was_left_lifted_is_named_and_written_by_the_next_apply() {
    let (proxy, acme) = behind_proxy();
    acme.apply(0);
    acme.write(&with_another_key(&acme));
    let executed = proxy.count("ExecuteChangeSet");
    proxy.on("ExecuteChangeSet", executed + 2..=executed + 2, Effect::HoldBefore);
    let running = acme.workspace.spawn(&["apply", "--yes"]);
    while !proxy.holds() {
        std::thread::sleep(Duration::from_millis(5));
    }
    running.kill();
    proxy.clear();
    // The key is still the stack's, and nothing protects it.
    let status = acme.workspace.run(&["status"]).expect(0).stdout;
    assert!(
        status.contains(
            "stack policy  no update replaces or deletes Pool\n                an update may replace or delete Key\n"
        ),
        "{status}"
    );
    let doctor = acme.workspace.run(&["doctor"]).stdout;
    assert!(
        doctor.contains("warn  stack-policy       an update may replace or delete Key: an apply lifted it")
            && doctor.contains(
                "next: the next apply that changes something writes it, or: aws cloudformation set-stack-policy"
            ),
        "{doctor}"
    );
    acme.write(&sender().replace("function: {", "function: {memory_mb: 512, "));
    acme.apply(0);
    is_protected(&acme);
}

#[test]
fn what_somebody_else_wrote_stays() {
    let (proxy, acme) = behind_proxy();
    acme.apply(0);
    let strict = json!({ "Statement": [
        { "Effect": "Allow", "Principal": "*", "Action": "Update:*", "Resource": "*" },
        { "Effect": "Deny", "Principal": "*", "Action": "Update:*", "Resource": "LogicalResourceId/Key" },
    ] });
    acme.write_policy(&strict);
    acme.write(&sender().replace("function: {", "function: {memory_mb: 512, "));
    let shown = acme.apply(0);
    assert!(
        shown.contains(
            "the stack policy is somebody else's and stays as it is; under it an update may replace or delete Pool\n  look at \
             it: aws cloudformation get-stack-policy --region us-west-2 --stack-name acme\n"
        ),
        "{shown}"
    );
    assert_eq!(acme.policy(), Some(strict.to_string()));

    // It denies what a person answered for: nobody but its author lifts it.
    acme.write(&with_another_key(&acme));
    let executed = proxy.count("ExecuteChangeSet");
    let stopped = acme.apply(3);
    assert!(
        stopped
            .contains("error: the stack has a policy that denies to replace or delete Key, and somebody else wrote it"),
        "{stopped}"
    );
    // The first of two change sets takes nothing away.
    assert_eq!((proxy.count("ExecuteChangeSet"), acme.change_sets()), (executed + 1, 0));
    assert_eq!(acme.policy(), Some(strict.to_string()));
}

#[test]
fn without_the_right_to_it_a_deployment_goes_on_and_says_so() {
    let denied = |action| {
        let (proxy, acme) = behind_proxy();
        proxy.refuse(action, 403, "AccessDenied", "User is not authorized");
        let shown = acme.apply(0);
        let said = format!(
            "the stack policy was not written, so nothing but the guards keeps pool and key: the credentials have no right to \
             cloudformation:{action}\n"
        );
        assert!(shown.contains(&said), "{shown}");
        assert_eq!(acme.status().as_deref(), Some("CREATE_COMPLETE"));
        proxy.clear();
        assert_eq!(acme.policy(), None);
        // The next one finds it unwritten, as long as the deployment is fresh.
        assert!(acme.apply(0).contains("wrote the stack policy"));
        is_protected(&acme);
        (proxy, acme)
    };
    denied("GetStackPolicy");
    let (proxy, acme) = denied("SetStackPolicy");

    acme.write(&with_another_key(&acme));
    proxy.refuse("SetStackPolicy", 403, "AccessDenied", "User is not authorized");
    let stopped = acme.apply(1);
    assert!(
        stopped.contains("has to be lifted first; nothing of this change set was started\n  hint: the credentials need the right to cloudformation:SetStackPolicy\n"),
        "{stopped}"
    );
    assert_eq!(acme.change_sets(), 0);
    proxy.clear();
    acme.apply(0);
    is_protected(&acme);
}
