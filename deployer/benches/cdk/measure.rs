//! What is measured of a program that looks at stacks.

use std::fs;
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use crate::contender::{Action, Contender};
use crate::figures::{cpu_ms, median, peak_mib};
use crate::proxy::Proxy;

/// One way to the server, and another one that counts what is called.
pub(crate) struct Ways {
    pub(crate) straight: String,
    pub(crate) counted: Proxy,
}

/// The figures of one program for one action on so many stacks.
#[derive(Clone, Copy, Default)]
pub(crate) struct Measured {
    /// The median of the turns.
    pub(crate) ms: f64,
    /// Of one turn, user and kernel, with all processes that it started.
    pub(crate) cpu_ms: f64,
    /// Of its largest process.
    pub(crate) mib: f64,
    pub(crate) calls: usize,
    /// How many of the calls ask STS whose the credentials are.
    pub(crate) identity_calls: usize,
}

/// Measures programs in turn, so that what else the machine does meets all of them.
pub(crate) fn all<const N: usize>(
    contenders: [&Contender; N],
    (action, stacks): (Action, usize),
    turns: usize,
    ways: &Ways,
) -> [Measured; N] {
    // The first run of each reads the program from the disk, so it is not timed.
    let mut measured = contenders.map(|contender| watched(contender, (action, stacks), ways));
    let mut times = contenders.map(|_| Vec::new());
    for _ in 0..turns {
        for ((contender, times), measured) in contenders.iter().zip(&mut times).zip(&mut measured) {
            let before = children_cpu_ms();
            let began = Instant::now();
            let output = contender.acting(action, stacks, &ways.straight).output().unwrap();
            times.push(began.elapsed().as_secs_f64() * 1000.0);
            // Single ticks are coarse, their sum is not: Linux adds up nanoseconds.
            measured.cpu_ms += children_cpu_ms() - before;
            contender.check(action, stacks, &output);
        }
    }
    for (measured, times) in measured.iter_mut().zip(times) {
        measured.cpu_ms /= f64::from(u32::try_from(turns).unwrap());
        measured.ms = median(times);
    }
    measured
}

/// A run that is looked at closely, which takes its time.
fn watched(contender: &Contender, (action, stacks): (Action, usize), ways: &Ways) -> Measured {
    let before = ways.counted.calls().len();
    let mut command = contender.acting(action, stacks, &ways.counted.endpoint());
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let process = child.id();
    let output = thread::spawn(|| child.wait_with_output().unwrap());
    let mut mib: f64 = 0.0;
    while !output.is_finished() {
        mib = mib.max(largest_mib(process));
        thread::sleep(Duration::from_micros(500));
    }
    contender.check(action, stacks, &output.join().unwrap());
    let calls = ways.counted.calls().split_off(before);
    Measured {
        mib,
        calls: calls.len(),
        identity_calls: calls.iter().filter(|call| *call == "GetCallerIdentity").count(),
        ..Measured::default()
    }
}

/// The peak of the largest one among a process and all that it started.
fn largest_mib(process: u32) -> f64 {
    let own = peak_mib(process).unwrap_or_default();
    children(process).into_iter().map(largest_mib).fold(own, f64::max)
}

/// Each thread has the children that it started.
fn children(process: u32) -> Vec<u32> {
    let threads = fs::read_dir(format!("/proc/{process}/task"))
        .into_iter()
        .flatten()
        .flatten();
    let texts = threads.filter_map(|thread| fs::read_to_string(thread.path().join("children")).ok());
    texts
        .flat_map(|text| {
            text.split_whitespace()
                .map(|child| child.parse().unwrap())
                .collect::<Vec<_>>()
        })
        .collect()
}

/// The CPU time of all processes that ended under this one, and whose end somebody waited for.
fn children_cpu_ms() -> f64 {
    cpu_ms("self", [16, 17])
}
