//! The role by which a pool sends SMS messages itself.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::spec::{Stack, Trigger, TriggerKind, needs_sms_role};

/// The SNS caller role of a pool whose file names none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SmsCaller {
    /// What Cognito shows when it takes on the role; constant, since it is a part of the trust.
    pub external_id: String,
}

impl SmsCaller {
    pub(super) fn of(
        stack: &Stack,
        properties: &Map<String, Value>,
        triggers: &BTreeMap<TriggerKind, Trigger>,
    ) -> Option<Self> {
        let needed = needs_sms_role(properties, triggers).is_some();
        let named = properties.contains_key("SmsConfiguration");
        (needed && !named).then(|| Self {
            external_id: format!("{}-user-pool", stack.name),
        })
    }
}
