//! What Cognito never changes in a pool that exists.
//!
//! CloudFormation's schema calls none of these create-only, so its change sets show a plain update that
//! then fails in the middle of a deployment. Source: "Updates are not allowed for property" and
//! "Existing schema attributes cannot be modified or deleted", the service's own refusals.

use serde_json::{Map, Value};

use super::render::value::inline;
use crate::finding::{Code, Finding};
use crate::model::logical;

const PROPERTIES: [&str; 3] = ["AliasAttributes", "UsernameAttributes", "UsernameConfiguration"];

/// Compares the pool's properties before and after.
pub(super) fn findings(before: &Map<String, Value>, after: &Map<String, Value>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = PROPERTIES
        .into_iter()
        .filter(|property| !same(before.get(*property), after.get(*property)))
        .map(|property| {
            let to = after.get(property).map_or_else(|| "none".to_owned(), inline);
            let from = before.get(property).map_or_else(|| "none".to_owned(), inline);
            let message = format!("{property} cannot change after a pool was created; it is {from} now");
            Finding::guard(
                Code::ImmutableProperty,
                &format!("{}.{property}", logical::POOL),
                to,
                message,
            )
        })
        .collect();
    let after = attributes(after);
    for (name, attribute) in attributes(before) {
        let now = after
            .iter()
            .find(|(other, _)| *other == name)
            .map(|(_, attribute)| *attribute);
        if now != Some(attribute) {
            let to = now.map_or_else(|| "none".to_owned(), inline);
            let message = format!("the attribute `{name}` cannot be changed or removed after it was created");
            findings.push(Finding::guard(
                Code::ImmutableProperty,
                &format!("{}.Schema.{name}", logical::POOL),
                to,
                message,
            ));
        }
    }
    findings
}

/// Lists of names have no order for Cognito.
fn same(before: Option<&Value>, after: Option<&Value>) -> bool {
    let sorted = |value: Option<&Value>| {
        let mut items: Vec<String> = value.and_then(Value::as_array)?.iter().map(Value::to_string).collect();
        items.sort();
        Some(items)
    };
    before == after || (before.is_some() && sorted(before) == sorted(after) && sorted(before).is_some())
}

fn attributes(pool: &Map<String, Value>) -> Vec<(&str, &Value)> {
    let schema = pool.get("Schema").and_then(Value::as_array);
    schema
        .into_iter()
        .flatten()
        .filter_map(|attribute| Some((attribute.get("Name")?.as_str()?, attribute)))
        .collect()
}
