//! The programs and the environment that a build may use.
//!
//! The command line hands its own environment in; nothing here reads it. Each program that is started gets a part
//! of it: no credentials, and nothing that changes compiled bytes behind an identity's back.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::Builder;

/// What a build finds around it.
#[derive(Clone, Debug, Default)]
pub struct Tools {
    /// The folders in which programs are looked for, in their order.
    pub path: Vec<PathBuf>,
    /// The environment that builders start from.
    pub environment: BTreeMap<OsString, OsString>,
    /// The only builder to use, when the user names one.
    pub builder: Option<Builder>,
}

impl Tools {
    /// Takes the environment of a process, with its `PATH`.
    pub fn from_environment(environment: impl IntoIterator<Item = (OsString, OsString)>) -> Self {
        let environment: BTreeMap<_, _> = environment.into_iter().collect();
        let path = environment
            .get(OsStr::new("PATH"))
            .map(|path| std::env::split_paths(path).collect());
        Self {
            path: path.unwrap_or_default(),
            environment,
            builder: None,
        }
    }

    /// Returns a variable's value, unless it is empty.
    pub(super) fn variable(&self, name: &str) -> Option<&OsStr> {
        self.environment
            .get(OsStr::new(name))
            .map(OsString::as_os_str)
            .filter(|value| !value.is_empty())
    }

    /// Finds a program by its name on the path, or by a path of its own.
    pub(super) fn find(&self, program: impl AsRef<Path>) -> Option<PathBuf> {
        let program = program.as_ref();
        if program.components().count() > 1 {
            return program.is_file().then(|| program.to_owned());
        }
        self.path
            .iter()
            .map(|folder| folder.join(program))
            .find(|candidate| candidate.is_file())
    }

    /// Returns the folder that cargo is told to build in.
    pub(super) fn target(&self, root: &Path) -> PathBuf {
        let named = ["CARGO_TARGET_DIR", "CARGO_BUILD_TARGET_DIR"]
            .into_iter()
            .find_map(|name| self.variable(name));
        let folder = named.map_or_else(|| root.join("target"), PathBuf::from);
        // Relative to where the user is, as cargo takes it; the build runs elsewhere.
        std::path::absolute(&folder).unwrap_or(folder)
    }

    /// Returns cargo's home, whose registry the sources of dependencies lie in.
    pub(super) fn cargo_home(&self) -> Option<PathBuf> {
        self.variable("CARGO_HOME")
            .map(PathBuf::from)
            .or_else(|| self.variable("HOME").map(|home| Path::new(home).join(".cargo")))
    }

    /// Prepares a program to run in `folder`, without a terminal and without what must not reach a build.
    pub(super) fn command(&self, program: &Path, folder: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir(folder).stdin(Stdio::null()).env_clear();
        command.envs(self.environment.iter().filter(|(name, _)| reaches_builds(name)));
        if let Ok(path) = std::env::join_paths(&self.path) {
            command.env("PATH", path);
        }
        // A toolchain or a target that is not there is an answer, not a download.
        command.env("RUSTUP_AUTO_INSTALL", "0");
        command
    }
}

/// Whether a build may see a variable.
///
/// Build scripts are other people's programs: AWS credentials are none of their business. What changes the
/// compiled bytes behind the back of the asset's identity stays out as well.
fn reaches_builds(name: &OsStr) -> bool {
    let Some(name) = name.to_str() else { return false };
    let credentials = name.starts_with("AWS_") && !name.starts_with("AWS_LC_");
    let changes_bytes = name.starts_with("CARGO_PROFILE_")
        || matches!(
            name,
            "RUSTFLAGS" | "CARGO_ENCODED_RUSTFLAGS" | "CARGO_INCREMENTAL" | "CFLAGS" | "TARGET_CFLAGS"
        )
        || name.starts_with("CFLAGS_");
    !credentials && !changes_bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tools(variables: &[(&str, &str)]) -> Tools {
        Tools::from_environment(variables.iter().map(|(name, value)| ((*name).into(), (*value).into())))
    }

    #[test]
    fn credentials_and_flags_stay_out_of_builds() {
        for name in [
            "AWS_SECRET_ACCESS_KEY",
            "AWS_PROFILE",
            "RUSTFLAGS",
            "CARGO_PROFILE_LAMBDA_LTO",
            "CFLAGS_aarch64_unknown_linux_gnu",
        ] {
            assert!(!reaches_builds(OsStr::new(name)), "{name}");
        }
        for name in [
            "PATH",
            "HOME",
            "CARGO_HOME",
            "HTTPS_PROXY",
            "AWS_LC_SYS_CMAKE_BUILDER",
            "RUSTC_WRAPPER",
        ] {
            assert!(reaches_builds(OsStr::new(name)), "{name}");
        }
    }

    #[test]
    fn folders_are_cargo_s_own() {
        let root = Path::new("/w");
        assert_eq!(tools(&[]).target(root), Path::new("/w/target"));
        assert_eq!(
            tools(&[("CARGO_TARGET_DIR", "/t"), ("CARGO_BUILD_TARGET_DIR", "/b")]).target(root),
            Path::new("/t")
        );
        assert_eq!(
            tools(&[("CARGO_TARGET_DIR", ""), ("CARGO_BUILD_TARGET_DIR", "/b")]).target(root),
            Path::new("/b")
        );
        assert_eq!(tools(&[("HOME", "/h")]).cargo_home(), Some(PathBuf::from("/h/.cargo")));
        assert_eq!(
            tools(&[("HOME", "/h"), ("CARGO_HOME", "/c")]).cargo_home(),
            Some(PathBuf::from("/c"))
        );
        assert_eq!(tools(&[]).cargo_home(), None);
    }
}
