//! How far a stack file reaches: into its own repository and no further.
//!
//! Who writes a stack file need not be who runs the deployer: a pull request is planned by a pipeline that has
//! credentials. What a stack file names is read only where it is in the repository of the stack file (the nearest
//! folder above it that holds `.git`) or, outside of one, in the stack file's folder, after every symbolic link.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Component, Path, PathBuf};

use crate::finding::Code;

/// So long may one file be that a stack file names.
pub(super) const MAX_FILE_BYTES: u64 = 1 << 20;

/// The folder of git's own files, which hold addresses and sometimes tokens.
const GIT: &str = ".git";

/// The folder that a stack file may read from.
#[derive(Clone, Debug)]
pub(super) struct Reach {
    root: PathBuf,
    is_repository: bool,
}

/// Why a path is not read.
#[derive(Debug, thiserror::Error)]
pub(super) enum Refused {
    /// It leads out of what the stack file may reach.
    #[error("it leads out of {}", if *.is_repository { "the repository" } else { "the stack file's folder, and there is no repository around it" })]
    Outside {
        /// Whether there is a repository.
        is_repository: bool,
    },
    /// It is one of git's own files.
    #[error("it leads into git's own files")]
    Git,
    /// A folder, a pipe or a device.
    #[error("it is no file")]
    NoFile,
    /// It is longer than anything that a stack file names.
    #[error("it is longer than 1 MiB")]
    TooLong,
    /// It is not text.
    #[error("it is not UTF-8 text")]
    NotUtf8,
    /// It became another file while it was opened.
    #[error("it changed while it was read")]
    Changed,
    /// The operating system refused.
    #[error("{}", if .0.kind() == io::ErrorKind::NotFound { "it is not there".to_owned() } else { .0.kind().to_string() })]
    Unreadable(#[from] io::Error),
}

impl Refused {
    /// The code of a finding about it; `otherwise` where the path may be named.
    pub(super) const fn code(&self, otherwise: Code) -> Code {
        match self {
            Self::Outside { .. } | Self::Git => Code::OutsideRepository,
            Self::NoFile | Self::TooLong | Self::NotUtf8 | Self::Changed | Self::Unreadable(_) => otherwise,
        }
    }

    /// What to do about it; `otherwise` where the path may be named.
    pub(super) const fn hint(&self, otherwise: &'static str) -> &'static str {
        match self {
            Self::Outside { is_repository: true } => {
                "copy it into the repository: a stack file reads nothing outside of it"
            }
            Self::Outside { is_repository: false } => {
                "copy it into the stack file's folder, or run the command in the repository (a folder with `.git`)"
            }
            Self::Git => "name a file of the repository's content",
            Self::TooLong => "split it, or check that it is the right file",
            Self::NotUtf8 => "save it as UTF-8, or check that it is the right file",
            Self::NoFile | Self::Changed | Self::Unreadable(_) => otherwise,
        }
    }
}

impl Reach {
    /// Returns how far the stack file at a path reaches. A link that somebody named is their own choice, so what counts
    /// is where the link is.
    pub(super) fn of(file: &Path) -> Self {
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = real(folder.unwrap_or(Path::new(".")));
        let repository = folder
            .ancestors()
            .find(|folder| fs::symlink_metadata(folder.join(GIT)).is_ok());
        Self {
            is_repository: repository.is_some(),
            root: repository.unwrap_or(&folder).to_owned(),
        }
    }

    /// Returns where a path leads, if a stack file may read there.
    pub(super) fn find(&self, path: &Path) -> Result<PathBuf, Refused> {
        let found = fs::canonicalize(path);
        // Of a path outside not even whether it is there.
        self.holds(found.as_ref().unwrap_or(&real(path)))?;
        Ok(found?)
    }

    /// Reads a text file, if a stack file may read it: the file that was looked at, and no other that took its place.
    pub(super) fn read(&self, path: &Path) -> Result<String, Refused> {
        let found = self.find(path)?;
        let looked_at = fs::symlink_metadata(&found)?;
        if !looked_at.is_file() {
            // A pipe might never end.
            return Err(Refused::NoFile);
        }
        let file = File::open(&found)?;
        let opened = file.metadata()?;
        let same = (looked_at.dev(), looked_at.ino()) == (opened.dev(), opened.ino());
        if !same || fs::canonicalize(&found)? != found {
            return Err(Refused::Changed);
        }
        let mut bytes = Vec::new();
        file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > MAX_FILE_BYTES {
            return Err(Refused::TooLong);
        }
        String::from_utf8(bytes).map_err(|_| Refused::NotUtf8)
    }

