//! The built-in texts: for every purpose and channel, in each language that has a file here.
//!
//! They are the last resort, so no template engine stands between them and the user: a text is put
//! together from sentences, and filled in one pass.

mod ar;
mod de;
mod en;
mod es;
mod fr;
mod it;
mod ja;
mod ko;
mod mail;
mod pt;
mod zh_hans;
mod zh_hant;

pub(super) use mail::email;

use super::values::Values;
use super::{ComposeError, Locale};
use crate::event::Purpose;

/// Where the code or the temporary password goes.
const CODE: &str = "{code}";

/// Where the user's name goes.
const USER_NAME: &str = "{user_name}";

/// The texts of one language. A short message has placeholders, a sentence of an e-mail has none.
pub(super) struct Texts {
    /// The BCP 47 tag.
    locale: &'static str,
    /// Whether lines begin on the right.
    right_to_left: bool,
    /// Each fits one part with eight digits.
    sms: Sms,
    email: Email,
}

struct Sms {
    confirm_account: &'static str,
    reset_password: &'static str,
    verify_phone_number: &'static str,
    invitation: &'static str,
    sign_in: &'static str,
    notice: &'static str,
}

struct Email {
    confirm_account: Mail,
    reset_password: Mail,
    verify_address: Mail,
    invitation: Mail,
    sign_in: Mail,
    notice: Mail,
    labels: Labels,
}

/// One e-mail: its subject, what stands above the code, and what stands below it.
#[derive(Clone, Copy)]
struct Mail {
    subject: &'static str,
    lead: &'static str,
    note: &'static str,
}

/// What stands before a value on its line.
struct Labels {
    /// What stands between a label and its value.
    colon: &'static str,
    user_name: &'static str,
    temporary_password: &'static str,
    time: &'static str,
    ip_address: &'static str,
    city: &'static str,
    country: &'static str,
    device: &'static str,
    it_was_me: &'static str,
    it_was_not_me: &'static str,
}

/// Every language; the first is for those who have none of these.
const ALL: [&Texts; 11] = [
    &en::TEXTS,
    &es::TEXTS,
    &fr::TEXTS,
    &de::TEXTS,
    &pt::TEXTS,
    &it::TEXTS,
    &ja::TEXTS,
    &ko::TEXTS,
    &zh_hans::TEXTS,
    &zh_hant::TEXTS,
    &ar::TEXTS,
];

impl Texts {
    /// Returns the texts of the first locale that has any.
    pub(super) fn choose(locales: &[Locale]) -> &'static Self {
        locales
            .iter()
            .find_map(|locale| ALL.into_iter().find(|texts| texts.locale == locale.as_str()))
            .unwrap_or(&en::TEXTS)
    }

    pub(super) fn locale(&self) -> Locale {
        Locale::known(self.locale)
    }

    fn sms(&self, purpose: Purpose) -> &'static str {
        match purpose {
            Purpose::SignUp | Purpose::ResendCode => self.sms.confirm_account,
            Purpose::ForgotPassword => self.sms.reset_password,
            Purpose::UpdateUserAttribute | Purpose::VerifyUserAttribute => self.sms.verify_phone_number,
            Purpose::AdminCreateUser => self.sms.invitation,
            Purpose::Authentication => self.sms.sign_in,
            Purpose::AccountTakeOverNotification => self.sms.notice,
        }
    }

    fn mail(&self, purpose: Purpose) -> Mail {
        match purpose {
            Purpose::SignUp | Purpose::ResendCode => self.email.confirm_account,
            Purpose::ForgotPassword => self.email.reset_password,
            Purpose::UpdateUserAttribute | Purpose::VerifyUserAttribute => self.email.verify_address,
            Purpose::AdminCreateUser => self.email.invitation,
            Purpose::Authentication => self.email.sign_in,
            Purpose::AccountTakeOverNotification => self.email.notice,
        }
    }
}

