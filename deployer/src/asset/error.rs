//! What can go wrong with an asset, and what to do then.
//!
//! Messages are fragments that fit "failed to …"; hints are commands or sentences of their own.

use std::io;
use std::path::{Component, Path, PathBuf};

use super::{Builder, Embedded, Refused};
use crate::spec::Architecture;

/// Why there is no asset. Messages fit "failed to …".
#[derive(Debug, thiserror::Error)]
pub enum AssetError {
    /// The stack file names no sources, there are none in the usual place, and the deployer brings no handler.
    #[error(
        "find a handler for {}: the stack file sets no `function.source`, `{}` has no Cargo.toml, and this deployer brings none",
        architecture.name(),
        plain(looked).display()
    )]
    NoHandler {
        /// Where the sources would be.
        looked: PathBuf,
        /// What the function runs on.
        architecture: Architecture,
        /// What the deployer brings.
        embedded: Embedded,
    },
    /// `function.source` is no crate.
    #[error("find the handler's sources: `{}` has no Cargo.toml", plain(path).display())]
    NotACrate {
        /// The folder.
        path: PathBuf,
    },
    /// There is no lock file.
    #[error("identify `{}`: neither it nor a folder above it has a Cargo.lock", path.display())]
    NoLock {
        /// The folder of the handler's sources.
        path: PathBuf,
    },
    /// A source cannot be read.
    #[error("read `{}`: {source}", path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A folder among the sources is a symbolic link.
    #[error("identify the handler: `{}` is a symbolic link to a folder, which could lead anywhere", path.display())]
    LinkedFolder {
        /// The link.
        path: PathBuf,
    },
    /// The handler depends on a crate outside of its folder.
    #[error("identify the handler: it depends on `{package}` by path, whose sources its identity would miss")]
    PathDependency {
        /// The other crate.
        package: String,
    },
    /// No builder can work.
    #[error("find a builder for {}: {}", architecture.name(), tried.join("; "))]
    NoBuilder {
        /// What would have been built.
        architecture: Architecture,
        /// Each builder, and why not.
        tried: Vec<String>,
    },
    /// A program cannot be started.
    #[error("run `{}`: {source}", program.display())]
    Run {
        /// The program.
        program: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The build failed.
    #[error("build the handler with {builder}: it ended with {status}, and its last words were:")]
    Build {
        /// The builder.
        builder: Builder,
        /// How it ended.
        status: String,
        /// The last lines that it wrote.
        tail: String,
    },
    /// The sources are not what they were when they were identified.
    #[error("build the handler: its sources changed meanwhile")]
    Changed,
    /// The gate refuses the result.
    #[error("let the handler pass: {}", refused_text(.0))]
    Refused(Vec<Refused>),
    /// The zip cannot be written.
    #[error("write `{}`: {source}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The zip cannot be made.
    #[error("zip the handler: {0}")]
    Zip(#[from] zip::result::ZipError),
    /// The delivery configuration has no JSON form.
    #[error("write the delivery configuration: {0}")]
    Delivery(#[from] serde_json::Error),
}

/// Returns a path as people write it: `handler` for `stacks/../handler`. What is opened is the path as it was.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if matches!(plain.components().next_back(), Some(Component::Normal(_))) => {
                plain.pop();
            }
            part => plain.push(part),
        }
    }
    plain
}

fn refused_text(refused: &[Refused]) -> String {
    refused
        .iter()
        .map(|one| format!("{} [{}]", one, one.code()))
        .collect::<Vec<_>>()
        .join("; ")
}

impl AssetError {
    /// Returns the last lines that a build wrote.
    pub fn last_words(&self) -> Option<&str> {
        match self {
            Self::Build { tail, .. } => Some(tail),
            _ => None,
        }
    }

    /// Returns what to do about it: imperative, runnable where possible.
    pub fn hints(&self) -> Vec<String> {
        match self {
            Self::NoHandler { embedded, .. } => {
                let mut hints = vec![
                    "set `function.source` to the folder of the handler's Cargo.toml, relative to the stack file"
                        .to_owned(),
                ];
                let brought = [Architecture::Arm64, Architecture::X86_64]
                    .into_iter()
                    .find(|architecture| embedded.of(*architecture).is_some());
                hints.push(match brought {
                    Some(brought) => format!(
                        "or set `function.architecture` to {}, for which this deployer brings one",
                        brought.name()
                    ),
                    None => "or use a deployer that brings the handler: a released one, or \
                             `cargo install --locked --path deployer --features embedded`"
                        .to_owned(),
                });
                hints
            }
            Self::NotACrate { .. } => {
                vec![
                    "let `function.source` name the folder of the handler's Cargo.toml, relative to the stack file"
                        .to_owned(),
                ]
            }
            Self::NoLock { path } => {
                vec![format!(
                    "run `cargo generate-lockfile --manifest-path {}/Cargo.toml` and commit the file",
                    path.display()
                )]
            }
            Self::LinkedFolder { .. } => vec!["put the folder itself in the link's place".to_owned()],
            Self::PathDependency { package } => {
                vec![format!(
                    "make `{package}` a module of the handler, or depend on it by registry or git"
                )]
            }
            Self::NoBuilder { architecture, .. } => super::builder::install_hints(*architecture),
            Self::Changed => vec!["run the command again".to_owned()],
            Self::Refused(refused) => refused.iter().map(Refused::hint).collect(),
            Self::Read { .. }
            | Self::Run { .. }
            | Self::Build { .. }
            | Self::Write { .. }
            | Self::Zip(_)
            | Self::Delivery(_) => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_shown_as_people_write_it() {
        let rows = [
            ("stacks/../handler", "handler"),
            ("/a/./b/../../c", "/c"),
            ("../handler", "../handler"),
            ("../../x/../handler", "../../handler"),
        ];
        for (path, shown) in rows {
            assert_eq!(plain(Path::new(path)), Path::new(shown));
        }
    }
}
