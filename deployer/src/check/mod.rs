//! Findings on a rendered template that need no AWS.

mod size;

use crate::finding::Finding;
use crate::template::Template;

/// Checks a template, and the JSON that CloudFormation would get; findings come in the order of the rules.
pub fn check(template: &Template, json: &str) -> Vec<Finding> {
    size::check(template, json.len()).into_iter().collect()
}
