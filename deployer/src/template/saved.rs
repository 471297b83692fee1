//! The parameters and outputs that hold the digests of a pool's saved configurations.
//!
//! The configurations lie in the assets bucket, where more people may write than may update the stack. A digest in the
//! stack makes them unforgeable. As outputs the digests make a change of them a change that CloudFormation carries out.

use serde_json::{Map, Value, json};

use super::value::{object, reference};
use crate::model::parameter::{NONE, POOL_BEFORE, POOL_RECORD};
use crate::model::{Identity, Model};

const DIGESTS: [(&str, &str); 2] = [
    (
        POOL_BEFORE,
        "SHA-256 of the saved configuration of the user pool before its first attach",
    ),
    (
        POOL_RECORD,
        "SHA-256 of the saved configuration of the user pool before an update that was not compared yet",
    ),
];

/// Returns the parameters of a model's template; none where the pool belongs to the stack.
pub(super) fn parameters(model: &Model) -> Map<String, Value> {
    let is_outside = matches!(model.pool.identity, Identity::Existing(_));
    let digests = DIGESTS.into_iter().filter(|_| is_outside);
    digests
        .map(|(name, description)| (name.to_owned(), parameter(description)))
        .collect()
}

/// Adds the outputs that show the parameters' values.
pub(super) fn outputs(outputs: &mut Map<String, Value>) {
    for (name, _) in DIGESTS {
        outputs.insert(name.to_owned(), object([("Value", reference(name))]));
    }
}

/// Whether a template holds the digests.
pub fn has_digests(template: &Value) -> bool {
    template.pointer(&format!("/Parameters/{POOL_BEFORE}")).is_some()
}

/// Returns a deployed template with the parameters and outputs, which one of an earlier version lacks.
pub fn with_digests(template: &Value) -> Value {
    let mut template = template.clone();
    if has_digests(&template) {
        return template;
    }
    if let Some(sections) = template.as_object_mut() {
        let mut section = |name: &str, add: &dyn Fn(&mut Map<String, Value>)| {
            if let Some(members) = sections.entry(name).or_insert_with(|| json!({})).as_object_mut() {
                add(members);
            }
        };
        section("Parameters", &|parameters| {
            for (name, description) in DIGESTS {
                parameters.insert(name.to_owned(), parameter(description));
            }
        });
        section("Outputs", &outputs);
    }
    template
}

fn parameter(description: &str) -> Value {
    object([
        ("Type", Value::from("String")),
        ("Description", Value::from(description)),
        ("Default", Value::from(NONE)),
        ("AllowedPattern", Value::from(format!("{NONE}|[0-9a-f]{{64}}"))),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_of_an_earlier_version_gets_the_digests_and_keeps_the_rest() {
        let old = json!({ "Resources": { "Key": {} }, "Outputs": { "PoolId": { "Value": "us-west-2_a" } } });
        let new = with_digests(&old);
        assert!(!has_digests(&old) && has_digests(&new));
        assert_eq!(new.get("Resources"), old.get("Resources"));
        assert_eq!(new.pointer("/Outputs/PoolId"), old.pointer("/Outputs/PoolId"));
        for name in [POOL_BEFORE, POOL_RECORD] {
            assert_eq!(
                new.pointer(&format!("/Outputs/{name}/Value")),
                Some(&json!({ "Ref": name }))
            );
            assert_eq!(
                new.pointer(&format!("/Parameters/{name}/Default")),
                Some(&json!("none"))
            );
        }
        assert_eq!(with_digests(&new), new);
    }
}
