//! An asset's identity: the digest of all that its bytes should depend on.
//!
//! Sources (or an executable that came with the deployer), delivery configuration and texts in, digest and key out.
//! Nothing is built and no program runs; the compiler is recorded when something is built and does not count, so that a
//! laptop and CI agree.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::builder::{BINARY, MAPPED, PROFILE};
use super::digest::Fields;
use super::source::Sources;
use super::{AssetError, Contents, Embedded, Executable, Sha256};
use crate::spec::{Architecture, Stack};

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
    /// Where the executable comes from.
    pub origin: Origin,
    /// The delivery configuration as the handler reads it.
    pub delivery_json: Vec<u8>,
    /// The stack's own texts by their path in the messages directory.
    pub messages: BTreeMap<String, String>,
}

/// Where an asset's executable comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// It is compiled.
    Sources {
        /// The folder with the handler's Cargo.toml.
        folder: PathBuf,
        /// The folder with the Cargo.lock: the workspace's, or `folder` itself.
        root: PathBuf,
    },
    /// It came with the deployer.
    Embedded(Executable),
}

/// Returns the asset of one stack; for many, keep an [`Identifier`].
pub fn identify(stack: &Stack) -> Result<Asset, AssetError> {
    Identifier::default().identify(stack)
}

/// Identifies assets, and reads what stacks share only once.
#[derive(Debug)]
pub struct Identifier {
    embedded: Embedded,
    sources: BTreeMap<PathBuf, Sources>,
    executables: BTreeMap<Architecture, Sha256>,
}

impl Default for Identifier {
    /// Takes the handlers that came with this deployer.
    fn default() -> Self {
        Self::with(Embedded::HERE)
    }
}

impl Identifier {
    /// Takes these handlers for stacks that have no sources.
    pub const fn with(embedded: Embedded) -> Self {
        Self {
            embedded,
            sources: BTreeMap::new(),
            executables: BTreeMap::new(),
        }
    }

    /// Returns a stack's asset.
    ///
    /// The handler is compiled from the sources that `function.source` names, or else from those in `../handler`
    /// beside the stack file's folder; where neither is, it is the one that came with the deployer.
    pub fn identify(&mut self, stack: &Stack) -> Result<Asset, AssetError> {
        let architecture = stack.function.architecture;
        let beside = stack.source.path().parent().unwrap_or(Path::new("")).join("../handler");
        let (binary_digest, origin) = if let Some(source) = &stack.function.source {
            self.of_sources(source, architecture)?
        } else if beside.join("Cargo.toml").is_file() {
            self.of_sources(&beside, architecture)?
        } else if let Some(executable) = self.embedded.of(architecture) {
            self.of_executable(executable, architecture)
        } else {
            return Err(AssetError::NoHandler {
                looked: beside,
                architecture,
                embedded: self.embedded,
            });
        };
        let delivery_json = serde_json::to_vec(&stack.delivery)?;
        let digest = zip_digest(binary_digest, &delivery_json, &stack.messages);
        Ok(Asset {
            digest,
            binary_digest,
            key: format!("handler/{digest}.zip"),
            architecture,
            origin,
            delivery_json,
            messages: stack.messages.clone(),
        })
    }

    fn of_sources(&mut self, folder: &Path, architecture: Architecture) -> Result<(Sha256, Origin), AssetError> {
        let sources = match self.sources.get(folder) {
            Some(sources) => sources.clone(),
            None => self
                .sources
                .entry(folder.to_owned())
                .or_insert(Sources::read(folder)?)
                .clone(),
        };
        let digest = binary_digest(&sources, architecture);
        let Sources { folder, root, .. } = sources;
        Ok((digest, Origin::Sources { folder, root }))
    }

    fn of_executable(&mut self, executable: Executable, architecture: Architecture) -> (Sha256, Origin) {
        // Some megabytes: read once, however many stacks there are.
        let digest = self.executables.entry(architecture).or_insert_with(|| {
            let mut fields = Fields::new("deployer embedded handler 1");
            fields.add(architecture.name().as_bytes());
            fields.add(Sha256::of(executable.bytes()).bytes());
            fields.finish()
        });
        (*digest, Origin::Embedded(executable))
    }
}

impl Asset {
    /// Whether a zip of this digest and with these files holds the same build of the handler.
    pub fn is_build_of(&self, digest: &str, contents: &Contents) -> bool {
        zip_digest(self.binary_digest, &contents.delivery_json, &contents.messages).to_string() == digest
    }
}

fn zip_digest(binary: Sha256, delivery_json: &[u8], messages: &BTreeMap<String, String>) -> Sha256 {
    let mut fields = Fields::new("deployer zip 2");
    fields.add(binary.bytes());
    fields.add(delivery_json);
    for (name, text) in messages {
        fields.add(name.as_bytes());
        fields.add(text.as_bytes());
    }
    fields.finish()
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
