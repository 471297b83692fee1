//! One change set or two.
//!
//! What a pool calls must be allowed before the pool calls it. CloudFormation works the other way
//! round: the permission and the decrypt policy name the pool, so they follow it. A live pool that
//! gains a function or a key therefore gets two change sets: the first brings everything but the pool
//! and takes nothing away, the second changes the pool and lets go of the rest.

use std::collections::BTreeSet;

use serde_json::Value;

use super::diff::section;
use crate::model::logical;

/// The first of two change sets.
pub(super) const PREPARE: &str = "prepare what the pool is going to call; the pool stays as it is";
/// The second of two change sets.
pub(super) const SWITCH: &str = "point the pool to it";

/// Returns the templates that lead from `old` to `new`, in order, each with its title when there are two.
/// `own_key` is the ARN of the key that the deployed stack made.
pub fn phases(old: &Value, new: &Value, own_key: Option<&str>) -> Vec<(Option<&'static str>, Value)> {
    match first(old, new, own_key) {
        Some(between) => vec![(Some(PREPARE), between), (Some(SWITCH), new.clone())],
        None => vec![(None, new.clone())],
    }
}

fn first(old: &Value, new: &Value, own_key: Option<&str>) -> Option<Value> {
    let old_pool = section(old, "Resources").get(logical::POOL)?;
    let new_pool = section(new, "Resources").get(logical::POOL)?;
    if callees(new_pool).is_subset(&callees(old_pool)) {
        return None;
    }
    let mut between = between(old, new, old_pool.pointer("/Properties/LambdaConfig/KMSKeyID"), own_key);
    let resources = between.get_mut("Resources")?.as_object_mut()?;
    resources.insert(logical::POOL.to_owned(), old_pool.clone());
    let unchanged = section(old, "Resources") == &*resources;
    (!unchanged).then_some(between)
}

/// Returns the new template with all that would leave the old one, and with the key that the pool names now still
/// allowed: nothing goes before the pool has let go of it.
pub(super) fn between(old: &Value, new: &Value, live_key: Option<&Value>, own_key: Option<&str>) -> Value {
    let mut between = new.clone();
    if let Some(resources) = between.get_mut("Resources").and_then(Value::as_object_mut) {
        for (id, resource) in section(old, "Resources") {
            match resources.get(id) {
                None => _ = resources.insert(id.clone(), resource.clone()),
                // A right to invoke another function is another right, by the same name.
                Some(other) if is_permission(resource) && other != resource => {
                    let mut kept = format!("{id}Before");
                    while resources.contains_key(&kept) || section(old, "Resources").contains_key(&kept) {
                        kept.push_str("Before");
                    }
                    resources.insert(kept, resource.clone());
                }
                Some(_) => {}
            }
        }
        if let Some(live_key) = live_key {
            keep_live_key(live_key, resources, own_key);
        }
    }
    between
}

/// Whether a resource is a right to invoke a function.
pub(super) fn is_permission(resource: &Value) -> bool {
    resource.get("Type").and_then(Value::as_str) == Some("AWS::Lambda::Permission")
}

/// Every function and key that a pool's `LambdaConfig` names.
fn callees(pool: &Value) -> BTreeSet<String> {
    let config = pool.pointer("/Properties/LambdaConfig").and_then(Value::as_object);
    config
        .into_iter()
        .flat_map(|config| config.values())
        .map(|value| value.get("LambdaArn").unwrap_or(value).to_string())
        .collect()
}

/// Until the second change set codes arrive under the key that the pool names now: the role and the
/// handler go on accepting it, whatever the new template says.
fn keep_live_key(live: &Value, resources: &mut serde_json::Map<String, Value>, own_key: Option<&str>) {
    let named = |value: Option<&Value>| value.is_some_and(|value| same_key(value, live, own_key));
    let keys = resources
        .get_mut(logical::DECRYPT_POLICY)
        .and_then(|policy| policy.pointer_mut("/Properties/PolicyDocument/Statement/0/Resource"));
    if let Some(keys) = keys {
        let mut allowed = match &*keys {
            Value::Array(items) => items.clone(),
            one => vec![one.clone()],
        };
        if !allowed.iter().any(|key| named(Some(key))) {
            allowed.push(live.clone());
            *keys = Value::Array(allowed);
        }
    }
    let variables = resources
        .get_mut(logical::FUNCTION)
        .and_then(|function| function.pointer_mut("/Properties/Environment/Variables"))
        .and_then(Value::as_object_mut);
    if let Some(variables) = variables
        && !named(variables.get(handler::env::KEY_ARN))
        && !named(variables.get(handler::env::PREVIOUS_KEY_ARN))
    {
        variables.insert(handler::env::PREVIOUS_KEY_ARN.to_owned(), live.clone());
    }
}

/// Whether two expressions name one key: the stack's own is `Key.Arn` in one template and may be an ARN in
/// another.
pub(super) fn same_key(left: &Value, right: &Value, own_key: Option<&str>) -> bool {
    let resolved = |value: &Value| match value.get("Fn::GetAtt").and_then(|path| path.get(0)) {
        Some(id) if id == logical::KEY => own_key.map_or_else(|| value.clone(), Value::from),
        _ => value.clone(),
    };
    resolved(left) == resolved(right)
}

