#![expect(
    clippy::indexing_slicing,
    reason = "a test stops at the first thing that is not as it should be"
)]

use serde_json::json;

use super::*;

fn map(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        other => panic!("{other} is no object"),
    }
}

/// The body for a pool, without what every body has.
fn sent(pool: Value) -> Value {
    let mut body = update_request("us-west-2_1", &map(pool), &Map::new(), &BTreeSet::new());
    assert_eq!(body.shift_remove("UserPoolId"), Some(json!("us-west-2_1")));
    assert_eq!(body.shift_remove("LambdaConfig"), Some(json!({})));
    Value::Object(body)
}

/// What is fixed, a described pool, and what is sent of it.
fn check<const N: usize>(rows: [(&str, Value, Value); N]) {
    for (what, pool, wanted) in rows {
        assert_eq!(sent(pool), wanted, "{what}");
    }
}

#[test]
fn each_fix_up() {
    let rows = [
        (
            "the name is renamed",
            json!({"Id": "us-west-2_1", "Name": "a"}),
            json!({"PoolName": "a"}),
        ),
        (
            "mfa is sent as it is",
            json!({"MfaConfiguration": "ON"}),
            json!({"MfaConfiguration": "ON"}),
        ),
        (
            "what nobody knows is sent, whatever it holds",
            json!({"Fresh": {"Deep": [], "Empty": {}}}),
            json!({"Fresh": {"Deep": [], "Empty": {}}}),
        ),
        (
            "what nobody knows is sent from within what somebody knows",
            json!({"Policies": {"Fresh": {}, "SignInPolicy": {}}, "KeyConfiguration": {"Fresh": []}}),
            json!({"Policies": {"Fresh": {}}, "KeyConfiguration": {"Fresh": []}}),
        ),
        ("null is nothing", json!({"SmsConfiguration": null}), json!({})),
        (
            "empty objects go",
            json!({"SmsConfiguration": {}, "UserPoolAddOns": {}}),
            json!({}),
        ),
        (
            "an empty list takes its object with it",
            json!({"AccountRecoverySetting": {"RecoveryMechanisms": []}}),
            json!({}),
        ),
        (
            "no tag is no member",
            json!({"UserPoolTags": {"aws:cloudformation:stack-id": "x"}}),
            json!({}),
        ),
        (
            "AWS's own tags go",
            json!({"UserPoolTags": {"AWS:x": "y", "aws": "mine", "team": "identity"}}),
            json!({"UserPoolTags": {"aws": "mine", "team": "identity"}}),
        ),
        (
            "an empty device configuration is on",
            json!({"DeviceConfiguration": {}}),
            json!({"DeviceConfiguration": {}}),
        ),
        (
            "a device configuration stays as it is",
            json!({"DeviceConfiguration": {"ChallengeRequiredOnNewDevice": false}}),
            json!({"DeviceConfiguration": {"ChallengeRequiredOnNewDevice": false}}),
        ),
        (
            "no attribute to verify has to be said",
            json!({"UserAttributeUpdateSettings": {"AttributesRequireVerificationBeforeUpdate": []}}),
            json!({"UserAttributeUpdateSettings": {"AttributesRequireVerificationBeforeUpdate": []}}),
        ),
    ];
    check(rows);
}

