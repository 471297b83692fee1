//! The stack's own function: its code, its settings, and what it may do.

use std::collections::BTreeSet;

use handler::delivery::Provider;

use super::{AssetLocation, KeyReference};
use crate::spec::{Function, KeyArn, KeySource, Stack, Target, TriggerKind};

/// The stack's own function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handler {
    /// Where its zip is.
    pub code: AssetLocation,
    /// Settings as the file gives them.
    pub function: Function,
    /// The codes that it may decrypt; none when it is no custom sender.
    pub decrypt: Option<Decrypt>,
    /// Where it may publish SMS messages by SNS; empty when no route leads there.
    pub publish: BTreeSet<PublishRegion>,
}

/// The right to decrypt codes of the stack's pool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decrypt {
    /// The key that Cognito encrypts under now.
    pub key: KeyReference,
    /// Whether the stack makes an alias for it.
    pub alias: bool,
    /// The key before a swap: codes under it may still be in Lambda's queue.
    pub previous: Option<KeyArn>,
}

/// A Region that an SNS provider publishes in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PublishRegion {
    /// The stack's own.
    Stack,
    /// Another one, by name.
    Named(String),
}

impl Handler {
    pub(super) fn of(stack: &Stack, asset: Option<&AssetLocation>, key: Option<&KeyReference>) -> Self {
        let serves = |kind| {
            stack
                .triggers
                .get(&kind)
                .is_some_and(|trigger| trigger.target == Target::Handler)
        };
        let sends = serves(TriggerKind::CustomSmsSender) || serves(TriggerKind::CustomEmailSender);
        Self {
            code: asset.cloned().unwrap_or_else(AssetLocation::unknown),
            function: stack.function.clone(),
            decrypt: key.filter(|_| sends).map(|key| Decrypt {
                key: key.clone(),
                alias: matches!(stack.key.source, KeySource::Managed { alias: Some(_), .. }),
                previous: stack.key.previous.clone(),
            }),
            publish: if serves(TriggerKind::CustomSmsSender) {
                publish_regions(stack)
            } else {
                BTreeSet::new()
            },
        }
    }
}

/// The Regions of every SNS provider that a route names: one that no route names is never called.
fn publish_regions(stack: &Stack) -> BTreeSet<PublishRegion> {
    let routes = stack.delivery.sms.iter().flat_map(|sms| &sms.routes);
    routes
        .flat_map(|route| &route.via)
        .filter_map(|name| stack.delivery.providers.get(name))
        .map(|Provider::Sns(sns)| match &sns.region {
            Some(region) if region != stack.region.as_str() => PublishRegion::Named(region.clone()),
            Some(_) | None => PublishRegion::Stack,
        })
        .collect()
}
