use serde_json::json;

use super::*;
use crate::plan::pool::update_request;

fn live(pool: Value, mfa: Value) -> LivePool {
    let map = |value| match value {
        Value::Object(map) => map,
        other => panic!("{other} is no object"),
    };
    LivePool {
        pool: map(pool),
        mfa: map(mfa),
    }
}

fn paths(edits: &[Edit]) -> Vec<String> {
    edits.iter().map(|edit| edit.path.join(".")).collect()
}

fn rich() -> LivePool {
    live(
        json!({
            "Id": "us-west-2_1", "Name": "acme", "LastModifiedDate": 1.0, "EstimatedNumberOfUsers": 7,
            "Status": "Enabled", "Domain": "acme", "LambdaConfig": {"PreSignUp": "arn:x"},
            "AutoVerifiedAttributes": ["email", "phone_number"], "MfaConfiguration": "OPTIONAL",
            "DeviceConfiguration": {}, "UserPoolTags": {"team": "identity", "aws:x": "y"},
            "Policies": {"PasswordPolicy": {"MinimumLength": 12, "TemporaryPasswordValidityDays": 3}},
            "AdminCreateUserConfig": {"AllowAdminCreateUserOnly": true, "UnusedAccountValidityDays": 3},
            "SmsVerificationMessage": "{####}", "VerificationMessageTemplate": {"SmsMessage": "{####}"},
            "Fresh": {"Deep": [1]},
        }),
        json!({"MfaConfiguration": "OPTIONAL", "SoftwareTokenMfaConfiguration": {"Enabled": true}}),
    )
}

#[test]
fn each_setting_that_moves_is_named_and_nothing_else() {
    let none = BTreeSet::new();
    let changes: [(&str, Value, &[&str]); 12] = [
        ("/LastModifiedDate", json!(2.0), &[]),
        ("/EstimatedNumberOfUsers", json!(8), &[]),
        ("/Domain", json!("other"), &[]),
        ("/LambdaConfig", json!({}), &[]),
        ("/UserPoolTags/aws:x", json!("z"), &[]),
        ("/AdminCreateUserConfig/UnusedAccountValidityDays", json!(9), &[]),
        ("/SmsVerificationMessage", json!("other {####}"), &[]),
        ("/AutoVerifiedAttributes", json!(["phone_number", "email"]), &[]),
        ("/AutoVerifiedAttributes", json!(["email"]), &["AutoVerifiedAttributes"]),
        (
            "/Policies/PasswordPolicy/MinimumLength",
            json!(8),
            &["Policies.PasswordPolicy.MinimumLength"],
        ),
        ("/DeviceConfiguration", Value::Null, &["DeviceConfiguration"]),
        ("/Fresh/Deep", json!([2]), &["Fresh.Deep"]),
    ];
    for (pointer, value, wanted) in changes {
        let mut pool = Value::Object(rich().pool);
        if let Some(place) = pool.pointer_mut(pointer) {
            *place = value;
        }
        let after = live(pool, Value::Object(rich().mfa));
        assert_eq!(paths(&moved(&rich(), &after, &none)), wanted, "{pointer}");
    }
    let after = live(Value::Object(rich().pool), json!({"MfaConfiguration": "OPTIONAL"}));
    let found = moved(&rich(), &after, &none);
    assert_eq!(paths(&found), ["GetUserPoolMfaConfig.SoftwareTokenMfaConfiguration"]);
    // No update writes it, so none can put it back.
    assert_eq!(put_back(&rich(), &after, &none).1, []);
}

