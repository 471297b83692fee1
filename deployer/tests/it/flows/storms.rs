//! Under throttles, server errors and dropped connections an apply takes longer, and does not fail.
//!
//! By default a few commands, `DEPLOYER_TEST_STORMS` says how many.

use std::sync::atomic::{AtomicU64, Ordering};

use super::kills::{APPLY, as_declared};
use super::people::{attached_whole, behind_a_proxy, detached_whole};
use super::{Acme, sender};
use crate::support::cli::Workspace;
use crate::support::ministack::Ministack;
use crate::support::proxy::Proxy;

const DEFAULT: u64 = 8;
const SIDE_BY_SIDE: usize = 6;

#[test]
fn no_apply_fails_in_a_storm() {
    in_storms(create_and_update);
}

/// A pool that exists is attached and let go of.
#[test]
fn no_attach_and_no_detach_fails_in_a_storm() {
    in_storms(attach_and_detach);
}

/// Goes through as many storms as wanted; each is of two commands, and `run` returns how many of them failed.
fn in_storms(run: fn(u64) -> u64) {
    let commands = std::env::var("DEPLOYER_TEST_STORMS").map_or(DEFAULT, |number| number.parse().unwrap());
    let next = AtomicU64::new(0);
    let failed = AtomicU64::new(0);
    std::thread::scope(|scope| {
        for _ in 0..SIDE_BY_SIDE {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed * 2 >= commands {
                        return;
                    }
                    failed.fetch_add(run(seed), Ordering::Relaxed);
                }
            });
        }
    });
    assert_eq!(failed.into_inner(), 0, "of {commands}");
}

/// Returns how many of both applies failed.
fn create_and_update(seed: u64) -> u64 {
    let proxy = Proxy::before(Ministack::shared().address());
    let acme = Acme::with_bucket(Workspace::offline().at(proxy.endpoint()));
    let mut failed = 0;
    for text in [sender(), sender().replace("function: {", "function: {memory_mb: 512, ")] {
        acme.write(&text);
        failed += in_a_storm(&proxy, &acme, seed, APPLY, |_| {});
    }
    if failed == 0 {
        as_declared(&acme, &["UPDATE_COMPLETE"]);
    }
    failed
}

fn attach_and_detach(seed: u64) -> u64 {
    let (proxy, acme) = behind_a_proxy();
    let detach = &["detach", "stacks/acme.yaml", "--yes"];
    in_a_storm(&proxy, &acme, seed, APPLY, attached_whole) + in_a_storm(&proxy, &acme, seed, detach, detached_whole)
}

/// Returns 1 when the command failed; looks at what became of it when it did not.
fn in_a_storm(proxy: &Proxy, acme: &Acme, seed: u64, command: &[&str], whole: fn(&Acme)) -> u64 {
    proxy.storm(seed);
    let run = acme.workspace.run(command);
    proxy.clear();
    if run.code == Some(0) {
        whole(acme);
        return 0;
    }
    eprintln!("seed {seed}, {command:?}:\n{}", run.stderr);
    1
}
