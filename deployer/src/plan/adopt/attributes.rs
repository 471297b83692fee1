//! The schema of a pool: `SchemaAttributes` as `Schema`, and the two compared.
//!
//! Cognito answers with every standard attribute; only those that were declared otherwise than its defaults have
//! to stand in a template. Defaults: "Standard attributes", Amazon Cognito Developer Guide, and `DescribeUserPool`
//! of a pool that declares none.

use serde_json::{Map, Value, json};

use super::properties::something;
use crate::aws::LivePool;

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

/// Whether a standard attribute is as every pool has it.
fn is_default(attribute: &Map<String, Value>) -> bool {
    let name = name(attribute);
    let text = |least: &str, most: &str| json!({ "MinLength": least, "MaxLength": most });
    let (kind, constraints) = match name {
        // Nobody can declare these two.
        "sub" | "identities" => return true,
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
        _ => return false,
    };
    let mut usual = json!({ "Name": name, "AttributeDataType": kind, "Mutable": true, "Required": false });
    if let (Some(usual), Some((member, value))) = (usual.as_object_mut(), constraints) {
        usual.insert(member.to_owned(), value);
    }
    something(declared(attribute)) == Some(usual)
}

/// Compares declared attributes with the live ones of the same name. What a declaration does not state is not
/// compared, nor is an attribute that only one side has: it is added, or stays.
///
/// Returns each declared attribute that differs, with the live one.
pub(in crate::plan) fn differences<'a>(
    schema: Option<&'a Value>,
    live: &'a LivePool,
) -> Vec<(&'a Map<String, Value>, Value)> {
    let items = schema.and_then(Value::as_array).into_iter().flatten();
    let found = items.filter_map(Value::as_object).filter_map(|wanted| {
        let live = attributes(live).find(|attribute| bare(name(attribute)) == name(wanted))?;
        let live = something(declared(live))?;
        let differs = wanted.iter().any(|(member, value)| {
            let (value, now) = (something(value.clone()), live.get(member).cloned());
            let absent = member == "DeveloperOnlyAttribute" && value == Some(Value::Bool(false)) && now.is_none();
            !absent && !within(value.as_ref(), now.as_ref())
        });
        differs.then_some((wanted, live))
    });
    found.collect()
}

/// Whether all that is wanted is there; of an object each member.
fn within(wanted: Option<&Value>, now: Option<&Value>) -> bool {
    match (wanted, now) {
        (None, _) => true,
        (Some(Value::Object(wanted)), Some(Value::Object(now))) => wanted
            .iter()
            .all(|(member, value)| within(Some(value), now.get(member))),
        (wanted, now) => wanted == now,
    }
}

#[cfg(test)]
mod tests {
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
        assert!(differs(json!({ "Name": "email", "Required": false })));
        assert!(differs(json!({ "Name": "plan", "AttributeDataType": "Number" })));
        assert!(differs(
            json!({ "Name": "plan", "StringAttributeConstraints": { "MaxLength": "20" } })
        ));
        assert_eq!(differences(None, &live), []);
    }
}
