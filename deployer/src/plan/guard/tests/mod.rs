//! One bad change for each guard, and no word where nothing changes.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first thing that is not as it should be"
)]

mod pools;
mod rights;

use std::collections::BTreeMap;

use serde_json::json;

use super::*;
use crate::finding::{Area, Level};
use crate::plan::{Deployed, Desired, DesiredPool, Plan, Situation, diff};

fn sender(key: &str) -> Value {
    let own = json!({ "Fn::GetAtt": ["Function", "Arn"] });
    json!({ "CustomSMSSender": { "LambdaArn": own, "LambdaVersion": "V1_0" }, "KMSKeyID": key })
}

/// A stack whose role may decrypt under the key `a`.
fn stack(pool: &Value) -> Value {
    json!({ "Resources": {
        "Key": { "Type": "AWS::KMS::Key", "Properties": { "KeyPolicy": { "Statement": [
            { "Sid": "AccountDecides", "Effect": "Allow", "Principal": { "AWS": "111122223333" }, "Action": "kms:*", "Resource": "*" },
        ] } } },
        "LogGroup": { "Type": "AWS::Logs::LogGroup", "Properties": { "RetentionInDays": 30 } },
        "DeadLetterQueue": { "Type": "AWS::SQS::Queue", "Properties": { "MessageRetentionPeriod": 345_600 } },
        "FunctionRole": { "Type": "AWS::IAM::Role", "Properties": {
            "AssumeRolePolicyDocument": { "Statement": [
                { "Effect": "Allow", "Principal": { "Service": "lambda.amazonaws.com" }, "Action": "sts:AssumeRole" },
            ] },
            "PermissionsBoundary": "arn:aws:iam::111122223333:policy/fence",
            "Policies": [{ "PolicyName": "Handler", "PolicyDocument": { "Statement": [
                { "Sid": "WriteLogs", "Effect": "Allow", "Action": "logs:PutLogEvents", "Resource": { "Fn::GetAtt": ["LogGroup", "Arn"] } },
            ] } }],
        } },
        "Function": { "Type": "AWS::Lambda::Function", "Properties": {
            "Architectures": ["arm64"], "Code": { "S3Key": "handler/a.zip" },
        } },
        "SmsAlarm": { "Type": "AWS::CloudWatch::Alarm", "Properties": { "AlarmActions": ["arn:aws:sns:t"] } },
        "Pool": { "Type": "AWS::Cognito::UserPool", "Properties": pool },
        "DecryptPolicy": { "Type": "AWS::IAM::Policy", "Properties": {
            "PolicyDocument": { "Statement": [
                { "Sid": "Decrypt", "Effect": "Allow", "Action": "kms:Decrypt", "Resource": "a",
                    "Condition": { "StringEquals": { "kms:EncryptionContext:userpool-id": { "Ref": "Pool" } } } },
            ] },
        } },
        "FunctionPermission": { "Type": "AWS::Lambda::Permission", "Properties": {
            "FunctionName": { "Ref": "Function" },
            "Action": "lambda:InvokeFunction",
            "Principal": "cognito-idp.amazonaws.com",
            "SourceArn": { "Fn::GetAtt": ["Pool", "Arn"] },
            "SourceAccount": { "Ref": "AWS::AccountId" },
        } },
    } })
}

fn without(template: &Value, id: &str) -> Value {
    let mut template = template.clone();
    if let Some(resources) = template.get_mut("Resources").and_then(Value::as_object_mut) {
        resources.shift_remove(id);
    }
    template
}

fn retyped(template: &Value, id: &str) -> Value {
    with(
        template,
        &format!("{id}/Type"),
        json!("AWS::CloudFormation::WaitConditionHandle"),
    )
}

/// The template with one value changed; null takes it out.
fn with(template: &Value, path: &str, value: Value) -> Value {
    let mut template = template.clone();
    let path = format!("/Resources/{path}");
    let (parent, name) = path.rsplit_once('/').unwrap();
    let parent = template.pointer_mut(parent);
    match (parent, value) {
        (Some(Value::Object(members)), Value::Null) => {
            members.shift_remove(name);
        }
        (Some(Value::Object(members)), value) => {
            members.insert(name.to_owned(), value);
        }
        (Some(Value::Array(items)), value) => items.push(value),
        _ => {}
    }
    template
}

/// A code, the templates before and after, and what an acknowledgement must name.
type Row = (Code, Value, Value, &'static str, &'static str);

