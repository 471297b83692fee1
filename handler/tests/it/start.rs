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
