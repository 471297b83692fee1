//! Files and folders in, stacks out: everything wrong with all of them at once.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::document::{Identity, read};
use super::reach::{Reach, Refused};
use super::yaml::MAX_BYTES;
use super::{AccountId, Stack};
use crate::finding::{Code, Finding, Level, Place, Source};
use crate::inert;

/// The stacks of all files, and what is worth a look.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// One stack a file, in the files' order.
    pub stacks: Vec<Stack>,
    /// Findings that stop nothing.
    pub warnings: Vec<Finding>,
}

/// Reads one file's text; a stack comes back where no finding is an error.
pub fn parse(source: &Arc<Source>) -> (Option<Stack>, Vec<Finding>) {
    let document = read(source);
    (document.stack, document.findings)
}

/// Reads all files' texts, and compares them; where one finding is an error, all findings come back.
pub fn load(sources: &[Arc<Source>]) -> Result<Loaded, Vec<Finding>> {
    let mut stacks = Vec::new();
    let mut findings = Vec::new();
    let mut identities = Vec::new();
    for source in sources {
        let document = read(source);
        stacks.extend(document.stack);
        findings.extend(document.findings);
        if let Some(identity) = document.identity {
            findings.extend(twice(&identities, &identity));
            findings.extend(claimed(&identities, &identity));
            identities.push(identity);
        }
    }
    if findings
        .iter()
        .any(|finding| finding.code.entry().level == Level::Error)
    {
        return Err(findings);
    }
    Ok(Loaded {
        stacks,
        warnings: findings,
    })
}

/// Two accounts may each have a stack of one name, but only where both files say which account they mean.
fn one_home(left: &Identity, right: &Identity) -> bool {
    let apart = |left: &Option<AccountId>, right: &Option<AccountId>| match (left, right) {
        (Some(left), Some(right)) => left != right,
        _ => false,
    };
    left.region == right.region && !apart(&left.account, &right.account)
}

fn twice(seen: &[Identity], identity: &Identity) -> Option<Finding> {
    let other = seen
        .iter()
        .find(|other| other.name == identity.name && one_home(other, identity))?;
    let message = format!(
        "the stack `{}` in {} is declared in {} already",
        identity.name,
        identity.region,
        shown(&other.place)
    );
    let hint = "rename one of them; for stacks of two accounts, name both in `account`";
    Some(Finding::at(Code::StackTwice, identity.place.clone(), message).hint(hint))
}

/// Reports a pool or an alias that two files name.
fn claimed(seen: &[Identity], identity: &Identity) -> Vec<Finding> {
    let others = || seen.iter().filter(|other| one_home(other, identity));
    let finding = |(what, place): &(String, Place)| {
        let (_, other) = others()
            .flat_map(|other| &other.claims)
            .find(|(other, _)| other == what)?;
        let message = format!("{what} belongs to the stack of {} already", shown(other));
        let hint = "keep it in one of the files; for stacks of two accounts, name both in `account`";
        Some(Finding::at(Code::ResourceTwice, place.clone(), message).hint(hint))
    };
    identity.claims.iter().filter_map(finding).collect()
}

fn shown(place: &Place) -> String {
    let (line, column) = place.line_and_column();
    format!("{}:{line}:{column}", place.source.path().display())
}

/// Reads the files that `paths` name: files as they are, and of a folder its stack files, sorted, without
/// those that begin with `_`. A file that is named twice is read once.
pub fn collect(paths: &[PathBuf]) -> Result<Vec<Arc<Source>>, Vec<Finding>> {
    let mut seen = BTreeSet::new();
    let mut sources = Vec::new();
    let mut findings = Vec::new();
    for path in paths {
        if leaves_its_repository(path) {
            let message = format!(
                "failed to read `{}`: a link leads out of the repository",
                path.display()
            );
            let hint = "put the stack file itself there: what it names could be any file of this machine";
            findings.push(Finding::new(Code::OutsideRepository, message).hint(hint));
            continue;
        }
        for file in files(path, &mut findings) {
            if let Some(finding) = refused(path, &file) {
                findings.push(finding);
            } else if seen.insert(fs::canonicalize(&file).unwrap_or_else(|_| file.clone())) {
                sources.extend(open(&file, &mut findings));
            }
        }
    }
    if findings.is_empty() {
        Ok(sources)
    } else {
        Err(findings)
    }
}

