//! Saved pool configurations that somebody forged who may write objects and no more.

use std::collections::BTreeMap;

use aws_sdk_cloudformation::types::Capability;
use serde_json::{Value, json};

use super::attach::{Attached, attaching};
use super::kills::wait_until_still;
use super::{Acme, people};
use crate::support::aws::wait;

const DETACH: [&str; 3] = ["detach", "stacks/acme.yaml", "--yes"];
const DESTROY: [&str; 4] = ["destroy", "stacks/acme.yaml", "--confirm", "acme"];
const EVIL: &str = "arn:aws:lambda:us-west-2:999999999999:function:evil";
const EVIL_KEY: &str = "arn:aws:kms:us-west-2:999999999999:key/evil";

/// A configuration with a sender and a key of another account.
fn with_foreign_sender(bytes: &[u8]) -> Vec<u8> {
    let mut saved: Value = serde_json::from_slice(bytes).unwrap();
    saved["pool"]["LambdaConfig"] = json!({
        "CustomSMSSender": {"LambdaArn": EVIL, "LambdaVersion": "V1_0"}, "KMSKeyID": EVIL_KEY,
    });
    serde_json::to_vec(&saved).unwrap()
}

/// A configuration with a password policy that anybody would guess.
fn with_weak_passwords(bytes: &[u8]) -> Vec<u8> {
    let mut saved: Value = serde_json::from_slice(bytes).unwrap();
    saved["pool"]["Policies"]["PasswordPolicy"] = json!({"MinimumLength": 6});
    serde_json::to_vec(&saved).unwrap()
}

#[test]
fn a_changed_configuration_stops_before_anything_changes() {
    let attached = Attached::new();
    attached.acme.apply(0);
    let pools = attached.acme.workspace.live_pools();
    let before = pools.settings(&attached.pool);
    let objects = attached.acme.objects("pools/");
    let (key, bytes) = objects.iter().next().unwrap();
    attached.acme.plant(key, with_foreign_sender(bytes));
    let digest = attached.acme.digests().remove("PoolBefore").unwrap();
    let put_back = [&DETACH[..], &["--put-back"]].concat();
    for command in [
        &DETACH[..],
        &put_back,
        &DESTROY,
        &["apply", "--yes"],
        &["apply", "--yes", "--put-back"],
    ] {
        let run = attached.acme.workspace.run(command).expect(3);
        let shown = format!("{}{}", run.stdout, run.stderr);
        assert!(
            shown.contains("stop [saved-altered] PoolBefore") && shown.contains(&digest) && shown.contains(key),
            "{command:?}: {shown}"
        );
        assert!(!shown.contains("add to the stack file"), "{command:?}: {shown}");
        assert_eq!(pools.settings(&attached.pool), before, "{command:?}");
    }
    assert!(attached.acme.status().is_some());
    assert!(attached.acme.diff().contains("[saved-altered]"));

    // The version that was there before is all that it takes.
    attached.acme.plant(key, bytes.clone());
    attached.acme.workspace.run(&DETACH).expect(0);
    assert_eq!(attached.trigger("CustomSMSSender"), Value::Null);
    assert_eq!(attached.kept(), Vec::<String>::new());
}

#[test]
fn planted_configurations_have_no_effect() {
    let attached = Attached::new();
    let untouched = attached.acme.workspace.live_pools().settings(&attached.pool);
    attached.acme.apply(0);
    let before = attached.others();
    let objects = attached.acme.objects("pools/");
    let bytes = objects.values().next().unwrap();
    let plant = |end: &str, bytes: Vec<u8>| {
        attached
            .acme
            .plant(&format!("pools/{}/acme{end}", attached.pool), bytes);
    };
    for end in [".json", ".before.json"] {
        plant(end, with_weak_passwords(&with_foreign_sender(bytes)));
    }
    let shown = attached.acme.apply(0);
    assert!(
        shown.contains("nothing to do") && !shown.contains("--put-back"),
        "{shown}"
    );
    let run = attached.acme.workspace.run(&["apply", "--yes", "--put-back"]).expect(0);
    assert!(run.stderr.contains("nothing to do"), "{}", run.stderr);
    assert_eq!(attached.others(), before);
    attached.acme.workspace.run(&DETACH).expect(0);
    assert_eq!(attached.acme.workspace.live_pools().settings(&attached.pool), untouched);
    assert_eq!(attached.kept(), Vec::<String>::new());
}

/// Somebody foresees under which name a configuration will be stored.
#[test]
fn a_name_that_is_taken_by_something_else_is_not_written_over_and_not_used() {
    let (proxy, acme) = people::behind_a_proxy();
    proxy.refuse("UpdateUserPool", 400, "NotAuthorizedException", "not authorized");
    acme.apply(1);
    proxy.clear();
    let pool = acme.triggers();
    assert_eq!(acme.objects("pools/"), BTreeMap::new());
    // The pool is as it was, and so is its configuration's name.
    let calls = proxy.calls();
    let put = calls
        .iter()
        .find(|call| call.starts_with("PUT /") && call.contains("/pools/"))
        .unwrap();
    let key = put.split_once("/pools/").unwrap().1;
    let key = format!("pools/{}", key.split('?').next().unwrap());
    acme.plant(&key, b"{}".to_vec());
    let shown = acme.apply(1);
    assert!(shown.contains("does not hold what its name stands for"), "{shown}");
    assert_eq!(acme.triggers(), pool);
    assert_eq!(proxy.count("UpdateUserPool"), 1);
    acme.lose(&key);
    acme.apply(0);
    people::is_untouched(&acme);
    assert_eq!(acme.triggers(), ["PreSignUp", "CustomSMSSender", "KMSKeyID"]);
}

