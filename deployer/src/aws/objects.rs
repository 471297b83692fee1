//! S3: the assets bucket. Every call names the bucket's owner, so that a bucket that somebody else
//! made under the expected name is never read or written.

use aws_sdk_s3::config::endpoint::{DefaultResolver, Params, ResolveEndpoint as _};
use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::operation::put_object::builders::PutObjectFluentBuilder;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{ChecksumAlgorithm, ChecksumMode};
use serde_json::Value;

use super::error::{policy_document, refused};
use super::{AwsError, Refusal, Session};
use crate::spec::AccountId;

/// The largest object that is read into memory, in bytes: what Lambda takes of a zip, unpacked.
const READ_LIMIT: i64 = 262_144_000;

/// An object that is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredObject {
    /// Base64 of the SHA-256 that S3 computed when it was written; absent when it was written without.
    pub sha256: Option<String>,
    /// Its version, where the bucket keeps versions.
    pub version: Option<String>,
}

/// How a bucket is set up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BucketState {
    /// Whether it keeps versions.
    pub versioned: bool,
    /// By what it encrypts, such as `AES256` or `aws:kms`; nothing when it does not.
    pub encrypted: Option<String>,
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
            // What IAM calls the right to this call.
            Err(error) => Err(self.refused_head("s3:ListBucket", bucket, error).await),
        }
    }

    /// Reads how a bucket is set up.
    pub async fn bucket_state(&self, bucket: &str, owner: &AccountId) -> Result<BucketState, AwsError> {
        let versioning = self
            .objects()
            .get_bucket_versioning()
            .bucket(bucket)
            .expected_bucket_owner(owner.as_str())
            .send()
            .await
            .map_err(|error| refused("s3:GetBucketVersioning", error))?;
        let encryption = self
            .objects()
            .get_bucket_encryption()
            .bucket(bucket)
            .expected_bucket_owner(owner.as_str())
            .send()
            .await
            .map_err(|error| refused("s3:GetEncryptionConfiguration", error));
        let encrypted = match encryption {
            Ok(answer) => answer
                .server_side_encryption_configuration()
                .and_then(|configuration| configuration.rules().first())
                .and_then(|rule| rule.apply_server_side_encryption_by_default())
                .map(|default| default.sse_algorithm().as_str().to_owned()),
            Err(error) if error.is(&["ServerSideEncryptionConfigurationNotFoundError"]) => None,
            Err(error) => return Err(error),
        };
        Ok(BucketState {
            versioned: versioning.status().is_some_and(|status| status.as_str() == "Enabled"),
            encrypted,
        })
    }

    /// Reads a bucket's policy; nothing when it has none.
    pub async fn bucket_policy(&self, bucket: &str, owner: &AccountId) -> Result<Option<Value>, AwsError> {
        let action = "s3:GetBucketPolicy";
        let answer = self
            .objects()
            .get_bucket_policy()
            .bucket(bucket)
            .expected_bucket_owner(owner.as_str())
            .send()
            .await;
        match answer.map_err(|error| refused(action, error)) {
            Ok(answer) => answer.policy().map(|text| policy_document(action, text)).transpose(),
            Err(error) if error.is(&["NoSuchBucketPolicy"]) => Ok(None),
            Err(error) => Err(error),
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
                version: answer.version_id().map(str::to_owned),
            })),
            Err(error) if status(&error) == Some(404) => Ok(None),
            Err(error) => Err(self.refused_head("s3:GetObject", bucket, error).await),
        }
    }

    /// An error of a HEAD request. Its answer has a status and no words, so STS is asked whether the credentials are
    /// at fault.
    async fn refused_head<E>(&self, right: &'static str, bucket: &str, error: SdkError<E, HttpResponse>) -> AwsError
    where
        E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    {
        let status = status(&error);
        let refused = refused(right, error);
        if !matches!(status, Some(400 | 403)) {
            return refused;
        }
        match self.account().await {
            Err(told) if told.refusal.is_of_the_credentials() => AwsError { action: right, ..told },
            _ if status == Some(403) => AwsError {
                action: right,
                refusal: Refusal::Service("AccessDenied".to_owned()),
                // Without the right to list, S3 answers for a missing object as for a closed one.
                message: format!(
                    "`{bucket}` is closed to these credentials (s3:ListBucket is needed too), or belongs to another account"
                ),
            },
            _ => refused,
        }
    }

    /// Reads an object whole; nothing when it is not there. One that is larger than any zip that Lambda takes is an
    /// error.
    pub async fn read_object(&self, bucket: &str, key: &str, owner: &AccountId) -> Result<Option<Vec<u8>>, AwsError> {
        self.read_object_version(bucket, key, None, owner).await
    }

    /// Reads one version of an object whole, or the current one when none is named; nothing when it is not there.
    pub async fn read_object_version(
        &self,
        bucket: &str,
        key: &str,
        version: Option<&str>,
        owner: &AccountId,
    ) -> Result<Option<Vec<u8>>, AwsError> {
        let action = if version.is_some() {
            "s3:GetObjectVersion"
        } else {
            "s3:GetObject"
        };
        let answer = self
            .objects()
            .get_object()
            .bucket(bucket)
            .key(key)
            .set_version_id(version.map(str::to_owned))
            .expected_bucket_owner(owner.as_str())
            .checksum_mode(ChecksumMode::Enabled)
            .send()
            .await
            .map_err(|error| refused(action, error));
        let answer = match answer {
            Ok(answer) => answer,
            Err(error) if error.is(&["NoSuchKey", "NoSuchVersion"]) => return Ok(None),
            Err(error) => return Err(error),
        };
        if answer.content_length().is_none_or(|length| length > READ_LIMIT) {
            return Err(AwsError::unexpected(
                action,
                format!("{key} is larger than {READ_LIMIT} bytes"),
            ));
        }
        match answer.body.collect().await {
            Ok(bytes) => Ok(Some(bytes.to_vec())),
            // The connection ended early, or the checksum does not fit.
            Err(error) => Err(AwsError::unexpected(action, error.to_string())),
        }
    }

    /// Lists the keys that begin with a prefix.
    pub async fn object_keys(&self, bucket: &str, prefix: &str, owner: &AccountId) -> Result<Vec<String>, AwsError> {
        let list = self
            .objects()
            .list_objects_v2()
            .bucket(bucket)
            .prefix(prefix)
            .expected_bucket_owner(owner.as_str());
        let mut pages = list.into_paginator().send();
        let mut keys = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| refused("s3:ListBucket", error))?;
            keys.extend(
                page.contents()
                    .iter()
                    .filter_map(|object| object.key().map(str::to_owned)),
            );
        }
        Ok(keys)
    }

    /// Writes an object once and returns it; nothing when somebody wrote that key first.
    pub async fn put_object(
        &self,
        bucket: &str,
        key: &str,
        owner: &AccountId,
        bytes: Vec<u8>,
        sha256: &str,
        content_type: &str,
    ) -> Result<Option<StoredObject>, AwsError> {
        let put = self.put(bucket, key, owner, bytes, sha256, content_type);
        match put.if_none_match("*").send().await {
            Ok(answer) => Ok(Some(StoredObject {
                sha256: Some(sha256.to_owned()),
                version: answer.version_id().map(str::to_owned),
            })),
            Err(error) if matches!(status(&error), Some(409 | 412)) => Ok(None),
            Err(error) => Err(refused("s3:PutObject", error)),
        }
    }

    /// A write whose checksum S3 proves. It names no encryption: S3 encrypts every object by what its bucket says, and
    /// a word here could only weaken that.
    fn put(
        &self,
        bucket: &str,
        key: &str,
        owner: &AccountId,
        bytes: Vec<u8>,
        sha256: &str,
        content_type: &str,
    ) -> PutObjectFluentBuilder {
        self.objects()
            .put_object()
            .bucket(bucket)
            .key(key)
            .expected_bucket_owner(owner.as_str())
            .checksum_algorithm(ChecksumAlgorithm::Sha256)
            .checksum_sha256(sha256)
            .content_type(content_type)
            .body(ByteStream::from(bytes))
    }

    /// Deletes an object, and where the bucket keeps versions the version that is named, for good.
    pub async fn delete_object(
        &self,
        bucket: &str,
        key: &str,
        owner: &AccountId,
        version: Option<&str>,
    ) -> Result<(), AwsError> {
        let action = if version.is_some() {
            "s3:DeleteObjectVersion"
        } else {
            "s3:DeleteObject"
        };
        self.objects()
            .delete_object()
            .bucket(bucket)
            .key(key)
            .set_version_id(version.map(str::to_owned))
            .expected_bucket_owner(owner.as_str())
            .send()
            .await
            .map_err(|error| refused(action, error))?;
        Ok(())
    }

    /// Returns an object's address at AWS with the bucket in its path, for a service that reads it there.
    ///
    /// The host is the partition's own, whatever endpoint this session calls.
    pub async fn object_url(&self, bucket: &str, key: &str) -> Result<String, AwsError> {
        let unexpected = |error: String| AwsError::unexpected("s3:GetObject", error);
        let params = Params::builder()
            .region(self.region.as_str())
            .bucket(bucket)
            .force_path_style(true)
            .build()
            .map_err(|error| unexpected(error.to_string()))?;
        let endpoint = DefaultResolver::new().resolve_endpoint(&params).await;
        let endpoint = endpoint.map_err(|error| unexpected(error.to_string()))?;
        Ok(format!("{}/{key}", endpoint.url().trim_end_matches('/')))
    }
}

