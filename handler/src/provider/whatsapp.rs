//! WhatsApp: an authentication template of the Cloud API, Meta's own.
//!
//! The words of such a template are Meta's, "123456 is your verification code" in the template's
//! language, and all that is sent is the code. So what is no code, or longer than a template takes,
//! is left to the next provider before anything is called.
//!
//! Meta's id of a message, `wamid.` and Base64, has the recipient's number inside, and is dropped.
//! Our own id goes with the message as `biz_opaque_callback_data`, which Meta's webhooks give back.
//!
//! Source: "Authentication templates", "Cloud API error codes" and "Messages", WhatsApp Business
//! Platform. Meta keeps no library for sending: a test compares the request with that of pywa.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::secret::{self, SECRET, SECRET_KEY};
use super::{Facts, Form, Problem, SecretMember, Setting, Settings};
use crate::compose::Locale;
use crate::event::Channel;

/// WhatsApp as a provider of what would be an SMS.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Whatsapp {
    /// The id of the business phone number that sends.
    pub phone_number_id: String,
    /// The name of the authentication template.
    pub template: String,
    /// The template's language for every locale that `languages` does not have.
    pub language: String,
    /// The template's languages by locale, which stand for locales below them too.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub languages: BTreeMap<String, String>,
    /// The version of the Graph API.
    pub api_version: String,
    /// The address of the API, without a path; `https://graph.facebook.com` when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
    /// The ARN of the secret.
    pub secret: String,
    /// The ARN of the key that encrypts the secret, where it is one of your own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret_key: Option<String>,
}

impl Whatsapp {
    pub(super) const CHANNELS: &[Channel] = &[Channel::Sms];
    pub(super) const SECRET: &[SecretMember] = &[SecretMember {
        name: "access_token",
        about: "The access token of a system user, with the right whatsapp_business_messaging",
        required: true,
    }];
    pub(super) const FACTS: Facts = Facts {
        idempotency: "none",
        regions: "one address for all",
        data_residency: "Meta's data centers; at rest in one country by Local Storage, a setting of the phone number",
        source: "WhatsApp Business Platform, “Messages” and “Local Storage”",
    };
    pub(super) const SETTINGS: &[Setting] = &[
        Setting {
            key: "phone_number_id",
            about: "The id of the business phone number that sends; not the number itself",
            example: "\"106540352242922\"",
            required: true,
            form: Form::Text {
                wanted: "the 5 to 20 digits of a phone number's id",
                pattern: "^[0-9]{5,20}$",
                fits: is_phone_number_id,
            },
        },
        Setting {
            key: "template",
            about: "The name of your template of the category authentication, with a button that copies the code",
            example: "verification_code",
            required: true,
            form: Form::Text {
                wanted: "1 to 512 lower-case letters, digits and underscores",
                pattern: "^[a-z0-9_]{1,512}$",
                fits: is_template,
            },
        },
        Setting {
            key: "language",
            about: "The template's language for every locale that `languages` does not have",
            example: "en_US",
            required: true,
            form: Form::Text {
                wanted: LANGUAGE,
                pattern: "^[a-z]{2,3}(_[A-Z]{2})?$",
                fits: is_language,
            },
        },
        Setting {
            key: "languages",
            about: "The template's languages by the locale of the message, such as es for es and es-MX",
            example: "{es: es_MX, zh-Hant: zh_TW}",
            required: false,
            form: Form::Texts,
        },
        Setting {
            key: "api_version",
            about: "The version of the Graph API, which Meta retires after about two years",
            example: "v25.0",
            required: true,
            form: Form::Text {
                wanted: "a version such as v25.0",
                pattern: "^v[1-9][0-9]{1,2}\\.[0-9]$",
                fits: is_version,
            },
        },
        Setting {
            key: "endpoint",
            about: "The address of the API, such as that of a proxy; https://graph.facebook.com when left out",
            example: "https://graph.facebook.com",
            required: false,
            form: Form::Https,
        },
        SECRET,
        SECRET_KEY,
    ];

