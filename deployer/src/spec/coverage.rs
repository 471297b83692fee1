//! Which route takes which message: none must be left over, and no route must be for nothing.

use std::collections::BTreeSet;

use handler::delivery::{Countries, Country, Route};
use handler::event::Purpose;

use super::field::Field;
use super::report::{Report, shown};
use super::yaml::Span;
use crate::finding::Code;

/// A route and where the file says what it takes.
pub(super) struct Claim<'n> {
    pub(super) field: Field<'n>,
    /// The countries that it names, with the place of each.
    pub(super) named: Vec<(Country, Field<'n>)>,
    pub(super) route: Route,
}

/// Returns the countries that each claim is the first to take, for some purpose at least: those that are allowed by
/// name, or that a route names.
pub(super) fn taken(countries: &Countries, claims: &[Claim<'_>]) -> Vec<BTreeSet<Country>> {
    let mut left = messages(countries, claims);
    let mut taken = Vec::new();
    for claim in claims {
        let (mine, others): (Vec<_>, Vec<_>) = left.into_iter().partition(|message| takes(&claim.route, *message));
        taken.push(mine.into_iter().filter_map(|(country, _)| country).collect());
        left = others;
    }
    taken
}

/// A kind of message: to a country, or to any that nobody named, for a purpose.
type Message = (Option<Country>, Purpose);

/// Reports the messages that no route takes, and the routes that take none. A route's `claims` stand in
/// the file's order; `countries` is absent for a channel that knows no countries.
pub(super) fn check(
    path: &str,
    key: &Span,
    countries: Option<&Countries>,
    claims: &[Claim<'_>],
    report: &mut Report<'_>,
) {
    let allowed = countries.unwrap_or(&Countries::Any);
    let mut left = messages(allowed, claims);
    for claim in claims {
        let outside = outside(allowed, claim);
        for (country, field) in &outside {
            let wanted = format!("countries that `{path}.countries` allows, found {country}");
            let hint =
                format!("allow {country}, or remove it here: such a message is refused before routes are looked at");
            field.refuse(Code::RouteUnreachable, &wanted, hint, report);
        }
        let before = left.len();
        left.retain(|message| !takes(&claim.route, *message));
        // Where every country is outside, that is said already.
        let said = !outside.is_empty() && outside.len() == claim.named.len();
        if left.len() == before && !said {
            let wanted = "messages that no earlier route takes, found none";
            claim.field.refuse(
                Code::RouteUnreachable,
                wanted,
                "move it before them, or remove it",
                report,
            );
        }
    }
    if countries.is_some() {
        // Cognito is not known to send a takeover notice by SMS, and it has no code: whoever routes it may.
        left.retain(|(_, purpose)| *purpose != Purpose::AccountTakeOverNotification);
    }
    if !left.is_empty() {
        let message = format!(
            "`{path}.routes` wants a route for every message, found none for {}",
            named(&left, countries.is_some())
        );
        let example = claims.last().and_then(|claim| claim.route.via.first());
        let example = shown(example.map_or("sns", String::as_str));
        let hint = format!("end the routes with one for everything else, such as `{{via: [{example}]}}`");
        report.add(Code::RouteMissing, key, message, hint);
    }
}

fn outside<'c, 'n>(allowed: &Countries, claim: &'c Claim<'n>) -> Vec<&'c (Country, Field<'n>)> {
    match allowed {
        Countries::Any => Vec::new(),
        Countries::Only(only) => claim
            .named
            .iter()
            .filter(|(country, _)| !only.contains(country))
            .collect(),
    }
}

fn messages(allowed: &Countries, claims: &[Claim<'_>]) -> Vec<Message> {
    let countries: Vec<Option<Country>> = match allowed {
        Countries::Only(only) => only.iter().copied().map(Some).collect(),
        Countries::Any => {
            let named: BTreeSet<Country> = claims
                .iter()
                .flat_map(|claim| &claim.named)
                .map(|(country, _)| *country)
                .collect();
            named.into_iter().map(Some).chain([None]).collect()
        }
    };
    countries
        .into_iter()
        .flat_map(|country| Purpose::ALL.map(|purpose| (country, purpose)))
        .collect()
}

fn takes(route: &Route, (country, purpose): Message) -> bool {
    route
        .countries
        .as_ref()
        .is_none_or(|countries| country.is_some_and(|country| countries.contains(&country)))
        && route
            .purposes
            .as_ref()
            .is_none_or(|purposes| purposes.contains(&purpose))
}

/// Returns "Authentication to DE, JP", at most a few of them; without countries where there are none.
fn named(left: &[Message], has_countries: bool) -> String {
    const MAX_NAMES: usize = 5;
    let some = |names: Vec<String>| {
        let more = names.len().saturating_sub(MAX_NAMES);
        let text = names.into_iter().take(MAX_NAMES).collect::<Vec<_>>().join(", ");
        if more > 0 {
            format!("{text} and {more} more")
        } else {
            text
        }
    };
    let purposes: BTreeSet<Purpose> = left.iter().map(|(_, purpose)| *purpose).collect();
    let countries: BTreeSet<Option<Country>> = left.iter().map(|(country, _)| *country).collect();
    let purposes = if has_countries && purposes.len() == Purpose::ALL.len() - 1 {
        "any purpose".to_owned()
    } else {
        some(purposes.into_iter().map(|purpose| purpose.name().to_owned()).collect())
    };
    if !has_countries {
        return purposes;
    }
    // Unnamed countries come last: they are what the reader must know when there are any.
    let countries: Vec<String> = if countries.contains(&None) {
        vec!["countries that no route names".to_owned()]
    } else {
        countries
            .into_iter()
            .flatten()
            .map(|country| country.to_string())
            .collect()
    };
    format!("{purposes} to {}", some(countries))
}
