//! Intrinsic functions and policy documents.

use serde_json::{Value, json};

/// `Ref`
pub(super) fn reference(id: &str) -> Value {
    json!({"Ref": id})
}

/// `Fn::GetAtt`
pub(super) fn attribute(id: &str, name: &str) -> Value {
    json!({"Fn::GetAtt": [id, name]})
}

/// `Fn::Sub`
pub(super) fn substitute(text: &str) -> Value {
    json!({"Fn::Sub": text})
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
    json!({"Version": "2012-10-17", "Statement": statements.into()})
}

/// A list as policies write it: one value stands alone.
pub(super) fn one_or_many(mut values: Vec<Value>) -> Value {
    if values.len() == 1 {
        values.remove(0)
    } else {
        Value::from(values)
    }
}
