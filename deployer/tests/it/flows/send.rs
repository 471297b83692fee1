//! `send` by a deployed function: the handler of this checkout, built for tests, in the place of the idle one.
//!
//! The emulator runs it as Lambda does, so a code is really encrypted, decrypted and handed to SNS.

use std::fs;
use std::io::{Read as _, Write as _};

use aws_sdk_lambda::primitives::Blob;
use serde_json::Value;
use zip::write::SimpleFileOptions;

use super::{Acme, sender};
use crate::support::aws::wait;
use crate::support::cli::Workspace;
use crate::support::handler;
use crate::support::ministack::Ministack;

/// A function that answers null to whatever it is told.
pub(super) const NULL: &str = r#"#!/usr/bin/env python3
import os, urllib.request
root = f"http://{os.environ['AWS_LAMBDA_RUNTIME_API']}/2018-06-01/runtime/invocation"
while True:
    with urllib.request.urlopen(f"{root}/next") as call:
        request = call.headers["Lambda-Runtime-Aws-Request-Id"]
    urllib.request.urlopen(f"{root}/{request}/response", data=b"null").close()
"#;

/// A function that answers how many events its environment has had.
const COUNTING: &str = r#"#!/usr/bin/env python3
import os, urllib.request
root = f"http://{os.environ['AWS_LAMBDA_RUNTIME_API']}/2018-06-01/runtime/invocation"
count = 0
while True:
    with urllib.request.urlopen(f"{root}/next") as call:
        request = call.headers["Lambda-Runtime-Aws-Request-Id"]
    count += 1
    urllib.request.urlopen(f"{root}/{request}/response", data=str(count).encode()).close()
"#;

impl Acme {
    /// Applies a stack, and lets its function run the real handler.
    pub(super) fn with_real_handler(stack: &str) -> Self {
        Self::with_real_handler_on(Workspace::online(), stack)
    }

    /// The same in another workspace.
    pub(super) fn with_real_handler_on(workspace: Workspace, stack: &str) -> Self {
        let acme = Self::on(workspace);
        acme.write(stack);
        acme.apply(0);
        acme.run_real_handler();
        acme
    }

    /// Lets the deployed function run the real handler.
    pub(super) fn run_real_handler(&self) {
        let script = format!("#!/bin/sh\nexec '{}'\n", handler::built().display());
        self.replace_code(&script);
    }

    /// Replaces the executable of the deployed zip by a script; what else is in the zip stays.
    pub(super) fn replace_code(&self, script: &str) {
        self.workspace.run(&["build", "--out", "zips"]).expect(0);
        let built = fs::File::open(self.workspace.path().join("zips/acme.zip")).unwrap();
        let mut built = zip::ZipArchive::new(built).unwrap();
        let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for index in 0..built.len() {
            let mut entry = built.by_index(index).unwrap();
            let mut content = Vec::new();
            entry.read_to_end(&mut content).unwrap();
            let name = entry.name().unwrap().into_owned();
            if name == "bootstrap" {
                content = script.as_bytes().to_vec();
            }
            let mode = entry.unix_mode().unwrap_or(0o644);
            zip.start_file(name, SimpleFileOptions::default().unix_permissions(mode))
                .unwrap();
            zip.write_all(&content).unwrap();
        }
        let zip = zip.finish().unwrap().into_inner();
        let update = aws_sdk_lambda::Client::new(&self.workspace.sdk()).update_function_code();
        let update = update
            .function_name(self.output("FunctionName"))
            .zip_file(Blob::new(zip));
        wait(update.send()).unwrap();
    }

    pub(super) fn texts(&self) -> Vec<String> {
        let sent = Ministack::shared().sms(self.workspace.account());
        sent.iter().map(ToString::to_string).collect()
    }
}

