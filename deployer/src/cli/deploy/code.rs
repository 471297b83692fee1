//! The zip of a deployment: made here or taken from what the stack deployed before, verified, stored before the change set
//! that names its version, and taken back where that is not executed. Stacks that need the same one share it.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::sync::Mutex;

use super::Deployment;
use crate::apply::{self, ApplyError, StoredZip};
use crate::asset::{self, Asset, Sha256};
use crate::cli::build;
use crate::cli::context::{Context, Interrupted};
use crate::cli::error::{CliError, apply_error};
use crate::cli::progress::during;
use crate::finding::Finding;
use crate::model::parameter;
use crate::plan::{Deployed, Plan, other_bytes};

/// The zip that a deployment needs.
#[derive(Clone)]
pub(in crate::cli) enum Code {
    /// No function changes its code.
    Unchanged,
    /// This one.
    Zip(Arc<Zip>),
}

/// A zip whose bytes are at hand, and where it was stored.
pub(in crate::cli) struct Zip {
    bytes: Vec<u8>,
    pub(in crate::cli) sha256: Sha256,
    stored: Mutex<BTreeMap<String, Place>>,
}

/// A zip in one bucket.
struct Place {
    stored: StoredZip,
    /// How many deployments of this run refer to it.
    users: usize,
}

/// What came of storing a zip.
pub(in crate::cli) enum Stored {
    /// The values of the template's parameters that pin it.
    Pinned(BTreeMap<String, String>),
    /// Something else is in its place.
    Altered(Finding),
}

/// The zip that a deployment needs because its function's code changes.
pub(in crate::cli) fn needed<'a>(wanted: &Deployment<'a>, plan: &Plan) -> Option<&'a Asset> {
    wanted.asset.filter(|_| plan.changes_code())
}

/// Returns the zip when the function's code changes.
pub(super) async fn code(
    context: &Context,
    wanted: &Deployment<'_>,
    plan: &Plan,
    deployed: Option<&Deployed>,
) -> Result<Code, CliError> {
    match needed(wanted, plan) {
        Some(asset) => obtain(context, wanted, asset, deployed).await,
        None => Ok(Code::Unchanged),
    }
}

/// Returns a zip that is proven: it is made here, it was built here before and is as its record says, or it is what this
/// stack recorded when it deployed the same inputs. What else lies in the bucket proves nothing.
pub(in crate::cli) async fn obtain(
    context: &Context,
    wanted: &Deployment<'_>,
    asset: &Asset,
    deployed: Option<&Deployed>,
) -> Result<Code, CliError> {
    let known = build::known(asset, wanted.tools)?;
    if let (Some(deployed), None) = (deployed, &known) {
        let reading = apply::deployed_zip(wanted.session, &wanted.bucket.owner, deployed, asset);
        let reading = during(context, "reading the zip that is deployed", reading).await?;
        if let Some(zip) = reading.map_err(|error| nothing_changed(error.into(), wanted))? {
            return Ok(Code::of(zip));
        }
    }
    let built = match known {
        Some(built) => built,
        // It holds the thread until it is built.
        None => build::build(context, asset, wanted.tools)?,
    };
    if !apply::is_of(asset, &built.zip) {
        return Err(CliError::failed(
            "the handler's zip does not hold the delivery configuration and texts of the stack file; nothing was changed",
        )
        .hint("the build folder was changed while it was read: run the same command again"));
    }
    Ok(Code::of(built.zip))
}

fn nothing_changed(error: ApplyError, wanted: &Deployment<'_>) -> CliError {
    apply_error(error, wanted.session.region()).hint("nothing was changed")
}

