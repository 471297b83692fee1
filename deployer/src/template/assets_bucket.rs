//! The bucket of the handler's zips, in a stack of its own.
//!
//! Named by account and Region, so that nobody has to write it down. Current zips are never expired: a
//! rollback needs them. A template is there for a moment only; one that a killed run left goes after a day.

use serde_json::{Value, json};

use super::Template;
use super::value::document;

/// Renders the template of `deployer bootstrap`.
pub fn assets_bucket() -> Template {
    let name = json!({ "Fn::Sub": "deployer-assets-${AWS::AccountId}-${AWS::Region}" });
    let arn = json!({ "Fn::GetAtt": ["Bucket", "Arn"] });
    let value = json!({
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": "The zips of the handler that deployer builds",
        "Resources": {
            "Bucket": {
                "Type": "AWS::S3::Bucket",
                "DeletionPolicy": "Retain",
                "UpdateReplacePolicy": "Retain",
                "Metadata": {
                    "checkov": { "skip": [{
                        "id": "CKV_AWS_18",
                        "comment": "The bucket holds builds of code, no user's data; who reads it shows in CloudTrail.",
                    }] },
                },
                "Properties": {
                    "BucketName": name,
                    "BucketEncryption": { "ServerSideEncryptionConfiguration": [
                        { "ServerSideEncryptionByDefault": { "SSEAlgorithm": "AES256" } },
                    ] },
                    "LifecycleConfiguration": { "Rules": [{
                        "Id": "noncurrent",
                        "Status": "Enabled",
                        "NoncurrentVersionExpiration": { "NoncurrentDays": 30 },
                        "ExpiredObjectDeleteMarker": true,
                        "AbortIncompleteMultipartUpload": { "DaysAfterInitiation": 1 },
                    }, {
                        "Id": "templates",
                        "Status": "Enabled",
                        "Prefix": "templates/",
                        "ExpirationInDays": 1,
                        "NoncurrentVersionExpiration": { "NoncurrentDays": 1 },
                    }] },
                    "OwnershipControls": { "Rules": [{ "ObjectOwnership": "BucketOwnerEnforced" }] },
                    "PublicAccessBlockConfiguration": {
                        "BlockPublicAcls": true,
                        "BlockPublicPolicy": true,
                        "IgnorePublicAcls": true,
                        "RestrictPublicBuckets": true,
                    },
                    "VersioningConfiguration": { "Status": "Enabled" },
                },
            },
            "BucketPolicy": {
                "Type": "AWS::S3::BucketPolicy",
                "DeletionPolicy": "Retain",
                "UpdateReplacePolicy": "Retain",
                "Properties": {
                    "Bucket": { "Ref": "Bucket" },
                    "PolicyDocument": {
                        "Version": "2012-10-17",
                        "Statement": [{
                            "Sid": "EncryptedConnectionsOnly",
                            "Effect": "Deny",
                            "Principal": "*",
                            "Action": "s3:*",
                            "Resource": [arn, { "Fn::Sub": "${Bucket.Arn}/*" }],
                            "Condition": { "Bool": { "aws:SecureTransport": "false" } },
                        }, write_once(|objects| json!({ "Fn::Sub": format!("${{Bucket.Arn}}/{objects}") }))],
                    },
                },
            },
        },
        "Outputs": { "AssetsBucket": { "Value": { "Ref": "Bucket" } } },
    });
    Template::fixed(value)
}

/// The statement that keeps objects from being overwritten; `resource` makes a resource from a pattern of keys.
///
/// The parts of a multipart upload have no such condition; the call that makes an object of them has.
fn write_once(resource: impl Fn(&str) -> Value) -> Value {
    json!({
        "Sid": "WriteOnce",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:PutObject",
        "Resource": [resource("handler/*"), resource("pools/*")],
        "Condition": {
            "Null": { "s3:if-none-match": "true" },
            "Bool": { "s3:ObjectCreationOperation": "true" },
        },
    })
}

/// Returns the part of a bucket's policy that keeps objects from being overwritten; `arn` is the bucket's.
pub fn write_once_policy(arn: &str) -> Value {
    document(vec![write_once(|objects| Value::from(format!("{arn}/{objects}")))])
}
