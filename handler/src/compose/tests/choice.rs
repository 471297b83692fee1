//! Which text is chosen.

use super::files;
use crate::Redacted;
use crate::compose::{Composed, Composer, Request, SmsText};
use crate::delivery::Messages;
use crate::event::Purpose;

/// What one user is.
#[derive(Default)]
struct User {
    locale: Option<&'static str>,
    app_locale: Option<&'static str>,
}

impl User {
    fn sms(&self, composer: &Composer, purpose: Purpose) -> Composed<SmsText> {
        let map = |locale: Option<&str>| {
            let entry = locale.map(|locale| ("locale".to_owned(), locale.to_owned()));
            Redacted::new(entry.into_iter().collect())
        };
        let code = Redacted::new("12345678".to_owned());
        composer
            .sms(&Request {
                purpose,
                attributes: &map(self.locale),
                client_metadata: &map(self.app_locale),
                code: purpose.has_code().then_some(&code),
                user_name: &Redacted::new("jane".to_owned()),
                notice: None,
            })
            .unwrap()
    }
}

fn composer(given: &[(&str, &str)], default_locale: &str) -> Composer {
    let messages = Messages {
        default_locale: default_locale.to_owned(),
    };
    Composer::new(&files(given), &messages).unwrap()
}

#[test]
fn the_users_language_comes_first_then_the_apps_then_the_stacks() {
    let texts = composer(
        &[
            ("en/default.sms.txt", "en {{ code }}"),
            ("de/default.sms.txt", "de {{ code }}"),
            ("pt_br/default.sms.txt", "pt {{ code }}"),
            ("zh-Hant/SignUp.sms.txt", "zh {{ code }}"),
        ],
        "de",
    );
    for (locale, app_locale, wanted) in [
        (None, None, "de"),
        (Some("en-GB"), Some("pt-BR"), "en"),
        (Some("tlh"), Some("pt-BR"), "pt"),
        (Some("tlh"), Some("pt-PT"), "de"),
        (Some("not a locale"), None, "de"),
        (Some("zh_tw"), None, "zh"),
        (Some("zh-Hant-TW"), None, "zh"),
    ] {
        let user = User { locale, app_locale };
        let composed = user.sms(&texts, Purpose::SignUp);
        let text = composed.content.text.expose();
        assert_eq!(text, &format!("{wanted} 12345678"), "{locale:?} {app_locale:?}");
        assert!(composed.locale.as_str().starts_with(wanted), "{}", composed.locale);
        assert_eq!(composed.trouble, None);
    }
}

#[test]
fn a_text_that_cannot_be_used_gives_way_to_the_built_in_one() {
    let texts = composer(
        &[
            ("en/SignUp.sms.txt", "Hello"),
            ("en/ForgotPassword.sms.txt", "\n{{ cod }}"),
            ("en/Authentication.sms.txt", "{{ code | secret }}"),
            ("en/ResendCode.sms.txt", "{% include \"_no.txt\" %}"),
            ("en/AdminCreateUser.sms.txt", "{{ code }}"),
            (
                "en/UpdateUserAttribute.sms.txt",
                "{{ client_metadata.x }} {{ attributes }}",
            ),
            ("en/VerifyUserAttribute.sms.txt", "  "),
            ("en/AccountTakeOverNotification.sms.txt", "{{ code }}"),
        ],
        "en",
    );
    let said: Vec<String> = Purpose::ALL
        .into_iter()
        .map(|purpose| {
            let composed = User::default().sms(&texts, purpose);
            assert_eq!(composed.content.text.expose().contains("12345678"), purpose.has_code());
            composed.trouble.unwrap().to_string()
        })
        .collect();
    insta::assert_snapshot!(said.join("\n"));
}
