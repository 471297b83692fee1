//! What is said of texts before anybody gets one.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use super::{CODE, files};
use crate::Redacted;
use crate::compose::{Composer, Problem, Request, check, read};
use crate::delivery::{CustomMessage, Messages};
use crate::event::Purpose;

fn checked(given: &[(&str, &str)], custom_message: Option<CustomMessage>) -> String {
    let problems = check(&files(given), &Messages::default(), custom_message);
    let lines = problems.iter().map(|problem: &Problem| {
        format!(
            "{:?} {} {problem}\n  {}\n",
            problem.severity(),
            problem.kind.code(),
            problem.kind.help()
        )
    });
    lines.collect()
}

#[test]
fn what_is_wrong_with_texts_is_said_with_file_and_line() {
    let long = format!("{{{{ code }}}} {}", "x".repeat(160));
    let turns = "{% for x in [1, 2, 3, 4, 5, 6, 7, 8, 9] %}".repeat(6);
    let endless = format!("{{{{ code }}}}{turns}{}", "{% endfor %}".repeat(6));
    let ucs2 = format!("{{{{ code }}}} {}", "コード".repeat(21));
    let problems = checked(
        &[
            ("README.md", "{{"),
            ("notes.txt", ""),
            ("SignUp.sms.txt", "{{ code }}"),
            ("english please/SignUp.sms.txt", "{{ code }}"),
            ("en/Signup.sms.txt", "{{ code }}"),
            ("pt-BR/SignUp.sms.txt", "{{ code }}"),
            ("pt_br/SignUp.sms.txt", "{{ code }}"),
            ("de/SignUp.email.html", "{{ code }}"),
            ("en/default.sms.txt", "Hello\n{{ cod }}"),
            (
                "en/SignUp.sms.txt",
                "{% if client_metadata.brand %}{{ code }}{% endif %}",
            ),
            ("en/ResendCode.sms.txt", "{{ code\n"),
            ("en/ForgotPassword.sms.txt", &long),
            ("en/UpdateUserAttribute.sms.txt", &ucs2),
            ("en/VerifyUserAttribute.sms.txt", "{{ code | spell }}"),
            ("en/AdminCreateUser.sms.txt", "{{ code }}"),
            (
                "en/Authentication.sms.txt",
                "{% if client_metadata.brand == \"x\" %}\n{{ attributes.email }}\n{% endif %}{{ code }}",
            ),
            ("en/AccountTakeOverNotification.sms.txt", "{{ notice.city }}{{ code }}"),
            ("en/SignUp.email.txt", "Your code is {{ code }}"),
            ("en/ForgotPassword.email.txt", "Subject: Your code\n\n{{ code }}"),
            (
                "en/ForgotPassword.email.html",
                "<p>Your code</p>{% include \"_footer.html\" %}",
            ),
            (
                "en/Authentication.email.txt",
                "Subject: Your code\n\n{{ code }}{% include \"_broken.txt\" %}",
            ),
            ("en/_broken.txt", "\n\n{{ nobody }}"),
            ("_footer.html", "{{ code | urlencode }}<b>Acme</b>"),
            (
                "en/AdminCreateUser.email.txt",
                "Subject: {{ attributes['sub'] }}\n\n{{ code }}",
            ),
            (
                "en/UpdateUserAttribute.email.txt",
                "Subject: x\n\n{{ code }}{% include \"_none.txt\" %}",
            ),
            (
                "it/default.sms.txt",
                &format!("{{% if purpose != \"Authentication\" %}}{long}{{% endif %}} Ciao"),
            ),
            ("fr/Authentication.sms.txt", &endless),
            (
                "fr/AdminCreateUser.sms.txt",
                "https://acme.example/?u={{ user_name }}&p={{ code | urlencode }}",
            ),
            (
                "es/AdminCreateUser.sms.txt",
                "https://acme.example/?u={{ user_name | urlencode }}&p={{ code }}",
            ),
            ("fr/SignUp.sms.txt", "\n"),
            ("fr/SignUp.email.txt", "Subject: x\n\n{{ code }}"),
            ("fr/SignUp.email.html", "<p>Bonjour</p>"),
        ],
        None,
    );
    insta::assert_snapshot!(problems);
}

#[test]
fn what_cognito_would_refuse_is_found_before_it_does() {
    let given = [
        ("en/SignUp.sms.txt", &*format!("{{{{ code }}}} {}", "x".repeat(140))),
        ("en/Authentication.sms.txt", "{{ code }}"),
        ("en/SignUp.email.txt", "Subject: Your\u{200b} code\n\n{{ code }}"),
        (
            "en/ForgotPassword.email.txt",
            &format!("Subject: {}\n\n{{{{ code }}}}", "x".repeat(141)),
        ),
        (
            "en/Authentication.email.txt",
            &format!("Subject: x\n\n{{{{ code }}}}{}", "x".repeat(20_000)),
        ),
        (
            "en/AdminCreateUser.email.txt",
            "Subject: x\n\n{{ user_name }} {{ code }} 👩\u{200d}💻",
        ),
    ];
    assert_eq!(checked(&given, None), "");
    insta::assert_snapshot!(checked(&given, Some(CustomMessage { email: true })));
    assert_eq!(
        checked(&given, Some(CustomMessage { email: false }))
            .matches("message-refused")
            .count(),
        1
    );
}

