//! An apply to a pool that exists before its stack: its triggers come, and everything else stays.
//!
//! Cognito is moto, which resets what an update leaves out; the function is the handler of this checkout, which
//! is asked whether it can serve the pool before the pool calls it.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_cloudformation::types::{Capability, Parameter};
use deployer::asset::Sha256;
use serde_json::{Value, json};

use super::Acme;
use crate::support::aws::{s3, wait};
use crate::support::cli::{Running, Workspace};
use crate::support::ministack::Ministack;
use crate::support::moto::Moto;
use crate::support::proxy::{Effect, Proxy};

/// A stack that attaches an SMS sender to a pool.
pub(super) fn attaching(pool: &str) -> String {
    format!(
        "name: acme
region: us-west-2
environment: test
pool: {{existing: {pool}}}
triggers:
  custom_sms_sender: handler
key: {{alias: alias/acme}}
function: {{architecture: x86_64}}
providers:
  sns: {{type: sns}}
delivery:
  sms: {{countries: [US], registered: [US], routes: [{{via: [sns]}}]}}
"
    )
}

/// A pool with a setting of every kind, and somebody else's trigger.
pub(super) fn lived_in() -> Value {
    json!({
        "PoolName": "people",
        "Policies": {"PasswordPolicy": {
            "MinimumLength": 12, "RequireUppercase": true, "RequireLowercase": true, "RequireNumbers": true,
            "RequireSymbols": false, "TemporaryPasswordValidityDays": 3,
        }},
        "UsernameAttributes": ["phone_number", "email"],
        "AutoVerifiedAttributes": ["email"],
        "DeletionProtection": "ACTIVE",
        "LambdaConfig": {"PreSignUp": "arn:aws:lambda:us-west-2:111122223333:function:checks"},
        "VerificationMessageTemplate": {"DefaultEmailOption": "CONFIRM_WITH_CODE"},
        "DeviceConfiguration": {"ChallengeRequiredOnNewDevice": true, "DeviceOnlyRememberedOnUserPrompt": false},
        "UserPoolTags": {"team": "identity", "cost": "42"},
        "AdminCreateUserConfig": {"AllowAdminCreateUserOnly": true},
        "AccountRecoverySetting": {"RecoveryMechanisms": [{"Priority": 1, "Name": "verified_email"}]},
        "UserPoolTier": "PLUS",
    })
}

/// A workspace with a pool that exists, and a stack file that attaches to it.
pub(super) struct Attached {
    pub(super) acme: Acme,
    pub(super) pool: String,
}

impl Attached {
    pub(super) fn new() -> Self {
        Self::on(Workspace::online())
    }

    /// `workspace` says where all but the pools are; those are at moto.
    pub(super) fn on(workspace: Workspace) -> Self {
        Self::of(
            Acme::bucketed(workspace.with_live_pools().with_real_handler()),
            &lived_in(),
        )
    }

    pub(super) fn of(acme: Acme, members: &Value) -> Self {
        let pool = acme.workspace.live_pools().create(members);
        acme.write(&attaching(&pool));
        Self { acme, pool }
    }

    /// A member of the pool's `LambdaConfig`; null when there is none.
    pub(super) fn trigger(&self, member: &str) -> Value {
        let pool = self.acme.workspace.live_pools().describe(&self.pool);
        pool.get("LambdaConfig")
            .map_or(Value::Null, |config| config[member].clone())
    }

    /// The pool but for its triggers and what moves by itself.
    pub(super) fn others(&self) -> Value {
        let mut settings = self.acme.workspace.live_pools().settings(&self.pool);
        settings["UserPool"]
            .as_object_mut()
            .unwrap()
            .shift_remove("LambdaConfig");
        settings
    }

    pub(super) fn sends_by_its_function(&self) -> bool {
        let function = self.acme.output("FunctionArn");
        self.trigger("CustomSMSSender") == json!({"LambdaArn": function, "LambdaVersion": "V1_0"})
            && self.trigger("KMSKeyID") == self.acme.output("KeyArn")
    }

