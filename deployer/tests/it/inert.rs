//! Text of others is inert: hostile names, values, tags, files, answers and log lines through every command and format,
//! in a pipe and on a terminal.
//!
//! `flows::hostile` has the commands that change live pools.

use std::collections::BTreeSet;
use std::fs;
use std::time::Duration;

use crate::support::cli::Workspace;
use crate::support::hostile::{HOSTILE, assert_none, look, poisoned, quoted};
use crate::support::ministack::Ministack;
use crate::support::proxy::{Effect, Proxy};

/// Every command, and what it is run with; where a format can be chosen, it is run in each. What is in capital letters
/// is filled in.
const COMMANDS: [(&str, &[&[&str]]); 20] = [
    ("init", &[&["--folder", "new", "--name", "acme"]]),
    ("validate", &[&["FILE"], &["hostile"], &["wrong"]]),
    ("synth", &[&["FILE"], &["wrong"]]),
    ("build", &[&["wrong"], &["FILE", "--out", "zips"]]),
    ("diff", &[&["FILE"], &["FILE", "OTHER"], &["wrong"]]),
    ("apply", &[&["FILE", "--yes"], &["FILE", "OTHER", "--yes"], &["wrong"]]),
    ("adopt", &[&["us-west-2_AbCdEfGhI", "--file", "new/adopted.yaml"]]),
    ("detach", &[&["FILE", "--yes"]]),
    ("destroy", &[&["FILE", "--confirm", "no"]]),
    ("bootstrap", &[&["--region", "us-west-2", "--yes"]]),
    ("status", &[&["FILE"], &["wrong"]]),
    ("doctor", &[&["FILE"], &["wrong"]]),
    ("drift", &[&["FILE"], &["wrong"]]),
    ("logs", &[&["FILE", "--since", "1h"]]),
    (
        "send",
        &[
            &["FILE", "--purpose", "SignUp", "--to", "+12025550173"],
            &[
                "FILE",
                "--purpose",
                "SignUp",
                "--to",
                "+12025550173",
                "--deployed",
                "--yes",
            ],
            &["FILE", "--probe"],
        ],
    ),
    ("redrive", &[&["FILE", "--dry-run"]]),
    ("explain", &[&[], &["bad-name"]]),
    ("schema", &[&[]]),
    ("completions", &[&["bash"], &["zsh"], &["fish"]]),
    ("man", &[&["pages"]]),
];

