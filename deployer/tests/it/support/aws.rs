//! SDK clients of an emulator, with credentials that are worth nothing.

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_cloudformation::config::{Credentials, SharedCredentialsProvider};
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::{FunctionCode, Runtime};
use aws_sdk_s3::types::{
    BucketLocationConstraint, BucketVersioningStatus, CreateBucketConfiguration, VersioningConfiguration,
};

/// The Region of the tests.
pub(crate) const REGION: &str = "us-west-2";

/// Returns the configuration of clients that work in `account` at `endpoint`.
pub(crate) fn config(endpoint: &str, account: &str) -> SdkConfig {
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(REGION))
        .endpoint_url(endpoint)
        .credentials_provider(SharedCredentialsProvider::new(Credentials::new(
            account, "test", None, None, "tests",
        )))
        .build()
}

/// Returns a client of S3 that addresses buckets by path, as a server on an IP address needs it.
pub(crate) fn s3(config: &SdkConfig) -> aws_sdk_s3::Client {
    aws_sdk_s3::Client::from_conf(aws_sdk_s3::config::Builder::from(config).force_path_style(true).build())
}

/// Makes a bucket that keeps versions in the tests' Region.
pub(crate) async fn bucket(client: &aws_sdk_s3::Client, name: &str) {
    let place = BucketLocationConstraint::from(REGION);
    let configuration = CreateBucketConfiguration::builder().location_constraint(place).build();
    client
        .create_bucket()
        .bucket(name)
        .create_bucket_configuration(configuration)
        .send()
        .await
        .unwrap();
    let versions = VersioningConfiguration::builder()
        .status(BucketVersioningStatus::Enabled)
        .build();
    client
        .put_bucket_versioning()
        .bucket(name)
        .versioning_configuration(versions)
        .send()
        .await
        .unwrap();
}

/// Makes a function for triggers to name, and returns its ARN.
pub(crate) async fn function(config: &SdkConfig, account: &str, name: &str) -> String {
    aws_sdk_lambda::Client::new(config)
        .create_function()
        .function_name(name)
        .role(format!("arn:aws:iam::{account}:role/checks"))
        .runtime(Runtime::Python312)
        .handler("index.handler")
        .code(FunctionCode::builder().zip_file(Blob::new(echo_zip())).build())
        .send()
        .await
        .unwrap()
        .function_arn
        .unwrap()
}

pub(crate) fn echo_zip() -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    zip.start_file("index.py", zip::write::SimpleFileOptions::default())
        .unwrap();
    std::io::Write::write_all(&mut zip, b"def handler(event, context):\n    return event\n").unwrap();
    zip.finish().unwrap().into_inner()
}

/// Waits for a call, in a test that is otherwise of plain functions.
pub(crate) fn wait<T>(call: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(call)
}
