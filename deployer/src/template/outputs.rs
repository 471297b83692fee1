//! Outputs: what a person or another command asks a deployed stack for.

use serde_json::{Map, Value};

use super::cognito::{lambda_config, pool_arn, pool_id};
use super::iam::key_arn;
use super::saved;
use super::value::{attribute, object, reference};
use crate::model::{Identity, Model, logical, output};

pub(super) fn render(model: &Model) -> Map<String, Value> {
    let mut outputs = Map::new();
    let mut put = |name: &str, value: Value| outputs.insert(name.to_owned(), object([("Value", value)]));
    put(output::POOL_ID, pool_id(&model.pool));
    put(output::POOL_ARN, pool_arn(&model.pool));
    if let Some(key) = &model.pool.key {
        put(output::KEY_ARN, key_arn(key));
    }
    if let Some(handler) = &model.handler {
        put(output::FUNCTION_NAME, reference(logical::FUNCTION));
        put(output::FUNCTION_ARN, attribute(logical::FUNCTION, "Arn"));
        if handler.is_asynchronous() {
            put(output::DEAD_LETTER_QUEUE_URL, reference(logical::DEAD_LETTER_QUEUE));
        }
        put(output::LOG_GROUP_NAME, reference(logical::LOG_GROUP));
        put(output::HANDLER, Value::from(handler.code.digest.as_str()));
    }
    if let Identity::Existing(_) = model.pool.identity {
        let triggers = recorded(&Value::Object(lambda_config(&model.pool)));
        put(output::TRIGGERS, Value::from(triggers.to_string()));
        saved::outputs(&mut outputs);
    }
    outputs
}

/// A `LambdaConfig` with words in place of what only CloudFormation can resolve, so that it can be told from a
/// template alone what the stack attached.
fn recorded(value: &Value) -> Value {
    let id = value
        .get("Fn::GetAtt")
        .and_then(|path| path.get(0))
        .and_then(Value::as_str);
    match (id, value) {
        (Some(logical::FUNCTION), _) => Value::from(output::OWN_FUNCTION),
        (Some(logical::KEY), _) => Value::from(output::OWN_KEY),
        (_, Value::Object(members)) => members
            .iter()
            .map(|(member, inner)| (member.clone(), recorded(inner)))
            .collect(),
        (_, other) => other.clone(),
    }
}