/// Stores the zip, before the change set that names its version is made.
pub(super) async fn store(context: &Context, wanted: &Deployment<'_>, code: &Code) -> Result<Option<Stored>, CliError> {
    let (Code::Zip(zip), Some(asset)) = (code, wanted.asset) else {
        return Ok(None);
    };
    if let Some(planned) = wanted.pinned.and_then(|pinned| pinned.zip_sha256.as_ref())
        && *planned != zip.sha256.base64()
    {
        return Err(CliError::stopped(format!(
            "{}: the handler's zip has the SHA-256 {}, expected {planned}, as in the plan; nothing was changed",
            wanted.name,
            zip.sha256.base64()
        ))
        .hint(
            "the compiler is another than where the plan was made: make a plan here: deployer diff --out plan.json",
        ));
    }
    match zip.store(context, wanted, asset).await {
        Ok(stored) => Ok(Some(Stored::Pinned(zip.parameters(&stored)))),
        Err(StoreError::Interrupted) => Err(CliError::from(Interrupted)),
        Err(StoreError::Apply(error)) => match &error {
            ApplyError::OtherBytes { bucket, key, .. } => {
                Ok(Some(Stored::Altered(other_bytes(error.to_string(), bucket, key))))
            }
            _ => Err(nothing_changed(error, wanted)),
        },
    }
}

/// Takes a zip back that nothing of this run refers to any more.
pub(super) async fn release(wanted: &Deployment<'_>, code: &Code) -> Result<(), ApplyError> {
    match (code, wanted.asset) {
        (Code::Zip(zip), Some(asset)) => zip.release(wanted, asset).await,
        _ => Ok(()),
    }
}

impl Code {
    fn of(bytes: Vec<u8>) -> Self {
        Self::Zip(Arc::new(Zip {
            sha256: Sha256::of(&bytes),
            bytes,
            stored: Mutex::default(),
        }))
    }
}

enum StoreError {
    Interrupted,
    Apply(ApplyError),
}

impl From<ApplyError> for StoreError {
    fn from(error: ApplyError) -> Self {
        Self::Apply(error)
    }
}

impl Zip {
    /// Stores the zip once a bucket: another stack of this run waits, and takes what the first one stored.
    async fn store(&self, context: &Context, wanted: &Deployment<'_>, asset: &Asset) -> Result<StoredZip, StoreError> {
        let (session, bucket) = (wanted.session, &wanted.bucket);
        let key = asset.key(self.sha256);
        let mut places = self.stored.lock().await;
        if let Some(place) = places.get_mut(&bucket.name) {
            place.users += 1;
            return Ok(place.stored.clone());
        }
        let looking = format!("looking for the handler in {}", bucket.name);
        let looking = during(context, &looking, apply::stored(session, bucket, &key, self.sha256)).await;
        let found = looking.map_err(|Interrupted| StoreError::Interrupted)??;
        let stored = if let Some(stored) = found {
            stored
        } else {
            let storing = format!("storing the handler in {}", bucket.name);
            let put = apply::store(session, bucket, &key, self.bytes.clone(), self.sha256);
            let Ok(stored) = during(context, &storing, put).await else {
                // It may have arrived; where it cannot be hidden, it is found by the next run.
                drop(apply::hide(session, bucket, &key).await);
                return Err(StoreError::Interrupted);
            };
            let stored = stored?;
            context.out.talk(&format!("stored the handler in {}", bucket.name));
            stored
        };
        let place = Place {
            stored: stored.clone(),
            users: 1,
        };
        places.insert(bucket.name.clone(), place);
        Ok(stored)
    }

    async fn release(&self, wanted: &Deployment<'_>, asset: &Asset) -> Result<(), ApplyError> {
        let mut places = self.stored.lock().await;
        let Some(place) = places.get_mut(&wanted.bucket.name) else {
            return Ok(());
        };
        place.users = place.users.saturating_sub(1);
        if place.users > 0 {
            return Ok(());
        }
        let is_new = place.stored.is_new;
        places.remove(&wanted.bucket.name);
        if is_new {
            apply::hide(wanted.session, &wanted.bucket, &asset.key(self.sha256)).await?;
        }
        Ok(())
    }

    fn parameters(&self, stored: &StoredZip) -> BTreeMap<String, String> {
        let values = [
            (parameter::HANDLER_FILE, asset::file(self.sha256)),
            (parameter::HANDLER_OBJECT_VERSION, stored.version.clone()),
            (parameter::HANDLER_SHA256, self.sha256.base64()),
        ];
        values.map(|(name, value)| (name.to_owned(), value)).into()
    }
}