    /// What is kept of the pool in the bucket, by the parameters of the stack that hold its digest.
    pub(super) fn kept(&self) -> Vec<String> {
        kept(&self.acme, &self.pool)
    }
}

/// What is kept of a pool in the bucket, by the parameters of the stack that hold its digest; every digest of these has
/// its object, and every object the bytes that its name stands for.
pub(super) fn kept(acme: &Acme, pool: &str) -> Vec<String> {
    let prefix = format!("pools/{pool}/");
    let digests = acme.digests();
    let objects = acme.objects(&prefix);
    let found: Vec<String> = objects
        .iter()
        .map(|(key, bytes)| {
            let key = key.trim_start_matches(&prefix);
            let Some(digest) = key.strip_prefix("acme/").and_then(|key| key.strip_suffix(".json")) else {
                return key.to_owned();
            };
            assert_eq!(Sha256::of(bytes).to_string(), digest);
            let names = digests.iter().filter(|(_, value)| *value == digest);
            let names: Vec<&str> = names.map(|(name, _)| name.as_str()).collect();
            if names.is_empty() {
                "of no digest".to_owned()
            } else {
                names.join("+")
            }
        })
        .collect();
    for (name, digest) in &digests {
        assert!(
            digest == "none" || found.iter().any(|names| names.contains(name.as_str())),
            "{name}: {found:?}"
        );
    }
    found
}

impl Acme {
    /// The digests that the stack holds, by the names of its parameters.
    pub(super) fn digests(&self) -> BTreeMap<String, String> {
        if self.status().is_none() {
            return BTreeMap::new();
        }
        let stacks = wait(self.cloudformation().describe_stacks().stack_name("acme").send()).unwrap();
        let parameters = stacks.stacks()[0].parameters().iter();
        let text = |part: Option<&str>| part.unwrap().to_owned();
        parameters
            .map(|parameter| (text(parameter.parameter_key()), text(parameter.parameter_value())))
            .filter(|(name, _)| name.starts_with("Pool"))
            .collect()
    }

    fn assets(&self) -> String {
        format!("deployer-assets-{}-us-west-2", self.workspace.account())
    }

    /// The objects below a prefix of the assets bucket.
    pub(super) fn objects(&self, prefix: &str) -> BTreeMap<String, Vec<u8>> {
        let s3 = s3(&self.workspace.sdk());
        let list = s3.list_objects_v2().bucket(self.assets()).prefix(prefix);
        let found = wait(list.send()).unwrap();
        let keys = found.contents().iter().filter_map(|object| object.key());
        keys.map(|key| {
            let get = s3.get_object().bucket(self.assets()).key(key);
            let read = async { get.send().await.unwrap().body.collect().await.unwrap().to_vec() };
            (key.to_owned(), wait(read))
        })
        .collect()
    }

    /// Writes an object into the assets bucket, as somebody who may do only that.
    pub(super) fn plant(&self, key: &str, bytes: Vec<u8>) {
        let put = s3(&self.workspace.sdk()).put_object().bucket(self.assets()).key(key);
        wait(put.body(bytes.into()).send()).unwrap();
    }

    /// Deletes an object from the assets bucket.
    pub(super) fn lose(&self, key: &str) {
        let delete = s3(&self.workspace.sdk()).delete_object().bucket(self.assets()).key(key);
        wait(delete.send()).unwrap();
    }

    /// Updates the stack's parameters alone, as the command does that a finding prints.
    pub(super) fn set_parameters(&self, values: &[(&str, &str)]) {
        let mut update = self
            .cloudformation()
            .update_stack()
            .stack_name("acme")
            .use_previous_template(true);
        update = update.capabilities(Capability::CapabilityNamedIam);
        update = update.set_parameters(Some(super::kept_parameters()));
        for name in self.digests().keys() {
            let value = values.iter().find(|(other, _)| other == name).map(|(_, value)| *value);
            let parameter = Parameter::builder()
                .parameter_key(name)
                .set_parameter_value(value.map(str::to_owned))
                .set_use_previous_value(value.is_none().then_some(true));
            update = update.parameters(parameter.build());
        }
        wait(update.send()).unwrap();
        super::kills::wait_until_still(self);
    }
}