/// Whether a path that was named lies in a repository, and is or leads through a link to somewhere else: a pull request
/// can make it one, and what is wrong with a file is shown to the request's author.
fn leaves_its_repository(path: &Path) -> bool {
    let (Ok(named), Ok(real)) = (std::path::absolute(path), fs::canonicalize(path)) else {
        return false;
    };
    // A link could lead into another repository, so only real folders count.
    let is_real = |folder: &&Path| fs::symlink_metadata(folder).is_ok_and(|found| found.is_dir());
    let mut folders = named.ancestors().skip(1).filter(is_real);
    let repository = folders.find(|folder| folder.join(".git").exists());
    let repository = repository.and_then(|folder| fs::canonicalize(folder).ok());
    repository.is_some_and(|repository| !real.starts_with(repository))
}

/// A file that is not opened. One that was found in a folder may be somebody else's, in a pull request; one that was
/// named is the choice of whoever typed it, as long as it stays in its repository.
fn refused(named: &Path, file: &Path) -> Option<Finding> {
    if file.to_string_lossy().contains(inert::is_active) {
        let message = format!("`{}` has invisible or control characters in its name", file.display());
        return Some(Finding::new(Code::FileUnreadable, message).hint("rename it"));
    }
    if named == file {
        return None;
    }
    let refused = match Reach::of(file).find(file) {
        // A pipe might never end, and opening one waits for a writer.
        Ok(found) if fs::metadata(&found).is_ok_and(|found| !found.is_file()) => Refused::NoFile,
        Ok(_) => return None,
        Err(refused) => refused,
    };
    let message = format!("failed to read `{}`: {refused}", file.display());
    let hint = refused.hint("check that it is a file, and its permissions");
    Some(Finding::new(refused.code(Code::FileUnreadable), message).hint(hint))
}

fn files(path: &Path, findings: &mut Vec<Finding>) -> Vec<PathBuf> {
    if !path.is_dir() {
        return vec![path.to_owned()];
    }
    let entries = match fs::read_dir(path).and_then(Iterator::collect::<io::Result<Vec<_>>>) {
        Ok(entries) => entries,
        Err(error) => {
            findings.push(unreadable(path, &error));
            return Vec::new();
        }
    };
    let mut files: Vec<PathBuf> = entries
        .into_iter()
        .map(|entry| entry.path())
        .filter(|path| is_stack_file(path))
        .collect();
    files.sort();
    if files.is_empty() {
        let message = format!("`{}` wants files that end in .yaml or .yml, found none", path.display());
        let hint = "name a folder with stack files, or the files; those that begin with `_` are no stacks of their own";
        findings.push(Finding::new(Code::FolderEmpty, message).hint(hint));
    }
    files
}

fn is_stack_file(path: &Path) -> bool {
    let extension = path
        .extension()
        .and_then(OsStr::to_str)
        .is_some_and(|end| matches!(end, "yaml" | "yml"));
    let shared = path
        .file_name()
        .is_some_and(|name| name.as_encoded_bytes().starts_with(b"_"));
    extension && !shared
}

fn open(path: &Path, findings: &mut Vec<Finding>) -> Option<Arc<Source>> {
    // One byte more than is taken, so that whoever reads the text sees that it is too long.
    let limit = MAX_BYTES as u64 + 1;
    let mut bytes = Vec::new();
    if let Err(error) = File::open(path).and_then(|file| file.take(limit).read_to_end(&mut bytes)) {
        findings.push(unreadable(path, &error));
        return None;
    }
    let cut = bytes.len() > MAX_BYTES;
    match String::from_utf8(bytes) {
        Ok(text) => Some(Source::new(path, text)),
        // The cut went through a character.
        Err(error) if cut && error.utf8_error().error_len().is_none() => {
            Some(Source::new(path, String::from_utf8_lossy(error.as_bytes())))
        }
        Err(error) => {
            let offset = error.utf8_error().valid_up_to();
            let line = error
                .as_bytes()
                .iter()
                .take(offset)
                .filter(|byte| **byte == b'\n')
                .count()
                + 1;
            let message = format!(
                "`{}` wants UTF-8 text, found other bytes in line {line}",
                path.display()
            );
            findings.push(Finding::new(Code::FileNotUtf8, message).hint("save the file as UTF-8"));
            None
        }
    }
}

fn unreadable(path: &Path, error: &io::Error) -> Finding {
    if error.kind() == io::ErrorKind::NotFound {
        let message = format!("`{}` is not there", path.display());
        Finding::new(Code::FileNotFound, message)
            .hint("correct the path; without one, `stacks/` is read, and `deployer init` writes a first file there")
    } else {
        let message = format!("failed to read `{}`: {}", path.display(), error.kind());
        Finding::new(Code::FileUnreadable, message).hint("check that it is a file, and its permissions")
    }
}
