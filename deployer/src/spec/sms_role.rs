//! Whether a pool needs a role to send SMS messages by.
//!
//! Cognito wants one even where a function delivers: without `SmsConfiguration` it refuses SMS MFA
//! and phone verification, and finds no way to send at all.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{Trigger, TriggerKind};

/// Returns why a pool of these properties and triggers needs an SMS role; nothing when it needs none.
pub fn needs_sms_role(
    properties: &Map<String, Value>,
    triggers: &BTreeMap<TriggerKind, Trigger>,
) -> Option<&'static str> {
    let reasons = [
        (
            triggers.contains_key(&TriggerKind::CustomSmsSender),
            "a custom SMS sender",
        ),
        (sms_mfa(properties), "MFA by SMS"),
        (
            holds(properties.get("AutoVerifiedAttributes"), "phone_number"),
            "the verification of phone numbers",
        ),
        (holds(first_factors(properties), "SMS_OTP"), "sign-in by SMS"),
    ];
    reasons
        .into_iter()
        .find(|(needed, _)| *needed)
        .map(|(_, reason)| reason)
}

/// Cognito takes SMS for the factor where MFA is on and the factors are not named.
fn sms_mfa(properties: &Map<String, Value>) -> bool {
    let on = matches!(
        properties.get("MfaConfiguration").and_then(Value::as_str),
        Some("ON" | "OPTIONAL")
    );
    let factors = properties.get("EnabledMfas");
    on && (factors.is_none() || holds(factors, "SMS_MFA"))
}

fn first_factors(properties: &Map<String, Value>) -> Option<&Value> {
    properties
        .get("Policies")?
        .get("SignInPolicy")?
        .get("AllowedFirstAuthFactors")
}

fn holds(list: Option<&Value>, wanted: &str) -> bool {
    list.and_then(Value::as_array)
        .is_some_and(|list| list.iter().any(|item| item == wanted))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn sms_mfa_is_on_unless_other_factors_are_named() {
        let pool = |value: Value| value.as_object().cloned().unwrap_or_default();
        assert!(sms_mfa(&pool(json!({"MfaConfiguration": "ON"}))));
        assert!(sms_mfa(&pool(
            json!({"MfaConfiguration": "OPTIONAL", "EnabledMfas": ["SOFTWARE_TOKEN_MFA", "SMS_MFA"]})
        )));
        assert!(!sms_mfa(&pool(
            json!({"MfaConfiguration": "ON", "EnabledMfas": ["SOFTWARE_TOKEN_MFA"]})
        )));
        assert!(!sms_mfa(&pool(json!({"MfaConfiguration": "OFF"}))));
        assert!(!sms_mfa(&pool(json!({}))));
    }

    #[test]
    fn each_use_of_sms_is_a_reason() {
        let reason = |value: Value| {
            let properties = value.as_object().cloned().unwrap_or_default();
            needs_sms_role(&properties, &BTreeMap::new())
        };
        let first =
            |factor: &str| json!({"Policies": {"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", factor]}}});
        assert_eq!(reason(first("SMS_OTP")), Some("sign-in by SMS"));
        assert_eq!(reason(first("EMAIL_OTP")), None);
        assert_eq!(reason(json!({"MfaConfiguration": "ON"})), Some("MFA by SMS"));
        assert_eq!(
            reason(json!({"AutoVerifiedAttributes": ["email", "phone_number"]})),
            Some("the verification of phone numbers")
        );
    }
}
