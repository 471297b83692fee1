//! Before a key that the stack did not make is used: does KMS let it be used, and by whom?

use crate::aws::{AwsError, Session, StackState};
use crate::finding::Finding;
use crate::model::logical;
use crate::plan::ExistingKey;

/// Asks KMS about keys. What the credentials may not read is a warning: to deploy takes no right to read a
/// key's policy. `stack` is the stack as it is, which has the function's role once it is made.
pub async fn key_findings(
    session: &Session,
    keys: &[ExistingKey],
    stack: Option<&StackState>,
) -> Result<Vec<Finding>, AwsError> {
    let mut findings = Vec::new();
    if keys.is_empty() {
        return Ok(findings);
    }
    let role = match stack {
        Some(stack) => function_role(session, &stack.id).await?,
        None => None,
    };
    for key in keys {
        let id = key.arn.as_str();
        match session.key_description(id).await {
            Ok(found) => {
                if let Some(finding) = key.unusable(found.as_ref()) {
                    findings.push(finding);
                    continue;
                }
            }
            Err(error) if error.is_denied() => findings.push(key.unread(error.action)),
            Err(error) => return Err(error),
        }
        match session.key_policy(id).await {
            Ok(policy) => findings.extend(key.turned_away(&policy, role.as_deref())),
            Err(error) if error.is_denied() => findings.push(key.unread(error.action)),
            Err(error) => return Err(error),
        }
    }
    Ok(findings)
}

/// The name of the role of the stack's own function.
async fn function_role(session: &Session, stack: &str) -> Result<Option<String>, AwsError> {
    let resources = session.stack_resources(stack).await?;
    let role = resources
        .into_iter()
        .find(|resource| resource.logical_id == logical::FUNCTION_ROLE);
    Ok(role.and_then(|role| role.physical_id))
}
