//! `doctor` on a healthy stack and on sick ones.

mod policies;

use serde_json::{Value, json};

use super::{Acme, sender};
use crate::support::aws::wait;
use crate::support::cli::{Run, Workspace};
use crate::support::documented::as_documented;
use crate::support::http;
use crate::support::ministack::Ministack;
use crate::support::proxy::Proxy;

impl Acme {
    #[track_caller]
    fn doctor(&self, code: i32) -> Run {
        self.workspace.run(&["doctor"]).expect(code)
    }

    /// Every check with its level and what was found, of all groups.
    #[track_caller]
    fn checks(&self, code: i32) -> Vec<(String, String, String)> {
        let run = self.workspace.run(&["doctor", "--format", "json"]).expect(code);
        let groups: Value = serde_json::from_str(&run.stdout).unwrap();
        let groups = groups.as_array().unwrap().clone();
        let text = |check: &Value, name: &str| check[name].as_str().unwrap().to_owned();
        groups
            .iter()
            .flat_map(|group| group["checks"].as_array().unwrap().clone())
            .map(|check| (text(&check, "check"), text(&check, "level"), text(&check, "found")))
            .collect()
    }

    fn url(&self) -> String {
        self.output("DeadLetterQueueUrl")
    }
}

/// The only check of this name.
#[track_caller]
fn one<'a>(checks: &'a [(String, String, String)], name: &str) -> (&'a str, &'a str) {
    let mut of = checks.iter().filter(|(check, ..)| check == name);
    let (_, level, found) = of.next().unwrap_or_else(|| panic!("no {name} in {checks:#?}"));
    assert!(of.next().is_none(), "{checks:#?}");
    (level, found)
}

