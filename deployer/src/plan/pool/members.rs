//! `DescribeUserPool` to `UpdateUserPool`: the whole body, since the service resets what is left out.
//!
//! Everything that was observed is sent back as it is, members that nobody here knows too. What cannot be
//! sent is in tables, each row with its reason. Sources: `UpdateUserPool` and the types that it names, Amazon
//! Cognito user pools API; "Updating user pool configuration", Amazon Cognito Developer Guide.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

/// Members that are sent by another name: as `DescribeUserPool` and as `UpdateUserPool` spell them.
const RENAMED: [(&str, &str); 2] = [("Id", "UserPoolId"), ("Name", "PoolName")];

/// Members that are sent as they were observed. `MfaConfiguration` is among them: to send what is there is always
/// safe, while what its omission means was only ever measured.
const SENT: [&str; 23] = [
    "AccountRecoverySetting",
    "AcrConfiguration",
    "AdminCreateUserConfig",
    "AutoVerifiedAttributes",
    "DcrConfiguration",
    "DeletionProtection",
    "DeviceConfiguration",
    "EmailConfiguration",
    "EmailVerificationMessage",
    "EmailVerificationSubject",
    "IssuerConfiguration",
    "KeyConfiguration",
    "LambdaConfig",
    "MfaConfiguration",
    "Policies",
    "SmsAuthenticationMessage",
    "SmsConfiguration",
    "SmsVerificationMessage",
    "UserAttributeUpdateSettings",
    "UserPoolAddOns",
    "UserPoolTags",
    "UserPoolTier",
    "VerificationMessageTemplate",
];

/// Members that `UpdateUserPool` does not take.
const DROPPED: [(&str, &str); 13] = [
    ("SchemaAttributes", "only AddCustomAttributes writes it"),
    ("AliasAttributes", "immutable"),
    ("UsernameAttributes", "immutable"),
    ("UsernameConfiguration", "immutable"),
    ("Arn", "read-only"),
    ("CreationDate", "read-only"),
    ("LastModifiedDate", "read-only"),
    ("Status", "read-only and no longer used"),
    ("EstimatedNumberOfUsers", "read-only"),
    ("Domain", "CreateUserPoolDomain writes it"),
    ("CustomDomain", "CreateUserPoolDomain writes it"),
    ("SmsConfigurationFailure", "the service's own remark"),
    ("EmailConfigurationFailure", "the service's own remark"),
];

/// Texts that stand twice in a pool: the old member, and the member of `VerificationMessageTemplate` that replaced it.
pub(super) const TWICE: [(&str, &str); 3] = [
    ("SmsVerificationMessage", "SmsMessage"),
    ("EmailVerificationMessage", "EmailMessage"),
    ("EmailVerificationSubject", "EmailSubject"),
];

/// Inner structures and lists, the innermost first, that say nothing when they are empty, and some are then refused. So
/// do all of [`SENT`] but for [`MEANS_SOMETHING`]. What an empty member says that nobody here knows, nobody here knows.
const MEANS_NOTHING: [&[&str]; 6] = [
    &["Policies", "SignInPolicy", "AllowedFirstAuthFactors"],
    &["Policies", "SignInPolicy"],
    &["Policies", "PasswordPolicy"],
    &["AccountRecoverySetting", "RecoveryMechanisms"],
    &["AdminCreateUserConfig", "InviteMessageTemplate"],
    &["UserPoolAddOns", "AdvancedSecurityAdditionalFlows"],
];

/// Members that say something by being there, empty.
const MEANS_SOMETHING: [&str; 2] = [
    // An empty one switches device tracking on, an absent one switches it off.
    "DeviceConfiguration",
    // The service's own model lets it be empty, and replaces it as a whole.
    "AcrConfiguration",
];

/// Returns the whole body of `UpdateUserPool` that leaves a pool as it is, but for `LambdaConfig`.
///
/// `pool` is `UserPool` of `DescribeUserPool`'s answer, `lambda_config` the new value, resolved to ARNs. `refused`
/// names members (`Member` or `Member.Inner`) that the service said are read-only.
pub fn update_request(
    id: &str,
    pool: &Map<String, Value>,
    lambda_config: &Map<String, Value>,
    refused: &BTreeSet<String>,
) -> Map<String, Value> {
    let mut body = Map::new();
    body.insert("UserPoolId".to_owned(), Value::from(id));
    for (member, value) in pool {
        let sent = RENAMED
            .iter()
            .find(|(described, _)| described == member)
            .map_or(member.as_str(), |(_, sent)| sent);
        let is_dropped = DROPPED.iter().any(|(dropped, _)| dropped == member);
        if sent != "UserPoolId" && sent != "LambdaConfig" && !is_dropped && !value.is_null() {
            body.insert(sent.to_owned(), value.clone());
        }
    }
    fix(&mut body);
    for path in refused {
        remove(&mut body, &path.split('.').collect::<Vec<_>>());
    }
    prune(&mut body, &[]);
    // Empty rather than absent: that is how Cognito documents that every trigger goes.
    body.insert("LambdaConfig".to_owned(), Value::Object(lambda_config.clone()));
    body
}

