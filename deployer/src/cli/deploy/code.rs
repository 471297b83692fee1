//! The zip of a deployment: found in the bucket, or built before the yes and stored after it.

use super::Deployment;
use crate::apply;
use crate::asset::Built;
use crate::cli::build;
use crate::cli::context::Context;
use crate::cli::error::{CliError, apply_error};
use crate::cli::progress::during;
use crate::plan::Plan;

/// The zip that a deployment needs.
pub(super) enum Code {
    /// No function changes its code.
    Unchanged,
    /// The bucket has it; this is base64 of its SHA-256.
    Stored(String),
    /// It was built here and is stored after the yes.
    Built(Built),
}

/// Finds or builds the zip when the function's code changes.
pub(super) async fn code(context: &Context, wanted: &Deployment<'_>, plan: &Plan) -> Result<Code, CliError> {
    let Some(asset) = wanted.asset.filter(|_| plan.changes_code()) else {
        return Ok(Code::Unchanged);
    };
    let work = apply::found(wanted.session, &wanted.bucket, &asset.key);
    let found = context
        .unless_interrupted(work)
        .await?
        .map_err(|error| apply_error(error, wanted.session.region()).hint("nothing was changed"))?;
    match found {
        Some(sha256) => Ok(Code::Stored(sha256)),
        None => Ok(Code::Built(build::build(context, asset, wanted.tools)?)),
    }
}

pub(super) async fn store(context: &Context, wanted: &Deployment<'_>, code: Code) -> Result<Option<String>, CliError> {
    match (code, wanted.asset) {
        (Code::Built(built), Some(asset)) => {
            let bucket = &wanted.bucket;
            let sha256 = built.sha256.base64();
            let work = apply::store(wanted.session, bucket, &asset.key, &built.zip, &sha256);
            let what = format!("storing the handler in {}", bucket.name);
            let stored = during(context, &what, Box::pin(work)).await?;
            context.out.talk(&format!("stored the handler in {}", bucket.name));
            stored
                .map(Some)
                .map_err(|error| apply_error(error, wanted.session.region()))
        }
        (Code::Stored(sha256), _) => Ok(Some(sha256)),
        (Code::Unchanged | Code::Built(_), _) => Ok(None),
    }
}
