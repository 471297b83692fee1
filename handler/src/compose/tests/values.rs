//! What is code stays code, HTML stays HTML, and nothing panics.

use proptest::prelude::*;
use proptest::sample::select;

use super::{CODE, COMPOSER, Typed, files, map};
use crate::Redacted;
use crate::compose::{Composer, Severity, check};
use crate::delivery::{CustomMessage, Messages};
use crate::event::{CustomMessageEvent, PoolId, Purpose};

/// Characters that end a line or turn what follows.
const HIDING: [char; 4] = ['\u{202e}', '\u{2028}', '\0', '\r'];

/// Returns the characters that make tags and attributes, one after the other.
fn skeleton(html: &str) -> String {
    html.chars().filter(|character| "<>\"'".contains(*character)).collect()
}

proptest! {
    #[test]
    fn a_text_is_its_template_with_the_values_as_they_are(typed in Typed::any("[a-z0-9{}%#<>&\"'/ =.é日-]{0,40}")) {
        let composed = typed.request(Purpose::SignUp, |request| COMPOSER.sms(request)).unwrap();
        let Typed { user_name, given_name, brand } = typed;
        prop_assert_eq!(composed.trouble, None);
        prop_assert_eq!(composed.content.text.expose(), &format!("[{user_name}][{given_name}][{brand}] {CODE}."));
    }

    #[test]
    fn no_value_leaves_its_place_in_html(typed in Typed::any("\\PC{0,40}")) {
        let benign = Typed { user_name: "a".into(), given_name: "b".into(), brand: "c".into() };
        let html = |typed: &Typed| {
            let composed = typed.request(Purpose::SignUp, |request| COMPOSER.email(request)).unwrap();
            assert_eq!(composed.trouble, None);
            composed.content.html.unwrap().expose().clone()
        };
        prop_assert_eq!(skeleton(&html(&typed)), skeleton(&html(&benign)));
        let invitation = |typed: &Typed| {
            let composed = typed.request(Purpose::AdminCreateUser, |request| COMPOSER.email(request)).unwrap();
            composed.content.html.unwrap().expose().clone()
        };
        prop_assert_eq!(skeleton(&invitation(&typed)), skeleton(&invitation(&benign)));
    }

    #[test]
    fn no_value_hides_the_code_or_ends_a_line(typed in Typed::any(".{0,80}"), end in select(vec!['\n', '\r', '\u{202e}', '\u{2028}', '\0'])) {
        let typed = Typed { user_name: format!("{}{end}Bcc: jane", typed.user_name), ..typed };
        for purpose in Purpose::ALL {
            let (sms, email) = typed.request(purpose, |request| (COMPOSER.sms(request), COMPOSER.email(request)));
            let (sms, email) = (sms.unwrap().content.text, email.unwrap().content);
            for text in [&sms, &email.text, &email.html.unwrap()] {
                prop_assert_eq!(text.expose().contains(CODE), purpose.has_code());
                prop_assert!(!text.expose().contains(HIDING), "{}", text.expose());
            }
            prop_assert!(!email.subject.expose().contains('\n'));
        }
    }

    #[test]
    fn cognito_fills_in_nothing_but_the_templates_placeholders(typed in Typed::any("(\\{####\\}|\\{username\\}|\\PC){0,9}")) {
        let event = CustomMessageEvent {
            purpose: Purpose::SignUp,
            pool: PoolId::new("eu-west-1_AbCdEf123").unwrap(),
            user_name: Redacted::new(typed.user_name),
            code_parameter: "{####}".to_owned(),
            user_name_parameter: None,
            attributes: map("given_name", &typed.given_name),
            client_metadata: map("brand", &typed.brand),
        };
        let texts = COMPOSER.custom_message(&event, CustomMessage { email: true });
        let response = texts.response;
        for text in [response.sms_message, response.email_message].into_iter().flatten() {
            prop_assert_eq!(text.expose().matches("{####}").count(), 1, "{}", text.expose());
            prop_assert_eq!(text.expose().matches("{username}").count(), 0);
        }
        let subject = response.email_subject.map(|subject| subject.expose().matches(['{', '}']).count());
        prop_assert_eq!(subject.unwrap_or_default(), 0);
    }

    #[test]
    fn no_template_makes_it_panic(
        parts in prop::collection::vec(select(vec![
            "{{", "}}", "{%", "%}", "{#", " code ", " user_name ", "|upper", " if ", " endif ", " for x in ", " endfor ", "attributes",
            ".name", "(", ")", "[", "]", "1", " + ", "*99999999999", "~", "\"", " set y = ", " include ", "\"_a.txt\"", "\n", "Subject: x\n", "日",
            "{{ code }}", "{{ user_name }}", "{% for x in attributes %}", "[1:2]", " is ", "{% extends \"_a.txt\" %}", "-9223372036854775808",
        ]), 0..12),
        purpose in select(Purpose::ALL.to_vec()),
    ) {
        let template = parts.concat();
        let name = format!("en/{}", purpose.name());
        let files = files(&[
            (&format!("{name}.sms.txt"), &template),
            (&format!("{name}.email.txt"), &format!("Subject: x\n{template}")),
            (&format!("{name}.email.html"), &template),
            ("_a.txt", &template),
        ]);
        let problems = check(&files, &Messages::default(), Some(CustomMessage { email: true }));
        let typed = Typed { user_name: "jane".into(), given_name: "Jane".into(), brand: "Acme".into() };
        if let Ok(composer) = Composer::new(&files, &Messages::default()) {
            let composed = typed.request(purpose, |request| composer.sms(request)).unwrap();
            prop_assert_eq!(composed.content.text.expose().contains(CODE), purpose.has_code());
            if problems.iter().all(|problem| problem.severity() < Severity::Error) {
                prop_assert_eq!(composed.trouble, None);
            }
        } else {
            prop_assert!(!problems.is_empty());
        }
    }
}

#[test]
fn what_is_said_of_a_text_holds_nothing_of_the_values() {
    let typed = Typed {
        user_name: "planted-user".into(),
        given_name: "planted-name".into(),
        brand: "planted-brand".into(),
    };
    for template in [
        "{% include client_metadata.brand %}",
        "{% include [client_metadata.brand, user_name] %}",
        "{% extends attributes.given_name %}",
        "{{ code + 1 }}{{ user_name - 1 }}",
        "{{ attributes[user_name] }}",
        "{{ user_name() }}",
        "{{ user_name.x.y }}",
        "{{ code | upper(user_name) }}",
        "{% for a, b in [[user_name]] %}{% endfor %}",
        "{{ attributes }}",
        "{{ user_name }}",
    ] {
        let files = files(&[("en/SignUp.sms.txt", template), ("en/SignUp.email.txt", template)]);
        let composer = Composer::new(&files, &Messages::default()).unwrap();
        let (sms, email) = typed.request(Purpose::SignUp, |request| {
            (composer.sms(request), composer.email(request))
        });
        for trouble in [sms.unwrap().trouble, email.unwrap().trouble] {
            let trouble = trouble.unwrap();
            let said = format!("{trouble} {trouble:?}");
            assert!(!said.contains("planted") && !said.contains(CODE), "{said}");
        }
    }
}
