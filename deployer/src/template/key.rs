//! The key that Cognito encrypts codes under, and its alias.

use serde_json::{Map, Value, json};

use super::resource::{Retention, resource};
use super::value::{document, reference, substitute};
use crate::model::{ManagedKey, logical};
use crate::spec::RoleArn;

pub(super) fn render(key: &ManagedKey, resources: &mut Map<String, Value>) {
    let properties = json!({
        "Description": "Encrypts the codes that Amazon Cognito hands to its custom senders",
        "EnableKeyRotation": true,
        "RotationPeriodInDays": key.rotation_days,
        "KeyPolicy": policy(&key.grant_roles),
    });
    resources.insert(
        logical::KEY.to_owned(),
        resource("AWS::KMS::Key", Retention::Keep, &[], properties),
    );
    if let Some(alias) = &key.alias {
        let properties = json!({"AliasName": alias.as_str(), "TargetKeyId": reference(logical::KEY)});
        let alias = resource("AWS::KMS::Alias", Retention::None, &[], properties);
        resources.insert(logical::KEY_ALIAS.to_owned(), alias);
    }
}

/// The account decides by its IAM policies; the pool appears nowhere, or key and pool would wait for
/// each other.
///
/// Whoever creates or updates the pool makes a grant for Cognito. The statement for such roles has no
/// condition: the pool's id is unknown when a stack is made, and that Cognito sets
/// `kms:GrantIsForAWSResource` or `kms:ViaService` is documented nowhere. Nor is it documented which principal the grant
/// names (`kms:GranteePrincipal`) and which operations it allows (`kms:GrantOperations`): a wrong guess would end every
/// deployment by such a role, or every code.
fn policy(grant_roles: &[RoleArn]) -> Value {
    let mut statements = vec![json!({
        "Sid": "AccountDecides",
        "Effect": "Allow",
        "Principal": {"AWS": substitute("arn:${AWS::Partition}:iam::${AWS::AccountId}:root")},
        "Action": "kms:*",
        "Resource": "*",
    })];
    if !grant_roles.is_empty() {
        let roles: Vec<&str> = grant_roles.iter().map(RoleArn::as_str).collect();
        statements.push(json!({
            "Sid": "GrantForCognito",
            "Effect": "Allow",
            "Principal": {"AWS": roles},
            "Action": ["kms:CreateGrant", "kms:DescribeKey"],
            "Resource": "*",
        }));
    }
    document(statements)
}
