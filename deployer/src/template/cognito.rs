//! The pool, its triggers, and the pool's right to invoke them.

use serde_json::{Map, Value, json};

use super::iam::{key_arn, sms_role};
use super::resource::{Retention, resource};
use super::value::{account, attribute, reference, region, substitute};
use crate::model::{Identity, Model, Pool, PoolTrigger, SmsCaller, logical};
use crate::spec::{Roles, Target, TriggerKind};

/// What the pool needs and the function does not.
pub(super) fn render_before(pool: &Pool, roles: &Roles, resources: &mut Map<String, Value>) {
    if let Some(caller) = &pool.sms_caller {
        resources.insert(logical::SMS_ROLE.to_owned(), sms_role(caller, roles, retention(pool)));
    }
}

/// The pool, where it belongs to the stack.
pub(super) fn pool(pool: &Pool) -> Value {
    let mut properties = pool.properties.clone();
    if let Some(caller) = &pool.sms_caller {
        properties.insert("SmsConfiguration".to_owned(), sms_configuration(caller));
    }
    // Empty rather than absent: that is how Cognito documents that every trigger goes.
    properties.insert("LambdaConfig".to_owned(), Value::Object(lambda_config(pool)));
    resource("AWS::Cognito::UserPool", retention(pool), &[], properties)
}

/// What holds for the pool holds for whatever it refers to: each of its updates fails without the SMS role.
const fn retention(pool: &Pool) -> Retention {
    match pool.identity {
        Identity::New => Retention::Keep,
        Identity::Import | Identity::Existing(_) => Retention::KeepAlways,
    }
}

/// A pool that exists already, as a stack takes it in: it stays whatever becomes of the stack.
pub fn imported_pool(properties: Map<String, Value>) -> Value {
    resource("AWS::Cognito::UserPool", Retention::KeepAlways, &[], properties)
}

/// Rights to invoke, which name the pool and so come after it.
pub(super) fn render_after(model: &Model, resources: &mut Map<String, Value>) {
    let mut put = |id: &str, function: Value| {
        let properties = json!({
            "FunctionName": function,
            "Action": "lambda:InvokeFunction",
            "Principal": "cognito-idp.amazonaws.com",
            "SourceArn": pool_arn(&model.pool),
            // An ARN may one day be somebody else's; an account may not.
            "SourceAccount": account(),
        });
        resources.insert(
            id.to_owned(),
            resource("AWS::Lambda::Permission", Retention::None, &[], properties),
        );
    };
    if model.handler.is_some() {
        put(logical::FUNCTION_PERMISSION, reference(logical::FUNCTION));
    }
    for permission in &model.pool.permissions {
        put(&permission.id, Value::from(permission.function.as_str()));
    }
}

/// Returns the pool's `LambdaConfig` as it is declared; `Fn::GetAtt` stands for the stack's own function and key.
pub fn lambda_config(pool: &Pool) -> Map<String, Value> {
    let mut config = Map::new();
    for trigger in &pool.triggers {
        put_trigger(trigger, &mut config);
    }
    if let Some(key) = &pool.key {
        config.insert("KMSKeyID".to_owned(), key_arn(key));
    }
    config
}

fn put_trigger(trigger: &PoolTrigger, config: &mut Map<String, Value>) {
    let function = match &trigger.target {
        Target::Handler => attribute(logical::FUNCTION, "Arn"),
        Target::Function(arn) => Value::from(arn.as_str()),
    };
    let versioned = trigger
        .version
        .map(|version| json!({"LambdaArn": function, "LambdaVersion": version.name()}));
    let member = trigger.kind.member().to_owned();
    match (trigger.kind, versioned) {
        // Cognito keeps both members and refuses an update in which they differ, so one never stands
        // without the other: then no old value of the one that is left out can be in the way.
        (TriggerKind::PreTokenGeneration, Some(versioned)) => {
            config.insert(member, function);
            config.insert("PreTokenGenerationConfig".to_owned(), versioned);
        }
        (_, Some(versioned)) => {
            config.insert(member, versioned);
        }
        (_, None) => {
            config.insert(member, function);
        }
    }
}

fn sms_configuration(caller: &SmsCaller) -> Value {
    json!({
        "SnsCallerArn": attribute(logical::SMS_ROLE, "Arn"),
        "ExternalId": caller.external_id,
        "SnsRegion": region(),
    })
}

/// Returns the pool's id.
pub(super) fn pool_id(pool: &Pool) -> Value {
    match &pool.identity {
        Identity::New | Identity::Import => reference(logical::POOL),
        Identity::Existing(id) => Value::from(id.as_str()),
    }
}

/// Returns the pool's ARN.
pub(super) fn pool_arn(pool: &Pool) -> Value {
    match &pool.identity {
        Identity::New | Identity::Import => attribute(logical::POOL, "Arn"),
        Identity::Existing(id) => substitute(&format!(
            "arn:${{AWS::Partition}}:cognito-idp:${{AWS::Region}}:${{AWS::AccountId}}:userpool/{id}"
        )),
    }
}
