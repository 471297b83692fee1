//! What each part allows and the whole stack does not, or hardly means.

use std::collections::BTreeMap;

use handler::delivery::Guard;

use super::field::Field;
use super::report::Report;
use super::stack::serves;
use super::{Function, Key, KeySource, LogLevel, Pool, Target, Trigger, TriggerKind, needs_sms_role};
use crate::finding::Code;

/// What the rules look at, read from the whole file.
pub(super) struct Parts<'a> {
    pub(super) root: &'a Field<'a>,
    pub(super) pool: Option<&'a Pool>,
    pub(super) triggers: &'a BTreeMap<TriggerKind, Trigger>,
    pub(super) key: &'a Key,
    pub(super) function: &'a Function,
    pub(super) guard: Option<&'a Guard>,
}

/// Reports what cannot work.
pub(super) fn check(parts: &Parts<'_>, report: &mut Report<'_>) {
    sms_role(parts, report);
    shared_rates(parts, report);
}

/// Reports what is hardly meant; only where all parts could be read.
pub(super) fn warn(parts: &Parts<'_>, report: &mut Report<'_>) {
    foreign_senders(parts, report);
    custom_message(parts, report);
    links(parts, report);
    email_sending(parts, report);
    let serves = |kind: &TriggerKind| serves(parts.triggers, *kind);
    // Cognito waits for CustomMessage, so Lambda retries senders alone.
    if TriggerKind::ALL.iter().filter(|kind| kind.is_sender()).any(serves) {
        retries(parts, report);
    }
    if TriggerKind::ALL.iter().any(serves) {
        log_level(parts, report);
    }
}

/// The stack renders an SMS role where the file has no `SmsConfiguration`; one without a role stays without.
fn sms_role(parts: &Parts<'_>, report: &mut Report<'_>) {
    let (kind, properties) = match parts.pool {
        Some(Pool::New { properties }) => ("new", properties),
        Some(Pool::Import { properties, .. }) => ("import", properties),
        Some(Pool::Existing { .. }) | None => return,
    };
    let Some(configuration) = parts.root.at(&["pool", kind, "properties", "SmsConfiguration"]) else {
        return;
    };
    let named = |path: &[&str]| {
        configuration
            .at(path)
            .is_some_and(|field| field.scalar_text() != Some(""))
    };
    if named(&["SnsCallerArn"]) || named(&["EumsSms"]) {
        return;
    }
    if let Some(reason) = needs_sms_role(properties, parts.triggers) {
        let message = format!(
            "{} wants `SnsCallerArn` or `EumsSms` for {reason}, found neither",
            configuration.name()
        );
        let hint = "name a role that Cognito may take on, or remove `SmsConfiguration`: the stack then makes one";
        report.add(Code::SmsRoleMissing, configuration.key(), message, hint);
    }
}

/// A rate that users share refuses all of them once anybody used it up, and answers each as if the message went out. Its
/// alarm is all that tells of it, so the rate is nothing without somebody who hears the alarm.
fn shared_rates(parts: &Parts<'_>, report: &mut Report<'_>) {
    let sends = |kind: &TriggerKind| kind.is_sender() && serves(parts.triggers, *kind);
    let Some(guard) = parts.guard.filter(|_| TriggerKind::ALL.iter().any(sends)) else {
        return;
    };
    let (missing, hint) = match (&parts.function.alarms.notify, parts.function.log_level) {
        (_, LogLevel::Fatal) => (
            "a `function.log_level` of ERROR or lower, found FATAL: the rate's alarm would see no refusal",
            "take ERROR, which still counts failures and refusals by this rate",
        ),
        (None, _) => (
            "a topic in `function.alarms.notify`, found none: nobody would hear that the rate is used up and users get no codes",
            "write `function: {alarms: {notify: TOPIC_ARN}}`, or keep to rates of single recipients",
        ),
        (Some(_), _) => return,
    };
    let countries = guard.rates.countries.iter();
    let countries: Vec<String> = countries
        .filter(|(_, rates)| !rates.is_empty())
        .map(|(country, _)| country.to_string())
        .collect();
    let of_country = (!guard.rates.country.is_empty()).then_some(["country"].as_slice());
    let of_pool = guard.limits_pool().then_some(["pool"].as_slice());
    let of_countries = countries.iter().map(|country| vec!["countries", country.as_str()]);
    let shared = of_country.into_iter().chain(of_pool).map(<[&str]>::to_vec);
    for scope in shared.chain(of_countries) {
        let path = [&["guard", "rates"], scope.as_slice()].concat();
        if let Some(field) = parts.root.at(&path) {
            field.refuse(Code::RateUnwatched, missing, hint, report);
        }
    }
}

/// A key that the stack makes is known to nobody else: only the stack's own function gets the right to
/// decrypt.
fn foreign_senders(parts: &Parts<'_>, report: &mut Report<'_>) {
    if matches!(parts.key.source, KeySource::Existing(_)) {
        return;
    }
    for (kind, trigger) in parts.triggers.iter().filter(|(kind, _)| kind.is_sender()) {
        let Target::Function(function) = &trigger.target else {
            continue;
        };
        if trigger.may_decrypt {
            continue;
        }
        let message = format!(
            "`triggers.{}` wants the role of {function} to decrypt under the stack's key; the stack gives it no right to",
            kind.key()
        );
        let hint = "after the first apply, allow that role `kms:Decrypt` on the stack's output `KeyArn`, with the condition \
                    StringEquals kms:EncryptionContext:userpool-id = the output `PoolId`; then write \
                    `{function: …, decrypt: external}`";
        report.add_at(Code::SenderCannotDecrypt, trigger.place.clone(), message, hint);
    }
}

