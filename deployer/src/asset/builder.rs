//! Which program builds the handler: the first that can, in a fixed order.
//!
//! A builder can when its program, a linker and a Rust toolchain with the target's standard library are there.
//! Nothing is ever installed or downloaded to make it so; the hints name the commands that would.
//!
//! The build script of the crate uses this module, `toolchain` and `tools` too, for the handlers that it embeds, so
//! that they use nothing else of the crate but the architecture.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::Tools;
use super::toolchain::{Toolchain, answer};
use crate::spec::Architecture;

/// The executable's name, by which a custom runtime is started.
pub(super) const BOOTSTRAP: &str = "bootstrap";
/// The cargo profile of handlers.
pub(super) const PROFILE: &str = "lambda";
/// The executable's name in the handler's crate.
pub(super) const BINARY: &str = "handler";
/// What stands in a binary for the workspace, cargo's home and the target folder, wherever they are.
pub(super) const MAPPED: [&str; 3] = ["/workspace", "/cargo", "/target"];

/// The C library that builders which can choose link against: that of `provided.al2023`.
const GLIBC: &str = "2.34";

/// A program that builds handlers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Builder {
    /// `cargo lambda build`
    CargoLambda,
    /// `cargo zigbuild`
    CargoZigbuild,
    /// `cargo build`, with a cross compiler for the other machine.
    Cargo,
}

impl Builder {
    /// Every builder, in the order in which they are tried.
    pub const ALL: [Self; 3] = [Self::CargoLambda, Self::CargoZigbuild, Self::Cargo];

    /// Returns the program's name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::CargoLambda => "cargo-lambda",
            Self::CargoZigbuild => "cargo-zigbuild",
            Self::Cargo => "cargo",
        }
    }

    /// Returns the builder that `name` names.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|builder| builder.name() == name)
    }
}

impl fmt::Display for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Returns the commands that install a builder.
pub(super) fn install_hints(architecture: Architecture) -> Vec<String> {
    let native = architecture.target().starts_with(std::env::consts::ARCH);
    let debian = match architecture {
        _ if native => "apt-get update && apt-get install rustc-web cargo-web gcc libc6-dev",
        Architecture::Arm64 => {
            "dpkg --add-architecture arm64 && apt-get update && apt-get install rustc-web cargo-web \
             libstd-rust-web-dev:arm64 gcc-aarch64-linux-gnu libc6-dev-arm64-cross"
        }
        Architecture::X86_64 => {
            "dpkg --add-architecture amd64 && apt-get update && apt-get install rustc-web cargo-web \
             libstd-rust-web-dev:amd64 gcc-x86-64-linux-gnu libc6-dev-amd64-cross"
        }
    };
    vec![
        format!("On Debian, as root: {debian}"),
        format!(
            "With rustup: rustup target add {} && pip install cargo-zigbuild ziglang",
            architecture.target()
        ),
        "Or, with the target installed, cargo-lambda: pip install cargo-lambda".to_owned(),
    ]
}

/// What is compiled, and where.
#[derive(Clone, Copy, Debug)]
pub(super) struct Job<'a> {
    /// The machine.
    pub(super) architecture: Architecture,
    /// The folder with the handler's Cargo.toml.
    pub(super) folder: &'a Path,
    /// The folder with the Cargo.lock.
    pub(super) root: &'a Path,
    /// Cargo's target folder.
    pub(super) target: &'a Path,
    /// The features in place of the default ones, with commas between.
    pub(super) features: Option<&'a str>,
}

/// A builder that can work.
#[derive(Clone, Debug)]
pub(super) struct Chosen {
    pub(super) builder: Builder,
    program: PathBuf,
    toolchain: Toolchain,
    /// The linker and C compiler for another machine, where the builder brings none.
    cross: Option<PathBuf>,
    /// The builder's own version line.
    pub(super) version: String,
}

/// Returns the first builder that can build for `architecture` in `folder`, or each one with why it cannot.
pub(super) fn choose(tools: &Tools, architecture: Architecture, folder: &Path) -> Result<Chosen, Vec<String>> {
    let mut tried = Vec::new();
    let toolchain = Toolchain::find(tools, architecture.target(), folder, &mut tried);
    let builders = Builder::ALL
        .into_iter()
        .filter(|builder| tools.builder.is_none_or(|only| only == *builder));
    if let Some(toolchain) = toolchain {
        for builder in builders {
            match ready(tools, builder, &toolchain, architecture, folder) {
                Ok(chosen) => return Ok(chosen),
                Err(why) => tried.push(format!("{builder} {why}")),
            }
        }
    }
    Err(tried)
}

