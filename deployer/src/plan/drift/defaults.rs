//! What a pool does that was never told anything, so that a fresh pool has not drifted.
//!
//! Sources: `CreateUserPool`, `UserPoolType` and their members, Amazon Cognito user pools API reference; the texts
//! are those of "Message templates", Amazon Cognito Developer Guide.

use serde_json::{Value, json};

use super::compare::same;

const CODE: &str = "Your verification code is {####}";
const INVITATION: &str = "Your username is {username} and temporary password is {####}";

/// Whether a value at this path is what a pool has by itself.
pub(super) fn is_default(path: &[String], value: &Value) -> bool {
    if is_nothing(value) {
        return true;
    }
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    let usual = match path.as_slice() {
        ["UserPoolTier"] => json!("ESSENTIALS"),
        ["DeletionProtection"] => json!("INACTIVE"),
        ["MfaConfiguration"] | ["UserPoolAddOns", "AdvancedSecurityMode"] => json!("OFF"),
        ["EmailConfiguration", "EmailSendingAccount"] => json!("COGNITO_DEFAULT"),
        ["AdminCreateUserConfig", "AllowAdminCreateUserOnly"] => json!(false),
        ["Policies", "PasswordPolicy", "MinimumLength"] => json!(8),
        // 0 stands for nothing, and so for 7.
        ["Policies", "PasswordPolicy", "TemporaryPasswordValidityDays"] if same(&json!(0), value) => return true,
        ["Policies", "PasswordPolicy", "TemporaryPasswordValidityDays"] => json!(7),
        ["Policies", "PasswordPolicy", "PasswordHistorySize"] => json!(0),
        ["Policies", "PasswordPolicy", _] => json!(true),
        ["Policies", "SignInPolicy", "AllowedFirstAuthFactors"] => json!(["PASSWORD"]),
        ["VerificationMessageTemplate", "DefaultEmailOption"] => json!("CONFIRM_WITH_CODE"),
        ["KeyConfiguration", "KeyType"] => json!("AWS_OWNED_KEY"),
        ["IssuerConfiguration", "Type"] => json!("ORIGINAL"),
        ["WebAuthnUserVerification"] => json!("preferred"),
        ["WebAuthnFactorConfiguration"] => json!("SINGLE_FACTOR"),
        ["VerificationMessageTemplate", "EmailSubject"] => json!("Your verification code"),
        ["VerificationMessageTemplate", "SmsMessage" | "EmailMessage"] => json!(CODE),
        ["AdminCreateUserConfig", "InviteMessageTemplate", "EmailSubject"] => json!("Your temporary password"),
        ["AdminCreateUserConfig", "InviteMessageTemplate", _] => json!(INVITATION),
        ["SmsAuthenticationMessage" | "EmailAuthenticationMessage"] => json!("Your authentication code is {####}"),
        ["EmailAuthenticationSubject"] => json!("Your authentication code"),
        // Once it is the days of the password policy, once its own; nobody who says neither means either.
        ["AdminCreateUserConfig", "UnusedAccountValidityDays"]
        // Chosen when the pool is made, for good.
        | ["UsernameConfiguration", _] => return true,
        // Which comes first depends on the day on which the pool was made.
        ["AccountRecoverySetting", "RecoveryMechanisms"] => return is_usual_recovery(value),
        _ => return false,
    };
    match (value, &usual) {
        (Value::String(value), Value::String(usual)) => value.trim_end_matches(['.', ' ']) == usual,
        (value, usual) => same(usual, value),
    }
}

/// Whether a member that is not declared is as Cognito makes it beside members that are: of a password policy that
/// says something, the rules that it leaves out are off.
pub(super) fn follows(path: &[String], value: &Value, siblings: bool) -> bool {
    let rule = matches!(path, [policies, policy, _] if policies == "Policies" && policy == "PasswordPolicy");
    is_default(path, value) || (siblings && rule && *value == Value::Bool(false))
}

/// Whether a value says nothing.
pub(super) fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.values().all(is_nothing),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

fn is_usual_recovery(value: &Value) -> bool {
    let ways = value.as_array().map(Vec::as_slice).unwrap_or_default();
    let usual = ["verified_email", "verified_phone_number"];
    let is_usual = |way: &Value| {
        let name = way.get("Name").and_then(Value::as_str);
        name.is_some_and(|name| usual.contains(&name))
    };
    ways.len() == usual.len() && ways.iter().all(is_usual)
}
