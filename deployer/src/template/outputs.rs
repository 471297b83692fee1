//! Outputs: what a person or another command asks a deployed stack for.

use serde_json::{Map, Value};

use super::cognito::{pool_arn, pool_id};
use super::iam::key_arn;
use super::value::{attribute, object, reference};
use crate::model::{Model, logical, output};

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
        put(output::HANDLER, Value::from(handler.code.digest()));
    }
    outputs
}
