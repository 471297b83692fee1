//! States that a stack gets into on a bad day, and the way out of each.

use super::{Acme, sender};
use crate::support::aws::wait;
use crate::support::cli::Workspace;
use crate::support::ministack::Ministack;
use crate::support::proxy::{Effect, Proxy};

/// Brings a stack into `UPDATE_ROLLBACK_FAILED`: the function's update fails, and `times` times the log
/// group's way back. Returns what the apply said at its end.
pub(super) fn half_rolled_back(acme: &Acme, times: u32) -> String {
    acme.apply(0);
    let account = acme.workspace.account();
    let server = Ministack::shared();
    server.fail(account, "acme", "update", "AWS::Lambda::Function", "It is updating", 1);
    server.fail_updates_after(1, account, "acme", "AWS::Logs::LogGroup", times);
    acme.write(&sender().replace("function: {", "function: {memory_mb: 512, log_retention_days: 60, "));
    let failed = acme.apply(1);
    assert_eq!(acme.status().as_deref(), Some("UPDATE_ROLLBACK_FAILED"));
    let end = failed.find("\nerror: ").unwrap();
    failed[end..].to_owned()
}

#[test]
fn a_rollback_that_stopped_is_continued_by_the_next_apply() {
    let acme = Acme::new();
    insta::assert_snapshot!("rollback_stopped", half_rolled_back(&acme, 1));
    let run = acme.workspace.run(&["diff"]).expect(1);
    assert!(
        run.stderr
            .contains("then continue the rollback: deployer apply stacks/acme.yaml"),
        "{}",
        run.stderr
    );
    insta::assert_snapshot!("rollback_continued", acme.apply(0));
    assert_eq!(acme.status().as_deref(), Some("UPDATE_COMPLETE"));
    acme.workspace.run(&["diff", "--exit-code"]).expect(0);
}

#[test]
fn what_cannot_be_rolled_back_is_skipped_by_a_persons_word_alone() {
    let acme = Acme::new();
    half_rolled_back(&acme, 2);
    let again = acme.apply(1);
    assert!(again.contains("--resources-to-skip LogGroup"), "{again}");
    assert_eq!(acme.status().as_deref(), Some("UPDATE_ROLLBACK_FAILED"));

    let question = "all else stops:";
    let no = acme.workspace.answer(&["apply"], question, "no").expect(1);
    assert!(no.stdout.contains("the rollback was not continued"), "{}", no.stdout);
    assert_eq!(acme.status().as_deref(), Some("UPDATE_ROLLBACK_FAILED"));

    // As it was before: then there is nothing to apply after that.
    acme.write(&sender());
    let skip = acme.workspace.answer(&["apply"], question, "skip").expect(0);
    assert!(
        skip.stdout.contains("`skip` leaves LogGroup as it is"),
        "{}",
        skip.stdout
    );
    assert_eq!(acme.status().as_deref(), Some("UPDATE_ROLLBACK_COMPLETE"));
}

fn behind_proxy() -> (Proxy, Acme) {
    let proxy = Proxy::before(Ministack::shared().address());
    let acme = Acme::with_bucket(Workspace::offline().at(proxy.endpoint()));
    (proxy, acme)
}

#[test]
fn what_early_validation_refuses_is_named() {
    let (proxy, acme) = behind_proxy();
    let refused = |body: String| {
        body.replace("CREATE_COMPLETE", "FAILED").replace(
            "<StatusReason></StatusReason>",
            "<StatusReason>The following hook(s)/validation failed: [AWS::EarlyValidation::ResourceExistenceCheck]. \
             To troubleshoot Early Validation errors, use the DescribeEvents API.</StatusReason>",
        )
    };
    let events = |_: String| {
        "<DescribeEventsResponse><DescribeEventsResult><OperationEvents><member><EventType>VALIDATION_ERROR</EventType>\
         <LogicalResourceId>KeyAlias</LogicalResourceId><ResourceType>AWS::KMS::Alias</ResourceType>\
         <ValidationName>NAME_CONFLICT_VALIDATION</ValidationName><ValidationStatus>FAILED</ValidationStatus>\
         <ValidationPath>/Resources/KeyAlias/Properties/AliasName</ValidationPath>\
         <ValidationStatusReason>Resource of type AWS::KMS::Alias with identifier alias/acme already exists.\
         </ValidationStatusReason></member></OperationEvents></DescribeEventsResult></DescribeEventsResponse>"
            .to_owned()
    };
    proxy.on("DescribeChangeSet", 1..=usize::MAX, Effect::Rewrite(refused));
    proxy.on("DescribeEvents", 1..=usize::MAX, Effect::Rewrite(events));
    let shown = acme.apply(1);
    let end = shown.find("error: ").unwrap();
    insta::assert_snapshot!("early_validation", &shown[end..]);
    assert_eq!(acme.status(), None);
}

