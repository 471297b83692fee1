//! The stack and its pool: does the live pool have what its triggers need, and what does it tell of AWS?
//!
//! What starts with `measured here` answers a question that AWS's documentation leaves open, for this account.

use serde_json::{Map, Value};

use super::{Reading, Verdict};
use crate::aws::{LivePool, StackState};
use crate::spec::EmailSending;

/// Whether the stack stands.
pub fn deployed(file: &str, found: &Reading<Option<StackState>>) -> Verdict {
    let check = "stack";
    let state = match found {
        Ok(Some(state)) => state,
        Ok(None) => return Verdict::warn(check, "not deployed yet", format!("deployer apply {file}")),
        Err(error) => return Verdict::unread(check, error, "aws cloudformation describe-stacks"),
    };
    let status = state.status.as_str();
    let next = format!("deployer status {file}");
    match status {
        "ROLLBACK_COMPLETE" => Verdict::warn(check, format!("{status}: its creation failed"), next),
        "UPDATE_ROLLBACK_COMPLETE" => Verdict::warn(check, format!("{status}: its last change failed"), next),
        _ if status.ends_with("_IN_PROGRESS") => Verdict::warn(check, format!("{status}: somebody is at work"), next),
        _ if status.ends_with("_FAILED") => Verdict::fail(check, status, next),
        _ => Verdict::ok(check, status),
    }
}

/// What of a pool asks for a tier above `LITE`.
///
/// Source: "User pool feature plans", Amazon Cognito Developer Guide.
fn needs(lambda_config: &Map<String, Value>, settings: &Value) -> Vec<String> {
    let mut needs = Vec::new();
    let version = lambda_config
        .get("PreTokenGenerationConfig")
        .and_then(|trigger| trigger.get("LambdaVersion"))
        .and_then(Value::as_str);
    if let Some(version @ ("V2_0" | "V3_0")) = version {
        needs.push(format!("PreTokenGenerationConfig {version}"));
    }
    let factors = settings.pointer("/Policies/SignInPolicy/AllowedFirstAuthFactors");
    for factor in factors.and_then(Value::as_array).into_iter().flatten() {
        if let Some(factor @ ("EMAIL_OTP" | "SMS_OTP" | "WEB_AUTHN")) = factor.as_str() {
            needs.push(format!("the first factor {factor}"));
        }
    }
    needs
}

/// Whether a pool's tier has what its triggers and factors need. `settings` is the pool as it is declared, or as it
/// is; its `UserPoolTier` counts.
pub fn tier(lambda_config: &Map<String, Value>, settings: &Value) -> Verdict {
    let check = "tier";
    let needs = needs(lambda_config, settings);
    let told = settings.get("UserPoolTier").and_then(Value::as_str);
    match (told, needs.as_slice()) {
        (Some("LITE"), needs @ [_, ..]) => Verdict::fail(
            check,
            format!("the pool is LITE, which lacks {}", needs.join(" and ")),
            "raise UserPoolTier to ESSENTIALS, which costs more for each user, or go without",
        ),
        (Some(tier), _) => Verdict::ok(check, format!("{tier}, which has what is used")),
        (None, []) => Verdict::ok(check, "nothing that is used asks for a tier"),
        // Cognito's own default.
        (None, _) => Verdict::ok(check, "ESSENTIALS by default, which has what is used"),
    }
}

/// By whom a pool says that it sends e-mail.
fn sends_by(settings: &Value) -> &str {
    let told = settings.pointer("/EmailConfiguration/EmailSendingAccount");
    told.and_then(Value::as_str)
        .unwrap_or(EmailSending::CognitoDefault.name())
}

/// Whether the live pool sends e-mail as it is declared: `declared` is `EmailSendingAccount`, where somebody says it.
pub fn email_sending(declared: Option<&str>, live: &Value) -> Verdict {
    let check = "email-sending";
    let told = sends_by(live);
    match declared {
        Some(declared) if declared != told => Verdict::fail(
            check,
            format!("declared is {declared}, and the pool sends by {told}"),
            "apply, or correct the stack file: texts for e-mail count only with DEVELOPER",
        ),
        Some(_) => Verdict::ok(check, format!("{told}, as declared")),
        None => Verdict::ok(check, told),
    }
}

