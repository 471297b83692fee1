//! `apply --verify-to`: a deployment is proven by a message to oneself, and lets go of the pool where it cannot send.

use std::time::Duration;

use serde_json::Value;

use super::attach::{Attached, lived_in};
use super::kills::wait_until_still;
use super::people::{attached_whole, behind_a_proxy};
use super::phases::bare;
use super::stack_policy::is_protected;
use super::{Acme, sender};
use crate::support::cli::{Run, Workspace};
use crate::support::ministack::Ministack;
use crate::support::moto::Moto;
use crate::support::proxy::{Effect, Proxy};

const NUMBER: &str = "+12025550173";

const VERIFIED: &[&str] = &["apply", "--yes", "--verify-to", NUMBER];

/// Nobody reads whose number it is.
#[track_caller]
fn says_nothing_of_the_number(run: &Run) {
    let said = format!("{}{}", run.stdout, run.stderr);
    assert!(!said.contains("2025550173") && !said.contains("0173"), "{said}");
}

/// With a handler that can do all but send.
fn mute(workspace: Workspace) -> Acme {
    Acme::bucketed(workspace.with_mute_handler())
}

#[test]
fn a_deployment_is_proven_by_a_message_to_oneself() {
    let acme = Acme::bucketed(Workspace::online().with_real_handler());
    acme.write(&sender());
    let run = acme.workspace.run(VERIFIED).expect(0);
    says_nothing_of_the_number(&run);
    let end = run.stderr.find("wrote the stack policy").unwrap();
    insta::assert_snapshot!("proven", run.normal(&run.stderr[end..]));
    assert!(
        run.stderr
            .contains("  after that the function really sends a made-up code to the recipient that you named (sms)\n"),
        "{}",
        run.stderr
    );
    assert_eq!(acme.texts().len(), 1);
    assert!(acme.texts()[0].contains(NUMBER), "{:?}", acme.texts());

    // Where nothing is to do the message is what was asked for, and a person can still say no.
    let run = acme.workspace.run(VERIFIED).expect(0);
    assert!(
        run.stderr.contains("nothing to do") && run.stderr.contains("really sent a made-up code (sms)"),
        "{}",
        run.stderr
    );
    assert_eq!(acme.texts().len(), 2);
    let no = acme
        .workspace
        .answer(&["apply", "--verify-to", NUMBER], "Only `yes` goes on:", "no")
        .expect(1);
    assert!(no.stdout.contains("not sent"), "{}", no.stdout);
    assert_eq!(acme.texts().len(), 2);
}

#[test]
fn triggers_that_an_apply_brought_leave_a_pool_outside_the_stack_again() {
    let attached = Attached::of(mute(Workspace::online().with_live_pools()), &lived_in());
    let before = attached.others();
    let run = attached.acme.workspace.run(VERIFIED).expect(1);
    says_nothing_of_the_number(&run);
    let from = run.stderr.find("the function decrypted").unwrap();
    insta::assert_snapshot!("detached_again", run.normal(&run.stderr[from..]));
    assert_eq!(attached.trigger("CustomSMSSender"), Value::Null);
    assert_eq!(attached.trigger("KMSKeyID"), Value::Null);
    assert_eq!(attached.trigger("PreSignUp"), lived_in()["LambdaConfig"]["PreSignUp"]);
    assert_eq!(attached.others(), before);
    // It is as it was before the first attach.
    assert_eq!(attached.kept(), Vec::<String>::new());
    assert_eq!(attached.acme.status().as_deref(), Some("UPDATE_COMPLETE"));
    is_protected(&attached.acme);

    // The next apply brings them again; what was there before that one stays when it fails.
    attached.acme.apply(0);
    assert!(attached.sends_by_its_function());
    let run = attached.acme.workspace.run(VERIFIED).expect(1);
    assert!(
        run.stderr.contains("were there before this apply, and stay"),
        "{}",
        run.stderr
    );
    assert!(attached.sends_by_its_function());
    assert_eq!(attached.kept(), ["PoolBefore"]);
}

