//! Killed before and after every call that a command makes, the next run finishes the work.
//!
//! A first run without faults tells which calls there are; then each has its turn, on an account of its
//! own. By default `apply` on a new stack has all of its turns but repeated polls, the others every
//! third; with `DEPLOYER_TEST_KILLS=all` all of them have all.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::people::{self, attached_whole, detached_whole, is_untouched};
use super::phases::bare;
use super::stack_policy::is_protected;
use super::{Acme, sender};
use crate::support::cli::Workspace;
use crate::support::ministack::Ministack;
use crate::support::proxy::{Effect, Proxy};

/// How many cases run side by side.
const SIDE_BY_SIDE: usize = 6;

/// A command, and what stands before and after it.
pub(super) struct Story {
    /// The account, before anything of the stack's is there, and what all its calls go by.
    pub(super) start: fn() -> (Proxy, Acme),
    pub(super) before: fn(&Acme),
    pub(super) command: &'static [&'static str],
    pub(super) after: fn(&Acme),
    /// Every how many calls have their turn when not all do.
    pub(super) step: usize,
}

/// A call, by its action and which of these it is.
#[derive(Clone, Debug)]
pub(super) struct Call {
    pub(super) action: String,
    pub(super) number: usize,
}

/// A call, before or after which a run is ended.
#[derive(Clone, Debug)]
pub(super) struct Turn {
    pub(super) call: Call,
    pub(super) after: bool,
}

pub(super) const APPLY: &[&str] = &["apply", "--yes"];

/// The first apply of a stack.
pub(super) const CREATE: Story = Story {
    start: usual,
    before: |_| {},
    command: APPLY,
    after: |acme| as_declared(acme, &["CREATE_COMPLETE"]),
    step: 1,
};

/// An apply that changes the function.
pub(super) const UPDATE: Story = Story {
    start: usual,
    before: |acme| {
        acme.apply(0);
        acme.write(&sender().replace("function: {", "function: {memory_mb: 512, "));
    },
    command: APPLY,
    after: |acme| as_declared(acme, &["UPDATE_COMPLETE"]),
    step: 3,
};

/// The first apply of a stack that attaches to a pool.
pub(super) const ATTACH: Story = Story {
    start: people::behind_a_proxy,
    before: |_| {},
    command: APPLY,
    after: attached_whole,
    step: 2,
};

#[test]
fn a_create_that_was_killed_is_finished_by_the_next_apply() {
    everywhere(&CREATE, kill_at);
}

#[test]
fn an_update_that_was_killed_is_finished_by_the_next_apply() {
    everywhere(&UPDATE, kill_at);
}

#[test]
fn an_update_by_two_change_sets_that_was_killed_is_finished_by_the_next_apply() {
    everywhere(
        &Story {
            start: usual,
            before: |acme| {
                acme.write(&bare());
                acme.apply(0);
                acme.write(&format!("{}termination_protection: true\n", sender()));
            },
            command: APPLY,
            after: |acme| {
                as_declared(acme, &["UPDATE_COMPLETE"]);
                assert_eq!(acme.triggers(), ["CustomSMSSender", "KMSKeyID"]);
            },
            step: 3,
        },
        kill_at,
    );
}

#[test]
fn a_destroy_that_was_killed_is_finished_by_the_next_destroy() {
    everywhere(
        &Story {
            start: usual,
            before: |acme| {
                acme.write(&format!("{}termination_protection: true\n", sender()));
                acme.apply(0);
            },
            command: &[
                "destroy",
                "stacks/acme.yaml",
                "--confirm",
                "acme",
                "--delete",
                "pool",
                "--delete",
                "key",
                "--delete",
                "logs",
            ],
            after: |acme| {
                assert_eq!(acme.status(), None);
                assert_eq!(acme.pool_count(), 0);
                assert_eq!(acme.key_count(), 0);
                assert_eq!(acme.log_groups("/"), 0);
            },
            step: 3,
        },
        kill_at,
    );
}

