//! The schema of a pool: `SchemaAttributes` as `Schema`, and the two compared.
//!
//! Cognito answers with every standard attribute; only those that were declared otherwise than its defaults have
//! to stand in a template. Defaults: "Standard attributes", Amazon Cognito Developer Guide, and `DescribeUserPool`
//! of a pool that declares none.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::properties::something;
use crate::aws::LivePool;
use crate::plan::render::value::inline;

/// What Cognito puts before the name of an attribute that is not a standard one.
const PREFIXES: [&str; 2] = ["custom:", "dev:"];

/// `Schema`
pub(super) fn schema(live: &LivePool) -> Option<Value> {
    let declared = attributes(live)
        .filter(|attribute| !is_default(attribute))
        .map(declared);
    something(declared.collect())
}

fn attributes(live: &LivePool) -> impl Iterator<Item = &Map<String, Value>> {
    let attributes = live.pool.get("SchemaAttributes").and_then(Value::as_array);
    attributes.into_iter().flatten().filter_map(Value::as_object)
}

fn name(attribute: &Map<String, Value>) -> &str {
    attribute.get("Name").and_then(Value::as_str).unwrap_or_default()
}

/// The name without Cognito's prefixes, as CloudFormation takes it.
fn bare(mut name: &str) -> &str {
    for prefix in PREFIXES.iter().rev() {
        name = name.strip_prefix(prefix).unwrap_or(name);
    }
    name
}

/// An attribute as a template declares it; its type is always there.
fn declared(attribute: &Map<String, Value>) -> Value {
    let mut declared = attribute.clone();
    declared.insert("Name".to_owned(), Value::from(bare(name(attribute))));
    if declared.get("DeveloperOnlyAttribute") == Some(&Value::Bool(false)) {
        declared.shift_remove("DeveloperOnlyAttribute");
    }
    Value::Object(declared)
}

/// Whether a standard attribute is as every pool has it. Nobody can declare the first two.
fn is_default(attribute: &Map<String, Value>) -> bool {
    ["sub", "identities"].contains(&name(attribute))
        || usual(name(attribute)).is_some_and(|usual| something(declared(attribute)) == Some(Value::Object(usual)))
}

/// A standard attribute as every pool has it; nothing for another one.
fn usual(name: &str) -> Option<Map<String, Value>> {
    let text = |least: &str, most: &str| json!({ "MinLength": least, "MaxLength": most });
    let (kind, constraints) = match name {
        "email_verified" | "phone_number_verified" => ("Boolean", None),
        "updated_at" => (
            "Number",
            Some(("NumberAttributeConstraints", json!({ "MinValue": "0" }))),
        ),
        "birthdate" => ("String", Some(("StringAttributeConstraints", text("10", "10")))),
        "name" | "given_name" | "family_name" | "middle_name" | "nickname" | "preferred_username" | "profile"
        | "picture" | "website" | "email" | "gender" | "zoneinfo" | "locale" | "phone_number" | "address" => {
            ("String", Some(("StringAttributeConstraints", text("0", "2048"))))
        }
        _ => return None,
    };
    let usual = json!({ "Name": name, "AttributeDataType": kind, "Mutable": true, "Required": false });
    let mut usual = usual.as_object().cloned()?;
    usual.extend(constraints.map(|(member, value)| (member.to_owned(), value)));
    Some(usual)
}

/// What an attribute is where a template, or an answer, does not say. Source: `SchemaAttributeType`, Amazon Cognito user
/// pools API reference. Whether values can change (`Mutable`) has no documented default.
const DEFAULTS: [&str; 2] = ["Required", "DeveloperOnlyAttribute"];

/// A member of an attribute that is another one than before.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::plan) struct Difference {
    /// The attribute's name, without Cognito's prefixes.
    pub(in crate::plan) name: String,
    /// The member, such as `StringAttributeConstraints.MaxLength`.
    pub(in crate::plan) member: String,
    /// What is there; nothing where there is none.
    pub(in crate::plan) there: Option<Value>,
    /// What is declared; nothing where nothing is.
    pub(in crate::plan) declared: Option<Value>,
}

