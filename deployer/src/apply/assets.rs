//! The assets bucket: what is in it is found by its key and proven by its checksum, and stored once.

use crate::asset::Sha256;
use crate::aws::{Session, StoredObject};
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
pub(super) async fn found(session: &Session, bucket: &Bucket, key: &str) -> Result<Option<String>, ApplyError> {
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

/// A zip in the bucket, pinned by its version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredZip {
    /// The object's version: the same key holds other bytes only under another.
    pub version: String,
    /// Whether this call stored it.
    pub is_new: bool,
}

/// Looks for a zip under its key, and for nothing else: an object there that has other bytes is an error.
pub async fn stored(
    session: &Session,
    bucket: &Bucket,
    key: &str,
    sha256: Sha256,
) -> Result<Option<StoredZip>, ApplyError> {
    match session.object(&bucket.name, key, &bucket.owner).await? {
        Some(object) => pinned(bucket, key, sha256, object, false).map(Some),
        None if session.owns_bucket(&bucket.name, &bucket.owner).await? => Ok(None),
        None => Err(ApplyError::NoBucket {
            bucket: bucket.name.clone(),
        }),
    }
}

/// Stores a zip under its key. Where two do so at once, both have the same bytes, and the second takes what the first
/// stored.
pub async fn store(
    session: &Session,
    bucket: &Bucket,
    key: &str,
    zip: Vec<u8>,
    sha256: Sha256,
) -> Result<StoredZip, ApplyError> {
    let base64 = sha256.base64();
    let put = session.put_object(&bucket.name, key, &bucket.owner, zip, &base64, "application/zip");
    match put.await? {
        Some(object) => pinned(bucket, key, sha256, object, true),
        None => stored(session, bucket, key, sha256)
            .await?
            .ok_or_else(|| ApplyError::Unproven {
                bucket: bucket.name.clone(),
                key: key.to_owned(),
            }),
    }
}

/// Takes a zip out of sight that nothing refers to. Its version stays readable for who pinned it meanwhile, until the
/// bucket's noncurrent versions expire.
pub async fn hide(session: &Session, bucket: &Bucket, key: &str) -> Result<(), ApplyError> {
    let hidden = session.delete_object(&bucket.name, key, &bucket.owner, None);
    Ok(hidden.await?)
}

fn pinned(
    bucket: &Bucket,
    key: &str,
    sha256: Sha256,
    object: StoredObject,
    is_new: bool,
) -> Result<StoredZip, ApplyError> {
    let (bucket, key) = (bucket.name.clone(), key.to_owned());
    match object.sha256 {
        None => Err(ApplyError::Unproven { bucket, key }),
        Some(found) if found != sha256.base64() => Err(ApplyError::OtherBytes {
            bucket,
            key,
            found,
            expected: sha256.base64(),
        }),
        Some(_) => match object.version {
            // S3 answers with this word for what was stored before the bucket kept versions.
            Some(version) if version != "null" => Ok(StoredZip { version, is_new }),
            _ => Err(ApplyError::Unversioned { bucket, key }),
        },
    }
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
        .is_some()
    {
        return Ok(sha256.to_owned());
    }
    found(session, bucket, key).await?.ok_or_else(|| ApplyError::Unproven {
        bucket: bucket.name.clone(),
        key: key.to_owned(),
    })
}
