//! Who delivers, and to where: the delivery configuration of the deployed zip against the declared one.
//!
//! Both are compared as JSON and not as types: a handler of another day may know providers that this one does not.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::finding::{Code, Finding};
use crate::model::logical;
use crate::plan::render::value::inline;

/// Compares two delivery configurations.
pub(in crate::plan) fn findings(old: &Value, new: &Value) -> Vec<Finding> {
    let mut found: Vec<Finding> = countries(old, new).into_iter().collect();
    let channels = ["sms", "email"].into_iter();
    found.extend(channels.filter_map(|channel| declined(channel, old, new).or_else(|| routes(channel, old, new))));
    found.extend(providers(old, new));
    found.extend(super::rates::findings(old, new));
    found
}

pub(super) fn resource(path: &str) -> String {
    format!("{}.{path}", logical::FUNCTION)
}

/// Countries that messages may go to.
enum Served<'a> {
    Any,
    Only(BTreeSet<&'a str>),
}

fn served(delivery: &Value) -> Option<Served<'_>> {
    let countries = delivery.pointer("/sms/countries")?;
    let only = countries.get("only").and_then(Value::as_array);
    Some(only.map_or(Served::Any, |only| {
        Served::Only(only.iter().filter_map(Value::as_str).collect())
    }))
}

fn countries(old: &Value, new: &Value) -> Option<Finding> {
    let (before, after) = (served(old)?, served(new)?);
    let (to, message) = match (before, after) {
        (Served::Any, _) => return None,
        (Served::Only(_), Served::Any) => ("any".to_owned(), "SMS messages could go to every country".to_owned()),
        (Served::Only(before), Served::Only(after)) => {
            let more: Vec<&str> = after.difference(&before).copied().collect();
            if more.is_empty() {
                return None;
            }
            let all: Vec<&str> = after.into_iter().collect();
            (
                format!("[{}]", all.join(", ")),
                format!("SMS messages could go to {} too", more.join(", ")),
            )
        }
    };
    Some(Finding::guard(
        Code::CountriesWidened,
        &resource("sms.countries"),
        to,
        message,
    ))
}

fn routes(channel: &str, old: &Value, new: &Value) -> Option<Finding> {
    let path = format!("/{channel}/routes");
    let (before, after) = (old.pointer(&path)?, new.pointer(&path)?);
    (before != after).then(|| {
        let what = if channel == "sms" { "SMS messages" } else { "e-mails" };
        let message = format!("{what} would take other routes: {} → {}", inline(before), inline(after));
        Finding::guard(
            Code::RouteChanged,
            &resource(&format!("{channel}.routes")),
            inline(after),
            message,
        )
    })
}

/// Routes that send nothing and were not there before.
fn declined(channel: &str, old: &Value, new: &Value) -> Option<Finding> {
    let all = |delivery: &Value| {
        let routes = delivery
            .pointer(&format!("/{channel}/routes"))
            .and_then(Value::as_array);
        let sends_nothing = |route: &&Value| route.get("via").and_then(Value::as_array).is_some_and(Vec::is_empty);
        routes
            .into_iter()
            .flatten()
            .filter(sends_nothing)
            .cloned()
            .collect::<Vec<Value>>()
    };
    let before = all(old);
    let more: Vec<Value> = all(new).into_iter().filter(|route| !before.contains(route)).collect();
    if more.is_empty() {
        return None;
    }
    let purposes = |route: &Value| route.get("purposes").map_or_else(|| "every purpose".to_owned(), inline);
    let purposes: Vec<String> = more.iter().map(purposes).collect();
    let what = if channel == "sms" { "SMS messages" } else { "e-mails" };
    Some(Finding::guard(
        Code::MessagesDeclined,
        &resource(&format!("{channel}.routes")),
        inline(&Value::Array(more)),
        format!("{what} for {} would not be sent any more", purposes.join(", ")),
    ))
}

/// Providers of one name whose settings differ; one that comes or goes changes a route.
fn providers(old: &Value, new: &Value) -> Vec<Finding> {
    let all = |delivery: &Value| {
        delivery
            .get("providers")
            .and_then(Value::as_object)
            .cloned()
            .unwrap_or_default()
    };
    let before = all(old);
    let changed = all(new).into_iter().filter_map(|(name, after)| {
        let was = before.get(&name).filter(|was| **was != after)?;
        let message = format!(
            "the provider {name} would send otherwise: {} → {}",
            inline(was),
            inline(&after)
        );
        Some(Finding::guard(
            Code::ProviderChanged,
            &resource(&format!("providers.{name}")),
            inline(&after),
            message,
        ))
    });
    changed.collect()
}
