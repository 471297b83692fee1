//! Cognito: what a pool looks like after CloudFormation touched it.

use std::collections::BTreeMap;

use aws_sdk_cognitoidentityprovider::types::LambdaConfigType;
use serde_json::{Map, Value, json};

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
        let action = "cognito-idp:DescribeUserPool";
        let answer = match self.pools().describe_user_pool().user_pool_id(id).send().await {
            Ok(answer) => answer,
            Err(error) => {
                let error = refused(action, error);
                return if error.is(&["ResourceNotFoundException"]) {
                    Ok(None)
                } else {
                    Err(error)
                };
            }
        };
        let pool = answer
            .user_pool()
            .ok_or_else(|| AwsError::unexpected(action, "the answer holds no pool"))?;
        Ok(Some(PoolState {
            lambda_config: pool.lambda_config().map(lambda_config).unwrap_or_default(),
            policies: pool.policies().map(policies).unwrap_or_default(),
            deletion_protection: pool
                .deletion_protection()
                .is_some_and(|protection| protection.as_str() == "ACTIVE"),
            tags: pool
                .user_pool_tags()
                .into_iter()
                .flatten()
                .map(|(key, value)| (key.clone(), value.clone()))
                .collect(),
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

/// `LambdaConfig` as JSON in the API's own names.
fn lambda_config(config: &LambdaConfigType) -> Map<String, Value> {
    let mut members = Map::new();
    let mut plain = |name: &str, arn: Option<&str>| {
        if let Some(arn) = arn {
            members.insert(name.to_owned(), json!(arn));
        }
    };
    plain("PreSignUp", config.pre_sign_up());
    plain("CustomMessage", config.custom_message());
    plain("PostConfirmation", config.post_confirmation());
    plain("PreAuthentication", config.pre_authentication());
    plain("PostAuthentication", config.post_authentication());
    plain("DefineAuthChallenge", config.define_auth_challenge());
    plain("CreateAuthChallenge", config.create_auth_challenge());
    plain("VerifyAuthChallengeResponse", config.verify_auth_challenge_response());
    plain("PreTokenGeneration", config.pre_token_generation());
    plain("UserMigration", config.user_migration());
    plain("KMSKeyID", config.kms_key_id());
    let mut versioned = |name: &str, version: Option<&str>, arn: Option<&str>| {
        members.insert(name.to_owned(), json!({ "LambdaVersion": version, "LambdaArn": arn }));
    };
    if let Some(trigger) = config.pre_token_generation_config() {
        versioned(
            "PreTokenGenerationConfig",
            Some(trigger.lambda_version().as_str()),
            Some(trigger.lambda_arn()),
        );
    }
    if let Some(trigger) = config.custom_sms_sender() {
        versioned(
            "CustomSMSSender",
            Some(trigger.lambda_version().as_str()),
            Some(trigger.lambda_arn()),
        );
    }
    if let Some(trigger) = config.custom_email_sender() {
        versioned(
            "CustomEmailSender",
            Some(trigger.lambda_version().as_str()),
            Some(trigger.lambda_arn()),
        );
    }
    if let Some(trigger) = config.inbound_federation() {
        versioned(
            "InboundFederation",
            Some(trigger.lambda_version().as_str()),
            Some(trigger.lambda_arn()),
        );
    }
    members
}

/// `Policies` as JSON in the API's own names.
fn policies(policies: &aws_sdk_cognitoidentityprovider::types::UserPoolPolicyType) -> Map<String, Value> {
    let mut members = Map::new();
    if let Some(password) = policies.password_policy() {
        members.insert(
            "PasswordPolicy".to_owned(),
            json!({
                "MinimumLength": password.minimum_length(),
                "PasswordHistorySize": password.password_history_size(),
                "RequireLowercase": password.require_lowercase(),
                "RequireNumbers": password.require_numbers(),
                "RequireSymbols": password.require_symbols(),
                "RequireUppercase": password.require_uppercase(),
                "TemporaryPasswordValidityDays": password.temporary_password_validity_days(),
            }),
        );
    }
    if let Some(sign_in) = policies.sign_in_policy() {
        let factors: Vec<&str> = sign_in.allowed_first_auth_factors().iter().map(AsRef::as_ref).collect();
        members.insert("SignInPolicy".to_owned(), json!({ "AllowedFirstAuthFactors": factors }));
    }
    members
}
