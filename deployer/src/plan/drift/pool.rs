//! A pool against its declaration, in CloudFormation's names.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::compare::{Difference, compare, same};
use super::{Drift, Standing};
use crate::aws::LivePool;
use crate::model::logical;
use crate::plan::adopt::{adopted, differences, live_attribute};
use crate::spec::EmailSending;

const POOL_TYPE: &str = "AWS::Cognito::UserPool";
const TRIGGERS: &str = "LambdaConfig";
const TAGS: &str = "UserPoolTags";
const TEMPLATE: &str = "VerificationMessageTemplate";

/// Texts that may be declared by an older name too.
pub(super) const OLDER: [(&str, &str); 3] = [
    ("EmailVerificationMessage", "EmailMessage"),
    ("EmailVerificationSubject", "EmailSubject"),
    ("SmsVerificationMessage", "SmsMessage"),
];

/// Compares a pool of the stack's with what the file declares; `deployed` is what the deployed template says. Both
/// are properties with their references resolved, and with the stack's tags.
pub fn owned_pool(declared: &Map<String, Value>, deployed: &Map<String, Value>, live: &LivePool) -> Vec<Drift> {
    let changed: BTreeSet<Vec<String>> = differences_of(deployed, live)
        .into_iter()
        .filter(|difference| difference.standing == Standing::Drifted)
        .map(|difference| difference.path)
        .collect();
    let told = |difference: Difference| {
        let as_deployed = difference.standing == Standing::Drifted && !changed.contains(&difference.path);
        Drift {
            standing: if as_deployed {
                Standing::NotApplied
            } else {
                difference.standing
            },
            ..of_pool(difference)
        }
    };
    differences_of(declared, live).into_iter().map(told).collect()
}

/// Compares a pool outside the stack with what the file says of it: the triggers, with the key, and by whom it sends
/// e-mail. All else belongs to others.
pub fn existing_pool(triggers: &Map<String, Value>, email: Option<EmailSending>, live: &LivePool) -> Vec<Drift> {
    let mut found = Vec::new();
    config(triggers, &live.lambda_config(), Standing::NotDeclared, &mut found);
    if let Some(email) = email {
        let declared = Value::from(match email {
            EmailSending::CognitoDefault => "COGNITO_DEFAULT",
            EmailSending::Developer => "DEVELOPER",
        });
        let path = ["EmailConfiguration", "EmailSendingAccount"].map(str::to_owned);
        let now = live
            .pool
            .get("EmailConfiguration")
            .and_then(|email| email.get("EmailSendingAccount"));
        compare(&mut path.to_vec(), Some(&declared), now, &mut found);
    }
    found.into_iter().map(of_pool).collect()
}

/// Adds the stack's tags to a pool's own, which win: CloudFormation passes them on.
pub fn with_tags(properties: &Map<String, Value>, stack: &BTreeMap<String, String>) -> Map<String, Value> {
    let mut properties = properties.clone();
    let mut tags: Map<String, Value> = stack
        .iter()
        .map(|(name, value)| (name.clone(), Value::from(value.as_str())))
        .collect();
    if let Some(Value::Object(own)) = properties.get(TAGS) {
        tags.extend(own.clone());
    }
    if !tags.is_empty() {
        properties.insert(TAGS.to_owned(), Value::Object(tags));
    }
    properties
}

fn of_pool(difference: Difference) -> Drift {
    Drift {
        resource: logical::POOL.to_owned(),
        resource_type: POOL_TYPE.to_owned(),
        path: difference.path,
        declared: difference.declared,
        live: difference.live,
        standing: difference.standing,
    }
}