#[test]
fn triggers_come_and_everything_else_stays() {
    let attached = Attached::new();
    let before = attached.others();
    let run = attached.acme.workspace.run(&["apply", "--yes"]).expect(0);
    insta::assert_snapshot!("attached", run.snapshot());
    assert!(attached.sends_by_its_function());
    assert_eq!(
        attached.trigger("PreSignUp"),
        "arn:aws:lambda:us-west-2:111122223333:function:checks"
    );
    assert_eq!(attached.others(), before);
    assert_eq!(attached.kept(), ["PoolBefore"]);

    let status = attached.acme.workspace.run(&["status"]).expect(0);
    let triggers = status
        .stdout
        .lines()
        .filter(|line| line.contains(": ") && line.contains(','));
    let triggers: Vec<&str> = triggers.map(str::trim).collect();
    for words in [
        "CustomSMSSender: Function V1_0, as declared",
        "KMSKeyID: Key, as declared",
        "function:checks, not this stack's",
    ] {
        assert!(triggers.iter().any(|line| line.contains(words)), "{}", status.stdout);
    }

    let run = attached.acme.workspace.run(&["apply", "--yes"]).expect(0);
    insta::assert_snapshot!("attached_already", run.snapshot());
    attached.acme.workspace.run(&["diff", "--exit-code"]).expect(0);
    assert_eq!(attached.acme.change_sets(), 0);
}

#[test]
fn a_second_apply_calls_little() {
    let proxy = Proxy::before(Ministack::shared().address());
    let pools = Proxy::before(Moto::shared().address());
    let workspace = Workspace::offline().at(proxy.endpoint());
    let workspace = workspace.with_pools_at(&pools.endpoint()).with_real_handler();
    let attached = Attached::of(Acme::bucketed(workspace), &lived_in());
    attached.acme.apply(0);
    let (before, updates) = (proxy.calls().len() + pools.calls().len(), pools.count("UpdateUserPool"));
    attached.acme.apply(0);
    assert_eq!(pools.count("UpdateUserPool"), updates);
    let calls = proxy.calls().len() + pools.calls().len() - before;
    assert!(calls <= 10, "{calls}: {:?} {:?}", proxy.calls(), pools.calls());
}

#[test]
fn a_pool_that_is_gone_stops_before_anything_is_deployed() {
    let attached = Attached::new();
    attached.acme.write(&attaching("us-west-2_Gone00000"));
    let shown = attached.acme.apply(3);
    assert!(shown.contains("stop [pool-gone]"), "{shown}");
    assert!(!shown.contains("acknowledge:"), "{shown}");
    assert_eq!(attached.acme.status(), None);
    assert!(attached.acme.diff().contains("[pool-gone]"));
}

/// IAM is asked before anything is deployed: with a dead role every update of the pool would fail.
#[test]
fn a_dead_sms_role_stops_before_anything_is_deployed() {
    let attached = Attached::new();
    let account = attached.acme.workspace.account().to_owned();
    let mut members = lived_in();
    members["SmsConfiguration"] = json!({
        "SnsCallerArn": format!("arn:aws:iam::{account}:role/service-role/gone"), "ExternalId": "people",
    });
    let attached = Attached::of(attached.acme, &members);
    let shown = attached.acme.apply(3);
    assert!(shown.contains("stop [sms-role-dead]"), "{shown}");
    assert_eq!(attached.acme.status(), None);
    assert_eq!(attached.trigger("CustomSMSSender"), Value::Null);
}

#[test]
fn no_leaves_nothing() {
    let attached = Attached::new();
    let run = attached.acme.workspace.answer(&["apply"], "Only `yes` goes on:", "no");
    run.expect(1);
    // What a terminal sends for Ctrl-C.
    let run = attached
        .acme
        .workspace
        .answer(&["apply"], "Only `yes` goes on:", "\u{3}");
    run.expect(1);
    assert_eq!(attached.acme.status(), None);
    assert_eq!(attached.kept(), Vec::<String>::new());
    assert_eq!(attached.trigger("CustomSMSSender"), Value::Null);
}

