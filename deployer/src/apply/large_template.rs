//! Templates that are too large for a request: CloudFormation reads them from the assets bucket.
//!
//! Such a template is there only while its change set is being made, and it is uploaded before anybody is
//! asked, unlike the zip: without it there would be no change set to show. Its key is the digest of its
//! text, so what a killed run left is used, and deleted, by the next one.

use super::assets::{found, put};
use super::{ApplyError, Bucket};
use crate::asset::Sha256;
use crate::aws::{ChangeSetRequest, Session};

/// Bytes of a template that a request takes: `TemplateBody` of `CreateChangeSet`.
const IN_A_REQUEST: usize = 51_200;

fn is_large(request: &ChangeSetRequest<'_>) -> bool {
    request.template.len() > IN_A_REQUEST
}

/// The stack's name is a part of the key, so that no run deletes what another stack's run is about to use.
pub(super) fn key(request: &ChangeSetRequest<'_>) -> String {
    let digest = Sha256::of(request.template.as_bytes());
    format!("templates/{}/{digest}", request.stack)
}

/// Puts a large template where CloudFormation can read it and returns its address; nothing for a template
/// that a request takes.
pub(super) async fn upload(
    session: &Session,
    bucket: &Bucket,
    request: &ChangeSetRequest<'_>,
) -> Result<Option<String>, ApplyError> {
    if !is_large(request) {
        return Ok(None);
    }
    let text = request.template.as_bytes();
    let digest = Sha256::of(text);
    let (key, sha256) = (key(request), digest.base64());
    let stored = match found(session, bucket, &key).await? {
        Some(stored) => stored,
        None => put(session, bucket, &key, text, &sha256, "application/json").await?,
    };
    if stored != sha256 {
        return Err(ApplyError::Altered {
            bucket: bucket.name.clone(),
            key,
        });
    }
    Ok(Some(session.object_url(&bucket.name, &key).await?))
}

/// Deletes what [`upload`] put there, whichever run did; in a bucket with versions for good. What is no such
/// template is somebody else's.
pub(super) async fn remove(
    session: &Session,
    bucket: &Bucket,
    request: &ChangeSetRequest<'_>,
) -> Result<(), ApplyError> {
    if !is_large(request) {
        return Ok(());
    }
    let digest = Sha256::of(request.template.as_bytes());
    let key = key(request);
    let object = session.object(&bucket.name, &key, &bucket.owner).await?;
    if let Some(object) = object.filter(|object| object.sha256 == Some(digest.base64())) {
        session
            .delete_object(&bucket.name, &key, &bucket.owner, object.version.as_deref())
            .await?;
    }
    Ok(())
}
