//! Reads the code that a stack was deployed with: the zip that its template names, and what its function runs.

use serde_json::Value;

use super::Bucket;
use crate::aws::{AwsError, Refusal, Session};
use crate::model::{AssetLocation, logical, output};
use crate::plan::{Deployed, DeployedCode};
use crate::spec::{AccountId, Region};

/// Reads what is deployed, and whether the zip that `declared` names is there already; nothing when the stack has no
/// function. `account` is the stack's.
///
/// A refusal by one service is told as the reason why there is nothing to compare. Without credentials or a network
/// there is nothing more to ask, and that is an error.
pub async fn deployed_code(
    session: &Session,
    account: &AccountId,
    deployed: &Deployed,
    declared: &Value,
) -> Result<Option<DeployedCode>, AwsError> {
    let region = session.region();
    let Some(now) = location(&deployed.template, account, region) else {
        return Ok(None);
    };
    let zip = told(session.read_object(&now.bucket, &now.key, account).await)?;
    let zip = zip.and_then(|zip| zip.ok_or_else(|| format!("`{}` has no object {}", now.bucket, now.key)));
    let runs = match deployed.outputs.get(output::FUNCTION_NAME) {
        Some(name) => told(session.function(name).await)?.map(|function| function.code_sha256),
        None => Err(format!("the stack has no output {}", output::FUNCTION_NAME)),
    };
    // One that is not there is built; one that cannot be read is refused when it is needed.
    let next = match location(declared, account, region).filter(|next| *next != now) {
        Some(next) => told(session.read_object(&next.bucket, &next.key, account).await)?
            .ok()
            .flatten(),
        None => None,
    };
    let at = AssetLocation {
        bucket: Some(now.bucket),
        key: now.key,
    };
    Ok(Some(DeployedCode {
        digest: at.digest().to_owned(),
        zip,
        runs,
        next,
    }))
}

#[derive(PartialEq, Eq)]
struct Location {
    bucket: String,
    key: String,
}

/// Where a template's function has its zip: in a bucket that is named, or in the one that `bootstrap` makes.
fn location(template: &Value, account: &AccountId, region: &Region) -> Option<Location> {
    let code = template.pointer(&format!("/Resources/{}/Properties/Code", logical::FUNCTION))?;
    let bucket = code.get("S3Bucket")?.as_str();
    Some(Location {
        bucket: bucket.map_or_else(|| Bucket::made(account, region).name, str::to_owned),
        key: code.get("S3Key")?.as_str()?.to_owned(),
    })
}

fn told<T>(answer: Result<T, AwsError>) -> Result<Result<T, String>, AwsError> {
    match answer {
        Ok(answer) => Ok(Ok(answer)),
        Err(error) => match error.refusal {
            Refusal::Service(_) | Refusal::Unexpected => Ok(Err(error.to_string())),
            Refusal::Credentials | Refusal::Expired | Refusal::Clock | Refusal::Unreachable => Err(error),
        },
    }
}