#[test]
fn an_attach_that_was_killed_is_finished_by_the_next_apply() {
    everywhere(&ATTACH, kill_at);
}

#[test]
fn an_exchange_of_triggers_that_was_killed_is_finished_by_the_next_apply() {
    everywhere(
        &Story {
            start: people::behind_a_proxy,
            before: |acme| {
                acme.apply(0);
                let file = std::fs::read_to_string(acme.workspace.path().join("stacks/acme.yaml")).unwrap();
                let file = file
                    .replace("}\ntriggers:", ", email_sending: cognito_default}\ntriggers:")
                    .replace("custom_sms_sender", "custom_message");
                let (start, _) = file.split_once("key:").unwrap();
                acme.write(&format!(
                    "{start}function: {{architecture: x86_64}}\nacknowledge: [{{code: sender-removed, resource: \
                 Pool.CustomSMSSender, to: none, reason: texts}}, {{code: queue-removed, resource: DeadLetterQueue, \
                 to: removed, reason: texts}}, {{code: key-removed, resource: Key, to: removed, reason: texts}}]\n"
                ));
            },
            command: APPLY,
            after: |acme| {
                let run = acme.workspace.run(&["diff", "--exit-code"]);
                assert_eq!(run.code, Some(0), "{}", run.stdout);
                assert_eq!(acme.triggers(), ["PreSignUp", "CustomMessage"]);
                assert!(acme.template()["Resources"].get("DecryptPolicy").is_none());
                is_protected(acme);
                is_untouched(acme);
            },
            step: 3,
        },
        kill_at,
    );
}

#[test]
fn a_detach_that_was_killed_is_finished_by_the_next_detach() {
    everywhere(
        &Story {
            start: people::behind_a_proxy,
            before: |acme| {
                acme.apply(0);
            },
            command: &["detach", "stacks/acme.yaml", "--yes"],
            after: |acme| {
                detached_whole(acme);
                assert_eq!(acme.status().as_deref(), Some("UPDATE_COMPLETE"));
            },
            step: 1,
        },
        kill_at,
    );
}

#[test]
fn a_destroy_beside_a_pool_that_stays_that_was_killed_is_finished_by_the_next_destroy() {
    everywhere(
        &Story {
            start: people::behind_a_proxy,
            before: |acme| {
                acme.apply(0);
            },
            command: &["destroy", "stacks/acme.yaml", "--confirm", "acme"],
            after: |acme| {
                assert_eq!(acme.status(), None);
                detached_whole(acme);
            },
            step: 3,
        },
        kill_at,
    );
}

/// One stack, one pool, one key, as the file says and with nothing left to do.
pub(super) fn as_declared(acme: &Acme, statuses: &[&str]) {
    let status = acme.status().unwrap();
    assert!(statuses.contains(&status.as_str()), "{status}");
    acme.workspace.run(&["diff", "--exit-code"]).expect(0);
    assert_eq!(acme.change_sets(), 0);
    is_protected(acme);
    assert_eq!(acme.pool_count(), 1);
    assert_eq!(acme.key_count(), 1);
}

/// Lets `end` end a run before and after every call of a story.
pub(super) fn everywhere(story: &Story, end: fn(&Story, &Turn) -> bool) {
    let all = std::env::var_os("DEPLOYER_TEST_KILLS").is_some_and(|wanted| wanted == "all");
    let calls = calls(story, all);
    assert!(calls.len() > 8, "{calls:?}");
    let turns: Vec<Turn> = calls
        .into_iter()
        .flat_map(|call| {
            [false, true].map(|after| Turn {
                call: call.clone(),
                after,
            })
        })
        .step_by(if all { 1 } else { story.step })
        .collect();
    each(story, &turns, end);
}

