//! Output that cannot be written is an error; files are written whole or not at all.

use std::fs;

use crate::support::cli::Workspace;

const STACK: &str = "name: acme
region: us-west-2
environment: test
pool: {new: {properties: {UserPoolName: acme, UsernameAttributes: [phone_number]}}}
triggers: {custom_sms_sender: handler}
providers: {sns: {type: sns}}
delivery: {sms: {countries: [US], registered: [US], routes: [{via: [sns]}]}}
";

/// No file can grow, as on a full disk; the signal of it is ignored, so that a write fails.
pub(crate) const FULL_DISK: &str = "trap '' XFSZ; ulimit -f 0; exec \"$@\"";

fn workspace() -> Workspace {
    let workspace = Workspace::offline().with_idle_handler();
    workspace.file("stacks/acme.yaml", STACK);
    workspace
}

/// Command lines that print to stdout without a call of AWS.
const PRINTING: [&[&str]; 13] = [
    &["--help"],
    &["--version"],
    &["diff", "--help"],
    &["validate", "--format", "json"],
    &["synth"],
    &["synth", "--format", "yaml"],
    &["synth", "--resolved"],
    &["explain"],
    &["explain", "trigger-dropped"],
    &["explain", "--format", "json"],
    &["schema"],
    &["completions", "bash"],
    &["send", "--purpose", "SignUp", "--to", "+12025550173"],
];

#[test]
fn a_full_device_and_a_closed_stdout_are_errors() {
    let workspace = workspace();
    for arguments in PRINTING {
        for (script, reason) in [
            ("exec \"$@\" >/dev/full", "No space left on device"),
            ("exec \"$@\" >&-", "Bad file descriptor"),
        ] {
            let run = workspace.run_by(script, arguments).expect(1);
            let error = format!("error: failed to write the output to stdout: {reason}");
            assert!(run.stderr.contains(&error), "{arguments:?}: {}", run.stderr);
        }
    }
}

#[test]
fn a_closed_pipe_and_the_null_device_are_not() {
    let workspace = workspace();
    for arguments in PRINTING {
        let null = workspace.run_by("exec \"$@\" >/dev/null", arguments).expect(0);
        assert!(!null.stderr.contains("error"), "{}", null.stderr);
        let piped = workspace.run_by("exec 3>&1; { \"$@\"; echo $? >&3; } | true", arguments);
        assert_eq!(piped.expect(0).stdout, "0\n", "{arguments:?}");
    }
}

#[test]
fn a_full_disk_leaves_no_half_file() {
    let workspace = workspace();
    let files = || {
        let mut names = Vec::new();
        for folder in ["stacks", "out"] {
            let Ok(entries) = fs::read_dir(workspace.path().join(folder)) else {
                continue;
            };
            names.extend(entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()));
        }
        names
    };
    workspace.run(&["build"]).expect(0);
    for arguments in [
        &[
            "init",
            "--name",
            "other",
            "--region",
            "us-west-2",
            "--sign-in",
            "phone_number",
            "--countries",
            "US",
        ][..],
        &["synth", "--out", "out"],
        &["build", "--out", "out"],
        &["man", "out"],
    ] {
        let run = workspace.run_by(FULL_DISK, arguments).expect(1);
        assert!(run.stderr.contains("File too large"), "{arguments:?}: {}", run.stderr);
        assert_eq!(files(), ["acme.yaml"], "{arguments:?}");
    }
}