#[test]
fn the_deployed_function_sends_to_one_s_own_number_and_answers_a_probe() {
    let acme = Acme::with_real_handler(&sender());
    let probe = acme.workspace.run(&["send", "--probe"]).expect(0);
    insta::assert_snapshot!("probed", probe.snapshot());
    assert_eq!(acme.texts(), Vec::<String>::new());

    let to = ["send", "--purpose", "Authentication", "--to", "+12025550173"];
    let deployed = |words: &[&str]| acme.workspace.run(&[&to[..], &["--deployed"], words].concat());
    let sent = deployed(&["--yes", "--code", "84621570"]).expect(0);
    assert!(!sent.stdout.contains("2025550173"), "{}", sent.stdout);
    insta::assert_snapshot!("sent", sent.snapshot());
    let texts = acme.texts();
    assert_eq!(texts.len(), 1);
    assert!(
        texts[0].contains("84621570") && texts[0].contains("+12025550173"),
        "{texts:?}"
    );

    // A person can still say no.
    let words = [&to[..], &["--deployed"]].concat();
    let no = acme.workspace.answer(&words, "Only `yes` goes on:", "no");
    no.expect(1);
    assert_eq!(acme.texts().len(), 1);

    // What the handler refuses is told as such, and does not reach anybody.
    let refused = [
        "send",
        "--purpose",
        "SignUp",
        "--to",
        "+33612345678",
        "--deployed",
        "--yes",
        "--format",
        "json",
    ];
    let refused: Value = serde_json::from_str(&acme.workspace.run(&refused).expect(1).stdout).unwrap();
    assert_eq!(refused[0]["outcome"], "refused");
    assert_eq!(refused[0]["error"], "guard-country-not-served");
    assert_eq!(acme.texts().len(), 1);
}

#[test]
fn a_function_that_cannot_serve_the_pool_says_why() {
    let acme = Acme::with_real_handler(&sender());
    let ask = || {
        let run = acme.workspace.run(&["send", "--probe", "--format", "json"]).expect(1);
        let answer: Value = serde_json::from_str(&run.stdout).unwrap();
        assert_eq!(answer[0]["outcome"], "failed");
        answer[0].clone()
    };
    let reason = || ask()["reason"].as_str().unwrap().to_owned();
    // A function that was made for another key.
    let lambda = aws_sdk_lambda::Client::new(&acme.workspace.sdk());
    let found = wait(
        lambda
            .get_function_configuration()
            .function_name(acme.output("FunctionName"))
            .send(),
    )
    .unwrap();
    let mut variables = found.environment().unwrap().variables().unwrap().clone();
    let key = variables["KEY_ARN"].replace(":key/", ":key/another-");
    variables.insert("KEY_ARN".to_owned(), key);
    let environment = aws_sdk_lambda::types::Environment::builder()
        .set_variables(Some(variables))
        .build();
    let update = lambda
        .update_function_configuration()
        .function_name(acme.output("FunctionName"));
    wait(update.environment(environment).send()).unwrap();
    assert_eq!(ask()["error"], "decrypt-no-known-key");

    // Somebody else's code, and code from before there were probes.
    acme.replace_code(NULL);
    assert_eq!(reason(), "the function does not know probes");
    acme.replace_code("#!/bin/sh\nexit 1\n");
    assert!(reason().starts_with("the function ended with an error"), "{}", reason());
}

#[test]
fn what_is_not_deployed_cannot_be_asked() {
    let acme = Acme::new();
    let run = acme.workspace.run(&["send", "--probe"]).expect(1);
    assert!(run.stderr.contains("acme is not deployed"), "{}", run.stderr);
}

#[test]
fn what_cognito_would_be_answered_is_asked_of_the_deployed_function() {
    let pool = sender();
    let pool = pool.split("triggers:").next().unwrap();
    let stack = format!("{pool}triggers: {{custom_message: handler}}\nfunction: {{architecture: x86_64}}\n");
    let acme = Acme::with_real_handler(&stack);
    // Nobody is written to, so nobody is asked.
    let asked = ["send", "--purpose", "SignUp", "--deployed", "--locale", "es"];
    insta::assert_snapshot!("written", acme.workspace.run(&asked).expect(0).snapshot());
    // There is no custom sender, and so nothing to decrypt.
    let probe = acme.workspace.run(&["send", "--probe"]).expect(1);
    assert!(probe.stderr.contains("acme has no custom sender"), "{}", probe.stderr);
}

/// The emulator gives functions of equal stacks equal names, in every account: `strict.py` keeps them apart.
#[test]
fn a_deployment_ends_no_environment_of_another_account() {
    let acme = Acme::new();
    acme.apply(0);
    acme.replace_code(COUNTING);
    let count = || {
        let lambda = aws_sdk_lambda::Client::new(&acme.workspace.sdk());
        let answer = wait(lambda.invoke().function_name(acme.output("FunctionName")).send()).unwrap();
        String::from_utf8(answer.payload().unwrap().as_ref().to_vec()).unwrap()
    };
    assert_eq!(count(), "1");
    Acme::new().apply(0);
    assert_eq!(count(), "2");
}
