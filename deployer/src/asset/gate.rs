//! The gate: what must hold of a handler before Lambda may have it, whoever built it.
//!
//! A function that does not start is found out when nobody gets a code any more, so everything that can be read
//! from the file is read here. The facts are those of the runtime `provided.al2023`.

use std::fmt;

use elf::abi;

use super::archive::Contents;
use super::builder::BOOTSTRAP;
use super::elf::{Elf, ElfError, Glibc};
use crate::finding::{Code, Finding};
use crate::spec::Architecture;

/// The runtime's C library. Source: Amazon Linux 2023 release notes.
const RUNTIME_GLIBC: Glibc = Glibc {
    major: 2,
    minor: 34,
    patch: 0,
};

/// The parts of the C library, which the runtime's image has, and the unwinder that Rust links to.
///
/// Everything else, OpenSSL and the C++ library included, is no promise of the runtime.
const RUNTIME_LIBRARIES: [&str; 9] = [
    "libc.so.6",
    "libm.so.6",
    "libgcc_s.so.1",
    "libpthread.so.0",
    "libdl.so.2",
    "librt.so.1",
    "libutil.so.1",
    "ld-linux-aarch64.so.1",
    "ld-linux-x86-64.so.2",
];

/// What an unzipped package must stay below, in bytes. Source: "Lambda quotas", AWS Lambda Developer Guide.
pub(super) const SIZE_LIMIT: u64 = 262_144_000;

/// The mode of `bootstrap`.
pub(super) const MODE: u32 = 0o755;

/// Why the gate refuses a handler.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// A script.
    Script {
        /// Its first line.
        line: String,
    },
    /// No ELF executable.
    NotElf {
        /// What it is instead.
        why: String,
    },
    /// Another machine's program.
    Machine {
        /// The file's `e_machine`.
        found: u16,
        /// The function's architecture.
        wanted: Architecture,
    },
    /// Another system's loader.
    Interpreter {
        /// The file's.
        found: String,
        /// The runtime's.
        wanted: &'static str,
    },
    /// A C library newer than the runtime's, or parts of it that are private.
    Glibc {
        /// The version's name.
        found: String,
    },
    /// A library that the runtime lacks.
    Library {
        /// Its name.
        name: String,
    },
    /// A file that Lambda may not run.
    Mode {
        /// Its mode, where the zip has one.
        found: Option<u32>,
    },
    /// More than Lambda takes.
    Size {
        /// Bytes when unzipped.
        found: u64,
    },
    /// A zip without what must be in it.
    Contents {
        /// What is wrong.
        why: String,
    },
}

