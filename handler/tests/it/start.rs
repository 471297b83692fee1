//! What the function says when it cannot start.

use std::process::Command;

use serde_json::{Value, json};

use crate::function::{Setup, command, task_root};

fn refused(change: impl Fn(&mut Command) -> &mut Command) -> String {
    let mut command = command();
    command
        .env("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:9")
        .env("LAMBDA_TASK_ROOT", task_root(&Setup::default().delivery, &[]))
        .env("KEY_ARN", "arn:aws:kms:eu-west-1:111122223333:key/1")
        .env("STACK_NAME", "acme-test");
    change(&mut command);
    let output = command.output().unwrap();
    assert!(!output.status.success());
    let line: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(line["level"], "ERROR");
    format!(
        "{}: {}",
        line["error"].as_str().unwrap(),
        line["message"].as_str().unwrap()
    )
}

#[test]
fn what_is_missing_is_named() {
    for name in ["KEY_ARN", "STACK_NAME", "LAMBDA_TASK_ROOT"] {
        let wanted = format!("start-not-set: failed to start: the environment variable `{name}` is not set");
        assert_eq!(refused(|command| command.env_remove(name)), wanted);
        assert_eq!(refused(|command| command.env(name, "")), wanted);
    }
    let unreadable = refused(|command| command.env("LAMBDA_TASK_ROOT", "/nowhere"));
    assert!(
        unreadable.starts_with("start-unreadable: failed to start: `/nowhere/delivery.json` cannot be read"),
        "{unreadable}"
    );
    let root = task_root(&json!({"providers": {}, "smoke": {}}), &[]);
    let invalid = refused(|command| command.env("LAMBDA_TASK_ROOT", &root));
    assert!(invalid.contains("unknown field `smoke`"), "{invalid}");
}

/// Only a build without the provider can say so; `.ci/run` makes one.
#[cfg(not(feature = "sns"))]
#[test]
fn a_provider_whose_type_was_left_out_is_named() {
    let root = task_root(
        &json!({
            "providers": {"primary": {"type": "sns"}},
            "sms": {"countries": "any", "routes": [{"via": ["primary"]}]},
        }),
        &[],
    );
    let said = refused(|command| {
        command.env("LAMBDA_TASK_ROOT", &root).envs([
            ("AWS_ACCESS_KEY_ID", "a"),
            ("AWS_SECRET_ACCESS_KEY", "b"),
            ("AWS_REGION", "eu-west-1"),
        ])
    });
    assert_eq!(
        said,
        "start-provider-left-out: failed to start: the provider `primary` has the type `sns`, which this build of the \
         handler was made without"
    );
}
