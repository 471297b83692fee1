#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test stops at the first thing that is not as it should be"
)]

use proptest::prelude::*;
use serde_json::json;

use super::*;

fn map(value: &Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap_or_default()
}

fn of(pool: &Value, mfa: &Value) -> Adopted {
    adopted(&LivePool {
        pool: map(pool),
        mfa: map(mfa),
    })
}

fn left_out(adopted: &Adopted) -> Vec<&str> {
    adopted.left_out.iter().map(|left| left.member.as_str()).collect()
}

#[test]
fn every_property_of_the_schema_has_a_source() {
    let schema: Value = serde_json::from_str(include_str!("../../../spec/aws-cognito-userpool.json")).unwrap();
    let mut wanted: Vec<&str> = schema["properties"]
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    let apart = ["LambdaConfig", "Arn", "ProviderName", "ProviderURL", "UserPoolId"];
    let mut found: Vec<&str> = PROPERTIES.iter().map(|(name, _)| *name).chain(apart).collect();
    wanted.sort_unstable();
    found.sort_unstable();
    assert_eq!(found, wanted);
}

fn check(pool: &Value, mfa: &Value, wanted: &Value) {
    let found = of(pool, mfa);
    assert_eq!(&Value::Object(found.properties.clone()), wanted, "{pool}");
    assert_eq!(left_out(&found), Vec::<&str>::new(), "{pool}");
}

#[test]
fn each_member_of_the_pool_becomes_its_property() {
    let template = json!({ "DefaultEmailOption": "CONFIRM_WITH_CODE", "SmsMessage": "new {####}" });
    let days = json!({ "PasswordPolicy": { "TemporaryPasswordValidityDays": 3 } });
    let unused = json!({ "AllowAdminCreateUserOnly": false, "UnusedAccountValidityDays": 7 });
    let same = |value: Value| (value.clone(), value);
    let table = [
        (json!({ "Name": "acme" }), json!({ "UserPoolName": "acme" })),
        same(json!({ "UserPoolTier": "PLUS" })),
        same(json!({ "UsernameConfiguration": { "CaseSensitive": false } })),
        same(json!({ "DeviceConfiguration": {} })),
        same(json!({ "AdminCreateUserConfig": unused })),
        (
            json!({ "AdminCreateUserConfig": unused, "Policies": days }),
            json!({ "AdminCreateUserConfig": { "AllowAdminCreateUserOnly": false }, "Policies": days }),
        ),
        // What says nothing is not said.
        (json!({ "UsernameAttributes": [], "SchemaAttributes": [] }), json!({})),
        (
            json!({ "SmsVerificationMessage": "", "UserPoolAddOns": null }),
            json!({}),
        ),
        (json!({ "SmsConfiguration": {} }), json!({})),
        (
            json!({ "AccountRecoverySetting": { "RecoveryMechanisms": [] } }),
            json!({}),
        ),
        (
            json!({ "Id": "us-west-2_A", "Domain": "acme", "EstimatedNumberOfUsers": 7 }),
            json!({}),
        ),
        // Tags of AWS's own cannot be set.
        (
            json!({ "UserPoolTags": { "team": "", "aws:cloudformation:stack-name": "old" } }),
            json!({ "UserPoolTags": { "team": "" } }),
        ),
        (
            json!({ "UserPoolTags": { "aws:cloudformation:stack-name": "old" } }),
            json!({}),
        ),
        // The older members count where the newer say nothing.
        same(json!({ "SmsVerificationMessage": "old {####}", "EmailVerificationSubject": "Code" })),
        (
            json!({ "SmsVerificationMessage": "new {####}", "VerificationMessageTemplate": template }),
            json!({ "VerificationMessageTemplate": template }),
        ),
        (
            json!({ "SchemaAttributes": [{ "Name": "custom:plan", "AttributeDataType": "String" }] }),
            json!({ "Schema": [{ "Name": "plan", "AttributeDataType": "String" }] }),
        ),
    ];
    for (pool, wanted) in table {
        check(&pool, &json!({}), &wanted);
    }
}