/// Compilers differ from machine to machine.
fn stable(run: &Run) -> String {
    let text = run.snapshot();
    let lines = text.lines().map(|line| match line.split_once(" builds for ") {
        Some((before, _)) => format!(
            "{} builds for …",
            before
                .trim_end_matches("cargo-lambda")
                .trim_end_matches("cargo-zigbuild")
        ),
        None => line.to_owned(),
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_healthy_stack_is_ok_or_honestly_not_checked() {
    let acme = Acme::new();
    insta::assert_snapshot!("doctor_not_deployed", stable(&acme.doctor(0)));
    acme.apply(0);
    insta::assert_snapshot!("doctor_healthy", stable(&acme.doctor(0)));
    let json = acme.workspace.run(&["doctor", "--format", "json"]).expect(0);
    as_documented("doctor", &json.stdout);
    // What no test can be asked of the emulator is said to be not checked, and nothing else is wrong.
    for (check, level, found) in acme.checks(0) {
        let told = found.contains("not checked") || ["credentials", "grant"].contains(&check.as_str());
        assert!(level == "ok" || (level == "warn" && told), "{check} {level}: {found}");
    }
    // It changed nothing.
    assert!(acme.apply(0).contains("nothing to do") || acme.diff().contains("nothing to do"));
}

#[test]
fn what_is_sick_is_named_with_what_to_do() {
    let acme = Acme::new();
    acme.apply(0);
    let kms = aws_sdk_kms::Client::new(&acme.workspace.sdk());
    wait(kms.disable_key().key_id(acme.output("KeyArn")).send()).unwrap();
    let lambda = aws_sdk_lambda::Client::new(&acme.workspace.sdk());
    let function = acme.output("FunctionName");
    let policy = wait(lambda.get_policy().function_name(&function).send()).unwrap();
    let policy: Value = serde_json::from_str(policy.policy().unwrap()).unwrap();
    let id = policy["Statement"][0]["Sid"].as_str().unwrap().to_owned();
    wait(
        lambda
            .remove_permission()
            .function_name(&function)
            .statement_id(id)
            .send(),
    )
    .unwrap();
    let sqs = aws_sdk_sqs::Client::new(&acme.workspace.sdk());
    wait(sqs.send_message().queue_url(acme.url()).message_body("{}").send()).unwrap();

    let checks = acme.checks(1);
    assert_eq!(one(&checks, "key").0, "fail");
    assert!(one(&checks, "key").1.starts_with("Disabled"), "{checks:?}");
    assert_eq!(one(&checks, "permission").0, "fail");
    assert_eq!(
        one(&checks, "queue"),
        ("warn", "1 failed event: messages that nobody got")
    );
    let run = acme.doctor(1);
    insta::assert_snapshot!("doctor_sick", stable(&run));
    let shown = run.stdout;
    for next in [
        "next: aws kms enable-key --key-id ",
        "next: aws lambda add-permission --function-name ",
        "next: deployer redrive stacks/acme.yaml",
    ] {
        assert!(shown.contains(next), "{shown}");
    }
}

#[test]
fn a_secret_is_known_by_its_members_alone() {
    let acme = Acme::new();
    let secret = |name: &str, value: &str| {
        let body = json!({ "Name": name, "SecretString": value }).to_string();
        let answer = call(&acme, "secretsmanager", "secretsmanager.CreateSecret", &body);
        answer["ARN"].as_str().unwrap().to_owned()
    };
    let good = secret("good", r#"{"account_sid":"hunter2","auth_token":"hunter2"}"#);
    let bad = secret("bad", r#"{"hunter2":"hunter2"}"#);
    let with = |arn: &str| {
        let twilio = "twilio: {type: twilio, messaging_service_sid: MG0123456789abcdef0123456789abcdef, secret: ";
        sender()
            .replace("  sns: {type: sns}", &format!("  {twilio}\"{arn}\"}}"))
            .replace("via: [sns]", "via: [twilio]")
    };
    acme.write(&with(&good));
    assert_eq!(one(&acme.checks(0), "secret").0, "ok");
    acme.write(&with(&bad));
    let shown = acme.doctor(1).stdout;
    assert!(shown.contains("twilio: bad-"), "{shown}");
    assert!(shown.contains("has no text in account_sid"), "{shown}");
    assert!(!shown.contains("hunter2"), "{shown}");
    acme.write(&with(&good.replace("good", "gone")));
    assert!(one(&acme.checks(1), "secret").1.contains("there is no arn:"));
}

/// SES answers at an address of its own, as the environment says.
#[test]
fn ses_is_asked_at_its_own_address() {
    let proxy = Proxy::before(Ministack::shared().address());
    let workspace = Workspace::offline()
        .at(Ministack::shared().endpoint())
        .env("AWS_ENDPOINT_URL_SESV2", proxy.endpoint());
    let acme = Acme::on(workspace);
    let stack = sender()
        .replace("custom_sms_sender", "custom_email_sender")
        .replace("[phone_number]", "[email]")
        .replace("sns: {type: sns}", "ses: {type: ses, from: no-reply@acme.example}");
    let (head, _) = stack.split_once("delivery:").unwrap();
    acme.write(&format!("{head}delivery: {{email: {{via: [ses]}}}}\n"));
    let checks = acme.checks(1);
    assert_eq!(one(&checks, "ses"), ("ok", "SES in us-west-2 sends to everybody"));
    assert_eq!(
        one(&checks, "ses-identity"),
        ("fail", "SES in us-west-2 knows no identity no-reply@acme.example")
    );
    assert!(
        proxy.calls().iter().any(|call| call.contains("/v2/email/account")),
        "{:?}",
        proxy.calls()
    );
}

#[test]
fn bad_credentials_and_a_wrong_account_are_told_first() {
    let acme = Acme::with_bucket(Workspace::online());
    acme.write(&sender().replace("region:", "account: \"444455556666\"\nregion:"));
    let checks = acme.checks(1);
    assert_eq!(one(&checks, "account").0, "fail");
    assert!(
        !checks
            .iter()
            .any(|(check, ..)| check == "key" || check == "rights-apply"),
        "{checks:?}"
    );
    let proxy = Proxy::before(Ministack::shared().address());
    let acme = Acme::with_bucket(Workspace::online());
    let workspace = acme.workspace.at(proxy.endpoint());
    proxy.refuse(
        "GetCallerIdentity",
        403,
        "ExpiredToken",
        "The security token is expired",
    );
    let run = workspace.run(&["doctor"]).expect(1);
    assert!(run.stdout.contains("fail  credentials"), "{}", run.stdout);
    assert_eq!(proxy.count("DescribeStacks"), 0);
}

/// A pool that stays outside the stack is looked at before anything is deployed.
#[test]
fn an_existing_pool_is_looked_at_before_it_is_attached_to() {
    let acme = Acme::with_bucket(Workspace::online().with_live_pools());
    let account = acme.workspace.account().to_owned();
    let foreign = format!("arn:aws:lambda:us-west-2:{account}:function:checks");
    let pools = acme.workspace.live_pools();
    let id = pools.create(&json!({
        "PoolName": "acme",
        "UserPoolTier": "LITE",
        "LambdaConfig": { "PreSignUp": foreign },
        "EmailConfiguration": {
            "EmailSendingAccount": "DEVELOPER",
            "SourceArn": format!("arn:aws:ses:us-west-2:{account}:identity/acme.example"),
        },
    }));
    let existing = format!("  existing: {id}\n  email_sending: cognito_default\n");
    let text = sender();
    let (before, rest) = text.split_once("  new:\n").unwrap();
    let (_, after) = rest.split_once("triggers:\n").unwrap();
    let claims = format!("  pre_token_generation: {{function: \"{foreign}\", version: V2_0, permission: external}}\n");
    acme.write(&format!("{before}{existing}triggers:\n{claims}{after}"));
    let checks = acme.checks(1);
    for (check, level, found) in [
        (
            "tier",
            "fail",
            "the pool is LITE, which lacks PreTokenGenerationConfig V2_0",
        ),
        (
            "email-sending",
            "fail",
            "declared is COGNITO_DEFAULT, and the pool sends by DEVELOPER",
        ),
        ("ses", "ok", "SES in us-west-2 sends to everybody"),
        (
            "ses-identity",
            "fail",
            "SES in us-west-2 knows no identity acme.example",
        ),
    ] {
        assert_eq!(one(&checks, check), (level, found));
    }
    let (level, found) = one(&checks, "permission");
    assert!(
        level == "fail" && found.starts_with("PreSignUp: the policy of "),
        "{found}"
    );
}

/// The rights of a role that somebody took on, and of the one that CloudFormation takes on.
#[test]
fn a_role_s_rights_are_asked_of_iam() {
    let acme = Acme::new();
    let (account, iam) = (acme.workspace.account().to_owned(), acme.workspace.sdk());
    let iam = aws_sdk_iam::Client::new(&iam);
    let trust = json!({ "Version": "2012-10-17", "Statement": [] }).to_string();
    wait(
        iam.create_role()
            .role_name("cfn")
            .assume_role_policy_document(trust)
            .send(),
    )
    .unwrap();
    let policy = |denied: &str| {
        json!({ "Version": "2012-10-17", "Statement": [
            { "Effect": "Allow", "Action": "*", "Resource": "*" },
            { "Effect": "Deny", "Action": denied, "Resource": "*" },
        ] })
        .to_string()
    };
    let put = |denied: &str| {
        let put = iam.put_role_policy().role_name("cfn").policy_name("all");
        wait(put.policy_document(policy(denied)).send()).unwrap();
    };
    acme.write(&sender().replace(
        "environment:",
        &format!("cloudformation_role: arn:aws:iam::{account}:role/cfn\nenvironment:"),
    ));
    let apply = |code: i32| {
        let checks = acme.checks(code);
        let of = checks
            .into_iter()
            .filter(|(check, _, found)| check == "rights-apply" && found.starts_with("cloudformation"));
        of.map(|(_, level, found)| (level, found)).next().unwrap()
    };
    put("nothing:Nothing");
    let (level, found) = apply(0);
    assert_eq!(level, "ok", "{found}");
    put("kms:CreateGrant");
    let (level, found) = apply(1);
    assert_eq!(level, "fail");
    assert!(
        found.starts_with("cloudformation may not: kms:CreateGrant on arn:aws:kms:us-west-2:"),
        "{found}"
    );
}

/// Calls a JSON service that the tests have no client of.
#[track_caller]
fn call(acme: &Acme, service: &str, target: &str, body: &str) -> Value {
    let account = acme.workspace.account();
    let scope = format!("{account}/20260101/us-west-2/{service}/aws4_request");
    let authorization = format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0");
    let headers = [
        ("x-amz-target", target),
        ("content-type", "application/x-amz-json-1.1"),
        ("authorization", &authorization),
    ];
    let address = Ministack::shared().address();
    let (status, answer) = http::exchange_with(address, "POST /", &headers, body.as_bytes()).unwrap();
    assert_eq!(status, 200, "{}", String::from_utf8_lossy(&answer));
    serde_json::from_slice(&answer).unwrap()
}
