//! Credentials that expire at any call: what did not happen is said, and the next run finishes the work.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::kills::{APPLY, as_declared, wait_until_still};
use super::phases::bare;
use super::{Acme, sender};
use crate::support::cli::Workspace;
use crate::support::ministack::Ministack;
use crate::support::proxy::{Effect, Proxy};

const SIDE_BY_SIDE: usize = 6;

const EXPIRED: Effect = Effect::Error {
    status: 403,
    code: "ExpiredToken",
    message: "The security token included in the request is expired",
};

const DESTROY: &[&str] = &["destroy", "stacks/acme.yaml", "--confirm", "acme"];

fn acme(before: fn(&Acme)) -> (Proxy, Acme) {
    let proxy = Proxy::before(Ministack::shared().address());
    let acme = Acme::with_bucket(Workspace::offline().at(proxy.endpoint()));
    before(&acme);
    (proxy, acme)
}

/// Lets the credentials expire before every `step`th call of a command.
fn expire_everywhere(before: fn(&Acme), command: &[&str], step: usize, after: fn(&Acme)) {
    let (proxy, first) = acme(before);
    let earlier = proxy.calls().len();
    first.workspace.run(command).expect(0);
    let calls = proxy.calls().len() - earlier;
    let turns: Vec<usize> = (1..=calls).step_by(step).collect();
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..SIDE_BY_SIDE {
            scope.spawn(|| {
                while let Some(turn) = turns.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let (proxy, acme) = acme(before);
                    expire_at(&proxy, &acme, command, *turn);
                    after(&acme);
                }
            });
        }
    });
}

fn expire_at(proxy: &Proxy, acme: &Acme, command: &[&str], turn: usize) {
    let call = proxy.calls().len() + turn;
    proxy.on("*", call..=usize::MAX, EXPIRED);
    let run = acme.workspace.run(command);
    let reached = proxy.calls().len() >= call;
    proxy.clear();
    // There may be fewer polls this time.
    if reached {
        let said = run.expect(1).stderr;
        for words in ["error: ", "the credentials have expired: sign in again"] {
            assert!(said.contains(words), "at {turn}, no {words} in {said}");
        }
        let fates = [
            "nothing was changed",
            "was not started",
            "goes on in CloudFormation",
            "then run the same command",
        ];
        assert!(fates.iter().any(|fate| said.contains(fate)), "at {turn}: {said}");
        wait_until_still(acme);
    }
    acme.workspace.run(command).expect(0);
}

#[test]
fn an_update_by_two_change_sets_is_finished_after_signing_in_again() {
    expire_everywhere(
        |acme| {
            acme.write(&bare());
            acme.apply(0);
            acme.write(&sender());
        },
        APPLY,
        3,
        |acme| as_declared(acme, &["UPDATE_COMPLETE"]),
    );
}

#[test]
fn a_destroy_is_finished_after_signing_in_again() {
    expire_everywhere(
        |acme| drop(acme.apply(0)),
        DESTROY,
        3,
        |acme| assert_eq!(acme.status(), None),
    );
}

/// With no right left to take it back, the change set stays and is said to.
#[test]
fn a_change_set_that_cannot_be_taken_back_is_named_and_replaced() {
    let (proxy, acme) = acme(|_| {});
    proxy.on("DescribeChangeSet", 1..=usize::MAX, EXPIRED);
    proxy.on("DeleteChangeSet", 1..=usize::MAX, EXPIRED);
    let shown = acme.apply(1);
    insta::assert_snapshot!("kept", &shown[shown.find("error: ").unwrap()..]);
    assert_eq!(acme.status().as_deref(), Some("REVIEW_IN_PROGRESS"));
    proxy.clear();
    acme.apply(0);
    as_declared(&acme, &["CREATE_COMPLETE"]);
}