fn ready(
    tools: &Tools,
    builder: Builder,
    toolchain: &Toolchain,
    architecture: Architecture,
    folder: &Path,
) -> Result<Chosen, String> {
    let target = architecture.target();
    let program = match builder {
        Builder::Cargo => toolchain.cargo.clone(),
        Builder::CargoLambda | Builder::CargoZigbuild => tools.find(builder.name()).ok_or("is not on the path")?,
    };
    let mut cross = None;
    match builder {
        Builder::CargoLambda | Builder::CargoZigbuild if !has_zig(tools, folder) => {
            return Err("finds no zig, which links for it".to_owned());
        }
        Builder::CargoLambda | Builder::CargoZigbuild => {}
        Builder::Cargo if tools.variable(&linker_variable(target)).is_some() => {}
        Builder::Cargo if toolchain.host == target => {
            tools.find("cc").ok_or("finds no linker `cc`")?;
        }
        Builder::Cargo => {
            let gcc = match architecture {
                Architecture::Arm64 => "aarch64-linux-gnu-gcc",
                Architecture::X86_64 => "x86_64-linux-gnu-gcc",
            };
            cross = Some(
                tools
                    .find(gcc)
                    .ok_or_else(|| format!("finds no cross compiler `{gcc}`"))?,
            );
        }
    }
    let mut version = tools.command(&program, folder);
    if builder == Builder::CargoLambda {
        version.arg("lambda");
    }
    let version = answer(version.arg("--version"))?
        .lines()
        .next()
        .unwrap_or_default()
        .to_owned();
    Ok(Chosen {
        builder,
        program,
        toolchain: toolchain.clone(),
        cross,
        version,
    })
}

/// Whether zig is where both builders look for it: Python's package or a program.
fn has_zig(tools: &Tools, folder: &Path) -> bool {
    let program = |variable, name: &str| tools.find(tools.variable(variable).map_or(Path::new(name), Path::new));
    let package = program("CARGO_ZIGBUILD_PYTHON_PATH", "python3");
    program("CARGO_ZIGBUILD_ZIG_PATH", "zig").is_some()
        || package
            .is_some_and(|python| answer(tools.command(&python, folder).args(["-m", "ziglang", "version"])).is_ok())
}

fn linker_variable(target: &str) -> String {
    format!("CARGO_TARGET_{}_LINKER", target.to_uppercase().replace('-', "_"))
}

impl Chosen {
    /// The compiler, as it names itself.
    pub(super) fn toolchain(&self) -> &str {
        &self.toolchain.version
    }

    /// Returns where the built executable lies.
    pub(super) fn executable(&self, job: &Job<'_>) -> PathBuf {
        match self.builder {
            Builder::CargoLambda => job.target.join("lambda").join(BINARY).join(BOOTSTRAP),
            Builder::CargoZigbuild | Builder::Cargo => {
                job.target.join(job.architecture.target()).join(PROFILE).join(BINARY)
            }
        }
    }

    /// Returns the command that does `job`.
    pub(super) fn command(&self, job: &Job<'_>, tools: &Tools) -> Command {
        let target = job.architecture.target();
        let mut command = tools.command(&self.program, job.root);
        let triple = match self.builder {
            // Without `--skip-target-check` it has rustup download the target.
            Builder::CargoLambda => {
                command
                    .args(["lambda", "build", "--skip-target-check", "--lambda-dir"])
                    .arg(job.target.join("lambda"));
                format!("{target}.{GLIBC}")
            }
            Builder::CargoZigbuild => {
                command.arg("zigbuild");
                format!("{target}.{GLIBC}")
            }
            Builder::Cargo => {
                command.arg("build");
                target.to_owned()
            }
        };
        command.args([
            "--locked",
            "--profile",
            PROFILE,
            "--bin",
            BINARY,
            "--target",
            &triple,
            "--manifest-path",
        ]);
        command.arg(job.folder.join("Cargo.toml"));
        if let Some(features) = job.features {
            command.args(["--no-default-features", "--features", features]);
        }
        command
            .env("RUSTC", &self.toolchain.rustc)
            .env("CARGO", &self.toolchain.cargo);
        command.env("CARGO_TARGET_DIR", job.target);
        if let Some(gcc) = &self.cross {
            let cc = format!("CC_{}", target.replace('-', "_"));
            command.env(linker_variable(target), gcc);
            if tools.variable(&cc).is_none() {
                command.env(cc, gcc);
            }
        }
        // Encoded flags win over every other source of flags, so that the same flags apply everywhere.
        command.env("CARGO_ENCODED_RUSTFLAGS", flags(job, tools));
        command
    }
}

/// Returns the compiler flags that keep this machine's folders out of the binary, in cargo's encoding.
///
/// The last mapping that matches counts, so the folder that may lie inside another comes after it.
fn flags(job: &Job<'_>, tools: &Tools) -> String {
    let folders = [
        Some(job.root.to_owned()),
        tools.cargo_home(),
        Some(job.target.to_owned()),
    ];
    let mapped = folders
        .into_iter()
        .zip(MAPPED)
        .filter_map(|(folder, name)| Some((folder?, name)));
    mapped
        .map(|(folder, name)| format!("--remap-path-prefix={}={name}", folder.display()))
        .collect::<Vec<_>>()
        .join("\u{1f}")
}

// The build script has this file in another place of its own tree.
#[cfg(all(test, unix))]
#[path = "builder/tests.rs"]
mod tests;
