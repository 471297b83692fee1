//! What an editor makes of the schema: the language server that most of them use completes and checks.
//!
//! Node.js starts in about a second, and the server reads the schema once more for each file.

use std::path::Path;

use serde_json::{Value, json};

use crate::support::cli::Workspace;
use crate::support::node;

/// A file's text as far as it is typed, and what an editor offers at its end.
const OFFERED: [(&str, &[&str]); 6] = [
    ("name: acme\nfun", &["function", "triggers", "delivery"]),
    ("environment: ", &["production", "test"]),
    (
        "pool:\n  new:\n    properties:\n      User",
        &["UserPoolName", "UserPoolTier"],
    ),
    (
        "pool:\n  new:\n    properties:\n      UserPoolTier: ",
        &["LITE", "ESSENTIALS", "PLUS"],
    ),
    ("triggers:\n  custom_sms_sender: ", &["handler"]),
    ("providers:\n  sns:\n    type: sns\n    s", &["sender_id", "sms_type"]),
];

/// A file, and what an editor says against it.
const CHECKED: [(&str, &[&str]); 4] = [
    (include_str!("../../../../examples/production.yaml"), &[]),
    (
        "name: acme\npool: {new: {}}\n",
        &["Missing property \"properties\".", "Missing property \"region\"."],
    ),
    ("extends: ./_acme.yaml\nname: acme\n", &[]),
    (
        "region: us-west\nenviroment: test\nfunction: {timeout_s: 901}\n",
        &[
            "Property enviroment is not allowed.",
            "Value is above the maximum of 900.",
            "expected one such as us-west-2",
        ],
    ),
];

#[test]
fn an_editor_completes_and_checks() {
    let workspace = Workspace::offline();
    workspace.file("schema.json", &workspace.run(&["schema"]).expect(0).stdout);
    let file = |text: &str| {
        let text = text.replace("$schema=../stacks/", "$schema=");
        format!("# yaml-language-server: $schema=schema.json\n{text}")
    };
    let offered = OFFERED.iter().map(|(text, _)| {
        let text = file(text);
        let last = text.lines().last().unwrap();
        json!({ "text": text, "line": text.lines().count() - 1, "column": last.len() })
    });
    let checked = CHECKED.iter().map(|(text, _)| json!({ "text": file(text) }));
    let answers = ask(&workspace, &offered.chain(checked).collect::<Vec<Value>>());
    let (offers, checks) = answers.split_at(OFFERED.len());
    for ((text, wanted), offers) in OFFERED.iter().zip(offers) {
        assert!(
            wanted.iter().all(|name| offers.iter().any(|offer| offer == name)),
            "{text:?}: {offers:?}"
        );
    }
    for ((text, wanted), said) in CHECKED.iter().zip(checks) {
        assert_eq!(said, wanted, "{text:?}");
    }
}

fn ask(workspace: &Workspace, questions: &[Value]) -> Vec<Vec<String>> {
    let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/schema");
    let arguments = [workspace.path()];
    node::ask("yaml-language-server", &project, "editor.cjs", &arguments, questions)
}