/// Whether the service's model says that `UpdateUserPool` takes a member, as that call spells it.
pub fn is_writable(member: &str) -> bool {
    SENT.contains(&member) || RENAMED.iter().any(|(_, sent)| *sent == member)
}

/// Returns the members of a described pool that no table here knows: they are sent as they are.
pub fn unknown(pool: &Map<String, Value>) -> Vec<String> {
    let is_known = |member: &str| {
        SENT.contains(&member)
            || RENAMED.iter().any(|(described, _)| *described == member)
            || DROPPED.iter().any(|(dropped, _)| *dropped == member)
    };
    pool.keys().filter(|member| !is_known(member)).cloned().collect()
}

/// Brings what was observed into the shape that the service takes back, with the same meaning.
fn fix(body: &mut Map<String, Value>) {
    tags(body);
    password_days(body);
    verification_texts(body);
    // Without EnableStatus it would be switched on; left out, it stays as it is.
    if inner(body, &["DcrConfiguration"]).is_some() && inner(body, &["DcrConfiguration", "EnableStatus"]).is_none() {
        body.shift_remove("DcrConfiguration");
    }
}

/// Tags that begin with `aws:` are AWS's own, and the tagging of a request that names one is refused.
fn tags(body: &mut Map<String, Value>) {
    if let Some(Value::Object(tags)) = body.get_mut("UserPoolTags") {
        tags.retain(|name, _| !is_system_tag(name));
    }
}

/// Whether a tag belongs to AWS.
pub(super) fn is_system_tag(name: &str) -> bool {
    name.get(..4).is_some_and(|prefix| prefix.eq_ignore_ascii_case("aws:"))
}

/// How long a first password counts is said in two places, and a request that says it in both is refused: "Please use
/// `TemporaryPasswordValidityDays` in `PasswordPolicy` instead of `UnusedAccountValidityDays`".
fn password_days(body: &mut Map<String, Value>) {
    const DAYS: [&str; 3] = ["Policies", "PasswordPolicy", "TemporaryPasswordValidityDays"];
    const OLD_DAYS: [&str; 2] = ["AdminCreateUserConfig", "UnusedAccountValidityDays"];
    match inner(body, &DAYS).and_then(Value::as_u64) {
        None => {}
        // The service takes 0 for nothing, so the old member is what counts.
        Some(0) if inner(body, &OLD_DAYS).is_some() => remove(body, &DAYS),
        Some(_) => remove(body, &OLD_DAYS),
    }
}

/// Texts that stand twice have to agree. The e-mail of the option that is not chosen is sent as well: the documentation
/// says that the two exclude each other, but Cognito keeps both, and what is left out would be lost.
fn verification_texts(body: &mut Map<String, Value>) {
    const TEMPLATE: &str = "VerificationMessageTemplate";
    for (old, member) in TWICE {
        let now = inner(body, &[TEMPLATE, member]).cloned();
        if let (Some(now), Some(was)) = (now, body.get_mut(old)) {
            *was = now;
        }
    }
}

/// Returns whether a pool confirms by a code or by a link, where it says.
pub(super) fn option(pool: &Map<String, Value>) -> Option<&str> {
    inner(pool, &["VerificationMessageTemplate", "DefaultEmailOption"])?.as_str()
}

fn inner<'a>(map: &'a Map<String, Value>, path: &[&str]) -> Option<&'a Value> {
    let (first, rest) = path.split_first()?;
    rest.iter().try_fold(map.get(*first)?, |value, step| value.get(*step))
}

fn remove(map: &mut Map<String, Value>, path: &[&str]) {
    match path {
        [] => {}
        [last] => {
            map.shift_remove(*last);
        }
        [first, rest @ ..] => {
            if let Some(Value::Object(inner)) = map.get_mut(*first) {
                remove(inner, rest);
            }
        }
    }
}

/// Takes out what says nothing, and of `others` what is empty.
pub(super) fn prune(pool: &mut Map<String, Value>, others: &[&[&str]]) {
    for path in MEANS_NOTHING.iter().chain(others) {
        if inner(pool, path).is_some_and(is_empty) {
            remove(pool, path);
        }
    }
    pool.retain(|member, value| !value.is_null() && (!means_nothing(member) || !is_empty(value)));
}

/// Whether a member says nothing when it is empty.
fn means_nothing(member: &str) -> bool {
    SENT.contains(&member) && !MEANS_SOMETHING.contains(&member)
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Object(members) => members.is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}

#[cfg(test)]
mod tests;
