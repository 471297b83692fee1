//! Zips in the assets bucket: found by digest, stored once.

use crate::aws::Session;
use crate::spec::{AccountId, Region};

use super::ApplyError;

/// Where an account keeps its zips.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bucket {
    /// Its name.
    pub name: String,
    /// The account that must own it.
    pub owner: AccountId,
}

/// Returns the bucket that `bootstrap` makes.
pub fn bucket_name(account: &AccountId, region: &Region) -> String {
    format!("deployer-assets-{account}-{region}")
}

/// Looks a zip up; returns base64 of its SHA-256 when it is there, as S3 computed it.
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
    if session
        .put_object(&bucket.name, key, &bucket.owner, zip.to_vec(), sha256)
        .await?
    {
        return Ok(sha256.to_owned());
    }
    found(session, bucket, key).await?.ok_or_else(|| ApplyError::Unproven {
        bucket: bucket.name.clone(),
        key: key.to_owned(),
    })
}
