//! A key that the stack did not make is looked at before it is used.

use aws_sdk_kms::types::{KeySpec, KeyUsageType};
use serde_json::{Value, json};

use super::{Acme, sender};
use crate::support::aws::wait;
use crate::support::cli::Workspace;
use crate::support::ministack::Ministack;
use crate::support::proxy::{Effect, Proxy};

impl Acme {
    fn kms(&self) -> aws_sdk_kms::Client {
        aws_sdk_kms::Client::new(&self.workspace.sdk())
    }

    /// Makes a key and returns its ARN.
    fn key(&self, spec: KeySpec, usage: KeyUsageType) -> String {
        let made = wait(self.kms().create_key().key_spec(spec).key_usage(usage).send()).unwrap();
        made.key_metadata().unwrap().arn().unwrap().to_owned()
    }

    fn symmetric_key(&self) -> String {
        self.key(KeySpec::SymmetricDefault, KeyUsageType::EncryptDecrypt)
    }

    fn set_policy(&self, key: &str, statements: &Value) {
        let policy = json!({"Version": "2012-10-17", "Statement": statements}).to_string();
        wait(self.kms().put_key_policy().key_id(key).policy(policy).send()).unwrap();
    }
}

fn with_key(key: &str) -> String {
    sender().replace("key: {alias: alias/acme}", &format!("key: {{existing: \"{key}\"}}"))
}

fn with_previous(key: &str) -> String {
    sender().replace("alias: alias/acme", &format!("alias: alias/acme, previous: \"{key}\""))
}

/// `diff` says it, `apply` stops with it, and nothing is made.
#[track_caller]
fn stops(acme: &Acme, text: &str, wanted: &[&str]) -> String {
    acme.write(text);
    let diff = acme.diff();
    let shown = acme.apply(3);
    for words in wanted {
        assert!(diff.contains(words) && shown.contains(words), "no {words} in {shown}");
    }
    assert_eq!(acme.status(), None);
    shown
}

#[test]
fn a_key_that_cannot_be_used_stops() {
    let acme = Acme::new();
    let disabled = acme.symmetric_key();
    wait(acme.kms().disable_key().key_id(&disabled).send()).unwrap();
    let shown = stops(
        &acme,
        &with_key(&disabled),
        &["stop [key-unusable] Pool.KMSKeyID: the key arn:"],
    );
    assert!(
        shown.contains("is in Disabled") && shown.contains("aws kms enable-key --region us-west-2"),
        "{shown}"
    );
    stops(
        &acme,
        &with_previous(&disabled),
        &["stop [key-unusable] DecryptPolicy: the key arn:", "is in Disabled"],
    );

    let leaving = acme.symmetric_key();
    wait(
        acme.kms()
            .schedule_key_deletion()
            .key_id(&leaving)
            .pending_window_in_days(7)
            .send(),
    )
    .unwrap();
    stops(
        &acme,
        &with_key(&leaving),
        &["is in PendingDeletion", "aws kms cancel-key-deletion"],
    );

    let hmac = acme.key(KeySpec::Hmac256, KeyUsageType::GenerateVerifyMac);
    stops(&acme, &with_key(&hmac), &["is of HMAC_256 for GENERATE_VERIFY_MAC"]);

    let account = acme.workspace.account();
    let missing = format!("arn:aws:kms:us-west-2:{account}:key/11111111-1111-1111-1111-111111111111");
    stops(
        &acme,
        &with_key(&missing),
        &["[key-unusable] Pool.KMSKeyID: there is no key arn:"],
    );
}

/// The emulator makes such keys only with a library that it does not bring.
#[test]
fn an_asymmetric_key_stops() {
    let proxy = Proxy::before(Ministack::shared().address());
    let acme = Acme::on(Workspace::offline().at(proxy.endpoint()));
    let key = acme.symmetric_key();
    let asymmetric = |body: String| body.replace("SYMMETRIC_DEFAULT", "RSA_2048");
    proxy.on("DescribeKey", 1..=usize::MAX, Effect::Rewrite(asymmetric));
    let shown = stops(&acme, &with_key(&key), &["is of RSA_2048 for ENCRYPT_DECRYPT"]);
    assert!(shown.contains("to: \"RSA_2048\""), "{shown}");
}

#[test]
fn a_key_of_another_region_is_refused_before_anything_is_called() {
    let workspace = Workspace::offline();
    for key in ["existing", "previous"] {
        let text = sender().replace(
            "alias: alias/acme",
            &format!("{key}: \"arn:aws:kms:eu-west-1:111122223333:key/1234\""),
        );
        workspace.file("stacks/acme.yaml", &text);
        let shown = workspace.run(&["apply", "--yes"]).expect(1).stderr;
        assert!(shown.contains("error[wrong-region]"), "{shown}");
    }
}

