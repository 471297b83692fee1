//! What stops and asks for a person's word.

use super::{Acme, sender};
use crate::support::cli::Workspace;
use crate::support::ministack::Ministack;
use crate::support::proxy::Proxy;

fn acknowledged(text: &str, code: &str, resource: &str, to: &str) -> String {
    format!("{text}acknowledge: [{{code: {code}, resource: {resource}, to: \"{to}\", reason: it is meant}}]\n")
}

/// Applies `before`, then `after`: it stops with `code`, goes on when acknowledged, and asks to remove the word.
fn stops(before: &str, after: &str, code: &str, resource: &str, to: &str) {
    let acme = Acme::new();
    acme.write(before);
    acme.apply(0);
    acme.write(after);
    let shown = acme.apply(3);
    assert!(shown.contains(&format!("stop [{code}] {resource}:")), "{shown}");
    assert_eq!(acme.change_sets(), 0);
    assert_eq!(acme.workspace.run(&["diff", "--exit-code"]).code, Some(2));

    acme.write(&acknowledged(after, code, resource, "another value"));
    let shown = acme.apply(3);
    assert!(shown.contains("[unused-acknowledgement]"), "{shown}");

    acme.write(&acknowledged(after, code, resource, to));
    let shown = acme.apply(0);
    assert!(
        shown.contains(&format!("acknowledged [{code}]")) && shown.contains("it is meant"),
        "{shown}"
    );
    let shown = acme.apply(0);
    assert!(
        shown.contains("nothing to do") && shown.contains("[unused-acknowledgement]"),
        "{shown}"
    );
}

#[test]
fn a_dropped_trigger_stops() {
    let with = sender().replace("triggers:\n", "triggers:\n  pre_sign_up: {function: \"arn:aws:lambda:us-west-2:$ACCOUNT:function:checks\", permission: external}\n");
    stops(&with, &sender(), "trigger-dropped", "Pool.PreSignUp", "none");
}

#[test]
fn lowered_deletion_protection_stops() {
    let with = sender().replace(
        "UserPoolName: acme\n",
        "UserPoolName: acme\n      DeletionProtection: ACTIVE\n",
    );
    stops(
        &with,
        &with.replace("ACTIVE", "INACTIVE"),
        "deletion-protection-lowered",
        "Pool",
        "INACTIVE",
    );
}

#[test]
fn lowered_termination_protection_stops() {
    let with = format!("{}termination_protection: true\n", sender());
    stops(
        &with,
        &with.replace("true", "false"),
        "termination-protection-lowered",
        "Stack",
        "off",
    );
}

#[test]
fn a_changed_immutable_property_stops() {
    let before = sender().replace(
        "UserPoolName: acme\n",
        "UserPoolName: acme\n      Schema: [{Name: plan, AttributeDataType: String}]\n",
    );
    let after = before
        .replace("[phone_number]", "[phone_number, email]")
        .replace("plan, AttributeDataType: String", "plan, AttributeDataType: Number");
    let acme = Acme::new();
    acme.write(&before);
    acme.apply(0);
    acme.write(&after);
    let shown = acme.apply(3);
    insta::assert_snapshot!("immutable", shown);
}

#[test]
fn another_account_is_refused_before_any_other_call() {
    let proxy = Proxy::before(Ministack::shared().address());
    let workspace = Workspace::offline().at(proxy.endpoint()).with_idle_handler();
    workspace.file("stacks/acme.yaml", &format!("account: \"999988887777\"\n{}", sender()));
    for command in [
        &["diff"][..],
        &["apply", "--yes"],
        &["destroy", "stacks/acme.yaml", "--confirm", "acme"],
    ] {
        let run = workspace.run(command).expect(1);
        assert!(
            run.stderr.contains("acme belongs to the account 999988887777"),
            "{}",
            run.stderr
        );
    }
    assert_eq!(proxy.calls(), ["GetCallerIdentity"; 3]);
}

#[test]
fn without_a_terminal_and_a_yes_nothing_is_called() {
    let workspace = Workspace::offline().with_idle_handler();
    workspace.file("stacks/acme.yaml", &sender());
    insta::assert_snapshot!("no_terminal", workspace.run(&["apply"]).expect(64).snapshot());
    workspace.run(&["destroy", "stacks/acme.yaml"]).expect(64);
    workspace
        .run(&["destroy", "stacks/acme.yaml", "--confirm", "other"])
        .expect(64);
    workspace.run(&["bootstrap", "--region", "us-west-2"]).expect(64);
    workspace.run(&["aply"]).expect(64);
}

#[test]
fn wrong_files_are_reported_all_at_once_and_nothing_is_called() {
    let workspace = Workspace::offline().with_idle_handler();
    workspace.file(
        "stacks/a.yaml",
        &sender()
            .replace("us-west-2", "us-west")
            .replace("environment: test", "enviroment: test"),
    );
    workspace.file(
        "stacks/b.yaml",
        &sender().replace("countries: [US], registered: [US]", "countries: [NO, XX]"),
    );
    insta::assert_snapshot!("wrong_files", workspace.run(&["apply", "--yes"]).expect(1).snapshot());
}
