//! The handler against a handler for Node.js that does the least that it must, side by side in one run.
//!
//! Both run as Lambda would run them, in turn, against the same runtime API, KMS and SNS: start to first answer,
//! warm answers, CPU, memory, zip. Ours is what `deployer build` puts into the zip, for the host's architecture;
//! theirs is `handler/tests/node`, bundled and minified, on a runtime loop that is smaller than Lambda's own.
//! Prints each figure beside its limit. Times vary with the machine, so the run fails only when a figure is twice
//! what it may be, or the zip, which varies with nothing, is larger than it may be.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark prints, and stops at what is not as it should be"
)]

mod contender;
#[path = "../shared/figures.rs"]
mod figures;
#[path = "../../../handler/tests/it/function.rs"]
#[expect(dead_code, reason = "the handler's tests need more of it")]
mod function;
mod measure;
#[path = "../../../handler/tests/it/server.rs"]
#[expect(dead_code, reason = "the handler's tests need more of it")]
mod server;
#[path = "../../../handler/tests/it/services.rs"]
#[expect(dead_code, reason = "the handler's tests need more of it")]
mod services;
#[path = "../../tests/it/support/tools.rs"]
#[expect(dead_code, reason = "the tests need Python too")]
mod tools;

use std::process::ExitCode;

use self::contender::{Contender, node_says, zip_of};
use self::figures::share;
use self::measure::Measured;

/// A figure of both, and what share of theirs ours may be.
struct Row {
    what: &'static str,
    unit: &'static str,
    ours: f64,
    theirs: f64,
    at_most: Option<f64>,
}

impl Row {
    fn print(&self) {
        let limit = self
            .at_most
            .map_or_else(String::new, |share| format!("1/{:.0}", 1.0 / share));
        println!(
            "{:<24} {:>9.2} {:>9.2} {:>8} {limit:>9}  {}",
            self.what,
            self.ours,
            self.theirs,
            share(self.ours / self.theirs),
            self.unit
        );
    }

    /// Whether ours is beyond twice its limit.
    fn is_lost(&self) -> bool {
        self.at_most.is_some_and(|share| self.ours / self.theirs > share * 2.0)
    }
}

/// The most bytes that the zip for arm64 may have.
const LARGEST_ZIP: usize = 3_000_000;

fn main() -> ExitCode {
    // `cargo test --benches` passes nothing: there is nothing to test.
    if !std::env::args().any(|argument| argument == "--bench") {
        return ExitCode::SUCCESS;
    }
    let host = if cfg!(target_arch = "aarch64") {
        "arm64"
    } else {
        "x86_64"
    };
    let ours = Contender::ours(zip_of(host).expect("a builder for the host"));
    let theirs = Contender::theirs();
    let [mine, node] = measure::both(&ours, &theirs);
    let row = |what, unit, figure: fn(&Measured) -> f64, at_most| Row {
        what,
        unit,
        ours: figure(&mine),
        theirs: figure(&node),
        at_most,
    };
    let rows = [
        row(
            "start to first answer",
            "ms",
            |measured| measured.first_ms,
            Some(1.0 / 20.0),
        ),
        row("warm answer", "ms", |measured| measured.warm_ms, None),
        row("CPU per event", "ms", |measured| measured.cpu_ms, Some(1.0 / 3.0)),
        row("peak memory", "MiB", |measured| measured.peak_mib, Some(1.0 / 10.0)),
        Row {
            what: "zip, for the host",
            unit: "MB",
            ours: megabytes(ours.zip_bytes),
            theirs: megabytes(theirs.zip_bytes),
            at_most: None,
        },
    ];
    println!(
        "{:<24} {:>9} {:>9} {:>8} {:>9}",
        format!("medians, Node.js {}", node_says("process.version")),
        "handler",
        "Node.js",
        "share",
        "at most"
    );
    rows.iter().for_each(Row::print);
    let zip = zip_of("arm64");
    match &zip {
        Some(zip) => println!(
            "{:<24} {:>9.2} {:>9} {:>8} {:>9.2}  MB",
            "zip, for arm64",
            megabytes(zip.len()),
            "",
            "",
            megabytes(LARGEST_ZIP)
        ),
        None => println!("zip, for arm64: not built, since the cross toolchain is missing"),
    }
    // Where everything that a check needs is to be there, one that was not made is not passed.
    let unchecked = zip.is_none() && std::env::var_os("CI").is_some();
    if rows.iter().any(Row::is_lost) || unchecked || zip.is_some_and(|zip| zip.len() > LARGEST_ZIP) {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    }
}

#[expect(clippy::cast_precision_loss, reason = "a zip is far from 2^52 bytes")]
fn megabytes(bytes: usize) -> f64 {
    bytes as f64 / 1e6
}