#[test]
fn a_trigger_of_somebody_else_s_is_replaced_only_by_a_person_s_word() {
    let attached = Attached::new();
    let account = attached.acme.workspace.account().to_owned();
    let sender = json!({
        "LambdaArn": format!("arn:aws:lambda:us-west-2:{account}:function:theirs"), "LambdaVersion": "V1_0",
    });
    let key = format!("arn:aws:kms:us-west-2:{account}:key/theirs");
    let mut members = lived_in();
    members["LambdaConfig"] = json!({"CustomSMSSender": sender, "KMSKeyID": key});
    let Attached { acme, .. } = attached;
    let attached = Attached::of(acme, &members);
    let shown = attached.acme.apply(3);
    assert!(
        shown.contains("stop [foreign-trigger-replaced] Pool.CustomSMSSender"),
        "{shown}"
    );
    assert_eq!(attached.acme.status(), None);
    assert_eq!(attached.trigger("CustomSMSSender"), sender);

    // The words that the finding prints are those that it takes.
    let line = shown
        .lines()
        .find(|line| line.contains("code: foreign-trigger-replaced"))
        .unwrap();
    let word = line
        .split("add to the stack file: ")
        .nth(1)
        .unwrap()
        .replace('…', "ours by now");
    attached.acme.write(&format!("{}{word}\n", attaching(&attached.pool)));
    attached.acme.apply(0);
    assert!(attached.sends_by_its_function());

    attached
        .acme
        .workspace
        .run(&["detach", "stacks/acme.yaml", "--yes"])
        .expect(0);
    assert_eq!(attached.trigger("CustomSMSSender"), sender);
    assert_eq!(attached.trigger("KMSKeyID"), key);
}

#[test]
fn a_trigger_that_leaves_the_file_leaves_the_pool_and_its_function_goes_afterwards() {
    let attached = Attached::new();
    attached.acme.apply(0);
    let bare = attaching(&attached.pool);
    let bare = bare.split("triggers:").next().unwrap();
    attached.acme.write(&format!("{bare}triggers: {{pre_sign_up: {{function: \"arn:aws:lambda:us-west-2:111122223333:function:checks\", permission: external}}}}\n"));
    let shown = attached.acme.apply(3);
    assert!(
        shown.contains("stop [foreign-account] Pool.LambdaConfig.PreSignUp"),
        "{shown}"
    );
    assert!(shown.contains("stop [sender-removed] Pool.CustomSMSSender"), "{shown}");
    assert!(attached.sends_by_its_function());
    attached.acme.write(&format!(
        "{bare}triggers: {{pre_sign_up: {{function: \"arn:aws:lambda:us-west-2:111122223333:function:checks\", permission: external}}}}\n\
         acknowledge: [{{code: sender-removed, resource: Pool.CustomSMSSender, to: none, reason: moved}}, \
         {{code: foreign-account, resource: Pool.LambdaConfig.PreSignUp, to: \
         \"arn:aws:lambda:us-west-2:111122223333:function:checks\", reason: theirs}}, \
         {{code: queue-removed, resource: DeadLetterQueue, to: removed, reason: moved}}, \
         {{code: key-removed, resource: Key, to: removed, reason: moved}}]\n"
    ));
    let before = attached.others();
    attached.acme.apply(0);
    assert_eq!(attached.trigger("CustomSMSSender"), Value::Null);
    assert_eq!(attached.trigger("KMSKeyID"), Value::Null);
    assert_eq!(attached.others(), before);
    assert!(attached.acme.template()["Resources"].get("Function").is_none());
    attached.acme.workspace.run(&["diff", "--exit-code"]).expect(0);
}