fn status<E>(error: &SdkError<E, HttpResponse>) -> Option<u16> {
    error.raw_response().map(|response| response.status().as_u16())
}

#[cfg(test)]
mod tests {
    #![expect(
        clippy::unwrap_used,
        clippy::indexing_slicing,
        reason = "a test stops at the first thing that is not as it should be"
    )]

    use super::*;
    use crate::asset::Sha256;
    use crate::aws::stub::Stub;
    use crate::spec::Region;

    #[tokio::test]
    async fn an_address_names_the_bucket_in_its_path() {
        for (region, host) in [
            ("us-west-2", "s3.us-west-2.amazonaws.com"),
            ("us-east-1", "s3.us-east-1.amazonaws.com"),
            ("cn-north-1", "s3.cn-north-1.amazonaws.com.cn"),
            ("us-gov-west-1", "s3.us-gov-west-1.amazonaws.com"),
        ] {
            let session = Session::connect(&Region::parse(region).unwrap(), None).await;
            assert_eq!(
                session.object_url("assets", "templates/acme/0123").await.unwrap(),
                format!("https://{host}/assets/templates/acme/0123")
            );
        }
    }

    #[tokio::test]
    async fn an_object_is_written_once_and_read_whole() {
        let owner = AccountId::parse("111122223333").unwrap();
        let (bytes, sha256) = (b"{\"kept\":1}".to_vec(), Sha256::of(b"{\"kept\":1}").base64());
        let stub = Stub::start(|request| {
            assert!(request.method != "PUT" || request.headers.contains_key("if-none-match"));
            match request.method.as_str() {
                "PUT" if request.path.contains("/pools/a") => {
                    (412, "<Error><Code>PreconditionFailed</Code></Error>".to_owned())
                }
                "PUT" => (200, String::new()),
                _ if request.path.contains("/here") => (200, "{\"kept\":1}".to_owned()),
                _ if request.path.contains("/closed") => (403, "<Error><Code>AccessDenied</Code></Error>".to_owned()),
                _ if request.path.starts_with("/gone") => (404, "<Error><Code>NoSuchBucket</Code></Error>".to_owned()),
                _ => (404, "<Error><Code>NoSuchKey</Code></Error>".to_owned()),
            }
        });
        let session = stub.session();
        let put = session.put_object("assets", "pools/a", &owner, bytes.clone(), &sha256, "application/json");
        assert_eq!(put.await.unwrap(), None);
        let put = session.put_object("assets", "pools/b", &owner, bytes.clone(), &sha256, "application/json");
        assert!(put.await.unwrap().is_some());
        assert_eq!(
            session.read_object("assets", "here", &owner).await.unwrap(),
            Some(bytes.clone())
        );
        assert_eq!(session.read_object("assets", "nowhere", &owner).await.unwrap(), None);
        for (bucket, key, code) in [("assets", "closed", "AccessDenied"), ("gone", "key", "NoSuchBucket")] {
            let refused = session.read_object(bucket, key, &owner).await.unwrap_err();
            assert!(refused.is(&[code]), "{refused}");
        }
        for request in stub.requests() {
            assert_eq!(request.headers["x-amz-expected-bucket-owner"], "111122223333");
            if request.method == "PUT" {
                assert_eq!(
                    (&request.body, &request.headers["x-amz-checksum-sha256"]),
                    (&bytes, &sha256)
                );
            }
        }
    }
}