/// A stack file whose values are all taken, hostile as they are.
fn stack(name: &str) -> String {
    let hostile = quoted(HOSTILE);
    format!(
        "name: {name}
region: us-west-2
environment: test
pool:
  new:
    properties:
      UserPoolName: {name}
      UsernameAttributes: [phone_number]
      UserPoolTags: {{cost: \"7\"}}
      AdminCreateUserConfig: {{InviteMessageTemplate: {{EmailSubject: acme, EmailMessage: {message}}}}}
triggers:
  custom_sms_sender: handler
key: {{alias: alias/{name}}}
function: {{architecture: x86_64}}
providers:
  sns: {{type: sns}}
delivery:
  sms: {{countries: [US], registered: [US], routes: [{{via: [sns]}}]}}
acknowledge:
  - {{code: countries-widened, resource: Pool, to: {hostile}, reason: {hostile}}}
",
        message = quoted("acme\nFORGED\n::error::FORGED ##[error]FORGED {username} {####}"),
    )
}

/// A stack file in which everything is wrong.
fn wrong() -> String {
    let hostile = quoted(HOSTILE);
    format!(
        "name: {hostile}\nregion: {hostile}\naccount: {hostile}\n{hostile}: 1\nextends: {hostile}\ntags: {{{hostile}: {hostile}}}\n\
         pool: {{new: {{properties: {{UserPoolName: {hostile}, {hostile}: 1, Policies: {hostile}}}}}}}\n\
         messages: {{directory: {hostile}}}\nproviders: {{{hostile}: {{type: {hostile}}}}}\n"
    )
}

/// A workspace with files of every kind, and a handler that ends at once.
fn files(workspace: Workspace) -> Workspace {
    let workspace = workspace.with_handler(
        "ending-handler",
        &format!("fn main() {{\n    eprintln!({HOSTILE:?});\n    std::process::exit(1);\n}}\n"),
    );
    workspace
        .file("stacks/acme.yaml", &stack("acme"))
        .file("stacks/other.yaml", &stack("other"))
        .file("wrong/stack.yaml", &wrong())
        .file("wrong/raw.yaml", &format!("name: acme # {HOSTILE}\nkey: [\n"))
        .file(
            "wrong/texts.yaml",
            &format!("{}messages: {{directory: texts}}\n", stack("texts")),
        )
        .file("wrong/texts/en/SignUp.sms.txt", &format!("{{{{ {HOSTILE} }}}}"))
        .file(&format!("wrong/texts/en/{}.txt", HOSTILE.replace('/', "")), "x")
        .file(&format!("hostile/{}.yaml", HOSTILE.replace('/', "")), &stack("named"));
    workspace
}

/// The commands as the program names them.
fn subcommands(workspace: &Workspace) -> BTreeSet<String> {
    let help = workspace.run(&["--help"]).expect(0).stdout;
    let (_, commands) = help.split_once("Commands:\n").unwrap();
    let names = commands.lines().take_while(|line| !line.is_empty());
    let names = names.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let names = names.filter_map(|line| line.split_whitespace().next());
    names.filter(|name| *name != "help").map(str::to_owned).collect()
}

/// The formats that a command can be asked for; one that is none where it has no choice.
fn formats(workspace: &Workspace, command: &str) -> Vec<Vec<String>> {
    let help = workspace.run(&[command, "-h"]).expect(0).stdout;
    let words = help.split_whitespace().collect::<Vec<_>>().join(" ");
    let Some((_, after)) = words.split_once("--format <FORMAT>") else {
        return vec![Vec::new()];
    };
    let (_, values) = after.split_once("[possible values: ").unwrap();
    let (values, _) = values.split_once(']').unwrap();
    let formats = values
        .split(", ")
        .map(|format| vec!["--format".to_owned(), format.to_owned()]);
    formats.collect()
}

/// Runs every command in every format, in a pipe and on a terminal, and returns what is not inert.
fn faults(workspace: &Workspace, commands: &[&str]) -> Vec<String> {
    let mut faults = Vec::new();
    for (command, runs) in COMMANDS.iter().filter(|(command, _)| commands.contains(command)) {
        for format in formats(workspace, command) {
            for arguments in *runs {
                let mut words = vec![*command];
                words.extend(arguments.iter().map(|word| match *word {
                    "FILE" => "stacks/acme.yaml",
                    "OTHER" => "stacks/other.yaml",
                    word => word,
                }));
                words.extend(format.iter().map(String::as_str));
                faults.extend(look(workspace, &words));
            }
        }
    }
    faults
}

fn all() -> Vec<&'static str> {
    COMMANDS.iter().map(|(command, _)| *command).collect()
}

#[test]
fn every_command_is_in_the_table() {
    let named: BTreeSet<String> = all().into_iter().map(str::to_owned).collect();
    assert_eq!(subcommands(&Workspace::offline()), named);
}

#[test]
fn what_is_typed_is_inert() {
    let workspace = Workspace::offline();
    let mut faults = Vec::new();
    for command in subcommands(&workspace) {
        let flag = format!("--{HOSTILE}");
        for words in [
            vec![command.as_str(), HOSTILE],
            vec![&command, HOSTILE, HOSTILE],
            vec![&command, &flag],
            vec![&command, "--format", HOSTILE],
        ] {
            faults.extend(look(&workspace, &words));
        }
    }
    faults.extend(look(&workspace, &[HOSTILE]));
    assert_none(&faults);
}

#[test]
fn what_files_say_is_inert_where_nothing_is_called() {
    let commands = [
        "init",
        "validate",
        "synth",
        "build",
        "explain",
        "schema",
        "completions",
        "man",
    ];
    assert_none(&faults(&files(Workspace::offline()), &commands));
}

#[test]
fn what_a_service_refuses_with_is_inert() {
    let proxy = Proxy::before(Ministack::shared().address());
    // Who asks is known, so that the commands go on.
    proxy.on("GetCallerIdentity", 1..=usize::MAX, Effect::Delay(Duration::ZERO));
    proxy.refuse("*", 400, "Hostile", HOSTILE);
    let workspace = files(Workspace::online().at(proxy.endpoint()));
    let called: Vec<&str> = all()
        .into_iter()
        .filter(|command| !["build", "man"].contains(command))
        .collect();
    assert_none(&faults(&workspace, &called));
}

#[test]
fn what_a_service_answers_is_inert() {
    let proxy = Proxy::before(Ministack::shared().address());
    let workspace = files(Workspace::online().at(proxy.endpoint()).env("TERM", "xterm"));
    let run = |words: &[&str]| workspace.run(words);
    run(&["bootstrap", "--region", "us-west-2", "--yes"]).expect(0);
    // The first two fail, for a reason that somebody else words; the emulator cannot write it itself.
    proxy.on("DescribeStackEvents", 1..=usize::MAX, Effect::Rewrite(poisoned));
    let account = workspace.account();
    Ministack::shared().fail(
        account,
        "acme",
        "create",
        "AWS::Lambda::EventInvokeConfig",
        "refused",
        2,
    );
    let mut faults = look(&workspace, &["apply", "stacks/acme.yaml", "--yes"]);
    run(&["apply", "stacks/acme.yaml", "--yes"]).expect(0);
    proxy.on("*", 1..=usize::MAX, Effect::Rewrite(poisoned));
    faults.extend(self::faults(
        &workspace,
        &[
            "diff",
            "status",
            "doctor",
            "drift",
            "logs",
            "send",
            "redrive",
            "apply",
            "detach",
            "destroy",
            "bootstrap",
        ],
    ));
    let logs = run(&["logs", "stacks/acme.yaml"]).stdout;
    assert!(logs.contains("hostile\\u{1b}[2J"), "the poison gets there: {logs}");
    let drift = run(&["drift", "stacks/acme.yaml"]).stdout;
    assert!(drift.contains("hostile\\u{1b}[2J"), "the poison gets there: {drift}");
    assert_none(&faults);
}

#[test]
fn a_name_of_a_file_is_no_line_of_its_own() {
    let workspace = files(Workspace::offline());
    let run = workspace.run(&["validate", "hostile"]).expect(1);
    assert!(run.stderr.contains("error[file-unreadable]"), "{}", run.stderr);
    assert!(run.stderr.contains("hostile\\u{1b}[2J"), "{}", run.stderr);
    assert!(fs::exists(workspace.path().join("hostile")).unwrap());
}
