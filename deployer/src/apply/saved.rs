//! A pool's saved configurations: as it was before its first attach, and as it was before an update that nobody has
//! compared yet.
//!
//! Each is an object in the assets bucket that is written once, under the SHA-256 of its bytes. Which one counts is said
//! by the stack, in the parameters of its template: who may write objects cannot thereby say what a pool is put back to.
//! An object that no digest in the stack names is ignored.

use serde_json::{Value, json};

use super::digests::{Digests, Kept, Stated};
use super::{ApplyError, Bucket};
use crate::asset::Sha256;
use crate::aws::{LivePool, Session};
use crate::finding::{Code, Finding};
use crate::model::parameter::NONE;
use crate::plan::Live;
use crate::spec::PoolId;

const JSON: &str = "application/json";

/// A pool as it is, and what is saved of it.
#[derive(Clone, Debug)]
pub struct Known {
    /// As it is, and as it was before its first attach.
    pub live: Live,
    /// As it was before an update that nobody has compared yet.
    pub record: Option<LivePool>,
    /// The digests of both.
    pub digests: Digests,
    /// The digests that the stack holds: those of [`Self::unproven`] are not among them.
    pub stated: Digests,
    /// Configurations of which no digest in the stack speaks and that count where somebody acknowledges them, with their
    /// digests.
    pub unproven: Vec<(String, Vec<u8>)>,
    /// What is wrong with what is saved.
    pub findings: Vec<Finding>,
}

/// Where a pool's configurations are saved.
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

