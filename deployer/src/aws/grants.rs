//! KMS: the grants by which services use a key.

use std::collections::BTreeMap;

use super::error::refused;
use super::{AwsError, Session};

/// A grant on a key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grant {
    /// Its id.
    pub id: String,
    /// Who may use the key by it: an ARN, or a service such as `cognito-idp.amazonaws.com`.
    pub grantee: String,
    /// What they may do, such as `GenerateDataKey`.
    pub operations: Vec<String>,
    /// What the encryption context must hold: `EncryptionContextSubset` and `EncryptionContextEquals` together.
    pub encryption_context: BTreeMap<String, String>,
    /// The resource for which the service must be at work, where the grant names one.
    pub source_arn: Option<String>,
}

impl Session {
    /// Lists the grants on a key, which is named by its id or ARN. KMS answers without those of the last minutes at
    /// times.
    pub async fn grants(&self, key: &str) -> Result<Vec<Grant>, AwsError> {
        let mut found = Vec::new();
        let mut pages = aws_sdk_kms::Client::new(&self.sdk)
            .list_grants()
            .key_id(key)
            .into_paginator()
            .items()
            .send();
        while let Some(grant) = pages.next().await {
            let grant = grant.map_err(|error| refused("kms:ListGrants", error))?;
            let constraints = grant.constraints();
            let contexts = constraints.into_iter().flat_map(|constraints| {
                let subset = constraints.encryption_context_subset();
                subset.into_iter().chain(constraints.encryption_context_equals())
            });
            found.push(Grant {
                id: grant.grant_id().unwrap_or_default().to_owned(),
                grantee: grant
                    .grantee_service_principal()
                    .or(grant.grantee_principal())
                    .unwrap_or_default()
                    .to_owned(),
                operations: grant
                    .operations()
                    .iter()
                    .map(|operation| operation.as_str().to_owned())
                    .collect(),
                encryption_context: contexts
                    .flatten()
                    .map(|(key, value)| (key.clone(), value.clone()))
                    .collect(),
                source_arn: constraints
                    .and_then(|constraints| constraints.source_arn())
                    .map(str::to_owned),
            });
        }
        Ok(found)
    }
}
