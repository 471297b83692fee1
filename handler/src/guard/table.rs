//! The guard table: one operation of Amazon `DynamoDB`, and how long its answer is waited for.
//!
//! Every question is one `UpdateItem` with a condition, which `DynamoDB` does wholly or not at all, in
//! some order with all others on the same item. Source: "Working with items and attributes" (conditional
//! writes, idempotence) and `UpdateItem`, Amazon `DynamoDB` Developer Guide and API Reference.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::{Instant, sleep, timeout_at};

use super::KEY;
use crate::Word;
use crate::provider::{Aws, BuildError, Fault, Service, Services};
use crate::send::{ProviderError, Retry};

/// The pause before the second attempt.
const PAUSE: Duration = Duration::from_millis(25);

/// A table in the function's Region.
pub(super) struct Table {
    aws: Aws,
    name: String,
}

/// One conditional update.
pub(super) struct Update {
    /// The item's key.
    pub(super) key: String,
    /// What is changed.
    pub(super) change: &'static str,
    /// What must hold for it; always something, so that no request is made without having thought of it.
    pub(super) condition: &'static str,
    /// The values that both name.
    pub(super) values: Value,
}

/// What became of an update, with the item as it was before.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Updated {
    /// The condition held.
    Done(Item),
    /// It did not, and nothing was changed.
    Unmet(Item),
}

/// The attributes of an item; none where there was no item.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Item(Value);

impl Item {
    fn take(body: &mut Value, member: &str) -> Self {
        Self(body.get_mut(member).map(Value::take).unwrap_or_default())
    }

    /// Returns an attribute that is a text.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.get("S")?.as_str()
    }

    /// Returns an attribute that is true or false.
    pub(super) fn flag(&self, name: &str) -> Option<bool> {
        self.0.get(name)?.get("BOOL")?.as_bool()
    }
}

/// A text as `DynamoDB` takes it.
pub(super) fn text(value: &str) -> Value {
    json!({"S": value})
}

/// A number as `DynamoDB` takes it.
pub(super) fn number(value: impl Into<i128>) -> Value {
    json!({"N": value.into().to_string()})
}

impl Table {
    pub(super) fn new(services: &Services, name: String) -> Result<Self, BuildError> {
        let aws = Aws::new(services, Service::DYNAMODB, None)?;
        Ok(Self { aws, name })
    }

    /// Updates an item, and asks once more where that may help, until `until`; fails with the name of what is wrong.
    ///
    /// An update whose answer was lost may be done twice, so it must be one that can be.
    pub(super) async fn update(&self, update: &Update, until: Instant) -> Result<Updated, Word> {
        let call = self.call(update);
        let half = until.saturating_duration_since(Instant::now()) / 2;
        match self.attempt(&call, until - half).await {
            Err(error) if error.retry == Retry::Anywhere => {
                sleep(PAUSE).await;
                self.attempt(&call, until).await
            }
            answered => answered,
        }
        .map_err(|error| error.name)
    }

    /// Updates an item, and asks no second time: for what must not be done twice.
    pub(super) async fn update_once(&self, update: &Update, until: Instant) -> Result<Updated, Word> {
        self.attempt(&self.call(update), until)
            .await
            .map_err(|error| error.name)
    }

    /// Asks for an update whose condition never holds.
    pub(super) async fn ask(&self, until: Instant) -> Result<(), Word> {
        let update = Update {
            key: "probe".to_owned(),
            change: "SET expires_at = :never",
            condition: "attribute_exists(pk) AND pk = :never",
            values: json!({":never": text("never")}),
        };
        self.update(&update, until).await.map(|_| ())
    }

    fn call(&self, update: &Update) -> Value {
        json!({
            "TableName": self.name,
            "Key": {KEY: text(&update.key)},
            "UpdateExpression": update.change,
            "ConditionExpression": update.condition,
            "ExpressionAttributeValues": update.values,
            "ReturnValues": "ALL_OLD",
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        })
    }

    async fn attempt(&self, call: &Value, until: Instant) -> Result<Updated, ProviderError> {
        let answer = timeout_at(until, self.aws.json("DynamoDB_20120810.UpdateItem", call))
            .await
            .map_err(|_| ProviderError::new(Retry::Anywhere, "timeout"))??;
        let mut body = answer.json();
        if answer.is_success() {
            return if body.is_object() {
                Ok(Updated::Done(Item::take(&mut body, "Attributes")))
            } else {
                Err(answer.error())
            };
        }
        let fault = Fault::of_json(&answer, &body);
        if fault.code == "ConditionalCheckFailed" {
            Ok(Updated::Unmet(Item::take(&mut body, "Item")))
        } else {
            Err(fault.error())
        }
    }
}
