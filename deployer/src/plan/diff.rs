//! Two templates, compared value by value.
//!
//! The law: the new template's resources and outputs are the old ones with the diff applied.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::change::{Action, Change, Edit, Fate, Replacement, TemplateDiff, Told};
use super::replacement::replaces;

/// Compares the resources and outputs of two templates.
pub fn diff(old: &Value, new: &Value) -> TemplateDiff {
    let (old_resources, new_resources) = (section(old, "Resources"), section(new, "Resources"));
    let mut changes = Vec::new();
    for (id, resource) in new_resources {
        match old_resources.get(id) {
            None => changes.push(whole(id, Action::Add, resource)),
            Some(before) if before != resource => changes.push(modified(id, before, resource)),
            Some(_) => {}
        }
    }
    for (id, resource) in old_resources.iter().filter(|(id, _)| !new_resources.contains_key(*id)) {
        changes.push(whole(id, Action::Remove, resource));
    }
    let outputs = edits(
        &Value::Object(section(old, "Outputs").clone()),
        &Value::Object(section(new, "Outputs").clone()),
    );
    TemplateDiff { changes, outputs }
}

/// Compares stack tags.
pub(super) fn tags(old: &BTreeMap<String, String>, new: &BTreeMap<String, String>) -> Vec<Edit> {
    edits(&json!(old), &json!(new))
}

/// Collects the values in which `new` differs from `old`; intrinsic functions and lists count as one value.
pub(super) fn edits(old: &Value, new: &Value) -> Vec<Edit> {
    let mut found = Vec::new();
    collect(old, new, &mut Vec::new(), &mut found);
    found
}

/// Applies a diff to the old template.
pub fn patch(old: &Value, diff: &TemplateDiff) -> Value {
    let mut new = old.clone();
    for change in &diff.changes {
        for edit in &change.edits {
            let path = ["Resources", &change.logical_id]
                .into_iter()
                .chain(edit.path.iter().map(String::as_str));
            set(&mut new, &path.collect::<Vec<_>>(), edit.new.as_ref());
        }
    }
    for edit in &diff.outputs {
        let path = std::iter::once("Outputs").chain(edit.path.iter().map(String::as_str));
        set(&mut new, &path.collect::<Vec<_>>(), edit.new.as_ref());
    }
    new
}

/// Sets the value at a path, or takes it out.
pub(super) fn set(value: &mut Value, path: &[&str], new: Option<&Value>) {
    let Some((first, rest)) = path.split_first() else {
        *value = new.cloned().unwrap_or(Value::Null);
        return;
    };
    if !value.is_object() {
        *value = Value::Object(Map::new());
    }
    if let Some(members) = value.as_object_mut() {
        if rest.is_empty() && new.is_none() {
            members.shift_remove(*first);
        } else {
            set(members.entry(*first).or_insert(Value::Null), rest, new);
        }
    }
}

/// Returns a section of a template; an absent one is empty.
pub(super) fn section<'a>(template: &'a Value, name: &str) -> &'a Map<String, Value> {
    static EMPTY: std::sync::OnceLock<Map<String, Value>> = std::sync::OnceLock::new();
    template
        .get(name)
        .and_then(Value::as_object)
        .unwrap_or_else(|| EMPTY.get_or_init(Map::new))
}

fn resource_type(resource: &Value) -> &str {
    resource.get("Type").and_then(Value::as_str).unwrap_or_default()
}

fn fate(resource: &Value, policy: &str) -> Fate {
    match resource.get(policy).and_then(Value::as_str) {
        Some("Retain" | "RetainExceptOnCreate") => Fate::Retained,
        _ => Fate::Deleted,
    }
}

fn whole(id: &str, action: Action, resource: &Value) -> Change {
    let (old, new) = match action {
        Action::Remove => (Some(resource.clone()), None),
        Action::Add | Action::Modify => (None, Some(resource.clone())),
    };
    Change {
        logical_id: id.to_owned(),
        resource_type: resource_type(resource).to_owned(),
        action,
        replacement: Replacement::No,
        fate: (action == Action::Remove).then(|| fate(resource, "DeletionPolicy")),
        edits: vec![Edit {
            path: Vec::new(),
            old,
            new,
        }],
        told: Told::Template,
    }
}

