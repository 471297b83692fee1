//! `deployer init`: by flags, by questions, and what it never does: write over a file, or write one that
//! does not check clean.

use std::fs;
use std::path::PathBuf;

use crate::schema::validate;
use crate::support::cli::{Run, Workspace};

const CHECKS: &str = "pre_sign_up=arn:aws:lambda:us-west-2:111122223333:function:checks";

fn init(workspace: &Workspace, flags: &[&str]) -> Run {
    workspace.run(&[&["init"], flags].concat())
}

/// Returns how many stacks there are, of which `validate` has nothing to say but that some countries want a
/// registration first: that nobody has before there is a stack.
fn checks_clean(workspace: &Workspace) -> usize {
    let run = workspace.run(&["validate", "--format", "json"]).expect(0);
    let said: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let findings = said["findings"].as_array().unwrap().iter();
    let others: Vec<_> = findings
        .filter(|finding| finding["code"] != "country-restricted")
        .collect();
    assert_eq!((&said["valid"], others), (&true.into(), vec![]));
    said["stacks"].as_array().unwrap().len()
}

#[test]
fn flags_are_enough() {
    let workspace = Workspace::offline();
    let flags = [
        "--name",
        "acme",
        "--region",
        "us-west-2",
        "--sign-in",
        "phone_number",
        "--countries",
        "US,CA",
    ];
    insta::assert_snapshot!("init", init(&workspace, &flags).expect(0).snapshot());
    let written = fs::read_to_string(workspace.path().join("stacks/acme.yaml")).unwrap();
    insta::assert_snapshot!("init_file", written);
    let schema = fs::read_to_string(workspace.path().join("stacks/schema.json")).unwrap();
    assert_eq!(schema, workspace.run(&["schema"]).expect(0).stdout);
}

/// Whatever the flags say, `validate` and the schema have nothing to say. Some eighty runs of the binary take a
/// second or two.
#[test]
fn what_it_writes_checks_clean() {
    let workspace = Workspace::offline().with_idle_handler();
    let both = format!("custom_sms_sender=handler,{CHECKS}");
    let triggers = [
        "custom_sms_sender=handler",
        "custom_email_sender=handler",
        "custom_sms_sender=handler,custom_email_sender=handler",
        "custom_message=handler",
        &both,
        CHECKS,
        "none",
    ];
    let others: [&[&str]; 3] = [
        &["--account", "111122223333", "--countries", "any", "--pool-name", "true"],
        &[
            "--environment",
            "test",
            "--countries",
            "no,de",
            "--pool-name",
            "Acme: \"people\" # 1",
        ],
        &["--environment", "production", "--countries", "US"],
    ];
    let mut files: Vec<PathBuf> = Vec::new();
    for sign_in in ["email", "phone_number", "email,phone_number", "username"] {
        for triggers in triggers {
            for others in others {
                let name = match files.len() {
                    0 => "on".to_owned(),
                    number => format!("acme-{number}"),
                };
                let flags = [
                    "--name",
                    &name,
                    "--region",
                    "us-west-2",
                    "--sign-in",
                    sign_in,
                    "--triggers",
                    triggers,
                    "--email-from",
                    "Acme People <no-reply@acme.example>",
                ];
                let run = init(&workspace, &[&flags, others].concat()).expect(0);
                let others = run.stderr.replace("warning[country-restricted]", "");
                assert!(!others.contains("warning["), "{others}");
                files.push(workspace.path().join(format!("stacks/{name}.yaml")));
            }
        }
    }
    assert_eq!(checks_clean(&workspace), files.len());
    for (path, errors) in validate(&files) {
        assert_eq!(errors, Some(Vec::new()), "{}", path.display());
    }
}

#[test]
fn without_a_terminal_every_missing_flag_is_named() {
    let workspace = Workspace::offline();
    let run = init(&workspace, &["--region", "us-west-2"]).expect(64);
    assert!(
        run.stderr
            .contains("`init` wants --name, --sign-in, --countries, and there is no terminal to ask on"),
        "{}",
        run.stderr
    );
    let both = "custom_sms_sender=handler,custom_email_sender=handler";
    let run = init(&workspace, &["--triggers", both]).expect(64);
    assert!(run.stderr.contains("--countries, --email-from, and"), "{}", run.stderr);
    // Where the stack sends no SMS there is nothing to limit.
    let run = init(
        &workspace,
        &["--triggers", "none", "--name", "acme", "--region", "us-west-2"],
    )
    .expect(64);
    assert!(run.stderr.contains("`init` wants --sign-in, and"), "{}", run.stderr);
    assert!(!workspace.path().join("stacks").exists());
}

