//! `acknowledge`: somebody's word that a guard's finding is meant.

use crate::finding::{Code, Level};
use crate::spec::Acknowledgement;
use crate::spec::field::Field;
use crate::spec::nearest::did_you_mean;
use crate::spec::properties::AS_WRITTEN;
use crate::spec::report::{Report, shown};

/// Reads `acknowledge`.
pub(in crate::spec) fn acknowledgements(field: &Field<'_>, report: &mut Report<'_>) -> Vec<Acknowledgement> {
    let items = field.list(report).unwrap_or_default();
    items.iter().filter_map(|item| acknowledgement(item, report)).collect()
}

fn acknowledgement(field: &Field<'_>, report: &mut Report<'_>) -> Option<Acknowledgement> {
    let mut object = field.object(report)?;
    let code = object.required("code", "code: trigger-dropped", report);
    let resource = object.required("resource", "resource: Pool", report);
    let to = object.required("to", "to: none", report);
    let reason = object.required("reason", "reason: the function was retired", report);
    let until = object.optional("until");
    object.finish(report);

    let place = code
        .as_ref()
        .map_or_else(|| field.key().clone(), |field| field.place().clone());
    let code = code.and_then(|field| guard(&field, report));
    if code == Some(Code::UnknownProperty) {
        check_property(to.as_ref(), until.as_ref(), report);
    }
    let resource = resource.and_then(|field| field.words(report));
    let to = to.and_then(|field| Some(field.text(report)?.to_owned()));
    let reason = reason.and_then(|field| field.words(report));
    let until = match until {
        Some(field) => Some(date(&field, report)?),
        None => None,
    };
    Some(Acknowledgement {
        code: code?,
        resource: resource?,
        to: to?,
        reason: reason?,
        until,
        place: report.place(&place),
    })
}

/// The property stands in the same file, so its value is not written twice; and files are read without
/// a clock.
fn check_property(to: Option<&Field<'_>>, until: Option<&Field<'_>>, report: &mut Report<'_>) {
    if let Some(to) = to
        && to.scalar_text().is_some_and(|text| text != AS_WRITTEN)
    {
        let wanted = format!("`{AS_WRITTEN}` for a property, found another text");
        let hint = "the value is the one that stands under `properties`";
        to.refuse(Code::BadValue, &wanted, hint, report);
    }
    if let Some(until) = until {
        let message = format!("{} wants to be absent for a property", until.name());
        report.add(
            Code::BadValue,
            until.key(),
            message,
            "remove it: a property that is passed through today is in the pool tomorrow",
        );
    }
}

fn guard(field: &Field<'_>, report: &mut Report<'_>) -> Option<Code> {
    let name = field.text(report)?;
    let hint = "take the code from the finding that `deployer diff` prints";
    match Code::from_name(name) {
        Some(code) if code.entry().level == Level::Guard || code == Code::UnknownProperty => return Some(code),
        Some(code) => {
            let hint = match code.entry().level {
                Level::Error => "mend what it reports: an error cannot be acknowledged",
                Level::Warning | Level::Guard => "remove this: a warning stops nothing",
            };
            let wanted = format!("the code of a guard, found `{code}`");
            field.refuse(Code::AcknowledgeCode, &wanted, hint, report);
        }
        None => {
            let guards = Code::ALL
                .iter()
                .map(|code| code.entry())
                .filter(|entry| entry.level == Level::Guard);
            let hint = did_you_mean(name, guards.map(|entry| entry.name), || hint.to_owned());
            let wanted = format!("the code of a guard, found `{}`", shown(name));
            field.refuse(Code::AcknowledgeCode, &wanted, hint, report);
        }
    }
    None
}

fn date(field: &Field<'_>, report: &mut Report<'_>) -> Option<String> {
    let text = field.text(report)?;
    if !is_date(text) {
        field.refuse_text(
            Code::BadValue,
            "a day of the calendar as YYYY-MM-DD",
            "write it like 2026-12-31",
            report,
        );
        return None;
    }
    Some(text.to_owned())
}

fn is_date(text: &str) -> bool {
    let shape = text.len() == 10
        && text.bytes().enumerate().all(|(index, byte)| {
            if [4, 7].contains(&index) {
                byte == b'-'
            } else {
                byte.is_ascii_digit()
            }
        });
    let mut numbers = text.split('-').map(|part| part.parse::<u32>().unwrap_or_default());
    let (Some(year), Some(month), Some(day)) = (numbers.next(), numbers.next(), numbers.next()) else {
        return false;
    };
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        1..=12 => 31,
        _ => 0,
    };
    shape && (1..=days).contains(&day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_days_of_the_calendar_are_dates() {
        for good in ["2026-12-31", "2028-02-29", "2000-02-29", "2026-01-01"] {
            assert!(is_date(good), "{good}");
        }
        for bad in [
            "2026-02-29",
            "1900-02-29",
            "2026-13-01",
            "2026-00-10",
            "2026-1-01",
            "31-12-2026",
            "2026-12-3x",
            "",
        ] {
            assert!(!is_date(bad), "{bad}");
        }
    }
}
