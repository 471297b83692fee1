//! The embedded resource schema, read once.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::{Deserialize, Deserializer};

use super::pattern::Pattern;

/// The day of the schema.
pub(in crate::spec) const DATE: &str = "2026-10-20";

/// CloudFormation's schema of `AWS::Cognito::UserPool`, of [`DATE`].
pub(in crate::spec) const SCHEMA: &str = include_str!("../aws-cognito-userpool.json");

/// What the walker needs of a resource schema.
#[derive(Debug, Default)]
pub(in crate::spec) struct Schema {
    /// The resource itself.
    pub(super) pool: Shape,
    pub(super) definitions: BTreeMap<String, Shape>,
    /// JSON pointers of what AWS sets itself.
    pub(super) read_only: Vec<String>,
}

/// The file's own shape.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct File {
    properties: BTreeMap<String, Shape>,
    definitions: BTreeMap<String, Shape>,
    read_only_properties: Vec<String>,
}

impl From<File> for Schema {
    fn from(file: File) -> Self {
        let pool = Shape {
            kind: Some(Kind::Object),
            properties: file.properties,
            ..Shape::default()
        };
        Self {
            pool,
            definitions: file.definitions,
            read_only: file.read_only_properties,
        }
    }
}

/// What a value may be.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Shape {
    #[serde(rename = "type")]
    pub(super) kind: Option<Kind>,
    #[serde(rename = "$ref")]
    pub(super) reference: Option<String>,
    pub(super) properties: BTreeMap<String, Shape>,
    /// Where the keys are the user's; a schema that has some lets every key be one.
    pub(super) pattern_properties: BTreeMap<String, Shape>,
    pub(super) required: Vec<String>,
    pub(super) items: Option<Box<Shape>>,
    #[serde(rename = "enum")]
    pub(super) choices: Vec<String>,
    pub(super) minimum: Option<i64>,
    pub(super) maximum: Option<i64>,
    pub(super) min_length: Option<usize>,
    pub(super) max_length: Option<usize>,
    pub(super) min_items: Option<usize>,
    pub(super) max_items: Option<usize>,
    #[serde(deserialize_with = "pattern")]
    pub(super) pattern: Option<Pattern>,
}

fn pattern<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Pattern>, D::Error> {
    let text = String::deserialize(deserializer)?;
    Pattern::of(&text)
        .map(Some)
        .ok_or_else(|| serde::de::Error::custom(format!("the pattern {text} has no check")))
}

/// A JSON type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Kind {
    Object,
    Array,
    String,
    Boolean,
    Integer,
}

impl Schema {
    /// Returns the shape that a reference stands for, or the shape itself.
    pub(super) fn resolve<'a>(&'a self, shape: &'a Shape) -> &'a Shape {
        let name = shape
            .reference
            .as_deref()
            .and_then(|reference| reference.strip_prefix("#/definitions/"));
        name.and_then(|name| self.definitions.get(name)).unwrap_or(shape)
    }
}

/// Returns the schema; a text that cannot be read would know no property, which the tests rule out.
pub(in crate::spec) fn schema() -> &'static Schema {
    static PARSED: OnceLock<Schema> = OnceLock::new();
    PARSED.get_or_init(|| serde_json::from_str::<File>(SCHEMA).unwrap_or_default().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_is_read_whole() {
        let schema = schema();
        assert_eq!(schema.pool.properties.len(), 36);
        assert_eq!(schema.definitions.len(), 28);
        assert_eq!(schema.read_only.len(), 4);
        let shapes = schema.pool.properties.values().chain(
            schema
                .definitions
                .values()
                .flat_map(|definition| definition.properties.values().chain([definition])),
        );
        for shape in shapes {
            let shape = schema.resolve(shape);
            assert!(shape.kind.is_some() && shape.reference.is_none(), "{shape:?}");
            assert!(shape.kind != Some(Kind::Array) || shape.items.is_some(), "{shape:?}");
        }
    }
}