#[test]
fn credentials_that_expire_in_the_middle_leave_the_operation_running() {
    let (proxy, acme) = behind_proxy();
    let expired = Effect::Error {
        status: 403,
        code: "ExpiredToken",
        message: "The security token included in the request is expired",
    };
    proxy.on("DescribeStackEvents", 2..=2, expired);
    let shown = acme.apply(1);
    let end = shown.find("error: ").unwrap();
    insta::assert_snapshot!("expired", &shown[end..]);
    while acme.status().as_deref() != Some("CREATE_COMPLETE") {
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    assert!(acme.apply(0).contains("nothing to do"));
}

#[test]
fn a_clock_that_is_off_is_said_so() {
    let (proxy, acme) = behind_proxy();
    let message =
        "Signature expired: 20260101T000000Z is now earlier than 20260101T010000Z (20260101T011500Z - 15 min.)";
    proxy.refuse("GetCallerIdentity", 403, "SignatureDoesNotMatch", message);
    let shown = acme.apply(1);
    assert!(shown.contains("this machine's clock is off"), "{shown}");
}

#[test]
fn a_stack_that_vanished_in_between_is_made_anew_by_the_next_apply() {
    let (proxy, acme) = behind_proxy();
    acme.apply(0);
    acme.write(&sender().replace("function: {", "function: {memory_mb: 512, "));
    proxy.refuse("CreateChangeSet", 400, "ValidationError", "Stack [acme] does not exist");
    let shown = acme.apply(1);
    assert!(shown.contains("somebody deleted the stack in between"), "{shown}");
    proxy.clear();

    // The change set is gone when it is to be executed.
    proxy.refuse(
        "ExecuteChangeSet",
        404,
        "ChangeSetNotFound",
        "ChangeSet [deployer] does not exist",
    );
    let shown = acme.apply(1);
    assert!(shown.contains("somebody deleted this change set in between"), "{shown}");
    assert_eq!(acme.change_sets(), 0);
    proxy.clear();
    acme.apply(0);
    let stacks = wait(acme.cloudformation().describe_stacks().stack_name("acme").send()).unwrap();
    assert_eq!(stacks.stacks().len(), 1);
}

/// The description of a stack with another status.
pub(super) fn in_status(body: &str, status: &str) -> String {
    body.replace(
        "<StackStatus>CREATE_COMPLETE</StackStatus>",
        &format!("<StackStatus>{status}</StackStatus>"),
    )
}

#[test]
fn every_state_that_takes_no_update_has_a_next_command() {
    type Rewrite = fn(String) -> String;
    let states: [(&str, Rewrite); 4] = [
        ("ROLLBACK_FAILED", |body| in_status(&body, "ROLLBACK_FAILED")),
        ("DELETE_FAILED", |body| in_status(&body, "DELETE_FAILED")),
        ("IMPORT_ROLLBACK_FAILED", |body| {
            in_status(&body, "IMPORT_ROLLBACK_FAILED")
        }),
        ("IMPORT_IN_PROGRESS", |body| in_status(&body, "IMPORT_IN_PROGRESS")),
    ];
    let (proxy, acme) = behind_proxy();
    acme.apply(0);
    acme.write(&sender().replace("function: {", "function: {memory_mb: 512, "));
    let mut shown = String::new();
    for (status, rewrite) in states {
        proxy.on("DescribeStacks", 1..=usize::MAX, Effect::Rewrite(rewrite));
        let said = acme.apply(1);
        assert!(said.contains(status), "{said}");
        shown.push_str(&said);
        proxy.clear();
    }
    insta::assert_snapshot!("stuck", shown);
    assert_eq!(acme.change_sets(), 0);
    acme.apply(0);
}

/// Whatever a stack that takes no update needs, `destroy` either does or says too.
#[test]
fn a_stack_that_takes_no_update_is_destroyed_or_says_why_not() {
    let (proxy, acme) = behind_proxy();
    acme.apply(0);
    let destroy = ["destroy", "stacks/acme.yaml", "--confirm", "acme"];
    let stuck: [fn(String) -> String; 2] = [
        |body| in_status(&body, "UPDATE_FAILED"),
        |body| in_status(&body, "DELETE_IN_PROGRESS"),
    ];
    for rewrite in stuck {
        proxy.on("DescribeStacks", 1..=usize::MAX, Effect::Rewrite(rewrite));
        let said = acme.workspace.run(&destroy).expect(1).stderr;
        assert!(said.contains("nothing was changed\n  hint: "), "{said}");
        proxy.clear();
    }
    let made = proxy.count("CreateChangeSet");
    proxy.on(
        "DescribeStacks",
        1..=usize::MAX,
        Effect::Rewrite(|body| in_status(&body, "CREATE_FAILED")),
    );
    acme.workspace.run(&destroy).expect(0);
    assert_eq!(acme.status(), None);
    assert_eq!(proxy.count("CreateChangeSet"), made, "no update is tried");
}
