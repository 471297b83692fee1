//! The zip of a deployment: found in the bucket, or built before the yes and stored after it. Stacks that need the
//! same one share it.

use std::sync::Arc;

use tokio::sync::Mutex;

use super::Deployment;
use crate::apply::{self, ApplyError};
use crate::asset::{Asset, Built};
use crate::cli::build;
use crate::cli::context::Context;
use crate::cli::error::{CliError, apply_error};
use crate::cli::progress::during;
use crate::plan::Plan;

/// The zip that a deployment needs.
#[derive(Clone)]
pub(in crate::cli) enum Code {
    /// No function changes its code.
    Unchanged,
    /// The bucket has it; this is base64 of its SHA-256.
    Stored(String),
    /// It was built here and is stored after the yes.
    Built(Arc<Zip>),
}

/// A zip that was built here, and where it was stored since.
pub(in crate::cli) struct Zip {
    built: Built,
    /// Buckets, each with the checksum of what it holds.
    stored: Mutex<Vec<(String, String)>>,
}

/// The zip that a deployment needs because its function's code changes.
pub(in crate::cli) fn needed<'a>(wanted: &Deployment<'a>, plan: &Plan) -> Option<&'a Asset> {
    wanted.asset.filter(|_| plan.changes_code())
}

/// Finds or builds the zip when the function's code changes.
pub(super) async fn code(context: &Context, wanted: &Deployment<'_>, plan: &Plan) -> Result<Code, CliError> {
    let Some(asset) = needed(wanted, plan) else {
        return Ok(Code::Unchanged);
    };
    let found = context.unless_interrupted(found(wanted, asset)).await?;
    match found.map_err(|error| not_found(error, wanted))? {
        Some(sha256) => Ok(Code::Stored(sha256)),
        None => built(context, wanted, asset),
    }
}

/// Looks for a zip in the bucket; returns its checksum when it is there.
pub(in crate::cli) async fn found(wanted: &Deployment<'_>, asset: &Asset) -> Result<Option<String>, ApplyError> {
    apply::found(wanted.session, &wanted.bucket, &asset.key).await
}

pub(in crate::cli) fn not_found(error: ApplyError, wanted: &Deployment<'_>) -> CliError {
    apply_error(error, wanted.session.region()).hint("nothing was changed")
}

/// Builds a zip that no bucket has; it holds the thread until it is built.
pub(in crate::cli) fn built(context: &Context, wanted: &Deployment<'_>, asset: &Asset) -> Result<Code, CliError> {
    let zip = Zip {
        built: build::build(context, asset, wanted.tools)?,
        stored: Mutex::default(),
    };
    Ok(Code::Built(Arc::new(zip)))
}

pub(super) async fn store(context: &Context, wanted: &Deployment<'_>, code: Code) -> Result<Option<String>, CliError> {
    match (code, wanted.asset) {
        (Code::Built(zip), Some(asset)) => {
            let what = format!("storing the handler in {}", wanted.bucket.name);
            let stored = during(context, &what, zip.store(context, wanted, asset)).await?;
            stored
                .map(Some)
                .map_err(|error| apply_error(error, wanted.session.region()))
        }
        (Code::Stored(sha256), _) => Ok(Some(sha256)),
        (Code::Unchanged | Code::Built(_), _) => Ok(None),
    }
}

impl Zip {
    /// Stores the zip once a bucket: another stack of this run waits, and takes what the first one stored.
    async fn store(&self, context: &Context, wanted: &Deployment<'_>, asset: &Asset) -> Result<String, ApplyError> {
        let bucket = &wanted.bucket;
        let mut stored = self.stored.lock().await;
        if let Some((_, sha256)) = stored.iter().find(|(name, _)| *name == bucket.name) {
            return Ok(sha256.clone());
        }
        let sha256 = self.built.sha256.base64();
        let storing = apply::store(wanted.session, bucket, &asset.key, &self.built.zip, &sha256);
        let sha256 = Box::pin(storing).await;
        context.out.talk(&format!("stored the handler in {}", bucket.name));
        let sha256 = sha256?;
        stored.push((bucket.name.clone(), sha256.clone()));
        Ok(sha256)
    }
}
