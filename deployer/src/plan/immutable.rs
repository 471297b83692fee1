//! What Cognito never changes in a pool that exists.
//!
//! CloudFormation's schema calls none of these create-only, so its change sets show a plain update that
//! then fails in the middle of a deployment. Source: "Updates are not allowed for property" and
//! "Existing schema attributes cannot be modified or deleted", the service's own refusals.

use serde_json::{Map, Value};

use super::adopt::{adopted, differences};
use super::render::value::inline;
use crate::aws::LivePool;
use crate::finding::{Code, Finding};
use crate::model::logical;

const PROPERTIES: [&str; 3] = ["AliasAttributes", "UsernameAttributes", "UsernameConfiguration"];

/// Compares the pool's properties before and after.
pub(super) fn findings(before: &Map<String, Value>, after: &Map<String, Value>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = PROPERTIES
        .into_iter()
        .filter(|property| !same(before.get(*property), after.get(*property)))
        .map(|property| {
            let from = shown(before.get(property));
            let message = format!("{property} cannot change after a pool was created; it is {from} now");
            changed(property, after.get(property), message)
        })
        .collect();
    let after = attributes(after);
    for (name, attribute) in attributes(before) {
        let now = after
            .iter()
            .find(|(other, _)| *other == name)
            .map(|(_, attribute)| *attribute);
        let resource = format!("{}.Schema.{name}", logical::POOL);
        match now {
            None => {
                let message = format!("the attribute `{name}` cannot be removed after it was created");
                findings.push(Finding::guard(Code::SchemaAttributeRemoved, &resource, "none", message));
            }
            Some(now) if now != attribute => {
                let message = format!("the attribute `{name}` cannot be changed after it was created");
                findings.push(Finding::guard(Code::ImmutableProperty, &resource, inline(now), message));
            }
            Some(_) => {}
        }
    }
    findings
}

fn changed(property: &str, to: Option<&Value>, message: String) -> Finding {
    let resource = format!("{}.{property}", logical::POOL);
    Finding::guard(Code::ImmutableProperty, &resource, shown(to), message)
}

fn shown(value: Option<&Value>) -> String {
    value.map_or_else(|| "none".to_owned(), inline)
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

/// Compares the pool's properties as a file declares them with the live pool.
///
/// A deployed template that agrees with the file proves nothing here: an imported pool's template was written
/// from a file, and CloudFormation compares templates alone. `UsernameConfiguration` counts where it is declared,
/// since Cognito does not tell its default.
pub fn unlike_live(declared: &Map<String, Value>, live: &LivePool) -> Vec<Finding> {
    let is = adopted(live).properties;
    let mut findings: Vec<Finding> = PROPERTIES
        .into_iter()
        .filter(|property| *property != "UsernameConfiguration" || declared.contains_key(*property))
        .filter(|property| !same(listed(&is, property), listed(declared, property)))
        .map(|property| {
            let from = shown(is.get(property));
            let message = format!("{property} of the live pool is {from}, and it can never change");
            changed(property, declared.get(property), message)
        })
        .collect();
    for (attribute, live) in differences(declared.get("Schema"), live) {
        let name = attribute.get("Name").map(inline).unwrap_or_default();
        let message = format!(
            "the attribute `{name}` of the live pool is {}, and it can never change",
            inline(&live)
        );
        let to = Value::Object(attribute.clone());
        findings.push(changed(&format!("Schema.{name}"), Some(&to), message));
    }
    findings
}

/// An empty list says the same as none.
fn listed<'a>(pool: &'a Map<String, Value>, property: &str) -> Option<&'a Value> {
    pool.get(property)
        .filter(|value| value.as_array().is_none_or(|items| !items.is_empty()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn map(value: &Value) -> Map<String, Value> {
        value.as_object().cloned().unwrap_or_default()
    }

    #[test]
    fn a_file_is_compared_with_the_live_pool_itself() {
        let live = LivePool {
            pool: map(&json!({
                "Name": "acme", "UsernameAttributes": ["email", "phone_number"], "AliasAttributes": [],
                "UsernameConfiguration": { "CaseSensitive": false },
                "SchemaAttributes": [{ "Name": "custom:plan", "AttributeDataType": "String", "Mutable": true }],
            })),
            mfa: Map::new(),
        };
        let found = |declared: Value| -> Vec<(String, String)> {
            let findings = unlike_live(&map(&declared), &live).into_iter();
            findings
                .map(|each| (each.resource.unwrap_or_default(), each.to.unwrap_or_default()))
                .collect()
        };
        let sign_in = json!(["phone_number", "email"]);
        assert_eq!(found(json!({ "UsernameAttributes": sign_in })), []);
        assert_eq!(
            found(json!({
                "UsernameAttributes": ["email"], "AliasAttributes": ["email"],
                "UsernameConfiguration": { "CaseSensitive": true },
                "Schema": [{ "Name": "plan", "Mutable": false }, { "Name": "new" }],
            })),
            [
                ("Pool.AliasAttributes", "[email]"),
                ("Pool.UsernameAttributes", "[email]"),
                ("Pool.UsernameConfiguration", "{CaseSensitive: true}"),
                ("Pool.Schema.plan", "{Name: plan, Mutable: false}"),
            ]
            .map(|(resource, to)| (resource.to_owned(), to.to_owned()))
        );
        assert_eq!(
            found(json!({})),
            [("Pool.UsernameAttributes".to_owned(), "none".to_owned())]
        );
    }
}
