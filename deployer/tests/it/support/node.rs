//! Scripts for Node.js that read one JSON document and answer with another.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::tools;

/// Runs `script` of `project` with the packages that `project` pins, and returns what it answers to `question`.
pub(crate) fn ask<A: DeserializeOwned>(
    name: &str,
    project: &Path,
    script: &str,
    arguments: &[&Path],
    question: &(impl Serialize + ?Sized),
) -> A {
    let home = tools::node(name, project);
    let mut node = Command::new("node")
        .arg(project.join(script))
        .args(arguments)
        .env("NODE_PATH", home.join("node_modules"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = node.stdin.take().unwrap();
    stdin.write_all(&serde_json::to_vec(question).unwrap()).unwrap();
    drop(stdin);
    let output = node.wait_with_output().unwrap();
    assert!(output.status.success());
    serde_json::from_slice(&output.stdout).unwrap()
}
