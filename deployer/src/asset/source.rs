//! The files that a handler is compiled from, as one digest.
//!
//! Counted are the handler's folder, what the workspace adds to it (its manifest, its part of the lock file,
//! cargo's configuration), and nothing of the machine: a laptop and CI agree.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::digest::Fields;
use super::{AssetError, Sha256, lock};

/// Folders of a crate that no binary is compiled from.
const BESIDE: [&str; 5] = ["target", "tests", "benches", "examples", "fuzz"];

/// A handler's sources as they were read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sources {
    /// The folder with the handler's Cargo.toml.
    pub(super) folder: PathBuf,
    /// The workspace's folder: the one with the Cargo.lock.
    pub(super) root: PathBuf,
    /// The digest of all that counts.
    pub(super) digest: Sha256,
}

impl Sources {
    /// Reads the sources in `folder`.
    pub(super) fn read(folder: &Path) -> Result<Self, AssetError> {
        if !folder.join("Cargo.toml").is_file() {
            return Err(AssetError::NotACrate {
                path: folder.to_owned(),
            });
        }
        let folder = fs::canonicalize(folder).map_err(|source| read_error(folder, source))?;
        let root = folder
            .ancestors()
            .find(|above| above.join("Cargo.lock").is_file())
            .ok_or_else(|| AssetError::NoLock { path: folder.clone() })?
            .to_owned();
        let mut fields = Fields::new("deployer handler sources 1");
        let mut files = BTreeMap::new();
        collect(&folder, "", &mut files)?;
        fields.add(&(files.len() as u64).to_be_bytes());
        for (name, path) in &files {
            fields.add(name.as_bytes());
            fields.add(&read(path)?);
        }
        let manifest = read(&folder.join("Cargo.toml"))?;
        add_lock(&mut fields, &read(&root.join("Cargo.lock"))?, &manifest)?;
        // The part of the way that a shared target folder or another checkout does not change.
        for above in folder.ancestors().take_while(|above| above.starts_with(&root)) {
            let own = ["Cargo.toml", ".cargo/config.toml", ".cargo/config"];
            // The handler's own manifest is among its files.
            for name in own.iter().skip(usize::from(above == folder)) {
                fields.add(name.as_bytes());
                match fs::read(above.join(name)) {
                    Ok(bytes) => fields.add(&bytes),
                    Err(error) if error.kind() == io::ErrorKind::NotFound => fields.add(b""),
                    Err(error) => return Err(read_error(&above.join(name), error)),
                }
            }
        }
        Ok(Self {
            folder,
            root,
            digest: fields.finish(),
        })
    }
}

/// Collects the files below `folder` by their names relative to the first, with `/` between.
fn collect(folder: &Path, prefix: &str, files: &mut BTreeMap<String, PathBuf>) -> Result<(), AssetError> {
    for entry in fs::read_dir(folder).map_err(|source| read_error(folder, source))? {
        let entry = entry.map_err(|source| read_error(folder, source))?;
        let path = entry.path();
        let Ok(name) = entry.file_name().into_string() else {
            let source = io::Error::new(io::ErrorKind::InvalidData, "its name is not UTF-8");
            return Err(read_error(&path, source));
        };
        // Cargo.lock is here only where the handler is a workspace of its own; it is counted apart.
        if name.starts_with('.') || prefix.is_empty() && (BESIDE.contains(&name.as_str()) || name == "Cargo.lock") {
            continue;
        }
        let linked = entry
            .file_type()
            .map_err(|source| read_error(&path, source))?
            .is_symlink();
        let is_folder = fs::metadata(&path)
            .map_err(|source| read_error(&path, source))?
            .is_dir();
        match (is_folder, linked) {
            (true, true) => return Err(AssetError::LinkedFolder { path }),
            (true, false) => collect(&path, &format!("{prefix}{name}/"), files)?,
            (false, _) => drop(files.insert(format!("{prefix}{name}"), path)),
        }
    }
    Ok(())
}

fn add_lock(fields: &mut Fields, lock: &[u8], manifest: &[u8]) -> Result<(), AssetError> {
    let text = str::from_utf8(lock).ok();
    let name = str::from_utf8(manifest).ok().and_then(package_name);
    let Some(packages) = text.zip(name).and_then(|(text, name)| lock::closure(text, name)) else {
        // A form that is not understood counts as a whole: a rebuild too many is cheaper than one too few.
        fields.add(b"whole lock file");
        fields.add(lock);
        return Ok(());
    };
    fields.add(b"packages");
    fields.add(&(packages.len() as u64).to_be_bytes());
    for package in packages {
        if package.source.is_none() && Some(package.name) != name {
            return Err(AssetError::PathDependency {
                package: package.name.to_owned(),
            });
        }
        for field in [
            package.name,
            package.version,
            package.source.unwrap_or(""),
            package.checksum.unwrap_or(""),
        ] {
            fields.add(field.as_bytes());
        }
    }
    Ok(())
}

/// Returns the name under `[package]`, where it is written as everybody writes it.
fn package_name(manifest: &str) -> Option<&str> {
    let mut lines = manifest
        .lines()
        .map(str::trim)
        .skip_while(|line| *line != "[package]")
        .skip(1);
    let name = lines
        .by_ref()
        .take_while(|line| !line.starts_with('['))
        .find_map(|line| {
            let (key, value) = line.split_once('=')?;
            (key.trim() == "name").then(|| value.trim())
        })?;
    name.strip_prefix('"')?
        .strip_suffix('"')
        .filter(|name| !name.contains(['"', '\\']))
}

fn read(path: &Path) -> Result<Vec<u8>, AssetError> {
    fs::read(path).map_err(|source| read_error(path, source))
}

fn read_error(path: &Path, source: io::Error) -> AssetError {
    AssetError::Read {
        path: path.to_owned(),
        source,
    }
}
