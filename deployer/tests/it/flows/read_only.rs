//! Somebody who may only look, at an emulator that enforces IAM's policies: `diff` works, `apply` does not.

use std::fs;
use std::path::Path;

use super::{Acme, sender};
use crate::support::aws::wait;
use crate::support::cli::Workspace;
use crate::support::ministack::Ministack;

/// Makes a user with the example's policy; returns the access key's id and secret.
fn reviewer(workspace: &Workspace) -> (String, String) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/diff-policy.json");
    let policy = fs::read_to_string(path)
        .unwrap()
        .replace("111122223333", workspace.account());
    let iam = aws_sdk_iam::Client::new(&workspace.sdk());
    wait(iam.create_user().user_name("reviewer").send()).unwrap();
    let put = iam
        .put_user_policy()
        .user_name("reviewer")
        .policy_name("diff")
        .policy_document(policy);
    wait(put.send()).unwrap();
    let made = wait(iam.create_access_key().user_name("reviewer").send()).unwrap();
    let key = made.access_key().unwrap();
    (key.access_key_id().to_owned(), key.secret_access_key().to_owned())
}

#[test]
fn who_may_only_look_plans_and_applies_nothing() {
    let launcher = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/support/strict.py");
    let server = Ministack::start_with(&launcher, &[("AUTH", "true")]);
    let acme = Acme::with_bucket(Workspace::offline().at(server.endpoint()));
    acme.apply(0);
    let (key, secret) = reviewer(&acme.workspace);
    let workspace = acme
        .workspace
        .env("AWS_ACCESS_KEY_ID", key)
        .env("AWS_SECRET_ACCESS_KEY", secret);
    let longer = sender().replace("architecture: x86_64", "architecture: x86_64, memory_mb: 512");
    workspace.file("stacks/acme.yaml", &longer);
    let second = sender()
        .replace("name: acme", "name: beta")
        .replace("UserPoolName: acme", "UserPoolName: beta")
        .replace("alias/acme", "alias/beta");
    workspace.file("stacks/beta.yaml", &second);
    let run = workspace.run(&["diff", "--exit-code", "--out", "plan.json"]).expect(2);
    assert!(run.stdout.contains("MemorySize: 256 → 512"), "{}", run.stdout);
    let run = workspace.run(&["apply", "stacks/acme.yaml", "--yes"]).expect(1);
    assert!(run.stderr.contains("cloudformation:CreateChangeSet"), "{}", run.stderr);
}