fn differences_of(declared: &Map<String, Value>, live: &LivePool) -> Vec<Difference> {
    let now = properties(live);
    let wanted = by_newer_names(declared.clone());
    let mut found = Vec::new();
    let more = now.keys().filter(|name| !wanted.contains_key(*name));
    for name in wanted.keys().chain(more) {
        match name.as_str() {
            TRIGGERS => {
                let wanted = wanted.get(name).and_then(Value::as_object).cloned().unwrap_or_default();
                // The stack owns all of it: its next update takes out what it does not declare.
                config(&wanted, &live.lambda_config(), Standing::Drifted, &mut found);
            }
            "Schema" => schema(wanted.get(name), now.get(name), live, &mut found),
            _ => {
                // Beside what CloudFormation knows, a file may declare what is newer.
                let live = now.get(name).or_else(|| live.pool.get(name));
                compare(&mut vec![name.clone()], wanted.get(name), live, &mut found);
            }
        }
    }
    found
}

/// The live pool in CloudFormation's names.
fn properties(live: &LivePool) -> Map<String, Value> {
    let mut properties = adopted(live).properties;
    // Whole, with what a file that is made anew leaves out.
    for name in [TEMPLATE, "AdminCreateUserConfig"] {
        if let Some(value) = live.pool.get(name).filter(|value| value.is_object()) {
            properties.insert(name.to_owned(), value.clone());
        }
    }
    by_newer_names(properties)
}

fn by_newer_names(mut properties: Map<String, Value>) -> Map<String, Value> {
    for (older, newer) in OLDER {
        let Some(text) = properties.shift_remove(older) else {
            continue;
        };
        let template = properties.entry(TEMPLATE).or_insert_with(|| Value::Object(Map::new()));
        if let Value::Object(template) = template {
            template.entry(newer).or_insert(text);
        }
    }
    properties
}

/// Triggers are compared whole; `beyond` is what to make of one that is not declared.
fn config(wanted: &Map<String, Value>, now: &Map<String, Value>, beyond: Standing, found: &mut Vec<Difference>) {
    const TOKENS: &str = "PreTokenGeneration";
    let more = now.keys().filter(|name| !wanted.contains_key(*name));
    for name in wanted.keys().chain(more) {
        let (declared, live) = (wanted.get(name), now.get(name).filter(|live| !live.is_null()));
        // Cognito answers with both spellings of the token trigger when one of them is set.
        let derived =
            declared.is_none() && name.starts_with(TOKENS) && wanted.keys().any(|name| name.starts_with(TOKENS));
        let agree = match (declared, live) {
            (Some(declared), Some(live)) => same(declared, live) && same(live, declared),
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        };
        if !agree && !derived {
            found.push(Difference {
                path: vec![TRIGGERS.to_owned(), name.clone()],
                declared: declared.cloned(),
                live: live.cloned(),
                standing: if declared.is_none() { beyond } else { Standing::Drifted },
            });
        }
    }
}

fn name_of(attribute: &Value) -> Option<String> {
    attribute.get("Name").and_then(Value::as_str).map(str::to_owned)
}

/// Attributes can only be added, so that one which the file does not declare is told and is no drift.
fn schema(declared: Option<&Value>, now: Option<&Value>, live: &LivePool, found: &mut Vec<Difference>) {
    let path = |name: String| vec!["Schema".to_owned(), name];
    let items = |list: Option<&Value>| list.and_then(Value::as_array).cloned().unwrap_or_default();
    let known: BTreeSet<String> = items(declared).iter().filter_map(name_of).collect();
    let differing: BTreeSet<String> = differences(declared, live).into_iter().map(|each| each.name).collect();
    for wanted in items(declared) {
        let Some(name) = name_of(&wanted) else { continue };
        if !differing
            .iter()
            .any(|bare| name == *bare || name.ends_with(&format!(":{bare}")))
        {
            continue;
        }
        let now = live_attribute(live, &name);
        found.push(Difference {
            path: path(name),
            declared: Some(wanted),
            live: now,
            standing: Standing::Drifted,
        });
    }
    for attribute in items(now) {
        if let Some(name) = name_of(&attribute).filter(|name| !known.contains(name)) {
            found.push(Difference {
                path: path(name),
                declared: None,
                live: Some(attribute),
                standing: Standing::NotDeclared,
            });
        }
    }
}

#[cfg(test)]
mod tests;