/// An apply that has shown its plan and not come to the pool yet.
fn between_plan_and_update() -> (Proxy, Attached, Running) {
    let proxy = Proxy::before(Ministack::shared().address());
    let attached = Attached::on(Workspace::offline().at(proxy.endpoint()));
    proxy.on("ExecuteChangeSet", 1..=1, Effect::Delay(Duration::from_secs(2)));
    let running = attached.acme.workspace.spawn(&["apply", "--yes"]);
    while proxy.count("ExecuteChangeSet") == 0 {
        std::thread::sleep(Duration::from_millis(10));
    }
    (proxy, attached, running)
}

#[test]
fn what_somebody_changes_meanwhile_stays_where_the_plan_is_the_same() {
    let (_proxy, attached, running) = between_plan_and_update();
    // Somebody else's whole update: another length, everything else as it is.
    let mut members = lived_in();
    members.as_object_mut().unwrap().shift_remove("UsernameAttributes");
    members["Policies"]["PasswordPolicy"]["MinimumLength"] = json!(20);
    attached
        .acme
        .workspace
        .live_pools()
        .update(&attached.pool, &members)
        .unwrap();
    let before = attached.others();
    running.wait().expect(0);
    assert!(attached.sends_by_its_function());
    assert_eq!(attached.others(), before);
    assert_eq!(before["UserPool"]["Policies"]["PasswordPolicy"]["MinimumLength"], 20);
}

#[test]
fn what_somebody_changes_meanwhile_stops_where_the_plan_is_another() {
    let (_proxy, attached, running) = between_plan_and_update();
    let theirs = json!({"LambdaArn": "arn:aws:lambda:us-west-2:111122223333:function:theirs", "LambdaVersion": "V1_0"});
    let mut members = lived_in();
    members.as_object_mut().unwrap().shift_remove("UsernameAttributes");
    members["LambdaConfig"] =
        json!({"CustomSMSSender": theirs, "KMSKeyID": "arn:aws:kms:us-west-2:111122223333:key/theirs"});
    attached
        .acme
        .workspace
        .live_pools()
        .update(&attached.pool, &members)
        .unwrap();
    let run = running.wait().expect(3);
    assert!(
        run.stderr.contains("somebody changed the pool") && run.stderr.contains("LambdaConfig.CustomSMSSender: none →"),
        "{}",
        run.stderr
    );
    assert_eq!(attached.trigger("CustomSMSSender"), theirs);
    // Nothing is kept of an update that was never sent.
    assert_eq!(attached.kept(), Vec::<String>::new());
}

#[test]
fn ctrl_c_in_the_middle_of_the_update_claims_nothing_and_the_next_apply_compares() {
    let pools = Proxy::before(Moto::shared().address());
    let workspace = Workspace::online().with_pools_at(&pools.endpoint()).with_real_handler();
    let attached = Attached::of(Acme::bucketed(workspace), &lived_in());
    let before = attached.others();
    pools.on("UpdateUserPool", 1..=1, Effect::HoldAfter);
    let running = attached.acme.workspace.spawn(&["apply", "--yes"]);
    while !pools.holds() {
        std::thread::sleep(Duration::from_millis(10));
    }
    running.interrupt();
    let run = running.wait().expect(1);
    assert!(run.stderr.contains("was updated is not known"), "{}", run.stderr);
    assert_eq!(attached.kept(), ["PoolBefore+PoolRecord"]);
    pools.clear();
    let shown = attached.acme.apply(0);
    assert!(
        shown.contains("nothing to do") && shown.contains("22 settings are as they were"),
        "{shown}"
    );
    assert_eq!(attached.kept(), ["PoolBefore"]);
    assert_eq!(attached.others(), before);
    assert!(attached.sends_by_its_function());
}

#[test]
fn a_function_that_cannot_serve_the_pool_is_not_attached() {
    let workspace = Workspace::online()
        .with_live_pools()
        .with_handler("failing-handler", "fn main() {\n    std::process::exit(1);\n}\n");
    let attached = Attached::of(Acme::bucketed(workspace), &lived_in());
    let shown = attached.acme.apply(1);
    assert!(
        shown.contains("the function ended with an error") && shown.contains("is as it was"),
        "{shown}"
    );
    assert_eq!(attached.trigger("CustomSMSSender"), Value::Null);
    assert_eq!(attached.kept(), Vec::<String>::new());
}

