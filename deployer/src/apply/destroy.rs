//! The end of a stack: first the pool lets go, then the function goes.

use serde_json::Value;

use super::{ApplyError, Operation};
use crate::aws::{Session, StackState};
use crate::model::{logical, output};
use crate::template::Template;

/// The tag by which CloudFormation names the stack that a resource belongs to.
const STACK_ID_TAG: &str = "aws:cloudformation:stack-id";

/// What a stack's deletion leaves in the account, by physical id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Remains {
    /// The user pool's id.
    pub pool: Option<String>,
    /// The key's id.
    pub key: Option<String>,
    /// The log group's name.
    pub logs: Option<String>,
    /// The name of the role by which the pool sends SMS messages.
    pub sms_role: Option<String>,
}

/// Returns the deployed template with this stack's triggers taken out of the pool, and with what the pool refers to
/// retained as it is; nothing when there is nothing to change. They are those on its own function, and those whose permission goes with the stack: left in
/// place, Cognito would fail to invoke them at every sign-in. Others stay.
pub fn letting_go(template: &Value) -> Option<Value> {
    let permitted = permitted(template);
    let mut released = template.clone();
    take_out(&mut released, &permitted);
    let released = with_retained(&released);
    (released != *template).then_some(released)
}

/// A stack of an earlier version deletes the SMS role of the pool that it retains.
fn with_retained(template: &Value) -> Value {
    let Ok(made) = Template::from_value(template.clone()) else {
        return template.clone();
    };
    let is_retained = |resource: &Value| {
        let policy = resource.get("DeletionPolicy").and_then(Value::as_str);
        policy.is_some_and(|policy| policy.starts_with("Retain"))
    };
    let mut kept = made.clone();
    if made.resource(logical::POOL).is_some_and(is_retained) {
        // What the pool waits for (`DependsOn`) is nothing that it needs afterwards.
        let properties = made
            .resource(logical::POOL)
            .and_then(|pool| pool.get("Properties"))
            .cloned();
        for id in made.with_resource(logical::POOL, properties).references(logical::POOL) {
            let Some(resource) = made.resource(&id).filter(|resource| !is_retained(resource)) else {
                continue;
            };
            let mut resource = resource.clone();
            if let Some(members) = resource.as_object_mut() {
                for policy in ["DeletionPolicy", "UpdateReplacePolicy"] {
                    members.insert(policy.to_owned(), Value::from("Retain"));
                }
            }
            kept = kept.with_resource(&id, Some(resource));
        }
    }
    kept.value().clone()
}

fn take_out(released: &mut Value, permitted: &[Value]) {
    let config = released
        .pointer_mut(&format!("/Resources/{}/Properties/LambdaConfig", logical::POOL))
        .and_then(Value::as_object_mut);
    let Some(config) = config else { return };
    config.retain(|member, value| {
        let function = value.get("LambdaArn").unwrap_or(value);
        member == "KMSKeyID" || !(is_own(function) || permitted.contains(function))
    });
    let sender = config.contains_key("CustomSMSSender") || config.contains_key("CustomEmailSender");
    if !sender {
        config.shift_remove("KMSKeyID");
    }
}

/// Functions that the stack gives Cognito the right to invoke.
fn permitted(template: &Value) -> Vec<Value> {
    let resources = template.get("Resources").and_then(Value::as_object);
    resources
        .into_iter()
        .flat_map(|resources| resources.values())
        .filter(|resource| resource.get("Type").and_then(Value::as_str) == Some("AWS::Lambda::Permission"))
        .filter_map(|permission| permission.pointer("/Properties/FunctionName").cloned())
        .collect()
}

fn is_own(arn: &Value) -> bool {
    arn.get("Fn::GetAtt")
        .and_then(|path| path.get(0))
        .and_then(Value::as_str)
        == Some(logical::FUNCTION)
}

