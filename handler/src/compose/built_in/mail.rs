//! A built-in e-mail put together, as plain text and as HTML.

use super::super::html::escape;
use super::super::values::Values;
use super::super::{ComposeError, EmailText};
use super::{Labels, Mail, Texts};
use crate::Redacted;
use crate::event::Purpose;

/// What an e-mail shows between its first sentence and its last.
enum Middle<'a> {
    Code(&'a str),
    Lines(Vec<Line<'a>>),
}

struct Line<'a> {
    label: &'static str,
    value: &'a str,
    is_link: bool,
}

/// Returns the texts of an e-mail.
pub(in super::super) fn email(texts: &Texts, values: &Values) -> Result<EmailText, ComposeError> {
    let mail = texts.mail(values.purpose);
    let labels = &texts.email.labels;
    let code = || values.code.as_deref().ok_or(ComposeError::NoCode);
    let line = |label, value| Line {
        label,
        value,
        is_link: false,
    };
    let middle = match values.purpose {
        Purpose::AdminCreateUser => Middle::Lines(vec![
            line(labels.user_name, values.sign_in_name()),
            line(labels.temporary_password, code()?),
        ]),
        Purpose::AccountTakeOverNotification => Middle::Lines(notice(labels, values)),
        Purpose::SignUp
        | Purpose::ResendCode
        | Purpose::ForgotPassword
        | Purpose::UpdateUserAttribute
        | Purpose::VerifyUserAttribute
        | Purpose::Authentication => Middle::Code(code()?),
    };
    let text = text(texts, mail, &middle);
    let html = html(texts, mail, &middle);
    Ok(EmailText {
        subject: Redacted::new(mail.subject.to_owned()),
        text: Redacted::new(text),
        html: Some(Redacted::new(html)),
    })
}

fn notice<'a>(labels: &Labels, values: &'a Values) -> Vec<Line<'a>> {
    [
        (labels.time, "time", false),
        (labels.ip_address, "ip_address", false),
        (labels.city, "city", false),
        (labels.country, "country", false),
        (labels.device, "device", false),
        (labels.it_was_me, "link_valid", true),
        (labels.it_was_not_me, "link_invalid", true),
    ]
    .into_iter()
    .filter_map(|(label, name, is_link)| {
        Some(Line {
            label,
            value: values.notice(name)?,
            is_link,
        })
    })
    .collect()
}

fn text(texts: &Texts, mail: Mail, middle: &Middle<'_>) -> String {
    // A value is written from left to right. On a line of its own it stays so among text that is not.
    let colon = if texts.right_to_left {
        ":\n    "
    } else {
        texts.email.labels.colon
    };
    let middle = match middle {
        Middle::Code(code) => format!("    {code}\n\n"),
        Middle::Lines(lines) if lines.is_empty() => String::new(),
        Middle::Lines(lines) => {
            let lines = lines.iter();
            let lines = lines.map(|Line { label, value, .. }| format!("    {label}{colon}{value}\n"));
            lines.collect::<String>() + "\n"
        }
    };
    format!("{}\n\n{middle}{}", mail.lead, mail.note)
}

fn html(texts: &Texts, mail: Mail, middle: &Middle<'_>) -> String {
    // The signs at the ends of a password would move to its other side without a direction of its own.
    let (of_page, of_value) = if texts.right_to_left {
        (" dir=\"rtl\"", " dir=\"ltr\"")
    } else {
        ("", "")
    };
    let middle = match middle {
        Middle::Code(code) => format!(
            "<p style=\"font-size:28px;font-weight:bold;letter-spacing:4px\">{}</p>\n",
            if texts.right_to_left {
                format!("<span{of_value}>{}</span>", escape(code))
            } else {
                escape(code)
            }
        ),
        Middle::Lines(lines) => lines
            .iter()
            .map(|each| line(each, texts.email.labels.colon, of_value))
            .collect(),
    };
    format!(
        "<!DOCTYPE html>\n<html lang=\"{}\"{of_page}>\n<head><meta charset=\"utf-8\"></head>\n\
         <body{of_page} style=\"font-family:sans-serif;font-size:16px;line-height:1.5;color:#222\">\n\
         <p>{}</p>\n{middle}<p>{}</p>\n</body>\n</html>",
        texts.locale,
        escape(mail.lead),
        escape(mail.note)
    )
}

fn line(line: &Line<'_>, colon: &str, of_value: &str) -> String {
    let (label, value) = (escape(line.label), escape(line.value));
    if line.is_link {
        format!("<p><a href=\"{value}\">{label}</a></p>\n")
    } else {
        format!("<p>{label}{colon}<b{of_value}>{value}</b></p>\n")
    }
}
