//! Where the handler's zip is found.

/// An object in S3.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssetLocation {
    /// The bucket; the one that `deployer bootstrap` makes when absent.
    pub bucket: Option<String>,
    /// The object's key. Its last segment is the digest of the zip's inputs and `.zip`, so that other
    /// content has another key: CloudFormation sees nothing else of the code.
    pub key: String,
}

impl AssetLocation {
    /// A stand-in as long as a real location, for commands that check a template and deploy nothing.
    pub(super) fn unknown() -> Self {
        Self {
            bucket: None,
            key: format!("handler/{}.zip", "0".repeat(64)),
        }
    }

    /// Returns the digest in the object's key.
    pub fn digest(&self) -> &str {
        let name = self.key.rsplit('/').next().unwrap_or(&self.key);
        name.strip_suffix(".zip").unwrap_or(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_is_the_last_segment() {
        for key in ["ab12", "ab12.zip", "handler/arm64/ab12.zip"] {
            assert_eq!(
                AssetLocation {
                    bucket: None,
                    key: key.to_owned()
                }
                .digest(),
                "ab12",
                "{key}"
            );
        }
        assert_eq!(AssetLocation::unknown().digest().len(), 64);
    }
}