fn custom_message(parts: &Parts<'_>, report: &mut Report<'_>) {
    let senders = [TriggerKind::CustomSmsSender, TriggerKind::CustomEmailSender];
    let both = senders.iter().all(|sender| parts.triggers.contains_key(sender));
    if let Some(trigger) = parts.triggers.get(&TriggerKind::CustomMessage).filter(|_| both) {
        let message = "`triggers.custom_message` wants a message that Cognito writes, found custom senders for both SMS and e-mail";
        let hint = "remove it, or one of the senders";
        report.add_at(Code::CustomMessageUnused, trigger.place.clone(), message, hint);
    }
}

/// Cognito hands a code to a custom sender and never a link, so users of a pool that confirms by a link get a code.
///
/// Source: "Custom email sender Lambda trigger", Amazon Cognito Developer Guide.
fn links(parts: &Parts<'_>, report: &mut Report<'_>) {
    let (Some(Pool::New { .. } | Pool::Import { .. }), Some(_)) =
        (parts.pool, parts.triggers.get(&TriggerKind::CustomEmailSender))
    else {
        return;
    };
    let option = ["new", "import"].into_iter().find_map(|kind| {
        let template = [
            "pool",
            kind,
            "properties",
            "VerificationMessageTemplate",
            "DefaultEmailOption",
        ];
        parts.root.at(&template)
    });
    if let Some(option) = option.filter(|option| option.scalar_text() == Some("CONFIRM_WITH_LINK")) {
        let wanted = "CONFIRM_WITH_CODE beside `triggers.custom_email_sender`, which gets a code and never a link";
        let hint =
            "let your app ask for the code and write CONFIRM_WITH_CODE, or remove the sender to keep Cognito's links";
        option.refuse(Code::LinkBecomesCode, wanted, hint, report);
    }
}

/// The file alone cannot tell by whom an existing pool sends e-mail, and Cognito refuses texts for an e-mail that it sends
/// by its own address.
fn email_sending(parts: &Parts<'_>, report: &mut Report<'_>) {
    let Some(Pool::Existing { email_sending, .. }) = parts.pool else {
        return;
    };
    let answered = parts.triggers.get(&TriggerKind::CustomMessage);
    let answered = answered.filter(|trigger| trigger.target == Target::Handler);
    match (answered, email_sending) {
        (Some(trigger), None) => {
            let message = "`triggers.custom_message` wants `pool.email_sending` beside an existing pool, found none: e-mails keep \
                           the pool's own texts";
            let hint = "write `email_sending: developer` where the pool sends e-mail by your own SES, else \
                        `email_sending: cognito_default`";
            report.add_at(Code::EmailSendingUnsaid, trigger.place.clone(), message, hint);
        }
        (None, Some(_)) => {
            if let Some(field) = parts.root.at(&["pool", "email_sending"]) {
                let message = format!("`{}` wants `custom_message: handler`, found none", field.path());
                let hint = "declare the trigger, or remove this setting";
                report.add(Code::SettingUnused, field.key(), message, hint);
            }
        }
        (Some(_), Some(_)) | (None, None) => {}
    }
}

/// Lambda waits a minute before its first retry of an asynchronous event, and two before the second.
///
/// Source: "Error handling for asynchronous invocation", AWS Lambda Developer Guide.
fn retries(parts: &Parts<'_>, report: &mut Report<'_>) {
    let settings = parts.function.asynchronous;
    let pauses: u32 = match settings.max_retries {
        0 => 0,
        1 => 60,
        _ => 180,
    };
    let attempts = u32::from(settings.max_retries) + 1;
    let total = u32::from(parts.function.timeout_s) * attempts + pauses;
    if total <= u32::from(settings.max_event_age_s) {
        return;
    }
    let candidates: [&[&str]; 4] = [
        &["function", "async", "max_event_age_s"],
        &["function", "async", "max_retries"],
        &["function", "timeout_s"],
        &["function"],
    ];
    let Some(field) = candidates.iter().find_map(|path| parts.root.at(path)) else {
        return;
    };
    let message = format!(
        "`function.async.max_event_age_s` wants the {total} s of {attempts} {} of {} s and Lambda's pauses of {pauses} s, found {}",
        if attempts == 1 { "attempt" } else { "attempts" },
        parts.function.timeout_s,
        settings.max_event_age_s
    );
    let hint = format!("raise `max_event_age_s` to {total}, or lower `timeout_s` or `max_retries`");
    report.add(Code::RetryTooLate, field.place(), message, hint);
}

fn log_level(parts: &Parts<'_>, report: &mut Report<'_>) {
    if parts.function.log_level == LogLevel::Fatal
        && let Some(field) = parts.root.at(&["function", "log_level"])
    {
        let wanted = "ERROR or lower, found FATAL, which drops every log line and metric of the handler";
        field.refuse(
            Code::LogLevelSilent,
            wanted,
            "take ERROR, which still counts failures",
            report,
        );
    }
}
