//! A pool that existed before its stack is let go of: what was there before comes back, and no more is touched.

use std::sync::OnceLock;
use std::time::Duration;

use serde_json::{Value, json};

use super::Acme;
use super::attach::{Attached, attaching, lived_in};
use crate::support::aws::wait;
use crate::support::cli::Workspace;
use crate::support::documented::as_documented;
use crate::support::moto::Moto;
use crate::support::proxy::{Effect, Proxy};

const DETACH: [&str; 3] = ["detach", "stacks/acme.yaml", "--yes"];
/// The function that a rewritten answer names.
static FUNCTION: OnceLock<String> = OnceLock::new();

const DESTROY: [&str; 4] = ["destroy", "stacks/acme.yaml", "--confirm", "acme"];

#[test]
fn the_pool_is_as_before_and_the_stack_stays() {
    let attached = Attached::new();
    let (pools, id) = (attached.acme.workspace.live_pools(), attached.pool.clone());
    let before = pools.settings(&id);
    attached.acme.apply(0);
    let run = attached.acme.workspace.run(&DETACH).expect(0);
    insta::assert_snapshot!("detached", run.snapshot());
    assert_eq!(pools.settings(&id), before);
    assert_eq!(attached.kept(), Vec::<String>::new());
    assert_eq!(attached.acme.status().as_deref(), Some("UPDATE_COMPLETE"));
    let status = attached.acme.workspace.run(&["status"]).expect(0);
    assert!(!status.stdout.contains("changed outside"), "{}", status.stdout);

    // Twice is once.
    let again = attached.acme.workspace.run(&DETACH).expect(0);
    assert!(again.stderr.contains("nothing to do"), "{}", again.stderr);
    assert_eq!(pools.settings(&id), before);
    // The next apply attaches again.
    attached.acme.apply(0);
    assert!(attached.sends_by_its_function());
}

#[test]
fn no_leaves_it_attached() {
    let attached = Attached::new();
    attached.acme.apply(0);
    let detach = ["detach", "stacks/acme.yaml"];
    let run = attached
        .acme
        .workspace
        .answer(&detach, "Only `yes` goes on:", "no")
        .expect(1);
    assert!(run.stdout.contains("nothing was changed"), "{}", run.stdout);
    assert!(attached.sends_by_its_function());
    attached.acme.workspace.run(&detach).expect(64);
}

#[test]
fn what_others_changed_since_stays() {
    let attached = Attached::new();
    attached.acme.apply(0);
    let theirs = json!({"LambdaArn": "arn:aws:lambda:us-west-2:111122223333:function:theirs", "LambdaVersion": "V1_0"});
    let mut members = lived_in();
    members.as_object_mut().unwrap().shift_remove("UsernameAttributes");
    members["LambdaConfig"] = json!({
        "CustomSMSSender": theirs, "KMSKeyID": "arn:aws:kms:us-west-2:111122223333:key/theirs",
        "PostConfirmation": "arn:aws:lambda:us-west-2:111122223333:function:welcome",
    });
    members["UserPoolTags"] = json!({"team": "another"});
    let pools = attached.acme.workspace.live_pools();
    pools.update(&attached.pool, &members).unwrap();
    let before = pools.settings(&attached.pool);
    let run = attached
        .acme
        .workspace
        .run(&[&DETACH[..], &["--format", "json"]].concat())
        .expect(0);
    assert!(
        run.stderr.contains("CustomSMSSender stays") && run.stderr.contains("somebody else has set since"),
        "{}",
        run.stderr
    );
    as_documented("detach", &run.stdout);
    let document: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(document[0]["left"], json!(["CustomSMSSender", "KMSKeyID"]));
    assert_eq!(pools.settings(&attached.pool), before);
}

