//! What `GetUserPoolMfaConfig` says, as properties.
//!
//! `DescribeUserPool` does not tell which factors are on. Source: `GetUserPoolMfaConfigResponse`, Amazon Cognito
//! user pools API reference, and `EnabledMfas` of `AWS::Cognito::UserPool`.

use serde_json::{Map, Value};

use super::LeftOut;
use super::properties::something;
use crate::aws::LivePool;

const SMS: &str = "SmsMfaConfiguration";
const TOKEN: &str = "SoftwareTokenMfaConfiguration";
const EMAIL: &str = "EmailMfaConfiguration";
const WEB_AUTHN: &str = "WebAuthnConfiguration";

/// The members of the answer, with their own.
const KNOWN: [(&str, &[&str]); 5] = [
    ("MfaConfiguration", &[]),
    (SMS, &["SmsAuthenticationMessage", "SmsConfiguration"]),
    (TOKEN, &["Enabled"]),
    (EMAIL, &["Message", "Subject"]),
    (
        WEB_AUTHN,
        &["RelyingPartyId", "UserVerification", "FactorConfiguration"],
    ),
];

/// `MfaConfiguration`: both answers hold it.
pub(super) fn configuration(live: &LivePool) -> Option<Value> {
    let name = "MfaConfiguration";
    live.pool.get(name).or_else(|| live.mfa.get(name)).cloned()
}

/// `EnabledMfas`. With MFA off CloudFormation takes none: a stack that names one then rolls back.
pub(super) fn factors(live: &LivePool) -> Option<Value> {
    let on = configuration(live).is_some_and(|configuration| configuration != "OFF");
    let factors = [
        ("SMS_MFA", sms_factor(&live.mfa)),
        ("SOFTWARE_TOKEN_MFA", token(&live.mfa)),
        ("EMAIL_OTP", live.mfa.get(EMAIL).is_some_and(Value::is_object)),
    ];
    let enabled = factors
        .into_iter()
        .filter_map(|(name, enabled)| enabled.then_some(name));
    on.then(|| enabled.map(Value::from).collect())
}

fn sms_factor(mfa: &Map<String, Value>) -> bool {
    let configuration = mfa.get(SMS).and_then(|sms| sms.get("SmsConfiguration"));
    configuration.cloned().and_then(something).is_some()
}

fn token(mfa: &Map<String, Value>) -> bool {
    mfa.get(TOKEN).and_then(|token| token.get("Enabled")) == Some(&Value::Bool(true))
}

/// `SmsConfiguration`: where the pool's own is empty, that of its factor counts.
pub(super) fn sms_configuration(live: &LivePool) -> Option<Value> {
    sms(live, "SmsConfiguration")
}

/// `SmsAuthenticationMessage`
pub(super) fn sms_message(live: &LivePool) -> Option<Value> {
    sms(live, "SmsAuthenticationMessage")
}

fn sms(live: &LivePool, member: &str) -> Option<Value> {
    let own = live.pool.get(member).cloned().and_then(something);
    own.or_else(|| live.mfa.get(SMS)?.get(member).cloned())
}

/// Members of the answer that no property holds.
pub(super) fn left_out(live: &LivePool) -> Vec<LeftOut> {
    const WHY: &str =
        "this version knows no property for it; an update of the pool's MFA through the stack may reset it";
    let mut left_out = Vec::new();
    let mut leave = |member: String| left_out.push(LeftOut { member, why: WHY });
    for (name, value) in live
        .mfa
        .iter()
        .filter(|(_, value)| something((*value).clone()).is_some())
    {
        match KNOWN.iter().find(|(known, _)| known == name) {
            None => leave(format!("GetUserPoolMfaConfig.{name}")),
            Some((_, known)) => {
                let members = value.as_object().into_iter().flatten();
                for (member, _) in members.filter(|(member, _)| !known.contains(&member.as_str())) {
                    leave(format!("GetUserPoolMfaConfig.{name}.{member}"));
                }
            }
        }
    }
    let off = configuration(live).is_none_or(|configuration| configuration == "OFF");
    if off && token(&live.mfa) {
        left_out.push(LeftOut {
            member: format!("GetUserPoolMfaConfig.{TOKEN}"),
            why: "MFA is off, and CloudFormation takes no factors then",
        });
    }
    left_out
}
