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
fn older_bucket_becomes_write_once() {
    let acme = Acme::new();
    let stacks = acme.cloudformation();
    let answer = wait(stacks.get_template().stack_name("deployer-assets").send()).unwrap();
    let mut older: serde_json::Value = serde_json::from_str(answer.template_body().unwrap()).unwrap();
    let policy = &mut older["Resources"]["BucketPolicy"]["Properties"]["PolicyDocument"];
    policy["Statement"].as_array_mut().unwrap().truncate(1);
    let update = stacks.update_stack().stack_name("deployer-assets");
    wait(update.template_body(older.to_string()).send()).unwrap();
    let status = || {
        let answer = wait(stacks.describe_stacks().stack_name("deployer-assets").send()).unwrap();
        answer.stacks()[0].stack_status().unwrap().as_str().to_owned()
    };
    while status() != "UPDATE_COMPLETE" {
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    acme.put("handler/a/b.zip", b"first");
    acme.put("handler/a/b.zip", b"second");
    let bootstrap = ["bootstrap", "--region", "us-west-2", "--yes"];
    let shown = acme.workspace.run(&bootstrap).expect(0).stderr;
    assert!(shown.contains("BucketPolicy"), "{shown}");
    for key in ["handler/a/b.zip", "pools/a/b.json"] {
        let s3 = crate::support::aws::s3(&acme.workspace.sdk());
        let put = s3.put_object().bucket(acme.bucket_name()).key(key);
        let refused = wait(
            put.body(aws_sdk_s3::primitives::ByteStream::from_static(b"third"))
                .send(),
        );
        assert_eq!(
            refused.unwrap_err().raw_response().unwrap().status().as_u16(),
            403,
            "{key}"
        );
    }
    acme.apply(0);
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
