//! Under throttles, server errors and dropped connections an apply takes longer, and does not fail.
//!
//! By default a few applies, `DEPLOYER_TEST_STORMS` says how many.

use std::sync::atomic::{AtomicU64, Ordering};

use super::kills::as_declared;
use super::{Acme, sender};
use crate::support::cli::Workspace;
use crate::support::ministack::Ministack;
use crate::support::proxy::Proxy;

const DEFAULT: u64 = 8;
const SIDE_BY_SIDE: usize = 6;

#[test]
fn no_apply_fails_in_a_storm() {
    let applies = std::env::var("DEPLOYER_TEST_STORMS").map_or(DEFAULT, |number| number.parse().unwrap());
    let next = AtomicU64::new(0);
    let failed = AtomicU64::new(0);
    std::thread::scope(|scope| {
        for _ in 0..SIDE_BY_SIDE {
            scope.spawn(|| {
                loop {
                    // Two applies for each: one creates, one updates.
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed * 2 >= applies {
                        return;
                    }
                    failed.fetch_add(create_and_update(seed), Ordering::Relaxed);
                }
            });
        }
    });
    assert_eq!(failed.into_inner(), 0, "of {applies}");
}

/// Returns how many of both applies failed.
fn create_and_update(seed: u64) -> u64 {
    let proxy = Proxy::before(Ministack::shared().address());
    let acme = Acme::with_bucket(Workspace::offline().at(proxy.endpoint()));
    let mut failed = 0;
    for text in [sender(), sender().replace("function: {", "function: {memory_mb: 512, ")] {
        acme.write(&text);
        proxy.storm(seed);
        let run = acme.workspace.run(&["apply", "--yes"]);
        proxy.clear();
        if run.code != Some(0) {
            eprintln!("seed {seed}:\n{}", run.stderr);
            failed += 1;
        }
    }
    if failed == 0 {
        as_declared(&acme, &["UPDATE_COMPLETE"]);
    }
    failed
}
