//! Conditions of a statement, compared for one question: does the new one let through only what the old one did?
//!
//! Source: "IAM JSON policy elements: Condition operators", IAM User Guide. Where two operators cannot be compared,
//! the answer is no.

use std::collections::BTreeSet;

use serde_json::Value;

use super::names::Names;
use crate::plan::pattern::{covers, covers_arn};

/// One line of a statement's `Condition`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Condition {
    operator: Operator,
    /// The key, such as `aws:SourceAccount`, as it is written.
    key: String,
    values: BTreeSet<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Operator {
    /// `ForAllValues` or `ForAnyValue`, in lower case; empty without.
    set: String,
    /// The operator without that and without `IfExists`, in lower case.
    base: String,
    /// Whether a request without the key passes.
    if_exists: bool,
    /// As it is written.
    name: String,
}

impl Condition {
    /// Makes a condition, such as those that are members of a Lambda permission.
    pub(super) fn new(operator: &str, key: &str, values: Vec<String>) -> Self {
        Self {
            operator: Operator::of(operator),
            key: key.to_owned(),
            values: values.into_iter().collect(),
        }
    }

    /// Reads the `Condition` of a statement.
    pub(super) fn of(statement: &Value, names: &Names<'_>) -> Vec<Self> {
        let operators = statement.get("Condition").and_then(Value::as_object);
        let operators = operators.into_iter().flatten();
        operators
            .flat_map(|(operator, keys)| keys.as_object().into_iter().flatten().map(move |each| (operator, each)))
            .map(|(operator, (key, values))| Self::new(operator, key, names.texts(values)))
            .collect()
    }

    /// How people write it, for a finding.
    pub(super) fn name(&self) -> String {
        let values: Vec<&str> = self.values.iter().map(String::as_str).collect();
        format!("{} {} {}", self.operator.name, self.key, values.join(", "))
    }

    /// Whether whatever passes this condition passes the other one too.
    pub(super) fn implies(&self, other: &Self) -> bool {
        let (mine, theirs) = (&self.operator, &other.operator);
        if !self.key.eq_ignore_ascii_case(&other.key) || mine.set != theirs.set || (mine.if_exists && !theirs.if_exists)
        {
            return false;
        }
        let each = |fits: &dyn Fn(&str, &str) -> bool| {
            // Each of mine is one of theirs.
            let found = |value: &String| other.values.iter().any(|wanted| fits(wanted, value));
            self.values.iter().all(found)
        };
        let spared = |fits: &dyn Fn(&str, &str) -> bool| {
            // Whatever theirs turns away is turned away by mine.
            let found = |value: &String| self.values.iter().any(|wanted| fits(wanted, value));
            other.values.iter().all(found)
        };
        let plain = |value: &str| !value.contains(['*', '?']);
        let same = |wanted: &str, value: &str| wanted == value;
        let same_but_case = |wanted: &str, value: &str| wanted.eq_ignore_ascii_case(value);
        match (mine.base.as_str(), theirs.base.as_str()) {
            ("stringequals" | "stringlike" | "arnequals" | "arnlike", "stringlike") => each(&covers),
            ("stringequals" | "arnequals" | "arnlike", "arnequals" | "arnlike") => each(&covers_arn),
            ("stringlike", "stringequals") => self.values.iter().all(|value| plain(value)) && each(&same),
            ("stringequals" | "stringequalsignorecase", "stringequalsignorecase") => each(&same_but_case),
            ("stringnotlike", "stringnotlike") => spared(&covers),
            ("arnnotlike" | "arnnotequals", "arnnotlike" | "arnnotequals") => spared(&covers_arn),
            ("stringnotequals" | "notipaddress" | "numericnotequals" | "datenotequals", theirs)
                if mine.base == theirs =>
            {
                spared(&same)
            }
            (
                "stringequals" | "bool" | "null" | "numericequals" | "dateequals" | "ipaddress" | "binaryequals",
                theirs,
            ) if mine.base == theirs => each(&same),
            (base, theirs) => base == theirs && self.values == other.values,
        }
    }
}

impl Operator {
    fn of(name: &str) -> Self {
        let lower = name.to_ascii_lowercase();
        let (set, base) = lower.split_once(':').unwrap_or(("", &lower));
        let without = base.strip_suffix("ifexists");
        Self {
            set: set.to_owned(),
            base: without.unwrap_or(base).to_owned(),
            if_exists: without.is_some(),
            name: name.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_implies_those_that_let_more_through() {
        let condition = |text: &str| {
            let parts: Vec<&str> = text.split(' ').collect();
            let (operator, rest) = parts.split_first().unwrap_or((&"", &[]));
            let (key, values) = rest.split_first().unwrap_or((&"", &[]));
            Condition::new(operator, key, values.iter().map(|value| (*value).to_owned()).collect())
        };
        for (new, old, wanted) in [
            ("StringEquals k a", "StringEquals k a b", true),
            ("StringEquals k a b", "StringEquals k a", false),
            ("StringEquals K a", "StringEquals k a", true),
            ("StringEquals other a", "StringEquals k a", false),
            ("StringEquals k ab", "StringLike k a*", true),
            ("StringLike k a*", "StringLike k *", true),
            ("StringLike k *", "StringLike k a*", false),
            ("StringLike k a*", "StringEquals k a", false),
            ("StringLike k a", "StringEquals k a", true),
            ("ArnEquals k arn:aws:a:b:c:d:e", "ArnLike k arn:*:a:b:c:*", true),
            ("ArnEquals k arn:aws:a:b:c:d:e", "ArnLike k arn:*", false),
            ("ArnLike k arn:*", "ArnEquals k arn:x", false),
            ("StringEquals k A", "StringEqualsIgnoreCase k a", true),
            ("StringEqualsIgnoreCase k a", "StringEquals k a", false),
            ("StringEqualsIfExists k a", "StringEquals k a", false),
            ("StringEquals k a", "StringEqualsIfExists k a", true),
            ("ForAllValues:StringEquals k a", "StringEquals k a", false),
            ("ForAnyValue:StringEquals k a", "ForAnyValue:StringEquals k a b", true),
            ("StringNotEquals k a b", "StringNotEquals k a", true),
            ("StringNotEquals k a", "StringNotEquals k a b", false),
            ("StringNotLike k *", "StringNotLike k a", true),
            ("Bool k true", "Bool k true", true),
            ("Bool k false", "Bool k true", false),
            ("Null k true", "Null k true", true),
            ("NumericLessThan k 5", "NumericLessThan k 5", true),
            ("NumericLessThan k 9", "NumericLessThan k 5", false),
            ("IpAddress k 10.0.0.0/8", "IpAddress k 10.0.0.0/8 192.168.0.0/16", true),
        ] {
            assert_eq!(condition(new).implies(&condition(old)), wanted, "{new} implies {old}");
        }
    }
}
