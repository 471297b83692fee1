//! From `DescribeUserPool` and `GetUserPoolMfaConfig` to the properties of `AWS::Cognito::UserPool`.
//!
//! Every member has one of four fates: a property, `LambdaConfig`, read-only, or left out with a reason. Nothing
//! is dropped in silence that somebody could have set.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{attributes, messages, mfa};
use crate::aws::LivePool;
use crate::spec::{TriggerKind, known_properties};

/// A pool in CloudFormation's words.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Adopted {
    /// `AWS::Cognito::UserPool` properties as the pool has them, what people look for first at the top; no
    /// `LambdaConfig`.
    pub properties: Map<String, Value>,
    /// `LambdaConfig` as it is, without members that CloudFormation does not know.
    pub lambda_config: Map<String, Value>,
    /// What the pool has and neither of the two can hold.
    pub left_out: Vec<LeftOut>,
}

/// A setting of a live pool that CloudFormation cannot hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// Its path, by the API's names or, within a property, by CloudFormation's.
    pub member: String,
    /// Why, as a sentence without its full stop.
    pub why: &'static str,
}

/// Where a property's value comes from.
enum From {
    /// A member of `UserPool`, as it is.
    Pool(&'static str),
    /// A member of a member of `GetUserPoolMfaConfig`'s answer.
    Mfa(&'static str, &'static str),
    /// Made from several members.
    Made(fn(&LivePool) -> Option<Value>),
}

use From::{Made, Mfa, Pool};

/// Every property but `LambdaConfig` and those that Cognito sets itself.
///
/// Sources: `UserPoolType` and `GetUserPoolMfaConfigResponse`, Amazon Cognito user pools API reference;
/// `AWS::Cognito::UserPool`, AWS CloudFormation's resource schema.
const PROPERTIES: [(&str, From); 31] = [
    ("UserPoolName", Pool("Name")),
    ("UserPoolTier", Pool("UserPoolTier")),
    ("DeletionProtection", Pool("DeletionProtection")),
    ("UsernameAttributes", Pool("UsernameAttributes")),
    ("AliasAttributes", Pool("AliasAttributes")),
    ("UsernameConfiguration", Pool("UsernameConfiguration")),
    ("Schema", Made(attributes::schema)),
    ("AutoVerifiedAttributes", Pool("AutoVerifiedAttributes")),
    ("UserAttributeUpdateSettings", Pool("UserAttributeUpdateSettings")),
    ("AccountRecoverySetting", Pool("AccountRecoverySetting")),
    ("AdminCreateUserConfig", Made(admin_create_user)),
    ("Policies", Pool("Policies")),
    ("MfaConfiguration", Made(mfa::configuration)),
    ("EnabledMfas", Made(mfa::factors)),
    ("WebAuthnRelyingPartyID", Mfa("WebAuthnConfiguration", "RelyingPartyId")),
    (
        "WebAuthnUserVerification",
        Mfa("WebAuthnConfiguration", "UserVerification"),
    ),
    (
        "WebAuthnFactorConfiguration",
        Mfa("WebAuthnConfiguration", "FactorConfiguration"),
    ),
    ("DeviceConfiguration", Pool("DeviceConfiguration")),
    ("UserPoolAddOns", Pool("UserPoolAddOns")),
    ("EmailConfiguration", Pool("EmailConfiguration")),
    ("SmsConfiguration", Made(mfa::sms_configuration)),
    ("VerificationMessageTemplate", Made(messages::template)),
    ("EmailVerificationMessage", Made(messages::email_message)),
    ("EmailVerificationSubject", Made(messages::email_subject)),
    ("SmsVerificationMessage", Made(messages::sms_message)),
    ("SmsAuthenticationMessage", Made(mfa::sms_message)),
    ("EmailAuthenticationMessage", Mfa("EmailMfaConfiguration", "Message")),
    ("EmailAuthenticationSubject", Mfa("EmailMfaConfiguration", "Subject")),
    ("KeyConfiguration", Pool("KeyConfiguration")),
    ("IssuerConfiguration", Pool("IssuerConfiguration")),
    ("UserPoolTags", Made(tags)),
];

/// Members of `UserPool` that something else above reads.
const READ: [&str; 9] = [
    "SchemaAttributes",
    "AdminCreateUserConfig",
    "MfaConfiguration",
    "SmsConfiguration",
    "VerificationMessageTemplate",
    "EmailVerificationMessage",
    "EmailVerificationSubject",
    "SmsVerificationMessage",
    "SmsAuthenticationMessage",
];

/// Members that Cognito sets itself, or that belong to another resource, which stays as it is.
const NOT_SETTINGS: [&str; 10] = [
    "Id",
    "Arn",
    "CreationDate",
    "LastModifiedDate",
    "Status",
    "EstimatedNumberOfUsers",
    "Domain",
    "CustomDomain",
    "SmsConfigurationFailure",
    "EmailConfigurationFailure",
];

const API_ONLY: [&str; 2] = ["AcrConfiguration", "DcrConfiguration"];

const WHY_API_ONLY: &str = "only Cognito's API has it, no property of CloudFormation; an update of the pool through \
                            the stack may reset it";
const WHY_UNKNOWN: &str = "this version knows no property for it; an update of the pool through the stack may reset it";
const WHY_SCHEMA: &str = "CloudFormation's schema does not know it; where it does by now, add it to the file with an \
                          acknowledgement of unknown-property";
const WHY_TRIGGER: &str = "no stack file has a word for this trigger; the stack would take it out of the pool";
const WHY_KEY: &str = "no sender uses the key, so the file does not name it; the stack takes it out of the pool";

/// Whether CloudFormation has this property of a pool.
pub fn is_pool_property(name: &str) -> bool {
    name == "LambdaConfig" || PROPERTIES.iter().any(|(property, _)| *property == name)
}

/// Says what a live pool is in CloudFormation's words.
pub fn adopted(live: &LivePool) -> Adopted {
    let mut left_out = unread_members(&live.pool);
    left_out.extend(mfa::left_out(live));
    let found = PROPERTIES.iter().filter_map(|(name, from)| {
        let value = match from {
            Pool(member) => live.pool.get(*member).cloned(),
            Mfa(part, member) => live.mfa.get(*part).and_then(|part| part.get(*member)).cloned(),
            Made(make) => make(live),
        }?;
        Some(((*name).to_owned(), worth_saying(name, value)?))
    });
    let (properties, unknown) = known_properties(&found.collect());
    // Without what the schema does not know, a value may have nothing left to say.
    let properties = properties.into_iter().filter_map(|(name, value)| {
        let value = worth_saying(&name, value)?;
        Some((name, value))
    });
    left_out.extend(unknown.into_iter().map(|member| LeftOut {
        member,
        why: WHY_SCHEMA,
    }));
    let (lambda_config, dropped) = lambda_config(live);
    left_out.extend(dropped);
    Adopted {
        properties: properties.collect(),
        lambda_config,
        left_out,
    }
}

fn worth_saying(property: &str, value: Value) -> Option<Value> {
    match property {
        // Present without a member means on, and Cognito tells that from absent.
        "DeviceConfiguration" => Some(value).filter(Value::is_object),
        // A tag may have an empty value.
        TAGS => Some(value).filter(|tags| tags.as_object().is_some_and(|tags| !tags.is_empty())),
        _ => something(value),
    }
}

fn unread_members(pool: &Map<String, Value>) -> Vec<LeftOut> {
    let as_it_is = |name: &str| {
        let from = |(_, from): &(&str, From)| matches!(from, Pool(member) if *member == name);
        PROPERTIES.iter().any(from)
    };
    let read = |name: &str| {
        as_it_is(name) || READ.contains(&name) || NOT_SETTINGS.contains(&name) || ["LambdaConfig", TAGS].contains(&name)
    };
    let unread = pool
        .iter()
        .filter(|(name, value)| !read(name) && something((*value).clone()).is_some());
    unread
        .map(|(name, _)| LeftOut {
            member: name.clone(),
            why: if API_ONLY.contains(&name.as_str()) {
                WHY_API_ONLY
            } else {
                WHY_UNKNOWN
            },
        })
        .collect()
}

/// Leaves out what says nothing: null, an empty text, list or object. CloudFormation and Cognito refuse most of
/// these. False and 0 are settings.
pub(super) fn something(value: Value) -> Option<Value> {
    match value {
        Value::Null => None,
        Value::String(text) if text.is_empty() => None,
        Value::Array(items) => {
            let items: Vec<Value> = items.into_iter().filter_map(something).collect();
            (!items.is_empty()).then(|| Value::Array(items))
        }
        Value::Object(members) => {
            let members = members
                .into_iter()
                .filter_map(|(name, value)| Some((name, something(value)?)));
            let members: Map<String, Value> = members.collect();
            (!members.is_empty()).then_some(Value::Object(members))
        }
        other => Some(other),
    }
}

/// Cognito refuses `UnusedAccountValidityDays` beside `TemporaryPasswordValidityDays`, and answers with both.
fn admin_create_user(live: &LivePool) -> Option<Value> {
    let mut config = live.pool.get("AdminCreateUserConfig")?.clone();
    let days = live
        .pool
        .get("Policies")
        .and_then(|policies| policies.get("PasswordPolicy"));
    if days.is_some_and(|policy| {
        policy
            .get("TemporaryPasswordValidityDays")
            .is_some_and(|days| !days.is_null())
    }) && let Some(config) = config.as_object_mut()
    {
        config.shift_remove("UnusedAccountValidityDays");
    }
    Some(config)
}

const TAGS: &str = "UserPoolTags";

/// Tags of AWS's own cannot be set; an empty value can.
fn tags(live: &LivePool) -> Option<Value> {
    let tags = live.pool.get(TAGS)?.as_object()?;
    let own = tags.iter().filter(|(key, _)| !key.starts_with("aws:"));
    // They have no order, so each answer might have another.
    let sorted: BTreeMap<&String, &Value> = own.collect();
    let sorted = sorted.into_iter().map(|(key, value)| (key.clone(), value.clone()));
    Some(Value::Object(sorted.collect()))
}

fn lambda_config(live: &LivePool) -> (Map<String, Value>, Vec<LeftOut>) {
    const BESIDE: [&str; 2] = ["PreTokenGenerationConfig", "KMSKeyID"];
    let known = |member: &str| BESIDE.contains(&member) || TriggerKind::ALL.iter().any(|kind| kind.member() == member);
    let config = live.lambda_config();
    let set = config
        .into_iter()
        .filter_map(|(name, value)| Some((name, something(value)?)));
    let (kept, other): (Map<_, _>, Map<_, _>) = set.partition(|(name, _)| known(name));
    let mut left_out: Vec<LeftOut> = other
        .into_iter()
        .map(|(name, _)| LeftOut {
            member: format!("LambdaConfig.{name}"),
            why: WHY_TRIGGER,
        })
        .collect();
    let senders = TriggerKind::ALL.into_iter().filter(|kind| kind.is_sender());
    if kept.contains_key("KMSKeyID") && !senders.into_iter().any(|kind| kept.contains_key(kind.member())) {
        left_out.push(LeftOut {
            member: "LambdaConfig.KMSKeyID".to_owned(),
            why: WHY_KEY,
        });
    }
    (kept, left_out)
}

#[cfg(test)]
mod tests;
