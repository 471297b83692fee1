//! The part of a pool's properties that the embedded schema knows.
//!
//! For properties that come from a live pool and not from a file: AWS may have members that are newer than the
//! schema. Names alone are looked at; whether a value fits is the file's check.

use serde_json::{Map, Value};

use super::shape::{Schema, Shape, schema};

/// Returns the properties of `AWS::Cognito::UserPool` that the schema knows, in their order, and the paths of
/// all others, such as `Policies.NewPolicy`.
pub fn known_properties(properties: &Map<String, Value>) -> (Map<String, Value>, Vec<String>) {
    let mut unknown = Vec::new();
    let known = object(schema(), &schema().pool, properties, "", &mut unknown);
    (known, unknown)
}

fn object(
    schema: &Schema,
    shape: &Shape,
    members: &Map<String, Value>,
    path: &str,
    unknown: &mut Vec<String>,
) -> Map<String, Value> {
    let mut known = Map::new();
    for (name, value) in members {
        let path = if path.is_empty() {
            name.clone()
        } else {
            format!("{path}.{name}")
        };
        let of = shape
            .properties
            .get(name)
            .or_else(|| shape.pattern_properties.values().next());
        match of {
            Some(of) => {
                known.insert(name.clone(), any(schema, of, value, &path, unknown));
            }
            None => unknown.push(path),
        }
    }
    known
}

fn any(schema: &Schema, shape: &Shape, value: &Value, path: &str, unknown: &mut Vec<String>) -> Value {
    let shape = schema.resolve(shape);
    match (value, &shape.items) {
        (Value::Object(members), _) => Value::Object(object(schema, shape, members, path, unknown)),
        (Value::Array(items), Some(of)) => {
            let item = |(index, item): (usize, &Value)| any(schema, of, item, &format!("{path}[{index}]"), unknown);
            Value::Array(items.iter().enumerate().map(item).collect())
        }
        (other, _) => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_the_schema_does_not_know_is_named_by_its_path() {
        let live = json!({
            "UserPoolName": "acme",
            "Policies": { "PasswordPolicy": { "MinimumLength": 8, "New": 1 }, "NewPolicy": {} },
            "Schema": [{ "Name": "plan", "New": true }],
            "UserPoolTags": { "any key": "value" },
            "Newest": true,
        });
        let (known, unknown) = known_properties(&live.as_object().cloned().unwrap_or_default());
        assert_eq!(
            Value::Object(known),
            json!({
                "UserPoolName": "acme",
                "Policies": { "PasswordPolicy": { "MinimumLength": 8 } },
                "Schema": [{ "Name": "plan" }],
                "UserPoolTags": { "any key": "value" },
            })
        );
        let paths = [
            "Policies.PasswordPolicy.New",
            "Policies.NewPolicy",
            "Schema[0].New",
            "Newest",
        ];
        assert_eq!(unknown, paths);
    }
}
