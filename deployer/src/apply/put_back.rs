//! A pool's settings, put back as they are declared: sent, read back and compared.
//!
//! The pool is read again before every try. Where somebody changed it since it was shown, nothing is sent.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use thiserror::Error;

use super::{Difference, Pause, PoolUpdateError, Written, trigger_differences, write_pool};
use crate::aws::{AwsError, LivePool, Session};
use crate::plan::{Edit, follows, moved, update_request};

/// Why a pool was not put back.
#[derive(Debug, Error)]
pub enum PutBackError {
    /// A call did not go through.
    #[error(transparent)]
    Aws(#[from] AwsError),
    /// The service did not take the update.
    #[error(transparent)]
    Refused(#[from] PoolUpdateError),
    /// The pool is gone.
    #[error("find the pool: somebody deleted it in between")]
    Gone,
    /// Somebody changed the pool since it was shown.
    #[error("go on with the pool: somebody changed it since it was shown")]
    Changed,
}

/// What came of it.
#[derive(Clone, Debug)]
pub struct PutBack {
    /// What was sent.
    pub written: Written,
    /// Settings that are not as they were to be; none is how it has to be.
    pub moved: Vec<Edit>,
    /// Triggers that are not as they were to be.
    pub triggers: Vec<Difference>,
}

impl PutBack {
    /// Whether the pool is as it was to be.
    pub const fn agrees(&self) -> bool {
        self.moved.is_empty() && self.triggers.is_empty()
    }
}

/// How often a pool is read back that is not as it was written: the service may be late.
const LOOKS: usize = 4;

/// Brings a pool from how it was shown to `target`.
pub async fn put_back_pool(
    session: &Session,
    id: &str,
    shown: &LivePool,
    target: &LivePool,
) -> Result<PutBack, PutBackError> {
    let config = target.lambda_config();
    let wanted = Value::Object(config.clone());
    let changes = moved(shown, target, &BTreeSet::new());
    // What the service refused is compared too: it may be what was to be put back.
    let compared = |now: &LivePool, written: Written| {
        let mut moved = moved(target, now, &BTreeSet::new());
        // `target` tells it as it was, and the pool's own member is compared.
        moved.retain(|edit| !follows(edit, &changes));
        let triggers = trigger_differences(Some(&wanted), &now.lambda_config(), &BTreeMap::new());
        PutBack {
            written,
            moved,
            triggers,
        }
    };
    let written = write_pool(session, async |left_out: &BTreeSet<String>| {
        let now = session.live_pool(id).await?.ok_or(PutBackError::Gone)?;
        if compared(&now, Written::default()).agrees() {
            return Ok(None);
        }
        // A try of ours that arrived without an answer would have brought it there.
        if now.last_modified() != shown.last_modified() {
            return Err(PutBackError::Changed);
        }
        Ok(Some(update_request(id, &target.pool, &config, left_out)))
    })
    .await?;
    let mut pause = Pause::new();
    let mut looks = 1;
    loop {
        let now = session.live_pool(id).await?.ok_or(PutBackError::Gone)?;
        let put_back = compared(&now, written.clone());
        if put_back.agrees() || looks == LOOKS {
            return Ok(put_back);
        }
        looks += 1;
        pause.wait().await;
    }
}
