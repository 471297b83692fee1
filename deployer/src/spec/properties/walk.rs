//! From the tree to JSON, by the schema's word.

use serde_json::{Map, Value as Json};

use super::shape::{DATE, Kind, Schema, Shape};
use super::{AS_WRITTEN, Waived};
use crate::finding::Code;
use crate::spec::field::{Field, shown_path};
use crate::spec::nearest::did_you_mean;
use crate::spec::report::Report;
use crate::spec::yaml::Value;

/// The schema, and what the file lets through beside it.
pub(super) struct Walk<'a> {
    pub(super) schema: &'a Schema,
    pub(super) waived: &'a mut Waived,
}

impl Walk<'_> {
    /// Reads a member of an object.
    pub(super) fn member(
        &mut self,
        object: &Shape,
        name: &str,
        field: &Field<'_>,
        report: &mut Report<'_>,
    ) -> Option<Json> {
        // The schema's patterns of keys are those of tags, which have a check of their own.
        let shape = object
            .properties
            .get(name)
            .or_else(|| object.pattern_properties.values().next());
        match shape {
            Some(shape) => self.value(shape, field, report),
            None => self.unknown(object, name, field, report),
        }
    }

    fn unknown(&mut self, object: &Shape, name: &str, field: &Field<'_>, report: &mut Report<'_>) -> Option<Json> {
        if is_function(name) {
            // An acknowledgement of an unknown property must not bring in what nobody reviews, such as a macro.
            report.add(
                Code::PropertyIntrinsic,
                field.key(),
                FUNCTION.to_owned(),
                "write the value itself",
            );
            return None;
        }
        let resource = Waived::resource(field.path());
        if self.waived.takes(&resource) {
            return plain(field, report);
        }
        let message = format!(
            "{} is not a property of AWS::Cognito::UserPool, by its schema of {DATE}",
            field.name()
        );
        let names = object.properties.keys().map(String::as_str);
        let hint = did_you_mean(name, names.clone(), || {
            let all: Vec<&str> = names.collect();
            format!("the names here are {}", all.join(", "))
        });
        report.add(Code::UnknownProperty, field.key(), message, hint);
        report.also(format!(
            "if AWS has it by now: acknowledge: [{{code: unknown-property, resource: {}, to: {AS_WRITTEN}, reason: \"…\"}}]",
            shown_path(&resource)
        ));
        None
    }

    fn value(&mut self, shape: &Shape, field: &Field<'_>, report: &mut Report<'_>) -> Option<Json> {
        if refuse_intrinsic(field, report) {
            return None;
        }
        let schema = self.schema;
        let shape = schema.resolve(shape);
        match shape.kind? {
            Kind::Object => self.object(shape, field, report).map(Json::Object),
            Kind::Array => self.array(shape, field, report).map(Json::Array),
            Kind::String => string(shape, field, report).map(Json::String),
            Kind::Boolean => field.boolean(report).map(Json::Bool),
            Kind::Integer => {
                let (least, most) = (shape.minimum.unwrap_or(i64::MIN), shape.maximum.unwrap_or(i64::MAX));
                field.within(least..=most, report).map(Json::from)
            }
        }
    }

    fn object(&mut self, shape: &Shape, field: &Field<'_>, report: &mut Report<'_>) -> Option<Map<String, Json>> {
        let fields = field.fields(report)?;
        for name in shape
            .required
            .iter()
            .filter(|name| !fields.iter().any(|(key, _)| key == name))
        {
            let message = format!("`{}` wants the property `{name}`, found none", field.path());
            report.add(Code::MissingKey, field.key(), message, format!("add `{name}`"));
        }
        let member = |(name, field): (&str, Field<'_>)| {
            self.member(shape, name, &field, report)
                .map(|value| (name.to_owned(), value))
        };
        Some(fields.into_iter().filter_map(member).collect())
    }

    fn array(&mut self, shape: &Shape, field: &Field<'_>, report: &mut Report<'_>) -> Option<Vec<Json>> {
        let items = field.list(report)?;
        within("items", items.len(), shape.min_items, shape.max_items, field, report);
        let of = shape.items.as_deref()?;
        Some(items.iter().filter_map(|item| self.value(of, item, report)).collect())
    }
}

