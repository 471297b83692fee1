//! Settings and forms that several providers share.

use super::mailbox::{Mailbox, is_address};
use super::{Form, Problem, Setting};
use crate::event::PhoneNumber;

/// A sender's name as phones show it.
pub(super) const SENDER_ID: Form = Form::Text {
    wanted: "3 to 11 letters, digits and hyphens, with a letter among them",
    pattern: "^(?=.*[A-Za-z])[A-Za-z0-9-]{3,11}$",
    fits: is_sender_id,
};

/// Who sends, by a number or a name, as most providers of SMS messages take it.
pub(super) const SENDER: Form = Form::Text {
    wanted: "a number such as +12065550142, a short code of 3 to 8 digits, or a sender id of 1 to 11 letters and digits, \
             with a letter among them",
    pattern: "^(\\+[1-9][0-9]{4,14}|[0-9]{3,8}|(?=.*[A-Za-z])[A-Za-z0-9]{1,11})$",
    fits: is_sender,
};

/// India's DLT: who sends.
pub(super) const ENTITY_ID: Setting = Setting {
    key: "entity_id",
    about: "For India: the id of your entity, as it is registered for DLT",
    example: "\"1001234567890123456\"",
    required: false,
    form: DLT_ID,
};

/// India's DLT: which text.
pub(super) const TEMPLATE_ID: Setting = Setting {
    key: "template_id",
    about: "For India: the id of the text, as it is registered for DLT",
    example: "\"1007123456789012345\"",
    required: false,
    form: DLT_ID,
};

/// The price above which a message is not sent.
pub(super) const MAX_PRICE: Setting = Setting {
    key: "max_price",
    about: "The most that one message may cost, in US dollars; a dearer one is not sent",
    example: "\"0.50\"",
    required: false,
    form: Form::Text {
        wanted: "an amount in US dollars such as 0.50, with 1 to 5 digits after the point",
        pattern: "^[0-9]{1,2}\\.[0-9]{1,5}$",
        fits: is_price,
    },
};

/// The Region that a provider of AWS is called in.
pub(super) const REGION: Setting = Setting {
    key: "region",
    about: "The Region that sends; the stack's own when left out",
    example: "us-east-1",
    required: false,
    form: Form::Region,
};

/// Who sends an e-mail.
pub(super) const FROM: Setting = Setting {
    key: "from",
    about: "Who sends: an address that the provider has verified, with or without a name before it",
    example: "\"Acme <no-reply@acme.example>\"",
    required: true,
    form: Form::Text {
        wanted: "an address in ASCII, such as no-reply@acme.example, or a name with it in angle brackets",
        pattern: "^([^\"\\\\<>]{1,64}<[^@<>\\s]{1,64}@[A-Za-z0-9-]+(\\.[A-Za-z0-9-]+)+>\
                  |[^@<>\\s]{1,64}@[A-Za-z0-9-]+(\\.[A-Za-z0-9-]+)+)$",
        fits: is_mailbox,
    },
};

/// Where answers to an e-mail go.
pub(super) const REPLY_TO: Setting = Setting {
    key: "reply_to",
    about: "Where answers go, when not to `from`",
    example: "help@acme.example",
    required: false,
    form: Form::Text {
        wanted: "an address in ASCII, such as help@acme.example",
        pattern: "^[^@<>\\s]{1,64}@[A-Za-z0-9-]+(\\.[A-Za-z0-9-]+)+$",
        fits: is_address,
    },
};

/// A resource's name as SES and End User Messaging spell them.
pub(super) const NAME: Form = Form::Text {
    wanted: "1 to 64 letters, digits, `-` or `_`",
    pattern: "^[A-Za-z0-9_-]{1,64}$",
    fits: is_name,
};

const DLT_ID: Form = Form::Text {
    wanted: "1 to 50 letters or digits",
    pattern: "^[A-Za-z0-9]{1,50}$",
    fits: is_dlt_id,
};

/// Says what is wrong between the two ids that India's operators check a message by.
pub(super) fn india(entity_id: Option<&str>, template_id: Option<&str>) -> Option<Problem> {
    let (key, other) = match (entity_id, template_id) {
        (Some(_), None) => ("entity_id", "template_id"),
        (None, Some(_)) => ("template_id", "entity_id"),
        (None, None) | (Some(_), Some(_)) => return None,
    };
    Some(Problem {
        key: Some(key),
        message: format!("`{key}` goes together with `{other}`, which is missing"),
        hint: format!("add `{other}`, or leave both out"),
    })
}

/// Whether `text` may be shown as a sender.
pub(super) fn is_sender_id(text: &str) -> bool {
    (3..=11).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && text.bytes().any(|byte| byte.is_ascii_alphabetic())
}

/// Whether `text` is a sender of [`SENDER`]'s form.
fn is_sender(text: &str) -> bool {
    let short_code = (3..=8).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    let sender_id = (1..=11).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && text.bytes().any(|byte| byte.is_ascii_alphabetic());
    PhoneNumber::new(text).is_some() || short_code || sender_id
}

/// Whether `text` is a name of [`NAME`]'s form.
pub(super) fn is_name(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

fn is_dlt_id(text: &str) -> bool {
    (1..=50).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn is_mailbox(text: &str) -> bool {
    Mailbox::parse(text).is_some()
}

fn is_price(text: &str) -> bool {
    let digits = |text: &str, most| (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    text.split_once('.')
        .is_some_and(|(dollars, cents)| digits(dollars, 2) && digits(cents, 5))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_take_what_they_say() {
        let check = |fits: fn(&str) -> bool, right: &[&str], wrong: &[&str]| {
            assert!(right.iter().all(|text| fits(text)), "{right:?}");
            assert!(!wrong.iter().any(|text| fits(text)), "{wrong:?}");
        };
        check(
            is_sender_id,
            &["ACME", "a-1", "ABCDEFGHIJK"],
            &["12345", "AC", "ACME INC", "ABCDEFGHIJKL"],
        );
        check(
            is_sender,
            &["+12065550142", "12345", "ACME", "A1"],
            &[
                "",
                "12",
                "123456789",
                "ACME 24",
                "ACME-24",
                "ABCDEFGHIJKL",
                "whatsapp:+12065550142",
            ],
        );
        check(is_dlt_id, &["1001234567890123456"], &["", "1 2"]);
        check(
            is_price,
            &["0.50", "10.12345"],
            &["1", ".5", "100.0", "0.123456", "-1.0"],
        );
        check(is_name, &["codes-1_a"], &["", "a b", "ü"]);
    }

    #[test]
    fn the_ids_for_india_go_together() {
        assert_eq!(india(None, None), None);
        assert_eq!(india(Some("1"), Some("2")), None);
        assert_eq!(
            india(None, Some("2")).and_then(|problem| problem.key),
            Some("template_id")
        );
        assert_eq!(
            india(Some("1"), None).and_then(|problem| problem.key),
            Some("entity_id")
        );
    }
}
