//! A stack is made, applied again, changed.

use super::{Acme, sender};
use crate::support::aws::wait;
use crate::support::cli::Workspace;

#[test]
fn a_new_stack_is_made_and_a_second_apply_changes_nothing() {
    let acme = Acme::new();
    let first = acme.workspace.run(&["apply", "--yes"]).expect(0);
    // The build's own talk differs with the toolchain.
    let shown: Vec<&str> = first
        .stderr
        .lines()
        .skip_while(|line| !line.starts_with("acme in"))
        .collect();
    insta::assert_snapshot!(
        "created",
        first.normal(&format!("{}\n--- stdout\n{}", shown.join("\n"), first.stdout))
    );
    assert_eq!(acme.triggers(), ["CustomSMSSender", "KMSKeyID"]);

    let second = acme.workspace.run(&["apply", "--yes"]).expect(0);
    insta::assert_snapshot!("applied_again", second.snapshot());
    assert_eq!(second.stdout, first.stdout);
    let json = acme.workspace.run(&["apply", "--yes", "--format", "json"]).expect(0);
    let json: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!((&json[0]["version"], &json[0]["stack"]), (&1.into(), &"acme".into()));
    assert_eq!(json[0]["outputs"]["PoolId"], acme.output("PoolId"));
    assert_eq!(acme.change_sets(), 0);
    acme.workspace.run(&["diff", "--exit-code"]).expect(0);
}

#[test]
fn the_bucket_for_zips_is_made_once() {
    let workspace = Workspace::online();
    let bootstrap = ["bootstrap", "--region", "us-west-2", "--yes"];
    insta::assert_snapshot!("bootstrap", workspace.run(&bootstrap).expect(0).snapshot());
    let again = workspace.run(&bootstrap).expect(0);
    assert!(again.stderr.contains("nothing to do"), "{}", again.stderr);
}

#[test]
fn a_change_is_shown_old_to_new_and_applied() {
    let acme = Acme::new();
    acme.apply(0);
    acme.write(&sender().replace("function: {", "function: {memory_mb: 512, log_retention_days: 60, "));
    let shown = acme.workspace.run(&["diff", "--exit-code"]).expect(2);
    insta::assert_snapshot!("update_shown", shown.snapshot());
    insta::assert_snapshot!(
        "update_as_json",
        acme.workspace.run(&["diff", "--format", "json"]).expect(0).snapshot()
    );
    acme.apply(0);
    assert_eq!(
        acme.template()["Resources"]["Function"]["Properties"]["MemorySize"],
        512
    );
    assert!(acme.diff().contains("nothing to do"));
}

#[test]
fn tags_alone_reach_the_pool() {
    let acme = Acme::new();
    acme.apply(0);
    acme.write(&format!("{}tags: {{team: identity}}\n", sender()));
    let shown = acme.diff();
    assert!(
        shown.contains("stack tags (they reach every resource that takes tags)\n      team: → identity"),
        "{shown}"
    );
    acme.apply(0);
    let pool = wait(
        acme.pools()
            .describe_user_pool()
            .user_pool_id(acme.output("PoolId"))
            .send(),
    )
    .unwrap();
    assert_eq!(pool.user_pool().unwrap().user_pool_tags().unwrap()["team"], "identity");
    assert!(acme.diff().contains("nothing to do"));

    // The last tag goes again: leaving tags out of a change set would keep them.
    acme.write(&sender());
    acme.apply(0);
    let stack = wait(acme.cloudformation().describe_stacks().stack_name("acme").send()).unwrap();
    assert!(stack.stacks()[0].tags().is_empty());
    assert!(acme.diff().contains("nothing to do"));
}

#[test]
fn outputs_alone_are_brought_up_to_date() {
    let acme = Acme::new();
    acme.apply(0);
    // As if an earlier version had rendered one output less.
    let mut older = acme.template();
    older["Outputs"].as_object_mut().unwrap().shift_remove("PoolArn");
    older["Outputs"]["Older"] = serde_json::json!({ "Value": "x" });
    let update = acme
        .cloudformation()
        .update_stack()
        .stack_name("acme")
        .template_body(older.to_string());
    let update = update.set_parameters(Some(super::kept_parameters()));
    wait(
        update
            .capabilities(aws_sdk_cloudformation::types::Capability::CapabilityIam)
            .send(),
    )
    .unwrap();
    while acme.status().as_deref() != Some("UPDATE_COMPLETE") {
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    let shown = acme.diff();
    assert!(
        shown.contains("  outputs\n      PoolArn: → Pool.Arn\n      Older: x → none"),
        "{shown}"
    );
    acme.apply(0);
    assert!(acme.output("PoolArn").starts_with("arn:aws:cognito-idp:us-west-2:"));
    assert!(acme.diff().contains("nothing to do"));
}
