//! Interrupted before and after every call that a command makes, it ends at once, and what it says is true: "nothing was
//! changed" only where the endpoint saw no change, else the next command.
//!
//! It uses the calls of `flows::kills`, each on an account of its own, so each test takes about half a minute.

use std::time::{Duration, Instant};

use super::Acme;
use super::kills::{ATTACH, CREATE, Story, Turn, UPDATE, begun, everywhere, usual, wait_until_still};
use crate::support::proxy::{Effect, Proxy};

/// Calls after which something is not as it was.
const CHANGING: [&str; 7] = [
    "ExecuteChangeSet",
    "UpdateUserPool",
    "UpdateTerminationProtection",
    "SetStackPolicy",
    "DeleteUserPool",
    "ScheduleKeyDeletion",
    "DeleteLogGroup",
];

#[test]
fn a_create() {
    everywhere(&CREATE, interrupt_at);
}

#[test]
fn an_update() {
    everywhere(&Story { step: 2, ..UPDATE }, interrupt_at);
}

#[test]
fn an_attach() {
    everywhere(&Story { step: 3, ..ATTACH }, interrupt_at);
}

#[test]
fn a_destroy() {
    everywhere(
        &Story {
            start: usual,
            before: |acme| {
                acme.apply(0);
            },
            command: &["destroy", "stacks/acme.yaml", "--confirm", "acme"],
            after: |acme| assert_eq!(acme.status(), None),
            step: 2,
        },
        interrupt_at,
    );
}

/// What the endpoint has of a stack that was not begun.
fn state(acme: &Acme) -> (Option<String>, usize, usize, usize) {
    (acme.status(), acme.change_sets(), acme.pool_count(), acme.key_count())
}

/// Interrupts a run at a call, compares what it says with what the endpoint saw, and runs the command again. Returns
/// whether the run came to that call.
fn interrupt_at(story: &Story, turn: &Turn) -> bool {
    let (proxy, acme) = begun(story);
    let before = state(&acme);
    let action = turn.call.action.replace("$ACCOUNT", acme.workspace.account());
    let number = proxy.count(&action) + turn.call.number;
    let effect = if turn.after {
        Effect::HoldAfter
    } else {
        Effect::HoldBefore
    };
    proxy.on(&action, number..=number, effect);
    let seen = proxy.calls().len();
    let mut running = acme.workspace.spawn(story.command);
    while !proxy.holds() && !running.ended() {
        std::thread::sleep(Duration::from_millis(5));
    }
    let held = proxy.holds();
    running.interrupt();
    let limit = Instant::now() + Duration::from_secs(20);
    while !running.ended() {
        assert!(Instant::now() < limit, "{turn:?}: it does not end");
        std::thread::sleep(Duration::from_millis(10));
    }
    let run = running.wait();
    if held {
        let run = run.expect(1);
        let changed = changed(&proxy, seen);
        let claims = run.stderr.contains("nothing was changed");
        if claims {
            assert_eq!(changed, Vec::<String>::new(), "{turn:?}: {}", run.stderr);
            assert_eq!(state(&acme), before, "{turn:?}: {}", run.stderr);
        } else {
            let next = ["deployer ", "same command again"]
                .iter()
                .any(|next| run.stderr.contains(next));
            assert!(next && run.stderr.contains("interrupted"), "{turn:?}: {}", run.stderr);
        }
    }
    proxy.clear();
    wait_until_still(&acme);
    acme.workspace.run(story.command).expect(0);
    (story.after)(&acme);
    held
}

fn changed(proxy: &Proxy, seen: usize) -> Vec<String> {
    let calls = proxy.calls().into_iter().skip(seen);
    calls.filter(|call| CHANGING.contains(&call.as_str())).collect()
}
