//! What routes of every channel have in common: purposes, and providers in order.

use std::collections::BTreeSet;

use handler::event::{Channel, Purpose};

use super::provider::{Providers, channel_name};
use crate::finding::Code;
use crate::spec::field::{Field, listed};
use crate::spec::nearest::did_you_mean;
use crate::spec::report::{Report, shown};

/// Reads `purposes`.
pub(super) fn purposes(field: &Field<'_>, report: &mut Report<'_>) -> Option<BTreeSet<Purpose>> {
    let names = Purpose::ALL.map(|purpose| (purpose.name(), purpose));
    let items = field.items(report)?;
    let read: Vec<_> = items.iter().map(|item| item.choice(&names, report)).collect();
    read.into_iter().collect()
}

/// How a stack file says that the messages of a route are not sent.
pub(in crate::spec) const NONE: &str = "none";

/// Reads `via`, and notes in `providers` which of them are used; `none` is no provider at all.
pub(super) fn via<'n>(
    field: &Field<'n>,
    channel: Channel,
    providers: &mut Providers<'n>,
    report: &mut Report<'_>,
) -> Option<Vec<String>> {
    if field.scalar_text() == Some(NONE) {
        return Some(Vec::new());
    }
    let items = field.items(report)?;
    let read: Vec<Option<String>> = items
        .iter()
        .map(|item| provider(item, channel, providers, report))
        .collect();
    read.into_iter().collect()
}

fn provider<'n>(
    item: &Field<'n>,
    channel: Channel,
    providers: &mut Providers<'n>,
    report: &mut Report<'_>,
) -> Option<String> {
    let name = item.text(report)?;
    let Some(declared) = providers.declared.iter().find(|declared| declared.name == name) else {
        let declared = providers.declared.iter().map(|declared| declared.name);
        let hint = did_you_mean(name, declared, || {
            format!("declare `{}` under `providers`", shown(name))
        });
        item.refuse_text(Code::ProviderUnknown, "the name of a declared provider", hint, report);
        return None;
    };
    let kind = declared.kind;
    providers.used.insert(name);
    if let Some(kind) = kind.filter(|kind| !kind.channels.contains(&channel)) {
        let wanted = format!(
            "a provider of {} messages, found one of type `{}`",
            channel_name(channel),
            kind.name
        );
        let fitting: Vec<&str> = handler::provider::Provider::TYPES
            .iter()
            .filter(|kind| kind.channels.contains(&channel))
            .map(|kind| kind.name)
            .collect();
        let hint = format!("name another: types for it are {}", listed(&fitting, "and"));
        item.refuse(Code::ProviderChannel, &wanted, hint, report);
    }
    Some(name.to_owned())
}
