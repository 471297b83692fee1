//! The assets bucket: what is in it is found by its key and proven by its checksum, and stored once.

use crate::aws::Session;
use crate::spec::{AccountId, Region, Stack};

use super::ApplyError;

/// Where an account keeps its zips, and for a moment large templates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bucket {
    /// Its name.
    pub name: String,
    /// The account that must own it.
    pub owner: AccountId,
}

impl Bucket {
    /// Returns the bucket that a stack names, or else the one that `bootstrap` makes.
    pub fn of(stack: &Stack, account: &AccountId) -> Self {
        let made = Self::made(account, &stack.region);
        Self {
            name: stack.assets_bucket.clone().unwrap_or(made.name),
            ..made
        }
    }

    /// Returns the bucket that `bootstrap` makes.
    pub fn made(account: &AccountId, region: &Region) -> Self {
        Self {
            name: format!("deployer-assets-{account}-{region}"),
            owner: account.clone(),
        }
    }
}

/// Looks an object up; returns base64 of its SHA-256 when it is there, as S3 computed it.
pub async fn found(session: &Session, bucket: &Bucket, key: &str) -> Result<Option<String>, ApplyError> {
    match session.object(&bucket.name, key, &bucket.owner).await? {
        Some(object) => match object.sha256 {
            Some(sha256) => Ok(Some(sha256)),
            None => Err(ApplyError::Unproven {
                bucket: bucket.name.clone(),
                key: key.to_owned(),
            }),
        },
        None if session.owns_bucket(&bucket.name, &bucket.owner).await? => Ok(None),
        None => Err(ApplyError::NoBucket {
            bucket: bucket.name.clone(),
        }),
    }
}

/// Stores a zip under its key and returns base64 of the SHA-256 that the bucket holds: that of the first
/// writer, when two build at once.
pub async fn store(
    session: &Session,
    bucket: &Bucket,
    key: &str,
    zip: &[u8],
    sha256: &str,
) -> Result<String, ApplyError> {
    put(session, bucket, key, zip, sha256, "application/zip").await
}

/// Stores an object unless there is one of this key.
pub(super) async fn put(
    session: &Session,
    bucket: &Bucket,
    key: &str,
    bytes: &[u8],
    sha256: &str,
    content_type: &str,
) -> Result<String, ApplyError> {
    if session
        .put_object(&bucket.name, key, &bucket.owner, bytes.to_vec(), sha256, content_type)
        .await?
    {
        return Ok(sha256.to_owned());
    }
    found(session, bucket, key).await?.ok_or_else(|| ApplyError::Unproven {
        bucket: bucket.name.clone(),
        key: key.to_owned(),
    })
}
