//! Bad changes of a pool.

use serde_json::{Value, json};

use super::{Row, retyped, sender, stack, without};
use crate::finding::Code;

/// Changes of whether the pool is there and what it calls.
pub(super) fn triggers(plain: &Value) -> Vec<Row> {
    let triggers = |config: Value| stack(&json!({ "LambdaConfig": config }));
    let none = triggers(json!({}));
    let words = |function: &str| triggers(json!({ "CustomMessage": function }));
    vec![
        (
            Code::PoolReplaced,
            plain.clone(),
            retyped(plain, "Pool"),
            "Pool",
            "replaced",
        ),
        (
            Code::PoolRemoved,
            plain.clone(),
            without(plain, "Pool"),
            "Pool",
            "removed",
        ),
        (
            Code::KeySwapped,
            triggers(sender("b")),
            plain.clone(),
            "Pool.KMSKeyID",
            "a",
        ),
        (
            Code::SenderRemoved,
            plain.clone(),
            none.clone(),
            "Pool.CustomSMSSender",
            "none",
        ),
        (
            Code::SenderAdded,
            none.clone(),
            plain.clone(),
            "Pool.CustomSMSSender",
            "Function.Arn",
        ),
        (Code::TriggerDropped, words("arn:w"), none, "Pool.CustomMessage", "none"),
        (
            Code::ForeignTriggerReplaced,
            words("arn:w"),
            words("arn:x"),
            "Pool.CustomMessage",
            "arn:x",
        ),
    ]
}

/// Lists that lose members, however that is written.
pub(super) fn lists() -> Vec<Row> {
    let changed = |code, before: Value, after: Value, resource, to| (code, stack(&before), stack(&after), resource, to);
    vec![
        changed(
            Code::MfaRemoved,
            json!({ "MfaConfiguration": "ON", "EnabledMfas": ["SMS_MFA", "SOFTWARE_TOKEN_MFA"] }),
            json!({ "MfaConfiguration": "ON" }),
            "Pool.EnabledMfas",
            "none",
        ),
        changed(
            Code::MfaRemoved,
            json!({ "MfaConfiguration": "OPTIONAL", "EnabledMfas": ["SMS_MFA"] }),
            json!({ "MfaConfiguration": "OPTIONAL", "EnabledMfas": [] }),
            "Pool.EnabledMfas",
            "none",
        ),
        changed(
            Code::VerificationRemoved,
            json!({ "AutoVerifiedAttributes": ["email", "phone_number"] }),
            json!({ "AutoVerifiedAttributes": ["phone_number"] }),
            "Pool.AutoVerifiedAttributes",
            "[phone_number]",
        ),
        changed(
            Code::VerificationRemoved,
            json!({ "AutoVerifiedAttributes": ["email"] }),
            json!({ "AutoVerifiedAttributes": [] }),
            "Pool.AutoVerifiedAttributes",
            "none",
        ),
        changed(
            Code::VerificationRemoved,
            json!({ "AutoVerifiedAttributes": ["email"] }),
            json!({}),
            "Pool.AutoVerifiedAttributes",
            "none",
        ),
    ]
}

/// Changes of the pool's other properties.
pub(super) fn properties() -> Vec<Row> {
    let changed = |code, before: Value, after: Value, resource, to| (code, stack(&before), stack(&after), resource, to);
    vec![
        changed(
            Code::ImmutableProperty,
            json!({ "UsernameAttributes": ["email"] }),
            json!({ "UsernameAttributes": ["phone_number"] }),
            "Pool.UsernameAttributes",
            "[phone_number]",
        ),
        changed(
            Code::SchemaAttributeRemoved,
            json!({ "Schema": [{ "Name": "plan" }, { "Name": "team" }] }),
            json!({ "Schema": [{ "Name": "plan" }] }),
            "Pool.Schema.team",
            "none",
        ),
        changed(
            Code::DeletionProtectionLowered,
            json!({ "DeletionProtection": "ACTIVE" }),
            json!({ "DeletionProtection": "INACTIVE" }),
            "Pool",
            "INACTIVE",
        ),
        changed(
            Code::MfaRemoved,
            json!({ "MfaConfiguration": "ON" }),
            json!({ "MfaConfiguration": "OPTIONAL" }),
            "Pool.MfaConfiguration",
            "OPTIONAL",
        ),
        changed(
            Code::MfaRemoved,
            json!({ "MfaConfiguration": "OPTIONAL" }),
            json!({}),
            "Pool.MfaConfiguration",
            "OFF",
        ),
        changed(
            Code::MfaRemoved,
            json!({ "MfaConfiguration": "ON", "EnabledMfas": ["SMS_MFA", "SOFTWARE_TOKEN_MFA"] }),
            json!({ "MfaConfiguration": "ON", "EnabledMfas": ["SOFTWARE_TOKEN_MFA"] }),
            "Pool.EnabledMfas",
            "[SOFTWARE_TOKEN_MFA]",
        ),
        changed(
            Code::SmsRoleRemoved,
            json!({ "SmsConfiguration": { "SnsCallerArn": "arn:r" } }),
            json!({}),
            "Pool.SmsConfiguration",
            "none",
        ),
        changed(
            Code::TierLowered,
            json!({ "UserPoolTier": "PLUS" }),
            json!({}),
            "Pool.UserPoolTier",
            "ESSENTIALS",
        ),
        changed(
            Code::TierRaised,
            json!({ "UserPoolTier": "LITE" }),
            json!({}),
            "Pool.UserPoolTier",
            "ESSENTIALS",
        ),
    ]
}
