//! `delivery.sms`: where SMS messages may go, and by whom.

use handler::delivery::{Countries, Country, Route, Sms};
use handler::event::Channel;

use super::provider::Providers;
use super::restricted;
use super::route::{purposes, via};
use crate::finding::Code;
use crate::spec::coverage::{Claim, check};
use crate::spec::field::Field;
use crate::spec::report::Report;

/// Reads `delivery.sms`, and notes in `providers` which of them are used.
pub(super) fn sms_channel<'n>(
    field: &Field<'n>,
    providers: &mut Providers<'n>,
    report: &mut Report<'_>,
) -> Option<Sms> {
    let mut object = field.object(report)?;
    let countries = object.required("countries", "countries: [US, CA]", report);
    let registered = object.optional("registered");
    let routes = object.required("routes", "routes: [{via: [sns]}]", report);
    object.finish(report);

    let countries = countries.and_then(|field| allowed(&field, report));
    let registered = registered.and_then(|field| self::countries(&field, report));
    let items = routes.and_then(|field| field.items(report));
    // A route with a mistake is as if it were not there, but then the others cannot be judged.
    let claims: Option<Vec<Claim<'_>>> = items.map(|items| {
        let read: Vec<Option<Claim<'_>>> = items.iter().map(|item| route(item, providers, report)).collect();
        read.into_iter().collect::<Option<Vec<_>>>()
    })?;
    let (countries, claims) = (countries?, claims?);
    check(field.path(), field.key(), Some(&countries), &claims, report);
    let registered = registered.unwrap_or_default().into_iter();
    let registered = registered.map(|(country, _)| country).collect();
    restricted::check(field.path(), &countries, &registered, &claims, providers, report);
    Some(Sms {
        countries,
        routes: claims.into_iter().map(|claim| claim.route).collect(),
    })
}

fn allowed(field: &Field<'_>, report: &mut Report<'_>) -> Option<Countries> {
    if let Some(text) = field.scalar_text() {
        if text == "any" {
            return Some(Countries::Any);
        }
        let hint = if Country::from_code(text).is_some() {
            format!("write `[{text}]`: a list, also of one")
        } else {
            "write a list such as `[US, CA]`, or `any` for every country".to_owned()
        };
        field.refuse_text(Code::WrongType, "a list of countries or `any`", hint, report);
        return None;
    }
    let countries = countries(field, report)?.into_iter().map(|(country, _)| country);
    Some(Countries::Only(countries.collect()))
}

fn countries<'n>(field: &Field<'n>, report: &mut Report<'_>) -> Option<Vec<(Country, Field<'n>)>> {
    let items = field.items(report)?;
    let read: Vec<_> = items
        .into_iter()
        .map(|item| Some((country(&item, report)?, item)))
        .collect();
    read.into_iter().collect()
}

fn country(field: &Field<'_>, report: &mut Report<'_>) -> Option<Country> {
    let text = field.text(report)?;
    let country = Country::from_code(text);
    if country.is_none() {
        let upper = text.to_ascii_uppercase();
        let hint = match upper.as_str() {
            "UK" => "write `GB`: that is the United Kingdom's code".to_owned(),
            "ANY" => "write `countries: any`, without a list".to_owned(),
            upper if Country::from_code(upper).is_some() => format!("write `{upper}`, in capital letters"),
            _ => "look the code up in ISO 3166-1 alpha-2, such as DE for Germany".to_owned(),
        };
        field.refuse_text(
            Code::BadCountry,
            "a country's code of two capital letters",
            hint,
            report,
        );
    }
    country
}

fn route<'n>(field: &Field<'n>, providers: &mut Providers<'n>, report: &mut Report<'_>) -> Option<Claim<'n>> {
    let mut object = field.object(report)?;
    let countries_field = object.optional("countries");
    let purposes_field = object.optional("purposes");
    let via_field = object.required("via", "via: [sns]", report);
    object.finish(report);

    let countries = match &countries_field {
        Some(field) => countries(field, report).map(Some),
        None => Some(None),
    };
    let purposes = match &purposes_field {
        Some(field) => purposes(field, report).map(Some),
        None => Some(None),
    };
    let via = via_field.and_then(|field| via(&field, Channel::Sms, providers, report));
    let (named, purposes, via) = (countries?, purposes?, via?);
    let countries = named
        .as_ref()
        .map(|named| named.iter().map(|(country, _)| *country).collect());
    Some(Claim {
        field: field.clone(),
        named: named.unwrap_or_default(),
        route: Route {
            countries,
            purposes,
            via,
        },
    })
}
