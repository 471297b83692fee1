//! Codes of AWS's own Encryption SDKs, made in this very run, and the connection to KMS that they share.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;

use crate::function::{Function, Setup, event, event_of};
use crate::services::kms_error;
use crate::tools;

/// The version that encrypts.
const PYTHON_SDK: &str = "aws-encryption-sdk[MPL]==4.0.7";

/// Runs a command that writes messages to the file that it is given.
fn made(by: &mut Command, file: &str) -> Value {
    let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(file);
    let output = by.arg(&file).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&fs::read(file).unwrap()).unwrap()
}

/// Sends every message through the function, and returns what became of the refused ones.
fn outcomes(messages: &Value) -> Vec<String> {
    let function = Function::start(Setup {
        messages: messages.clone(),
        swapping: true,
        ..Setup::default()
    });
    let mut refused = Vec::new();
    for message in messages["messages"].as_array().unwrap() {
        let name = message["name"].as_str().unwrap();
        let answer = function.invoke(&event_of("SignUp", message));
        if let Some(error) = answer.error() {
            refused.push(format!("{} => {error}", name.strip_prefix("refused: ").unwrap()));
        } else {
            let (text, sent) = (message["text"].as_str().unwrap(), function.texts());
            assert!(sent.last().unwrap().contains(text), "{name}: {sent:?}");
        }
    }
    assert_eq!(
        function.texts().len() + refused.len(),
        messages["messages"].as_array().unwrap().len()
    );
    refused
}

/// Installs both SDKs, some seconds each, when it runs for the first time.
#[test]
fn fresh_messages_of_both_encryption_sdks_are_read_or_refused_by_name() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let python = tools::python("encrypt", &[PYTHON_SDK]).join("python");
    let python = made(
        Command::new(python).arg(tests.join("fixtures/encrypt.py")),
        "python.json",
    );
    // A module is looked for beside the script that names it, whatever NODE_PATH says.
    let project = tests.join("node");
    let home = tools::node("encrypt-node", &project);
    fs::copy(project.join("encrypt.mjs"), home.join("encrypt.mjs")).unwrap();
    let javascript = made(Command::new("node").arg(home.join("encrypt.mjs")), "javascript.json");

    let refused = outcomes(&python);
    insta::assert_snapshot!(refused.join("\n"), @"
    empty => decrypt-empty
    both keys of the stack => decrypt-several-known-keys
    a stranger's key => decrypt-no-known-key
    other provider => decrypt-no-known-key
    other pool => decrypt-other-pool
    no pool => decrypt-no-pool
    not framed => decrypt-not-framed
    not signed => decrypt-suite
    committed, not signed => decrypt-suite
    192 bits => decrypt-suite
    not text => decrypt-not-text
    too many frames => decrypt-frames
    ");
    // The JavaScript SDK frames every message.
    let framed: Vec<String> = refused
        .into_iter()
        .filter(|line| !line.starts_with("not framed"))
        .collect();
    assert_eq!(outcomes(&javascript), framed);
}

#[test]
fn a_hundred_events_take_one_connection_to_kms() {
    let asked = AtomicUsize::new(0);
    let function = Function::start(Setup {
        // Every tenth time KMS refuses, which is no reason to connect anew.
        kms: Box::new(move |_| {
            let refused = asked.fetch_add(1, Ordering::Relaxed) % 10 == 9;
            refused.then(|| kms_error("AccessDeniedException", "denied"))
        }),
        ..Setup::default()
    });
    let failed = (0..100)
        .filter(|number| {
            let code = ["signed", "committed", "several frames"][number % 3];
            function.invoke(&event("SignUp", code)).failed
        })
        .count();
    assert_eq!((failed, function.texts().len()), (10, 90));
    assert_eq!(function.kms_calls.lock().unwrap().len(), 100);
    assert_eq!(function.kms.connections(), 1);
}
