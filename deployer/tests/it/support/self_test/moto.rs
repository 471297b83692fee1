//! Each refusal that `moto.py` adds, what it keeps and what it resets, and its grants.

use serde_json::{Value, json};

use crate::support::cli::Workspace;
use crate::support::ministack::{self, Ministack};
use crate::support::moto::{Moto, Pools};
use crate::support::{aws, http};

const FUNCTION: &str = "arn:aws:lambda:us-west-2:111122223333:function:checks";
const OTHER: &str = "arn:aws:lambda:us-west-2:111122223333:function:others";

fn pools() -> Pools {
    Workspace::offline().with_live_pools().live_pools()
}

/// `base` with what `change` says.
fn with(base: &Value, change: &Value) -> Value {
    let mut whole = base.clone();
    for (name, value) in change.as_object().unwrap() {
        whole[name] = value.clone();
    }
    whole
}

#[test]
fn what_an_update_leaves_out_is_reset() {
    let pools = pools();
    let made = json!({
        "PoolName": "acme",
        "Policies": {"PasswordPolicy": {"MinimumLength": 12, "TemporaryPasswordValidityDays": 3}},
        "LambdaConfig": {"PreSignUp": FUNCTION},
        "AutoVerifiedAttributes": ["email"],
        "MfaConfiguration": "OPTIONAL",
        "SmsConfiguration": {"SnsCallerArn": "arn:aws:iam::111122223333:role/sms", "ExternalId": "acme"},
        "DeviceConfiguration": {},
        "UserPoolTier": "PLUS",
        "DeletionProtection": "ACTIVE",
        "UserPoolTags": {"team": "identity"},
        "DcrConfiguration": {"OpenDcrEnabled": true},
        "Tomorrow": {"Kept": [1, null, {"Deep": true}]},
    });
    let id = pools.create(&made);
    let before = pools.describe(&id);
    assert_eq!(before["Tomorrow"], made["Tomorrow"]);
    assert_eq!(before["DeviceConfiguration"], json!({}));
    assert_eq!(before["DcrConfiguration"]["EnableStatus"], "Enabled");
    let mfa = pools.mfa(&id);
    assert_eq!(mfa["SmsMfaConfiguration"]["SmsConfiguration"]["ExternalId"], "acme");

    pools.update(&id, &json!({"LambdaConfig": {}})).unwrap();
    let after = pools.describe(&id);
    for gone in [
        "AutoVerifiedAttributes",
        "SmsConfiguration",
        "DeviceConfiguration",
        "Tomorrow",
    ] {
        assert_eq!(after.get(gone), None);
    }
    assert_eq!(after["LambdaConfig"], json!({}));
    assert_eq!(after["UserPoolTags"], json!({}));
    assert_eq!(after["Policies"]["PasswordPolicy"]["MinimumLength"], 8);
    assert_eq!(
        [&after["UserPoolTier"], &after["DeletionProtection"]],
        ["ESSENTIALS", "INACTIVE"]
    );
    // Kept, as on AWS.
    for kept in ["Name", "MfaConfiguration", "DcrConfiguration", "Id", "CreationDate"] {
        assert_eq!(after[kept], before[kept]);
    }
    assert_eq!(pools.mfa(&id), mfa);
    assert!(after["LastModifiedDate"].as_f64() > before["LastModifiedDate"].as_f64());
}

#[test]
fn all_that_is_sent_back_stays() {
    let pools = pools();
    let id = pools.create(&json!({"PoolName": "acme", "Tomorrow": 7, "Policies": {"Tomorrow": "too"}}));
    pools.describe_with(
        &id,
        &json!({"Counter": 1, "UserPoolTags": {"aws:cloudformation:stack-name": "acme"}}),
    );
    let before = pools.settings(&id);
    let pool = before["UserPool"].as_object().unwrap();
    let mut body = json!({"PoolName": pool["Name"]});
    for name in [
        "Policies",
        "DeletionProtection",
        "LambdaConfig",
        "VerificationMessageTemplate",
        "SmsVerificationMessage",
        "EmailVerificationMessage",
        "EmailVerificationSubject",
        "MfaConfiguration",
        "EmailConfiguration",
        "UserPoolTier",
        "Tomorrow",
    ] {
        body[name] = pool[name].clone();
    }
    body["AdminCreateUserConfig"] = pool["AdminCreateUserConfig"].clone();
    let twice = pools.update(&id, &body).unwrap_err();
    assert_eq!(
        twice,
        "InvalidParameterException: Please use TemporaryPasswordValidityDays in PasswordPolicy instead of \
         UnusedAccountValidityDays"
    );
    body["AdminCreateUserConfig"]
        .as_object_mut()
        .unwrap()
        .shift_remove("UnusedAccountValidityDays");
    pools.update(&id, &body).unwrap();
    assert_eq!(pools.settings(&id), before);
}

