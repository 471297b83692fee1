//! CloudFormation takes no template of more than a million bytes.

use serde_json::Value;

use crate::finding::{Code, Finding};
use crate::template::Template;

/// "Template body size in an Amazon S3 object" (1 MB), AWS CloudFormation quotas; its refusal names this number.
const LIMIT: usize = 1_000_000;

/// `size` is that of the template's JSON, in bytes.
pub(super) fn check(template: &Template, size: usize) -> Option<Finding> {
    if size <= LIMIT {
        return None;
    }
    let largest = largest_property(template);
    let message = format!("the template has {size} bytes, CloudFormation takes {LIMIT}");
    let finding = Finding::new(Code::TemplateTooLarge, message);
    Some(match largest {
        Some((resource, property, size)) => finding.hint(format!(
            "shorten `{property}` of `{resource}`, which takes {size} bytes"
        )),
        None => finding,
    })
}

fn largest_property(template: &Template) -> Option<(String, String, usize)> {
    let properties = template.resources().flat_map(|(id, resource)| {
        let properties = resource.get("Properties").and_then(Value::as_object);
        properties
            .into_iter()
            .flatten()
            .map(move |(name, value)| (id, name, value.to_string().len()))
    });
    let largest = properties.max_by_key(|(_, _, size)| *size);
    largest.map(|(id, name, size)| (id.to_owned(), name.clone(), size))
}

#[cfg(test)]
mod tests {
    #![expect(
        clippy::unwrap_used,
        reason = "a test stops at the first thing that is not as it should be"
    )]

    use serde_json::json;

    use super::*;

    fn template(text: usize) -> Template {
        let resources =
            json!({"Pool": {"Properties": {"EmailVerificationMessage": "x".repeat(text), "UserPoolName": "a"}}});
        Template::from_value(json!({"Resources": resources})).unwrap()
    }

    #[test]
    fn a_template_over_the_limit_names_what_fills_it() {
        let frame = template(0).to_json().len();
        let checked = |text: usize| {
            let template = template(text);
            check(&template, template.to_json().len())
        };
        assert_eq!(checked(LIMIT - frame), None);
        let finding = checked(LIMIT - frame + 1).unwrap();
        assert_eq!(
            finding.message,
            "the template has 1000001 bytes, CloudFormation takes 1000000"
        );
        assert!(
            finding.hints.concat().contains("`EmailVerificationMessage` of `Pool`"),
            "{finding:?}"
        );
    }
}
