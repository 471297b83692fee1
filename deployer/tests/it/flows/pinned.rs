//! Plans that are written down: what was planned is applied, or nothing.

use std::fs;

use serde_json::{Value, json};

use super::attach::Attached;
use super::{Acme, sender};
use crate::support::cli::Workspace;
use crate::support::ministack::Ministack;
use crate::support::proxy::Proxy;

impl Acme {
    #[track_caller]
    fn pin(&self) {
        let run = self.workspace.run(&["diff", "--out", "plan.json"]).expect(0);
        assert!(
            run.stderr.contains("next: deployer apply --plan plan.json"),
            "{}",
            run.stderr
        );
    }

    /// Applies the plan and expects an exit code; returns stderr.
    #[track_caller]
    fn apply_plan(&self, code: i32) -> String {
        self.workspace
            .run(&["apply", "--plan", "plan.json"])
            .expect(code)
            .stderr
    }
}

#[test]
fn a_plan_is_applied_once_and_without_a_question() {
    let proxy = Proxy::before(Ministack::shared().address());
    let acme = Acme::with_bucket(Workspace::offline().at(proxy.endpoint()));
    let before = proxy.calls().len();
    acme.pin();
    assert_eq!(
        proxy.calls()[before..],
        ["GetCallerIdentity", "DescribeStacks", "ListUserPools"]
    );
    acme.apply_plan(0);
    assert_eq!(acme.status().as_deref(), Some("CREATE_COMPLETE"));

    // The stack is there now: the same plan is none any more.
    let before = proxy.calls().len();
    let shown = acme.apply_plan(3);
    assert!(
        shown.contains("moved: what the stack's state asks for was create, and is update"),
        "{shown}"
    );
    assert_eq!(
        proxy.calls()[before..],
        ["GetCallerIdentity", "DescribeStacks", "GetTemplate"]
    );

    // A plan of nothing holds too, until something moves.
    acme.pin();
    assert!(acme.apply_plan(0).contains("nothing to do"));

    let longer = sender().replace("architecture: x86_64", "architecture: x86_64, memory_mb: 512");
    acme.write(&longer);
    let shown = acme.apply_plan(3);
    assert!(
        shown.contains("moved: the stack file says something else of Resources.Function"),
        "{shown}"
    );
    acme.pin();
    acme.write(&longer.replace("512", "1024"));
    acme.apply(0);
    acme.write(&longer);
    let shown = acme.apply_plan(3);
    assert!(
        shown.contains("moved: what is deployed has changed: Resources.Function"),
        "{shown}"
    );
    assert_eq!(
        acme.template()["Resources"]["Function"]["Properties"]["MemorySize"],
        1024
    );
    assert_eq!(acme.change_sets(), 0);
}

#[test]
fn no_stack_of_a_plan_is_touched_when_one_of_them_moved() {
    let acme = Acme::with_bucket(Workspace::online());
    let second = sender()
        .replace("name: acme", "name: beta")
        .replace("UserPoolName: acme", "UserPoolName: beta")
        .replace("alias/acme", "alias/beta");
    acme.workspace.file("stacks/beta.yaml", &second);
    acme.pin();
    acme.workspace
        .file("stacks/beta.yaml", &second.replace("[US]", "[US, CA]"));
    let shown = acme.apply_plan(3);
    assert!(shown.contains("error: beta is not as it was planned"), "{shown}");
    assert!(
        shown.contains("moved: the digest of the handler's code was "),
        "{shown}"
    );
    assert_eq!(acme.status(), None);

    // A stack that the plan does not name is left alone; one that nobody declares stops.
    acme.workspace
        .run(&["diff", "stacks/acme.yaml", "--out", "plan.json"])
        .expect(0);
    fs::remove_file(acme.workspace.path().join("stacks/acme.yaml")).unwrap();
    let shown = acme.apply_plan(3);
    assert!(
        shown.contains("the plan is about the stack acme") && shown.contains("stacks/acme.yaml"),
        "{shown}"
    );
    acme.write(&sender());
    let shown = acme.apply_plan(0);
    assert!(shown.contains("not in the plan, and left alone: beta"), "{shown}");
    assert_eq!(acme.status().as_deref(), Some("CREATE_COMPLETE"));
}

