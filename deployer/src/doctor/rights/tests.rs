#![expect(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that is not as it should be"
)]

use std::collections::BTreeSet;
use std::path::Path;

use super::By::Caller;
use super::*;
use crate::doctor::kit::{denied, told};
use crate::finding::Source;
use crate::spec::load;

const OWN: &str = "name: acme
region: us-west-2
environment: test
cloudformation_role: arn:aws:iam::111122223333:role/cfn
pool: {new: {properties: {UserPoolName: acme, UsernameAttributes: [phone_number]}}}
triggers: {custom_sms_sender: handler}
providers: {sns: {type: sns}}
delivery: {sms: {countries: [US], registered: [US], routes: [{via: [sns]}]}}
";

fn rows(text: &str) -> Vec<Asked> {
    let source = Source::new("acme.yaml", text);
    let stack = load(&[source]).unwrap().stacks.pop().unwrap();
    let model = Model::of(&stack, None);
    let names = Names {
        partition: "aws",
        account: "111122223333",
        bucket: "zips",
        pool: None,
        key: None,
        sms_role: Some("arn:aws:iam::111122223333:role/sms"),
    };
    asked(&stack, &model, &names)
}

fn has(rows: &[Asked], by: By, action: &str) -> bool {
    rows.iter().any(|row| row.by == by && row.actions.contains(&action))
}

#[test]
fn who_updates_the_pool_makes_the_grant() {
    let own = rows(OWN);
    assert!(has(&own, CloudFormation, "kms:CreateGrant") && !has(&own, Caller, "kms:CreateGrant"));
    assert!(has(&own, Caller, "iam:PassRole") && has(&own, CloudFormation, "iam:PassRole"));
    let pool = "pool: {new: {properties: {UserPoolName: acme, UsernameAttributes: [phone_number]}}}";
    let existing = rows(&OWN.replace(pool, "pool: {existing: us-west-2_AbCdEf123}"));
    assert!(has(&existing, Caller, "kms:CreateGrant") && !has(&existing, CloudFormation, "kms:CreateGrant"));
    assert!(has(&existing, Caller, "cognito-idp:UpdateUserPool"));
    assert!(!has(&existing, CloudFormation, "cognito-idp:UpdateUserPool"));
    let of_the_pool: Vec<&Asked> = existing
        .iter()
        .filter(|row| row.resource.ends_with(":role/sms"))
        .collect();
    let looked = of_the_pool.iter().find(|row| row.task == Look).unwrap();
    assert_eq!(looked.actions, ["iam:GetRole", "iam:SimulatePrincipalPolicy"]);
    let passed = of_the_pool.iter().find(|row| row.task != Look).unwrap();
    assert_eq!(
        (passed.task, passed.passed_to),
        (Attach, Some("cognito-idp.amazonaws.com"))
    );
    assert!(own.iter().all(|row| !row.resource.contains('$')), "{own:?}");
}

/// What the calls of this program name as their rights, from their own sources.
#[test]
fn every_call_has_its_row() {
    // Nobody needs a right to ask who they are; the others are asked by `doctor` alone, which says so where it may not.
    let spared = [
        "sts:GetCallerIdentity",
        "cloudformation:DescribeType",
        "ses:GetAccount",
        "ses:GetEmailIdentity",
        "sns:GetSMSSandboxAccountStatus",
        "sns:GetSMSAttributes",
        "sms-voice:DescribeAccountAttributes",
        "sms-voice:DescribeSpendLimits",
        "secretsmanager:GetSecretValue",
        "ssm:GetParameter",
    ];
    let listed: BTreeSet<&str> = table().flat_map(|row| row.actions).copied().collect();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/aws");
    let mut found = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap();
        for word in code.split('"') {
            let Some((service, name)) = word.split_once(':') else {
                continue;
            };
            let lower = |text: &str| {
                text.bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
            };
            let camel = name.bytes().all(|byte| byte.is_ascii_alphanumeric())
                && name.starts_with(|first: char| first.is_ascii_uppercase());
            if service.is_empty() || !lower(service) || !camel || name.len() < 4 {
                continue;
            }
            found += 1;
            assert!(listed.contains(word) || spared.contains(&word), "{word} has no row");
        }
    }
    assert!(found > 40, "{found}");
}

fn answers(rows: &[Asked], decide: impl Fn(&str) -> Option<Decision>) -> Vec<Told> {
    let each = |row: &Asked| {
        let row = row.clone();
        let decide = &decide;
        row.actions
            .iter()
            .map(move |action| Told {
                action: (*action).to_owned(),
                asked: row.clone(),
                decision: decide(action).map(|decision| Simulated {
                    decision,
                    missing_context: Vec::new(),
                }),
            })
            .collect::<Vec<_>>()
    };
    rows.iter().flat_map(each).collect()
}

#[test]
fn a_right_that_is_missing_is_named() {
    let rows: Vec<Asked> = rows(OWN)
        .into_iter()
        .filter(|row| row.by == CloudFormation && row.resource.contains(":key/"))
        .collect();
    let of = |decide: &dyn Fn(&str) -> Option<Decision>, unasked: Option<&Unasked>| {
        told(&verdicts(CloudFormation, &answers(&rows, decide), None, unasked)).concat()
    };
    let count: usize = rows.iter().map(|row| row.actions.len()).sum();
    assert_eq!(
        of(&|_| Some(Decision::Allowed), None),
        format!("ok rights-apply: cloudformation: its own policies allow all {count}")
    );
    let deny = |denied: &'static str| {
        move |action: &str| {
            Some(if action == denied {
                Decision::ImplicitDeny
            } else {
                Decision::Allowed
            })
        }
    };
    assert_eq!(
        of(&deny("kms:CreateGrant"), None),
        "fail rights-apply: cloudformation may not: kms:CreateGrant on arn:aws:kms:us-west-2:111122223333:key/*"
    );
    // A schema lists it, and perhaps nobody uses it.
    assert!(
        of(&deny("kms:ReEncryptTo"), None).starts_with("warn rights-apply: cloudformation may not: kms:ReEncryptTo")
    );
    assert!(
        of(&|_| None, Some(&Unasked::Principal))
            .starts_with("warn rights: cloudformation: not checked: IAM simulates users and roles only")
    );
    let refused: AwsError = denied::<()>("iam:SimulatePrincipalPolicy").unwrap_err();
    assert!(
        of(&|_| None, Some(&Unasked::Refused(refused)))
            .starts_with("warn rights: cloudformation: not checked: iam:SimulatePrincipalPolicy: no")
    );
}
