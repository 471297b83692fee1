//! How long and how much memory `deployer synth` takes for 1, 100 and 1,000 stacks, as a user feels it: whole processes.
//!
//! Prints each figure beside its limit. Times vary with the machine, so the run fails only when a figure
//! is twice what it may be.

#![expect(
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark prints, and stops at what is not as it should be"
)]

#[path = "shared/figures.rs"]
#[expect(dead_code, reason = "other benchmarks need more of it")]
mod figures;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use self::figures::{median, peak_mib};

/// Time is the median of this many processes, memory the most of a few.
const TIMED: usize = 21;
const WEIGHED: usize = 5;

fn main() -> ExitCode {
    // `cargo test --benches` passes nothing: there is nothing to test.
    if !std::env::args().any(|argument| argument == "--bench") {
        return ExitCode::SUCCESS;
    }
    let one = Measure::of(1, TIMED);
    let hundred = Measure::of(100, TIMED);
    let thousand = Measure::of(1000, TIMED / 3);
    // What each further stack costs, from 1 to 100 and from 100 to 1,000: growth is linear when the two agree.
    let early = (hundred.milliseconds - one.milliseconds) / 99.0;
    let late = (thousand.milliseconds - hundred.milliseconds) / 900.0;
    let rows = [
        Row {
            what: "1 stack, time",
            found: one.milliseconds,
            limit: Some(16.0),
            unit: "ms",
        },
        Row {
            what: "1 stack, peak memory",
            found: one.mebibytes,
            limit: Some(25.0),
            unit: "MiB",
        },
        Row {
            what: "100 stacks, time",
            found: hundred.milliseconds,
            limit: Some(60.0),
            unit: "ms",
        },
        Row {
            what: "100 stacks, peak memory",
            found: hundred.mebibytes,
            limit: None,
            unit: "MiB",
        },
        Row {
            what: "1,000 stacks, time",
            found: thousand.milliseconds,
            limit: None,
            unit: "ms",
        },
        Row {
            what: "1,000 stacks, peak memory",
            found: thousand.mebibytes,
            limit: None,
            unit: "MiB",
        },
        Row {
            what: "a further stack, 100 to 1,000 against 1 to 100",
            found: late / early,
            limit: Some(1.2),
            unit: "times",
        },
    ];
    println!("{:<48} {:>9} {:>9} {:>7}", "deployer synth", "found", "limit", "of it");
    for row in &rows {
        row.print();
    }
    if rows.iter().any(|row| row.share().is_some_and(|share| share > 2.0)) {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    }
}

struct Row {
    what: &'static str,
    found: f64,
    limit: Option<f64>,
    unit: &'static str,
}

impl Row {
    fn share(&self) -> Option<f64> {
        self.limit.map(|limit| self.found / limit)
    }

    fn print(&self) {
        let limit = self.limit.map_or_else(String::new, |limit| format!("{limit:.1}"));
        let share = self
            .share()
            .map_or_else(String::new, |share| format!("{:.0} %", share * 100.0));
        println!(
            "{:<48} {:>9.1} {limit:>9} {share:>7}  {}",
            self.what, self.found, self.unit
        );
    }
}

struct Measure {
    milliseconds: f64,
    mebibytes: f64,
}

impl Measure {
    fn of(stacks: usize, runs: usize) -> Self {
        let folder = write_stacks(stacks);
        // The first run reads the binary and the files from the disk.
        let _ = time(&folder);
        let milliseconds = median((0..runs).map(|_| time(&folder).as_secs_f64() * 1000.0).collect());
        let mebibytes = (0..WEIGHED).map(|_| weigh(&folder)).fold(0.0, f64::max);
        fs::remove_dir_all(&folder).unwrap();
        Self {
            milliseconds,
            mebibytes,
        }
    }
}

fn synth(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_deployer"));
    command
        .arg("synth")
        .arg(folder)
        .args(["--format", "json"])
        .stdin(Stdio::null())
        .stdout(Stdio::null());
    command
}

fn time(folder: &Path) -> Duration {
    let began = Instant::now();
    let status = synth(folder).status().unwrap();
    let took = began.elapsed();
    assert!(status.success(), "`deployer synth` failed");
    took
}

/// Returns the peak of the resident memory in MiB.
///
/// The kernel forgets it when the process ends, so it is read as often as can be until then; it only grows.
fn weigh(folder: &Path) -> f64 {
    let mut child = synth(folder).spawn().unwrap();
    let mut peak: f64 = 0.0;
    while child.try_wait().unwrap().is_none() {
        peak = peak.max(peak_mib(child.id()).unwrap_or_default());
        thread::sleep(Duration::from_micros(100));
    }
    peak
}

/// Writes stacks that differ, as large as real ones are.
fn write_stacks(stacks: usize) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("synth-{stacks}"));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    // Its sources are read for the digest that names the zip.
    let handler = concat!(env!("CARGO_MANIFEST_DIR"), "/../handler");
    for number in 1..=stacks {
        let text = format!(
            r#"# yaml-language-server: $schema=schema.json
name: acme-{number:04}
account: "111122223333"
region: us-west-2
tags: {{team: identity, number: "{number}"}}
pool:
  new:
    properties:
      UserPoolName: acme-{number:04}
      UsernameAttributes: [email, phone_number]
      AutoVerifiedAttributes: [phone_number]
      UserPoolTier: ESSENTIALS
      DeletionProtection: ACTIVE
      Policies: {{PasswordPolicy: {{MinimumLength: 12, RequireSymbols: true}}}}
triggers:
  custom_sms_sender: handler
  pre_sign_up: arn:aws:lambda:us-west-2:111122223333:function:checks-{number}
  pre_token_generation: {{function: "arn:aws:lambda:us-west-2:111122223333:function:claims", version: V2_0}}
key: {{alias: alias/acme-{number:04}, rotation_days: 365}}
function: {{architecture: arm64, memory_mb: 256, timeout_s: 20, source: {handler}}}
providers:
  sns: {{type: sns, sender_id: ACME, sms_type: Transactional}}
delivery:
  sms:
    countries: [US, CA, DE, JP]
    registered: [US]
    routes: [{{via: [sns]}}]
"#
        );
        fs::write(folder.join(format!("acme-{number:04}.yaml")), text).unwrap();
    }
    folder
}
