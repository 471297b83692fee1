//! The pictures of the README: real runs on a terminal of 80 columns, and a comment on a pull request.

use super::{Acme, sender};
use crate::support::aws::wait;
use crate::support::cli::{Run, Workspace};
use crate::support::ministack::Ministack;
use crate::support::picture;

/// A workspace whose terminal takes colours and whose lines stand still.
fn workspace() -> Workspace {
    Workspace::online().env("TERM", "xterm-256color").env("CI", "true")
}

fn deployed(text: &str) -> Acme {
    let acme = Acme::with_bucket(workspace());
    acme.write(text);
    acme.apply(0);
    acme
}

impl Acme {
    /// Runs on a terminal, which gets both streams.
    #[track_caller]
    fn on_terminal(&self, command: &[&str], code: i32) -> Run {
        self.workspace.converse(command, &[]).expect(code)
    }
}

/// A stack with somebody else's trigger.
fn with_checks() -> String {
    sender().replace(
        "triggers:\n",
        "triggers:\n  pre_sign_up: {function: \"arn:aws:lambda:us-west-2:$ACCOUNT:function:checks\", permission: external}\n",
    )
}

fn larger(text: &str) -> String {
    text.replace("architecture: x86_64", "architecture: x86_64, memory_mb: 512")
}

#[test]
fn a_guard_stops_a_diff() {
    let acme = deployed(&with_checks());
    acme.write(&larger(&sender()));
    picture::of_terminal("diff", &acme.on_terminal(&["diff"], 0));
}

#[test]
fn a_failed_apply_says_why_and_what_is_next() {
    let acme = deployed(&sender());
    acme.write(&larger(&sender()));
    let reason = "Specified MemorySize is not available";
    Ministack::shared().fail(
        acme.workspace.account(),
        "acme",
        "update",
        "AWS::Lambda::Function",
        reason,
        1,
    );
    picture::of_terminal("apply", &acme.on_terminal(&["apply", "--yes"], 1));
}

#[test]
fn a_doctor_says_what_is_wrong() {
    let acme = deployed(&sender());
    let kms = aws_sdk_kms::Client::new(&acme.workspace.sdk());
    wait(kms.disable_key().key_id(acme.output("KeyArn")).send()).unwrap();
    // What is said of the machine differs with the toolchain, and an emulator knows little of an account.
    picture::of_part("doctor", &acme.on_terminal(&["doctor"], 1), "\u{1b}[1macme in");
}

#[test]
fn errors_point_into_the_file() {
    let workspace = Workspace::offline().env("TERM", "xterm-256color").env("CI", "true");
    let acme = Acme { workspace };
    acme.write(
        &sender()
            .replace("UserPoolName", "UserPoolNme")
            .replace("[US]", "[US, UK]")
            .replace("region: us-west-2", "region: us-west"),
    );
    picture::of_terminal("validate", &acme.on_terminal(&["validate"], 1));
}

#[test]
fn a_comment_is_written_for_a_pull_request() {
    let acme = Acme::with_bucket(Workspace::online());
    let second = sender().replace("acme", "acme-staging");
    acme.write(&with_checks());
    acme.workspace.file("stacks/staging.yaml", &second);
    acme.apply(0);
    acme.write(&larger(&sender()));
    acme.workspace.file("stacks/staging.yaml", &larger(&second));
    let run = acme
        .workspace
        .run(&["diff", "--format", "markdown", "--exit-code"])
        .expect(2);
    insta::assert_snapshot!("comment", run.normal(&run.stdout));
    picture::as_kept("comment.md", &run.normal(&run.stdout));
}
