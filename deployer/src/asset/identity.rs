//! An asset's identity: the digest of all that its bytes should depend on.
//!
//! Sources, delivery configuration and texts in, digest and key out. Nothing is built and no program runs; the compiler
//! is recorded when something is built and does not count, so that a laptop and CI agree.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::digest::Fields;
use super::source::Sources;
use super::{AssetError, Sha256};
use crate::spec::{Architecture, Stack};

/// The cargo profile of handlers.
pub(super) const PROFILE: &str = "lambda";
/// The executable's name in the handler's crate.
pub(super) const BINARY: &str = "handler";
/// What stands in a binary for the workspace, cargo's home and the target folder, wherever they are.
pub(super) const MAPPED: [&str; 3] = ["/workspace", "/cargo", "/target"];

/// What a stack's zip is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asset {
    /// The zip's identity.
    pub digest: Sha256,
    /// The executable's identity: that of the zip without its delivery configuration and texts.
    pub binary_digest: Sha256,
    /// The zip's key in the assets bucket.
    pub key: String,
    /// The machine that it is built for.
    pub architecture: Architecture,
    /// The folder with the handler's Cargo.toml.
    pub source: PathBuf,
    /// The folder with the Cargo.lock: the workspace's, or `source` itself.
    pub root: PathBuf,
    /// The delivery configuration as the handler reads it.
    pub delivery_json: Vec<u8>,
    /// The stack's own texts by their path in the messages directory.
    pub messages: BTreeMap<String, String>,
}

/// Returns the asset of one stack; for many, keep an [`Identifier`].
pub fn identify(stack: &Stack) -> Result<Asset, AssetError> {
    Identifier::default().identify(stack)
}

/// Identifies assets, and reads sources that stacks share only once.
#[derive(Debug, Default)]
pub struct Identifier {
    sources: BTreeMap<PathBuf, Sources>,
}

impl Identifier {
    /// Returns a stack's asset.
    ///
    /// The sources are those that `function.source` names, or those in `../handler` beside the stack file's
    /// folder.
    pub fn identify(&mut self, stack: &Stack) -> Result<Asset, AssetError> {
        let folder = if let Some(source) = &stack.function.source {
            source.clone()
        } else {
            let beside = stack.source.path().parent().unwrap_or(Path::new("")).join("../handler");
            if !beside.join("Cargo.toml").is_file() {
                return Err(AssetError::NoSource { looked: beside });
            }
            beside
        };
        let sources = match self.sources.get(&folder) {
            Some(sources) => sources.clone(),
            None => self
                .sources
                .entry(folder.clone())
                .or_insert(Sources::read(&folder)?)
                .clone(),
        };
        let architecture = stack.function.architecture;
        let delivery_json = serde_json::to_vec(&stack.delivery)?;
        let binary_digest = binary_digest(&sources, architecture);
        let mut fields = Fields::new("deployer zip 2");
        fields.add(binary_digest.bytes());
        fields.add(&delivery_json);
        for (name, text) in &stack.messages {
            fields.add(name.as_bytes());
            fields.add(text.as_bytes());
        }
        let digest = fields.finish();
        Ok(Asset {
            digest,
            binary_digest,
            key: format!("handler/{digest}.zip"),
            architecture,
            source: sources.folder,
            root: sources.root,
            delivery_json,
            messages: stack.messages.clone(),
        })
    }
}

pub(super) fn binary_digest(sources: &Sources, architecture: Architecture) -> Sha256 {
    let mut fields = Fields::new("deployer handler 1");
    fields.add(sources.digest.bytes());
    // The package's default features, which cargo takes when none are named.
    for setting in [architecture.target(), PROFILE, "default", BINARY]
        .into_iter()
        .chain(MAPPED)
    {
        fields.add(setting.as_bytes());
    }
    fields.finish()
}