/// Compares declared attributes with the live ones of the same name, defaults filled in. What a declaration does not
/// state is not compared, nor is an attribute that only one side has: it is added, or stays.
pub(in crate::plan) fn differences(schema: Option<&Value>, live: &LivePool) -> Vec<Difference> {
    let items = schema.and_then(Value::as_array).into_iter().flatten();
    let found = items.filter_map(Value::as_object).flat_map(|wanted| {
        let live = attributes(live).find(|live| bare(name(live)) == bare(name(wanted)));
        let stated = leaves(wanted);
        let differs = live.map(|live| unlike(live, wanted)).unwrap_or_default().into_iter();
        differs.filter(move |difference| stated.contains_key(&difference.member))
    });
    found.collect()
}

/// The live attribute of a declared one's name, as a template declares it.
pub(in crate::plan) fn live_attribute(live: &LivePool, wanted: &str) -> Option<Value> {
    let found = attributes(live).find(|attribute| bare(name(attribute)) == bare(wanted))?;
    something(declared(found))
}

/// Compares two states of an attribute, member by member, defaults filled in.
pub(in crate::plan) fn unlike(there: &Map<String, Value>, declared: &Map<String, Value>) -> Vec<Difference> {
    let (now, wanted) = (with_defaults(there), with_defaults(declared));
    let members = now
        .keys()
        .chain(wanted.keys().filter(|member| !now.contains_key(*member)));
    let differs = |member: &&String| {
        let text = |side: &BTreeMap<String, Value>| side.get(*member).map(inline);
        // Limits are numbers, written as texts or not.
        text(&now) != text(&wanted)
    };
    let difference = |member: &String| Difference {
        name: bare(name(declared)).to_owned(),
        member: member.clone(),
        there: now.get(member).cloned(),
        declared: wanted.get(member).cloned(),
    };
    members.filter(differs).map(difference).collect()
}

/// The members of an attribute by their paths, with what Cognito fills in.
fn with_defaults(attribute: &Map<String, Value>) -> BTreeMap<String, Value> {
    let mut filled = usual(bare(name(attribute)))
        .map(|usual| leaves(&usual))
        .unwrap_or_default();
    filled.extend(DEFAULTS.map(|member| (member.to_owned(), Value::Bool(false))));
    filled.extend(leaves(attribute));
    filled.remove("Name");
    filled
}

/// Every member that says something, by its path.
fn leaves(attribute: &Map<String, Value>) -> BTreeMap<String, Value> {
    let mut found = BTreeMap::new();
    for (member, value) in attribute {
        match value {
            Value::Object(inner) if inner.keys().all(|name| !name.contains(':')) && !is_intrinsic(inner) => {
                let inner = leaves(inner).into_iter();
                found.extend(inner.map(|(name, value)| (format!("{member}.{name}"), value)));
            }
            value => {
                let said = something(value.clone());
                found.extend(said.map(|value| (member.clone(), value)));
            }
        }
    }
    found
}

fn is_intrinsic(members: &Map<String, Value>) -> bool {
    members.contains_key("Ref")
}

