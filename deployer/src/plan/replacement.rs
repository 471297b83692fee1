//! Which properties CloudFormation cannot change in place.
//!
//! Source: `createOnlyProperties` of the resource schemas, us-east-1, 2026-10-20. The pool's schema
//! declares none although Cognito has some: see [`super::immutable`].

use super::change::Replacement;

const CREATE_ONLY: &[(&str, &[&str])] = &[
    ("AWS::CloudWatch::Alarm", &["AlarmName"]),
    ("AWS::IAM::Role", &["Path", "RoleName"]),
    ("AWS::IAM::RolePolicy", &["PolicyName", "RoleName"]),
    ("AWS::KMS::Alias", &["AliasName"]),
    ("AWS::Lambda::EventInvokeConfig", &["FunctionName", "Qualifier"]),
    (
        "AWS::Lambda::Function",
        &["FunctionName", "PackageType", "TenancyConfig"],
    ),
    (
        "AWS::Lambda::Permission",
        &[
            "Action",
            "EventSourceToken",
            "FunctionName",
            "FunctionUrlAuthType",
            "InvokedViaFunctionUrl",
            "Principal",
            "PrincipalOrgID",
            "SourceAccount",
            "SourceArn",
        ],
    ),
    ("AWS::Lambda::Version", &["CodeSha256", "Description", "FunctionName"]),
    ("AWS::Logs::LogGroup", &["LogGroupName"]),
    (
        "AWS::S3::Bucket",
        &["BucketName", "BucketNamePrefix", "BucketNamespace"],
    ),
    ("AWS::S3::BucketPolicy", &["Bucket"]),
    ("AWS::SQS::Queue", &["FifoQueue", "QueueName"]),
];

/// Says whether a change at `path` (from the resource's root) makes CloudFormation replace the resource.
pub(super) fn replaces(resource_type: &str, path: &[String]) -> Replacement {
    let [section, property, ..] = path else {
        return Replacement::No;
    };
    let create_only = section == "Properties"
        && CREATE_ONLY
            .iter()
            .any(|(kind, properties)| *kind == resource_type && properties.contains(&property.as_str()));
    if create_only { Replacement::Yes } else { Replacement::No }
}