#[test]
fn a_policy_that_admits_nobody_stops_until_it_does() {
    let acme = Acme::new();
    let key = acme.symmetric_key();
    let admin = json!({"Sid": "Admin", "Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "kms:PutKeyPolicy", "Resource": "*"});
    acme.set_policy(&key, &json!([admin]));
    let shown = stops(&acme, &with_key(&key), &["stop [key-closed] Pool.KMSKeyID:"]);
    insta::assert_snapshot!(
        "key_closed",
        shown
            .lines()
            .skip_while(|line| !line.contains("stop ["))
            .collect::<Vec<_>>()
            .join("\n")
    );

    // The statement that the finding prints is the one that it takes.
    let run = acme.workspace.run(&["diff"]).expect(0);
    let line = run
        .stdout
        .lines()
        .find(|line| line.contains("add this statement"))
        .unwrap();
    let statement: Value = serde_json::from_str(&line[line.find('{').unwrap()..]).unwrap();
    let denial = json!({"Sid": "Closed", "Effect": "Deny", "Principal": "*", "Action": "kms:Decrypt", "Resource": "*"});
    acme.set_policy(&key, &json!([admin, statement, denial]));
    stops(
        &acme,
        &with_key(&key),
        &[
            "does not admit kms:Decrypt (by its statement `Closed`)",
            "let its statement `Closed` spare",
        ],
    );
    acme.set_policy(&key, &json!([admin, statement]));
    let shown = acme.apply(0);
    assert!(!shown.contains("[key-"), "{shown}");
    assert_eq!(acme.triggers(), ["CustomSMSSender", "KMSKeyID"]);
}

#[test]
fn what_cannot_be_read_is_a_warning() {
    let proxy = Proxy::before(Ministack::shared().address());
    let acme = Acme::on(Workspace::offline().at(proxy.endpoint()));
    let key = acme.symmetric_key();
    acme.write(&with_key(&key));
    proxy.refuse("GetKeyPolicy", 400, "AccessDeniedException", "User is not authorized");
    proxy.refuse("DescribeKey", 400, "AccessDeniedException", "User is not authorized");
    let shown = acme.apply(0);
    for action in ["kms:DescribeKey", "kms:GetKeyPolicy"] {
        assert!(
            shown.contains(&format!(
                "warning [key-unchecked] Pool.KMSKeyID: the credentials have no right to {action}"
            )),
            "{shown}"
        );
    }
    // With nothing to do nobody asks.
    let asked = proxy.count("GetKeyPolicy");
    assert!(acme.apply(0).contains("nothing to do"));
    assert_eq!(proxy.count("GetKeyPolicy"), asked);
}

#[test]
fn roles_that_the_policy_names_are_told_from_others() {
    let acme = Acme::new();
    let key = acme.symmetric_key();
    acme.write(&with_key(&key));
    acme.apply(0);
    let resources = wait(acme.cloudformation().list_stack_resources().stack_name("acme").send()).unwrap();
    let role = resources
        .stack_resource_summaries()
        .iter()
        .find(|resource| resource.logical_resource_id() == Some("FunctionRole"));
    let role = role.and_then(|role| role.physical_resource_id()).unwrap().to_owned();
    let account = acme.workspace.account().to_owned();
    let policy = |role: &str| {
        json!([
            {"Sid": "Deploy", "Effect": "Allow", "Principal": {"AWS": format!("arn:aws:iam::{account}:role/team/deploy")},
                "Action": "kms:CreateGrant", "Resource": "*"},
            {"Sid": "Function", "Effect": "Allow", "Principal": {"AWS": format!("arn:aws:iam::{account}:role/{role}")},
                "Action": "kms:Decrypt", "Resource": "*"},
        ])
    };
    let changed = with_key(&key).replace("function: {", "function: {memory_mb: 512, ");
    acme.write(&changed);
    acme.set_policy(&key, &policy("another"));
    let shown = acme.apply(3);
    assert!(
        shown.contains("does not admit kms:Decrypt (for the function's role)")
            && shown.contains("warning [key-unchecked]")
            && shown.contains("its statement `Deploy` allows it to arn:aws:iam::111122223333:role/team/deploy alone"),
        "{shown}"
    );
    acme.set_policy(&key, &policy(&role));
    let by = |name: &str| format!("{changed}cloudformation_role: arn:aws:iam::$ACCOUNT:role/team/{name}\n");
    acme.write(&by("other"));
    let shown = acme.apply(3);
    assert!(
        shown.contains("does not admit kms:CreateGrant (for the role arn:aws:iam::111122223333:role/team/other)"),
        "{shown}"
    );
    acme.write(&by("deploy"));
    let shown = acme.apply(0);
    assert!(!shown.contains("[key-"), "{shown}");
}