#[test]
fn each_fix_up_of_what_stands_twice() {
    let rows = [
        (
            "the old days go where the new ones are",
            json!({
                "Policies": {"PasswordPolicy": {"TemporaryPasswordValidityDays": 3}},
                "AdminCreateUserConfig": {"AllowAdminCreateUserOnly": true, "UnusedAccountValidityDays": 3},
            }),
            json!({
                "Policies": {"PasswordPolicy": {"TemporaryPasswordValidityDays": 3}},
                "AdminCreateUserConfig": {"AllowAdminCreateUserOnly": true},
            }),
        ),
        (
            "the old days alone stay",
            json!({"AdminCreateUserConfig": {"UnusedAccountValidityDays": 3}}),
            json!({"AdminCreateUserConfig": {"UnusedAccountValidityDays": 3}}),
        ),
        (
            "no days are not seven days",
            json!({
                "Policies": {"PasswordPolicy": {"TemporaryPasswordValidityDays": 0}},
                "AdminCreateUserConfig": {"UnusedAccountValidityDays": 3},
            }),
            json!({"AdminCreateUserConfig": {"UnusedAccountValidityDays": 3}}),
        ),
        (
            "texts that stand twice agree",
            json!({
                "SmsVerificationMessage": "old {####}", "EmailVerificationSubject": "only here",
                "VerificationMessageTemplate": {"SmsMessage": "new {####}"},
            }),
            json!({
                "SmsVerificationMessage": "new {####}", "EmailVerificationSubject": "only here",
                "VerificationMessageTemplate": {"SmsMessage": "new {####}"},
            }),
        ),
        (
            "a registration that says nothing of its state is not switched on",
            json!({"DcrConfiguration": {"AllowedScopes": ["a"]}}),
            json!({}),
        ),
        (
            "a registration that says its state is sent",
            json!({"DcrConfiguration": {"EnableStatus": "DISABLED", "AllowedScopes": []}}),
            json!({"DcrConfiguration": {"EnableStatus": "DISABLED", "AllowedScopes": []}}),
        ),
    ];
    check(rows);
}

/// The example of the CloudFormation guide, and Terraform's acceptance test `withVerificationMessageTemplate`.
#[test]
fn both_pairs_of_verification_texts_are_sent() {
    for option in [json!("CONFIRM_WITH_CODE"), json!("CONFIRM_WITH_LINK"), Value::Null] {
        let mut pool = json!({
            "EmailVerificationMessage": "c {####}", "EmailVerificationSubject": "c",
            "VerificationMessageTemplate": {
                "EmailMessage": "c {####}", "EmailSubject": "c", "EmailMessageByLink": "{##l##}",
                "EmailSubjectByLink": "l", "SmsMessage": "{####}",
            },
        });
        if !option.is_null() {
            pool["VerificationMessageTemplate"]["DefaultEmailOption"] = option;
        }
        assert_eq!(sent(pool.clone()), pool);
    }
}

#[test]
fn the_older_texts_of_a_pool_with_a_link_are_sent() {
    let pool = json!({
        "EmailVerificationMessage": "c {####}",
        "VerificationMessageTemplate": {"DefaultEmailOption": "CONFIRM_WITH_LINK", "EmailMessageByLink": "{##l##}"},
    });
    assert_eq!(sent(pool.clone()), pool);
}

#[test]
fn what_the_update_does_not_take_is_dropped_and_the_rest_is_sent() {
    let described = |names: &mut dyn Iterator<Item = &str>| -> Value {
        Value::Object(names.map(|name| (name.to_owned(), json!("x"))).collect())
    };
    let dropped = described(&mut DROPPED.iter().map(|(name, _)| *name));
    assert_eq!(sent(dropped.clone()), json!({}));
    let mut all = described(&mut SENT.into_iter().filter(|name| *name != "LambdaConfig"));
    all["DcrConfiguration"] = json!({"EnableStatus": "x"});
    assert_eq!(sent(all.clone()), all);
    let mut known = map(dropped);
    known.extend(map(all));
    known.insert("Fresh".to_owned(), json!(1));
    assert_eq!(unknown(&known), ["Fresh"]);
    assert!(
        DROPPED
            .iter()
            .all(|(name, reason)| !SENT.contains(name) && !reason.is_empty())
    );
}

#[test]
fn what_the_service_refused_is_left_out() {
    let pool = map(json!({"Fresh": 1, "Other": {"a": 1, "b": 2}, "UserPoolTier": "LITE"}));
    let refused = BTreeSet::from(["Fresh".to_owned(), "Other.a".to_owned()]);
    let config = map(json!({"PreSignUp": "arn:x"}));
    assert_eq!(
        Value::Object(update_request("us-west-2_1", &pool, &config, &refused)),
        json!({
            "UserPoolId": "us-west-2_1", "Other": {"b": 2}, "UserPoolTier": "LITE",
            "LambdaConfig": {"PreSignUp": "arn:x"},
        })
    );
}