#[cfg(test)]
mod tests {
    #![expect(
        clippy::indexing_slicing,
        reason = "a test stops at the first thing that is not as it should be"
    )]

    use super::*;

    fn pool(attributes: Value) -> LivePool {
        LivePool {
            pool: Map::from_iter([("SchemaAttributes".to_owned(), attributes)]),
            mfa: Map::new(),
        }
    }

    fn text(name: &str, required: bool) -> Value {
        json!({
            "Name": name, "AttributeDataType": "String", "DeveloperOnlyAttribute": false, "Mutable": true,
            "Required": required, "StringAttributeConstraints": { "MinLength": "0", "MaxLength": "2048" },
        })
    }

    #[test]
    fn standard_attributes_are_declared_where_they_are_not_as_usual() {
        let live = pool(json!([
            { "Name": "sub", "AttributeDataType": "String", "Mutable": false, "Required": true },
            text("email", true),
            text("name", false),
            { "Name": "birthdate", "AttributeDataType": "String", "DeveloperOnlyAttribute": false, "Mutable": true,
              "Required": false, "StringAttributeConstraints": { "MinLength": "10", "MaxLength": "10" } },
            { "Name": "email_verified", "AttributeDataType": "Boolean", "DeveloperOnlyAttribute": false,
              "Mutable": true, "Required": false },
            { "Name": "updated_at", "AttributeDataType": "Number", "DeveloperOnlyAttribute": false, "Mutable": true,
              "Required": false, "NumberAttributeConstraints": { "MinValue": "0" } },
            { "Name": "identities", "AttributeDataType": "String", "StringAttributeConstraints": {} },
            { "Name": "custom:plan", "AttributeDataType": "Number", "DeveloperOnlyAttribute": false, "Mutable": false,
              "Required": false, "NumberAttributeConstraints": { "MaxValue": "9" } },
            { "Name": "dev:custom:internal", "AttributeDataType": "String", "DeveloperOnlyAttribute": true,
              "Mutable": true, "Required": false },
        ]));
        assert_eq!(
            schema(&live),
            Some(json!([
                { "Name": "email", "AttributeDataType": "String", "Mutable": true, "Required": true,
                  "StringAttributeConstraints": { "MinLength": "0", "MaxLength": "2048" } },
                { "Name": "plan", "AttributeDataType": "Number", "Mutable": false, "Required": false,
                  "NumberAttributeConstraints": { "MaxValue": "9" } },
                { "Name": "internal", "AttributeDataType": "String", "DeveloperOnlyAttribute": true, "Mutable": true,
                  "Required": false },
            ]))
        );
    }

    #[test]
    fn only_what_a_declaration_states_is_compared() {
        let live = pool(json!([text("email", true), text("custom:plan", false)]));
        let differs = |declared: Value| !differences(Some(&json!([declared])), &live).is_empty();
        assert!(!differs(json!({ "Name": "email", "Required": true })));
        assert!(!differs(
            json!({ "Name": "plan", "AttributeDataType": "String", "DeveloperOnlyAttribute": false })
        ));
        assert!(!differs(
            json!({ "Name": "plan", "StringAttributeConstraints": { "MaxLength": "2048" } })
        ));
        assert!(!differs(json!({ "Name": "new", "AttributeDataType": "Number" })));
        assert!(!differs(
            json!({ "Name": "custom:plan", "Required": false, "Mutable": true })
        ));
        assert!(!differs(
            json!({ "Name": "plan", "StringAttributeConstraints": { "MaxLength": 2048 } })
        ));
        assert!(differs(json!({ "Name": "email", "Required": false })));
        assert!(differs(json!({ "Name": "plan", "AttributeDataType": "Number" })));
        assert!(differs(
            json!({ "Name": "plan", "StringAttributeConstraints": { "MaxLength": "20" } })
        ));
        assert_eq!(differences(None, &live), []);
    }

    #[test]
    fn defaults_are_filled_in_on_both_sides_and_what_differs_is_named() {
        let bare = json!({ "Name": "third_party_id", "AttributeDataType": "String", "Mutable": true });
        let mut full = bare.clone();
        full["Required"] = json!(false);
        full["DeveloperOnlyAttribute"] = json!(false);
        full["StringAttributeConstraints"] = json!({});
        let map = |value: &Value| value.as_object().cloned().unwrap_or_default();
        assert_eq!(unlike(&map(&full), &map(&bare)), []);
        assert_eq!(unlike(&map(&bare), &map(&full)), []);
        let email = json!({ "Name": "email", "Required": true });
        assert_eq!(unlike(&map(&text("email", true)), &map(&email)), []);
        for (member, other) in [
            ("Required", json!(true)),
            ("Mutable", json!(false)),
            ("DeveloperOnlyAttribute", json!(true)),
        ] {
            let mut changed = full.clone();
            changed[member] = other.clone();
            let found = unlike(&map(&bare), &map(&changed));
            let found: Vec<_> = found
                .iter()
                .map(|each| (each.member.as_str(), each.declared.clone()))
                .collect();
            assert_eq!(found, [(member, Some(other))]);
        }
        full["StringAttributeConstraints"] = json!({ "MaxLength": "20" });
        let found = unlike(&map(&full), &map(&bare));
        let [found] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!(found.member, "StringAttributeConstraints.MaxLength");
        assert_eq!((found.there.clone(), found.declared.clone()), (Some(json!("20")), None));
    }
}
