//! S3: the assets bucket. Every call names the bucket's owner, so that a bucket that somebody else
//! made under the expected name is never read or written.

use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{ChecksumAlgorithm, ChecksumMode};

use super::error::refused;
use super::{AwsError, Session};
use crate::spec::AccountId;

/// An object that is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredObject {
    /// Base64 of the SHA-256 that S3 computed when it was written; absent when it was written without.
    pub sha256: Option<String>,
}

impl Session {
    fn objects(&self) -> aws_sdk_s3::Client {
        aws_sdk_s3::Client::new(&self.sdk)
    }

    /// Whether the account owns a bucket of this name.
    pub async fn owns_bucket(&self, bucket: &str, owner: &AccountId) -> Result<bool, AwsError> {
        let answer = self
            .objects()
            .head_bucket()
            .bucket(bucket)
            .expected_bucket_owner(owner.as_str())
            .send()
            .await;
        match answer {
            Ok(_) => Ok(true),
            Err(error) if status(&error) == Some(404) => Ok(false),
            Err(error) => Err(refused("s3:HeadBucket", error)),
        }
    }

    /// Looks an object up; nothing when it is not there.
    pub async fn object(&self, bucket: &str, key: &str, owner: &AccountId) -> Result<Option<StoredObject>, AwsError> {
        let answer = self
            .objects()
            .head_object()
            .bucket(bucket)
            .key(key)
            .expected_bucket_owner(owner.as_str())
            .checksum_mode(ChecksumMode::Enabled)
            .send()
            .await;
        match answer {
            Ok(answer) => Ok(Some(StoredObject {
                sha256: answer.checksum_sha256().map(str::to_owned),
            })),
            Err(error) if status(&error) == Some(404) => Ok(None),
            Err(error) => Err(refused("s3:HeadObject", error)),
        }
    }

    /// Writes an object once: returns false when somebody wrote that key first.
    pub async fn put_object(
        &self,
        bucket: &str,
        key: &str,
        owner: &AccountId,
        bytes: Vec<u8>,
        sha256: &str,
    ) -> Result<bool, AwsError> {
        let answer = self
            .objects()
            .put_object()
            .bucket(bucket)
            .key(key)
            .expected_bucket_owner(owner.as_str())
            .checksum_algorithm(ChecksumAlgorithm::Sha256)
            .checksum_sha256(sha256)
            .content_type("application/zip")
            .if_none_match("*")
            .body(ByteStream::from(bytes))
            .send()
            .await;
        match answer {
            Ok(_) => Ok(true),
            Err(error) if matches!(status(&error), Some(409 | 412)) => Ok(false),
            Err(error) => Err(refused("s3:PutObject", error)),
        }
    }
}

fn status<E>(error: &aws_sdk_s3::error::SdkError<E, aws_sdk_s3::config::http::HttpResponse>) -> Option<u16> {
    error.raw_response().map(|response| response.status().as_u16())
}
