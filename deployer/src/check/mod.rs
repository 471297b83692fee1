//! Findings on a rendered template that need no AWS.

mod size;

use crate::finding::Finding;
use crate::template::Template;

/// Checks a template; findings come in the order of the rules.
pub fn check(template: &Template) -> Vec<Finding> {
    size::check(template).into_iter().collect()
}