/// One bad change for each guard that two templates can show, and one for each warning.
fn changes() -> Vec<Row> {
    let plain = stack(&json!({ "LambdaConfig": sender("a") }));
    let mut rows = pools::triggers(&plain);
    rows.extend(pools::properties());
    rows.extend(pools::lists());
    rows.extend(rights::permissions(&plain));
    rows.extend(rights::statements(&plain));
    let changed = |path: &str, value: Value| with(&plain, path, value);
    rows.extend([
        (
            Code::KeyReplaced,
            plain.clone(),
            retyped(&plain, "Key"),
            "Key",
            "replaced",
        ),
        (
            Code::KeyRemoved,
            plain.clone(),
            without(&plain, "Key"),
            "Key",
            "removed",
        ),
        (
            Code::ArchitectureMismatch,
            plain.clone(),
            changed("Function/Properties/Architectures", json!(["x86_64"])),
            "Function.Architectures",
            "[x86_64]",
        ),
        (
            Code::QueueRemoved,
            plain.clone(),
            without(&plain, "DeadLetterQueue"),
            "DeadLetterQueue",
            "removed",
        ),
        (
            Code::RetentionLowered,
            plain.clone(),
            changed("DeadLetterQueue/Properties/MessageRetentionPeriod", json!(60)),
            "DeadLetterQueue.MessageRetentionPeriod",
            "60",
        ),
        (
            Code::RetentionLowered,
            plain.clone(),
            changed("LogGroup/Properties/RetentionInDays", json!(7)),
            "LogGroup.RetentionInDays",
            "7",
        ),
        (
            Code::RetentionLowered,
            changed("LogGroup/Properties/RetentionInDays", Value::Null),
            plain.clone(),
            "LogGroup.RetentionInDays",
            "30",
        ),
        (
            Code::AlarmRemoved,
            plain.clone(),
            without(&plain, "SmsAlarm"),
            "SmsAlarm",
            "removed",
        ),
        (
            Code::AlarmRemoved,
            plain.clone(),
            changed("SmsAlarm/Properties/AlarmActions", Value::Null),
            "SmsAlarm",
            "untold",
        ),
    ]);
    rows
}

/// Changes of the delivery configuration.
fn deliveries() -> Vec<Row> {
    let sms = |countries: Value, via: &[&str], sender: &str| {
        json!({ "providers": { "sns": { "type": "sns", "sender_id": sender } },
            "sms": { "countries": countries, "routes": [{ "via": via }] } })
    };
    let us = json!({ "only": ["US"] });
    let plain = sms(us.clone(), &["sns"], "A");
    let guarded = |rates: Value| {
        let mut delivery = sms(us.clone(), &["sns"], "A");
        delivery["guard"] = json!({ "rates": { "pool": rates } });
        delivery
    };
    vec![
        (
            Code::RatesLoosened,
            guarded(json!([{ "max": 9, "per_s": 60 }])),
            guarded(json!([{ "max": 10, "per_s": 60 }])),
            "Function.guard.rates.pool",
            "[{max: 10, per_s: 60}]",
        ),
        (
            Code::RatesLoosened,
            guarded(json!([])),
            plain.clone(),
            "Function.guard",
            "none",
        ),
        (
            Code::CountriesWidened,
            plain.clone(),
            sms(json!({ "only": ["CA", "US"] }), &["sns"], "A"),
            "Function.sms.countries",
            "[CA, US]",
        ),
        (
            Code::CountriesWidened,
            plain.clone(),
            sms(json!("any"), &["sns"], "A"),
            "Function.sms.countries",
            "any",
        ),
        (
            Code::MessagesDeclined,
            plain.clone(),
            sms(us.clone(), &[], "A"),
            "Function.sms.routes",
            "[{via: []}]",
        ),
        (
            Code::RouteChanged,
            plain.clone(),
            sms(us.clone(), &["twilio", "sns"], "A"),
            "Function.sms.routes",
            "[{via: [twilio, sns]}]",
        ),
        (
            Code::ProviderChanged,
            plain,
            sms(us, &["sns"], "B"),
            "Function.providers.sns",
            "{type: sns, sender_id: B}",
        ),
    ]
}

fn said(found: &[Finding]) -> Vec<(Code, Option<&str>, Option<&str>)> {
    found
        .iter()
        .map(|finding| (finding.code, finding.resource.as_deref(), finding.to.as_deref()))
        .collect()
}

#[test]
fn each_change_gives_its_code_and_no_other() {
    for (code, old, new, resource, to) in changes() {
        let found = guards(&old, &new, &diff(&old, &new), None);
        assert_eq!(said(&found), [(code, Some(resource), Some(to))], "{found:?}");
        assert_eq!(guards(&old, &old, &diff(&old, &old), None), []);
        assert_eq!(guards(&new, &new, &diff(&new, &new), None), []);
    }
    for (code, old, new, resource, to) in deliveries() {
        let found = delivery_findings(&old, &new);
        assert_eq!(said(&found), [(code, Some(resource), Some(to))], "{found:?}");
        assert_eq!(delivery_findings(&old, &old), []);
    }
}

/// Where MFA is on and no factor is named, Cognito takes SMS.
#[test]
fn a_factor_that_was_never_named_is_missed_too() {
    let with = |factors: Value| {
        let mut pool = json!({ "MfaConfiguration": "ON" });
        if !factors.is_null() {
            pool["EnabledMfas"] = factors;
        }
        stack(&pool)
    };
    let (unsaid, token) = (with(Value::Null), with(json!(["SOFTWARE_TOKEN_MFA"])));
    let found = guards(&unsaid, &token, &diff(&unsaid, &token), None);
    assert_eq!(
        said(&found),
        [(Code::MfaRemoved, Some("Pool.EnabledMfas"), Some("[SOFTWARE_TOKEN_MFA]"))]
    );
    let empty = with(json!([]));
    assert_eq!(guards(&unsaid, &empty, &diff(&unsaid, &empty), None), []);
}

