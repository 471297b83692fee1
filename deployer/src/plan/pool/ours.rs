//! What a stack attached to a pool that it does not own, by the word of its deployed template.
//!
//! The output `Triggers` records it, so that a plan can tell the stack's own triggers from those that somebody
//! else attached. Whatever calls the stack's own function is the stack's too: it goes with that function.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::Live;
use crate::model::{logical, output};

/// What a deployed stack attached, and the ARNs that its own function and key have.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ours {
    records: Vec<Map<String, Value>>,
    function: Option<String>,
    key: Option<String>,
}

impl Ours {
    /// Reads a deployed template and the stack's outputs. A template that attached nothing has nothing.
    pub fn of(template: &Value, outputs: &BTreeMap<String, String>) -> Self {
        let said = |name: &str| template.get("Outputs")?.get(name)?.get("Value");
        // An output names an existing key as well; only one that refers to the stack's own is its ARN.
        let own = |name: &str, id: &str| {
            let path = said(name)?.get("Fn::GetAtt")?;
            (path.get(0)?.as_str()? == id)
                .then(|| outputs.get(name).cloned())
                .flatten()
        };
        let mut ours = Self {
            records: Vec::new(),
            function: own(output::FUNCTION_ARN, logical::FUNCTION),
            key: own(output::KEY_ARN, logical::KEY),
        };
        for name in [output::TRIGGERS, output::TRIGGERS_BEFORE] {
            let record = said(name)
                .and_then(Value::as_str)
                .and_then(|text| serde_json::from_str(text).ok());
            if let Some(Value::Object(record)) = record {
                let record = record.iter().map(|(member, value)| (member.clone(), ours.read(value)));
                let record = record.collect();
                ours.records.push(record);
            }
        }
        ours
    }

    /// Whether the stack recorded any trigger of a pool that it does not own.
    pub fn is_attached(&self) -> bool {
        self.records.iter().any(|record| !record.is_empty())
    }

    /// The ARN of the stack's own function, where it has one.
    pub fn function(&self) -> Option<&str> {
        self.function.as_deref()
    }

    /// The ARN of the key that the stack made, where it made one.
    pub fn key(&self) -> Option<&str> {
        self.key.as_deref()
    }

    /// Replaces what refers to the stack's own function and key by their ARNs, where these are known.
    pub fn resolve(&self, value: &Value) -> Value {
        resolve(value, self.function(), self.key())
    }

    /// What counts beside a pool: the pool's settings are saved before its first update, so a record without them is
    /// about what was declared as it was there already.
    pub(super) fn beside(&self, live: &Live) -> Self {
        let mut ours = self.clone();
        if live.saved.is_none() {
            ours.records.clear();
        }
        ours
    }

    /// Returns what the stack recorded to have attached, resolved; empty when it attached nothing.
    pub fn recorded(&self) -> Map<String, Value> {
        self.records.first().cloned().unwrap_or_default()
    }

    /// The records, resolved.
    pub(super) fn records(&self) -> &[Map<String, Value>] {
        &self.records
    }

    /// Whether an ARN is that of the stack's own function, in any version or alias.
    pub(super) fn is_own_function(&self, arn: &Value) -> bool {
        let (Some(arn), Some(function)) = (arn.as_str(), self.function()) else {
            return false;
        };
        arn.strip_prefix(function)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(':'))
    }

    /// A recorded value with the words for the stack's own function and key replaced.
    fn read(&self, value: &Value) -> Value {
        match value {
            Value::String(word) if word == output::OWN_FUNCTION => {
                self.function().map_or_else(|| value.clone(), Value::from)
            }
            Value::String(word) if word == output::OWN_KEY => self.key().map_or_else(|| value.clone(), Value::from),
            Value::Object(members) => members
                .iter()
                .map(|(member, inner)| (member.clone(), self.read(inner)))
                .collect(),
            other => other.clone(),
        }
    }
}

/// Replaces what refers to a stack's own function and key by their ARNs, where these are known.
pub fn resolve(value: &Value, function: Option<&str>, key: Option<&str>) -> Value {
    let id = value.get("Fn::GetAtt").and_then(|path| path.get(0));
    let arn = match id.and_then(Value::as_str) {
        Some(logical::FUNCTION) => function,
        Some(logical::KEY) => key,
        _ => None,
    };
    match (arn, value) {
        (Some(arn), _) => Value::from(arn),
        (None, Value::Object(members)) => members
            .iter()
            .map(|(member, inner)| (member.clone(), resolve(inner, function, key)))
            .collect(),
        (None, other) => other.clone(),
    }
}