#[cfg(test)]
mod tests {
    #![expect(
        clippy::indexing_slicing,
        reason = "a test stops at the first thing that is not as it should be"
    )]

    use serde_json::json;

    use super::*;

    fn stack(config: &Value, key: &str, previous: Option<&str>) -> Value {
        let mut variables = json!({ "KEY_ARN": key });
        let mut keys = vec![key];
        if let Some(previous) = previous {
            variables["PREVIOUS_KEY_ARN"] = json!(previous);
            keys.push(previous);
        }
        json!({ "Resources": {
            "Function": { "Type": "AWS::Lambda::Function", "Properties": { "Environment": { "Variables": variables } } },
            "Pool": { "Type": "AWS::Cognito::UserPool", "Properties": { "LambdaConfig": config } },
            "DecryptPolicy": { "Type": "AWS::IAM::Policy", "Properties": { "PolicyDocument": { "Statement": [
                { "Effect": "Allow", "Action": "kms:Decrypt", "Resource": keys },
            ] } } },
        } })
    }

    fn sender(key: &str) -> Value {
        json!({ "CustomSMSSender": { "LambdaArn": { "Fn::GetAtt": ["Function", "Arn"] }, "LambdaVersion": "V1_0" }, "KMSKeyID": key })
    }

    #[test]
    fn a_new_stack_takes_one_change_set() {
        let new = stack(&sender("a"), "a", None);
        assert_eq!(phases(&json!({}), &new, None), vec![(None, new)]);
    }

    #[test]
    fn a_live_pool_gains_its_function_in_two() {
        let old = json!({ "Resources": { "Pool": { "Type": "AWS::Cognito::UserPool", "Properties": {} } } });
        let new = stack(&sender("a"), "a", None);
        let steps = phases(&old, &new, None);
        assert_eq!(steps.len(), 2);
        assert_eq!(steps[0].1["Resources"]["Pool"], old["Resources"]["Pool"]);
        assert_eq!(steps[0].1["Resources"]["Function"], new["Resources"]["Function"]);
        assert_eq!(steps[1].1, new);
        // Interrupted in between, the next apply goes on with the second alone.
        assert_eq!(phases(&steps[0].1, &new, None), vec![(None, new)]);
    }

    #[test]
    fn on_a_key_swap_the_live_key_stays_allowed_until_the_pool_lets_go() {
        let old = stack(&sender("a"), "a", None);
        let new = stack(&sender("b"), "b", None);
        let steps = phases(&old, &new, None);
        assert_eq!(steps.len(), 2);
        let between = &steps[0].1["Resources"];
        assert_eq!(
            between["DecryptPolicy"]["Properties"]["PolicyDocument"]["Statement"][0]["Resource"],
            json!(["b", "a"])
        );
        assert_eq!(
            between["Function"]["Properties"]["Environment"]["Variables"]["PREVIOUS_KEY_ARN"],
            "a"
        );
        assert_eq!(phases(&steps[0].1, &new, None), vec![(None, new)]);
    }

    /// Whichever message trigger comes first, the function is new to the pool; the second finds it allowed.
    #[test]
    fn every_trigger_on_the_own_function_is_a_callee() {
        let own = json!({ "Fn::GetAtt": ["Function", "Arn"] });
        let email = json!({ "LambdaArn": own, "LambdaVersion": "V1_0" });
        let none = json!({ "Resources": { "Pool": { "Type": "AWS::Cognito::UserPool", "Properties": {} } } });
        let words = stack(&json!({ "CustomMessage": own }), "a", None);
        let mails = stack(&json!({ "CustomEmailSender": email, "KMSKeyID": "a" }), "a", None);
        for new in [&words, &mails] {
            let steps = phases(&none, new, None);
            assert_eq!(steps.len(), 2);
            assert_eq!(steps[0].1["Resources"]["Pool"], none["Resources"]["Pool"]);
        }
        let mut both = sender("a");
        both["CustomEmailSender"] = email;
        assert_eq!(
            phases(&stack(&sender("a"), "a", None), &stack(&both, "a", None), None).len(),
            1
        );
        // From words alone to a sender, the key is new.
        let encrypted = stack(
            &json!({ "CustomEmailSender": both["CustomEmailSender"], "KMSKeyID": "b" }),
            "b",
            None,
        );
        assert_eq!(phases(&words, &encrypted, None).len(), 2);
    }

    #[test]
    fn a_function_that_the_pool_still_calls_stays_permitted() {
        let stack = |function: &str| {
            json!({ "Resources": {
                "Pool": { "Type": "AWS::Cognito::UserPool", "Properties": { "LambdaConfig": { "PreSignUp": function } } },
                "PreSignUpPermission": { "Type": "AWS::Lambda::Permission", "Properties": { "FunctionName": function } },
            } })
        };
        let (old, new) = (stack("a"), stack("b"));
        let steps = phases(&old, &new, None);
        assert_eq!(steps.len(), 2);
        let between = &steps[0].1["Resources"];
        assert_eq!(between["PreSignUpPermission"], new["Resources"]["PreSignUpPermission"]);
        assert_eq!(
            between["PreSignUpPermissionBefore"],
            old["Resources"]["PreSignUpPermission"]
        );
        assert_eq!(phases(&steps[0].1, &new, None), vec![(None, new)]);
        // Another change of mind keeps the right of each that the pool may call.
        let third = &phases(&steps[0].1, &stack("c"), None)[0].1["Resources"];
        assert_eq!(
            third["PreSignUpPermissionBefore"],
            old["Resources"]["PreSignUpPermission"]
        );
        assert_eq!(
            third["PreSignUpPermissionBeforeBefore"]["Properties"]["FunctionName"],
            "b"
        );
    }

    #[test]
    fn a_dropped_trigger_takes_one_change_set() {
        let old = stack(&sender("a"), "a", None);
        let new = json!({ "Resources": { "Pool": { "Type": "AWS::Cognito::UserPool", "Properties": {} } } });
        assert_eq!(phases(&old, &new, None).len(), 1);
    }
}