#[test]
fn a_guard_stops_a_plan_too() {
    let acme = Acme::with_bucket(Workspace::online());
    let protected = format!("{}termination_protection: true\n", sender());
    acme.write(&protected);
    acme.apply(0);
    acme.write(&sender());
    acme.pin();
    let run = acme.workspace.run(&["apply", "--plan", "plan.json"]).expect(3);
    assert!(
        run.stderr.contains("stop [termination-protection-lowered]"),
        "{}",
        run.stderr
    );
    // The plan was made while nobody answered for it.
    acme.write(&format!(
        "{}acknowledge: [{{code: termination-protection-lowered, resource: Stack, to: \"off\", reason: it is meant}}]\n",
        sender()
    ));
    let shown = acme.apply_plan(3);
    assert!(
        shown.contains("moved: the stack file acknowledges termination-protection-lowered"),
        "{shown}"
    );
    acme.pin();
    acme.apply_plan(0);
}

#[test]
fn a_pool_outside_the_stack_is_held_to_the_plan() {
    let attached = Attached::new();
    let acme = &attached.acme;
    acme.pin();
    let plan = fs::read_to_string(acme.workspace.path().join("plan.json")).unwrap();
    let pools = acme.workspace.live_pools();
    pools.describe_with(
        &attached.pool,
        &json!({ "LastModifiedDate": 1_900_000_000, "EstimatedNumberOfUsers": 12 }),
    );
    pools.describe_with(&attached.pool, &json!({ "DeletionProtection": "INACTIVE" }));
    let shown = acme.apply_plan(3);
    assert!(
        shown.contains("moved: the pool has changed: DeletionProtection\n"),
        "{shown}"
    );
    assert_eq!(
        (attached.trigger("CustomSMSSender"), acme.status()),
        (Value::Null, None)
    );
    pools.describe_with(&attached.pool, &json!({ "DeletionProtection": "ACTIVE" }));
    fs::write(acme.workspace.path().join("plan.json"), plan).unwrap();
    acme.apply_plan(0);
    assert_ne!(attached.trigger("CustomSMSSender"), Value::Null);
}

#[test]
fn what_is_no_plan_is_named_and_nothing_is_called() {
    let workspace = Workspace::offline().with_idle_handler();
    workspace.file("stacks/acme.yaml", &sender());
    let cases = [
        ("", "is no plan that can be applied"),
        ("[]", "is no plan that can be applied"),
        (r#"{"version": 1}"#, "missing field `format`"),
        (
            r#"{"format": "other", "version": 1}"#,
            "its `format` is not `deployer-plan`",
        ),
        (
            r#"{"format": "deployer-plan", "version": 2}"#,
            "it is of version 2, and this deployer reads version 1",
        ),
        (
            r#"{"format": "deployer-plan", "version": 1, "stacks": [{}]}"#,
            "missing field",
        ),
    ];
    for (text, wanted) in cases {
        workspace.file("plan.json", text);
        let run = workspace.run(&["apply", "--plan", "plan.json"]).expect(1);
        assert!(
            run.stderr.contains(wanted) && run.stderr.contains("deployer diff --out"),
            "{}",
            run.stderr
        );
    }
    workspace.run(&["apply", "--plan", "nowhere.json"]).expect(1);
    workspace
        .run(&["apply", "--plan", "plan.json", "--put-back"])
        .expect(64);
    // What is no plan is not written over.
    workspace.file("notes.txt", "mine");
    let run = workspace.run(&["diff", "--out", "notes.txt"]).expect(64);
    assert!(
        run.stderr.contains("`notes.txt` is there and is no plan"),
        "{}",
        run.stderr
    );
}
