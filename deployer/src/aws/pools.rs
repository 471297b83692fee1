//! Cognito: what a pool looks like after CloudFormation touched it.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::error::refused;
use super::{AwsError, Session};

/// The parts of a live pool that are read back.
#[derive(Clone, Debug, PartialEq)]
pub struct PoolState {
    /// `LambdaConfig` in the API's own shape; members that are not set are left out.
    pub lambda_config: Map<String, Value>,
    /// `Policies` in the API's own shape.
    pub policies: Map<String, Value>,
    /// Whether `DeleteUserPool` is refused.
    pub deletion_protection: bool,
    /// `UserPoolTags`
    pub tags: BTreeMap<String, String>,
}

/// A pool of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundPool {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
}

impl Session {
    pub(super) fn pools(&self) -> aws_sdk_cognitoidentityprovider::Client {
        aws_sdk_cognitoidentityprovider::Client::new(&self.sdk)
    }

    /// Reads a pool; nothing when there is none of that id.
    pub async fn pool(&self, id: &str) -> Result<Option<PoolState>, AwsError> {
        let Some(mut pool) = self.described_pool(id).await? else {
            return Ok(None);
        };
        let deletion_protection = pool
            .get("DeletionProtection")
            .is_some_and(|protection| protection == "ACTIVE");
        let mut object = |member: &str| match pool.shift_remove(member) {
            Some(Value::Object(members)) => members,
            _ => Map::new(),
        };
        let tags = object("UserPoolTags").into_iter();
        let tags = tags.filter_map(|(key, value)| Some((key, value.as_str()?.to_owned())));
        Ok(Some(PoolState {
            tags: tags.collect(),
            lambda_config: without_null(object("LambdaConfig")),
            policies: with_rules(object("Policies")),
            deletion_protection,
        }))
    }

    /// Reads for how long a sign-in by an app client waits for its code, in minutes; nothing when there is no such
    /// client, or it says nothing of it.
    pub async fn session_validity(&self, pool: &str, client: &str) -> Result<Option<u16>, AwsError> {
        let asked = self.pools().describe_user_pool_client();
        let answer = asked.user_pool_id(pool).client_id(client).send().await;
        let answer = answer.map_err(|error| refused("cognito-idp:DescribeUserPoolClient", error));
        match answer {
            Ok(answer) => {
                let client = answer.user_pool_client;
                let minutes = client.and_then(|client| client.auth_session_validity);
                Ok(minutes.and_then(|minutes| u16::try_from(minutes).ok()))
            }
            Err(error) if error.is(&["ResourceNotFoundException"]) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Lists the pools of the Region that have this name.
    pub async fn pools_named(&self, name: &str) -> Result<Vec<FoundPool>, AwsError> {
        let mut found = Vec::new();
        let mut pages = self
            .pools()
            .list_user_pools()
            .max_results(60)
            .into_paginator()
            .items()
            .send();
        while let Some(pool) = pages.next().await {
            let pool = pool.map_err(|error| refused("cognito-idp:ListUserPools", error))?;
            if pool.name() == Some(name) {
                found.push(FoundPool {
                    id: pool.id().unwrap_or_default().to_owned(),
                    name: pool.name().unwrap_or_default().to_owned(),
                });
            }
        }
        Ok(found)
    }

    /// Deletes a pool and every user in it.
    pub async fn delete_pool(&self, id: &str) -> Result<(), AwsError> {
        match self.pools().delete_user_pool().user_pool_id(id).send().await {
            Ok(_) => Ok(()),
            Err(error) => {
                let error = refused("cognito-idp:DeleteUserPool", error);
                if error.is(&["ResourceNotFoundException"]) {
                    Ok(())
                } else {
                    Err(error)
                }
            }
        }
    }
}

fn without_null(mut members: Map<String, Value>) -> Map<String, Value> {
    members.retain(|_, value| !value.is_null());
    members
}

/// `Policies`; of a password policy, a rule that the answer leaves out is off.
fn with_rules(mut policies: Map<String, Value>) -> Map<String, Value> {
    const OFF: [&str; 4] = [
        "RequireLowercase",
        "RequireNumbers",
        "RequireSymbols",
        "RequireUppercase",
    ];
    if let Some(Value::Object(password)) = policies.get_mut("PasswordPolicy") {
        for rule in OFF {
            password.entry(rule).or_insert(Value::Bool(false));
        }
        password
            .entry("TemporaryPasswordValidityDays")
            .or_insert(Value::from(0));
    }
    policies
}
