//! The Rust toolchains on the path, asked what they can build for.
//!
//! A compiler without the target's standard library fails in a build's first seconds, with words that help nobody;
//! asking for its library folder tells beforehand. No compiler is asked to install anything.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::Tools;

/// A Rust toolchain that has a target's standard library.
#[derive(Clone, Debug)]
pub(super) struct Toolchain {
    /// The compiler.
    pub(super) rustc: PathBuf,
    /// The cargo beside it.
    pub(super) cargo: PathBuf,
    /// The first line of `rustc -vV`.
    pub(super) version: String,
    /// The machine that it runs on.
    pub(super) host: String,
}

impl Toolchain {
    /// Returns the first toolchain that has the target.
    ///
    /// There may be several on the path: on Debian, `rustc-web` with the other machine's library behind a rustup
    /// without it.
    pub(super) fn find(tools: &Tools, target: &str, folder: &Path, tried: &mut Vec<String>) -> Option<Self> {
        let named = tools.variable("RUSTC").and_then(|rustc| {
            let cargo = tools.variable("CARGO").map_or(Path::new("cargo"), Path::new);
            Some((tools.find(rustc)?, tools.find(cargo)?))
        });
        let on_path = tools
            .path
            .iter()
            .map(|folder| (folder.join("rustc"), folder.join("cargo")));
        let mut seen = BTreeSet::new();
        for (rustc, cargo) in named.into_iter().chain(on_path) {
            // A path may name a folder twice, or under two names.
            let Ok(file) = fs::canonicalize(&rustc) else { continue };
            if !cargo.is_file() || !seen.insert(file) {
                continue;
            }
            match Self::probe(tools, &rustc, &cargo, target, folder) {
                Ok(toolchain) => return Some(toolchain),
                Err(why) => tried.push(format!("`{}` {why}", rustc.display())),
            }
        }
        if tried.is_empty() {
            tried.push("no folder on the path has rustc and cargo".to_owned());
        }
        None
    }

    fn probe(tools: &Tools, rustc: &Path, cargo: &Path, target: &str, folder: &Path) -> Result<Self, String> {
        let verbose = answer(tools.command(rustc, folder).arg("-vV"))?;
        let libraries = answer(
            tools
                .command(rustc, folder)
                .args(["--print", "target-libdir", "--target", target]),
        )?;
        let has_std = fs::read_dir(libraries.trim()).is_ok_and(|entries| {
            entries
                .flatten()
                .any(|entry| entry.file_name().to_string_lossy().starts_with("libstd-"))
        });
        if !has_std {
            return Err(format!("has no standard library for {target}"));
        }
        let host = verbose
            .lines()
            .find_map(|line| line.strip_prefix("host: "))
            .ok_or("does not say its host")?;
        Ok(Self {
            rustc: rustc.to_owned(),
            cargo: cargo.to_owned(),
            version: verbose.lines().next().unwrap_or_default().to_owned(),
            host: host.to_owned(),
        })
    }
}

/// Returns what a program writes to stdout, or why it does not.
pub(super) fn answer(command: &mut Command) -> Result<String, String> {
    let output = command.output().map_err(|error| format!("does not start: {error}"))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let why = String::from_utf8_lossy(&output.stderr);
    Err(format!(
        "does not work: {}",
        why.lines()
            .find(|line| !line.trim().is_empty())
            .unwrap_or("it says nothing")
    ))
}
