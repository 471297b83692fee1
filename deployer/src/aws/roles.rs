//! IAM: roles, their policies, and what those would let them do.

use aws_sdk_iam::types::{ContextEntry, ContextKeyTypeEnum, PolicyEvaluationDecisionType};
use serde_json::Value;

use super::error::refused;
use super::{AwsError, Session};

/// A role as IAM has it.
#[derive(Clone, Debug, PartialEq)]
pub struct RoleState {
    /// Its ARN, with its path.
    pub arn: String,
    /// Who may take it on: `AssumeRolePolicyDocument`, decoded.
    pub trust: Value,
}

/// IAM's word on whether a role may do something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Simulated {
    /// What its policies and its boundary say.
    pub decision: Decision,
    /// Condition keys that its policies ask for and that the question did not name: with them the answer may differ.
    pub missing_context: Vec<String>,
}

/// What policies say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It may.
    Allowed,
    /// No statement lets it.
    ImplicitDeny,
    /// A statement forbids it.
    ExplicitDeny,
}

/// The right to ask.
const SIMULATE: &str = "iam:SimulatePrincipalPolicy";

impl Session {
    fn roles(&self) -> aws_sdk_iam::Client {
        aws_sdk_iam::Client::new(&self.sdk)
    }

    /// Reads a role by its name or ARN; nothing when there is none of that name.
    pub async fn role(&self, role: &str) -> Result<Option<RoleState>, AwsError> {
        let action = "iam:GetRole";
        let answer = self.roles().get_role().role_name(name(role)).send().await;
        match answer.map_err(|error| refused(action, error)) {
            Ok(answer) => {
                let role = answer
                    .role()
                    .ok_or_else(|| AwsError::unexpected(action, "the answer holds no role"))?;
                Ok(Some(RoleState {
                    arn: role.arn().to_owned(),
                    trust: document(action, role.assume_role_policy_document().unwrap_or_default())?,
                }))
            }
            Err(error) if error.is(&["NoSuchEntity", "NoSuchEntityException"]) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Reads a role's unique id (`AROA…`) by its name; nothing when there is none of that name.
    ///
    /// A role that is deleted and made again under its name has another id.
    pub async fn role_id(&self, role: &str) -> Result<Option<String>, AwsError> {
        let answer = self.roles().get_role().role_name(name(role)).send().await;
        match answer.map_err(|error| refused("iam:GetRole", error)) {
            Ok(answer) => Ok(answer.role().map(|role| role.role_id().to_owned())),
            Err(error) if error.is(&["NoSuchEntity", "NoSuchEntityException"]) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Deletes a role that has this inline policy and no other; one that is gone already is fine.
    pub async fn delete_role(&self, role: &str, policy: &str) -> Result<(), AwsError> {
        let gone = |error: &AwsError| error.is(&["NoSuchEntity", "NoSuchEntityException"]);
        let asked = self
            .roles()
            .delete_role_policy()
            .role_name(name(role))
            .policy_name(policy);
        match asked
            .send()
            .await
            .map_err(|error| refused("iam:DeleteRolePolicy", error))
        {
            Err(error) if !gone(&error) => return Err(error),
            _ => {}
        }
        let asked = self.roles().delete_role().role_name(name(role));
        match asked.send().await.map_err(|error| refused("iam:DeleteRole", error)) {
            Err(error) if !gone(&error) => Err(error),
            _ => Ok(()),
        }
    }

    /// Reads an inline policy of a role; nothing when the role has none of that name, or is gone.
    pub async fn role_policy(&self, role: &str, policy: &str) -> Result<Option<Value>, AwsError> {
        let action = "iam:GetRolePolicy";
        let answer = self
            .roles()
            .get_role_policy()
            .role_name(name(role))
            .policy_name(policy)
            .send()
            .await;
        match answer.map_err(|error| refused(action, error)) {
            Ok(answer) => document(action, answer.policy_document()).map(Some),
            Err(error) if error.is(&["NoSuchEntity", "NoSuchEntityException"]) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Asks IAM whether a role's own policies let it do something. `context` names condition keys and the one value
    /// that each would have. Policies of the resource are not asked.
    pub async fn simulate(
        &self,
        role_arn: &str,
        action: &str,
        resource: &str,
        context: &[(&str, &str)],
    ) -> Result<Simulated, AwsError> {
        // One action on one resource has one answer.
        let mut told = self.simulate_each(role_arn, &[action], resource, context).await?;
        match told.pop() {
            Some((_, simulated)) => Ok(simulated),
            None => Err(AwsError::unexpected(SIMULATE, "the answer holds no decision")),
        }
    }

    /// As [`Session::simulate`], of a user or role and several actions: each with what IAM says of it.
    pub async fn simulate_each(
        &self,
        principal_arn: &str,
        actions: &[&str],
        resource: &str,
        context: &[(&str, &str)],
    ) -> Result<Vec<(String, Simulated)>, AwsError> {
        let entries = context.iter().map(|(key, value)| {
            ContextEntry::builder()
                .context_key_name(*key)
                .context_key_values(*value)
                .context_key_type(ContextKeyTypeEnum::String)
                .build()
        });
        let mut results = self
            .roles()
            .simulate_principal_policy()
            .policy_source_arn(principal_arn)
            .set_action_names(Some(actions.iter().map(|action| (*action).to_owned()).collect()))
            .resource_arns(resource)
            .set_context_entries(Some(entries.collect()))
            .into_paginator()
            .items()
            .send();
        let mut told = Vec::new();
        while let Some(result) = results.next().await {
            let result = result.map_err(|error| refused(SIMULATE, error))?;
            let decision = match result.eval_decision() {
                PolicyEvaluationDecisionType::Allowed => Decision::Allowed,
                PolicyEvaluationDecisionType::ExplicitDeny => Decision::ExplicitDeny,
                _ => Decision::ImplicitDeny,
            };
            let simulated = Simulated {
                decision,
                missing_context: result.missing_context_values().to_vec(),
            };
            told.push((result.eval_action_name().to_owned(), simulated));
        }
        Ok(told)
    }
}

/// The name in a role's ARN, behind its path; a name stands for itself.
fn name(role: &str) -> &str {
    match role.rsplit_once(":role/") {
        Some((_, path)) => path.rsplit('/').next().unwrap_or(path),
        None => role,
    }
}

/// Reads a policy as IAM sends it: JSON, percent-encoded.
fn document(action: &'static str, text: &str) -> Result<Value, AwsError> {
    let unreadable = || AwsError::unexpected(action, "the answer holds a policy that cannot be read");
    let bytes = decoded(text).ok_or_else(unreadable)?;
    serde_json::from_slice(&bytes).map_err(|_| unreadable())
}

/// Undoes percent-encoding as RFC 3986 has it: a plus sign is one.
fn decoded(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(if byte == b'%' {
            let high = char::from(rest.next()?).to_digit(16)?;
            let low = char::from(rest.next()?).to_digit(16)?;
            u8::try_from(high * 16 + low).ok()?
        } else {
            byte
        });
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_role_is_named_by_what_stands_behind_its_path() {
        for (role, wanted) in [
            ("acme-sms", "acme-sms"),
            ("arn:aws:iam::111122223333:role/acme-sms", "acme-sms"),
            ("arn:aws:iam::111122223333:role/service-role/acme-sms", "acme-sms"),
            ("arn:aws-cn:iam::111122223333:role/a/b/c+=,.@-_d", "c+=,.@-_d"),
        ] {
            assert_eq!(name(role), wanted);
        }
    }

    #[test]
    fn policies_are_decoded() -> Result<(), AwsError> {
        let wanted = json!({ "Sid": "a+b 100%", "Name": "Zoë" });
        for text in [
            "%7B%22Sid%22%3A%22a%2Bb%20100%25%22%2C%22Name%22%3A%22Zo%C3%AB%22%7D",
            // What needs no encoding may stand as it is, a plus sign too, and digits of either case.
            "{\"Sid\":\"a+b 100%25\",\"Name\":\"Zo%c3%ab\"}",
        ] {
            assert_eq!(document("iam:GetRole", text)?, wanted);
        }
        for text in ["", "%7B%2", "%zz", "%", "no policy"] {
            let error = document("iam:GetRole", text).err().map(|error| error.to_string());
            assert_eq!(
                error.as_deref(),
                Some("iam:GetRole: the answer holds a policy that cannot be read"),
                "{text}"
            );
        }
        Ok(())
    }
}
