//! The one update of a pool that exists before its stack: recorded, sent, read back and compared.
//!
//! Before every try the pool is read again. What somebody wrote since the plan was shown goes along as it is now,
//! when the plan that follows from it is the same; else nothing is sent. A write in the last moment before ours cannot
//! be seen: the service knows no versions.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};
use thiserror::Error;

use super::pool_update::{PoolUpdateError, Written, write_pool_after};
use super::verify::{Difference, trigger_differences};
use super::{ApplyError, Kept, Pause, Shelf};
use crate::aws::{AwsError, LivePool};
use crate::plan::{Edit, moved, put_back, settings, update_request};

/// Whether an update is a stack's first of a pool, so that the configuration before it is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum First {
    /// It is.
    Yes,
    /// It is, and a run that ended before its update has kept the configuration as it was then.
    Again,
    /// It is not.
    No,
}

/// What a pool is to be.
#[derive(Clone, Copy, Debug)]
pub struct PoolUpdate<'a> {
    /// The pool, and where its configuration is kept.
    pub shelf: Shelf<'a>,
    /// As it was when the change was shown.
    pub shown: &'a LivePool,
    /// `LambdaConfig` after, in ARNs.
    pub lambda_config: &'a Map<String, Value>,
    /// As it was before an update that moved settings, which this one puts back.
    pub put_back: Option<&'a LivePool>,
    /// Whether this is the first attach.
    pub first: First,
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
}

impl From<AwsError> for AttachError {
    fn from(error: AwsError) -> Self {
        Self::Apply(error.into())
    }
}

/// How often somebody else's writes are gone along with, one after the other.
const WRITES_OF_OTHERS: usize = 10;

/// How often a pool is read back that is not as it was written: the service may be late.
const LOOKS: usize = 4;

/// What this run knows and did.
struct Progress {
    known: LivePool,
    is_recorded: bool,
    has_kept: bool,
    /// Whether a request of ours may have arrived.
    is_unsure: bool,
    writes_of_others: usize,
}

/// Updates a pool and compares it. `still` says whether what was shown follows from a newer look at the pool too.
pub async fn update(update: &PoolUpdate<'_>, still: impl Fn(&LivePool) -> bool) -> Result<Updated, AttachError> {
    let mut progress = Progress {
        known: update.shown.clone(),
        is_recorded: false,
        has_kept: update.first == First::Again,
        is_unsure: false,
        writes_of_others: 0,
    };
    let sent = Box::pin(write_pool_after(update.shelf.session, async |written| {
        progress.is_unsure = written.is_unsure;
        body(update, &mut progress, &written.left_out, &still).await
    }));
    match sent.await {
        Ok(written) => compare(update, &progress, written).await,
        Err(error) => {
            let is_unsure = match &error {
                AttachError::Refused(error) => error.is_unsure,
                _ => progress.is_unsure,
            };
            if !is_unsure {
                forget(update, &progress).await;
            }
            Err(error)
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
    let id = update.shelf.pool.as_str();
    loop {
        if !progress.is_recorded {
            record(update, progress).await?;
        }
        let now = update.shelf.session.live_pool(id).await?.ok_or(AttachError::Gone)?;
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
        progress.writes_of_others += 1;
        if progress.writes_of_others > WRITES_OF_OTHERS || !still(&now) {
            return Err(AttachError::Changed(differences(&progress.known, &now)));
        }
        progress.known = now;
        progress.is_recorded = false;
    }
}

/// Keeps the pool as it is known, before it is written.
async fn record(update: &PoolUpdate<'_>, progress: &mut Progress) -> Result<(), AttachError> {
    let shelf = &update.shelf;
    // What is to be put back stands in the record that is there already.
    if update.put_back.is_none() {
        shelf.replace(Kept::Record, &progress.known).await?;
    }
    if progress.has_kept {
        shelf.replace(Kept::First, &progress.known).await?;
    } else if update.first == First::Yes {
        progress.has_kept = shelf.keep(Kept::First, &progress.known).await?;
    }
    progress.is_recorded = true;
    Ok(())
}

/// Takes back what was kept for an update that was never sent, or that the service refused. What stays is found by the next run.
async fn forget(update: &PoolUpdate<'_>, progress: &Progress) {
    if progress.is_recorded && update.put_back.is_none() {
        drop(update.shelf.forget(Kept::Record).await);
    }
    if progress.has_kept {
        drop(update.shelf.forget(Kept::First).await);
    }
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
        let id = update.shelf.pool.as_str();
        let after = update.shelf.session.live_pool(id).await?.ok_or(AttachError::Gone)?;
        // What was left out is compared too: that the service writes a member alone is its word, and this the proof.
        updated.moved = moved(before, &after, &BTreeSet::new());
        updated.triggers = trigger_differences(Some(&wanted), &after.lambda_config(), &BTreeMap::new());
        if updated.agrees() {
            update.shelf.forget(Kept::Record).await?;
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
fn differences(known: &LivePool, now: &LivePool) -> Vec<Edit> {
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
