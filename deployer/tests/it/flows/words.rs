//! What a run looks like while it works: on a terminal of 80 columns, in a log, with colour and without.

use std::time::Duration;

use super::{Acme, sender};
use crate::support::cli::Workspace;
use crate::support::documented::as_documented;
use crate::support::ministack::Ministack;
use crate::support::proxy::{Effect, Proxy};

const REASON: &str = "The destination arn:aws:sqs:us-west-2:111122223333:acme-DeadLetterQueue cannot be reached by the \
                      role of the function, which has no right to send messages to it";

/// Returns what a terminal showed, line by line, each as often as it was drawn, without colours.
fn drawn(shown: &str) -> Vec<String> {
    let mut plain = String::new();
    let mut rest = shown.chars();
    while let Some(character) = rest.next() {
        if character == '\u{1b}' {
            // A control sequence ends with a letter.
            rest.by_ref().skip(1).find(char::is_ascii_alphabetic);
        } else {
            plain.push(character);
        }
    }
    plain.split(['\n', '\r']).map(str::to_owned).collect()
}

#[test]
fn on_a_terminal_a_line_moves_and_none_is_wider_than_80_columns() {
    let acme = Acme::on(Workspace::online().env("TERM", "xterm"));
    Ministack::shared().fail(
        acme.workspace.account(),
        "acme",
        "create",
        "AWS::Lambda::EventInvokeConfig",
        REASON,
        1,
    );
    let apply = |code| {
        let run = acme
            .workspace
            .answer(&["apply"], "Only `yes` goes on:", "yes")
            .expect(code);
        let lines = drawn(&run.stdout);
        // Outputs are data and stay as they are; compilers have their own lines.
        for line in lines.iter().skip_while(|line| !line.starts_with("acme in")) {
            // Blanks at the end are what clears the line that stood there before.
            let wide = line.trim_end().chars().count() > 80 && !line.starts_with("acme.");
            assert!(!wide, "{line}\n--- of\n{}", lines.join("\n"));
        }
        (run.stdout, lines)
    };
    let (shown, lines) = apply(1);
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let end = shown.rfind("error:").unwrap();
    let end = words(&drawn(&shown[end..]).join("\n"));
    assert!(
        end.contains(&format!(
            "AsyncConfig (AWS::Lambda::EventInvokeConfig) CREATE_FAILED: {REASON}"
        )),
        "{end}"
    );
    assert!(
        end.ends_with("next: mend the cause, then: deployer apply stacks/acme.yaml"),
        "{end}"
    );
    let moving = |words: &str| lines.iter().any(|line| line.contains(words));
    assert!(
        moving("making a change set for acme") && moving("creating: "),
        "{}",
        lines.join("\n")
    );
    assert!(moving(" of 18 done"), "{}", lines.join("\n"));
    // A beginning is part of the moving line alone.
    assert!(
        !lines
            .iter()
            .any(|line| line.ends_with("AWS::KMS::Key                   CREATE_IN_PROGRESS"))
    );
    assert!(shown.contains("\u{1b}[1;31merror:\u{1b}[0m"), "{shown}");

    let (shown, lines) = apply(0);
    assert!(shown.contains("\u{1b}[32mCREATE_COMPLETE\u{1b}[0m"), "{shown}");
    assert!(
        lines.iter().any(|line| line == "acme is as declared (CREATE_COMPLETE)"),
        "{}",
        lines.join("\n")
    );
}

#[test]
fn findings_fit_the_terminal_too() {
    let workspace = Workspace::offline().env("TERM", "xterm");
    let both = "AliasAttributes: [email], UsernameAttributes: [email]";
    let text = format!(
        "name: acme\nregion: us-west-2\npool: {{new: {{properties:\n  {{{both}}}}}}}\ntriggers: {{custom_sms_sender: handler}}\n"
    );
    workspace.file("stacks/a.yaml", &text);
    let shown = workspace.answer(&["validate"], "?", "").expect(1).stdout;
    for line in drawn(&shown) {
        assert!(line.chars().count() <= 80, "{line}\n--- of\n{shown}");
    }
}

