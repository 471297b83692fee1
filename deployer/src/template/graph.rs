//! Which resources a piece of template refers to.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

/// Returns every id that `value` refers to by `Ref`, `Fn::GetAtt`, `Fn::Sub` or `DependsOn`; pseudo
/// parameters too.
pub(super) fn references(value: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    collect(value, &mut found);
    found
}

fn collect(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                match (name.as_str(), member) {
                    ("Ref" | "DependsOn", Value::String(id)) => {
                        found.insert(id.clone());
                    }
                    ("DependsOn", Value::Array(ids)) => found.extend(ids.iter().filter_map(owned)),
                    ("Fn::GetAtt", Value::String(path)) => found.extend(path.split('.').next().map(str::to_owned)),
                    ("Fn::GetAtt", Value::Array(path)) => found.extend(path.first().and_then(owned)),
                    ("Fn::Sub", Value::String(text)) => substituted(text, &Map::new(), found),
                    ("Fn::Sub", Value::Array(parts)) => substituted_list(parts, found),
                    (_, member) => collect(member, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn owned(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

fn substituted_list(parts: &[Value], found: &mut BTreeSet<String>) {
    let variables = parts.get(1).and_then(Value::as_object).cloned().unwrap_or_default();
    variables.values().for_each(|value| collect(value, found));
    if let Some(text) = parts.first().and_then(Value::as_str) {
        substituted(text, &variables, found);
    }
}

/// Takes the names out of `${Id}` and `${Id.Attribute}`; `${!Literal}` is none.
fn substituted(text: &str, variables: &Map<String, Value>, found: &mut BTreeSet<String>) {
    for part in text.split("${").skip(1) {
        let name = part.split('}').next().unwrap_or_default();
        if !name.starts_with('!') && !variables.contains_key(name) {
            found.extend(name.split('.').next().map(str::to_owned));
        }
    }
}

/// Returns the ids of `resources` that `resource` reaches neither itself nor through others, in their order.
pub(super) fn unreferenced(resource: &Value, resources: &Map<String, Value>) -> Vec<String> {
    let mut reached = BTreeSet::new();
    let mut open: Vec<String> = references(resource).into_iter().collect();
    while let Some(id) = open.pop() {
        if let Some(next) = resources.get(&id)
            && reached.insert(id)
        {
            open.extend(references(next));
        }
    }
    // What one of the rest refers to is made before it anyway: name only the ends.
    let rest: Vec<&String> = resources.keys().filter(|id| !reached.contains(*id)).collect();
    let inner: BTreeSet<String> = rest
        .iter()
        .filter_map(|id| resources.get(*id))
        .flat_map(references)
        .collect();
    rest.into_iter().filter(|id| !inner.contains(*id)).cloned().collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_form_of_reference_is_found() {
        let value = json!({
            "DependsOn": ["A", "B"],
            "Properties": {
                "One": {"Ref": "C"},
                "Two": [{"Fn::GetAtt": ["D", "Arn"]}, {"Fn::GetAtt": "E.Arn"}],
                "Three": {"Fn::Sub": "x-${F}-${G.Arn}-${!No}-${AWS::Region}"},
                "Four": {"Fn::Sub": ["${own}${H}", {"own": {"Ref": "I"}}]},
                "Ref": {"Plain": "No"},
            }
        });
        let found: Vec<String> = references(&value).into_iter().collect();
        assert_eq!(found, ["A", "AWS::Region", "B", "C", "D", "E", "F", "G", "H", "I"]);
    }

    #[test]
    fn only_ends_that_are_not_reached_are_named() {
        let Value::Object(resources) = json!({
            "Role": {},
            "Function": {"Role": {"Ref": "Role"}},
            "Topic": {},
            "Alarm": {"Topic": {"Ref": "Topic"}, "Function": {"Ref": "Function"}},
        }) else {
            unreachable!()
        };
        assert_eq!(unreferenced(&json!({"Ref": "Function"}), &resources), ["Alarm"]);
        assert_eq!(unreferenced(&json!({"Ref": "Alarm"}), &resources), Vec::<String>::new());
    }
}
