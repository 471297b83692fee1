//! A model as a CloudFormation template: fixed order, constant logical ids, the same bytes each time.
//!
//! Resources stand in an order in which they could be made, so a reader meets nothing before it is
//! declared. The pool waits for all that does not refer to it: little can then fail after it, and a
//! rollback that would have to delete a pool becomes rare.

mod alarms;
mod assets_bucket;
mod cognito;
mod function;
mod graph;
mod guard;
mod iam;
mod key;
mod outputs;
mod resource;
mod saved;
mod value;

use std::fmt::Write as _;

use serde_json::{Map, Value};
use thiserror::Error;

pub use assets_bucket::{assets_bucket, write_once_policy};
pub use cognito::{imported_pool, lambda_config};
pub use function::queue_policy_document;
pub use iam::{DECRYPT_POLICY_NAME, SMS_POLICY_NAME};
pub use saved::{has_digests, with_digests};

use crate::inert;
use crate::model::{Identity, Model, logical};

/// A CloudFormation template.
#[derive(Clone, Debug, PartialEq)]
pub struct Template(Value);

/// More than most templates have as JSON.
const USUAL_BYTES: usize = 16 * 1024;

/// Why a text is no template.
#[derive(Debug, Error)]
pub enum TemplateError {
    /// The text is not JSON; this project uploads nothing else.
    #[error("read the template as JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// It is JSON, but has no resources.
    #[error("read the template: expected an object with `Resources`")]
    Resources,
}

/// Renders a model.
pub fn render(model: &Model) -> Template {
    let mut resources = Map::new();
    if let Some(key) = &model.key {
        key::render(key, &mut resources);
    }
    if let Some(handler) = &model.handler {
        function::render(handler, &model.roles, &mut resources);
        alarms::render(handler, &mut resources);
    }
    cognito::render_before(&model.pool, &model.roles, &mut resources);
    if !matches!(model.pool.identity, Identity::Existing(_)) {
        let pool = cognito::pool(&model.pool);
        let waits_for = graph::unreferenced(&pool, &resources);
        resources.insert(logical::POOL.to_owned(), with_dependencies(pool, &waits_for));
    }
    iam::render_after(model, &mut resources);
    cognito::render_after(model, &mut resources);

    // `json!` would copy all of it.
    let mut template = Map::new();
    let mut put = |name: &str, value: Value| template.insert(name.to_owned(), value);
    put("AWSTemplateFormatVersion", Value::from("2010-09-09"));
    // A constant: a changing description would make every stack look changed after an upgrade.
    put(
        "Description",
        Value::from("An Amazon Cognito user pool with its message triggers, managed by deployer"),
    );
    let mut parameters = saved::parameters(model);
    if model.handler.is_some() {
        parameters.extend(function::parameters());
    }
    if !parameters.is_empty() {
        put("Parameters", Value::Object(parameters));
    }
    put("Resources", Value::Object(resources));
    put("Outputs", Value::Object(outputs::render(model)));
    Template(Value::Object(template))
}

/// Puts `DependsOn` where every resource has it, before its properties.
fn with_dependencies(resource: Value, ids: &[String]) -> Value {
    let Value::Object(members) = resource else {
        return resource;
    };
    let mut ordered = Map::new();
    for (name, member) in members {
        let first = name == "Type";
        ordered.insert(name, member);
        if first && !ids.is_empty() {
            ordered.insert("DependsOn".to_owned(), Value::from(ids));
        }
    }
    Value::Object(ordered)
}

impl Template {
    /// A template that is written in this module, whole.
    const fn fixed(value: Value) -> Self {
        Self(value)
    }

    /// Reads a template as `GetTemplate` returns it.
    pub fn from_text(text: &str) -> Result<Self, TemplateError> {
        Self::from_value(serde_json::from_str(text)?)
    }

    /// Takes a value for a template: it has resources.
    pub fn from_value(value: Value) -> Result<Self, TemplateError> {
        if value.get("Resources").is_some_and(Value::is_object) {
            Ok(Self(value))
        } else {
            Err(TemplateError::Resources)
        }
    }

    /// Returns the whole template.
    pub fn value(&self) -> &Value {
        &self.0
    }

    /// Returns the names of the template's parameters, in its order.
    pub fn parameters(&self) -> impl Iterator<Item = &str> {
        let parameters = self.0.get("Parameters").and_then(Value::as_object);
        parameters.into_iter().flatten().map(|(name, _)| name.as_str())
    }

    /// Returns the resources by logical id, in the template's order.
    pub fn resources(&self) -> impl Iterator<Item = (&str, &Value)> {
        let resources = self.0.get("Resources").and_then(Value::as_object);
        resources
            .into_iter()
            .flatten()
            .map(|(id, resource)| (id.as_str(), resource))
    }

