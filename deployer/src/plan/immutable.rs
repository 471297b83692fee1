//! What Cognito never changes in a pool that exists.
//!
//! CloudFormation's schema calls none of these create-only, so its change sets show a plain update that
//! then fails in the middle of a deployment. Source: "Updates are not allowed for property" and
//! "Existing schema attributes cannot be modified or deleted", the service's own refusals.

use serde_json::{Map, Value};

use super::adopt::{Difference, adopted, differences, unlike};
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
            Some(now) => {
                let (Some(was), Some(new)) = (attribute.as_object(), now.as_object()) else {
                    continue;
                };
                let differs = unlike(was, new);
                if !differs.is_empty() {
                    let message = format!(
                        "the attribute `{name}` cannot be changed after it was created: {}",
                        members(&differs, "was", "is now")
                    );
                    findings.push(Finding::guard(Code::ImmutableProperty, &resource, inline(now), message));
                }
            }
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
    let differs = differences(declared.get("Schema"), live);
    for (name, attribute) in attributes(declared) {
        let of_it: Vec<Difference> = differs
            .iter()
            .filter(|each| same_name(&each.name, name))
            .cloned()
            .collect();
        if of_it.is_empty() {
            continue;
        }
        let members = members(&of_it, "of the live pool is", "is declared as");
        let message = format!("the attribute `{name}` can never change: {members}");
        findings.push(changed(&format!("Schema.{name}"), Some(attribute), message));
    }
    findings
}

/// Names of members, with what they are and what is declared.
fn members(differs: &[Difference], is: &str, declared: &str) -> String {
    let member = |each: &Difference| {
        let (there, to) = (shown(each.there.as_ref()), shown(each.declared.as_ref()));
        format!("`{}` {is} {there} and {declared} {to}", each.member)
    };
    differs.iter().map(member).collect::<Vec<_>>().join(", ")
}

/// Whether a declared attribute has this bare name.
fn same_name(bare: &str, declared: &str) -> bool {
    declared == bare || declared.ends_with(&format!(":{bare}"))
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
        let member = unlike_live(
            &map(&json!({ "UsernameAttributes": sign_in, "Schema": [{ "Name": "plan", "Mutable": false }] })),
            &live,
        );
        let messages: Vec<&str> = member.iter().map(|finding| finding.message.as_str()).collect();
        assert_eq!(
            messages,
            ["the attribute `plan` can never change: `Mutable` of the live pool is true and is declared as false"]
        );
        assert_eq!(
            found(json!({})),
            [("Pool.UsernameAttributes".to_owned(), "none".to_owned())]
        );
    }
}