/// Gives each call its turn.
pub(super) fn each(story: &Story, turns: &[Turn], end: fn(&Story, &Turn) -> bool) {
    let (next, reached) = (AtomicUsize::new(0), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for _ in 0..SIDE_BY_SIDE {
            scope.spawn(|| {
                while let Some(turn) = turns.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let held = end(story, turn);
                    reached.fetch_add(held.into(), Ordering::Relaxed);
                }
            });
        }
    });
    let (reached, turns) = (reached.into_inner(), turns.len());
    eprintln!("{reached} of {turns} calls were reached");
    // Only a poll too many is not there in every run.
    assert!(reached * 10 >= turns * 7, "{reached} of {turns}");
}

/// Lists the calls of a run without faults; of equal calls in a row the first two, or all.
fn calls(story: &Story, all: bool) -> Vec<Call> {
    let (proxy, acme) = begun(story);
    let before = proxy.calls().len();
    acme.workspace.run(story.command).expect(0);
    let made = proxy.calls().into_iter().skip(before);
    (story.after)(&acme);
    let mut numbers = BTreeMap::<String, usize>::new();
    let mut row = (String::new(), 0);
    let mut calls = Vec::new();
    for call in made {
        let action = general(&call, acme.workspace.account());
        let number = numbers.entry(action.clone()).or_default();
        *number += 1;
        row = if row.0 == action {
            (action.clone(), row.1 + 1)
        } else {
            (action.clone(), 1)
        };
        if all || row.1 <= 2 {
            calls.push(Call {
                action,
                number: *number,
            });
        }
    }
    calls
}

/// A call's action; of a path only what is the same in every account.
fn general(call: &str, account: &str) -> String {
    match call.split_once(" /") {
        Some((method, path)) => {
            let first = path.split('/').next().unwrap_or_default();
            format!("{method} /{}", first.replace(account, "$ACCOUNT"))
        }
        None => call.to_owned(),
    }
}

/// An account with a bucket, and a handler that nobody calls.
pub(super) fn usual() -> (Proxy, Acme) {
    let proxy = Proxy::before(Ministack::shared().address());
    let acme = Acme::with_bucket(Workspace::offline().at(proxy.endpoint()));
    (proxy, acme)
}

pub(super) fn begun(story: &Story) -> (Proxy, Acme) {
    let (proxy, acme) = (story.start)();
    (story.before)(&acme);
    (proxy, acme)
}

/// Kills a run at a call, then runs the same command again and looks at what has become of it. Returns
/// whether the run came to that call.
pub(super) fn kill_at(story: &Story, turn: &Turn) -> bool {
    let Turn { call, after } = turn;
    let after = *after;
    let (proxy, acme) = begun(story);
    let action = call.action.replace("$ACCOUNT", acme.workspace.account());
    let number = proxy.count(&action) + call.number;
    let effect = if after { Effect::HoldAfter } else { Effect::HoldBefore };
    proxy.on(&action, number..=number, effect);
    let mut running = acme.workspace.spawn(story.command);
    while !proxy.holds() && !running.ended() {
        std::thread::sleep(Duration::from_millis(5));
    }
    // What is not reached, since there were fewer polls this time, has nothing to kill.
    let held = proxy.holds();
    running.kill();
    proxy.clear();
    wait_until_still(&acme);
    let moment = if after { "after" } else { "before" };
    let again = acme.workspace.run(story.command);
    eprintln!("killed {moment} {call:?}, then:\n{}{}", again.stdout, again.stderr);
    again.expect(0);
    (story.after)(&acme);
    held
}

/// What CloudFormation was told goes on without us.
pub(super) fn wait_until_still(acme: &Acme) {
    let limit = Instant::now() + Duration::from_mins(1);
    while let Some(status) = acme.status() {
        if !status.ends_with("_IN_PROGRESS") || status == "REVIEW_IN_PROGRESS" {
            return;
        }
        assert!(Instant::now() < limit, "the stack stays in {status}");
        std::thread::sleep(Duration::from_millis(50));
    }
}