#[test]
fn without_the_right_to_ask_the_function_it_is_said_and_gone_on() {
    let proxy = Proxy::before(Ministack::shared().address());
    let attached = Attached::on(Workspace::offline().at(proxy.endpoint()));
    proxy.refuse("GenerateDataKey", 400, "AccessDeniedException", "not authorized");
    let shown = attached.acme.apply(0);
    assert!(
        shown.contains("was not asked") && shown.contains("no right to kms:GenerateDataKey"),
        "{shown}"
    );
    assert!(attached.sends_by_its_function());
}

#[test]
fn a_setting_that_moved_is_named_and_put_back() {
    let pools = Proxy::before(Moto::shared().address());
    let workspace = Workspace::online().with_pools_at(&pools.endpoint()).with_real_handler();
    let attached = Attached::of(Acme::bucketed(workspace), &lived_in());
    let factors = json!({
        "UserPoolId": attached.pool, "MfaConfiguration": "OPTIONAL", "SoftwareTokenMfaConfiguration": {"Enabled": true},
    });
    let live = attached.acme.workspace.live_pools();
    live.call("SetUserPoolMfaConfig", &factors).unwrap();
    let before = attached.others();
    // A service that does not keep what it is sent.
    let looser = |body: String| {
        let body = body.replace("\"MinimumLength\":12", "\"MinimumLength\":8");
        body.replace("\"MfaConfiguration\":\"OPTIONAL\"", "\"MfaConfiguration\":\"OFF\"")
    };
    pools.on("UpdateUserPool", 1..=1, Effect::RewriteRequest(looser));
    let shown = attached.acme.apply(1);
    assert!(
        shown.contains("moved: Policies.PasswordPolicy.MinimumLength: 12 → 8")
            && shown.contains("next: deployer apply stacks/acme.yaml --put-back"),
        "{shown}"
    );
    assert_eq!(attached.kept(), ["PoolBefore+PoolRecord"]);
    pools.clear();

    let shown = attached.acme.apply(3);
    assert!(
        shown.contains("stop [pool-setting-moved] Pool.Policies.PasswordPolicy.MinimumLength"),
        "{shown}"
    );
    // The mode is told twice, and written once.
    for told in ["Pool.MfaConfiguration", "Pool.GetUserPoolMfaConfig.MfaConfiguration"] {
        assert!(
            shown.contains(&format!("stop [pool-setting-moved] {told}: ")),
            "{shown}"
        );
    }
    assert!(!shown.contains("only SetUserPoolMfaConfig writes it"), "{shown}");
    let run = attached.acme.workspace.run(&["apply", "--yes", "--put-back"]).expect(0);
    insta::assert_snapshot!("put_back", run.snapshot());
    assert_eq!(attached.others(), before);
    assert!(attached.sends_by_its_function());
    assert_eq!(attached.kept(), ["PoolBefore"]);
    attached.acme.workspace.run(&["diff", "--exit-code"]).expect(0);
}

#[test]
fn a_copy_of_the_configuration_is_written_where_it_is_wanted() {
    let attached = Attached::new();
    let apply = |file: &str, code| {
        attached
            .acme
            .workspace
            .run(&["apply", "--yes", "--save", file])
            .expect(code)
    };
    apply("before.json", 0);
    let text = std::fs::read_to_string(attached.acme.workspace.path().join("before.json")).unwrap();
    let kept: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(kept["pool"]["LambdaConfig"], lived_in()["LambdaConfig"]);
    assert_eq!(kept["stack"], "acme");
    // Never over a file.
    let run = apply("before.json", 64);
    assert!(run.stderr.contains("is there already"), "{}", run.stderr);
    // Where nothing is to do it is still written: the bucket has it.
    apply("again.json", 0);
    let again = std::fs::read_to_string(attached.acme.workspace.path().join("again.json")).unwrap();
    assert_eq!(again, text);
}
