//! One setting of a provider, read by the form that its type gives it.

use handler::provider::{Form, Setting};
use serde_json::{Map, Value};

use super::Home;
use crate::finding::Code;
use crate::spec::field::{Field, one_of};
use crate::spec::report::Report;
use crate::spec::{Arn, Region};

/// Services that keep secrets: each is read in its own Region, wherever that is.
const SECRETS: [&str; 2] = ["secretsmanager", "ssm"];

/// How the resource part of an ARN begins, for services that have several kinds of resources.
const RESOURCES: [(&str, &str); 3] = [("kms", "key/"), ("secretsmanager", "secret:"), ("ssm", "parameter/")];

/// Where the resources of a provider must be, as far as that could be read.
#[derive(Default)]
pub(super) struct Regions {
    /// Where the provider works, if it has a setting for that; without one, ARNs decide.
    works: Option<Region>,
    /// Where its secret is.
    secret: Option<Region>,
}

impl Regions {
    pub(super) fn of(fields: &[(&Setting, Option<Field<'_>>)], home: &Home) -> Self {
        let find = |wanted: fn(&Form) -> bool| fields.iter().find(|(setting, _)| wanted(&setting.form));
        let text = |field: &Option<Field<'_>>| Some(field.as_ref()?.scalar_text()?.to_owned());
        let works = find(|form| matches!(form, Form::Region)).and_then(|(_, field)| match text(field) {
            Some(text) => Region::parse(&text).ok(),
            None => home.region.clone(),
        });
        let secret =
            find(|form| matches!(form, Form::Arn(services) if services.iter().all(|one| SECRETS.contains(one))));
        let secret = secret.and_then(|(_, field)| Arn::parse(&text(field)?).ok());
        Self {
            works,
            secret: secret.and_then(|arn| Region::parse(arn.region()).ok()),
        }
    }
}

/// Reads a setting as `delivery.json` holds it.
pub(super) fn value(
    setting: &Setting,
    field: &Field<'_>,
    home: &Home,
    regions: &Regions,
    report: &mut Report<'_>,
) -> Option<Value> {
    match setting.form {
        Form::Text { wanted, fits, .. } => {
            let text = field.text(report)?;
            if !fits(text) {
                let hint = format!("write it like `{}`", setting.example);
                field.refuse_text(Code::BadValue, wanted, hint, report);
                return None;
            }
            Some(Value::from(text))
        }
        Form::Https => {
            let text = field.text(report)?;
            if !is_https(text) {
                // An address may have a token in it.
                let wanted = "an address that begins with https://, found another text";
                field.refuse(
                    Code::BadValue,
                    wanted,
                    format!("write it like {}", setting.example),
                    report,
                );
                return None;
            }
            Some(Value::from(text))
        }
        Form::Choice(choices) => {
            let text = field.text(report)?;
            if !choices.contains(&text) {
                field.refuse_choice(text, choices, report);
                return None;
            }
            Some(Value::from(text))
        }
        Form::Region => {
            let hint = format!("write its code, such as {}", setting.example);
            let region = field.id(Code::BadRegion, Region::parse, &hint, report)?;
            Some(Value::from(region.as_str()))
        }
        Form::Arn(services) => arn(services, setting, field, home, regions, report),
        Form::Texts => texts(field, report),
        Form::Flag => field.boolean(report).map(Value::from),
        Form::Number { min, max } => number(min, max, field, report).map(Value::from),
    }
}

fn texts(field: &Field<'_>, report: &mut Report<'_>) -> Option<Value> {
    let fields = field.fields(report)?;
    let read: Vec<Option<(String, Value)>> = fields
        .iter()
        .map(|(name, field)| Some(((*name).to_owned(), Value::from(field.text(report)?))))
        .collect();
    read.into_iter()
        .collect::<Option<Map<String, Value>>>()
        .map(Value::Object)
}

fn number(min: u32, max: u32, field: &Field<'_>, report: &mut Report<'_>) -> Option<u32> {
    let found = field.integer(report)?;
    let number = u32::try_from(found).ok().filter(|number| (min..=max).contains(number));
    if number.is_none() {
        let nearest = if found < i64::from(min) { min } else { max };
        let wanted = format!("a whole number from {min} to {max}, found {found}");
        field.refuse(Code::OutOfRange, &wanted, format!("the nearest is {nearest}"), report);
    }
    number
}

/// A host that is one, perhaps a port, and no password, blank, quote or fragment.
fn is_https(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("https://") else {
        return false;
    };
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let (host, port) = authority.split_once(':').unwrap_or((authority, "443"));
    let is_label =
        |label: &str| !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    text.len() <= 2048
        && host.split('.').all(is_label)
        && !port.is_empty()
        && port.bytes().all(|byte| byte.is_ascii_digit())
        && path
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && byte != b'@' && byte != b'#')
}

/// What is written here reaches a policy as it is, so it must name one resource: no pattern, no variable.
fn arn(
    services: &[&str],
    setting: &Setting,
    field: &Field<'_>,
    home: &Home,
    regions: &Regions,
    report: &mut Report<'_>,
) -> Option<Value> {
    let text = field.text(report)?;
    let kind = |arn: &Arn| {
        let of_service = RESOURCES.iter().find(|(service, _)| *service == arn.service());
        of_service.is_none_or(|(_, start)| arn.resource().len() > start.len() && arn.resource().starts_with(start))
    };
    let arn = Arn::parse(text).ok().filter(|arn| {
        services.contains(&arn.service())
            && !arn.region().is_empty()
            && !arn.account().is_empty()
            && !text.contains(['*', '?', '$'])
            && kind(arn)
    });
    let Some(arn) = arn else {
        let wanted = format!("an ARN of {}, such as {}", one_of(services), setting.example);
        let hint = "copy the ARN from the resource itself; patterns are not taken";
        field.refuse_text(Code::BadArn, &wanted, hint, report);
        return None;
    };
    let found = arn.region();
    let (region, whose) = match arn.service() {
        service if SECRETS.contains(&service) => (None, ""),
        "kms" => (regions.secret.as_ref(), "secret"),
        _ => (regions.works.as_ref(), "provider"),
    };
    if let Some(region) = region.filter(|region| region.as_str() != found) {
        let wanted = format!("a resource of the {whose}'s Region {region}, found one of {found}");
        field.refuse(
            Code::WrongRegion,
            &wanted,
            format!("name a resource in {region}"),
            report,
        );
    }
    let hint = "name a resource of the stack's account";
    home.check_account(field, &arn, "resource", hint, report);
    Some(Value::from(arn.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_have_a_host_and_no_password() {
        for good in [
            "https://hooks.acme.example/codes",
            "https://localhost:8443",
            "https://a.example?x=1",
        ] {
            assert!(is_https(good), "{good}");
        }
        for bad in [
            "http://acme.example",
            "https://",
            "https:///codes",
            "https://user:word@acme.example",
            "https://acme.example/two words",
            "https://acme..example",
            "https://acme.example/#part",
        ] {
            assert!(!is_https(bad), "{bad}");
        }
    }
}
