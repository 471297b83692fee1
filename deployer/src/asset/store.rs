//! Zips and binaries that were built before, in `deployer/` below cargo's target folder.
//!
//! A file counts only with its report, whose digest it must match, and only behind the gate; anything else is
//! as if it were not there. Files appear whole, by renaming.

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::archive::{self, Contents};
use super::{Asset, AssetError, Built, Origin, Sha256, Tools, gate, gate_elf};
use crate::files;

/// Returns the zip of `asset` if it, or its binary, was built before; runs no program.
pub fn cached(asset: &Asset, tools: &Tools) -> Option<Built> {
    let Origin::Sources { root, .. } = &asset.origin else {
        return None;
    };
    let store = Store {
        folder: tools.target(root).join("deployer"),
    };
    store.zip(asset).or_else(|| {
        let (binary, report) = store.load(&format!("{}.bootstrap", asset.binary_digest))?;
        if !gate_elf(&binary, asset.architecture).is_empty() {
            return None;
        }
        store.keep_zip(asset, &binary, report).ok()
    })
}

/// How something was built.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Report {
    pub(super) binary_size: u64,
    pub(super) toolchain: String,
    pub(super) builder: String,
}

/// A file's report, as it is written beside it.
#[derive(Debug, Serialize, Deserialize)]
struct Record {
    sha256: String,
    #[serde(rename = "build")]
    report: Report,
}

/// The folder of what was built before.
#[derive(Debug)]
pub(super) struct Store {
    folder: PathBuf,
}

impl Store {
    /// Makes the folder below cargo's target folder.
    pub(super) fn create(target_folder: &Path) -> Result<Self, AssetError> {
        let folder = target_folder.join("deployer");
        fs::create_dir_all(&folder).map_err(|source| AssetError::Write {
            path: folder.clone(),
            source,
        })?;
        Ok(Self { folder })
    }

    /// Returns the path of a file in it.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Keeps a fresh binary and its zip.
    pub(super) fn keep(&self, asset: &Asset, binary: &[u8], report: Report) -> Result<Built, AssetError> {
        self.save(&format!("{}.bootstrap", asset.binary_digest), binary, &report)?;
        self.keep_zip(asset, binary, report)
    }

    /// Zips a binary with the asset's delivery configuration, looks at the zip as the gate does, and keeps it.
    fn keep_zip(&self, asset: &Asset, binary: &[u8], report: Report) -> Result<Built, AssetError> {
        let zip = archive::pack(asset, binary)?;
        self.save(&format!("{}.zip", asset.digest), &zip, &report)?;
        Ok(built(zip, report))
    }

    fn zip(&self, asset: &Asset) -> Option<Built> {
        let (zip, report) = self.load(&format!("{}.zip", asset.digest))?;
        gate(&zip, asset.architecture).ok()?;
        let contents = Contents::read(&zip).ok()?;
        let same = contents.delivery_json == asset.delivery_json && contents.messages == asset.messages;
        same.then(|| built(zip, report))
    }

    fn load(&self, name: &str) -> Option<(Vec<u8>, Report)> {
        let record: Record = serde_json::from_slice(&fs::read(self.path(&record_name(name))).ok()?).ok()?;
        let bytes = fs::read(self.path(name)).ok()?;
        (Sha256::of(&bytes).to_string() == record.sha256).then_some((bytes, record.report))
    }

    fn save(&self, name: &str, bytes: &[u8], report: &Report) -> Result<(), AssetError> {
        let record = Record {
            sha256: Sha256::of(bytes).to_string(),
            report: report.clone(),
        };
        self.put(name, bytes)?;
        self.put(&record_name(name), &serde_json::to_vec_pretty(&record)?)
    }

    fn put(&self, name: &str, bytes: &[u8]) -> Result<(), AssetError> {
        let path = self.path(name);
        files::replace(&path, bytes).map_err(|source| AssetError::Write { path, source })
    }
}

fn record_name(name: &str) -> String {
    format!("{name}.json")
}

fn built(zip: Vec<u8>, report: Report) -> Built {
    let Report {
        binary_size,
        toolchain,
        builder,
    } = report;
    Built {
        sha256: Sha256::of(&zip),
        zip,
        binary_size,
        toolchain,
        builder,
    }
}
