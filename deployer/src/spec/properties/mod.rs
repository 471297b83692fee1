//! `properties`: what `AWS::Cognito::UserPool` takes, by CloudFormation's own names.
//!
//! The resource type's schema says which names, types, choices, limits and patterns there are, and each
//! value is read as what the schema wants there: `0123` stays a text where a text is wanted. A property
//! that the schema does not know is passed through where the file acknowledges it.

mod combination;
mod known;
mod pattern;
mod shape;
mod waived;
mod walk;

use serde_json::{Map, Value};

use super::field::Field;
use super::report::Report;
use super::section::check_tags;
use crate::finding::Code;

pub use known::known_properties;
pub(super) use shape::{DATE, SCHEMA};
pub(super) use waived::{AS_WRITTEN, Waived};

use walk::Walk;

/// Reads the properties, without those that are wrong.
pub(super) fn properties(field: &Field<'_>, waived: &mut Waived, report: &mut Report<'_>) -> Map<String, Value> {
    let schema = shape::schema();
    let mut walk = Walk { schema, waived };
    let mut values = Map::new();
    let Some(fields) = field.fields(report) else {
        return values;
    };
    for (name, field) in fields {
        if name == "LambdaConfig" {
            let message = format!(
                "`{}` wants to be absent: `triggers` and `key` declare what it holds",
                field.path()
            );
            let hint = "move the functions to `triggers`, and the key to `key`";
            report.add(Code::PropertyLambdaConfig, field.key(), message, hint);
        } else if schema
            .read_only
            .iter()
            .any(|pointer| pointer.strip_prefix("/properties/") == Some(name))
        {
            let message = format!("`{}` is set by Cognito alone", field.path());
            report.add(Code::PropertyReadOnly, field.key(), message, "remove it");
        } else if let Some(value) = walk.member(&schema.pool, name, &field, report) {
            values.insert(name.to_owned(), value);
        }
        if name == "UserPoolTags" {
            check_tags(&field, report);
        }
    }
    combination::check(field, report);
    values
}
