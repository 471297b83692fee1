//! `providers`: who can deliver.

use std::collections::{BTreeMap, BTreeSet};

use handler::delivery::{Provider, SmsType, Sns};

use crate::finding::Code;
use crate::spec::Region;
use crate::spec::field::Field;
use crate::spec::report::Report;

/// The providers of a file.
#[derive(Default)]
pub(in crate::spec) struct Providers<'n> {
    /// Those that could be read.
    pub(in crate::spec) read: BTreeMap<String, Provider>,
    /// Every declared name, so that a route through a provider with a mistake is not a second mistake.
    pub(in crate::spec) declared: Vec<(&'n str, Field<'n>)>,
    /// The names that routes use.
    pub(in crate::spec) used: BTreeSet<&'n str>,
}

impl Providers<'_> {
    /// Reports the providers that no route names.
    pub(in crate::spec) fn report_unused(&self, report: &mut Report<'_>) {
        for (_, field) in self.declared.iter().filter(|(name, _)| !self.used.contains(name)) {
            let message = format!("`{}` is declared, but no route names it", field.path());
            report.add(
                Code::ProviderUnused,
                field.key(),
                message,
                "name it in a route's `via`, or remove it",
            );
        }
    }
}

/// Reads `providers`.
pub(in crate::spec) fn providers<'n>(field: &Field<'n>, report: &mut Report<'_>) -> Providers<'n> {
    let declared = field.fields(report).unwrap_or_default();
    let mut read = BTreeMap::new();
    for (name, field) in &declared {
        if !is_name(name) {
            let message = "a provider's name wants 1 to 64 letters, digits, `-` or `_`, found another";
            report.add(Code::BadName, field.key(), message, "rename it, here and in the routes");
        }
        read.extend(provider(field, report).map(|provider| ((*name).to_owned(), provider)));
    }
    Providers {
        read,
        declared,
        used: BTreeSet::new(),
    }
}

fn provider(field: &Field<'_>, report: &mut Report<'_>) -> Option<Provider> {
    let mut object = field.object(report)?;
    // Without a type that is known, nobody can say which other keys are right.
    let kind = object.required("type", "type: sns", report)?;
    if kind.text(report)? != "sns" {
        kind.refuse_text(
            Code::BadValue,
            "`sns`, the one type that this version knows",
            "write `type: sns`",
            report,
        );
        return None;
    }
    let sender = object.optional("sender_id");
    let kind = object.optional("sms_type");
    let region = object.optional("region");
    object.finish(&[], report);

    let kinds = [
        ("Transactional", SmsType::Transactional),
        ("Promotional", SmsType::Promotional),
    ];
    let region = region.and_then(|field| {
        field.id(
            Code::BadRegion,
            Region::parse,
            "write its code, such as us-east-1",
            report,
        )
    });
    Some(Provider::Sns(Sns {
        sender_id: sender.and_then(|field| sender_id(&field, report)),
        sms_type: kind.and_then(|field| field.choice(&kinds, report)).unwrap_or_default(),
        region: region.map(|region| region.as_str().to_owned()),
    }))
}

/// Source: "Publishing to a mobile phone", Amazon SNS Developer Guide.
fn sender_id(field: &Field<'_>, report: &mut Report<'_>) -> Option<String> {
    let text = field.text(report)?;
    let fits = (3..=11).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && text.bytes().any(|byte| byte.is_ascii_alphabetic());
    if !fits {
        let wanted = "3 to 11 letters, digits and hyphens, with a letter among them";
        field.refuse_text(
            Code::BadName,
            wanted,
            "shorten it, or leave it out: many countries show a number instead",
            report,
        );
        return None;
    }
    Some(text.to_owned())
}

fn is_name(name: &str) -> bool {
    (1..=64).contains(&name.len())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}
