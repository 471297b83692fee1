//! What every command takes: a profile, less output, more output.

use crate::support::cli::Workspace;
use crate::support::ministack::Ministack;

const STACK: &str =
    "name: acme\nregion: us-west-2\nenvironment: test\npool: {new: {properties: {UserPoolName: acme}}}\n";

fn online() -> Workspace {
    let workspace = Workspace::online();
    workspace.file("stacks/acme.yaml", STACK);
    workspace
}

#[test]
fn a_profile_that_is_in_no_file_is_named() {
    let workspace = online();
    workspace.file("home/.aws/config", "[profile other]\nregion = us-west-2\n");
    for command in ["status", "diff", "doctor", "logs"] {
        let run = workspace.run(&[command, "--profile", "nope"]).expect(1);
        assert!(
            run.stderr.contains("error: the profile `nope` is in none of `"),
            "{}",
            run.stderr
        );
    }
    let of_the_environment = "unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY; AWS_PROFILE=nope \"$@\"";
    let run = workspace.run_by(of_the_environment, &["status"]).expect(1);
    assert!(
        run.stderr.contains("error: the profile `nope` is in none of `"),
        "{}",
        run.stderr
    );
}

#[test]
fn a_profile_comes_before_the_environment() {
    let workspace = online();
    let other = "222233334444";
    workspace.file(
        "home/.aws/credentials",
        &format!("[other]\naws_access_key_id = {other}\naws_secret_access_key = test\n"),
    );
    workspace.file("stacks/acme.yaml", &format!("{STACK}account: \"{other}\"\n"));
    workspace.run(&["status", "--profile", "other"]).expect(0);
    let run = workspace.run(&["status"]).expect(1);
    assert!(run.stderr.contains("the credentials are of"), "{}", run.stderr);
}

#[test]
fn verbose_prints_each_call_and_no_body() {
    let workspace = online();
    let run = workspace.run(&["status", "--verbose"]).expect(0);
    let calls: Vec<&str> = run.stderr.lines().filter(|line| line.starts_with("  aws ")).collect();
    assert!(calls[0].starts_with("  aws sts:GetCallerIdentity 200 "), "{calls:?}");
    assert!(
        calls
            .iter()
            .any(|call| call.starts_with("  aws cloudformation:DescribeStacks 400 ")),
        "{calls:?}"
    );
    for call in calls {
        let words: Vec<&str> = call.split_whitespace().collect();
        assert!(words.len() >= 6 && words[4] == "ms", "{call}");
    }
}

#[test]
fn quiet_prints_no_progress_and_all_else() {
    let workspace = online();
    Ministack::shared();
    let run = workspace.run(&["apply", "--quiet", "--yes"]).expect(0);
    assert!(!run.stderr.contains("CREATE_IN_PROGRESS"), "{}", run.stderr);
    assert!(run.stderr.contains("+ AWS::Cognito::UserPool"), "{}", run.stderr);
    workspace.run(&["status", "--quiet", "--verbose"]).expect(64);
}
