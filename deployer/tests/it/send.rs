//! `send` without AWS: every purpose by every trigger, and words that do not fit. And the encryption, against
//! another implementation than the handler's.

use std::process::Command;

use aws_sdk_kms::types::DataKeySpec;
use deployer::simulate::{Encryption, GeneratedKey};
use handler::Redacted;
use handler::event::{PoolId, Purpose};
use serde_json::Value;

use crate::support::cli::Workspace;
use crate::support::ministack::{self, Ministack};
use crate::support::{aws, cognito, tools};

const QUICKSTART: &str = include_str!("../../../examples/quickstart/stack.yaml");

/// A stack with both senders; nothing is sent, so its provider of e-mail needs none behind it.
const BOTH: &str = "name: acme
region: us-west-2
environment: test
pool:
  new:
    properties: {UserPoolName: acme, UsernameAttributes: [email]}
triggers: {custom_sms_sender: handler, custom_email_sender: handler}
providers:
  sns: {type: sns}
  second: {type: sns, region: us-east-1}
  mail: {type: custom, kind: acme}
delivery:
  sms: {countries: [US], registered: [US], routes: [{purposes: [SignUp], via: [sns, second]}, {via: [sns]}]}
  email: {routes: [{via: [mail]}]}
";

/// A stack whose messages Cognito sends itself, e-mail by the account's own SES.
const MESSAGE: &str = "name: acme
region: us-west-2
environment: test
pool:
  new:
    properties:
      UserPoolName: acme
      EmailConfiguration:
        EmailSendingAccount: DEVELOPER
        SourceArn: arn:aws:ses:us-west-2:111122223333:identity/acme.example
triggers: {custom_message: handler}
";

fn workspace(stack: &str) -> Workspace {
    let workspace = Workspace::offline().with_idle_handler();
    workspace.file("stacks/acme.yaml", &stack.replace("../../handler", "../handler"));
    workspace
}

/// Every purpose by one channel, one after the other.
fn every_purpose(workspace: &Workspace, channel: &str) -> String {
    let mut shown = String::new();
    let notice = Purpose::AccountTakeOverNotification;
    for purpose in Purpose::ALL
        .into_iter()
        .filter(|purpose| channel != "message" || *purpose != notice)
    {
        let arguments = ["send", "--purpose", purpose.name(), "--channel", channel];
        shown += &workspace.run(&arguments).snapshot();
    }
    shown
}

#[test]
fn a_code_is_shown_as_it_would_be_sent() {
    let run = workspace(QUICKSTART).run(&["send", "--purpose", "SignUp"]);
    insta::assert_snapshot!("send", run.expect(0).snapshot());
}

#[test]
fn every_purpose_is_shown_by_every_trigger() {
    insta::assert_snapshot!("send_sms", every_purpose(&workspace(QUICKSTART), "sms"));
    insta::assert_snapshot!("send_email", every_purpose(&workspace(BOTH), "email"));
    insta::assert_snapshot!("send_message", every_purpose(&workspace(MESSAGE), "message"));
}

#[test]
fn a_pool_that_confirms_by_a_link_keeps_its_own_emails() {
    let template = "VerificationMessageTemplate: {DefaultEmailOption: CONFIRM_WITH_LINK}";
    let name = "UserPoolName: acme\n";
    let by_link = MESSAGE.replace(name, &format!("{name}      {template}\n"));
    let run = |stack| {
        workspace(stack)
            .run(&["send", "--purpose", "SignUp", "--format", "json"])
            .expect(0)
            .stdout
    };
    let texts = |stack| {
        let printed: serde_json::Value = serde_json::from_str(&run(stack)).unwrap();
        ["sms_message", "email_subject", "email_message"].map(|member| printed[0][member].is_string())
    };
    assert_eq!(texts(MESSAGE), [true, true, true]);
    assert_eq!(texts(&by_link), [true, false, false]);
}

#[test]
fn what_is_typed_goes_into_the_message() {
    let workspace = workspace(BOTH);
    let arguments = ["send", "--purpose", "AdminCreateUser", "--to", "you@acme.example"];
    let all = [
        &arguments[..],
        &["--code", "<b>&1", "--user-name", "jo\u{1b}e", "--locale", "es"],
    ]
    .concat();
    let shown = workspace.run(&all).expect(0).stdout;
    assert!(shown.contains("<b>&1") && !shown.contains('\u{1b}'), "{shown}");
    assert!(shown.contains(" es\n"), "{shown}");
    assert!(!shown.contains("you@acme.example"), "{shown}");
    // An app's word counts where the user has none.
    let words = ["--metadata", "locale=ja", "--format", "json"];
    let shown = workspace.run(&[&arguments[..], &words].concat()).expect(0).stdout;
    let shown: Value = serde_json::from_str(&shown).unwrap();
    assert_eq!((&shown[0]["version"], &shown[0]["locale"]), (&1.into(), &"ja".into()));
    assert_eq!(shown[0]["route"][0]["provider"], "mail");
}

#[test]
fn a_text_of_the_stack_s_own_is_shown() {
    let workspace = workspace(&format!("{BOTH}messages: {{directory: texts, default_locale: en}}\n"));
    workspace.file("stacks/texts/en/SignUp.sms.txt", "{{ code }} opens ACME for you.\n");
    let shown = workspace
        .run(&["send", "--purpose", "SignUp", "--channel", "sms"])
        .expect(0);
    assert!(shown.stdout.contains("123456 opens ACME for you."), "{}", shown.stdout);
    let shown = workspace
        .run(&["send", "--purpose", "ResendCode", "--channel", "sms"])
        .expect(0);
    assert!(shown.stdout.contains("123456 is your code"), "{}", shown.stdout);
}

