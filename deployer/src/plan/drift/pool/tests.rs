#![expect(
    clippy::unwrap_used,
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

fn pool(pool: Value, mfa: Value) -> LivePool {
    LivePool {
        pool: map(pool),
        mfa: map(mfa),
    }
}

fn attributes() -> Value {
    let text = |name: &str| {
        json!({
            "Name": name, "AttributeDataType": "String", "DeveloperOnlyAttribute": false, "Mutable": true,
            "Required": false, "StringAttributeConstraints": {"MinLength": "0", "MaxLength": "2048"},
        })
    };
    json!([text("email"), text("phone_number"), text("custom:plan"),])
}

/// Pools that were made with a name and nothing else, as they are described.
fn fresh() -> [(&'static str, LivePool); 3] {
    let policy = json!({
        "MinimumLength": 8, "RequireUppercase": true, "RequireLowercase": true, "RequireNumbers": true,
        "RequireSymbols": true, "TemporaryPasswordValidityDays": 7,
    });
    let off = json!({"MfaConfiguration": "OFF"});
    let cognito = json!({
        "Id": "us-west-2_1", "Name": "acme", "Arn": "arn:x", "CreationDate": 1.0, "LastModifiedDate": 1.0,
        "Policies": {"PasswordPolicy": policy, "SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD"]}},
        "DeletionProtection": "INACTIVE", "LambdaConfig": {}, "MfaConfiguration": "OFF", "EstimatedNumberOfUsers": 0,
        "VerificationMessageTemplate": {"DefaultEmailOption": "CONFIRM_WITH_CODE"},
        "UserAttributeUpdateSettings": {"AttributesRequireVerificationBeforeUpdate": []},
        "EmailConfiguration": {"EmailSendingAccount": "COGNITO_DEFAULT"},
        "AdminCreateUserConfig": {"AllowAdminCreateUserOnly": false, "UnusedAccountValidityDays": 7},
        "UsernameConfiguration": {"CaseSensitive": true}, "UserPoolTier": "ESSENTIALS",
        "AccountRecoverySetting": {"RecoveryMechanisms": [
            {"Priority": 1, "Name": "verified_email"}, {"Priority": 2, "Name": "verified_phone_number"},
        ]},
        "UserPoolTags": {"aws:cloudformation:stack-name": "acme"},
    });
    let sparse = json!({
        "Id": "us-west-2_1", "Name": "acme", "Policies": {"PasswordPolicy": policy}, "LambdaConfig": {},
        "AutoVerifiedAttributes": [], "AliasAttributes": [], "UsernameAttributes": [], "SmsVerificationMessage": "",
        "EmailVerificationMessage": "", "EmailVerificationSubject": "", "SmsAuthenticationMessage": "",
        "MfaConfiguration": "OFF", "EmailConfiguration": {"EmailSendingAccount": "COGNITO_DEFAULT"},
        "SmsConfiguration": {}, "UserPoolTags": {}, "DeletionProtection": "INACTIVE", "AccountRecoverySetting": {},
        "AdminCreateUserConfig": {"AllowAdminCreateUserOnly": false, "UnusedAccountValidityDays": 7},
    });
    let wordy = json!({
        "Id": "us-west-2_1", "Name": "acme", "Policies": {"PasswordPolicy": policy},
        "SmsVerificationMessage": "Your verification code is {####}. ",
        "EmailVerificationMessage": "Your verification code is {####}. ",
        "EmailVerificationSubject": "Your verification code",
        "VerificationMessageTemplate": {
            "SmsMessage": "Your verification code is {####}. ", "EmailMessage": "Your verification code is {####}. ",
            "EmailSubject": "Your verification code", "DefaultEmailOption": "CONFIRM_WITH_CODE",
        },
        "MfaConfiguration": "OFF", "EmailConfiguration": {"EmailSendingAccount": "COGNITO_DEFAULT"},
        "AdminCreateUserConfig": {
            "AllowAdminCreateUserOnly": false, "UnusedAccountValidityDays": 7,
            "InviteMessageTemplate": {
                "SMSMessage": "Your username is {username} and temporary password is {####}. ",
                "EmailMessage": "Your username is {username} and temporary password is {####}. ",
                "EmailSubject": "Your temporary password",
            },
        },
    });
    [
        ("Cognito", cognito),
        ("with empty members", sparse),
        ("with all texts", wordy),
    ]
    .map(|(name, described)| (name, pool(described, off.clone())))
}

