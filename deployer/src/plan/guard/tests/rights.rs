//! Bad changes of rights.

use serde_json::{Value, json};

use super::{Row, with};
use crate::finding::Code;

/// Changes of who may invoke a function.
pub(super) fn permissions(plain: &Value) -> Vec<Row> {
    let changed =
        |code, path: &str, value: Value, resource, to| (code, plain.clone(), with(plain, path, value), resource, to);
    vec![
        changed(
            Code::PermissionBroadened,
            "FunctionPermission/Properties/SourceArn",
            Value::Null,
            "FunctionPermission",
            "without ArnLike AWS:SourceArn ${Pool.Arn}",
        ),
        changed(
            Code::PermissionBroadened,
            "FunctionPermission/Properties/SourceArn",
            json!("*"),
            "FunctionPermission",
            "without ArnLike AWS:SourceArn ${Pool.Arn}",
        ),
        changed(
            Code::PermissionBroadened,
            "FunctionPermission/Properties/SourceAccount",
            Value::Null,
            "FunctionPermission",
            "without StringEquals AWS:SourceAccount ${AWS::AccountId}",
        ),
        changed(
            Code::PermissionBroadened,
            "FunctionPermission/Properties/Principal",
            json!("*"),
            "FunctionPermission",
            "principal *",
        ),
        changed(
            Code::PermissionBroadened,
            "MorePermission",
            json!({ "Type": "AWS::Lambda::Permission", "Properties": { "Principal": "cognito-idp.amazonaws.com" } }),
            "MorePermission",
            "without SourceArn",
        ),
    ]
}

/// Changes of what a role or key allows.
pub(super) fn statements(plain: &Value) -> Vec<Row> {
    let changed =
        |code, path: &str, value: Value, resource, to| (code, plain.clone(), with(plain, path, value), resource, to);
    let path = "FunctionRole/Properties/Policies/0/PolicyDocument/Statement";
    let allow = |action: &str, resource: &str| json!({ "Sid": "New", "Effect": "Allow", "Action": action, "Resource": resource });
    let everyone = json!({ "Effect": "Allow", "Principal": "*", "Action": "kms:Decrypt", "Resource": "*" });
    vec![
        changed(
            Code::StatementBroadened,
            &format!("{path}/0/Action"),
            json!(["logs:PutLogEvents", "logs:*"]),
            "FunctionRole.WriteLogs",
            "action logs:*",
        ),
        changed(
            Code::StatementBroadened,
            "FunctionRole/Properties/AssumeRolePolicyDocument/Statement/0/Principal",
            json!({ "Service": ["lambda.amazonaws.com", "ec2.amazonaws.com"] }),
            "FunctionRole.AssumeRolePolicyDocument.1",
            "principal Service:ec2.amazonaws.com",
        ),
        changed(
            Code::StatementBroadened,
            "DecryptPolicy/Properties/PolicyDocument/Statement/0/Condition",
            Value::Null,
            "DecryptPolicy.Decrypt",
            "without StringEquals kms:EncryptionContext:userpool-id ${Pool}",
        ),
        changed(
            Code::StatementBroadened,
            "DecryptPolicy/Properties/PolicyDocument/Statement/0/Resource",
            json!(["a", "b"]),
            "DecryptPolicy.Decrypt",
            "resource b",
        ),
        changed(
            Code::StatementBroadened,
            "Key/Properties/KeyPolicy/Statement/1",
            everyone,
            "Key.KeyPolicy.2",
            "* on kms:Decrypt on *",
        ),
        changed(
            Code::StatementBroadened,
            "FunctionRole/Properties/PermissionsBoundary",
            Value::Null,
            "FunctionRole.PermissionsBoundary",
            "none",
        ),
        changed(
            Code::StatementBroadened,
            "FunctionRole/Properties/ManagedPolicyArns",
            json!(["arn:aws:iam::aws:policy/AdministratorAccess"]),
            "FunctionRole.ManagedPolicyArns",
            "arn:aws:iam::aws:policy/AdministratorAccess",
        ),
        changed(
            Code::StatementBroadened,
            &format!("{path}/1"),
            allow("sns:Publish", "*"),
            "FunctionRole.New",
            "sns:Publish on *",
        ),
        changed(
            Code::StatementAdded,
            &format!("{path}/1"),
            allow("sns:Publish", "arn:t"),
            "FunctionRole.New",
            "sns:Publish on arn:t",
        ),
        changed(
            Code::StatementAdded,
            "MorePolicy",
            json!({ "Type": "AWS::IAM::Policy", "Properties": {
                "Roles": [{ "Ref": "FunctionRole" }], "PolicyDocument": { "Statement": [allow("sns:Publish", "arn:t")] },
            } }),
            "MorePolicy.New",
            "sns:Publish on arn:t",
        ),
    ]
}
