//! SHA-256 of bytes, and of lists of fields.
//!
//! What goes into an identity is a list, and a list must have one reading only: fields are length-prefixed, and a
//! tag in front names what the list means. What is in the lists is decided in `source` and `identity`.

use std::fmt;

use aws_lc_rs::digest::{Context, SHA256, SHA256_OUTPUT_LEN, digest};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// A SHA-256 digest; printed in hexadecimal.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sha256([u8; SHA256_OUTPUT_LEN]);

impl Sha256 {
    /// Returns the digest of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        Self::from_digest(&digest(&SHA256, bytes))
    }

    /// The digest itself.
    pub const fn bytes(&self) -> &[u8; SHA256_OUTPUT_LEN] {
        &self.0
    }

    /// Returns the form of Lambda's `CodeSha256` and of S3's `ChecksumSHA256`.
    pub fn base64(&self) -> String {
        STANDARD.encode(self.0)
    }

    fn from_digest(digest: &aws_lc_rs::digest::Digest) -> Self {
        let mut bytes = [0; SHA256_OUTPUT_LEN];
        for (to, from) in bytes.iter_mut().zip(digest.as_ref()) {
            *to = *from;
        }
        Self(bytes)
    }
}

impl fmt::Display for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A digest over fields.
///
/// Each field goes in behind its length, so that no two lists of fields read alike, and the tag in front
/// names what the list means.
pub(super) struct Fields(Context);

impl Fields {
    /// Begins a list of the kind that `tag` names; a new meaning or order of the fields takes a new tag.
    pub(super) fn new(tag: &str) -> Self {
        let mut fields = Self(Context::new(&SHA256));
        fields.add(tag.as_bytes());
        fields
    }

    /// Adds a field.
    pub(super) fn add(&mut self, field: &[u8]) {
        self.0.update(&(field.len() as u64).to_be_bytes());
        self.0.update(field);
    }

    /// Returns the digest of all fields.
    pub(super) fn finish(self) -> Sha256 {
        Sha256::from_digest(&self.0.finish())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_is_the_published_one() {
        let empty = Sha256::of(b"");
        assert_eq!(
            empty.to_string(),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
        assert_eq!(empty.base64(), "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
    }

    #[test]
    fn lists_that_join_alike_differ() {
        let digest = |fields: &[&str]| {
            let mut all = Fields::new("test");
            for field in fields {
                all.add(field.as_bytes());
            }
            all.finish()
        };
        let lists: [&[&str]; 5] = [&["ab", "c"], &["a", "bc"], &["abc"], &["abc", ""], &["", "abc"]];
        for (index, list) in lists.iter().enumerate() {
            assert!(
                lists.iter().skip(index + 1).all(|other| digest(list) != digest(other)),
                "{list:?}"
            );
            assert_eq!(digest(list), digest(list));
        }
    }
}