impl Shelf<'_> {
    /// Returns what the keys of all its objects begin with.
    pub fn folder(&self) -> String {
        format!("pools/{}/{}/", self.pool, self.stack)
    }

    /// Returns the key of the object with a digest.
    pub fn key(&self, digest: &str) -> String {
        format!("{}{digest}.json", self.folder())
    }

    /// The key under which an earlier version kept a configuration.
    fn old_key(&self, kept: Kept) -> String {
        let end = match kept {
            Kept::First => "json",
            Kept::Record => "before.json",
        };
        format!("pools/{}/{}.{end}", self.pool, self.stack)
    }

    /// Returns an object's address, for a person's own command.
    pub fn address(&self, key: &str) -> String {
        format!("s3://{}/{key}", self.bucket.name)
    }

    async fn bytes(&self, key: &str) -> Result<Option<Vec<u8>>, ApplyError> {
        let (name, owner) = (&self.bucket.name, &self.bucket.owner);
        match self.session.read_object(name, key, owner).await {
            Ok(bytes) => Ok(bytes),
            // Where no bucket is nothing is saved; who has to write says that one is missing.
            Err(error) if error.is(&["NoSuchBucket"]) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Reads the configuration with a digest that the stack holds, or returns what is wrong with it.
    async fn read(
        &self,
        kept: Kept,
        digest: &str,
        parameters: &[String],
    ) -> Result<Result<LivePool, Box<Finding>>, ApplyError> {
        let key = self.key(digest);
        let what = format!("the saved configuration of the pool {} {}", self.pool, kept.moment());
        let guard = |code, message: String| {
            let finding = Finding::guard(code, kept.parameter(), digest, message)
                .hint(format!(
                    "where the bucket keeps versions, put back the one with that SHA-256: aws s3api \
                     list-object-versions --bucket {} --prefix {key}",
                    self.bucket.name
                ))
                .hint(format!(
                    "where it is lost, let the stack forget it, so that `detach` takes out only what calls this stack's \
                     function: {}",
                    self.forgetting(kept, parameters)
                ));
            Err(Box::new(finding))
        };
        let address = self.address(&key);
        Ok(match self.bytes(&key).await? {
            None => guard(
                Code::SavedMissing,
                format!("{what} is not at {address}; the stack holds its SHA-256 {digest}"),
            ),
            Some(bytes) => match Sha256::of(&bytes).to_string() {
                found if found != digest => guard(
                    Code::SavedAltered,
                    format!("{address} is not {what}: its SHA-256 is {found}, and the stack holds {digest}"),
                ),
                _ => match parse(&bytes) {
                    Some(pool) => Ok(pool),
                    None => guard(
                        Code::SavedAltered,
                        format!(
                            "{what}, at {address} with the SHA-256 {digest}, is not one that this version of deployer \
                             can read: use the version that wrote it"
                        ),
                    ),
                },
            },
        })
    }

    /// The command by which a stack forgets a digest, and keeps its other parameters.
    fn forgetting(&self, kept: Kept, parameters: &[String]) -> String {
        let values = parameters.iter().map(|name| {
            if name == kept.parameter() {
                format!("ParameterKey={name},ParameterValue={NONE}")
            } else {
                format!("ParameterKey={name},UsePreviousValue=true")
            }
        });
        format!(
            "aws cloudformation update-stack --region {} --stack-name {} --use-previous-template --capabilities \
             CAPABILITY_NAMED_IAM --parameters {}",
            self.session.region(),
            self.stack,
            values.collect::<Vec<_>>().join(" ")
        )
    }

    /// Stores a configuration; returns its digest.
    pub async fn store(&self, pool: &LivePool) -> Result<String, ApplyError> {
        self.store_bytes(text(self.stack, pool).into_bytes()).await
    }

    /// Stores a configuration as it was written before; returns its digest.
    pub async fn store_bytes(&self, bytes: Vec<u8>) -> Result<String, ApplyError> {
        let sha256 = Sha256::of(&bytes);
        let (digest, key) = (sha256.to_string(), self.key(&sha256.to_string()));
        let (name, owner, checksum) = (&self.bucket.name, &self.bucket.owner, sha256.base64());
        let put = self.session.put_object(name, &key, owner, bytes, &checksum, JSON);
        // One that is there already is the same, or was put there to be taken for it.
        if put.await?.is_none() {
            let there = self.bytes(&key).await?;
            if there.is_none_or(|there| Sha256::of(&there) != sha256) {
                return Err(ApplyError::Altered {
                    bucket: name.clone(),
                    key,
                });
            }
        }
        Ok(digest)
    }

    /// Deletes configurations; one that is not there is deleted already.
    ///
    /// Where the bucket keeps versions they stay for as long as its noncurrent versions do.
    pub async fn forget(&self, digests: &[String]) -> Result<(), ApplyError> {
        for digest in digests {
            self.delete(&self.key(digest)).await?;
        }
        Ok(())
    }

    async fn delete(&self, key: &str) -> Result<(), ApplyError> {
        let (name, owner) = (&self.bucket.name, &self.bucket.owner);
        Ok(self.session.delete_object(name, key, owner, None).await?)
    }

    /// Deletes what an earlier version kept.
    pub async fn forget_old(&self) -> Result<(), ApplyError> {
        for kept in Kept::ALL {
            self.delete(&self.old_key(kept)).await?;
        }
        Ok(())
    }

    /// Deletes all that is saved of the pool by this stack.
    pub async fn clear(&self) -> Result<(), ApplyError> {
        for key in self.keys().await? {
            self.delete(&key).await?;
        }
        Ok(())
    }

    /// Lists all that is saved of the pool by this stack, by an earlier version too.
    pub async fn keys(&self) -> Result<Vec<String>, ApplyError> {
        let old = Kept::ALL.map(|kept| self.old_key(kept));
        // All three ways begin so; another stack's name may too.
        let prefix = format!("pools/{}/{}", self.pool, self.stack);
        let (name, owner) = (&self.bucket.name, &self.bucket.owner);
        let mut keys = match self.session.object_keys(name, &prefix, owner).await {
            Err(error) if error.is(&["NoSuchBucket"]) => Vec::new(),
            keys => keys?,
        };
        let folder = self.folder();
        keys.retain(|key| key.starts_with(&folder) || old.contains(key));
        Ok(keys)
    }

    /// Reads what is saved without a stack that holds its digest, with the keys; what is not a configuration is left out.
    pub async fn unproven(&self) -> Result<Vec<(String, LivePool)>, ApplyError> {
        let mut found = Vec::new();
        for key in self.keys().await? {
            let pool = self.bytes(&key).await?.and_then(|bytes| parse(&bytes));
            found.extend(pool.map(|pool| (key, pool)));
        }
        Ok(found)
    }

    /// Reads the configuration before the first attach whose digest the stack holds.
    pub async fn first(&self, digests: &Digests) -> Result<Option<Result<LivePool, Box<Finding>>>, ApplyError> {
        match &digests.before {
            Some(digest) => Ok(Some(self.read(Kept::First, digest, &[]).await?)),
            None => Ok(None),
        }
    }

    /// Reads the pool and all that is saved of it; nothing when the pool is gone.
    pub async fn known(&self, stated: &Stated) -> Result<Option<Known>, ApplyError> {
        let Some(now) = self.session.live_pool(self.pool.as_str()).await? else {
            return Ok(None);
        };
        let mut known = Known {
            live: Live { now, saved: None },
            record: None,
            digests: stated.digests.clone(),
            stated: stated.digests.clone(),
            unproven: Vec::new(),
            findings: Vec::new(),
        };
        for kept in Kept::ALL {
            let pool = match stated.digests.get(kept) {
                Some(digest) => match self.read(kept, digest, &stated.parameters).await? {
                    Ok(pool) => Some(pool),
                    Err(finding) => {
                        known.findings.push(*finding);
                        None
                    }
                },
                None => self.acknowledgeable(kept, stated, &mut known).await?,
            };
            match kept {
                Kept::First => known.live.saved = pool,
                Kept::Record => known.record = pool,
            }
        }
        Ok(Some(known))
    }

    /// A configuration of which the stack holds no digest, and that counts where its digest is acknowledged.
    async fn acknowledgeable(
        &self,
        kept: Kept,
        stated: &Stated,
        known: &mut Known,
    ) -> Result<Option<LivePool>, ApplyError> {
        let key = match &stated.acknowledged {
            _ if stated.is_old => self.old_key(kept),
            Some(digest) if kept == Kept::First => self.key(digest),
            _ => return Ok(None),
        };
        let Some(bytes) = self.bytes(&key).await? else {
            return Ok(None);
        };
        let digest = Sha256::of(&bytes).to_string();
        if !stated.is_old && stated.acknowledged.as_ref() != Some(&digest) {
            return Ok(None);
        }
        let address = self.address(&key);
        let Some(pool) = parse(&bytes) else {
            let message = format!("{address} is not a pool's configuration that this version of deployer can read");
            let finding = Finding::guard(Code::SavedAltered, kept.parameter(), digest, message)
                .hint(format!("look at it: aws s3 cp {address} -"))
                .hint(format!("where nobody needs it: aws s3 rm {address}"));
            known.findings.push(finding);
            return Ok(None);
        };
        let message = format!(
            "{address} would count as the configuration of the pool {} {}, and the stack holds no digest of it",
            self.pool,
            kept.moment()
        );
        let finding = Finding::guard(Code::SavedUnproven, kept.parameter(), digest.clone(), message)
            .hint(format!("look at it, its triggers above all: aws s3 cp {address} -"))
            .hint(format!("where it is not what the pool was: aws s3 rm {address}"));
        known.findings.push(finding);
        known.digests.set(kept, digest.clone());
        known.unproven.push((digest, bytes));
        Ok(Some(pool))
    }
}

/// Writes a configuration as it is saved.
pub fn text(stack: &str, pool: &LivePool) -> String {
    let value = json!({ "version": 1, "stack": stack, "pool": pool.pool, "mfa": pool.mfa });
    format!("{value:#}\n")
}

/// The digest under which a configuration is saved.
pub fn digest(stack: &str, pool: &LivePool) -> String {
    Sha256::of(text(stack, pool).as_bytes()).to_string()
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
mod tests;