impl Refused {
    /// The finding's code.
    pub const fn code(&self) -> Code {
        match self {
            Self::Script { .. } => Code::AssetScript,
            Self::NotElf { .. } => Code::AssetNotElf,
            Self::Machine { .. } => Code::AssetMachine,
            Self::Interpreter { .. } => Code::AssetInterpreter,
            Self::Glibc { .. } => Code::AssetGlibc,
            Self::Library { .. } => Code::AssetLibrary,
            Self::Mode { .. } => Code::AssetMode,
            Self::Size { .. } => Code::AssetSize,
            Self::Contents { .. } => Code::AssetContents,
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> String {
        self.code().entry().instead.to_owned()
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Script { line } => write!(
                f,
                "`{BOOTSTRAP}` is a script (`{line}`), and the runtime has no interpreter for it"
            ),
            Self::NotElf { why } => write!(f, "`{BOOTSTRAP}` is no program that Linux can run: {why}"),
            Self::Machine { found, wanted } => {
                write!(
                    f,
                    "`{BOOTSTRAP}` is built for {}, and the function is {}",
                    machine_name(*found),
                    wanted.name()
                )
            }
            Self::Interpreter { found, wanted } => {
                write!(
                    f,
                    "`{BOOTSTRAP}` is loaded by `{found}`, and the runtime has `{wanted}`"
                )
            }
            Self::Glibc { found } => write!(
                f,
                "`{BOOTSTRAP}` needs `{found}`, and the runtime has glibc {RUNTIME_GLIBC}"
            ),
            Self::Library { name } => write!(f, "`{BOOTSTRAP}` needs the library `{name}`, which the runtime lacks"),
            Self::Mode { found: Some(mode) } => {
                write!(
                    f,
                    "`{BOOTSTRAP}` has the mode {:04o} in the zip, and Lambda runs it with {MODE:04o}",
                    mode & 0o7777
                )
            }
            Self::Mode { found: None } => write!(
                f,
                "`{BOOTSTRAP}` has no mode in the zip, and Lambda runs it with {MODE:04o}"
            ),
            Self::Size { found } => {
                write!(
                    f,
                    "the zip holds {found} bytes, and Lambda takes less than {SIZE_LIMIT}"
                )
            }
            Self::Contents { why } => f.write_str(why),
        }
    }
}

impl From<Refused> for Finding {
    fn from(refused: Refused) -> Self {
        Self::new(refused.code(), refused.to_string()).hint(refused.hint())
    }
}

/// Looks at a zip as Lambda would get it; everything that is wrong is said at once.
pub fn gate(zip: &[u8], architecture: Architecture) -> Result<(), Vec<Refused>> {
    let contents = Contents::read(zip)?;
    let mut refused = Vec::new();
    if contents.mode.is_none_or(|mode| mode & 0o7777 != MODE) {
        refused.push(Refused::Mode { found: contents.mode });
    }
    refused.extend(gate_elf(&contents.bootstrap, architecture));
    if refused.is_empty() { Ok(()) } else { Err(refused) }
}

/// Looks at the binary alone; an empty list lets it pass.
pub fn gate_elf(bytes: &[u8], architecture: Architecture) -> Vec<Refused> {
    if bytes.starts_with(b"#!") {
        let line = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
        return vec![Refused::Script {
            line: String::from_utf8_lossy(line).chars().take(80).collect(),
        }];
    }
    let elf = match Elf::read(bytes) {
        Ok(elf) => elf,
        Err(
            error @ (ElfError::Empty | ElfError::Magic | ElfError::Kind | ElfError::Damaged(_) | ElfError::Table(_)),
        ) => {
            return vec![Refused::NotElf { why: error.to_string() }];
        }
    };
    let (machine, loader) = match architecture {
        Architecture::Arm64 => (abi::EM_AARCH64, "/lib/ld-linux-aarch64.so.1"),
        Architecture::X86_64 => (abi::EM_X86_64, "/lib64/ld-linux-x86-64.so.2"),
    };
    if elf.machine != machine {
        // Loader and libraries of another machine are wrong too, but are not what is to be mended.
        return vec![Refused::Machine {
            found: elf.machine,
            wanted: architecture,
        }];
    }
    let mut refused = Vec::new();
    if let Some(found) = elf.interpreter.filter(|interpreter| interpreter != loader) {
        refused.push(Refused::Interpreter { found, wanted: loader });
    }
    if let Some(version) = elf.glibc.filter(|version| *version > RUNTIME_GLIBC) {
        refused.push(Refused::Glibc {
            found: format!("GLIBC_{version}"),
        });
    }
    refused.extend(elf.abi.into_iter().map(|found| Refused::Glibc { found }));
    let unknown = elf
        .libraries
        .into_iter()
        .filter(|name| !RUNTIME_LIBRARIES.contains(&name.as_str()));
    refused.extend(unknown.map(|name| Refused::Library { name }));
    refused
}

fn machine_name(machine: u16) -> String {
    match machine {
        abi::EM_AARCH64 => Architecture::Arm64.name().to_owned(),
        abi::EM_X86_64 => Architecture::X86_64.name().to_owned(),
        other => format!("machine {other}"),
    }
}

#[cfg(test)]
mod tests;