    /// Returns a resource.
    pub fn resource(&self, id: &str) -> Option<&Value> {
        self.0.get("Resources")?.get(id)
    }

    /// Returns the logical ids that a resource refers to, by `Ref`, `Fn::GetAtt`, `Fn::Sub` or `DependsOn`.
    pub fn references(&self, id: &str) -> Vec<String> {
        let references = self.resource(id).map(graph::references).unwrap_or_default();
        references
            .into_iter()
            .filter(|id| self.resource(id).is_some())
            .collect()
    }

    /// Returns the same template with a resource put in, replaced, or (with `None`) taken out.
    #[must_use]
    pub fn with_resource(&self, id: &str, resource: Option<Value>) -> Self {
        let mut value = self.0.clone();
        if let Some(resources) = value.get_mut("Resources").and_then(Value::as_object_mut) {
            match resource {
                Some(resource) => {
                    resources.insert(id.to_owned(), resource);
                }
                None => {
                    resources.shift_remove(id);
                }
            }
        }
        Self(value)
    }

    /// Returns the template as JSON, as CloudFormation gets it: in ASCII alone.
    ///
    /// `GetTemplate` gives every other character back as a question mark (AWS's public roadmap of
    /// CloudFormation, items 814 and 1220). A deployed message in Japanese would look changed for ever, and
    /// a change set that begins with what is deployed would write the question marks into the pool.
    /// Escaped, a text comes back as it went.
    pub fn to_json(&self) -> String {
        let mut bytes = Vec::with_capacity(USUAL_BYTES);
        // A value with text keys can always be written, and to memory.
        let written = serde_json::to_writer_pretty(&mut bytes, &self.0);
        bytes.push(b'\n');
        let text = match (written, String::from_utf8(bytes)) {
            (Ok(()), Ok(text)) => text,
            _ => format!("{:#}\n", self.0),
        };
        if text.is_ascii() { text } else { ascii(&text) }
    }

    /// Returns the template as YAML.
    pub fn to_yaml(&self) -> String {
        // Folding would break long strings over lines and trust every reader to join them again.
        let options = serde_saphyr::ser_options! { folded_wrap_chars: usize::MAX };
        // A JSON value has nothing that YAML cannot say, and JSON is YAML: the writer of YAML leaves characters as they
        // are that turn text around or hide it.
        serde_saphyr::to_string_with_options(&self.0, options)
            .ok()
            .filter(|text| inert::lines(text) == text.as_str())
            .unwrap_or_else(|| inert::json(&self.to_json()).into_owned())
    }
}

/// Escapes what is not ASCII, which in JSON is found inside of strings alone.
fn ascii(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() * 2);
    for character in text.chars() {
        if character.is_ascii() {
            escaped.push(character);
        } else {
            for unit in character.encode_utf16(&mut [0; 2]) {
                // Writing to a String cannot fail.
                let _ = write!(escaped, "\\u{unit:04x}");
            }
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    #![expect(
        clippy::unwrap_used,
        reason = "a test stops at the first thing that is not as it should be"
    )]

    use serde_json::json;

    use super::*;

    #[test]
    fn only_json_with_resources_is_a_template() {
        assert!(matches!(
            Template::from_text("Resources: {}"),
            Err(TemplateError::Json(_))
        ));
        for text in ["{}", "[]", r#"{"Resources": []}"#] {
            assert!(
                matches!(Template::from_text(text), Err(TemplateError::Resources)),
                "{text}"
            );
        }
        assert_eq!(
            Template::from_text(r#"{"Resources": {}}"#).unwrap().resources().count(),
            0
        );
    }

    #[test]
    fn json_is_ascii_and_means_the_same() {
        let text = r#"{"Resources": {"Pool": {"Message": "コード \ud83d\ude00 é {####} \"\n\u0001"}}}"#;
        let template = Template::from_text(text).unwrap();
        let json = template.to_json();
        assert!(json.is_ascii(), "{json}");
        assert!(
            json.contains(r"\u30b3\u30fc\u30c9 \ud83d\ude00 \u00e9 {####}"),
            "{json}"
        );
        assert_eq!(Template::from_text(&json).unwrap(), template);
    }

    #[test]
    fn a_resource_is_replaced_in_its_place() {
        let template = Template::from_text(r#"{"Resources": {"A": {"Ref": "B"}, "B": {}}}"#).unwrap();
        assert_eq!(template.references("A"), ["B"]);
        let replaced = template.with_resource("A", Some(json!({"Ref": "AWS::Region"})));
        assert_eq!(
            replaced.value().to_string(),
            r#"{"Resources":{"A":{"Ref":"AWS::Region"},"B":{}}}"#
        );
        assert_eq!(replaced.references("A"), Vec::<String>::new());
        assert_eq!(
            template.with_resource("A", None).value().to_string(),
            r#"{"Resources":{"B":{}}}"#
        );
    }
}