/// What a pool with a sender of SMS messages tells of `SmsConfiguration`.
pub fn sms_configuration(live: &LivePool) -> Option<Verdict> {
    live.lambda_config().get("CustomSMSSender")?;
    let check = "sms-configuration";
    let failure = live.pool.get("SmsConfigurationFailure").and_then(Value::as_str);
    let has = live
        .pool
        .get("SmsConfiguration")
        .is_some_and(|value| value != &Value::Object(Map::new()));
    Some(match (has, failure) {
        (_, Some(failure)) => Verdict::warn(
            check,
            format!("Cognito says SmsConfigurationFailure: {failure}"),
            "look at the pool's SMS role and SNS's sandbox; the sender itself does not use them",
        ),
        (false, None) => Verdict::ok(
            check,
            "measured here: the pool has a custom SMS sender and no SmsConfiguration, and Cognito took it",
        ),
        (true, None) => Verdict::ok(check, "there, beside the custom SMS sender"),
    })
}

/// Whether senders stayed in a pool although the deployed template has none. `deployed` is its `LambdaConfig`.
pub fn left_over(deployed: Option<&Value>, live: &Map<String, Value>) -> Option<Verdict> {
    let check = "left-over";
    let members = ["CustomSMSSender", "CustomEmailSender", "KMSKeyID"];
    let of_template = |member: &str| deployed.is_some_and(|config| config.get(member).is_some());
    let left: Vec<&str> = members
        .into_iter()
        .filter(|member| live.contains_key(*member) && !of_template(member))
        .collect();
    (!left.is_empty()).then(|| {
        let found = format!(
            "measured here: the deployed template has no {}, and the live pool does: CloudFormation left it, or \
             somebody attached it",
            left.join(", no ")
        );
        Verdict::warn(
            check,
            found,
            "deployer status names it; the next change of the pool puts it right",
        )
    })
}