impl Acme {
    /// Brings the stack into the state in which a version left it that knew no digests.
    fn without_parameters(&self) {
        let mut template = self.template();
        let sections = template.as_object_mut().unwrap();
        for section in ["Parameters", "Outputs"] {
            let members = sections[section].as_object_mut().unwrap();
            for name in ["PoolBefore", "PoolRecord"] {
                members.shift_remove(name);
            }
        }
        let update = self.cloudformation().update_stack().stack_name("acme");
        let update = update.capabilities(Capability::CapabilityNamedIam);
        let update = update.set_parameters(Some(super::kept_parameters()));
        wait(update.template_body(template.to_string()).send()).unwrap();
        wait_until_still(self);
    }
}

/// An earlier version kept the configuration under the stack's name, and no digest of it.
#[test]
fn what_an_earlier_version_kept_counts_once_somebody_names_its_digest() {
    for command in [&["apply", "--yes"][..], &DETACH] {
        let attached = Attached::new();
        let pools = attached.acme.workspace.live_pools();
        let untouched = pools.settings(&attached.pool);
        attached.acme.apply(0);
        let objects = attached.acme.objects("pools/");
        let (key, bytes) = objects.iter().next().unwrap();
        let old = format!("pools/{}/acme.json", attached.pool);
        attached.acme.plant(&old, bytes.clone());
        attached.acme.lose(key);
        attached.acme.without_parameters();
        assert!(attached.acme.digests().is_empty());

        let digest = key.rsplit('/').next().unwrap().trim_end_matches(".json");
        let run = attached.acme.workspace.run(command).expect(3);
        let shown = format!("{}{}", run.stdout, run.stderr);
        assert!(
            shown.contains("stop [saved-unproven] PoolBefore") && shown.contains(&old) && shown.contains(digest),
            "{shown}"
        );
        // Another object under that name is another question.
        let word = format!(
            "{}acknowledge: [{{code: saved-unproven, resource: PoolBefore, to: \"{digest}\", reason: I read it}}]\n",
            attaching(&attached.pool)
        );
        attached.acme.write(&word);
        attached.acme.plant(&old, with_foreign_sender(bytes));
        attached.acme.workspace.run(command).expect(3);
        assert!(attached.sends_by_its_function());

        attached.acme.plant(&old, bytes.clone());
        attached.acme.workspace.run(command).expect(0);
        if command == DETACH {
            assert_eq!(attached.kept(), Vec::<String>::new());
        } else {
            assert_eq!(attached.kept(), ["PoolBefore"]);
            assert_eq!(attached.acme.digests()["PoolBefore"], digest);
            attached.acme.write(&attaching(&attached.pool));
            attached.acme.apply(0);
            attached.acme.workspace.run(&DETACH).expect(0);
        }
        assert_eq!(pools.settings(&attached.pool), untouched);
    }
}

/// A genuine configuration may have what somebody attached before the stack came.
#[test]
fn a_sender_of_another_account_comes_back_only_by_a_persons_word() {
    let mut members = super::attach::lived_in();
    members["LambdaConfig"] = json!({
        "CustomSMSSender": {"LambdaArn": EVIL, "LambdaVersion": "V1_0"}, "KMSKeyID": EVIL_KEY,
    });
    let Attached { acme, .. } = Attached::new();
    let attached = Attached::of(acme, &members);
    let replaced = "{code: foreign-trigger-replaced, resource: Pool.CustomSMSSender, to: Function.Arn, reason: ours}";
    let write = |words: &str| {
        let text = format!("{}acknowledge: [{replaced}{words}]\n", attaching(&attached.pool));
        attached.acme.write(&text);
    };
    write("");
    attached.acme.apply(0);
    assert!(attached.sends_by_its_function());
    for command in [&DETACH[..], &DESTROY] {
        let run = attached.acme.workspace.run(command).expect(3);
        for resource in ["Pool.LambdaConfig.CustomSMSSender", "Pool.LambdaConfig.KMSKeyID"] {
            assert!(
                run.stderr.contains(&format!("stop [foreign-account] {resource}")),
                "{}",
                run.stderr
            );
        }
        assert!(attached.sends_by_its_function());
    }
    write(&format!(
        ", {{code: foreign-account, resource: Pool.LambdaConfig.CustomSMSSender, to: \"{EVIL}\", reason: partner}}, \
         {{code: foreign-account, resource: Pool.LambdaConfig.KMSKeyID, to: \"{EVIL_KEY}\", reason: partner}}"
    ));
    attached.acme.workspace.run(&DETACH).expect(0);
    assert_eq!(attached.trigger("CustomSMSSender")["LambdaArn"], EVIL);
}

/// From a stack file too, for a pool that is new.
#[test]
fn a_declared_function_of_another_account_stops() {
    let acme = Acme::new();
    acme.write(&super::sender().replace(
        "triggers:\n",
        &format!("triggers:\n  pre_sign_up: {{function: \"{EVIL}\", permission: external}}\n"),
    ));
    let shown = acme.apply(3);
    assert!(
        shown.contains("stop [foreign-account] Pool.LambdaConfig.PreSignUp") && shown.contains(EVIL),
        "{shown}"
    );
    assert_eq!(acme.status(), None);
}