#[test]
fn a_pool_that_is_gone_is_no_matter() {
    let attached = Attached::new();
    attached.acme.apply(0);
    let pools = attached.acme.workspace.live_pools();
    let id = json!({"UserPoolId": attached.pool});
    pools
        .update(&attached.pool, &json!({"DeletionProtection": "INACTIVE"}))
        .unwrap();
    pools.call("DeleteUserPool", &id).unwrap();
    let run = attached.acme.workspace.run(&DETACH).expect(0);
    assert!(run.stderr.contains("is gone"), "{}", run.stderr);
    assert_eq!(attached.kept(), Vec::<String>::new());
    let run = attached.acme.workspace.run(&DESTROY).expect(0);
    assert!(run.stderr.contains("is gone"), "{}", run.stderr);
    assert_eq!(attached.acme.status(), None);
}

#[test]
fn a_destroy_lets_go_first() {
    let attached = Attached::new();
    let (pools, id) = (attached.acme.workspace.live_pools(), attached.pool.clone());
    let before = pools.settings(&id);
    attached.acme.apply(0);
    // The pool is not the stack's to delete.
    let run = attached
        .acme
        .workspace
        .run(&[&DESTROY[..], &["--delete", "pool"]].concat())
        .expect(64);
    assert!(run.stderr.contains("was there before this stack"), "{}", run.stderr);
    assert!(attached.sends_by_its_function());

    let run = attached.acme.workspace.run(&DESTROY).expect(0);
    insta::assert_snapshot!("attached_destroyed", run.snapshot());
    assert_eq!(attached.acme.status(), None);
    assert_eq!(pools.settings(&id), before);
    assert_eq!(attached.kept(), Vec::<String>::new());
}

#[test]
fn without_the_configuration_of_before_what_calls_the_own_function_goes() {
    let attached = Attached::new();
    attached.acme.apply(0);
    // Somebody deletes the object, and who may update the stack lets it forget the digest.
    let [key] = &attached.acme.objects("pools/").into_keys().collect::<Vec<_>>()[..] else {
        panic!("{:?}", attached.kept());
    };
    attached.acme.lose(key);
    for command in [&DETACH[..], &DESTROY[..], &["apply", "--yes"]] {
        let run = attached.acme.workspace.run(command).expect(3);
        let shown = format!("{}{}", run.stdout, run.stderr);
        assert!(
            shown.contains("stop [saved-missing] PoolBefore")
                && shown.contains(key)
                && shown.contains("ParameterKey=PoolBefore,ParameterValue=none"),
            "{shown}"
        );
        assert!(attached.sends_by_its_function());
    }
    attached.acme.set_parameters(&[("PoolBefore", "none")]);
    let run = attached.acme.workspace.run(&DETACH).expect(0);
    assert!(run.stderr.contains("is not kept"), "{}", run.stderr);
    assert_eq!(attached.trigger("CustomSMSSender"), Value::Null);
    assert_eq!(attached.trigger("PreSignUp"), lived_in()["LambdaConfig"]["PreSignUp"]);
}

/// Somebody deleted the stack by hand: the pool calls a function that is gone, and what is kept is the only way back.
#[test]
fn what_is_kept_stays_while_the_pool_calls_a_stack_that_is_gone() {
    let attached = Attached::new();
    let pools = attached.acme.workspace.live_pools();
    let before = pools.settings(&attached.pool);
    attached.acme.apply(0);
    let cloudformation = attached.acme.cloudformation();
    wait(cloudformation.delete_stack().stack_name("acme").send()).unwrap();
    while attached.acme.status().is_some() {
        std::thread::sleep(Duration::from_millis(50));
    }
    let after = pools.settings(&attached.pool);
    let [key] = &attached.acme.objects("pools/").into_keys().collect::<Vec<_>>()[..] else {
        panic!("{:?}", attached.kept());
    };
    for command in [&DETACH[..], &DESTROY[..]] {
        let run = attached.acme.workspace.run(command).expect(3);
        assert!(
            run.stderr.contains("the stack acme is gone")
                && run
                    .stderr
                    .contains("the digest that proves what was saved went with the stack")
                && run.stderr.contains("s3://")
                && run.stderr.contains(key),
            "{}",
            run.stderr
        );
        assert!(attached.acme.objects("pools/").contains_key(key));
        assert_eq!(pools.settings(&attached.pool), after);
    }

    // The way back that it names.
    let digest = key.rsplit('/').next().unwrap().trim_end_matches(".json");
    attached.acme.write(&format!(
        "{}acknowledge: [{{code: foreign-trigger-replaced, resource: Pool.CustomSMSSender, to: Function.Arn, reason: gone}}, \
         {{code: saved-unproven, resource: PoolBefore, to: \"{digest}\", reason: I read it}}]\n",
        attaching(&attached.pool)
    ));
    attached.acme.apply(0);
    assert_eq!(attached.kept(), ["PoolBefore"]);
    attached.acme.workspace.run(&DETACH).expect(0);
    assert_eq!(pools.settings(&attached.pool), before);
    assert_eq!(attached.kept(), Vec::<String>::new());
}