/// Whether CloudFormation says that it can take a user pool in, by `ProvisioningType`; asked where a file imports one.
pub fn import(found: &Reading<String>) -> Verdict {
    let check = "import";
    match found {
        Ok(kind) if kind == "FULLY_MUTABLE" => Verdict::ok(
            check,
            "measured here: CloudFormation calls AWS::Cognito::UserPool FULLY_MUTABLE, so it can import one",
        ),
        Ok(kind) => Verdict::fail(
            check,
            format!("measured here: CloudFormation calls AWS::Cognito::UserPool {kind}, so it cannot import one"),
            "leave the pool outside: pool.existing",
        ),
        Err(error) => {
            let look = "aws cloudformation describe-type --type RESOURCE --type-name AWS::Cognito::UserPool";
            Verdict::unread(check, error, look)
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(
        clippy::unwrap_used,
        reason = "a test stops at the first thing that is not as it should be"
    )]

    use std::collections::BTreeMap;

    use serde_json::json;

    use super::*;
    use crate::doctor::kit::{denied, told};

    fn object(value: &Value) -> Map<String, Value> {
        value.as_object().cloned().unwrap()
    }

    #[test]
    fn stacks() {
        let of = |status: &str| {
            deployed(
                "acme.yaml",
                &Ok(Some(StackState {
                    id: "id".to_owned(),
                    name: "acme".to_owned(),
                    status: status.to_owned(),
                    reason: None,
                    tags: BTreeMap::new(),
                    outputs: BTreeMap::new(),
                    parameters: BTreeMap::new(),
                    termination_protection: true,
                    changed: None,
                    watch: crate::aws::Watch::default(),
                })),
            )
        };
        assert_eq!(
            told(&[
                of("UPDATE_COMPLETE"),
                of("UPDATE_ROLLBACK_COMPLETE"),
                of("ROLLBACK_COMPLETE"),
                of("UPDATE_IN_PROGRESS"),
                of("UPDATE_ROLLBACK_FAILED"),
                deployed("acme.yaml", &Ok(None)),
                deployed("acme.yaml", &denied("cloudformation:DescribeStacks")),
            ]),
            [
                "ok stack: UPDATE_COMPLETE",
                "warn stack: UPDATE_ROLLBACK_COMPLETE: its last change failed",
                "warn stack: ROLLBACK_COMPLETE: its creation failed",
                "warn stack: UPDATE_IN_PROGRESS: somebody is at work",
                "fail stack: UPDATE_ROLLBACK_FAILED",
                "warn stack: not deployed yet",
                "warn stack: not checked: cloudformation:DescribeStacks: no (AccessDenied)",
            ]
        );
    }

    #[test]
    fn tiers() {
        let claims = |version: &str| object(&json!({ "PreTokenGenerationConfig": { "LambdaVersion": version } }));
        let otp = json!({ "UserPoolTier": "LITE",
            "Policies": { "SignInPolicy": { "AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"] } } });
        let lite = json!({ "UserPoolTier": "LITE" });
        assert_eq!(
            told(&[
                tier(&claims("V1_0"), &lite),
                tier(&claims("V3_0"), &lite),
                tier(&Map::new(), &otp),
                tier(&claims("V2_0"), &json!({ "UserPoolTier": "PLUS" })),
                tier(&claims("V2_0"), &json!({})),
                tier(&Map::new(), &json!({})),
            ]),
            [
                "ok tier: LITE, which has what is used",
                "fail tier: the pool is LITE, which lacks PreTokenGenerationConfig V3_0",
                "fail tier: the pool is LITE, which lacks the first factor EMAIL_OTP",
                "ok tier: PLUS, which has what is used",
                "ok tier: ESSENTIALS by default, which has what is used",
                "ok tier: nothing that is used asks for a tier",
            ]
        );
    }

    #[test]
    fn email() {
        let developer = json!({ "EmailConfiguration": { "EmailSendingAccount": "DEVELOPER" } });
        assert_eq!(
            told(&[
                email_sending(Some("DEVELOPER"), &developer),
                email_sending(Some("DEVELOPER"), &json!({})),
                email_sending(None, &developer),
            ]),
            [
                "ok email-sending: DEVELOPER, as declared",
                "fail email-sending: declared is DEVELOPER, and the pool sends by COGNITO_DEFAULT",
                "ok email-sending: DEVELOPER",
            ]
        );
    }

    #[test]
    fn what_a_live_pool_tells() {
        let live = |value: Value| LivePool {
            pool: object(&value),
            ..LivePool::default()
        };
        let sender = json!({ "CustomSMSSender": {} });
        let told = |verdict: Option<Verdict>| verdict.as_ref().map(|verdict| told([verdict]).concat());
        assert_eq!(sms_configuration(&live(json!({}))), None);
        let without = sms_configuration(&live(json!({ "LambdaConfig": sender, "SmsConfiguration": {} })));
        assert!(
            told(without)
                .unwrap()
                .starts_with("ok sms-configuration: measured here: ")
        );
        let with = json!({ "LambdaConfig": sender, "SmsConfiguration": { "SnsCallerArn": "arn" } });
        assert_eq!(
            told(sms_configuration(&live(with))).unwrap(),
            "ok sms-configuration: there, beside the custom SMS sender"
        );
        let failing = json!({ "LambdaConfig": sender, "SmsConfigurationFailure": "SNSSandbox" });
        assert!(told(sms_configuration(&live(failing))).unwrap().starts_with("warn "));

        let config = object(&json!({ "CustomSMSSender": {}, "KMSKeyID": "arn" }));
        assert_eq!(left_over(Some(&Value::Object(config.clone())), &config), None);
        let left = told(left_over(None, &config)).unwrap();
        assert!(
            left.starts_with(
                "warn left-over: measured here: the deployed template has no CustomSMSSender, no KMSKeyID"
            )
        );

        assert!(
            told(Some(import(&Ok("FULLY_MUTABLE".to_owned()))))
                .unwrap()
                .starts_with("ok ")
        );
        assert!(
            told(Some(import(&Ok("NON_PROVISIONABLE".to_owned()))))
                .unwrap()
                .starts_with("fail ")
        );
        assert!(
            told(Some(import(&denied("cloudformation:DescribeType"))))
                .unwrap()
                .starts_with("warn ")
        );
    }
}
