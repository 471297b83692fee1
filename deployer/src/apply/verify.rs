//! Reading back: is what runs what was deployed?
//!
//! CloudFormation keeps some members of a pool that a template leaves out, and cannot see a function's
//! code. So the pool's triggers and policies and the code's hash are compared after every change.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Map, Value};

use super::recorded;
use crate::aws::{AwsError, Session, StackState};
use crate::model::{logical, output};
use crate::plan::{inline, resolve};

/// Something live that is not as declared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// What it is, such as `LambdaConfig.CustomSMSSender`.
    pub what: String,
    /// As declared.
    pub declared: String,
    /// As it is.
    pub live: String,
    /// The line that mends it.
    pub mend: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: declared {}, live {}", self.what, self.declared, self.live)
    }
}

/// Compares the live pool's `LambdaConfig` and `Policies` with what was deployed. `before` is the template
/// that was replaced: what it had and the new one leaves out must be gone.
pub async fn pool_differences(
    session: &Session,
    template: &Value,
    before: &Value,
    outputs: &BTreeMap<String, String>,
) -> Result<Vec<Difference>, AwsError> {
    let path = format!("/Resources/{}/Properties", logical::POOL);
    let (Some(pool), Some(id)) = (
        template.pointer(&path).and_then(Value::as_object),
        outputs.get(output::POOL_ID),
    ) else {
        return Ok(Vec::new());
    };
    let Some(live) = session.pool(id).await? else {
        return Ok(vec![Difference {
            what: format!("the user pool {id}"),
            declared: "there".to_owned(),
            live: "gone".to_owned(),
            mend: "somebody deleted it outside CloudFormation: `deployer status` and the account's trail say when"
                .to_owned(),
        }]);
    };
    let mut differences = trigger_differences(pool.get("LambdaConfig"), &live.lambda_config, outputs);
    let old_policies = before.pointer(&format!("{path}/Policies"));
    differences.extend(policies(pool.get("Policies"), old_policies, &live.policies));
    Ok(differences)
}

/// Compares a live `LambdaConfig` with a template's.
pub fn trigger_differences(
    declared: Option<&Value>,
    live: &Map<String, Value>,
    outputs: &BTreeMap<String, String>,
) -> Vec<Difference> {
    let declared: Map<String, Value> = declared
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
        .map(|(member, value)| (member.clone(), resolved(value, outputs)))
        .collect();
    let mut members: Vec<&String> = declared.keys().chain(live.keys()).collect();
    members.sort();
    members.dedup();
    members
        .into_iter()
        .filter(|member| {
            let (wanted, found) = (declared.get(*member), live.get(*member));
            // Cognito answers with both spellings of the token trigger when one of them is set.
            let derived = wanted.is_none()
                && member.starts_with("PreTokenGeneration")
                && (declared.contains_key("PreTokenGeneration") || declared.contains_key("PreTokenGenerationConfig"));
            wanted != found && !derived
        })
        .map(|member| Difference {
            what: format!("LambdaConfig.{member}"),
            declared: declared.get(member).map_or_else(|| "none".to_owned(), inline),
            live: live.get(member).map_or_else(|| "none".to_owned(), inline),
            mend: "another tool writes this pool's triggers: stop it, then `deployer apply` puts them back \
                   after any change to the pool"
                .to_owned(),
        })
        .collect()
}

/// Replaces what refers to the stack's own function and key by their ARNs.
pub fn resolved(value: &Value, outputs: &BTreeMap<String, String>) -> Value {
    let arn = |name: &str| outputs.get(name).map(String::as_str);
    resolve(value, arn(output::FUNCTION_ARN), arn(output::KEY_ARN))
}

fn policies(declared: Option<&Value>, before: Option<&Value>, live: &Map<String, Value>) -> Vec<Difference> {
    let mut differences = Vec::new();
    let sections = ["PasswordPolicy", "SignInPolicy"];
    for section in sections {
        let wanted = declared.and_then(|policies| policies.get(section));
        let was = before.and_then(|policies| policies.get(section));
        let found = live.get(section);
        let mut members: Vec<&String> = [wanted, was]
            .into_iter()
            .flatten()
            .filter_map(Value::as_object)
            .flat_map(Map::keys)
            .collect();
        members.sort();
        members.dedup();
        for member in members {
            let (wanted, was, found) = (
                wanted.and_then(|policy| policy.get(member)),
                was.and_then(|policy| policy.get(member)),
                found.and_then(|policy| policy.get(member)),
            );
            let (wrong, declared) = match wanted {
                Some(wanted) => (found != Some(wanted), inline(wanted)),
                // Left out now: it must not be what it was before.
                None => (
                    was == found && !is_default(member, found),
                    "nothing (so Cognito's default)".to_owned(),
                ),
            };
            if wrong {
                differences.push(Difference {
                    what: format!("Policies.{section}.{member}"),
                    declared,
                    live: found.map_or_else(|| "none".to_owned(), inline),
                    mend: format!(
                        "CloudFormation keeps what a template leaves out here: write the value that you want for \
                         {section}.{member} into the stack file, then `deployer apply`"
                    ),
                });
            }
        }
    }
    differences
}