fn told(drifts: &[Drift]) -> Vec<(String, Standing)> {
    drifts.iter().map(|drift| (drift.member(), drift.standing)).collect()
}

#[test]
fn a_fresh_pool_has_not_drifted() {
    let plain = map(json!({"UserPoolName": "acme", "LambdaConfig": {}}));
    let spelled_out = map(json!({
        "UserPoolName": "acme", "LambdaConfig": {}, "MfaConfiguration": "OFF", "DeletionProtection": "INACTIVE",
        "EmailConfiguration": {"EmailSendingAccount": "COGNITO_DEFAULT"}, "UserPoolAddOns": {"AdvancedSecurityMode": "OFF"},
        "Policies": {"PasswordPolicy": {"MinimumLength": 8, "RequireSymbols": true}, "SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD"]}},
        "AdminCreateUserConfig": {"AllowAdminCreateUserOnly": false}, "UserPoolTier": "ESSENTIALS",
        "VerificationMessageTemplate": {"DefaultEmailOption": "CONFIRM_WITH_CODE"}, "AutoVerifiedAttributes": [],
    }));
    for (name, live) in fresh() {
        for declared in [&plain, &spelled_out] {
            assert_eq!(owned_pool(declared, declared, &live), [], "{name}");
        }
    }
}

#[test]
fn rules_that_a_password_policy_leaves_out_are_off() {
    let [(_, mut live), ..] = fresh();
    let policy = json!({"MinimumLength": 12, "RequireSymbols": false, "TemporaryPasswordValidityDays": 0});
    live.pool
        .insert("Policies".to_owned(), json!({"PasswordPolicy": policy}));
    let with_policy = map(json!({"UserPoolName": "acme", "Policies": {"PasswordPolicy": {"MinimumLength": 12}}}));
    assert_eq!(owned_pool(&with_policy, &with_policy, &live), []);
    let without = map(json!({"UserPoolName": "acme"}));
    let member = |name: &str| (format!("Policies.PasswordPolicy.{name}"), Standing::NotDeclared);
    assert_eq!(
        told(&owned_pool(&without, &without, &live)),
        [member("MinimumLength"), member("RequireSymbols")]
    );
}

#[test]
fn what_somebody_changed_is_told_member_by_member() {
    let [(_, mut live), ..] = fresh();
    let declared = map(json!({
        "UserPoolName": "acme", "UsernameAttributes": ["email", "phone_number"], "MfaConfiguration": "OFF",
        "Policies": {"PasswordPolicy": {"MinimumLength": 12}},
        "LambdaConfig": {"CustomSMSSender": {"LambdaArn": "arn:f", "LambdaVersion": "V1_0"}, "KMSKeyID": "arn:k"},
        "UserPoolTags": {"team": "identity"}, "SmsVerificationMessage": "{####} is it",
        "DeviceConfiguration": {"ChallengeRequiredOnNewDevice": true},
        "Schema": [{"Name": "plan", "AttributeDataType": "Number"}],
    }));
    let set = |live: &mut LivePool, name: &str, value: Value| live.pool.insert(name.to_owned(), value);
    set(&mut live, "UsernameAttributes", json!(["phone_number", "email"]));
    set(&mut live, "MfaConfiguration", json!("OPTIONAL"));
    set(
        &mut live,
        "LambdaConfig",
        json!({"KMSKeyID": "arn:k", "PreSignUp": "arn:other", "PreTokenGeneration": null}),
    );
    set(
        &mut live,
        "UserPoolTags",
        json!({"team": "identity", "cost": "7", "aws:cloudformation:stack-name": "acme"}),
    );
    set(
        &mut live,
        "VerificationMessageTemplate",
        json!({"SmsMessage": "{####} it is", "EmailSubject": "Welcome"}),
    );
    set(&mut live, "SmsVerificationMessage", json!("{####} it is"));
    set(&mut live, "SchemaAttributes", attributes());
    let found = owned_pool(&declared, &declared, &live);
    assert_eq!(
        told(&found),
        [
            ("MfaConfiguration".to_owned(), Standing::Drifted),
            ("Policies.PasswordPolicy.MinimumLength".to_owned(), Standing::Drifted),
            ("LambdaConfig.CustomSMSSender".to_owned(), Standing::Drifted),
            ("LambdaConfig.PreSignUp".to_owned(), Standing::Drifted),
            ("UserPoolTags.cost".to_owned(), Standing::NotDeclared),
            ("DeviceConfiguration".to_owned(), Standing::Drifted),
            ("Schema.plan".to_owned(), Standing::Drifted),
            ("VerificationMessageTemplate.SmsMessage".to_owned(), Standing::Drifted),
            (
                "VerificationMessageTemplate.EmailSubject".to_owned(),
                Standing::NotDeclared
            ),
        ]
    );
    assert_eq!(
        (&found[1].declared, &found[1].live),
        (&Some(json!(12)), &Some(json!(8)))
    );
}