#[test]
fn what_an_update_writes_too_follows_the_member_of_the_pool() {
    let edit = |path: &str| Edit {
        path: path.split('.').map(str::to_owned).collect(),
        old: None,
        new: Some(json!(1)),
    };
    let rows = [
        ("MfaConfiguration", "MfaConfiguration", true),
        ("MfaConfiguration", "SmsConfiguration", false),
        (
            "SmsMfaConfiguration.SmsConfiguration.SnsCallerArn",
            "SmsConfiguration.SnsCallerArn",
            true,
        ),
        ("SmsMfaConfiguration.SmsConfiguration", "SmsConfiguration", true),
        ("SmsMfaConfiguration.SmsConfiguration", "MfaConfiguration", false),
        (
            "SmsMfaConfiguration.SmsAuthenticationMessage",
            "SmsAuthenticationMessage",
            true,
        ),
        ("SmsMfaConfiguration", "SmsConfiguration", true),
        ("SmsMfaConfiguration", "Policies.PasswordPolicy", false),
        ("SoftwareTokenMfaConfiguration", "MfaConfiguration", false),
        ("EmailMfaConfiguration.Message", "MfaConfiguration", false),
    ];
    for (mirror, member, wanted) in rows {
        let told = edit(&format!("{MFA}.{mirror}"));
        assert_eq!(
            follows(&told, &[edit("Policies"), edit(member)]),
            wanted,
            "{mirror}, {member}"
        );
    }
    assert!(!follows(&edit("MfaConfiguration"), &[edit("MfaConfiguration")]));
}

#[test]
fn what_the_service_called_read_only_may_move() {
    let mut after = rich();
    after.pool.insert("Fresh".to_owned(), json!(2));
    assert_eq!(moved(&rich(), &after, &BTreeSet::from(["Fresh".to_owned()])), []);
    let inner = BTreeSet::from(["Fresh.Deep".to_owned()]);
    after.pool.insert("Fresh".to_owned(), json!({"Deep": [3]}));
    assert_eq!(moved(&rich(), &after, &inner), []);
}

#[test]
fn put_back_gives_the_settings_of_the_record_and_keeps_what_moves_by_itself() {
    let none = BTreeSet::new();
    let mut now = rich();
    now.pool.insert("LastModifiedDate".to_owned(), json!(2.0));
    now.pool.insert("LambdaConfig".to_owned(), json!({}));
    now.pool
        .insert("Policies".to_owned(), json!({"PasswordPolicy": {"MinimumLength": 8}}));
    now.pool.shift_remove("DeviceConfiguration");
    now.pool
        .insert("UserPoolAddOns".to_owned(), json!({"AdvancedSecurityMode": "OFF"}));
    let (pool, edits) = put_back(&rich(), &now, &none);
    assert_eq!(
        paths(&edits),
        [
            "DeviceConfiguration",
            "Policies.PasswordPolicy.MinimumLength",
            "Policies.PasswordPolicy.TemporaryPasswordValidityDays",
            "UserPoolAddOns",
        ]
    );
    assert_eq!(pool.get("LastModifiedDate"), Some(&json!(2.0)));
    let back = LivePool { pool, mfa: now.mfa };
    assert_eq!(moved(&rich(), &back, &none), []);
    assert_eq!(
        update_request("us-west-2_1", &back.pool, &Map::new(), &none),
        update_request("us-west-2_1", &rich().pool, &Map::new(), &none)
    );
}

#[test]
fn a_setting_under_its_old_name_alone_is_put_back_under_it() {
    let none = BTreeSet::new();
    let old = live(
        json!({"AdminCreateUserConfig": {"UnusedAccountValidityDays": 9}}),
        json!({}),
    );
    let now = live(
        json!({
            "AdminCreateUserConfig": {"UnusedAccountValidityDays": 7},
            "Policies": {"PasswordPolicy": {"TemporaryPasswordValidityDays": 7}},
        }),
        json!({}),
    );
    let (pool, _) = put_back(&old, &now, &none);
    assert_eq!(
        update_request("us-west-2_1", &pool, &Map::new(), &none),
        update_request("us-west-2_1", &old.pool, &Map::new(), &none)
    );
}

#[test]
fn settings_are_counted_without_what_is_none() {
    assert_eq!(
        settings(&live(
            json!({"Id": "a", "Status": "x", "SmsConfiguration": {}}),
            json!({})
        )),
        0
    );
    assert_eq!(
        settings(&live(
            json!({"Name": "a", "DeviceConfiguration": {}}),
            json!({"MfaConfiguration": "OFF"})
        )),
        3
    );
}
