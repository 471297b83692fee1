//! The messages that verify an address: `DescribeUserPool` answers with each of them twice.
//!
//! The three older members repeat what stands in `VerificationMessageTemplate`, and Cognito refuses two that
//! differ. Source: `CreateUserPool` and `VerificationMessageTemplateType`, Amazon Cognito user pools API reference.

use serde_json::{Map, Value};

use super::LeftOut;
use super::properties::something;
use crate::aws::LivePool;

const TEMPLATE: &str = "VerificationMessageTemplate";

/// What counts only where the other option is chosen: Cognito takes one kind of e-mail alone.
const BY_CODE: [&str; 2] = ["EmailMessage", "EmailSubject"];
const BY_LINK: [&str; 2] = ["EmailMessageByLink", "EmailSubjectByLink"];

/// `VerificationMessageTemplate`, without the e-mail that its own option leaves unused.
pub(super) fn template(live: &LivePool) -> Option<Value> {
    let mut template = members(live)?;
    for member in unused(&template) {
        template.shift_remove(member);
    }
    Some(Value::Object(template))
}

fn members(live: &LivePool) -> Option<Map<String, Value>> {
    let template = live.pool.get(TEMPLATE).cloned().and_then(something)?;
    template.as_object().cloned()
}

/// The members that a template has for the option that it does not choose, where it has those of both.
fn unused(template: &Map<String, Value>) -> Vec<&'static str> {
    let has = |names: [&str; 2]| names.iter().any(|name| template.contains_key(*name));
    if !has(BY_CODE) || !has(BY_LINK) {
        return Vec::new();
    }
    let link = template.get("DefaultEmailOption").and_then(Value::as_str) == Some("CONFIRM_WITH_LINK");
    let unused = if link { BY_CODE } else { BY_LINK };
    unused.into_iter().filter(|name| template.contains_key(*name)).collect()
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

/// Messages that the pool has and does not use.
pub(super) fn left_out(live: &LivePool) -> Vec<LeftOut> {
    let template = members(live).unwrap_or_default();
    let unused = unused(&template).into_iter().map(|member| LeftOut {
        member: format!("{TEMPLATE}.{member}"),
        why: "Cognito takes the e-mail with a code or the one with a link, and the pool uses the other",
    });
    unused.collect()
}
