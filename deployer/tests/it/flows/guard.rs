//! A guard that a live stack gains, keeps and loses.

use super::{Acme, sender};
use crate::support::aws::wait;

const GUARD: &str = "guard: {rates: {recipient: [{max: 5, per_s: 600}]}}\n";

fn kinds(acme: &Acme) -> Vec<String> {
    let answer = acme
        .cloudformation()
        .describe_stack_resources()
        .stack_name("acme")
        .send();
    let answer = wait(answer).unwrap();
    let resources = answer.stack_resources().iter();
    resources
        .filter_map(|resource| resource.logical_resource_id())
        .filter(|id| id.starts_with("Guard"))
        .map(str::to_owned)
        .collect()
}

#[test]
fn a_guard_comes_with_its_table_and_goes_only_by_a_word() {
    let acme = Acme::new();
    acme.apply(0);
    acme.write(&(sender() + GUARD));
    insta::assert_snapshot!("guard_declared", acme.diff());
    acme.apply(0);
    let mut made = kinds(&acme);
    made.sort();
    assert_eq!(made, ["GuardAlarm", "GuardSecret", "GuardTable"]);
    let environment = acme.template()["Resources"]["Function"]["Properties"]["Environment"].to_string();
    assert!(environment.contains("GUARD_TABLE") && environment.contains("GUARD_SECRET_ARN"));
    assert!(acme.diff().contains("nothing to do"));

    acme.write(&(sender() + &GUARD.replace("max: 5", "max: 6")));
    let stopped = acme.apply(3);
    assert!(
        stopped.contains("stop [rates-loosened] Function.guard.rates.recipient"),
        "{stopped}"
    );
    let word =
        "acknowledge: [{code: rates-loosened, resource: Function.guard, to: none, reason: another service counts}]\n";
    acme.write(&(sender() + word));
    acme.apply(0);
    assert_eq!(kinds(&acme), Vec::<String>::new());
}

/// The table, secret, environment and rights that a template gives are what the handler asks by.
#[test]
fn the_deployed_function_counts_by_its_table() {
    let acme = Acme::with_real_handler(&(sender() + "guard: {rates: {recipient: [{max: 1, per_s: 2592000}]}}\n"));
    acme.workspace.run(&["send", "--probe"]).expect(0);
    let send = |to: &str, code: i32| {
        let words = [
            "send",
            "--purpose",
            "SignUp",
            "--to",
            to,
            "--deployed",
            "--yes",
            "--format",
            "json",
        ];
        let run = acme.workspace.run(&words).expect(code);
        let told: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
        told[0]["error"].as_str().map(str::to_owned)
    };
    assert_eq!(send("+12025550173", 0), None);
    assert_eq!(send("+12025550173", 1).as_deref(), Some("guard-rate-recipient"));
    assert_eq!(send("+12025550174", 0), None);
    assert_eq!(acme.texts().len(), 2);
}