/// Whether a live value is what a pool has that never said anything. Source: `UserPoolPolicyType`,
/// `PasswordPolicyType` and `SignInPolicyType`, Amazon Cognito user pools API.
fn is_default(member: &str, value: Option<&Value>) -> bool {
    match (member, value) {
        (_, None | Some(Value::Null)) => true,
        ("AllowedFirstAuthFactors", Some(value)) => value == &serde_json::json!(["PASSWORD"]),
        ("MinimumLength", Some(value)) => value == &serde_json::json!(8),
        ("TemporaryPasswordValidityDays", Some(value)) => value == &serde_json::json!(7),
        ("PasswordHistorySize", Some(value)) => value == &serde_json::json!(0),
        (_, Some(value)) => value == &Value::Bool(true),
    }
}

/// Compares the hash of the code that runs with the one that the stack recorded of its zip. Nothing where the stack has
/// no function, or recorded none.
pub async fn code_difference(session: &Session, state: &StackState) -> Result<Option<Difference>, AwsError> {
    let (Some(name), Some(sha256)) = (state.outputs.get(output::FUNCTION_NAME), recorded(&state.parameters)) else {
        return Ok(None);
    };
    let function = session.function(name).await?;
    Ok((function.code_sha256 != sha256).then(|| Difference {
        what: format!("the code of {name} (SHA-256)"),
        declared: sha256.to_owned(),
        live: function.code_sha256,
        mend:
            "somebody changed the function outside CloudFormation (UpdateFunctionCode in CloudTrail): `deployer drift \
               --revert` prints the command that brings the deployed code back"
                .to_owned(),
    }))
}

#[cfg(test)]
mod tests {
    #![expect(
        clippy::indexing_slicing,
        reason = "a test stops at the first thing that is not as it should be"
    )]

    use serde_json::json;

    use super::*;

    fn map(value: &Value) -> Map<String, Value> {
        value.as_object().cloned().unwrap_or_default()
    }

    #[test]
    fn triggers_are_compared_with_their_references_resolved() {
        let outputs = BTreeMap::from([
            (output::FUNCTION_ARN.to_owned(), "arn:f".to_owned()),
            (output::KEY_ARN.to_owned(), "arn:k".to_owned()),
        ]);
        let declared = json!({
            "CustomSMSSender": { "LambdaArn": { "Fn::GetAtt": ["Function", "Arn"] }, "LambdaVersion": "V1_0" },
            "KMSKeyID": { "Fn::GetAtt": ["Key", "Arn"] },
        });
        let live = json!({
            "CustomSMSSender": { "LambdaArn": "arn:f", "LambdaVersion": "V1_0" }, "KMSKeyID": "arn:k",
        });
        assert_eq!(trigger_differences(Some(&declared), &map(&live), &outputs), []);
        let other = json!({ "KMSKeyID": "arn:k", "PreSignUp": "arn:x" });
        let found: Vec<String> = trigger_differences(Some(&declared), &map(&other), &outputs)
            .into_iter()
            .map(|each| each.what)
            .collect();
        assert_eq!(found, ["LambdaConfig.CustomSMSSender", "LambdaConfig.PreSignUp"]);
    }

    #[test]
    fn a_policy_that_cloudformation_kept_is_found() {
        let before = json!({ "SignInPolicy": { "AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"] } });
        let live = json!({ "SignInPolicy": { "AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"] } });
        let kept = policies(None, Some(&before), &map(&live));
        assert_eq!(kept[0].what, "Policies.SignInPolicy.AllowedFirstAuthFactors");
        let reset = json!({ "SignInPolicy": { "AllowedFirstAuthFactors": ["PASSWORD"] } });
        assert_eq!(policies(None, Some(&before), &map(&reset)), []);
        assert_eq!(policies(Some(&before), None, &map(&reset)).len(), 1);
    }
}
