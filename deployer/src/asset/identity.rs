//! An asset's identity: the digest of all that its bytes should depend on.
//!
//! Sources (or an executable that came with the deployer), delivery configuration and texts in, digest and key out.
//! Nothing is built and no program runs; the compiler is recorded when something is built and does not count, so that a
//! laptop and CI agree.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::builder::{BINARY, MAPPED, PROFILE};
use super::digest::Fields;
use super::source::Sources;
use super::{AssetError, Contents, Embedded, Executable, Sha256};
use crate::finding::{Code, Finding};
use crate::spec::{Architecture, ProviderTypes, Stack};

/// What a stack's zip is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asset {
    /// The zip's identity.
    pub digest: Sha256,
    /// The executable's identity: that of the zip without its delivery configuration and texts.
    pub binary_digest: Sha256,
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
        /// The crate's features in place of its default ones, with commas between.
        features: Option<String>,
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
        let types = stack.function.provider_types.as_ref();
        let (binary_digest, origin) = if let Some(source) = &stack.function.source {
            self.of_sources(source, architecture, types)?
        } else if beside.join("Cargo.toml").is_file() {
            self.of_sources(&beside, architecture, types)?
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
            architecture,
            origin,
            delivery_json,
            messages: stack.messages.clone(),
        })
    }

    fn of_sources(
        &mut self,
        folder: &Path,
        architecture: Architecture,
        types: Option<&ProviderTypes>,
    ) -> Result<(Sha256, Origin), AssetError> {
        let sources = match self.sources.get(folder) {
            Some(sources) => sources.clone(),
            None => self
                .sources
                .entry(folder.to_owned())
                .or_insert(Sources::read(folder)?)
                .clone(),
        };
        let features = types.map(features);
        let digest = binary_digest(&sources, architecture, features.as_deref());
        let Sources { folder, root, .. } = sources;
        Ok((digest, Origin::Sources { folder, root, features }))
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
    /// Returns the key in the assets bucket of the zip of these inputs that has this SHA-256.
    ///
    /// Two compilers may make two zips of the same inputs; each has a key of its own, so that nobody's is in another's
    /// place.
    pub fn key(&self, sha256: Sha256) -> String {
        format!("handler/{}/{}", self.digest, file(sha256))
    }

    /// Reports a choice of provider types that the handler cannot follow: it came with the deployer, or its crate has no
    /// features by these names.
    pub fn not_compiled(&self, stack: &Stack) -> Option<Finding> {
        let types = stack.function.provider_types.as_ref()?;
        let (message, hint) = match &self.origin {
            Origin::Embedded(_) => (
                "`function.provider_types` wants a handler that is compiled, found the one that came with the deployer, \
                 which has every type"
                    .to_owned(),
                "remove it, or name the handler's sources in `function.source`",
            ),
            Origin::Sources { folder, .. } => {
                let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap_or_default();
                let lacking = shared_and(types).find(|name| !declares(&manifest, name))?;
                (
                    format!(
                        "`function.provider_types` wants a handler with the feature `{lacking}`, found none in `{}`",
                        folder.join("Cargo.toml").display()
                    ),
                    "remove it and choose the handler's features in that crate's own Cargo.toml, or forward each there, as \
                     in `sns = [\"handler/sns\"]`",
                )
            }
        };
        Some(Finding::at(Code::HandlerNotCompiled, types.place.clone(), message).hint(hint))
    }

    /// Whether a zip of this digest and with these files holds the same build of the handler.
    pub fn is_build_of(&self, digest: &str, contents: &Contents) -> bool {
        zip_digest(self.binary_digest, &contents.delivery_json, &contents.messages).to_string() == digest
    }
}

/// The name of a zip with this SHA-256: what the template's parameter `HandlerFile` says.
pub fn file(sha256: Sha256) -> String {
    format!("{sha256}.zip")
}

/// The features of the handler's crate that are these types: each is one by its name, beside what all of them share.
fn features(types: &ProviderTypes) -> String {
    shared_and(types).collect::<Vec<_>>().join(",")
}

fn shared_and(types: &ProviderTypes) -> impl Iterator<Item = &'static str> {
    ["lambda"].into_iter().chain(types.names.iter().copied())
}

/// Whether a line of a Cargo.toml gives a feature, or anything else, this name; what is not found here cargo has not.
fn declares(manifest: &str, name: &str) -> bool {
    manifest
        .lines()
        .filter_map(|line| line.split_once('='))
        .any(|(key, _)| key.trim().trim_matches('"') == name)
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

pub(super) fn binary_digest(sources: &Sources, architecture: Architecture, features: Option<&str>) -> Sha256 {
    let mut fields = Fields::new("deployer handler 1");
    fields.add(sources.digest.bytes());
    // Cargo takes the package's default features when none are named.
    let features = features.unwrap_or("default");
    for setting in [architecture.target(), PROFILE, features, BINARY]
        .into_iter()
        .chain(MAPPED)
    {
        fields.add(setting.as_bytes());
    }
    fields.finish()
}