#[test]
fn triggers_that_an_apply_brought_leave_the_stack_s_own_pool_again() {
    let acme = mute(Workspace::online());
    acme.write(&bare());
    acme.apply(0);
    acme.write(&sender());
    let run = acme.workspace.run(VERIFIED).expect(1);
    says_nothing_of_the_number(&run);
    let from = run.stderr.find("acme is as declared").unwrap();
    insta::assert_snapshot!("released_again", run.normal(&run.stderr[from..]));
    assert!(acme.triggers().is_empty());
    assert_eq!(acme.status().as_deref(), Some("UPDATE_COMPLETE"));
    assert_eq!(acme.change_sets(), 0);
    // The function stays to be looked at, and the file still wants it called.
    assert!(acme.template()["Resources"]["Function"].is_object());
    acme.apply(0);
    assert_eq!(acme.triggers(), ["CustomSMSSender", "KMSKeyID"]);
    // Another change leaves the triggers alone: they stay.
    acme.write(&sender().replace("function: {", "function: {memory_mb: 512, "));
    let run = acme.workspace.run(VERIFIED).expect(1);
    assert!(
        run.stderr.contains("were there before this apply, and stay"),
        "{}",
        run.stderr
    );
    assert_eq!(acme.triggers(), ["CustomSMSSender", "KMSKeyID"]);
}

#[test]
fn whom_the_handler_would_refuse_is_said_before_anything_is_called() {
    let workspace = Workspace::offline().with_idle_handler();
    workspace.file("stacks/acme.yaml", &sender());
    let refused = |to: &[&str], code: i32, words: &str| {
        let named = to.iter().flat_map(|to| ["--verify-to", to]);
        let words_typed: Vec<&str> = ["apply", "--yes"].into_iter().chain(named).collect();
        let run = workspace.run(&words_typed).expect(code);
        assert!(run.stderr.contains(words), "{}", run.stderr);
        for to in to {
            assert!(!run.stderr.contains(to), "{}", run.stderr);
        }
    };
    refused(
        &["+33612345678"],
        1,
        ": refused to serve the number: FR is not among the stack's countries (guard-country-not-served); nothing was called",
    );
    refused(
        &["you@acme.example"],
        64,
        "no stack here sends email by its own function",
    );
    refused(&[NUMBER, "+12025550174"], 64, "takes one recipient for sms");
    refused(
        &["555-0199"],
        64,
        "wants a phone number such as +12025550173, or an e-mail address",
    );
}

#[test]
fn who_may_not_ask_the_function_proves_nothing_and_takes_nothing_back() {
    let proxy = Proxy::before(Ministack::shared().address());
    let acme = mute(Workspace::offline().at(proxy.endpoint()));
    proxy.refuse("GenerateDataKey", 400, "AccessDeniedException", "not authorized");
    let run = acme.workspace.run(VERIFIED).expect(1);
    assert!(
        run.stderr
            .contains("whether its function can send is not proven, and nothing was taken back")
            && run
                .stderr
                .contains("the credentials need the right to kms:GenerateDataKey"),
        "{}",
        run.stderr
    );
    assert_eq!(acme.triggers(), ["CustomSMSSender", "KMSKeyID"]);
}

/// Killed while it lets go again, an apply is finished by the next: the file says that the triggers are wanted.
#[test]
fn an_apply_that_was_killed_while_it_let_go_is_finished_by_the_next() {
    for effect in [Effect::HoldBefore, Effect::HoldAfter] {
        let proxy = Proxy::before_both(Ministack::shared().address(), Moto::shared().address());
        let workspace = Workspace::offline().at(proxy.endpoint());
        let attached = Attached::of(mute(workspace), &lived_in());
        let acme = attached.acme;
        proxy.on("UpdateUserPool", 2..=2, effect);
        let running = acme.workspace.spawn(VERIFIED);
        while !proxy.holds() {
            std::thread::sleep(Duration::from_millis(10));
        }
        running.kill();
        // The probe's code and one more, however often the function was asked: a guard counts it once.
        assert_eq!(proxy.count("GenerateDataKey"), 2);
        proxy.clear();
        wait_until_still(&acme);
        acme.apply(0);
        attached_whole(&acme);
    }
}

/// Killed while it sends, an apply is finished by the next, which sends again.
#[test]
fn an_apply_that_was_killed_while_it_sent_is_finished_by_the_next() {
    let (proxy, acme) = behind_a_proxy();
    let bodies = proxy.count("GenerateDataKey");
    // The first is the probe's.
    proxy.on("GenerateDataKey", bodies + 2..=bodies + 2, Effect::HoldAfter);
    let running = acme.workspace.spawn(VERIFIED);
    while !proxy.holds() {
        std::thread::sleep(Duration::from_millis(10));
    }
    running.kill();
    proxy.clear();
    assert_eq!(acme.texts().len(), 0);
    let run = acme.workspace.run(VERIFIED).expect(0);
    says_nothing_of_the_number(&run);
    assert_eq!(acme.texts().len(), 1);
    attached_whole(&acme);
}
