//! `providers`: who can deliver.
//!
//! Each type describes its settings as data, and that description is all that is known of it here: a
//! new type needs no line in this program.

use std::collections::{BTreeMap, BTreeSet};

use handler::event::Channel;
use handler::provider::{Provider, ProviderType, Setting};
use serde_json::{Map, Value};

use super::setting::{self, Regions};
use crate::finding::Code;
use crate::spec::field::{Field, listed};
use crate::spec::report::Report;
use crate::spec::section::Home;
use crate::spec::{Environment, Function};

/// The providers of a file.
#[derive(Default)]
pub(in crate::spec) struct Providers<'n> {
    /// Those that could be read.
    pub(in crate::spec) read: BTreeMap<String, Provider>,
    /// Every declared name, so that a route through a provider with a mistake is not a second mistake.
    pub(in crate::spec) declared: Vec<Declared<'n>>,
    /// The names that routes use.
    pub(in crate::spec) used: BTreeSet<&'n str>,
}

/// A provider as a file declares it.
pub(in crate::spec) struct Declared<'n> {
    pub(in crate::spec) name: &'n str,
    field: Field<'n>,
    /// Where the file names a type that is known.
    pub(in crate::spec) kind: Option<&'static ProviderType>,
}

impl Providers<'_> {
    /// Reports the providers that no route names.
    pub(in crate::spec) fn report_unused(&self, report: &mut Report<'_>) {
        for declared in self.declared.iter().filter(|one| !self.used.contains(one.name)) {
            let message = format!("`{}` is declared, but no route names it", declared.field.path());
            report.add(
                Code::ProviderUnused,
                declared.field.key(),
                message,
                "name it in a route's `via`, or remove it",
            );
        }
    }

    /// Reports the providers whose type the handler would be compiled without: it could not start with them.
    pub(in crate::spec) fn report_left_out(&self, function: &Function, report: &mut Report<'_>) {
        let Some(types) = &function.provider_types else { return };
        for declared in &self.declared {
            if let Some(kind) = declared.kind.filter(|kind| !types.names.contains(kind.name))
                && let Some(field) = declared.field.at(&["type"])
            {
                let wanted = format!("a type that `function.provider_types` names, found `{}`", kind.name);
                let hint = format!(
                    "add `{}` to `function.provider_types`, or remove the provider",
                    kind.name
                );
                field.refuse(Code::ProviderLeftOut, &wanted, hint, report);
            }
        }
    }
}

/// What a channel is called in messages.
pub(super) const fn channel_name(channel: Channel) -> &'static str {
    match channel {
        Channel::Sms => "SMS",
        Channel::Email => "e-mail",
    }
}

/// Reads `providers`.
pub(in crate::spec) fn providers<'n>(
    field: &Field<'n>,
    home: &Home,
    environment: Environment,
    report: &mut Report<'_>,
) -> Providers<'n> {
    let mut providers = Providers::default();
    for (name, field) in field.fields(report).unwrap_or_default() {
        if !is_name(name) {
            let message = "a provider's name wants 1 to 64 letters, digits, `-` or `_`, found another";
            report.add(Code::BadName, field.key(), message, "rename it, here and in the routes");
        }
        let kind = provider_type(&field);
        let read = provider(&field, home, environment, report);
        providers.read.extend(read.map(|provider| (name.to_owned(), provider)));
        providers.declared.push(Declared { name, field, kind });
    }
    providers
}

fn provider_type(field: &Field<'_>) -> Option<&'static ProviderType> {
    let name = field.at(&["type"])?.scalar_text()?;
    Provider::TYPES.iter().find(|kind| kind.name == name)
}

fn provider(field: &Field<'_>, home: &Home, environment: Environment, report: &mut Report<'_>) -> Option<Provider> {
    let mut object = field.object(report)?;
    // Without a type that is known, nobody can say which other keys are right.
    let type_field = object.required("type", "type: sns", report)?;
    let name = type_field.text(report)?;
    let Some(kind) = provider_type(field) else {
        let names: Vec<&str> = Provider::TYPES.iter().map(|kind| kind.name).collect();
        type_field.refuse_choice(name, &names, report);
        return None;
    };
    if kind.test_only && environment != Environment::Test {
        let wanted = format!("a type that reaches the users in production, found `{name}`");
        let hint = "say `environment: test`, or take another type";
        type_field.refuse(Code::ProviderTestOnly, &wanted, hint, report);
    }
    let read = |setting: &'static Setting| {
        let field = if setting.required {
            let example = format!("{}: {}", setting.key, setting.example);
            object.required(setting.key, &example, report)
        } else {
            object.optional(setting.key)
        };
        (setting, field)
    };
    let fields: Vec<(&Setting, Option<Field<'_>>)> = kind.settings.iter().map(read).collect();
    let secret: Vec<&str> = kind.secret.iter().map(|member| member.name).collect();
    object.finish_but(
        |key| {
            secret.contains(&key).then(|| {
                let hint = format!(
                    "put it into the secret that `secret` names, as a member of its JSON object beside {}",
                    listed(&secret, "and")
                );
                ("is a secret, which no stack file may hold", hint)
            })
        },
        report,
    );

    let complete = fields
        .iter()
        .all(|(setting, field)| field.is_some() || !setting.required);
    let regions = Regions::of(&fields, home);
    let mut settings = Map::from_iter([("type".to_owned(), Value::from(kind.name))]);
    let mut right = complete;
    for (setting, field) in &fields {
        let Some(field) = field else { continue };
        match setting::value(setting, field, home, &regions, report) {
            Some(value) => drop(settings.insert(setting.key.to_owned(), value)),
            None => right = false,
        }
    }
    if !right {
        return None;
    }
    let provider: Provider = match serde_json::from_value(Value::Object(settings)) {
        Ok(provider) => provider,
        Err(error) => {
            let wanted = format!("settings that go together: {error}");
            type_field.refuse(Code::ProviderSettings, &wanted, "correct the settings", report);
            return None;
        }
    };
    for problem in provider.settings().problems() {
        let place = problem.key.and_then(|key| {
            let (_, field) = fields.iter().find(|(setting, _)| setting.key == key)?;
            Some(field.as_ref()?.place())
        });
        let message = format!("`{}`: {}", field.path(), problem.message);
        report.add(
            Code::ProviderSettings,
            place.unwrap_or(field.key()),
            message,
            problem.hint,
        );
    }
    Some(provider)
}

fn is_name(name: &str) -> bool {
    (1..=64).contains(&name.len())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}
