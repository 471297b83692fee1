#![expect(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that is not as it should be"
)]

use super::*;

const ROLE: &str = "arn:aws:iam::111122223333:role/service-role/acme-sms";
const POOL: &str = "arn:aws:cognito-idp:us-west-2:111122223333:userpool/us-west-2_a";

fn role(sms: &Value, failure: &str) -> Option<SmsRole> {
    let pool = json!({ "Arn": POOL, "SmsConfiguration": sms, "SmsConfigurationFailure": failure });
    SmsRole::of(pool.as_object().unwrap())
}

fn sns() -> SmsRole {
    role(
        &json!({ "SnsCallerArn": ROLE, "ExternalId": "acme", "SnsRegion": "us-east-1" }),
        "",
    )
    .unwrap()
}

fn there(statement: &Value) -> RoleSeen {
    RoleSeen::There(RoleState {
        arn: ROLE.to_owned(),
        trust: json!({ "Statement": statement }),
    })
}

fn trusting(condition: &Value) -> RoleSeen {
    there(&json!({
        "Effect": "Allow", "Principal": { "Service": COGNITO }, "Action": "sts:AssumeRole", "Condition": condition,
    }))
}

fn told(decision: Decision, missing: &[&str]) -> RightSeen {
    RightSeen::Told(Simulated {
        decision,
        missing_context: missing.iter().map(|key| (*key).to_owned()).collect(),
    })
}

/// The codes, and the first message.
fn said(findings: &[Finding]) -> (Vec<Code>, &str) {
    let codes = findings.iter().map(|finding| finding.code).collect();
    (codes, findings.first().map_or("", |finding| &finding.message))
}

#[test]
fn a_pool_names_its_role_in_one_of_two_places() {
    for none in [
        json!(null),
        json!({}),
        json!({ "SnsCallerArn": "" }),
        json!({ "EumsSms": {} }),
    ] {
        assert_eq!(role(&none, ""), None);
    }
    assert_eq!(SmsRole::of(&Map::new()), None);
    let sns = sns();
    assert_eq!(
        (sns.arn.as_str(), sns.action, sns.resource.as_str()),
        (ROLE, "sns:Publish", "*")
    );
    assert_eq!(sns.region.as_deref(), Some("us-east-1"));
    let number = "arn:aws:sms-voice:us-west-2:111122223333:phone-number/p1";
    for (identity, resource) in [(number, number), ("+12065550100", "*"), ("", "*")] {
        let eums = role(
            &json!({ "EumsSms": { "CallerArn": ROLE, "ExternalId": "x", "OriginationIdentity": identity } }),
            "",
        );
        let eums = eums.unwrap();
        assert_eq!(
            (eums.action, eums.resource.as_str()),
            ("sms-voice:SendTextMessage", resource)
        );
        assert!(eums.is_near());
    }
    let far = role(&json!({ "SnsCallerArn": "arn:aws:iam::444455556666:role/r" }), "").unwrap();
    assert!(!far.is_near());
}

#[test]
fn the_trust_must_let_cognito_in_for_this_pool() {
    let fine = told(Decision::Allowed, &[]);
    for (trust, code, words) in [
        (
            trusting(&json!({ "StringEquals": { "sts:ExternalId": "acme" } })),
            None,
            "",
        ),
        (
            trusting(&json!({
                "StringEquals": { "sts:ExternalId": "acme", "aws:SourceAccount": "111122223333" },
                "ArnLike": { "aws:SourceArn": POOL },
            })),
            None,
            "",
        ),
        (trusting(&json!({})), None, ""),
        (
            trusting(&json!({ "StringEquals": { "sts:ExternalId": "other" } })),
            Some(Code::SmsRoleDead),
            "sts:ExternalId is `acme` for this pool, and its trust policy asks for another",
        ),
        (
            trusting(&json!({ "ArnLike": { "aws:SourceArn": "arn:aws:cognito-idp:*:*:userpool/us-west-2_b" } })),
            Some(Code::SmsRoleDead),
            "aws:SourceArn is `arn:aws:cognito-idp:us-west-2:111122223333:userpool/us-west-2_a`",
        ),
        (
            trusting(&json!({ "StringEquals": { "aws:SourceAccount": "444455556666" } })),
            Some(Code::SmsRoleDead),
            "aws:SourceAccount is `111122223333`",
        ),
        (
            trusting(&json!({ "StringEquals": { "aws:SourceOrgID": "o-1" } })),
            Some(Code::SmsRoleUnchecked),
            "asks for aws:SourceOrgID",
        ),
        (
            there(&json!([])),
            Some(Code::SmsRoleDead),
            "does not let cognito-idp.amazonaws.com take it on",
        ),
        (
            there(&json!({ "Effect": "Deny", "Principal": "*", "Action": "*" })),
            Some(Code::SmsRoleDead),
            "forbids cognito-idp.amazonaws.com to take it on",
        ),
        (RoleSeen::Gone, Some(Code::SmsRoleDead), "but it is not there"),
        (
            RoleSeen::There(RoleState {
                arn: "arn:aws:iam::111122223333:role/acme-sms".to_owned(),
                trust: json!({}),
            }),
            Some(Code::SmsRoleDead),
            "the role of that name is arn:aws:iam::111122223333:role/acme-sms",
        ),
        (
            RoleSeen::Unread("iam:GetRole"),
            Some(Code::SmsRoleUnchecked),
            "no right to iam:GetRole",
        ),
    ] {
        let findings = sns().findings(&trust, Some(&fine));
        let (codes, message) = said(&findings);
        assert_eq!(codes, Vec::from_iter(code), "{trust:?}");
        assert!(message.contains(words), "{message}");
    }
    // A trust that asks for an external id lets no pool in that has none.
    let without = role(&json!({ "SnsCallerArn": ROLE }), "").unwrap();
    let findings = without.findings(
        &trusting(&json!({ "StringEquals": { "sts:ExternalId": "acme" } })),
        None,
    );
    assert!(
        said(&findings).1.contains("this pool has no sts:ExternalId"),
        "{findings:?}"
    );
}