#[test]
fn what_was_not_applied_yet_is_no_drift() {
    let [(_, mut live), ..] = fresh();
    live.pool.insert("MfaConfiguration".to_owned(), json!("ON"));
    let deployed = map(json!({"UserPoolName": "acme", "LambdaConfig": {}, "MfaConfiguration": "OFF"}));
    let declared = map(json!({
        "UserPoolName": "acme", "LambdaConfig": {"PreSignUp": "arn:f"}, "MfaConfiguration": "OPTIONAL", "UserPoolTier": "PLUS",
    }));
    assert_eq!(
        told(&owned_pool(&declared, &deployed, &live)),
        [
            ("LambdaConfig.PreSignUp".to_owned(), Standing::NotApplied),
            ("MfaConfiguration".to_owned(), Standing::Drifted),
            ("UserPoolTier".to_owned(), Standing::NotApplied),
        ]
    );
}

#[test]
fn what_is_not_known_is_not_called_in_sync() {
    let [(_, mut live), ..] = fresh();
    live.pool.insert(
        "SmsConfiguration".to_owned(),
        json!({"SnsCallerArn": "arn:r", "SnsRegion": "us-west-2"}),
    );
    live.pool
        .insert("DcrConfiguration".to_owned(), json!({"EnableStatus": "ENABLED"}));
    let declared = map(json!({
        "UserPoolName": "acme", "LambdaConfig": {}, "DcrConfiguration": {"EnableStatus": "DISABLED"},
        "SmsConfiguration": {"SnsCallerArn": {"Fn::GetAtt": ["SmsRole", "Arn"]}, "SnsRegion": "us-west-2"},
    }));
    assert_eq!(
        told(&owned_pool(&declared, &declared, &live)),
        [
            ("DcrConfiguration.EnableStatus".to_owned(), Standing::Drifted),
            ("SmsConfiguration.SnsCallerArn".to_owned(), Standing::NotCompared),
        ]
    );
}

#[test]
fn of_a_pool_outside_the_stack_only_what_is_declared_counts() {
    let [(_, mut live), ..] = fresh();
    live.pool.insert("MfaConfiguration".to_owned(), json!("ON"));
    live.pool.insert(
        "LambdaConfig".to_owned(),
        json!({"PreSignUp": "arn:theirs", "PreTokenGeneration": "arn:t", "PreTokenGenerationConfig": {"LambdaArn": "arn:t", "LambdaVersion": "V1_0"}}),
    );
    let triggers = map(
        json!({"CustomEmailSender": {"LambdaArn": "arn:f", "LambdaVersion": "V1_0"}, "PreTokenGeneration": "arn:t"}),
    );
    assert_eq!(
        told(&existing_pool(&triggers, Some(EmailSending::Developer), &live)),
        [
            ("LambdaConfig.CustomEmailSender".to_owned(), Standing::Drifted),
            ("LambdaConfig.PreSignUp".to_owned(), Standing::NotDeclared),
            ("EmailConfiguration.EmailSendingAccount".to_owned(), Standing::Drifted),
        ]
    );
    assert_eq!(
        existing_pool(&Map::new(), Some(EmailSending::CognitoDefault), &fresh()[1].1),
        []
    );
}

#[test]
fn tags_of_the_stack_reach_the_pool_and_its_own_win() {
    let stack = BTreeMap::from([("team", "a"), ("stage", "b")].map(|(key, value)| (key.to_owned(), value.to_owned())));
    let properties = map(json!({"UserPoolTags": {"team": "c"}}));
    assert_eq!(
        with_tags(&properties, &stack).get("UserPoolTags").unwrap(),
        &json!({"team": "c", "stage": "b"})
    );
    assert_eq!(with_tags(&Map::new(), &BTreeMap::new()), Map::new());
}