/// Finds what stays when a stack goes, from its resources or, where an earlier attempt let them go, its
/// events and outputs.
pub async fn remains(session: &Session, stack: &StackState) -> Result<Remains, ApplyError> {
    let resources = session.stack_resources(&stack.id).await?;
    let before = if stack.status == "DELETE_FAILED" {
        skipped(session, &stack.id).await?
    } else {
        Remains::default()
    };
    let physical = |id: &str| {
        resources
            .iter()
            .find(|resource| resource.logical_id == id && resource.status != "DELETE_COMPLETE")
            .and_then(|resource| resource.physical_id.clone())
    };
    Ok(Remains {
        pool: physical(logical::POOL)
            .or(before.pool)
            .or_else(|| stack.outputs.get(output::POOL_ID).cloned()),
        key: physical(logical::KEY).or(before.key),
        logs: physical(logical::LOG_GROUP).or(before.logs),
        sms_role: physical(logical::SMS_ROLE).or(before.sms_role),
    })
}

/// Finds what an earlier destroy of a stack left that is still there: it was interrupted before it came to
/// that, or was not asked to delete it. A pool that belongs to another stack by now is none of it.
pub async fn left_by(session: &Session, stack: &str) -> Result<Remains, ApplyError> {
    let Some(id) = session.deleted_stack(stack).await? else {
        return Ok(Remains::default());
    };
    let mut remains = skipped(session, &id).await?;
    if let Some(pool) = &remains.pool {
        let own = |tag: Option<&String>| tag.is_none_or(|made_by| *made_by == id);
        let live = session.pool(pool).await?;
        remains.pool = remains
            .pool
            .filter(|_| live.is_some_and(|pool| own(pool.tags.get(STACK_ID_TAG))));
    }
    if let Some(key) = &remains.key
        && !session.key_stays(key).await?
    {
        remains.key = None;
    }
    if let Some(logs) = &remains.logs
        && !session.log_group_stays(logs).await?
    {
        remains.logs = None;
    }
    if let Some(role) = &remains.sms_role
        && session.role_id(role).await?.is_none()
    {
        remains.sms_role = None;
    }
    Ok(remains)
}

/// Reads from a stack's events what its deletion, or the attempts at it, left.
async fn skipped(session: &Session, stack_id: &str) -> Result<Remains, ApplyError> {
    let mut remains = Remains::default();
    let mut page = None;
    loop {
        let (events, next) = session.stack_events(stack_id, page).await?;
        for event in events {
            // What an earlier update let go of is not what this deletion left.
            if event.is_stack() && !event.status.starts_with("DELETE_") {
                return Ok(remains);
            }
            if event.status == "DELETE_SKIPPED" {
                match event.logical_id.as_str() {
                    logical::POOL => remains.pool = Some(event.physical_id),
                    logical::KEY => remains.key = Some(event.physical_id),
                    logical::LOG_GROUP => remains.logs = Some(event.physical_id),
                    logical::SMS_ROLE => remains.sms_role = Some(event.physical_id),
                    _ => {}
                }
            }
        }
        page = next;
        if page.is_none() {
            return Ok(remains);
        }
    }
}

/// Starts to delete a stack. `token` names this attempt, `role` is the one that CloudFormation takes on.
pub async fn delete(
    session: &Session,
    stack_id: &str,
    token: &str,
    role: Option<&str>,
) -> Result<Operation, ApplyError> {
    let (newest, _) = session.stack_events(stack_id, None).await?;
    let since = newest.into_iter().next().map(|event| event.id);
    session.delete_stack(stack_id, token, role).await?;
    Ok(Operation {
        stack_id: stack_id.to_owned(),
        since,
    })
}