#[test]
fn the_role_must_be_allowed_to_send() {
    let eums = role(
        &json!({ "EumsSms": { "CallerArn": ROLE, "OriginationIdentity": "+12065550100" } }),
        "",
    )
    .unwrap();
    let open = trusting(&json!({}));
    for (role, right, code) in [
        (sns(), told(Decision::Allowed, &["aws:Else"]), None),
        (sns(), told(Decision::ImplicitDeny, &[]), Some(Code::SmsRoleDead)),
        (
            sns(),
            told(Decision::ExplicitDeny, &["aws:Else"]),
            Some(Code::SmsRoleDead),
        ),
        (
            sns(),
            told(Decision::ImplicitDeny, &["aws:Else"]),
            Some(Code::SmsRoleUnchecked),
        ),
        (
            sns(),
            RightSeen::Unread("iam:SimulatePrincipalPolicy"),
            Some(Code::SmsRoleUnchecked),
        ),
        // By which number it may send, IAM would have to be asked by the number's ARN.
        (
            eums.clone(),
            told(Decision::ImplicitDeny, &[]),
            Some(Code::SmsRoleUnchecked),
        ),
        (eums, told(Decision::ExplicitDeny, &[]), Some(Code::SmsRoleDead)),
    ] {
        let findings = role.findings(&open, Some(&right));
        assert_eq!(said(&findings).0, Vec::from_iter(code), "{right:?}");
    }
}

#[test]
fn the_pools_own_word_counts_where_nothing_else_is_known() {
    let failing = role(
        &json!({ "SnsCallerArn": ROLE }),
        "InvalidSmsRoleTrustRelationshipException,SNSSandbox",
    )
    .unwrap();
    let (open, fine) = (trusting(&json!({})), told(Decision::Allowed, &[]));
    for (seen, codes) in [
        (&RoleSeen::Unread("iam:GetRole"), vec![Code::SmsRoleDead]),
        (&open, vec![Code::SmsRoleUnchecked]),
        (&RoleSeen::Gone, vec![Code::SmsRoleDead]),
    ] {
        assert_eq!(said(&failing.findings(seen, Some(&fine))).0, codes, "{seen:?}");
    }
    // Whom the account may text while SNS keeps it in its sandbox is not a matter of updates.
    let sandbox = role(&json!({ "SnsCallerArn": ROLE }), "SNSSandbox").unwrap();
    assert_eq!(sandbox.findings(&open, Some(&fine)), []);
}

#[test]
fn a_finding_says_how_to_mend_it() {
    let it_is = role(&json!({ "SnsCallerArn": ROLE, "ExternalId": "it's" }), "").unwrap();
    let finding = it_is.findings(&RoleSeen::Gone, None).remove(0);
    assert_eq!(
        (finding.resource.as_deref(), finding.to.as_deref()),
        (Some(RESOURCE), Some(ROLE))
    );
    assert_eq!(
        finding.hints,
        [
            r#"make it again: aws iam create-role --path /service-role/ --role-name acme-sms --assume-role-policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"cognito-idp.amazonaws.com"},"Action":"sts:AssumeRole","Condition":{"StringEquals":{"sts:ExternalId":"it'\''s","aws:SourceAccount":"111122223333"},"ArnLike":{"aws:SourceArn":"arn:aws:cognito-idp:us-west-2:111122223333:userpool/us-west-2_a"}}}]}'"#,
            r#"then: aws iam put-role-policy --role-name acme-sms --policy-name Publish --policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sns:Publish","Resource":"*"}]}'"#,
        ]
    );
    // The statement that is printed is one that the check takes.
    let mended = there(&it_is.trust_statement());
    assert_eq!(it_is.findings(&mended, None), []);
}

#[test]
fn an_identity_that_ses_refuses_is_named() {
    let pool = json!({
        "EmailConfiguration": { "SourceArn": "arn:i" }, "EmailConfigurationFailure": "EmailSenderFailed",
    });
    let finding = email_finding(pool.as_object().unwrap()).unwrap();
    assert_eq!(
        finding.message,
        "the pool says `EmailSenderFailed` of the e-mail identity arn:i"
    );
    assert_eq!(email_finding(&Map::new()), None);
}
