//! The frame around a resource's properties.

use serde_json::{Map, Value, json};

/// What happens to a resource when the stack lets go of it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Retention {
    /// It goes; nothing is kept in it that cannot be made again.
    None,
    /// It goes although it holds data: the resource is a buffer, and says so.
    Delete,
    /// It stays, but for the rollback of the create that made it.
    Keep,
    /// It stays always: it was there before the stack.
    KeepAlways,
}

/// A rule of checkov that a resource does not follow, and why.
#[derive(Clone, Copy, Debug)]
pub(super) struct Skip {
    pub(super) id: &'static str,
    pub(super) comment: &'static str,
}

/// Renders a resource's frame; the order of its members is CloudFormation's usual one.
pub(super) fn resource(kind: &str, retention: Retention, skips: &[Skip], properties: impl Into<Value>) -> Value {
    let mut resource = Map::new();
    let mut put = |name: &str, value: Value| resource.insert(name.to_owned(), value);
    put("Type", Value::from(kind));
    if !skips.is_empty() {
        let skips: Vec<Value> = skips
            .iter()
            .map(|skip| json!({"id": skip.id, "comment": skip.comment}))
            .collect();
        put("Metadata", json!({"checkov": {"skip": skips}}));
    }
    let policies = match retention {
        Retention::None => None,
        Retention::Delete => Some(("Delete", "Delete")),
        Retention::Keep => Some(("RetainExceptOnCreate", "Retain")),
        Retention::KeepAlways => Some(("Retain", "Retain")),
    };
    if let Some((deletion, replacement)) = policies {
        put("DeletionPolicy", Value::from(deletion));
        put("UpdateReplacePolicy", Value::from(replacement));
    }
    put("Properties", properties.into());
    Value::Object(resource)
}
