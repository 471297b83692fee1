//! The one update of a pool that exists before its stack: sent, read back and compared.
//!
//! Before every try the pool is read again. Where somebody wrote it since it was recorded, nothing is sent: who calls
//! records it anew, when the plan that follows from it is the same, and calls again. A write in the last moment before
//! ours cannot be seen: the service knows no versions.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};
use thiserror::Error;

use super::pool_update::{PoolUpdateError, Written, write_pool_after};
use super::verify::{Difference, trigger_differences};
use super::{ApplyError, Pause};
use crate::aws::{AwsError, LivePool, Session};
use crate::plan::{Edit, moved, put_back, settings, update_request};
use crate::spec::PoolId;

/// What a pool is to be.
#[derive(Clone, Copy, Debug)]
pub struct PoolUpdate<'a> {
    /// Whose calls these are.
    pub session: &'a Session,
    /// The pool.
    pub pool: &'a PoolId,
    /// As it was when it was recorded.
    pub shown: &'a LivePool,
    /// `LambdaConfig` after, in ARNs.
    pub lambda_config: &'a Map<String, Value>,
    /// As it was before an update that moved settings, which this one puts back.
    pub put_back: Option<&'a LivePool>,
    /// Whether a request of an earlier call may have arrived.
    pub is_unsure: bool,
}

/// What came of an update.
#[derive(Clone, Debug, Default)]
pub struct Updated {
    /// What was sent.
    pub written: Written,
    /// How many settings beside the triggers were compared.
    pub compared: usize,
    /// Settings that moved, before and after; none is how it has to be.
    pub moved: Vec<Edit>,
    /// Triggers that are not as they were written.
    pub triggers: Vec<Difference>,
}

impl Updated {
    /// Whether the pool is as it is to be, and nothing else of it moved.
    pub const fn agrees(&self) -> bool {
        self.moved.is_empty() && self.triggers.is_empty()
    }
}

/// Why a pool was not updated.
#[derive(Debug, Error)]
pub enum AttachError {
    /// A call did not go through.
    #[error(transparent)]
    Apply(#[from] ApplyError),
    /// The service did not take the update.
    #[error(transparent)]
    Refused(#[from] PoolUpdateError),
    /// The pool is gone.
    #[error("find the pool: somebody deleted it in between")]
    Gone,
    /// Somebody changed the pool since it was shown, and the plan is another one by now.
    #[error("go on with the pool: somebody changed it since it was shown")]
    Changed(Vec<Edit>),
    /// Somebody changed the pool since it was recorded, and the plan is the same: as it is now.
    #[error("go on with the pool: somebody changed it since it was recorded")]
    Unrecorded(Box<LivePool>),
}

/// A pool that was not updated, as far as is known.
#[derive(Debug)]
pub struct NotUpdated {
    /// Why.
    pub error: AttachError,
    /// Whether a request may have arrived all the same.
    pub is_unsure: bool,
}

impl From<AwsError> for AttachError {
    fn from(error: AwsError) -> Self {
        Self::Apply(error.into())
    }
}

/// How often a pool is read back that is not as it was written: the service may be late.
const LOOKS: usize = 4;

/// What this run knows.
struct Progress {
    known: LivePool,
    /// Whether a request of ours may have arrived.
    is_unsure: bool,
}

/// Updates a pool and compares it. `still` says whether what was shown follows from a newer look at the pool too.
pub async fn update(update: &PoolUpdate<'_>, still: impl Fn(&LivePool) -> bool) -> Result<Updated, NotUpdated> {
    let mut progress = Progress {
        known: update.shown.clone(),
        is_unsure: update.is_unsure,
    };
    let sent = Box::pin(write_pool_after(update.session, async |written| {
        progress.is_unsure |= written.is_unsure;
        body(update, &mut progress, &written.left_out, &still).await
    }));
    let not_updated = |error, is_unsure| NotUpdated { error, is_unsure };
    match sent.await {
        Ok(written) => compare(update, &progress, written)
            .await
            .map_err(|error| not_updated(error, true)),
        Err(error) => {
            let is_unsure = match &error {
                AttachError::Refused(error) => error.is_unsure || update.is_unsure,
                _ => progress.is_unsure,
            };
            Err(not_updated(error, is_unsure))
        }
    }
}

/// Returns the request that follows from the pool as it is now; nothing when it is as wanted.
async fn body(
    update: &PoolUpdate<'_>,
    progress: &mut Progress,
    refused: &BTreeSet<String>,
    still: impl Fn(&LivePool) -> bool,
) -> Result<Option<Map<String, Value>>, AttachError> {
    let id = update.pool.as_str();
    let now = update.session.live_pool(id).await?.ok_or(AttachError::Gone)?;
    let back = update.put_back.map(|record| put_back(record, &now, refused));
    let has_all_back = back.as_ref().is_none_or(|(_, edits)| edits.is_empty());
    if now.lambda_config() == *update.lambda_config && has_all_back {
        if !progress.is_unsure {
            // Somebody else brought it there; what else they changed is theirs.
            progress.known = now;
        }
        return Ok(None);
    }
    if is_as_known(&progress.known, &now) {
        let pool = back.map_or(now.pool, |(pool, _)| pool);
        return Ok(Some(update_request(id, &pool, update.lambda_config, refused)));
    }
    if still(&now) {
        return Err(AttachError::Unrecorded(Box::new(now)));
    }
    Err(AttachError::Changed(differences(&progress.known, &now)))
}

/// Reads the pool back and compares every setting with how it was.
async fn compare(update: &PoolUpdate<'_>, progress: &Progress, written: Written) -> Result<Updated, AttachError> {
    let before = update.put_back.unwrap_or(&progress.known);
    let wanted = Value::Object(update.lambda_config.clone());
    let mut updated = Updated {
        written,
        compared: settings(before),
        ..Updated::default()
    };
    let mut pause = Pause::new();
    for look in 1..=LOOKS {
        let id = update.pool.as_str();
        let after = update.session.live_pool(id).await?.ok_or(AttachError::Gone)?;
        // What was left out is compared too: that the service writes a member alone is its word, and this the proof.
        updated.moved = moved(before, &after, &BTreeSet::new());
        updated.triggers = trigger_differences(Some(&wanted), &after.lambda_config(), &BTreeMap::new());
        if updated.agrees() {
            break;
        }
        if look < LOOKS {
            pause.wait().await;
        }
    }
    Ok(updated)
}

/// Whether nobody wrote the pool between two looks at it.
fn is_as_known(known: &LivePool, now: &LivePool) -> bool {
    known.last_modified() == now.last_modified() && differences(known, now).is_empty()
}

/// What differs between two looks at a pool, triggers and all.
pub fn differences(known: &LivePool, now: &LivePool) -> Vec<Edit> {
    let (before, after) = (known.lambda_config(), now.lambda_config());
    let mut members: Vec<&String> = before.keys().chain(after.keys()).collect();
    members.sort();
    members.dedup();
    let triggers = members
        .into_iter()
        .filter(|member| before.get(*member) != after.get(*member))
        .map(|member| Edit {
            path: vec!["LambdaConfig".to_owned(), member.clone()],
            old: before.get(member).cloned(),
            new: after.get(member).cloned(),
        });
    triggers.chain(moved(known, now, &BTreeSet::new())).collect()
}
