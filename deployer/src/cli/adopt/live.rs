//! What a deployment asks of the live pool: is it there, is it to be imported, could it ever be as declared?

use crate::aws::{AwsError, LivePool, Session};
use crate::cli::error::CliError;
use crate::finding::Finding;
use crate::model::{logical, output};
use crate::plan::{Deployed, Desired, DesiredPool, Live, Plan, unlike_live};
use crate::spec::PoolId;

/// Reads a pool that has to be there.
pub(in crate::cli) async fn read(session: &Session, id: &PoolId) -> Result<LivePool, CliError> {
    session.live_pool(id.as_str()).await?.ok_or_else(|| {
        CliError::failed(format!("there is no pool {id} in this account; nothing was changed"))
            .hint("look for its id: aws cognito-idp list-user-pools --max-results 60")
    })
}

/// Returns the name of the stack that owns a pool. One that is gone, or let go of the pool, does not count: the
/// pool's own tags still name it.
pub(super) async fn owner(session: &Session, id: &PoolId) -> Result<Option<String>, AwsError> {
    let Some(stack) = session.stack_of(id.as_str()).await? else {
        return Ok(None);
    };
    let state = session.stack(&stack).await?;
    let Some(state) = state.filter(|state| state.status != "DELETE_COMPLETE") else {
        return Ok(None);
    };
    let resources = session.stack_resources(&state.id).await?;
    let owns = resources
        .iter()
        .any(|each| each.physical_id.as_deref() == Some(id.as_str()));
    Ok(owns.then_some(state.name))
}

/// Reads the pool that a stack is going to take in; nothing where the stack has its pool.
pub(in crate::cli) async fn to_import(
    session: &Session,
    stack: &str,
    deployed: Option<&Deployed>,
    desired: &Desired,
) -> Result<Option<Live>, CliError> {
    let DesiredPool::Import { id } = &desired.pool else {
        return Ok(None);
    };
    let Some(deployed) = deployed.filter(|deployed| has_pool(deployed)) else {
        let now = read(session, id).await?;
        return Ok(Some(Live { now, saved: None }));
    };
    // An import that was not finished has no outputs yet.
    let owned = match deployed.outputs.get(output::POOL_ID) {
        Some(owned) => Some(owned.clone()),
        None => own_pool(session, stack).await?,
    };
    match owned.filter(|owned| owned != id.as_str()) {
        None => Ok(None),
        Some(owned) => Err(CliError::failed(format!(
            "{stack} has the pool {owned}, and its file imports {id}: a stack has one pool; nothing was changed"
        ))
        .hint(format!(
            "name {owned} under `pool.import.id`, or give {id} a stack file of its own"
        ))),
    }
}

fn has_pool(deployed: &Deployed) -> bool {
    deployed
        .template
        .pointer(&format!("/Resources/{}", logical::POOL))
        .is_some()
}

async fn own_pool(session: &Session, stack: &str) -> Result<Option<String>, AwsError> {
    let resources = session.stack_resources(stack).await?;
    let pool = resources.into_iter().find(|each| each.logical_id == logical::POOL);
    Ok(pool.and_then(|pool| pool.physical_id))
}

/// Compares what can never change with the live pool of the stack: always where the file imports the pool, since nobody
/// made that pool from the file, else where a plan changes it.
///
/// A stack that made its pool and leaves it alone asks nothing: such a settled stack costs two calls.
pub(in crate::cli) async fn changed_for_ever(
    session: &Session,
    deployed: Option<&Deployed>,
    desired: &Desired,
    plan: &Plan,
    imported: Option<&Live>,
) -> Result<Vec<Finding>, AwsError> {
    let path = format!("/Resources/{}/Properties", logical::POOL);
    let Some(declared) = desired.template.pointer(&path).and_then(serde_json::Value::as_object) else {
        return Ok(Vec::new());
    };
    if let Some(imported) = imported {
        return Ok(unlike_live(declared, &imported.now));
    }
    let changes = plan
        .phases
        .iter()
        .any(|phase| phase.diff.change(logical::POOL).is_some());
    let made = || deployed.filter(|deployed| changes && has_pool(deployed));
    let id = match &desired.pool {
        DesiredPool::Import { id } => Some(id.as_str()),
        DesiredPool::Owned | DesiredPool::Existing { .. } => {
            made().and_then(|deployed| deployed.outputs.get(output::POOL_ID).map(String::as_str))
        }
    };
    let Some(id) = id else {
        return Ok(Vec::new());
    };
    let Some(pool) = session.described_pool(id).await? else {
        return Ok(Vec::new());
    };
    // None of these is among the MFA settings, which take a right of their own to read.
    let mfa = serde_json::Map::new();
    Ok(unlike_live(declared, &LivePool { pool, mfa }))
}

/// Adds findings that are not known yet.
pub(in crate::cli) fn add_new(known: &mut Vec<Finding>, found: Vec<Finding>) {
    for finding in found {
        let same = |other: &Finding| other.code == finding.code && other.resource == finding.resource;
        if !known.iter().any(same) {
            known.push(finding);
        }
    }
}
