//! Thousands of events in a row, in one process: its memory stays what it was.

use std::fs;

use serde_json::{Value, json};

use super::count;
use crate::function::{Function, Setup, event};

/// How much the process may grow after it is warm, in KiB: pages of the allocator, and no more with more events.
const GROWTH: u64 = 2048;

/// What the process holds in memory, in KiB.
fn resident(function: &Function) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", function.child.id())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "the memory of a process is read from /proc")]
fn memory_stays_flat_however_many_events_come() {
    let function = Function::start(Setup::default());
    let elsewhere = {
        let mut event = event("SignUp", "signed");
        event["request"]["userAttributes"]["phone_number"] = json!("+4790000000");
        event
    };
    let events = [
        event("SignUp", "signed").to_string(),
        event("Authentication", "committed").to_string(),
        elsewhere.to_string(),
        Value::Null.to_string(),
        "no JSON".to_owned(),
    ];
    let run = |times: usize| {
        for text in events.iter().cycle().take(times) {
            function.invoke_text(text.clone());
        }
    };
    run(300);
    let warm = resident(&function);
    let times = count("SOAK_EVENTS", 1_000);
    run(times);
    let after = resident(&function);
    assert!(
        after <= warm + GROWTH,
        "{warm} KiB grew to {after} KiB in {times} events"
    );
}
