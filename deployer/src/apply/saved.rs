//! A pool's configuration, kept in the assets bucket: as it was before its first attach, and as it was before an
//! update that nobody has compared yet.
//!
//! The first is written once and never again, and goes with the detach that puts it back. The second is a record of
//! one update: it is there from before `UpdateUserPool` until every setting was found to be as it was, so that a run
//! that was killed in between is compared by the next one. Both are objects of one pool and one stack.

use serde_json::{Value, json};

use super::{ApplyError, Bucket};
use crate::asset::Sha256;
use crate::aws::{LivePool, Session};
use crate::plan::Live;
use crate::spec::PoolId;

const JSON: &str = "application/json";

/// A pool as it is, and what is kept of it.
#[derive(Clone, Debug)]
pub struct Known {
    /// As it is, and as it was before its first attach.
    pub live: Live,
    /// As it was before an update that nobody has compared yet.
    pub record: Option<LivePool>,
}

/// Where a pool's configuration is kept.
#[derive(Clone, Copy, Debug)]
pub struct Shelf<'a> {
    /// Whose calls these are.
    pub session: &'a Session,
    /// The assets bucket.
    pub bucket: &'a Bucket,
    /// The pool.
    pub pool: &'a PoolId,
    /// The stack's name.
    pub stack: &'a str,
}

/// Which of a pool's configurations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// As it was before its first attach.
    First,
    /// As it was before the update that has to be compared yet.
    Record,
}

impl Shelf<'_> {
    /// Returns the object's key.
    pub fn key(&self, kept: Kept) -> String {
        let end = match kept {
            Kept::First => "json",
            Kept::Record => "before.json",
        };
        format!("pools/{}/{}.{end}", self.pool, self.stack)
    }

    /// Returns the object's address, for a person's own command.
    pub fn address(&self, kept: Kept) -> String {
        format!("s3://{}/{}", self.bucket.name, self.key(kept))
    }

    /// Reads a configuration; nothing when none is kept.
    pub async fn read(&self, kept: Kept) -> Result<Option<LivePool>, ApplyError> {
        let key = self.key(kept);
        let (name, owner) = (&self.bucket.name, &self.bucket.owner);
        let bytes = match self.session.read_object(name, &key, owner).await {
            Ok(Some(bytes)) => bytes,
            Ok(None) => return Ok(None),
            // Where no bucket is nothing is kept; who has to write says that one is missing.
            Err(error) if error.is(&["NoSuchBucket"]) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        match parse(&bytes) {
            Some(pool) => Ok(Some(pool)),
            None => Err(ApplyError::Unreadable {
                bucket: name.clone(),
                key,
            }),
        }
    }

    /// Keeps a configuration unless there is one already; returns whether it was kept.
    pub async fn keep(&self, kept: Kept, pool: &LivePool) -> Result<bool, ApplyError> {
        let (key, bytes, sha256) = self.object(kept, pool);
        let (name, owner) = (&self.bucket.name, &self.bucket.owner);
        let put = self.session.put_object(name, &key, owner, bytes, &sha256, JSON);
        Ok(put.await?.is_some())
    }

    /// Keeps a configuration in place of the one that is there.
    pub async fn replace(&self, kept: Kept, pool: &LivePool) -> Result<(), ApplyError> {
        let (key, bytes, sha256) = self.object(kept, pool);
        let (name, owner) = (&self.bucket.name, &self.bucket.owner);
        let put = self.session.replace_object(name, &key, owner, bytes, &sha256, JSON);
        Ok(put.await?)
    }

    fn object(&self, kept: Kept, pool: &LivePool) -> (String, Vec<u8>, String) {
        let bytes = text(self.stack, pool).into_bytes();
        let sha256 = Sha256::of(&bytes).base64();
        (self.key(kept), bytes, sha256)
    }

    /// Forgets a configuration; one that is not kept is forgotten already.
    ///
    /// Where the bucket keeps versions this one stays for as long as its noncurrent versions do.
    pub async fn forget(&self, kept: Kept) -> Result<(), ApplyError> {
        let (name, owner) = (&self.bucket.name, &self.bucket.owner);
        Ok(self.session.delete_object(name, &self.key(kept), owner, None).await?)
    }

    /// Reads the pool and all that is kept of it; nothing when the pool is gone.
    pub async fn known(&self) -> Result<Option<Known>, ApplyError> {
        let Some(now) = self.session.live_pool(self.pool.as_str()).await? else {
            return Ok(None);
        };
        let saved = self.read(Kept::First).await?;
        Ok(Some(Known {
            live: Live { now, saved },
            record: self.read(Kept::Record).await?,
        }))
    }
}

/// Writes a configuration as it is kept.
pub fn text(stack: &str, pool: &LivePool) -> String {
    let value = json!({ "version": 1, "stack": stack, "pool": pool.pool, "mfa": pool.mfa });
    format!("{value:#}\n")
}

fn parse(bytes: &[u8]) -> Option<LivePool> {
    let mut value: Value = serde_json::from_slice(bytes).ok()?;
    if value.get("version") != Some(&json!(1)) {
        return None;
    }
    let mut member = |name: &str| match value.get_mut(name).map(Value::take) {
        Some(Value::Object(members)) => Some(members),
        _ => None,
    };
    Some(LivePool {
        pool: member("pool")?,
        mfa: member("mfa")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_comes_back_with_members_that_no_sdk_knows() {
        let object = |value: Value| value.as_object().cloned().unwrap_or_default();
        let pool = LivePool {
            pool: object(
                json!({ "Id": "us-west-2_a", "LastModifiedDate": 1_700_000_000.123, "Invented": { "B": 1, "A": [] } }),
            ),
            mfa: object(json!({ "MfaConfiguration": "OFF" })),
        };
        let written = text("acme", &pool);
        assert_eq!(parse(written.as_bytes()), Some(pool));
        for other in [
            "",
            "{}",
            "{\"version\": 2, \"pool\": {}, \"mfa\": {}}",
            "{\"version\": 1, \"pool\": {}}",
        ] {
            assert_eq!(parse(other.as_bytes()), None, "{other}");
        }
    }
}