/// Reads a value without a schema: numbers and booleans are those that stand without quotes.
fn plain(field: &Field<'_>, report: &mut Report<'_>) -> Option<Json> {
    if refuse_intrinsic(field, report) {
        return None;
    }
    match &field.node().value {
        Value::Map(_) => {
            let fields = field.map_fields()?;
            let members = fields
                .into_iter()
                .filter_map(|(name, field)| Some((name.to_owned(), plain(&field, report)?)));
            Some(Json::Object(members.collect()))
        }
        Value::List(_) => {
            let items = field.list(report)?;
            Some(Json::Array(
                items.iter().filter_map(|item| plain(item, report)).collect(),
            ))
        }
        Value::Scalar(scalar) => {
            let typed = scalar.boolean().map(Json::from).or(scalar.integer().map(Json::from));
            typed.or_else(|| field.text(report).map(Json::from))
        }
        Value::Unread => None,
    }
}

fn refuse_intrinsic(field: &Field<'_>, report: &mut Report<'_>) -> bool {
    let found = if is_intrinsic(field) {
        "a CloudFormation function"
    } else if field.scalar_text().is_some_and(|text| text.contains(DYNAMIC_REFERENCE)) {
        "a dynamic reference, whose value CloudFormation would put in its place"
    } else {
        return false;
    };
    let wanted = format!("a plain value, found {found}");
    field.refuse(Code::PropertyIntrinsic, &wanted, "write the value itself", report);
    true
}

/// What is said of a function among properties.
const FUNCTION: &str = "properties want plain values, found a CloudFormation function";

/// How a dynamic reference begins, such as `{{resolve:secretsmanager:…}}`; its value may be a secret.
const DYNAMIC_REFERENCE: &str = "{{resolve:";

fn is_function(name: &str) -> bool {
    name == "Ref" || name == "Condition" || name.starts_with("Fn::")
}

/// Whether the value is `{Ref: …}` or `{Condition: …}`, or has a member `Fn::…`.
fn is_intrinsic(field: &Field<'_>) -> bool {
    field.map_fields().is_some_and(|fields| {
        let alone = fields.len() == 1;
        fields
            .iter()
            .any(|(name, _)| name.starts_with("Fn::") || (alone && is_function(name)))
    })
}

fn string(shape: &Shape, field: &Field<'_>, report: &mut Report<'_>) -> Option<String> {
    let text = field.text(report)?;
    if shape.choices.is_empty() {
        within(
            "characters",
            text.chars().count(),
            shape.min_length,
            shape.max_length,
            field,
            report,
        );
    } else if !shape.choices.iter().any(|choice| choice == text) {
        let names: Vec<&str> = shape.choices.iter().map(String::as_str).collect();
        field.refuse_choice(text, &names, report);
    }
    // A text may be a message or an address, so it is not shown.
    if let Some(pattern) = shape.pattern
        && !pattern.matches(text)
    {
        let wanted = format!("{}, found another text", pattern.wanted());
        let hint = "correct it: CloudFormation refuses the property";
        field.refuse(Code::BadValue, &wanted, hint, report);
    }
    Some(text.to_owned())
}

fn within(
    of: &str,
    count: usize,
    least: Option<usize>,
    most: Option<usize>,
    field: &Field<'_>,
    report: &mut Report<'_>,
) {
    let (least, most) = (least.unwrap_or(0), most.unwrap_or(usize::MAX));
    if count < least {
        let hint = "write more, or remove the property";
        field.refuse(
            Code::OutOfRange,
            &format!("{least} or more {of}, found {count}"),
            hint,
            report,
        );
    } else if count > most {
        field.refuse(
            Code::OutOfRange,
            &format!("{most} or fewer {of}, found {count}"),
            "shorten it",
            report,
        );
    }
}
