//! Intrinsic functions and policy documents.

use serde_json::Value;

/// An object of values that are moved into it.
pub(super) fn object<const N: usize>(members: [(&str, Value); N]) -> Value {
    members
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

/// `Ref`
pub(super) fn reference(id: &str) -> Value {
    object([("Ref", Value::from(id))])
}

/// `Fn::GetAtt`
pub(super) fn attribute(id: &str, name: &str) -> Value {
    object([("Fn::GetAtt", Value::from([id, name]))])
}

/// `Fn::Sub`
pub(super) fn substitute(text: &str) -> Value {
    object([("Fn::Sub", Value::from(text))])
}

/// `AWS::AccountId`
pub(super) fn account() -> Value {
    reference("AWS::AccountId")
}

/// `AWS::Region`
pub(super) fn region() -> Value {
    reference("AWS::Region")
}

/// A policy document.
pub(super) fn document(statements: impl Into<Value>) -> Value {
    object([("Version", Value::from("2012-10-17")), ("Statement", statements.into())])
}

/// A list as policies write it: one value stands alone.
pub(super) fn one_or_many(mut values: Vec<Value>) -> Value {
    if values.len() == 1 {
        values.remove(0)
    } else {
        Value::from(values)
    }
}