    fn holds(&self, path: &Path) -> Result<(), Refused> {
        let Ok(inner) = path.strip_prefix(&self.root) else {
            return Err(Refused::Outside {
                is_repository: self.is_repository,
            });
        };
        if inner
            .components()
            .any(|part| part.as_os_str().eq_ignore_ascii_case(GIT))
        {
            return Err(Refused::Git);
        }
        Ok(())
    }
}

/// Where a path leads, step by step as the system goes; what is not there stays as it is named.
fn real(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut real = PathBuf::new();
    for part in absolute.components() {
        match part {
            Component::ParentDir => {
                real.pop();
            }
            Component::CurDir => {}
            part => {
                real.push(part);
                real = fs::canonicalize(&real).unwrap_or(real);
            }
        }
    }
    real
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test that cannot go on should fail where it stands")]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("deployer-reach-{name}-{}", std::process::id()));
            drop(fs::remove_dir_all(&path));
            fs::create_dir_all(&path).unwrap();
            Self(path)
        }

        fn file(&self, name: &str, text: &str) -> PathBuf {
            let path = self.0.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, text).unwrap();
            path
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            drop(fs::remove_dir_all(&self.0));
        }
    }

    fn verdict(reach: &Reach, path: &Path) -> String {
        match reach.read(path) {
            Ok(text) => text,
            Err(refused) => refused.to_string(),
        }
    }

    #[test]
    fn a_stack_file_reads_its_repository_and_nothing_else() {
        let folder = Folder::new("repository");
        folder.file("repo/.git/config", "token");
        let stack = folder.file("repo/stacks/acme.yaml", "");
        folder.file("repo/shared/base.yaml", "base");
        folder.file("repo/large", &"x".repeat(1 << 20));
        folder.file("repo/larger", &"x".repeat((1 << 20) + 1));
        fs::write(folder.0.join("repo/bytes"), [0xff]).unwrap();
        let outside = folder.file("outside/secret", "secret");
        symlink("../shared/base.yaml", folder.0.join("repo/stacks/inner.yaml")).unwrap();
        symlink(&outside, folder.0.join("repo/stacks/outer.yaml")).unwrap();
        symlink("../../outside", folder.0.join("repo/stacks/folder")).unwrap();
        symlink("../.git/config", folder.0.join("repo/stacks/git.yaml")).unwrap();
        symlink("/proc/self/environ", folder.0.join("repo/stacks/environ")).unwrap();
        let reach = Reach::of(&stack);
        let stacks = folder.0.join("repo/stacks");
        let out = "it leads out of the repository";
        for (path, expected) in [
            ("../shared/base.yaml", "base"),
            ("inner.yaml", "base"),
            ("folder/../../shared/base.yaml", out),
            ("outer.yaml", out),
            ("folder/secret", out),
            ("folder/none", out),
            ("environ", out),
            ("../../outside/secret", out),
            ("../../none", out),
            ("/proc/self/environ", out),
            ("/none", out),
            ("git.yaml", "it leads into git's own files"),
            ("../.GIT/none", "it leads into git's own files"),
            ("none", "it is not there"),
            ("../larger", "it is longer than 1 MiB"),
            ("../bytes", "it is not UTF-8 text"),
            ("../shared", "it is no file"),
        ] {
            assert_eq!(verdict(&reach, &stacks.join(path)), expected, "{path}");
        }
        assert_eq!(reach.read(&folder.0.join("repo/large")).unwrap().len(), 1 << 20);
        let pipe = folder.0.join("repo/pipe");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status().unwrap();
        assert!(made.success());
        assert_eq!(verdict(&reach, &pipe), "it is no file");
    }

    #[test]
    fn without_a_repository_it_reads_its_own_folder() {
        let folder = Folder::new("folder");
        let stack = folder.file("stacks/acme.yaml", "");
        folder.file("stacks/inner/base.yaml", "base");
        folder.file("base.yaml", "outer");
        // Where a folder above is a repository, as a developer's home may be, that is what counts.
        let reach = Reach::of(&stack);
        if reach.is_repository {
            return;
        }
        let stacks = folder.0.join("stacks");
        assert_eq!(verdict(&reach, &stacks.join("inner/base.yaml")), "base");
        assert!(verdict(&reach, &stacks.join("../base.yaml")).starts_with("it leads out of the stack file's folder"));
    }
}
