//! Countries that take messages only from those who registered before, where one vendor alone serves them.
//!
//! Whether somebody registered stands in no file, but where a setting shows it or `registered` says so: this warns
//! and never refuses. `countries: any` names no country and is not warned about; a route that names one is.

use std::collections::BTreeSet;

use handler::delivery::{Countries, Country};
use handler::provider::{Provider, Restricted};
use serde_json::Value;

use super::provider::Providers;
use crate::finding::Code;
use crate::spec::coverage::{Claim, taken};
use crate::spec::field::listed;
use crate::spec::report::Report;

/// A rule and the countries of a route that it is of.
type Unmet = (&'static Restricted, Vec<String>);

/// Reports each route whose only vendor has rules for countries that the route is the first to take.
pub(super) fn check(
    path: &str,
    countries: &Countries,
    registered: &BTreeSet<Country>,
    claims: &[Claim<'_>],
    providers: &Providers<'_>,
    report: &mut Report<'_>,
) {
    for (claim, taken) in claims.iter().zip(taken(countries, claims)) {
        if claim.route.via.is_empty() {
            continue;
        }
        let via = claim.route.via.iter().map(|name| providers.read.get(name));
        // A provider with a mistake is reported already, and a route through it cannot be judged.
        let Some(via) = via.collect::<Option<Vec<&Provider>>>() else {
            continue;
        };
        let taken: Vec<String> = taken.difference(registered).map(ToString::to_string).collect();
        let unmet: Vec<Unmet> = rules_of_the_only_vendor(&via)
            .iter()
            .filter(|rule| !via.iter().any(|provider| meets(provider, rule)))
            .map(|rule| {
                (
                    rule,
                    taken.iter().filter(|country| rule.is_of(country)).cloned().collect(),
                )
            })
            .filter(|(_, countries): &Unmet| !countries.is_empty())
            .collect();
        if !unmet.is_empty() {
            add(path, claim, &unmet, report);
        }
    }
}

/// Providers of one type are of one vendor, whichever Region or account they send by; there are no rules that all of
/// several vendors need to refuse by.
fn rules_of_the_only_vendor(via: &[&Provider]) -> &'static [Restricted] {
    let Some((first, others)) = via.split_first() else {
        return &[];
    };
    let kind = first.provider_type();
    if others.iter().all(|other| other.provider_type().name == kind.name) {
        kind.restricted()
    } else {
        &[]
    }
}

/// Whether the provider has every setting that shows that the rule is met.
fn meets(provider: &Provider, rule: &Restricted) -> bool {
    let settings = serde_json::to_value(provider).unwrap_or(Value::Null);
    !rule.met_by.is_empty() && rule.met_by.iter().all(|key| settings.get(key).is_some())
}

fn add(path: &str, claim: &Claim<'_>, unmet: &[Unmet], report: &mut Report<'_>) {
    let countries: BTreeSet<&str> = unmet
        .iter()
        .flat_map(|(_, countries)| countries)
        .map(String::as_str)
        .collect();
    let named = claim
        .named
        .iter()
        .find(|(country, _)| countries.contains(country.to_string().as_str()));
    let place = named.map_or(claim.field.key(), |(_, field)| field.place());
    let countries = countries.into_iter().collect::<Vec<_>>().join(", ");
    let via: Vec<&str> = claim.route.via.iter().map(String::as_str).collect();
    let message = format!(
        "`{}` has {} alone for {countries}, where a registration is wanted first",
        claim.field.path(),
        listed(&via, "and"),
    );
    let mut hints = unmet.iter().map(|(rule, countries)| {
        let shown = match rule.met_by {
            [] => String::new(),
            settings => format!(", which {} would show", listed(settings, "and")),
        };
        format!("{}: {}{shown}; see {}", countries.join(", "), rule.rule, rule.source)
    });
    let first = hints.next().unwrap_or_default();
    report.add(Code::CountryRestricted, place, message, first);
    for hint in hints {
        report.also(hint);
    }
    report.also(format!(
        "name a provider of another vendor behind it, or say `registered: [{countries}]` under `{path}` once it is registered"
    ));
}
