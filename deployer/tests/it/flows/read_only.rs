//! Somebody who may only look, at an emulator that enforces IAM's policies: `diff` sees all that there is to see, and
//! `apply` does nothing.

use std::collections::BTreeSet;
use std::fs;
use std::ops::Deref;
use std::path::Path;

use aws_sdk_cognitoidentityprovider::types::{SmsConfigurationType, UserPoolMfaType};
use serde_json::{Value, json};

use super::{Acme, sender};
use crate::support::aws::wait;
use crate::support::cli::{Run, Workspace};
use crate::support::ministack::Ministack;
use crate::support::proxy::Proxy;

/// Reads a policy among the examples, for the workspace's account.
fn policy(workspace: &Workspace, file: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples").join(file);
    fs::read_to_string(path)
        .unwrap()
        .replace("111122223333", workspace.account())
}

/// The actions that a policy allows.
fn actions(policy: &str) -> BTreeSet<String> {
    let policy: Value = serde_json::from_str(policy).unwrap();
    let statements = policy["Statement"].as_array().unwrap().iter();
    let actions = statements.flat_map(|statement| statement["Action"].as_array().unwrap());
    actions.map(|action| action.as_str().unwrap().to_owned()).collect()
}

/// Makes a user with one policy; returns the access key's id and secret.
fn user(workspace: &Workspace, name: &str, policy: &str) -> (String, String) {
    let iam = aws_sdk_iam::Client::new(&workspace.sdk());
    wait(iam.create_user().user_name(name).send()).unwrap();
    let put = iam.put_user_policy().user_name(name).policy_name(name);
    wait(put.policy_document(policy).send()).unwrap();
    let made = wait(iam.create_access_key().user_name(name).send()).unwrap();
    let key = made.access_key().unwrap();
    (key.access_key_id().to_owned(), key.secret_access_key().to_owned())
}

/// A workspace whose owner may do everything, and a reviewer with the policy for `diff`.
pub(super) struct Reviewed {
    acme: Acme,
    proxy: Proxy,
    reviewer: (String, String),
}

impl Deref for Reviewed {
    type Target = Acme;

    fn deref(&self) -> &Acme {
        &self.acme
    }
}

impl Reviewed {
    pub(super) fn new() -> Self {
        let proxy = Proxy::before(Ministack::enforcing().address());
        let acme = Acme::with_bucket(Workspace::offline().at(proxy.endpoint()));
        let reviewer = user(
            &acme.workspace,
            "reviewer",
            &policy(&acme.workspace, "diff-policy.json"),
        );
        Self { acme, proxy, reviewer }
    }

    /// Runs a command as the reviewer, who is refused nothing.
    #[track_caller]
    pub(super) fn review(&self, arguments: &[&str]) -> Run {
        let run = self.as_reviewer(arguments);
        let allowed = actions(&policy(&self.workspace, "diff-policy.json"));
        let taken = self.taken();
        assert!(taken.is_subset(&allowed), "{:?}", taken.difference(&allowed));
        for refusal in ["AccessDenied", "not authorized"] {
            let heard = run.stdout.contains(refusal) || run.stderr.contains(refusal);
            assert!(!heard, "{run:?}");
        }
        run
    }

    fn as_reviewer(&self, arguments: &[&str]) -> Run {
        let (id, secret) = &self.reviewer;
        self.workspace.run_as((id, secret), arguments)
    }

    /// The rights that the reviewer's calls took so far; to ask who one is takes none.
    fn taken(&self) -> BTreeSet<String> {
        let mut taken = self.proxy.rights_of(&self.reviewer.0);
        taken.remove("sts:GetCallerIdentity");
        taken
    }

