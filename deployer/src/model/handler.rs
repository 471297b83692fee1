//! The stack's own function: its code, its settings, and what it may do.

use handler::event::Channel;

use super::rights::{Grant, grants};
use super::{AssetLocation, KeyReference};
use crate::spec::{Function, KeyArn, KeySource, Stack, TriggerKind};

/// The stack's own function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handler {
    /// Where its zip is.
    pub code: AssetLocation,
    /// Settings as the file gives them.
    pub function: Function,
    /// The codes that it may decrypt; none when it is no custom sender.
    pub decrypt: Option<Decrypt>,
    /// What the providers need that its routes name.
    pub grants: Vec<Grant>,
    /// What its guard table is made for; none where no guard is declared.
    pub guard: Option<Guard>,
    /// The channels that it sends by, as a custom sender. Lambda invokes senders asynchronously: what fails
    /// is retried, and kept in a queue in the end. Without any, Cognito waits for each answer instead.
    pub channels: Vec<Channel>,
    /// Whether it writes the messages that Cognito itself sends, as the custom message trigger.
    pub writes_messages: bool,
}

/// The table that a function asks before it sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Guard {
    /// Whether it counts recipients, which it knows by an HMAC under a secret of the stack.
    pub counts_recipients: bool,
    /// Whether it limits the messages of the whole pool.
    pub limits_pool: bool,
    /// Whether it limits the SMS messages of countries.
    pub limits_countries: bool,
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

impl Handler {
    pub(super) fn of(stack: &Stack, asset: Option<&AssetLocation>, key: Option<&KeyReference>) -> Self {
        let channels = [
            (TriggerKind::CustomSmsSender, Channel::Sms),
            (TriggerKind::CustomEmailSender, Channel::Email),
        ];
        let channels = channels.into_iter().filter(|(kind, _)| stack.handler_serves(*kind));
        Self {
            code: asset.cloned().unwrap_or_else(AssetLocation::unknown),
            function: stack.function.clone(),
            decrypt: key.filter(|_| stack.handler_sends()).map(|key| Decrypt {
                key: key.clone(),
                alias: matches!(stack.key.source, KeySource::Managed { alias: Some(_), .. }),
                previous: stack.key.previous.clone(),
            }),
            guard: stack
                .delivery
                .guard
                .as_ref()
                .filter(|_| stack.handler_sends())
                .map(|guard| Guard {
                    counts_recipients: guard.counts_recipients(),
                    limits_pool: guard.limits_pool(),
                    limits_countries: guard.limits_countries() && stack.handler_serves(TriggerKind::CustomSmsSender),
                }),
            grants: grants(stack),
            channels: channels.map(|(_, channel)| channel).collect(),
            writes_messages: stack.handler_serves(TriggerKind::CustomMessage),
        }
    }

    /// Whether Lambda invokes it asynchronously.
    pub fn is_asynchronous(&self) -> bool {
        !self.channels.is_empty()
    }
}