    /// Returns the template's languages by locale; what is no locale is in [`Settings::problems`].
    fn by_locale(&self) -> BTreeMap<Locale, &str> {
        self.languages
            .iter()
            .filter_map(|(locale, language)| Some((Locale::new(locale)?, language.as_str())))
            .collect()
    }
}

const LANGUAGE: &str = "a language as WhatsApp spells it, such as en, en_US or zh_CN";

impl Settings for Whatsapp {
    fn problems(&self) -> Vec<Problem> {
        let problem = |message: String, hint: &str| Problem {
            key: Some("languages"),
            message,
            hint: hint.to_owned(),
        };
        let wrong = self.languages.iter().find_map(|(locale, language)| {
            if Locale::new(locale).is_none() {
                let message = format!("`languages` wants locales such as es or zh-Hant, found `{locale}`");
                return Some(problem(message, "write the locale as the files of your texts have it"));
            }
            (!is_language(language)).then(|| {
                let message = format!("`languages` wants {LANGUAGE}, found `{language}`");
                problem(message, "write it as the template's translation has it")
            })
        });
        let twice = self.by_locale().len() < self.languages.len();
        let twice = (wrong.is_none() && twice).then(|| {
            problem(
                "`languages` has one locale twice, in two spellings".to_owned(),
                "remove one of them",
            )
        });
        let secret = secret::problem(&self.secret);
        wrong.into_iter().chain(twice).chain(secret).collect()
    }

    fn secret(&self) -> Option<&str> {
        Some(&self.secret)
    }

    fn secret_key(&self) -> Option<&str> {
        self.secret_key.as_deref()
    }
}

fn is_phone_number_id(text: &str) -> bool {
    (5..=20).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_template(text: &str) -> bool {
    (1..=512).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

fn is_language(text: &str) -> bool {
    let (language, region) = match text.split_once('_') {
        Some((language, region)) => (language, Some(region)),
        None => (text, None),
    };
    (2..=3).contains(&language.len())
        && language.bytes().all(|byte| byte.is_ascii_lowercase())
        && region.is_none_or(|region| region.len() == 2 && region.bytes().all(|byte| byte.is_ascii_uppercase()))
}

fn is_version(text: &str) -> bool {
    let version = text.strip_prefix('v').and_then(|version| version.split_once('.'));
    version.is_some_and(|(major, minor)| {
        (2..=3).contains(&major.len())
            && minor.len() == 1
            && !major.starts_with('0')
            && major.bytes().chain(minor.bytes()).all(|byte| byte.is_ascii_digit())
    })
}

#[cfg(feature = "whatsapp")]
mod sending;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_have_the_forms_that_meta_gives_them() {
        let check = |fits: fn(&str) -> bool, right: &[&str], wrong: &[&str]| {
            assert!(right.iter().all(|text| fits(text)), "{right:?}");
            assert!(!wrong.iter().any(|text| fits(text)), "{wrong:?}");
        };
        check(
            is_phone_number_id,
            &["106540352242922"],
            &["", "+12065550142", "1/../1"],
        );
        check(is_template, &["verification_code", "otp2"], &["", "Code", "a-b", "a b"]);
        check(
            is_language,
            &["en", "en_US", "zh_CN", "fil", "rw_RW"],
            &["", "en-US", "EN", "en_us", "zh_Hant", "english"],
        );
        check(
            is_version,
            &["v25.0", "v100.0"],
            &["25.0", "v9.0", "v25", "v25.0/", "v05.0", "v.0"],
        );
    }

    #[test]
    fn languages_are_by_locale_and_in_whatsapps_spelling() {
        let problems = |languages: &[(&str, &str)]| {
            let languages = languages
                .iter()
                .map(|(locale, language)| ((*locale).to_owned(), (*language).to_owned()));
            let settings = Whatsapp {
                languages: languages.collect(),
                ..Whatsapp::default()
            };
            settings.problems().len()
        };
        assert_eq!(problems(&[("es", "es_MX"), ("zh-Hant", "zh_TW")]), 0);
        for wrong in [
            &[("e", "es")][..],
            &[("es", "es-MX")],
            &[("zh-Hant", "zh_TW"), ("zh_hant", "zh_HK")],
        ] {
            assert_eq!(problems(wrong), 1, "{wrong:?}");
        }
    }
}