#[test]
fn colour_is_left_out_where_nobody_wants_it() {
    let coloured = |variables: &[(&str, &str)]| {
        let workspace = Workspace::offline().env("TERM", "xterm");
        let workspace = variables
            .iter()
            .fold(workspace, |workspace, (name, value)| workspace.env(name, value));
        workspace.file("stacks/a.yaml", "name: acme\nregoin: us-west-2\n");
        let (log, terminal) = (
            workspace.run(&["validate"]).expect(1),
            workspace.answer(&["validate"], "?", ""),
        );
        (
            log.stderr.contains('\u{1b}'),
            terminal.expect(1).stdout.contains('\u{1b}'),
        )
    };
    assert_eq!(coloured(&[]), (false, true));
    assert_eq!(coloured(&[("NO_COLOR", "1")]), (false, false));
    // As no-color.org has it, an empty one says nothing.
    assert_eq!(coloured(&[("NO_COLOR", "")]), (false, true));
    assert_eq!(coloured(&[("CLICOLOR", "0")]), (false, false));
    assert_eq!(coloured(&[("CLICOLOR_FORCE", "1")]), (true, true));
    assert_eq!(coloured(&[("TERM", "dumb")]), (false, false));
}

/// A job's log keeps every picture of a line that moves, so in CI none does, even where there is a terminal.
#[test]
fn in_ci_each_event_is_a_line() {
    let acme = Acme::with_bucket(Workspace::online().env("TERM", "xterm").env("CI", "true"));
    let run = acme
        .workspace
        .answer(&["apply"], "Only `yes` goes on:", "yes")
        .expect(0);
    // The terminal itself ends lines so.
    let shown = run.stdout.replace("\r\n", "\n");
    assert!(!shown.contains('\r') && !shown.contains("\u{1b}[2K"), "{shown}");
    let lines = drawn(&shown);
    for status in ["CREATE_IN_PROGRESS", "CREATE_COMPLETE"] {
        let event = |line: &String| line.contains("AWS::KMS::Key ") && line.ends_with(status);
        assert_eq!(lines.iter().filter(|line| event(line)).count(), 1, "{shown}");
    }
}

/// It takes eleven seconds, since a wait is not spoken of before ten.
#[test]
fn a_log_does_not_stand_still() {
    let proxy = Proxy::before(Ministack::shared().address());
    let acme = Acme::with_bucket(Workspace::offline().at(proxy.endpoint()));
    proxy.on("DescribeChangeSet", 1..=1, Effect::Delay(Duration::from_secs(11)));
    let run = acme.workspace.run(&["apply", "--yes"]).expect(0);
    assert!(
        run.stderr.contains("  00:10  still making a change set for acme"),
        "{}",
        run.stderr
    );
    assert!(!run.stderr.contains(['\r', '\u{1b}']), "{}", run.stderr);
    assert!(
        run.stderr
            .contains("  Key                 AWS::KMS::Key                   CREATE_IN_PROGRESS\n")
    );
}

#[test]
fn what_programs_read_is_as_the_readme_says() {
    let workspace = Workspace::online().with_idle_handler();
    let bootstrap = ["bootstrap", "--region", "us-west-2", "--yes", "--format", "json"];
    let bootstrapped = workspace.run(&bootstrap).expect(0).stdout;
    as_documented("bootstrap", &bootstrapped);
    let acme = Acme { workspace };
    acme.write(&sender());
    let json = |command: &[&str]| {
        acme.workspace
            .run(&[command, &["--format", "json"]].concat())
            .expect(0)
            .stdout
    };
    as_documented("diff", &json(&["diff"]));
    as_documented("apply", &json(&["apply", "--yes"]));
    acme.write(&format!(
        "{}tags: {{team: identity}}\ntermination_protection: true\n",
        sender()
    ));
    as_documented("diff", &json(&["diff"]));
    as_documented("status", &json(&["status"]));
    let destroy = ["destroy", "stacks/acme.yaml", "--confirm", "acme", "--delete", "key"];
    let left = json(&destroy);
    as_documented("destroy", &left);
    let left: serde_json::Value = serde_json::from_str(&left).unwrap();
    let fates: Vec<_> = left[0]["left"]
        .as_array()
        .unwrap()
        .iter()
        .map(|each| each["fate"].as_str())
        .collect();
    // The pool, its key, its log group, and the role by which it sends SMS messages.
    assert_eq!(fates, [Some("stays"), Some("scheduled"), Some("stays"), Some("stays")]);
    let again: serde_json::Value = serde_json::from_str(&json(&destroy[..4])).unwrap();
    assert_eq!(
        (&again[0]["was_there"], &again[0]["left"]),
        (&false.into(), &serde_json::json!([]))
    );
}