#[test]
fn the_example_directory_says_this() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/messages/acme");
    let files = read(&directory).unwrap();
    assert_eq!(
        check(&files, &Messages::default(), Some(CustomMessage { email: true })),
        []
    );
    let composer = Composer::new(&files, &Messages::default()).unwrap();
    let mut said = String::new();
    for (locale, purpose) in [
        ("en", Purpose::SignUp),
        ("en", Purpose::Authentication),
        ("en", Purpose::AdminCreateUser),
        ("es", Purpose::ForgotPassword),
        ("ja", Purpose::SignUp),
    ] {
        let code = Redacted::new(CODE.to_owned());
        let attributes = BTreeMap::from([
            ("locale".to_owned(), locale.to_owned()),
            ("given_name".to_owned(), "Jane <3".to_owned()),
        ]);
        let request = Request {
            purpose,
            attributes: &Redacted::new(attributes),
            client_metadata: &Redacted::new(BTreeMap::new()),
            code: Some(&code),
            user_name: &Redacted::new("jane@acme.example".to_owned()),
            notice: None,
        };
        let (sms, email) = (composer.sms(&request).unwrap(), composer.email(&request).unwrap());
        assert_eq!((sms.trouble, email.trouble), (None, None));
        let (text, html) = (email.content.text.expose(), email.content.html.unwrap());
        writeln!(
            said,
            "=== {locale} {}\n{}\n--- {}\n{text}\n---\n{}",
            purpose.name(),
            sms.content.text.expose(),
            email.content.subject.expose(),
            html.expose()
        )
        .unwrap();
    }
    insta::assert_snapshot!(said);
}

/// Forty doublings are a terabyte, which no limit on steps prevents.
#[test]
fn no_text_grows_without_end() {
    let doubled = |line: &str| format!("{{% set x = code %}}{}{{{{ code }}}}", line.repeat(40));
    let long = "x".repeat(60_000);
    let loops = "{% for x in [1, 2, 3, 4, 5, 6, 7, 8, 9] %}".repeat(3);
    for (text, wanted) in [
        (
            doubled("\n{% set x = x ~ x %}"),
            "line 2: a `set`, `with` or `for` that puts",
        ),
        (
            doubled("\n{% set x %}{{ x }}{{ x }}{% endset %}"),
            "it writes more than 1 MiB",
        ),
        ("{{ code }}\n{{ \"a\" * 1000000000 }}".to_owned(), "line 2: `*` repeats"),
        (
            format!("{{{{ code }}}}{loops}{long}{}", "{% endfor %}".repeat(3)),
            "it t",
        ),
        (
            format!(
                "{{% set y %}}{loops}{long}{}{{% endset %}}{{{{ code }}}}",
                "{% endfor %}".repeat(3)
            ),
            "it takes too many steps",
        ),
        ("x".repeat(200_000), "line 1: it is larger than 128 KiB"),
    ] {
        let texts = files(&[("en/SignUp.sms.txt", &text)]);
        let problems = check(&texts, &Messages::default(), None);
        let said: Vec<String> = problems.iter().map(ToString::to_string).collect();
        assert!(said.iter().any(|said| said.contains(wanted)), "{wanted}: {said:?}");
    }
}

#[test]
fn a_code_may_be_split_as_long_as_every_digit_is_there() {
    let boxes = "{% for digit in code %}<td>{{ digit }}</td>{% endfor %}";
    let files = |text: &'static str, html: &'static str| {
        [
            ("en/SignUp.sms.txt", text),
            ("en/SignUp.email.txt", "Subject: Code\n\n{{ code }}"),
            ("en/SignUp.email.html", html),
        ]
    };
    assert_eq!(checked(&files("{{ code[:3] }} {{ code[3:] }}", boxes), None), "");
    let missing = checked(&files("{{ code[:3] }} {{ code[4:] }}", "{{ code[1:] }}"), None);
    assert_eq!(missing.matches("does not hold the code").count(), 2, "{missing}");
    // Cognito replaces its placeholder only as a whole.
    let placeholder = checked(
        &files("{{ code[:3] }} {{ code[3:] }}", boxes),
        Some(CustomMessage { email: true }),
    );
    assert_eq!(
        placeholder.matches("does not hold the code").count(),
        2,
        "{placeholder}"
    );
}
