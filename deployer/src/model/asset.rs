//! Where the handler's zip is found.

/// The zip of a handler in S3.
///
/// The template names the digest of the zip's inputs; which bytes they are is told by the template's
/// [parameters](super::parameter), so that the same stack file gives the same template before and after a build.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssetLocation {
    /// The bucket; the one that `deployer bootstrap` makes when absent.
    pub bucket: Option<String>,
    /// The digest of the zip's inputs, 64 lowercase hexadecimal digits.
    pub digest: String,
}

impl AssetLocation {
    /// A stand-in as long as a real location, for commands that check a template and deploy nothing.
    pub(super) fn unknown() -> Self {
        Self {
            bucket: None,
            digest: "0".repeat(64),
        }
    }
}