fn modified(id: &str, old: &Value, new: &Value) -> Change {
    let found = edits(old, new);
    let kind = resource_type(new);
    let replacement = if resource_type(old) == kind {
        found
            .iter()
            .map(|edit| replaces(kind, &edit.path))
            .max()
            .unwrap_or(Replacement::No)
    } else {
        Replacement::Yes
    };
    Change {
        logical_id: id.to_owned(),
        resource_type: kind.to_owned(),
        action: Action::Modify,
        replacement,
        fate: (replacement == Replacement::Yes).then(|| fate(old, "UpdateReplacePolicy")),
        edits: found,
        told: Told::Template,
    }
}

fn collect(old: &Value, new: &Value, path: &mut Vec<String>, found: &mut Vec<Edit>) {
    if old == new {
        return;
    }
    let (Some(before), Some(after)) = (plain_map(old), plain_map(new)) else {
        found.push(Edit {
            path: path.clone(),
            old: Some(old.clone()),
            new: Some(new.clone()),
        });
        return;
    };
    for (key, value) in after {
        path.push(key.clone());
        match before.get(key) {
            Some(was) => collect(was, value, path, found),
            None => found.push(Edit {
                path: path.clone(),
                old: None,
                new: Some(value.clone()),
            }),
        }
        path.pop();
    }
    for (key, value) in before.iter().filter(|(key, _)| !after.contains_key(*key)) {
        path.push(key.clone());
        found.push(Edit {
            path: path.clone(),
            old: Some(value.clone()),
            new: None,
        });
        path.pop();
    }
}

fn plain_map(value: &Value) -> Option<&Map<String, Value>> {
    let map = value.as_object()?;
    let intrinsic = map.len() == 1 && map.keys().all(|key| key == "Ref" || key.starts_with("Fn::"));
    (!intrinsic).then_some(map)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            (0..3_i64).prop_map(Value::from),
            "[ab]{0,2}".prop_map(Value::from),
            Just(json!({ "Ref": "Pool" })),
            Just(json!({ "Fn::GetAtt": ["Key", "Arn"] })),
        ];
        leaf.prop_recursive(3, 12, 3, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
                prop::collection::btree_map("[abc]", inner, 0..3).prop_map(|map| json!(map)),
            ]
        })
    }

    fn template() -> impl Strategy<Value = Value> {
        let resource = prop::collection::btree_map("[abc]", value(), 0..3)
            .prop_map(|properties| json!({ "Type": "AWS::Lambda::Function", "Properties": properties }));
        let resources = prop::collection::btree_map("[A-D]", resource, 0..4);
        let outputs = prop::collection::btree_map("[XYZ]", value(), 0..3);
        (resources, outputs).prop_map(|(resources, outputs)| json!({ "Resources": resources, "Outputs": outputs }))
    }

    proptest! {
        #[test]
        fn a_diff_applied_gives_the_target(old in template(), new in template()) {
            let found = diff(&old, &new);
            prop_assert_eq!(&patch(&old, &found), &new);
            prop_assert_eq!(found.is_empty(), old == new);
        }
    }

    #[test]
    fn a_create_only_property_replaces() {
        let template = |arn: &str| {
            json!({ "Resources": { "FunctionPermission": {
                "Type": "AWS::Lambda::Permission", "Properties": { "SourceArn": arn },
            } } })
        };
        let found = diff(&template("a"), &template("b"));
        assert_eq!(
            found.change("FunctionPermission").map(|change| change.replacement),
            Some(Replacement::Yes)
        );
        assert_eq!(
            found.change("FunctionPermission").and_then(|change| change.fate),
            Some(Fate::Deleted)
        );
    }

    #[test]
    fn a_removed_pool_is_retained_by_its_policy() {
        let old = json!({ "Resources": { "Pool": {
            "Type": "AWS::Cognito::UserPool", "DeletionPolicy": "RetainExceptOnCreate",
        } } });
        let found = diff(&old, &json!({ "Resources": {} }));
        assert_eq!(
            found.change("Pool").and_then(|change| change.fate),
            Some(Fate::Retained)
        );
    }
}
