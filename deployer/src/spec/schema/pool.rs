//! `pool` in the schema, with what the resource type's schema says of a pool's properties.

use serde_json::{Map, Value, json};

use super::{kit, pattern};
use crate::spec::properties::{DATE, SCHEMA};

/// The page of AWS about the properties, and how each is named in it.
const PAGE: &str =
    "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cognito-userpool.html";

/// The name of the properties under `$defs`; each of the resource type's definitions stands beside it.
const PROPERTIES: &str = "UserPool";

/// `pool`.
pub(super) fn pool() -> Value {
    let new = kit::object(
        "A pool that the stack makes and owns.",
        &["properties"],
        [("properties", kit::reference(PROPERTIES))],
    );
    let import = kit::object(
        "A pool that exists and that the stack takes over: it stays as it is, and belongs to the stack from then on.",
        &["id", "properties"],
        [("id", id("The pool's id.")), ("properties", kit::reference(PROPERTIES))],
    );
    let existing = id(
        "The id of a pool that stays outside CloudFormation: the triggers are attached to it, and all else of it stays as it is.",
    );
    let email_sending = kit::choice(
        "By whom an existing pool sends e-mail; texts of `custom_message` reach e-mails only where it is `developer`.",
        &["cognito_default", "developer"],
        None,
    );
    let kinds = ["new", "existing", "import"].map(|kind| json!({ "required": [kind] }));
    let pool = kit::object(
        "The user pool: exactly one of `new`, `existing` and `import`.",
        &[],
        [
            ("new", new),
            ("existing", existing),
            ("email_sending", email_sending),
            ("import", import),
        ],
    );
    let pool = kit::with(pool, "oneOf", json!(kinds));
    kit::with(pool, "dependentRequired", json!({ "email_sending": ["existing"] }))
}

fn id(description: &str) -> Value {
    let id = kit::id(description, pattern::pool_id(), "us-west-2_AbCdEf123");
    kit::with(id, "maxLength", 55.into())
}

/// The properties and the definitions that they refer to.
pub(super) fn definitions() -> Vec<(String, Value)> {
    let mut resource: Value = serde_json::from_str(SCHEMA).unwrap_or_default();
    let read_only: Vec<String> = resource
        .get("readOnlyProperties")
        .and_then(Value::as_array)
        .map(|names| names.iter().filter_map(Value::as_str).map(str::to_owned).collect())
        .unwrap_or_default();
    let mut definitions = Vec::new();
    if let Some(Value::Object(properties)) = resource.get_mut("properties") {
        properties.retain(|name, _| {
            let pointer = format!("/properties/{name}");
            name != "LambdaConfig" && !read_only.contains(&pointer)
        });
        let properties: Map<String, Value> = properties.iter().map(property).collect();
        let pool = json!({
            "description": format!("What AWS::Cognito::UserPool takes, by CloudFormation's schema of {DATE}."),
            "type": "object",
            "additionalProperties": false,
            "properties": properties,
        });
        definitions.push((PROPERTIES.to_owned(), pool));
    }
    if let Some(Value::Object(shapes)) = resource.get("definitions") {
        // In the order of the names, so that the bytes do not depend on the order of the file.
        let mut shapes: Vec<_> = shapes.iter().collect();
        shapes.sort_by_key(|(name, _)| name.as_str());
        let used = shapes.into_iter().filter(|(name, _)| !of_triggers(name));
        definitions.extend(used.map(|(name, shape)| (format!("{PROPERTIES}.{name}"), converted(shape))));
    }
    definitions
}

/// `triggers` and `key` declare what these hold.
fn of_triggers(name: &str) -> bool {
    matches!(
        name,
        "LambdaConfig" | "CustomEmailSender" | "CustomSMSSender" | "InboundFederation" | "PreTokenGenerationConfig"
    )
}

fn property((name, shape): (&String, &Value)) -> (String, Value) {
    let description = format!("{PAGE}#cfn-cognito-userpool-{}", name.to_ascii_lowercase());
    let converted = if name == "UserPoolTags" {
        kit::tags(&description)
    } else {
        kit::with(converted(shape), "description", description.into())
    };
    (name.clone(), converted)
}

/// Returns a shape of the resource type's schema as editors and validators of all languages read it alike.
///
/// Patterns with classes of Unicode are left to the rules. So is what must be there: files merge.
fn converted(shape: &Value) -> Value {
    let Value::Object(members) = shape else {
        return shape.clone();
    };
    let choices = members.contains_key("enum");
    let member = |(keyword, value): (&String, &Value)| {
        let value = match keyword.as_str() {
            "format" | "required" | "insertionOrder" | "uniqueItems" | "description" => return None,
            "pattern" if !is_portable(value) => return None,
            "$ref" => value
                .as_str()?
                .replace("#/definitions/", &format!("#/$defs/{PROPERTIES}."))
                .into(),
            "type" if value == "string" && !choices => json!(kit::TEXT),
            "properties" => {
                let properties = value.as_object()?.iter();
                let properties: Map<String, Value> = properties
                    .map(|(name, shape)| (name.clone(), converted(shape)))
                    .collect();
                properties.into()
            }
            "items" => converted(value),
            _ => value.clone(),
        };
        Some((keyword.clone(), value))
    };
    members.iter().filter_map(member).collect::<Map<_, _>>().into()
}

fn is_portable(pattern: &Value) -> bool {
    pattern
        .as_str()
        .is_some_and(|pattern| !pattern.contains(r"\p") && !pattern.contains("(?"))
}
