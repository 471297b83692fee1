//! Before a first create: is there a pool already that a stack of this name left behind?

use serde_json::Value;

use crate::aws::{AwsError, Session};
use crate::finding::{Code, Finding};
use crate::model::logical;

/// The tag that CloudFormation puts on every resource that it makes, and that stays on a retained one.
const STACK_NAME_TAG: &str = "aws:cloudformation:stack-name";

/// Looks for pools that have the declared pool's name and that a stack named `stack` made.
pub async fn left_behind(session: &Session, stack: &str, template: &Value) -> Result<Vec<Finding>, AwsError> {
    let pool = template.pointer(&format!("/Resources/{}/Properties/UserPoolName", logical::POOL));
    let Some(name) = pool.and_then(Value::as_str) else {
        return Ok(Vec::new());
    };
    let mut findings = Vec::new();
    for found in session.pools_named(name).await? {
        let Some(pool) = session.pool(&found.id).await? else {
            continue;
        };
        if pool.tags.get(STACK_NAME_TAG).is_some_and(|made_by| made_by == stack) {
            let message = format!(
                "the pool `{}` ({}) is still there, from an earlier stack of this name; this one would make a second, empty pool",
                found.name, found.id
            );
            findings.push(
                Finding::guard(Code::PoolLeftBehind, logical::POOL, &found.id, message)
                    .hint(format!(
                        "look at it: aws cognito-idp describe-user-pool --user-pool-id {}",
                        found.id
                    ))
                    .hint(format!(
                        "to go on with it: deployer adopt {} --file PATH, or `import` in place of `new` in this file",
                        found.id
                    )),
            );
        }
    }
    Ok(findings)
}