#[test]
fn what_aws_refuses_is_refused() {
    let pools = pools();
    let id = pools.create(&json!({"PoolName": "acme"}));
    pools.describe_with(&id, &json!({"Counter": 1}));
    let before = pools.settings(&id);
    let sender = json!({"LambdaVersion": "V1_0", "LambdaArn": FUNCTION});
    for (change, words) in [
        (
            json!({"Arn": "arn"}),
            "InvalidParameterException: Arn cannot be updated.",
        ),
        (json!({"Name": "acme"}), "Name cannot be updated."),
        (json!({"SchemaAttributes": []}), "SchemaAttributes cannot be updated."),
        (
            json!({"UsernameAttributes": ["email"]}),
            "UsernameAttributes cannot be updated.",
        ),
        (json!({"Counter": 1}), "Counter cannot be updated."),
        (json!({"Nowhere": 1}), "Nowhere is not a parameter"),
        (json!({"SmsConfiguration": {}}), "SmsConfiguration is empty"),
        (json!({"UserPoolAddOns": {}}), "Member must hold AdvancedSecurityMode"),
        (
            json!({"AccountRecoverySetting": {"RecoveryMechanisms": []}}),
            "'AccountRecoverySetting.RecoveryMechanisms' failed to satisfy constraint",
        ),
        (json!({"UserPoolTier": "GOLD"}), "enum value set"),
        (
            json!({"DeletionProtection": true}),
            "SerializationException: DeletionProtection is not of type string",
        ),
        (
            json!({"SmsVerificationMessage": "a {####}", "VerificationMessageTemplate": {"SmsMessage": "b {####}"}}),
            "SmsVerificationMessage and VerificationMessageTemplate.SmsMessage differ",
        ),
        (
            json!({"LambdaConfig": {
                "PreTokenGeneration": OTHER, "PreTokenGenerationConfig": {"LambdaVersion": "V2_0", "LambdaArn": FUNCTION},
            }}),
            "PreTokenGeneration and PreTokenGenerationConfig.LambdaArn have different values",
        ),
        (
            json!({"LambdaConfig": {"CustomSMSSender": sender}}),
            "KMSKeyID is required",
        ),
        (
            json!({"LambdaConfig": {"PreSignUp": "checks, of another account"}}),
            "regular expression",
        ),
        (
            json!({"UserPoolTags": {"aws:x": "y"}}),
            "UserPoolTaggingException: aws:x",
        ),
        (
            json!({"MfaConfiguration": "ON"}),
            "required when MFA is required/optional",
        ),
    ] {
        let refusal = pools.update(&id, &with(&json!({}), &change)).unwrap_err();
        assert!(refusal.contains(words), "{change}: {refusal}");
        assert_eq!(pools.settings(&id), before, "{change}");
    }
    let missing = pools.update("us-west-2_Missing00", &json!({})).unwrap_err();
    assert!(missing.starts_with("ResourceNotFoundException: "), "{missing}");
    let off = json!({"UserPoolId": id, "SoftwareTokenMfaConfiguration": {"Enabled": true}});
    let off = pools.call("SetUserPoolMfaConfig", &off).unwrap_err();
    assert!(
        off.contains("can't turn off MFA and configure an MFA together"),
        "{off}"
    );
}

#[test]
fn every_factor_comes_back_and_an_update_leaves_it_alone() {
    let pools = pools();
    let id = pools.create(&json!({"PoolName": "acme"}));
    let factors = json!({
        "MfaConfiguration": "OPTIONAL",
        "SoftwareTokenMfaConfiguration": {"Enabled": true},
        "EmailMfaConfiguration": {"Message": "Your code is {####}", "Subject": "Code"},
        "WebAuthnConfiguration": {"RelyingPartyId": "acme.example", "UserVerification": "required"},
    });
    pools
        .call("SetUserPoolMfaConfig", &with(&factors, &json!({"UserPoolId": id})))
        .unwrap();
    assert_eq!(pools.mfa(&id), factors);
    assert_eq!(pools.describe(&id)["MfaConfiguration"], "OPTIONAL");
    pools.update(&id, &json!({})).unwrap();
    assert_eq!(pools.mfa(&id), factors);
}

#[test]
fn accounts_do_not_see_each_other() {
    let (mine, others) = (pools(), pools());
    let id = mine.create(&json!({"PoolName": "acme"}));
    assert!(
        mine.describe(&id)["Arn"]
            .as_str()
            .unwrap()
            .starts_with("arn:aws:cognito-idp:us-west-2:1")
    );
    let refusal = others.call("DescribeUserPool", &json!({"UserPoolId": id})).unwrap_err();
    assert!(refusal.starts_with("ResourceNotFoundException"), "{refusal}");
}

#[tokio::test]
async fn a_key_in_an_update_gets_a_grant() {
    let account = ministack::account();
    let kms = aws_sdk_kms::Client::new(&aws::config(&Ministack::shared().endpoint(), &account));
    let key = kms.create_key().send().await.unwrap().key_metadata.unwrap();
    let pools = Moto::shared().pools(&account);
    let id = pools.create(&json!({"PoolName": "acme"}));
    let triggers = json!({"LambdaConfig": {
        "CustomSMSSender": {"LambdaVersion": "V1_0", "LambdaArn": FUNCTION}, "KMSKeyID": key.arn(),
    }});
    for _ in 0..2 {
        pools.update(&id, &triggers).unwrap();
    }
    let grants = kms.list_grants().key_id(key.key_id()).send().await.unwrap();
    let [grant] = grants.grants() else {
        panic!("{grants:?}");
    };
    let context = grant.constraints().unwrap().encryption_context_subset().unwrap();
    assert_eq!(context["userpool-id"], id);
    assert_eq!(grant.grantee_principal(), Some("cognito-idp.amazonaws.com"));
}

#[test]
fn a_protected_pool_is_not_deleted() {
    let pools = pools();
    let id = pools.create(&json!({"PoolName": "acme", "DeletionProtection": "ACTIVE"}));
    let delete = || pools.call("DeleteUserPool", &json!({"UserPoolId": id}));
    assert!(delete().unwrap_err().contains("deletion protection is activated"));
    pools.update(&id, &json!({})).unwrap();
    delete().unwrap();
}

#[test]
fn a_server_ends_with_whoever_started_it() {
    let server = Moto::start("");
    let (pid, address) = (server.pid(), server.address());
    drop(server);
    assert!(http::exchange(address, "GET", "/moto-api/data.json", b"").is_err());
    assert!(!std::path::Path::new(&format!("/proc/{pid}")).exists());
}