/// With a dead role Cognito takes no update of the pool, so none is begun.
#[test]
fn a_dead_sms_role_stops_before_anything_is_asked() {
    let attached = Attached::new();
    attached.acme.apply(0);
    let pools = attached.acme.workspace.live_pools();
    let arn = format!(
        "arn:aws:iam::{}:role/service-role/gone",
        attached.acme.workspace.account()
    );
    pools.describe_with(
        &attached.pool,
        &json!({"SmsConfiguration": {"SnsCallerArn": arn, "ExternalId": "people"}}),
    );
    for command in [&DETACH[..], &DESTROY[..]] {
        let run = attached.acme.workspace.run(command).expect(3);
        assert!(run.stderr.contains("stop [sms-role-dead]"), "{}", run.stderr);
    }
    assert!(attached.sends_by_its_function());
    assert_eq!(attached.kept(), ["PoolBefore"]);
    assert_eq!(attached.acme.status().as_deref(), Some("UPDATE_COMPLETE"));
}

/// A trigger of tomorrow: the pool is not let go of while it calls the function.
#[test]
fn a_trigger_that_no_sdk_knows_keeps_the_function() {
    let proxy = Proxy::before(Moto::shared().address());
    let workspace = Workspace::online().with_pools_at(&proxy.endpoint()).with_real_handler();
    let attached = Attached::of(Acme::bucketed(workspace), &lived_in());
    attached.acme.apply(0);
    let function = attached.acme.output("FunctionArn");
    assert!(function.contains(":function:acme-"), "{function}");
    attached.acme.workspace.run(&DETACH).expect(0);
    // The second look is the last before the stack goes; the run goes by the first.
    let looks = proxy.count("DescribeUserPool");
    FUNCTION.set(function.as_str().to_owned()).unwrap();
    let tomorrow = |body: String| {
        let trigger = format!("\"LambdaConfig\":{{\"Tomorrow\":\"{}\",", FUNCTION.get().unwrap());
        body.replace("\"LambdaConfig\": {", "\"LambdaConfig\":{")
            .replace("\"LambdaConfig\":{", &trigger)
    };
    proxy.on("DescribeUserPool", looks + 2..=looks + 2, Effect::Rewrite(tomorrow));
    let run = attached.acme.workspace.run(&DESTROY).expect(1);
    assert!(
        run.stderr.contains("still calls this stack's function"),
        "{}",
        run.stderr
    );
    assert_eq!(attached.acme.status().as_deref(), Some("UPDATE_COMPLETE"));
}

#[test]
fn a_pool_of_the_stack_s_own_is_not_detached() {
    let attached = Attached::new();
    attached.acme.write(&super::sender());
    let run = attached.acme.workspace.run(&DETACH).expect(64);
    assert!(run.stderr.contains("belongs to its stack"), "{}", run.stderr);
    attached.acme.write(&attaching(&attached.pool));
    // Nothing is deployed.
    let run = attached.acme.workspace.run(&DETACH).expect(0);
    assert!(run.stderr.contains("nothing to do"), "{}", run.stderr);
}