#[test]
fn factors_come_from_the_mfa_settings() {
    let sms = json!({ "SnsCallerArn": "arn:r" });
    let off = json!({ "MfaConfiguration": "OFF" });
    check(&off, &off, &off);
    // With MFA off CloudFormation takes no factor, also where one is ready.
    check(
        &off,
        &json!({ "SmsMfaConfiguration": { "SmsConfiguration": sms } }),
        &json!({ "MfaConfiguration": "OFF", "SmsConfiguration": sms }),
    );
    check(
        &json!({ "MfaConfiguration": "ON" }),
        &json!({ "SoftwareTokenMfaConfiguration": { "Enabled": false }, "EmailMfaConfiguration": {} }),
        &json!({ "MfaConfiguration": "ON", "EnabledMfas": ["EMAIL_OTP"] }),
    );
    check(
        &json!({ "MfaConfiguration": "OPTIONAL", "SmsConfiguration": sms }),
        &json!({
            "SmsMfaConfiguration": { "SmsAuthenticationMessage": "in {####}", "SmsConfiguration": sms },
            "SoftwareTokenMfaConfiguration": { "Enabled": true },
            "EmailMfaConfiguration": { "Message": "mail {####}", "Subject": "Code" },
            "WebAuthnConfiguration": { "RelyingPartyId": "acme.example", "UserVerification": "preferred" },
        }),
        &json!({
            "MfaConfiguration": "OPTIONAL",
            "EnabledMfas": ["SMS_MFA", "SOFTWARE_TOKEN_MFA", "EMAIL_OTP"],
            "WebAuthnRelyingPartyID": "acme.example",
            "WebAuthnUserVerification": "preferred",
            "SmsConfiguration": sms,
            "SmsAuthenticationMessage": "in {####}",
            "EmailAuthenticationMessage": "mail {####}",
            "EmailAuthenticationSubject": "Code",
        }),
    );
}

#[test]
fn what_cannot_be_held_is_named() {
    let found = of(
        &json!({
            "Name": "acme",
            "DcrConfiguration": { "EnableStatus": "Enabled" },
            "AcrConfiguration": { "a": "b" },
            "NewSetting": "on",
            "EmptySetting": {},
            "Policies": { "NewPolicy": { "a": 1 } },
            "VerificationMessageTemplate": {
                "DefaultEmailOption": "CONFIRM_WITH_LINK", "EmailMessage": "{####}", "EmailMessageByLink": "{##a##}",
            },
            "LambdaConfig": { "NewTrigger": "arn:x", "PreSignUp": "arn:y", "KMSKeyID": "arn:k" },
        }),
        &json!({
            "MfaConfiguration": "OFF",
            "SoftwareTokenMfaConfiguration": { "Enabled": true },
            "NewMfa": { "a": 1 },
            "WebAuthnConfiguration": { "NewMember": 1 },
        }),
    );
    assert_eq!(
        left_out(&found),
        [
            "DcrConfiguration",
            "AcrConfiguration",
            "NewSetting",
            "GetUserPoolMfaConfig.NewMfa",
            "GetUserPoolMfaConfig.WebAuthnConfiguration.NewMember",
            "GetUserPoolMfaConfig.SoftwareTokenMfaConfiguration",
            "Policies.NewPolicy",
            "LambdaConfig.NewTrigger",
            "LambdaConfig.KMSKeyID",
        ]
    );
    assert_eq!(found.properties.get("Policies"), None);
    assert_eq!(
        found.properties.get("VerificationMessageTemplate"),
        Some(&json!({
            "DefaultEmailOption": "CONFIRM_WITH_LINK", "EmailMessage": "{####}", "EmailMessageByLink": "{##a##}",
        }))
    );
    assert_eq!(
        Value::Object(found.lambda_config),
        json!({ "PreSignUp": "arn:y", "KMSKeyID": "arn:k" })
    );
}

fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (0..3_i64).prop_map(Value::from),
        "[ab]{0,2}".prop_map(Value::from),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::btree_map("[ab]", inner, 0..3).prop_map(|map| json!(map)),
        ]
    })
}

proptest! {
    /// Whatever Cognito adds one day: a member that says something is a property, or is named.
    #[test]
    fn nothing_is_dropped_in_silence(name in "[A-Z][a-z]{3,8}", value in json_value()) {
        let known = PROPERTIES.iter().any(|(_, from)| matches!(from, Pool(member) if *member == name));
        prop_assume!(!known && !READ.contains(&name.as_str()) && !NOT_SETTINGS.contains(&name.as_str()));
        let says = something(value.clone()).is_some();
        let found = of(&json!({ name.as_str(): value }), &json!({}));
        prop_assert_eq!(left_out(&found), if says { vec![name.as_str()] } else { Vec::new() });
        let found = of(&json!({}), &json!({ name.as_str(): value }));
        prop_assert_eq!(found.left_out.len(), usize::from(says));
    }

    /// What is taken over is what is live: a second look at the properties, as Cognito would answer with them,
    /// finds the same.
    #[test]
    fn values_are_taken_over_as_they_are(value in json_value()) {
        for (property, from) in &PROPERTIES {
            if let Pool(member) = from {
                let found = of(&json!({ *member: value }), &json!({}));
                let again: Map<String, Value> = found.properties.get(*property).map(|value| ((*member).to_owned(), value.clone())).into_iter().collect();
                prop_assert_eq!(&of(&Value::Object(again), &json!({})).properties, &found.properties);
            }
        }
    }
}