#[test]
fn what_is_not_sent_is_named_by_its_code() {
    let workspace = workspace(BOTH);
    let refused = workspace.run(&["send", "--purpose", "SignUp", "--to", "+33612345678"]);
    insta::assert_snapshot!("send_refused", refused.expect(1).snapshot());
    let refused = [
        "send",
        "--purpose",
        "SignUp",
        "--to",
        "+33612345678",
        "--format",
        "json",
    ];
    let refused: Value = serde_json::from_str(&workspace.run(&refused).expect(1).stdout).unwrap();
    assert_eq!(refused[0]["outcome"], "refused");
    assert_eq!(refused[0]["error"], "guard-country-not-served");
    let sent = workspace
        .run(&["send", "--purpose", "SignUp", "--channel", "sms"])
        .expect(0);
    assert!(sent.stdout.contains("sns (sns), then second (sns)"), "{}", sent.stdout);
}

#[test]
fn words_that_do_not_fit_are_refused_before_any_call() {
    let workspace = workspace(BOTH);
    let sign_up = ["send", "--purpose", "SignUp"];
    for (words, code, said) in [
        (vec![], 64, "it is not said which"),
        (
            vec!["--channel", "sms", "--to", "you@acme.example"],
            64,
            "no recipient of sms messages",
        ),
        (vec!["--channel", "message"], 1, "does not serve `custom_message`"),
        (
            vec!["--channel", "sms", "--deployed", "--yes"],
            64,
            "it is not said to whom",
        ),
        (
            vec!["--deployed", "--to", "+12025550173"],
            64,
            "there is no terminal to ask on",
        ),
        (vec!["--to", "12025550173"], 64, "a phone number such as"),
        (vec!["--metadata", "locale"], 64, "NAME=VALUE"),
        (vec!["--yes"], 64, "--deployed"),
        (vec!["--probe"], 64, "cannot be used with"),
        (
            vec!["--channel", "sms", "--code", &"1".repeat(5000)],
            1,
            "longer than 4096 bytes",
        ),
    ] {
        let run = workspace.run(&[&sign_up[..], &words].concat()).expect(code);
        assert!(run.stderr.contains(said), "{words:?}: {}", run.stderr);
    }
}

/// The Encryption SDK for Python reads what is written under a key of KMS, and only for the pool.
#[tokio::test]
async fn another_implementation_reads_the_code() {
    let (server, account) = (Ministack::shared(), ministack::account());
    let kms = aws_sdk_kms::Client::new(&aws::config(&server.endpoint(), &account));
    let key = kms.create_key().send().await.unwrap();
    let key = key.key_metadata().unwrap().arn().unwrap();
    let pool = "us-west-2_AbCdEf123";
    let encryption = Encryption::for_pool(&PoolId::new(pool).unwrap()).unwrap();
    let generated = kms
        .generate_data_key()
        .key_id(key)
        .key_spec(DataKeySpec::Aes256)
        .set_encryption_context(Some(encryption.context().clone().into_iter().collect()))
        .send()
        .await
        .unwrap();
    let data_key = GeneratedKey {
        key: Redacted::new(generated.plaintext().unwrap().as_ref().try_into().unwrap()),
        wrapped: generated.ciphertext_blob().unwrap().as_ref().to_vec(),
    };
    let secret = Redacted::new("Ex4mple&amp;Päss".to_owned());
    let code = encryption.seal(&secret, key, &data_key).unwrap();
    let read = |pool: &str| {
        let output = Command::new(tools::python("encrypt", &[cognito::REQUIREMENT]).join("python"))
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/support/decrypt.py"))
            .args([key, pool, code.expose().as_str()])
            .env("AWS_ENDPOINT_URL", server.endpoint())
            .env("AWS_ACCESS_KEY_ID", &account)
            .env("AWS_SECRET_ACCESS_KEY", "test")
            .output()
            .unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        output
            .status
            .success()
            .then_some(said)
            .ok_or(String::from_utf8(output.stderr).unwrap())
    };
    assert_eq!(read(pool).as_deref(), Ok("Ex4mple&amp;Päss\n"));
    assert!(read("us-west-2_Other0000").is_err());
}

#[test]
fn attributes_fill_the_text_and_cannot_change_the_recipient() {
    let workspace = Workspace::offline().with_idle_handler();
    workspace.file("stacks/acme.yaml", &format!("{BOTH}messages: {{directory: texts}}\n"));
    workspace.file(
        "stacks/texts/en/SignUp.sms.txt",
        "{{ attributes.given_name }}: {{ code }}",
    );
    let send = |more: &[&str]| {
        let words = [
            "send",
            "--purpose",
            "SignUp",
            "--to",
            "+12025550173",
            "--code",
            "846215",
        ];
        workspace.run(&[&words[..], more].concat())
    };
    let run = send(&["--attribute", "given_name=Jane"]).expect(0);
    assert!(run.stdout.contains("Jane: 846215"), "{}", run.stdout);
    for attribute in [
        "phone_number=+12025550174",
        "email=a@acme.example",
        "locale=ja",
        "given_name",
    ] {
        send(&["--attribute", attribute]).expect(64);
    }
}
