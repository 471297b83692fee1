//! What a stack's messages are: who delivers them, how many, and in which words.

use std::collections::BTreeMap;

use handler::delivery::{CustomMessage, Delivery};

use super::Environment;
use super::field::Field;
use super::report::Report;
use super::section::{Channels, Home, Messages, Providers, delivery, guard, messages, providers};

/// The keys of a file that are about its messages.
pub(super) struct Fields<'a, 'n> {
    pub(super) providers: Option<&'a Field<'n>>,
    pub(super) delivery: Option<&'a Field<'n>>,
    pub(super) guard: Option<&'a Field<'n>>,
    pub(super) messages: Option<&'a Field<'n>>,
}

/// What could be read of them.
pub(super) struct Sending<'n> {
    /// Who is declared and who is used.
    pub(super) providers: Providers<'n>,
    /// The configuration as the handler reads it.
    pub(super) delivery: Delivery,
    /// The content of each text by its path in the messages directory.
    pub(super) messages: BTreeMap<String, String>,
}

/// Reads them; `custom_message` says what Cognito takes of the texts.
pub(super) fn sending<'n>(
    fields: &Fields<'_, 'n>,
    home: &Home,
    environment: Environment,
    custom_message: Option<CustomMessage>,
    report: &mut Report<'_>,
) -> Sending<'n> {
    let mut providers = fields
        .providers
        .map_or_else(Providers::default, |field| providers(field, home, environment, report));
    let channels = fields
        .delivery
        .map_or_else(Channels::default, |field| delivery(field, &mut providers, report));
    let served = channels.sms.as_ref().map(|sms| &sms.countries);
    let guard = fields.guard.and_then(|field| guard(field, served, report));
    let messages = fields
        .messages
        .map_or_else(Messages::default, |field| messages(field, custom_message, report));
    let delivery = Delivery {
        providers: std::mem::take(&mut providers.read),
        sms: channels.sms,
        email: channels.email,
        custom_message,
        messages: messages.settings,
        guard,
    };
    Sending {
        providers,
        delivery,
        messages: messages.files,
    }
}