    /// Compares what the reviewer sees of stack files with what the owner sees, and returns the codes of the findings.
    #[track_caller]
    fn same(&self, files: &[&str]) -> BTreeSet<String> {
        let words = [&["diff", "--format", "json"], files].concat();
        let (seen, whole) = (self.review(&words), self.workspace.run(&words));
        let unlike = seen
            .stdout
            .lines()
            .zip(whole.stdout.lines())
            .find(|(seen, whole)| seen != whole);
        assert_eq!(unlike, None, "{}", seen.stderr);
        assert_eq!(
            (seen.stdout.len(), seen.code),
            (whole.stdout.len(), whole.code),
            "{}",
            seen.stderr
        );
        let plans: Value = serde_json::from_str(&seen.stdout).unwrap_or_else(|_| panic!("{}", seen.stderr));
        let findings = plans.as_array().unwrap().iter().flat_map(|plan| {
            let findings = plan["findings"].as_array();
            findings.unwrap_or_else(|| panic!("{plan:#}"))
        });
        findings
            .map(|finding| finding["code"].as_str().unwrap().to_owned())
            .collect()
    }
}

#[test]
fn who_may_only_look_plans_and_applies_nothing() {
    let acme = Reviewed::new();
    acme.apply(0);
    let wider = sender()
        .replace("architecture: x86_64", "architecture: x86_64, memory_mb: 512")
        .replace("countries: [US]", "countries: [US, CA]");
    acme.write(&wider);
    let second = sender()
        .replace("name: acme", "name: beta")
        .replace("UserPoolName: acme", "UserPoolName: beta")
        .replace("alias/acme", "alias/beta");
    acme.workspace.file("stacks/beta.yaml", &second);
    let run = acme.review(&["diff", "--exit-code", "--out", "plan.json"]).expect(2);
    for shown in ["MemorySize: 256 → 512", "[countries-widened]"] {
        assert!(run.stdout.contains(shown), "{}", run.stdout);
    }
    for unseen in ["[delivery-unread]", "[code-unchecked]"] {
        assert!(!run.stdout.contains(unseen), "{}", run.stdout);
    }
    let run = acme.as_reviewer(&["apply", "stacks/beta.yaml", "--yes"]).expect(1);
    assert!(run.stderr.contains("cloudformation:CreateChangeSet"), "{}", run.stderr);
}

/// A pool that sends SMS messages by a role which may not send any.
fn pool(acme: &Acme, name: &str) -> String {
    let account = acme.workspace.account();
    let iam = aws_sdk_iam::Client::new(&acme.workspace.sdk());
    let trust = json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"Service": "cognito-idp.amazonaws.com"}, "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"sts:ExternalId": "people"}},
    }]});
    let role = iam.create_role().path("/service-role/").role_name(name);
    wait(role.assume_role_policy_document(trust.to_string()).send()).unwrap();
    let sms = SmsConfigurationType::builder()
        .sns_caller_arn(format!("arn:aws:iam::{account}:role/service-role/{name}"))
        .external_id("people")
        .build();
    let made = acme.pools().create_user_pool().pool_name(name).sms_configuration(sms);
    let made = wait(made.mfa_configuration(UserPoolMfaType::Off).send()).unwrap();
    made.user_pool().unwrap().id().unwrap().to_owned()
}

