//! `guard`: how many messages may go out, and what happens when nobody can say.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU32;

use handler::delivery::{Countries, Country, Guard, OnFailure, Policy, Rate, Rates};

use crate::finding::Code;
use crate::spec::field::Field;
use crate::spec::report::Report;

/// `on_failure`, by its names.
pub(in crate::spec) const POLICIES: [Policy; 2] = [Policy::Open, Policy::Closed];

/// The most messages that a rate may allow: what `DynamoDB` counts far beyond, and no pool sends.
pub(in crate::spec) const MOST: u32 = 1_000_000_000;

/// Reads `guard`; `served` are the countries of `delivery.sms`, where that could be read.
pub(in crate::spec) fn guard(field: &Field<'_>, served: Option<&Countries>, report: &mut Report<'_>) -> Option<Guard> {
    let mut object = field.object(report)?;
    let rates_field = object.optional("rates");
    let failure_field = object.optional("on_failure");
    object.finish(report);
    let rates = match &rates_field {
        Some(field) => rates(field, served, report)?,
        None => Rates::default(),
    };
    let on_failure = match &failure_field {
        Some(field) => on_failure(field, report)?,
        None => OnFailure::default(),
    };
    Some(Guard { rates, on_failure })
}

fn rates(field: &Field<'_>, served: Option<&Countries>, report: &mut Report<'_>) -> Option<Rates> {
    let mut object = field.object(report)?;
    let recipient = object.optional("recipient");
    let all = object.optional("country");
    let some = object.optional("countries");
    let pool = object.optional("pool");
    object.finish(report);
    let mut list = |field: Option<Field<'_>>| field.map_or(Some(Vec::new()), |field| limits(&field, report));
    let (recipient, all, pool) = (list(recipient), list(all), list(pool));
    let countries = some.map_or(Some(BTreeMap::new()), |field| countries(&field, served, report));
    Some(Rates {
        recipient: recipient?,
        country: all?,
        countries: countries?,
        pool: pool?,
    })
}

/// A list that may be empty: then there is no limit, for a country in place of the one for all.
fn limits(field: &Field<'_>, report: &mut Report<'_>) -> Option<Vec<Rate>> {
    let items = field.list(report)?;
    let mut windows = BTreeSet::new();
    let read: Vec<Option<Rate>> = items
        .iter()
        .map(|item| {
            let rate = rate(item, report)?;
            if !windows.insert(rate.per_s) {
                let wanted = format!("one rate for each window, found another of {} s", rate.per_s);
                item.refuse(Code::BadValue, &wanted, "keep the smaller `max`", report);
            }
            Some(rate)
        })
        .collect();
    read.into_iter().collect()
}

fn rate(field: &Field<'_>, report: &mut Report<'_>) -> Option<Rate> {
    let mut object = field.object(report)?;
    let max = object.required("max", "max: 5", report);
    let per_s = object.required("per_s", "per_s: 600", report);
    object.finish(report);
    let max = max.and_then(|field| whole(&field, MOST, report));
    let per_s = per_s.and_then(|field| whole(&field, Rate::LONGEST_S, report));
    Some(Rate {
        max: max?,
        per_s: per_s?,
    })
}

fn whole(field: &Field<'_>, most: u32, report: &mut Report<'_>) -> Option<NonZeroU32> {
    NonZeroU32::new(field.within(1..=most, report)?)
}

fn countries(
    field: &Field<'_>,
    served: Option<&Countries>,
    report: &mut Report<'_>,
) -> Option<BTreeMap<Country, Vec<Rate>>> {
    let fields = field.fields(report)?;
    let read: Vec<Option<(Country, Vec<Rate>)>> = fields
        .iter()
        .map(|(code, field)| {
            let country = Country::from_code(code);
            match (country, served) {
                (None, _) => {
                    let message = format!("{} wants the code of a country, found another key", field.name());
                    let hint = "look the code up in ISO 3166-1 alpha-2, such as DE for Germany";
                    report.add(Code::BadCountry, field.key(), message, hint);
                }
                (Some(country), Some(Countries::Only(only))) if !only.contains(&country) => {
                    let message = format!("{} limits a country that `delivery.sms` does not serve", field.name());
                    let hint = "add the country to `delivery.sms.countries`, or remove its rates";
                    report.add(Code::SettingUnused, field.key(), message, hint);
                }
                _ => {}
            }
            let rates = limits(field, report);
            Some((country?, rates?))
        })
        .collect();
    read.into_iter().collect()
}

fn on_failure(field: &Field<'_>, report: &mut Report<'_>) -> Option<OnFailure> {
    let mut object = field.object(report)?;
    let duplicates = object.optional("duplicates");
    let rates = object.optional("rates");
    object.finish(report);
    let choices = POLICIES.map(|policy| (policy.name(), policy));
    let mut policy =
        |field: Option<Field<'_>>, default: Policy| field.map_or(Some(default), |field| field.choice(&choices, report));
    let usual = OnFailure::default();
    let (duplicates, rates) = (policy(duplicates, usual.duplicates), policy(rates, usual.rates));
    Some(OnFailure {
        duplicates: duplicates?,
        rates: rates?,
    })
}
