//! Figures of processes, and how they are written.

use std::fs;

/// Returns the middle one of the samples.
pub(crate) fn median(mut samples: Vec<f64>) -> f64 {
    samples.sort_unstable_by(f64::total_cmp);
    samples[samples.len() / 2]
}

/// Returns a share as people say it: `1/12.5` below one, else how many times.
pub(crate) fn share(share: f64) -> String {
    if share < 1.0 {
        format!("1/{:.1}", 1.0 / share)
    } else {
        format!("{share:.1}")
    }
}

/// Returns the peak of a process's resident memory so far, in MiB; nothing once it has ended.
pub(crate) fn peak_mib(process: u32) -> Option<f64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.split_whitespace().next()?.parse::<f64>().unwrap() / 1024.0)
}

/// Returns fields of `/proc/PID/stat` that count CPU time, in milliseconds, by their numbers in proc(5).
pub(crate) fn cpu_ms(process: &str, fields: [usize; 2]) -> f64 {
    // Linux counts them in ticks, and as many a second on every architecture of ours.
    const TICKS_PER_SECOND: f64 = 100.0;
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
    // The name before the last parenthesis, which is the second field, may hold anything.
    let (_, after) = stat.rsplit_once(") ").unwrap();
    let after: Vec<&str> = after.split(' ').collect();
    let ticks: f64 = fields
        .iter()
        .map(|field| after[field - 3].parse::<f64>().unwrap())
        .sum();
    ticks * 1000.0 / TICKS_PER_SECOND
}
