//! Functions and keys of other accounts: whoever owns them reads every code, or decides who signs in.

use serde_json::{Map, Value};

use super::{config, properties};
use crate::finding::{Code, Finding};
use crate::model::logical;
use crate::plan::{Deployed, Desired, DesiredPool, PoolPart};

/// Compares two `LambdaConfig`s: a finding for each function or key of another account that comes.
pub fn foreign_accounts(account: &str, before: &Map<String, Value>, after: &Map<String, Value>) -> Vec<Finding> {
    let coming = after.iter().filter(|(member, value)| {
        // One trigger in two spellings is said once.
        let is_said =
            *member == "PreTokenGenerationConfig" && after.get("PreTokenGeneration").map(arn) == Some(arn(value));
        before.get(*member) != Some(*value) && !is_said
    });
    coming
        .filter_map(|(member, value)| {
            let arn = arn(value)?;
            let owner = arn
                .split(':')
                .nth(4)
                .filter(|owner| !owner.is_empty() && *owner != account)?;
            let message = if member == "KMSKeyID" {
                format!("the pool would encrypt its codes under the key `{arn}` of the account {owner}")
            } else {
                format!("{member} would call `{arn}` of the account {owner}")
            };
            let resource = format!("{}.LambdaConfig.{member}", logical::POOL);
            Some(
                Finding::guard(Code::ForeignAccount, &resource, arn, message).hint(format!(
                    "the pool is of the account {account}: name a function or key of that account"
                )),
            )
        })
        .collect()
}

/// Compares what is deployed with what is declared, and a pool outside the stack (`now`) with what it is to be.
pub fn foreign_accounts_of(
    account: &str,
    deployed: Option<&Deployed>,
    desired: &Desired,
    now: &Map<String, Value>,
    part: Option<&PoolPart>,
) -> Vec<Finding> {
    let in_template = |template: &Value| properties(template, logical::POOL).map(config).unwrap_or_default();
    let (before, declared) = match &desired.pool {
        DesiredPool::Existing { lambda_config, .. } => {
            let ours = deployed.map(|deployed| deployed.attached().recorded());
            (ours.unwrap_or_default(), lambda_config.clone())
        }
        DesiredPool::Owned | DesiredPool::Import { .. } => (
            deployed
                .map(|deployed| in_template(&deployed.template))
                .unwrap_or_default(),
            in_template(&desired.template),
        ),
    };
    let mut findings = foreign_accounts(account, &before, &declared);
    if let Some(part) = part {
        for finding in foreign_accounts(account, now, &part.lambda_config) {
            if !findings.iter().any(|said| said.resource == finding.resource) {
                findings.push(finding);
            }
        }
    }
    findings
}

fn arn(value: &Value) -> Option<&str> {
    value.get("LambdaArn").unwrap_or(value).as_str()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_comes_from_another_account_is_named_and_what_was_there_is_not() {
        let config = |value: Value| value.as_object().cloned().unwrap_or_default();
        let function = |account: &str| format!("arn:aws:lambda:us-west-2:{account}:function:f");
        let key = |account: &str| format!("arn:aws:kms:us-west-2:{account}:key/k");
        let (own, other) = ("111122223333", "999999999999");
        let sender = |account| json!({ "LambdaArn": function(account), "LambdaVersion": "V1_0" });
        let rows = [
            (
                json!({}),
                json!({ "PreSignUp": function(own), "KMSKeyID": key(own), "CustomSMSSender": sender(own) }),
                vec![],
            ),
            (
                json!({}),
                json!({ "PreSignUp": { "Fn::GetAtt": ["Function", "Arn"] } }),
                vec![],
            ),
            (
                json!({ "PreSignUp": function(own) }),
                json!({ "PreSignUp": function(other), "KMSKeyID": key(other), "CustomSMSSender": sender(other) }),
                vec![
                    ("Pool.LambdaConfig.PreSignUp", function(other)),
                    ("Pool.LambdaConfig.KMSKeyID", key(other)),
                    ("Pool.LambdaConfig.CustomSMSSender", function(other)),
                ],
            ),
            (
                json!({ "PreSignUp": function(other) }),
                json!({ "PreSignUp": function(other) }),
                vec![],
            ),
            // A version of the same foreign function is another value.
            (
                json!({ "PreSignUp": function(other) }),
                json!({ "PreSignUp": format!("{}:2", function(other)) }),
                vec![("Pool.LambdaConfig.PreSignUp", format!("{}:2", function(other)))],
            ),
            (
                json!({}),
                json!({ "PreTokenGeneration": function(other), "PreTokenGenerationConfig": sender(other) }),
                vec![("Pool.LambdaConfig.PreTokenGeneration", function(other))],
            ),
            (
                json!({}),
                json!({ "PreTokenGenerationConfig": sender(other) }),
                vec![("Pool.LambdaConfig.PreTokenGenerationConfig", function(other))],
            ),
        ];
        for (before, after, wanted) in rows {
            let found = foreign_accounts(own, &config(before), &config(after.clone()));
            let found: Vec<(&str, String)> = found
                .iter()
                .map(|finding| {
                    assert_eq!(finding.code, Code::ForeignAccount);
                    let part = |part: &Option<String>| part.clone().unwrap_or_default();
                    (finding.resource.as_deref().unwrap_or_default(), part(&finding.to))
                })
                .collect();
            assert_eq!(found, wanted, "{after}");
        }
    }
}
