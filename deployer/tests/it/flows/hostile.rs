//! Hostile answers while live pools change: adopted, attached, detached, put back, and failed events sent again.
//!
//! These take some seconds each, since every change is carried out, in a pipe and on a terminal.

use serde_json::json;

use super::Acme;
use super::attach::{Attached, lived_in};
use super::redrive::Event;
use crate::support::cli::Workspace;
use crate::support::hostile::{HOSTILE, assert_none, fault, look, poisoned};
use crate::support::ministack::Ministack;
use crate::support::moto::Moto;
use crate::support::proxy::{Effect, Proxy};

const FILE: &str = "stacks/acme.yaml";
const ESCAPED: &str = "hostile\\u{1b}[2J";

/// Adds hostile text to every answer from now on.
fn poison(proxy: &Proxy) {
    proxy.on("*", 1..=usize::MAX, Effect::Rewrite(poisoned));
}

/// A proxy that adds hostile text to every answer.
fn poisoning(proxy: Proxy) -> Proxy {
    poison(&proxy);
    proxy
}

/// Runs a command on a terminal and returns what is not inert.
fn on_a_terminal(workspace: &Workspace, words: &[&str]) -> Option<String> {
    let shown = workspace.converse(words, &[]);
    fault(&shown.stdout, true).map(|why| format!("{words:?}, on a terminal: {why}"))
}

/// An existing pool with a hostile tag, all of whose calls go through the two proxies.
fn attached(proxy: &Proxy, pools: &Proxy) -> Attached {
    let workspace = Workspace::offline().at(proxy.endpoint()).env("TERM", "xterm");
    let workspace = workspace.with_pools_at(&pools.endpoint()).with_real_handler();
    let mut members = lived_in();
    members["UserPoolTags"][HOSTILE] = json!(HOSTILE);
    Attached::of(Acme::bucketed(workspace), &members)
}

/// The pool's poisoned texts are sent back, and Cognito refuses them.
#[test]
fn a_refused_update_of_an_existing_pool() {
    let proxy = poisoning(Proxy::before(Ministack::shared().address()));
    let pools = poisoning(Proxy::before(Moto::shared().address()));
    let attached = attached(&proxy, &pools);
    let workspace = &attached.acme.workspace;
    let mut faults = Vec::new();
    for format in ["text", "json"] {
        faults.extend(look(workspace, &["apply", FILE, "--yes", "--format", format]));
    }
    assert_eq!(pools.count("UpdateUserPool"), 1);
    assert_none(&faults);
}

#[test]
fn attach_and_detach_of_an_existing_pool() {
    // Records of S3 and tags of the stack are sent back, and other bytes would be refused.
    let (proxy, pools) = (
        Proxy::before(Ministack::shared().address()),
        Proxy::before(Moto::shared().address()),
    );
    for action in ["DescribeStackEvents", "GetFunction"] {
        proxy.on(action, 1..=usize::MAX, Effect::Rewrite(poisoned));
    }
    let attached = attached(&proxy, &pools);
    let workspace = &attached.acme.workspace;
    let mut faults = Vec::new();
    for format in ["text", "json"] {
        faults.extend(look(workspace, &["apply", FILE, "--yes", "--format", format]));
        assert!(attached.sends_by_its_function());
        faults.extend(look(workspace, &["status", FILE, "--format", format]));
        let run = workspace.run(&["detach", FILE, "--yes", "--format", format]);
        assert_eq!(attached.trigger("CustomSMSSender"), json!(null), "{}", run.stderr);
        faults.extend(look(workspace, &["detach", FILE, "--yes", "--format", format]));
    }
    faults.extend(on_a_terminal(workspace, &["apply", FILE, "--yes"]));
    assert!(attached.sends_by_its_function());
    faults.extend(on_a_terminal(workspace, &["detach", FILE, "--yes", "--put-back"]));
    faults.extend(look(workspace, &["destroy", FILE, "--confirm", "acme"]));
    assert_none(&faults);
}

#[test]
fn adoption() {
    let proxy = poisoning(Proxy::before(Ministack::shared().address()));
    let workspace = Workspace::online().at(proxy.endpoint()).env("TERM", "xterm");
    let acme = Acme::bucketed(workspace.with_idle_handler());
    let pool = acme.old_pool();
    let mut faults = look(
        &acme.workspace,
        &["adopt", &pool, "--file", "stacks/adopted.yaml", "--yes"],
    );
    faults.extend(on_a_terminal(
        &acme.workspace,
        &[
            "adopt",
            &pool,
            "--name",
            "again",
            "--file",
            "stacks/again.yaml",
            "--yes",
        ],
    ));
    for format in ["text", "json", "markdown"] {
        faults.extend(look(
            &acme.workspace,
            &["diff", "stacks/adopted.yaml", "--format", format],
        ));
    }
    assert_none(&faults);
}

#[test]
fn drift_accepted_and_put_back() {
    let proxy = Proxy::before(Ministack::shared().address());
    let workspace = Workspace::online().at(proxy.endpoint()).env("TERM", "xterm");
    let acme = Acme::with_bucket(workspace);
    acme.apply(0);
    poison(&proxy);
    let mut faults = Vec::new();
    for format in ["text", "json"] {
        acme.loosen_the_pool();
        let words = ["drift", FILE, "--revert", "--yes", "--format", format];
        faults.extend(look(&acme.workspace, &words));
        acme.loosen_the_pool();
        let words = ["drift", FILE, "--accept", "--yes", "--format", format];
        faults.extend(look(&acme.workspace, &words));
    }
    let live = acme.workspace.run(&["drift", FILE]);
    assert!(live.stdout.contains(ESCAPED), "the text arrives: {}", live.stdout);
    assert_none(&faults);
}

#[test]
fn failed_events_sent_again() {
    let proxy = Proxy::before(Ministack::shared().address());
    let workspace = Workspace::online().at(proxy.endpoint()).env("TERM", "xterm");
    let acme = Acme::bucketed(workspace.with_mute_handler());
    acme.apply(0);
    acme.queue(
        &json!({"requestPayload": {"triggerSource": HOSTILE}, "responsePayload": {"errorType": HOSTILE}}).to_string(),
    );
    // SQS takes no C0 characters but tabs and line breaks.
    acme.queue(&HOSTILE.replace(['\u{1b}', '\u{7}', '\u{8}'], ""));
    poison(&proxy);
    let mut faults = Vec::new();
    for format in ["text", "json"] {
        for words in [&["--dry-run"][..], &["--yes", "--keep"], &["--yes", "--unchecked"]] {
            acme.failed(&Event {
                error: HOSTILE,
                ..Default::default()
            });
            faults.extend(look(
                &acme.workspace,
                &[&["redrive", FILE, "--format", format], words].concat(),
            ));
        }
    }
    assert_none(&faults);
}
