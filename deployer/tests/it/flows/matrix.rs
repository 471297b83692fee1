//! Every guard and warning, each by the change of a deployed stack that earns it; the unchanged stack earns none.
//!
//! One stack is deployed and then compared with one changed file after the other, which takes some seconds. Who
//! compares has the rights of `examples/diff-policy.json` and no other, at an emulator that enforces them.

use aws_sdk_cloudformation::types::Capability;
use serde_json::{Value, json};

use super::Acme;
use super::read_only::Reviewed;
use crate::support::aws::{s3, wait};

const CHECKS: &str =
    "  pre_sign_up: {function: \"arn:aws:lambda:us-west-2:$ACCOUNT:function:checks\", permission: external}\n";

/// A stack with something to lose of every kind.
fn base() -> String {
    format!(
        "name: acme
region: us-west-2
environment: test
termination_protection: true
pool:
  new:
    properties:
      UserPoolName: acme
      UsernameAttributes: [phone_number]
      UserPoolTier: ESSENTIALS
      DeletionProtection: ACTIVE
      MfaConfiguration: 'ON'
      EnabledMfas: [SMS_MFA, SOFTWARE_TOKEN_MFA]
      Schema: [{{Name: plan, AttributeDataType: String}}, {{Name: team, AttributeDataType: String}}]
triggers:
  custom_sms_sender: handler
{CHECKS}key: {{alias: alias/acme}}
function: {{architecture: x86_64, log_retention_days: 30, alarms: {{notify: \"arn:aws:sns:us-west-2:111122223333:ops\"}}}}
providers:
  sns: {{type: sns, sender_id: ACME}}
delivery:
  sms: {{countries: [US, CA], registered: [US], routes: [{{via: [sns]}}]}}
"
    )
}

/// The file with one text in place of another, which must be there.
#[track_caller]
fn with(from: &str, to: &str) -> String {
    let base = base();
    assert!(base.contains(from), "no {from}");
    base.replace(from, to)
}

impl Reviewed {
    /// What `diff` says as JSON to the reviewer, and with which code it ends.
    #[track_caller]
    fn plan(&self) -> (Value, Option<i32>) {
        let run = self.review(&["diff", "--exit-code", "--format", "json"]);
        let mut stacks: Value = serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("{run:?}"));
        (stacks[0].take(), run.code)
    }

    /// Expects these findings and no other; `apply` stops with 3 where one of them is open.
    #[track_caller]
    fn earns(&self, text: &str, wanted: &[&str]) {
        self.write(text);
        let (plan, code) = self.plan();
        let findings = plan["findings"].as_array().unwrap();
        let mut codes: Vec<&str> = findings.iter().map(|each| each["code"].as_str().unwrap()).collect();
        codes.sort_unstable();
        assert_eq!((codes.as_slice(), code), (wanted, Some(2)), "{text}\n{plan:#}");
        if findings.iter().any(|each| each["state"] == "open") {
            let shown = self.apply(3);
            assert!(shown.contains("nothing was changed"), "{shown}");
        }
    }
}

impl Acme {
    /// Changes the deployed template outside this tool.
    fn redeploy(&self, change: impl FnOnce(&mut Value)) {
        let mut template = self.template();
        change(&mut template["Resources"]);
        let update = self.cloudformation().update_stack().stack_name("acme");
        let update = update
            .template_body(template.to_string())
            .set_parameters(Some(super::kept_parameters()))
            .capabilities(Capability::CapabilityIam);
        wait(update.send()).unwrap();
        while self.status().as_deref() != Some("UPDATE_COMPLETE") {
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
    }
}

fn deployed() -> Reviewed {
    let acme = Reviewed::new();
    acme.write(&base());
    acme.apply(0);
    let (plan, code) = acme.plan();
    assert_eq!((&plan["findings"], code), (&json!([]), Some(0)), "{plan:#}");
    acme
}

#[test]
fn each_change_of_a_pool_earns_its_code() {
    let acme = deployed();
    let senders = "  custom_sms_sender: handler\n";
    let no_sender = ["alarm-removed", "key-removed", "queue-removed", "sender-removed"];
    let without_sender = |more: &[(&str, &str)]| {
        let text = with(senders, "");
        // What serves the sender goes with it.
        let (head, _) = text.split_once("key: ").unwrap();
        more.iter()
            .fold(head.to_owned(), |text, (from, to)| text.replace(from, to))
    };
    let without_sms = [
        ("'ON'", "'OFF'"),
        ("      EnabledMfas: [SMS_MFA, SOFTWARE_TOKEN_MFA]\n", ""),
    ];
    let no_sms = [
        &no_sender[..2],
        &["mfa-removed"],
        &no_sender[2..],
        &["sms-role-removed"],
    ]
    .concat();
    for (text, wanted) in [
        (
            with("UsernameAttributes: [phone_number]", "UsernameAttributes: [email]"),
            &["immutable-property"][..],
        ),
        (
            with(", {Name: team, AttributeDataType: String}", ""),
            &["schema-attribute-removed"],
        ),
        (
            with("DeletionProtection: ACTIVE", "DeletionProtection: INACTIVE"),
            &["deletion-protection-lowered"],
        ),
        (
            with("protection: true", "protection: false"),
            &["termination-protection-lowered"],
        ),
        (with("'ON'", "OPTIONAL"), &["mfa-removed"]),
        (with("[SMS_MFA, SOFTWARE_TOKEN_MFA]", "[SMS_MFA]"), &["mfa-removed"]),
        (with("ESSENTIALS", "LITE"), &["tier-lowered"]),
        (with("ESSENTIALS", "PLUS"), &["tier-raised"]),
        (with(CHECKS, ""), &["trigger-dropped"]),
        (
            with("function:checks", "function:others"),
            &["foreign-trigger-replaced"],
        ),
        (
            with(
                senders,
                &format!(
                    "{senders}  custom_email_sender: {{function: \"arn:aws:lambda:us-west-2:$ACCOUNT:function:mail\", decrypt: external, permission: external}}\n"
                ),
            ),
            &["sender-added"],
        ),
        (without_sender(&[]), &no_sender),
        (without_sender(&without_sms), &no_sms),
    ] {
        acme.earns(&text, wanted);
    }
    // A key that is there, so that nothing else is said of it.
    let kms = aws_sdk_kms::Client::new(&acme.workspace.sdk());
    let made = wait(kms.create_key().send()).unwrap();
    let key = format!("existing: \"{}\"", made.key_metadata().unwrap().arn().unwrap());
    acme.earns(&with("alias: alias/acme", &key), &["key-removed", "key-swapped"]);

    acme.write(&base());
    assert!(acme.apply(0).contains("nothing to do"));
}

#[test]
fn each_change_of_rights_and_of_what_is_kept_earns_its_code() {
    let acme = deployed();
    let secret = "arn:aws:secretsmanager:us-west-2:111122223333:secret:acme/twilio-AbCdEf";
    let twilio = format!(
        "  sns: {{type: sns, sender_id: ACME}}\n  twilio: {{type: twilio, messaging_service_sid: MG0123456789abcdef0123456789abcdef, secret: \"{secret}\"}}\n"
    );
    for (text, wanted) in [
        (
            with(
                "alias: alias/acme",
                "alias: alias/acme, grant_roles: [\"arn:aws:iam::111122223333:role/ops\"]",
            ),
            &["statement-broadened"][..],
        ),
        (
            with("sender_id: ACME", "sender_id: ACME, region: us-east-1"),
            &["provider-changed", "statement-broadened"],
        ),
        (
            with("  sns: {type: sns, sender_id: ACME}\n", &twilio).replace("[{via: [sns]}]", "[{via: [twilio, sns]}]"),
            &["route-changed", "statement-added"],
        ),
        (
            with("log_retention_days: 30", "log_retention_days: 7"),
            &["retention-lowered"],
        ),
        (
            with(", alarms: {notify: \"arn:aws:sns:us-west-2:111122223333:ops\"}", ""),
            &["alarm-removed"],
        ),
    ] {
        acme.earns(&text, wanted);
    }
    // What the template of today has no word for was deployed by another one.
    acme.redeploy(|resources| {
        resources["FunctionPermission"]["Properties"]["EventSourceToken"] = json!("x");
    });
    acme.earns(&base(), &["permission-broadened"]);
    acme.redeploy(|resources| {
        resources["FunctionPermission"]["Properties"]
            .as_object_mut()
            .unwrap()
            .shift_remove("EventSourceToken");
        resources["DeadLetterQueue"]["Properties"]["MessageRetentionPeriod"] = json!(1_209_600);
        let decrypt = &mut resources["DecryptPolicy"]["Properties"]["PolicyDocument"]["Statement"][0];
        decrypt["Condition"]["Bool"] = json!({"aws:SecureTransport": "true"});
    });
    acme.earns(&base(), &["retention-lowered", "statement-broadened"]);
}

#[test]
fn each_change_of_the_code_earns_its_code() {
    let acme = deployed();
    let more = with("countries: [US, CA]", "countries: [US, CA, DE]");
    acme.earns(&more, &["countries-widened"]);
    insta::assert_snapshot!("delivery_shown", acme.diff());
    for (text, wanted) in [
        (
            with("countries: [US, CA]", "countries: any"),
            &["countries-widened"][..],
        ),
        (with("countries: [US, CA]", "countries: [US]"), &[]),
        (
            with("[{via: [sns]}]", "[{countries: [US], via: [sns]}, {via: [sns]}]"),
            &["route-changed"],
        ),
        (
            with(
                "[{via: [sns]}]",
                "[{purposes: [AdminCreateUser], via: none}, {via: [sns]}]",
            ),
            &["messages-declined"],
        ),
        (with("sender_id: ACME", "sender_id: OTHER"), &["provider-changed"]),
    ] {
        acme.earns(&text, wanted);
    }
    let (plan, _) = acme.plan();
    assert_eq!(plan["delivery"]["handler_changes"], json!(false), "{plan:#}");

    // Other sources, a function that somebody gave other code, and a zip that is gone.
    let narrow = with("countries: [US, CA]", "countries: [US]");
    acme.workspace.file(
        "handler/src/main.rs",
        "fn main() {\n    loop {\n        std::thread::park();\n    }\n}\n",
    );
    acme.earns(&narrow, &["handler-changed"]);
    let functions = aws_sdk_lambda::Client::new(&acme.workspace.sdk());
    let name = acme.output("FunctionName");
    let zip = aws_sdk_lambda::primitives::Blob::new(crate::support::aws::echo_zip());
    wait(
        functions
            .update_function_code()
            .function_name(&name)
            .zip_file(zip)
            .send(),
    )
    .unwrap();
    acme.earns(&narrow, &["code-changed-outside", "handler-changed"]);
    let zip = s3(&acme.workspace.sdk()).delete_object().bucket(acme.bucket_name());
    let zip = zip
        .key(&acme.zips()[0])
        .version_id(acme.parameter("HandlerObjectVersion"));
    wait(zip.send()).unwrap();
    acme.earns(&narrow, &["code-changed-outside", "delivery-unread"]);
    let shown = acme.diff();
    assert!(
        shown.contains("delivery and messages: what is deployed cannot be read (`deployer-assets-"),
        "{shown}"
    );
}

/// Warnings stop nothing.
#[test]
fn a_change_with_nothing_but_warnings_is_applied() {
    let acme = deployed();
    let text = with("ESSENTIALS", "PLUS")
        .replace("sender_id: ACME", "sender_id: OTHER")
        .replace("[{via: [sns]}]", "[{countries: [US], via: [sns]}, {via: [sns]}]")
        .replace(", alarms: {notify: \"arn:aws:sns:us-west-2:111122223333:ops\"}", "");
    acme.earns(
        &text,
        &["alarm-removed", "provider-changed", "route-changed", "tier-raised"],
    );
    let shown = acme.apply(0);
    assert!(shown.contains("warning [tier-raised] Pool.UserPoolTier:"), "{shown}");
    let (plan, code) = acme.plan();
    assert_eq!((&plan["findings"], code), (&json!([]), Some(0)), "{plan:#}");
}
