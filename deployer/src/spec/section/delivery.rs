//! `delivery`: by whom messages go out, each channel by itself.

use handler::delivery::{Email, Route, Sms};
use handler::event::Channel;

use super::provider::Providers;
use super::route::{purposes, via};
use super::sms::sms_channel;
use crate::finding::Code;
use crate::spec::coverage::{Claim, check};
use crate::spec::field::Field;
use crate::spec::report::Report;

/// The channels of a file.
#[derive(Default)]
pub(in crate::spec) struct Channels {
    pub(in crate::spec) sms: Option<Sms>,
    pub(in crate::spec) email: Option<Email>,
}

/// Reads `delivery`, and notes in `providers` which of them are used.
pub(in crate::spec) fn delivery<'n>(
    field: &Field<'n>,
    providers: &mut Providers<'n>,
    report: &mut Report<'_>,
) -> Channels {
    let Some(mut object) = field.object(report) else {
        return Channels::default();
    };
    let sms = object.optional("sms");
    let email = object.optional("email");
    object.finish(report);
    Channels {
        sms: sms.and_then(|field| sms_channel(&field, providers, report)),
        email: email.and_then(|field| email_channel(&field, providers, report)),
    }
}

/// Either `via`, for every message, or `routes`.
fn email_channel<'n>(field: &Field<'n>, providers: &mut Providers<'n>, report: &mut Report<'_>) -> Option<Email> {
    let mut object = field.object(report)?;
    let via_field = object.optional("via");
    let routes = object.optional("routes");
    object.finish_but(countries_are_for_sms, report);
    let (via_field, routes) = match (via_field, routes) {
        (Some(_), Some(routes)) => {
            let message = format!("`{}` wants `via` or `routes`, found both", field.path());
            let hint = "keep `via` for every message, or move it to the end of `routes`: `{via: […]}`";
            report.add(Code::BadValue, routes.key(), message, hint);
            return None;
        }
        (None, None) => {
            let message = format!("`{}` wants the key `via`, found none", field.path());
            report.add(Code::MissingKey, field.key(), message, "add `via: [ses]`, or `routes`");
            return None;
        }
        one => one,
    };
    if let Some(via_field) = via_field {
        let via = via(&via_field, Channel::Email, providers, report)?;
        let route = Route {
            countries: None,
            purposes: None,
            via,
        };
        return Some(Email { routes: vec![route] });
    }
    let items = routes?.items(report)?;
    let read: Vec<Option<Claim<'_>>> = items.iter().map(|item| route(item, providers, report)).collect();
    let claims = read.into_iter().collect::<Option<Vec<_>>>()?;
    check(field.path(), field.key(), None, &claims, report);
    Some(Email {
        routes: claims.into_iter().map(|claim| claim.route).collect(),
    })
}

fn route<'n>(field: &Field<'n>, providers: &mut Providers<'n>, report: &mut Report<'_>) -> Option<Claim<'n>> {
    let mut object = field.object(report)?;
    let purposes_field = object.optional("purposes");
    let via_field = object.required("via", "via: [ses]", report);
    object.finish_but(countries_are_for_sms, report);
    let purposes = match &purposes_field {
        Some(field) => purposes(field, report).map(Some),
        None => Some(None),
    };
    let via = via_field.and_then(|field| via(&field, Channel::Email, providers, report));
    Some(Claim {
        field: field.clone(),
        named: Vec::new(),
        route: Route {
            countries: None,
            purposes: purposes?,
            via: via?,
        },
    })
}

fn countries_are_for_sms(key: &str) -> Option<(&'static str, String)> {
    let hint = || "remove it: an address belongs to no country".to_owned();
    (key == "countries").then(|| ("means nothing for e-mail", hint()))
}