/// Returns the text of an SMS.
pub(super) fn sms(texts: &Texts, values: &Values) -> Result<String, ComposeError> {
    let mut rest = texts.sms(values.purpose);
    let mut text = String::new();
    while let Some(position) = rest.find('{') {
        let (before, placeholder) = rest.split_at(position);
        text.push_str(before);
        rest = if let Some(after) = placeholder.strip_prefix(CODE) {
            text.push_str(values.code.as_ref().ok_or(ComposeError::NoCode)?);
            after
        } else if let Some(after) = placeholder.strip_prefix(USER_NAME) {
            text.push_str(values.sign_in_name());
            after
        } else {
            text.push('{');
            placeholder.strip_prefix('{').unwrap_or_default()
        };
    }
    text.push_str(rest);
    Ok(text)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test that cannot go on should fail where it stands")]
mod tests {
    use std::collections::BTreeMap;
    use std::fmt::Write as _;

    use super::*;
    use crate::Redacted;
    use crate::compose::{Composer, EmailText, Request, SmsText};
    use crate::delivery::CustomMessage;
    use crate::event::{AccountTakeOver, CustomMessageEvent, PoolId};

    const USER: &str = "0e8d5b1c-4f6a-4c1e-9b1a-2d3c4b5a6f70";

    fn secret(text: &str) -> Redacted<String> {
        Redacted::new(text.to_owned())
    }

    fn composed(locale: &str, purpose: Purpose) -> (SmsText, EmailText) {
        let composer = Composer::built_in(locale);
        let code = secret("12345678");
        let notice = AccountTakeOver {
            login_time: Some(secret("Saturday, November 21, 2026 at 10:15:00 AM UTC")),
            ip_address: Some(secret("192.0.2.44")),
            device_name: Some(secret("<b>")),
            link_invalid: Some(secret("https://auth.acme.example/?a=1&b=2")),
            ..AccountTakeOver::default()
        };
        let request = Request {
            purpose,
            attributes: &Redacted::new(BTreeMap::new()),
            client_metadata: &Redacted::new(BTreeMap::new()),
            code: Some(&code).filter(|_| purpose.has_code()),
            user_name: &secret(USER),
            notice: Some(&notice).filter(|_| !purpose.has_code()),
        };
        let (sms, email) = (composer.sms(&request).unwrap(), composer.email(&request).unwrap());
        assert_eq!((sms.locale.as_str(), sms.trouble), (locale, None));
        assert_eq!((email.locale.as_str(), email.trouble), (locale, None));
        (sms.content, email.content)
    }

    #[test]
    fn every_text_is_one_part_and_has_what_its_purpose_is_about() {
        for texts in ALL {
            for purpose in Purpose::ALL {
                let (sms, email) = composed(texts.locale, purpose);
                assert_eq!(sms.parts.count, 1, "{}", sms.text.expose());
                let html = email.html.unwrap();
                for text in [&sms.text, &email.text, &html] {
                    let text = text.expose();
                    assert_eq!(text.contains("12345678"), purpose.has_code(), "{text}");
                    assert_eq!(text.contains(USER), purpose == Purpose::AdminCreateUser, "{text}");
                    assert!(!text.contains("{code}") && !text.contains("{user_name}"), "{text}");
                }
                assert!(!html.expose().contains("<b><b>"), "{}", html.expose());
            }
        }
    }

    #[test]
    fn every_text_is_one_that_cognito_takes() {
        for texts in ALL {
            for purpose in Purpose::ALL.into_iter().filter(|purpose| purpose.has_code()) {
                let event = CustomMessageEvent {
                    purpose,
                    pool: PoolId::new("eu-west-1_AbCdEf123").unwrap(),
                    user_name: secret(USER),
                    code_parameter: "{####}".to_owned(),
                    user_name_parameter: (purpose == Purpose::AdminCreateUser).then(|| "{username}".to_owned()),
                    attributes: Redacted::new(BTreeMap::new()),
                    client_metadata: Redacted::new(BTreeMap::new()),
                };
                let texts = Composer::built_in(texts.locale).custom_message(&event, CustomMessage { email: true });
                assert_eq!(texts.trouble, []);
                let sms = texts.response.sms_message.unwrap();
                let email = texts.response.email_message.unwrap();
                assert!(texts.response.email_subject.is_some());
                for text in [sms.expose(), email.expose()] {
                    assert!(text.contains("{####}"), "{text}");
                    assert_eq!(
                        text.contains("{username}"),
                        purpose == Purpose::AdminCreateUser,
                        "{text}"
                    );
                }
            }
        }
    }

    #[test]
    fn the_texts_read_like_this() {
        let mut all = String::new();
        for texts in ALL {
            for purpose in Purpose::ALL {
                if [Purpose::ResendCode, Purpose::VerifyUserAttribute].contains(&purpose) {
                    continue;
                }
                let (sms, email) = composed(texts.locale, purpose);
                let (subject, text) = (email.subject.expose(), email.text.expose());
                write!(
                    all,
                    "=== {} {}\n{}\n\n{subject}\n\n{text}\n\n",
                    texts.locale,
                    purpose.name(),
                    sms.text.expose()
                )
                .unwrap();
            }
        }
        insta::assert_snapshot!("texts", all);
        let html = [
            ("en", Purpose::SignUp),
            ("en", Purpose::AccountTakeOverNotification),
            ("ar", Purpose::SignUp),
            ("ar", Purpose::AdminCreateUser),
        ]
        .map(|(locale, purpose)| composed(locale, purpose).1.html.unwrap().expose().clone());
        insta::assert_snapshot!("html", html.join("\n\n"));
    }
}