/// What the matrix cannot show with one deployed stack; and no right is given that nothing takes.
#[test]
fn who_may_only_look_sees_pools_and_keys_of_others() {
    let acme = Reviewed::new();
    acme.apply(0);
    let function = "arn:aws:lambda:us-west-2:111122223333:function:checks";
    let id = pool(&acme, "people");
    let triggers = aws_sdk_cognitoidentityprovider::types::LambdaConfigType::builder().pre_sign_up(function);
    let update = acme.pools().update_user_pool().user_pool_id(&id);
    wait(update.lambda_config(triggers.build()).send()).unwrap();

    // Another stack's pool of the same name, left behind.
    let tags = [("aws:cloudformation:stack-name".to_owned(), "beta".to_owned())];
    let left = acme.pools().create_user_pool().pool_name("beta");
    wait(left.set_user_pool_tags(Some(tags.into())).send()).unwrap();
    let beta = sender()
        .replace("name: acme", "name: beta")
        .replace("UserPoolName: acme", "UserPoolName: beta")
        .replace("alias/acme", "alias/beta");
    acme.workspace.file("other/beta.yaml", &beta);

    // A key whose policy turns the function away.
    let kms = aws_sdk_kms::Client::new(&acme.workspace.sdk());
    let key = wait(kms.create_key().send()).unwrap();
    let key = key.key_metadata().unwrap().arn().unwrap().to_owned();
    let root = format!("arn:aws:iam::{}:root", acme.workspace.account());
    let closed = json!({"Version": "2012-10-17", "Statement": [{
        "Sid": "Admin", "Effect": "Allow", "Principal": {"AWS": root}, "Resource": "*",
        "Action": ["kms:DescribeKey", "kms:GetKeyPolicy", "kms:PutKeyPolicy"],
    }]});
    wait(kms.put_key_policy().key_id(&key).policy(closed.to_string()).send()).unwrap();
    acme.write(&sender().replace("alias: alias/acme", &format!("existing: \"{key}\"")));

    let others = format!(
        "  pre_sign_up: {{function: \"{}\", permission: external}}\n",
        function.replace("checks", "others")
    );
    let existing = |name: &str, id: &str| {
        let text = sender().replace("name: acme\n", &format!("name: {name}\n"));
        let (head, rest) = text.split_once("pool:\n").unwrap();
        let (_, rest) = rest.split_once("triggers:\n").unwrap();
        let text = format!("{head}pool: {{existing: {id}}}\ntriggers:\n{others}{rest}");
        text.replace("alias/acme", &format!("alias/{name}"))
    };
    acme.workspace.file("other/gamma.yaml", &existing("gamma", &id));
    acme.workspace
        .file("other/gone.yaml", &existing("gone", "us-west-2_Gone00000"));

    let seen = acme.same(&["stacks/acme.yaml", "other"]);
    for code in [
        "key-closed",
        "key-swapped",
        "pool-left-behind",
        "pool-gone",
        "foreign-trigger-replaced",
        "sms-role-dead",
    ] {
        assert!(seen.contains(code), "no {code} in {seen:?}");
    }
    for unseen in [
        "delivery-unread",
        "code-unchecked",
        "key-unchecked",
        "sms-role-unchecked",
    ] {
        assert!(!seen.contains(unseen), "{seen:?}");
    }

    // A pool that is to be taken in, as `adopt` writes it, with one thing that can never change.
    acme.workspace
        .run(&["adopt", &id, "--name", "delta", "--file", "import/delta.yaml"])
        .expect(0);
    acme.same(&["import"]);
    acme.write(&sender().replace("countries: [US]", "countries: [US, CA]"));
    assert!(acme.same(&["stacks/acme.yaml"]).contains("countries-widened"));

    // What S3 answers for an object that is not there depends on the right to list.
    let mut taken = acme.taken();
    assert!(taken.insert("s3:ListBucket".to_owned()));
    // The saved configuration of a pool that a stack attached to, and the zip of a stack that pins no version yet.
    assert!(taken.insert("s3:GetObject".to_owned()));
    assert_eq!(taken, actions(&policy(&acme.workspace, "diff-policy.json")));
}

/// Whoever applies in CI has the policies beside the examples for CI, and needs no more.
#[test]
fn the_policy_for_apply_is_enough_to_deploy() {
    let acme = Reviewed::new();
    let rights = policy(&acme.workspace, "ci/apply-policy.json");
    let (id, secret) = user(&acme.workspace, "deployer", &rights);
    let role = format!(
        "cloudformation_role: arn:aws:iam::{}:role/pools-cloudformation\n",
        acme.workspace.account()
    );
    let text = sender().replace("name: acme\n", "name: acme-test\n") + &role;
    acme.write(&text);
    let apply = |code: i32| acme.workspace.run_as((&id, &secret), &["apply", "--yes"]).expect(code);
    apply(0);
    acme.write(&text.replace("architecture: x86_64", "architecture: x86_64, memory_mb: 512"));
    apply(0);
    let allowed = actions(&rights);
    let mut taken = acme.proxy.rights_of(&id);
    taken.remove("sts:GetCallerIdentity");
    assert!(taken.is_subset(&allowed), "{:?}", taken.difference(&allowed));
    // A stack of another name is somebody else's.
    acme.write(&text.replace("name: acme-test", "name: people"));
    let run = apply(1);
    assert!(run.stderr.contains("cloudformation:"), "{}", run.stderr);
}
