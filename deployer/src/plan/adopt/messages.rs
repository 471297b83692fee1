//! The messages that verify an address: `DescribeUserPool` answers with each of them twice.
//!
//! The three older members repeat what stands in `VerificationMessageTemplate`, and Cognito refuses two that
//! differ. Source: `CreateUserPool` and `VerificationMessageTemplateType`, Amazon Cognito user pools API reference.

use serde_json::{Map, Value};

use super::properties::something;
use crate::aws::LivePool;

const TEMPLATE: &str = "VerificationMessageTemplate";

/// `VerificationMessageTemplate`: the e-mail with a code and the one with a link, since a pool may have both.
pub(super) fn template(live: &LivePool) -> Option<Value> {
    members(live).map(Value::Object)
}

fn members(live: &LivePool) -> Option<Map<String, Value>> {
    let template = live.pool.get(TEMPLATE).cloned().and_then(something)?;
    template.as_object().cloned()
}

/// `EmailVerificationMessage`
pub(super) fn email_message(live: &LivePool) -> Option<Value> {
    older(live, "EmailVerificationMessage", "EmailMessage")
}

/// `EmailVerificationSubject`
pub(super) fn email_subject(live: &LivePool) -> Option<Value> {
    older(live, "EmailVerificationSubject", "EmailSubject")
}

/// `SmsVerificationMessage`
pub(super) fn sms_message(live: &LivePool) -> Option<Value> {
    older(live, "SmsVerificationMessage", "SmsMessage")
}

/// An older member, where the template does not say the same thing already.
fn older(live: &LivePool, member: &str, newer: &str) -> Option<Value> {
    let said = members(live).is_some_and(|template| template.contains_key(newer));
    live.pool.get(member).filter(|_| !said).cloned()
}