#[test]
fn flags_that_cannot_be_are_named() {
    let workspace = Workspace::offline();
    for (flag, value) in [
        ("--name", "1acme"),
        ("--region", "us-west"),
        ("--account", "1234"),
        ("--environment", "prod"),
        ("--pool-name", " "),
        ("--sign-in", "fax"),
        ("--sign-in", "email,username"),
        ("--triggers", "custom_sms_sender"),
        ("--triggers", "sms=handler"),
        ("--triggers", "pre_sign_up=checks"),
        ("--countries", "UK"),
        ("--countries", ""),
        ("--email-from", "acme.example"),
    ] {
        let run = init(&workspace, &[flag, value]).expect(64);
        assert!(run.stderr.contains(flag), "{flag} {value}: {}", run.stderr);
    }
}

/// What each flag allows and the whole stack does not is found before anything is written.
#[test]
fn a_stack_with_an_error_is_not_written() {
    let workspace = Workspace::offline();
    let far = "pre_sign_up=arn:aws:lambda:eu-west-1:111122223333:function:checks";
    let flags = [
        "--name",
        "acme",
        "--region",
        "us-west-2",
        "--sign-in",
        "email",
        "--triggers",
        far,
    ];
    let run = init(&workspace, &flags).expect(1);
    assert!(run.stderr.contains("error[wrong-region]"), "{}", run.stderr);
    assert!(run.stderr.contains("nothing was written"), "{}", run.stderr);
    assert!(!workspace.path().join("stacks").exists());
}

#[test]
fn a_file_goes_only_by_a_person_s_word() {
    let workspace = Workspace::offline();
    workspace.file("stacks/acme.yaml", "mine\n");
    workspace.file("stacks/schema.json", "{}\n");
    let file = || fs::read_to_string(workspace.path().join("stacks/acme.yaml")).unwrap();
    let flags = [
        "init",
        "--name",
        "acme",
        "--region",
        "us-west-2",
        "--account",
        "111122223333",
        "--environment",
        "test",
        "--pool-name",
        "acme",
        "--sign-in",
        "email",
        "--triggers",
        "none",
    ];
    let run = workspace.run(&flags).expect(3);
    assert!(
        run.stderr.contains("`stacks/acme.yaml` exists already"),
        "{}",
        run.stderr
    );
    workspace.answer(&flags, "Only `yes` writes over it:", "y").expect(1);
    workspace
        .answer(&flags, "Only `yes` writes over it:", "\u{3}")
        .expect(1);
    assert_eq!(file(), "mine\n");
    workspace.answer(&flags, "Only `yes` writes over it:", "yes").expect(0);
    assert!(file().contains("name: acme\n"), "{}", file());
    // A schema that is there is somebody's: perhaps of a later version.
    let schema = fs::read_to_string(workspace.path().join("stacks/schema.json")).unwrap();
    assert_eq!(schema, "{}\n");
}

/// An answer that cannot be read is asked for again, and no answer is the one in brackets.
#[test]
fn on_a_terminal_it_asks() {
    let workspace = Workspace::offline().with_idle_handler();
    let questions = [
        ("Name of the stack:", "acme_prod"),
        ("Name of the stack:", "acme"),
        ("such as us-west-2:", "us-west-2"),
        ("[any]:", ""),
        ("[production]:", "test"),
        ("[acme]:", ""),
        ("never change:", "phone_number"),
        ("[custom_sms_sender=handler]:", ""),
        ("or any:", "Norway"),
        ("or any:", "US, NO"),
    ];
    let run = workspace.converse(&["init"], &questions).expect(0);
    assert!(run.stdout.contains("expected a stack name"), "{}", run.stdout);
    assert!(run.stdout.contains("wrote `stacks/acme.yaml`"), "{}", run.stdout);
    let text = fs::read_to_string(workspace.path().join("stacks/acme.yaml")).unwrap();
    assert!(
        text.contains("countries: [NO, US]") && text.contains("environment: test"),
        "{text}"
    );
    assert_eq!(checks_clean(&workspace), 1);

    let twice = [("Region", "here"), ("Region", "there"), ("Region", "")];
    let run = workspace.converse(&["init", "--name", "other"], &twice).expect(64);
    assert!(run.stdout.contains("nothing was written"), "{}", run.stdout);
}
