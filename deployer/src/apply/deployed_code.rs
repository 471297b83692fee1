//! Reads the code that a stack was deployed with: the zip that its template pins, and what its function runs.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Bucket;
use crate::asset::{Asset, Contents, Sha256, gate};
use crate::aws::{AwsError, Refusal, Session};
use crate::model::{logical, output, parameter};
use crate::plan::{Deployed, DeployedCode};
use crate::spec::{AccountId, Region};

/// Reads what is deployed; nothing when the stack has no function. `account` is the stack's.
///
/// A refusal by one service is told as the reason why there is nothing to compare. Without credentials or a network
/// there is nothing more to ask, and that is an error.
pub async fn deployed_code(
    session: &Session,
    account: &AccountId,
    deployed: &Deployed,
) -> Result<Option<DeployedCode>, AwsError> {
    let Some(now) = ZipLocation::of(&deployed.template, &deployed.parameters, account, session.region()) else {
        return Ok(None);
    };
    let recorded = recorded(&deployed.parameters);
    let zip = told(now.read(session, account).await)?;
    let zip = zip.and_then(|zip| zip.ok_or_else(|| format!("`{}` has no object {now}", now.bucket)));
    let zip = zip.and_then(|zip| match recorded {
        Some(recorded) if Sha256::of(&zip).base64() != recorded => Err(format!(
            "{now} does not have the SHA-256 that the stack recorded, {recorded}"
        )),
        _ => Ok(zip),
    });
    let runs = match deployed.outputs.get(output::FUNCTION_NAME) {
        Some(name) => told(session.function(name).await)?.map(|function| function.code_sha256),
        None => Err(format!("the stack has no output {}", output::FUNCTION_NAME)),
    };
    Ok(Some(DeployedCode {
        digest: deployed.outputs.get(output::HANDLER).cloned().unwrap_or_default(),
        recorded: recorded.map(str::to_owned),
        zip,
        runs,
    }))
}

/// Returns the SHA-256 of the zip that a stack was deployed with, in base64; nothing for a stack that recorded none.
pub fn recorded(parameters: &BTreeMap<String, String>) -> Option<&str> {
    parameters.get(parameter::HANDLER_SHA256).map(String::as_str)
}

/// Returns the zip that a stack was deployed with, where it was made of the same inputs and is what the stack recorded.
///
/// Nothing where anything about it is in doubt: then the zip is built.
pub async fn deployed_zip(
    session: &Session,
    account: &AccountId,
    deployed: &Deployed,
    asset: &Asset,
) -> Result<Option<Vec<u8>>, AwsError> {
    let is_same = deployed.outputs.get(output::HANDLER) == Some(&asset.digest.to_string());
    let location = ZipLocation::of(&deployed.template, &deployed.parameters, account, session.region());
    let (Some(location), Some(recorded), true) = (location, recorded(&deployed.parameters), is_same) else {
        return Ok(None);
    };
    if location.version.is_none() {
        return Ok(None);
    }
    let Ok(Some(zip)) = told(location.read(session, account).await)? else {
        return Ok(None);
    };
    let is_proven = Sha256::of(&zip).base64() == recorded && is_of(asset, &zip);
    Ok(is_proven.then_some(zip))
}

/// Whether a zip passes the gate and holds the delivery configuration and the texts of `asset`.
pub fn is_of(asset: &Asset, zip: &[u8]) -> bool {
    gate(zip, asset.architecture).is_ok()
        && Contents::read(zip)
            .is_ok_and(|contents| contents.delivery_json == asset.delivery_json && contents.messages == asset.messages)
}

/// Where a template's function has its zip.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ZipLocation {
    /// The bucket: one that is named, or the one that `bootstrap` makes.
    pub bucket: String,
    /// The object's key.
    pub key: String,
    /// Its version; nothing for a stack that pins none.
    pub version: Option<String>,
}

impl std::fmt::Display for ZipLocation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.key)?;
        self.version
            .iter()
            .try_for_each(|version| write!(f, " (version {version})"))
    }
}

impl ZipLocation {
    /// Reads it out of a template and the values of its parameters; nothing where the stack has no function.
    pub fn of(
        template: &Value,
        parameters: &BTreeMap<String, String>,
        account: &AccountId,
        region: &Region,
    ) -> Option<Self> {
        let code = template.pointer(&format!("/Resources/{}/Properties/Code", logical::FUNCTION))?;
        let bucket = code.get("S3Bucket")?.as_str();
        let key = code.get("S3Key")?;
        let key = match key.get("Fn::Sub").and_then(Value::as_str) {
            Some(text) => {
                let file = parameters.get(parameter::HANDLER_FILE)?;
                text.replace(&format!("${{{}}}", parameter::HANDLER_FILE), file)
            }
            // Stacks that an earlier version deployed have the whole key.
            None => key.as_str()?.to_owned(),
        };
        Some(Self {
            bucket: bucket.map_or_else(|| Bucket::made(account, region).name, str::to_owned),
            key,
            version: code
                .get("S3ObjectVersion")
                .and_then(|_| parameters.get(parameter::HANDLER_OBJECT_VERSION))
                .cloned(),
        })
    }

    async fn read(&self, session: &Session, account: &AccountId) -> Result<Option<Vec<u8>>, AwsError> {
        let version = self.version.as_deref();
        session
            .read_object_version(&self.bucket, &self.key, version, account)
            .await
    }
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
