//! Standard attributes of a user pool.
//!
//! CloudFormation lets a standard attribute go without its type on create and refuses every later
//! update of the pool for it (`Invalid AttributeDataType input`), so a missing one is filled in.

use serde_json::{Map, Value};

const TYPE: &str = "AttributeDataType";

/// Returns the type of a standard attribute, as AWS spells it.
///
/// Source: "Standard attributes" and `SchemaAttributeType`, Amazon Cognito Developer Guide and API reference.
fn standard_type(name: &str) -> Option<&'static str> {
    Some(match name {
        "address" | "birthdate" | "email" | "family_name" | "gender" | "given_name" | "locale" | "middle_name"
        | "name" | "nickname" | "phone_number" | "picture" | "preferred_username" | "profile" | "sub" | "website"
        | "zoneinfo" => "String",
        "email_verified" | "phone_number_verified" => "Boolean",
        "updated_at" => "Number",
        _ => return None,
    })
}

/// Fills in the types of standard attributes that the pool's `Schema` leaves out.
pub(super) fn fill_types(properties: &mut Map<String, Value>) {
    let Some(Value::Array(attributes)) = properties.get_mut("Schema") else {
        return;
    };
    for attribute in attributes.iter_mut().filter_map(Value::as_object_mut) {
        let standard = attribute.get("Name").and_then(Value::as_str).and_then(standard_type);
        if let (Some(standard), false) = (standard, attribute.contains_key(TYPE)) {
            attribute.insert(TYPE.to_owned(), Value::from(standard));
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_missing_types_of_standard_attributes_are_filled_in() {
        let mut properties = Map::from_iter([(
            "Schema".to_owned(),
            json!([
                {"Name": "email", "Required": true},
                {"Name": "updated_at"},
                {"Name": "phone_number_verified", "AttributeDataType": "Boolean"},
                {"Name": "plan", "Mutable": true},
            ]),
        )]);
        fill_types(&mut properties);
        assert_eq!(
            properties.get("Schema"),
            Some(&json!([
                {"Name": "email", "Required": true, "AttributeDataType": "String"},
                {"Name": "updated_at", "AttributeDataType": "Number"},
                {"Name": "phone_number_verified", "AttributeDataType": "Boolean"},
                {"Name": "plan", "Mutable": true},
            ]))
        );
    }
}