/// What takes rights, countries or time away from nobody is no news.
#[test]
fn the_way_back_is_no_bad_change() {
    let narrowing = [
        Code::PermissionBroadened,
        Code::StatementBroadened,
        Code::StatementAdded,
        Code::MfaRemoved,
        Code::VerificationRemoved,
        Code::SmsRoleRemoved,
        Code::QueueRemoved,
        Code::AlarmRemoved,
        Code::RetentionLowered,
        Code::DeletionProtectionLowered,
        Code::SchemaAttributeRemoved,
    ];
    for (code, old, new, resource, _) in changes().into_iter().filter(|row| narrowing.contains(&row.0)) {
        // A boundary that comes back is a boundary that was not there.
        let found = guards(&new, &old, &diff(&new, &old), None);
        assert_eq!(found, [], "{code} {resource}");
    }
    let widening = [Code::CountriesWidened, Code::RatesLoosened];
    for (_, old, new, ..) in deliveries().into_iter().filter(|row| widening.contains(&row.0)) {
        assert_eq!(delivery_findings(&new, &old), []);
    }
}

#[test]
fn termination_protection_is_guarded_with_the_stack() {
    let template = stack(&json!({}));
    let deployed = Deployed {
        template: template.clone(),
        tags: BTreeMap::new(),
        termination_protection: true,
        own_key: None,
        outputs: BTreeMap::new(),
        parameters: BTreeMap::new(),
    };
    let desired = Desired {
        template,
        tags: BTreeMap::new(),
        termination_protection: false,
        keys: Vec::new(),
        pool: DesiredPool::Owned,
        code: None,
    };
    let plan = Plan::of(Situation::Update, Some(&deployed), &desired, None);
    let codes: Vec<Code> = plan.findings.iter().map(|finding| finding.code).collect();
    assert_eq!(codes, [Code::TerminationProtectionLowered]);
    assert!(!plan.is_nothing() && plan.phases.is_empty());
}

#[test]
fn no_guard_is_without_a_bad_change() {
    // What is found by calls is proven where those are made.
    let elsewhere = [
        Code::TerminationProtectionLowered,
        Code::PoolLeftBehind,
        Code::KeyUnusable,
        Code::KeyClosed,
        Code::PoolSettingMoved,
        Code::SavedUnproven,
        Code::ForeignAccount,
        Code::SenderKeyConflict,
        Code::EmailSendingDiffers,
        Code::PoolLeftAttached,
        Code::SmsRoleDead,
        Code::DeliveryUnread,
        Code::CodeChangedOutside,
    ];
    let shown = changes().into_iter().chain(deliveries()).map(|(code, ..)| code);
    let shown: Vec<Code> = shown.chain(elsewhere).collect();
    for code in Code::ALL.iter().filter(|code| code.entry().level == Level::Guard) {
        assert_eq!(code.entry().area, Area::Plan, "{code}");
        assert!(shown.contains(code), "{code}");
    }
}

#[test]
fn a_key_that_stays_allowed_may_be_swapped() {
    let old = stack(&json!({ "LambdaConfig": sender("a") }));
    let new = stack(&json!({ "LambdaConfig": sender("b") }));
    assert_eq!(guards(&old, &new, &diff(&old, &new), None), []);
    // The role follows the pool to its new key.
    let keys = "DecryptPolicy/Properties/PolicyDocument/Statement/0/Resource";
    let both = with(&new, keys, json!(["b", "a"]));
    assert_eq!(guards(&old, &both, &diff(&old, &both), None), []);
}

/// A pool that exists before its stack is named by its id, and by the resource once it is a part of the stack.
#[test]
fn a_pool_that_becomes_a_part_of_the_stack_is_still_the_same() {
    let own = stack(&json!({ "LambdaConfig": sender("a") }));
    let mut outside = without(&own, "Pool");
    outside["Outputs"] = json!({ "PoolId": { "Value": "us-west-2_a" } });
    let arn = "arn:${AWS::Partition}:cognito-idp:${AWS::Region}:${AWS::AccountId}:userpool/us-west-2_a";
    let outside = with(
        &outside,
        "FunctionPermission/Properties/SourceArn",
        json!({ "Fn::Sub": arn }),
    );
    let context =
        "DecryptPolicy/Properties/PolicyDocument/Statement/0/Condition/StringEquals/kms:EncryptionContext:userpool-id";
    let outside = with(&outside, context, json!("us-west-2_a"));
    assert_eq!(guards(&outside, &own, &diff(&outside, &own), None), []);
    let other = with(&outside, context, json!("us-west-2_b"));
    assert_eq!(guards(&other, &own, &diff(&other, &own), None).len(), 1);
}