#[cfg(test)]
mod tests {
    #![expect(
        clippy::indexing_slicing,
        reason = "a test stops at the first thing that is not as it should be"
    )]

    use serde_json::json;

    use super::*;

    fn template(config: &Value) -> Value {
        json!({ "Resources": { "Pool": { "Type": "AWS::Cognito::UserPool", "Properties": { "LambdaConfig": config } } } })
    }

    #[test]
    fn only_the_stacks_own_triggers_go() {
        let own = json!({ "LambdaArn": { "Fn::GetAtt": ["Function", "Arn"] }, "LambdaVersion": "V1_0" });
        let released = letting_go(&template(
            &json!({ "PreSignUp": "arn:x", "CustomSMSSender": own, "KMSKeyID": "k" }),
        ));
        assert_eq!(released, Some(template(&json!({ "PreSignUp": "arn:x" }))));
        let email = json!({ "LambdaArn": "arn:theirs", "LambdaVersion": "V1_0" });
        let released = letting_go(&template(
            &json!({ "CustomSMSSender": own, "CustomEmailSender": email, "KMSKeyID": "k" }),
        ));
        assert_eq!(
            released,
            Some(template(&json!({ "CustomEmailSender": email, "KMSKeyID": "k" })))
        );
        let released = letting_go(&template(&json!({ "CustomSMSSender": own, "KMSKeyID": "k" })));
        // Empty, not left out: that is how Cognito is told that all triggers go.
        assert_eq!(released, Some(template(&json!({}))));
        assert_eq!(letting_go(&template(&json!({ "PreSignUp": "arn:x" }))), None);
    }

    #[test]
    fn what_a_retained_pool_refers_to_is_retained() {
        let pool = |policy: &str| {
            json!({ "Type": "AWS::Cognito::UserPool", "DeletionPolicy": policy, "DependsOn": ["Other"], "Properties": {
                "LambdaConfig": { "PreSignUp": { "Fn::GetAtt": ["Function", "Arn"] } },
                "SmsConfiguration": { "SnsCallerArn": { "Fn::GetAtt": ["SmsRole", "Arn"] } },
            } })
        };
        let deployed = |policy: &str, role: Value| json!({ "Resources": { "Pool": pool(policy), "SmsRole": role, "Function": {}, "Other": {} } });
        let kept = json!({ "DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain" });
        let released = letting_go(&deployed("RetainExceptOnCreate", json!({}))).unwrap_or_default();
        let resources = &released["Resources"];
        assert_eq!(resources["SmsRole"], kept);
        assert_eq!((&resources["Function"], &resources["Other"]), (&json!({}), &json!({})));
        let released = letting_go(&deployed("Delete", json!({}))).unwrap_or_default();
        assert_eq!(released["Resources"]["SmsRole"], json!({}));
        let role = json!({ "DeletionPolicy": "RetainExceptOnCreate" });
        let released = letting_go(&deployed("Retain", role.clone())).unwrap_or_default();
        assert_eq!(released["Resources"]["SmsRole"], role);
        // Released already, and only the role is missing.
        let mut before = letting_go(&deployed("Retain", json!({}))).unwrap_or_default();
        before["Resources"]["SmsRole"] = json!({});
        assert_eq!(letting_go(&before).unwrap_or_default()["Resources"]["SmsRole"], kept);
    }

    #[test]
    fn a_trigger_whose_permission_goes_with_the_stack_goes_too() {
        let mut deployed = template(&json!({ "PreSignUp": "arn:x", "PostConfirmation": "arn:y" }));
        let permission = json!({ "Type": "AWS::Lambda::Permission", "Properties": { "FunctionName": "arn:x" } });
        if let Some(resources) = deployed.get_mut("Resources").and_then(Value::as_object_mut) {
            resources.insert("PreSignUpPermission".to_owned(), permission);
        }
        let released = letting_go(&deployed);
        let config = released
            .as_ref()
            .and_then(|released| released.pointer("/Resources/Pool/Properties/LambdaConfig"));
        assert_eq!(config, Some(&json!({ "PostConfirmation": "arn:y" })));
    }
}
