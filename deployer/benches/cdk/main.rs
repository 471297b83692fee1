//! `diff` and an apply that has nothing to do, side by side with `cdk diff` and `cdk deploy`, for 1, 10 and 100 stacks.
//!
//! Both work on the same emulator, each in an account of its own, with stacks of the same resources that they made
//! themselves: time, CPU and memory of whole processes, and calls to the API. CDK's 100 stacks take minutes, so they
//! are measured only when `DEPLOYER_BENCH_CDK=100` says so. Prints each figure beside its limit; the limits are far
//! away, so the run fails when one is missed.

#![expect(
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark prints, and stops at what is not as it should be"
)]

#[path = "../../tests/it/support/aws.rs"]
#[expect(dead_code, reason = "the tests need more of it")]
mod aws;
mod contender;
#[path = "../shared/figures.rs"]
mod figures;
#[path = "../../tests/it/support/http.rs"]
mod http;
mod measure;
#[path = "../../tests/it/support/ministack.rs"]
#[expect(dead_code, reason = "the tests need more of it")]
mod ministack;
#[path = "../../tests/it/support/proxy.rs"]
#[expect(dead_code, reason = "the tests need more of it")]
mod proxy;
#[path = "../../tests/it/support/server.rs"]
mod server;
#[path = "../../tests/it/support/tools.rs"]
mod tools;

use std::path::Path;
use std::process::ExitCode;

use self::contender::{Action, Contender};
use self::figures::share;
use self::measure::{Measured, Ways};
use self::ministack::Ministack;
use self::proxy::Proxy;

/// How many stacks are looked at, and how often: CDK's are slow.
const SIZES: [(usize, usize); 3] = [(1, 5), (10, 3), (100, 1)];
/// How often ours are where CDK's are not.
const TURNS_ALONE: usize = 5;

/// How many of CDK's stacks are measured at most, unless the variable says otherwise.
const STACKS_OF_CDK: usize = 10;

/// A figure, and how large it may be.
struct Limit {
    what: &'static str,
    found: f64,
    at_most: f64,
}

/// Takes one figure out of those that were measured.
type Figure = fn(&Measured) -> f64;

/// What was found of ours, and of CDK's.
type Pair = (Measured, Option<Measured>);

fn main() -> ExitCode {
    // `cargo test --benches` passes nothing: there is nothing to test.
    if !std::env::args().any(|argument| argument == "--bench") {
        return ExitCode::SUCCESS;
    }
    let most = std::env::var("DEPLOYER_BENCH_CDK").map_or(STACKS_OF_CDK, |most| most.parse().unwrap());
    // The limits are measured by its one stack.
    let stacks_of_cdk = most.max(1);
    let launcher = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/cdk/server.py");
    let server = Ministack::start_with(&launcher, &[]);
    let ways = Ways {
        straight: server.endpoint(),
        counted: Proxy::before(server.address()),
    };
    let (deployer, cdk) = (Contender::deployer(), Contender::cdk());
    deployer.deploy(SIZES[2].0, &ways.straight);
    cdk.deploy(stacks_of_cdk, &ways.straight);

    println!("{:<36} {:>10} {:>10} {:>8}", "medians", "deployer", "AWS CDK", "share");
    let [diff, apply] = [Action::Diff, Action::Apply].map(|action| {
        SIZES.map(|(stacks, turns)| {
            let (ours, theirs) = if stacks <= stacks_of_cdk {
                let [ours, theirs] = measure::all([&deployer, &cdk], (action, stacks), turns, &ways);
                (ours, Some(theirs))
            } else {
                let [ours] = measure::all([&deployer], (action, stacks), TURNS_ALONE, &ways);
                (ours, None)
            };
            print(action, stacks, &(ours, theirs));
            (ours, theirs)
        })
    });

    println!("\n{:<56} {:>8} {:>8}", "limits", "found", "at most");
    let limits = limits(&diff, &apply);
    for limit in &limits {
        println!(
            "{:<56} {:>8} {:>8}",
            limit.what,
            share(limit.found),
            share(limit.at_most)
        );
    }
    if limits.iter().any(|limit| limit.found > limit.at_most) {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    }
}

fn limits(diff: &[Pair; 3], apply: &[Pair; 3]) -> [Limit; 5] {
    let of_one_of_cdk = |ours: &Measured, action: &[Pair; 3]| ours.ms / action[0].1.map_or(f64::NAN, |cdk| cdk.ms);
    let hundred = &apply[2].0;
    [
        Limit {
            what: "diff of 1 stack, of CDK's time",
            found: of_one_of_cdk(&diff[0].0, diff),
            at_most: 1.0 / 20.0,
        },
        Limit {
            what: "diff of 100 stacks, of CDK's time for 1",
            found: of_one_of_cdk(&diff[2].0, diff),
            at_most: 1.0,
        },
        Limit {
            what: "apply of 100 stacks as they are, of CDK's time for 1",
            found: of_one_of_cdk(hundred, apply),
            at_most: 1.0,
        },
        Limit {
            what: "apply of 100 stacks as they are, calls for each",
            found: count(hundred.calls - hundred.identity_calls) / 100.0,
            // The stack, its template, and the SHA-256 of the code that its function runs.
            at_most: 3.0,
        },
        Limit {
            what: "apply of 100 stacks as they are, calls of STS",
            found: count(hundred.identity_calls),
            at_most: 1.0,
        },
    ]
}

fn print(action: Action, stacks: usize, (ours, theirs): &Pair) {
    let what = match action {
        Action::Diff => "diff",
        Action::Apply => "apply of nothing new",
    };
    let figures: [(&str, Figure); 4] = [
        ("time, ms", |measured| measured.ms),
        ("CPU, ms", |measured| measured.cpu_ms),
        ("peak memory, MiB", |measured| measured.mib),
        ("calls", |measured| count(measured.calls)),
    ];
    println!("{what}, {stacks} {}", if stacks == 1 { "stack" } else { "stacks" });
    for (name, figure) in figures {
        let ours = figure(ours);
        let theirs = theirs.as_ref().map(figure);
        println!(
            "  {name:<34} {ours:>10.1} {:>10} {:>8}",
            theirs.map_or_else(String::new, |theirs| format!("{theirs:.1}")),
            theirs.map_or_else(String::new, |theirs| share(ours / theirs)),
        );
    }
}

fn count(number: usize) -> f64 {
    f64::from(u32::try_from(number).unwrap())
}
