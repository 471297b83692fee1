//! The digests of a pool's saved configurations, written into the stack before the pool is updated.
//!
//! In: what the pool was, and the update. Out: the update, carried out after its record stands in the stack, and taken
//! from there again when every setting was compared. It leaves out what the update is: `attach`, `detach` and `undo` say
//! that.

use super::attach::{interrupted, not_updated};
use super::context::{Context, Interrupted};
use super::error::{CliError, apply_error};
use super::next::Next;
use super::observe::deployed;
use super::progress::during;
use super::rollout::Bring;
use crate::apply::{self, AttachError, Bucket, Digests, NotUpdated, PoolUpdate, Shelf, Updated};
use crate::aws::{LivePool, Session};
use crate::plan::Watching;
use crate::template::with_digests;

/// How often a pool is recorded anew that somebody else writes meanwhile.
const WRITES_OF_OTHERS: usize = 10;

/// A stack that holds the digests, by a change set of its own.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ledger<'a> {
    pub(super) session: &'a Session,
    pub(super) bucket: &'a Bucket,
    pub(super) stack: &'a str,
    pub(super) role: Option<&'a str>,
    pub(super) notify: &'a [String],
    pub(super) next: &'a Next,
}

impl Ledger<'_> {
    /// Reads the digests that the stack holds.
    pub(super) async fn stated(&self, context: &Context) -> Result<Digests, CliError> {
        let reading = format!("reading the stack {}", self.stack);
        let state = during(context, &reading, self.session.stack(self.stack)).await??;
        let parameters = state.map(|state| state.parameters).unwrap_or_default();
        Ok(Digests::of(&parameters))
    }

    /// Has the stack hold other digests, and nothing else of it changed; does nothing where it holds them.
    pub(super) async fn write(&self, context: &Context, digests: &Digests, title: &str) -> Result<(), CliError> {
        let reading = format!("reading the stack {}", self.stack);
        let gone = || CliError::failed(format!("the stack {} is gone: somebody deleted it", self.stack));
        let state = during(context, &reading, self.session.stack(self.stack)).await??;
        let state = state.ok_or_else(gone)?;
        if Digests::of(&state.parameters) == *digests {
            return Ok(());
        }
        let deployed = during(context, &reading, deployed(self.session, &state)).await??;
        let bring = Bring {
            session: self.session,
            bucket: self.bucket,
            stack: self.stack,
            template: &with_digests(&deployed.template),
            parameters: &deployed.parameters,
            set: &digests.parameters(),
            tags: &deployed.tags,
            role: self.role,
            notify: self.notify,
            // It changes no resource, so that no alarm tells anything of it.
            watch: &Watching::of(self.stack, &[], &[], &state.watch, 0).watch,
            next: self.next,
            again: &self.next.again,
            does: "records the digests of the pool's saved configurations",
            title,
        };
        Box::pin(bring.carry_out(context)).await?;
        let now = self.stated(context).await?;
        if now == *digests {
            return Ok(());
        }
        Err(CliError::failed(format!(
            "the stack {} does not hold the digests that were written: somebody else updated it",
            self.stack
        ))
        .hint(format!("go on from there: {}", self.next.again)))
    }
}

/// An update of a pool that is recorded before, and compared after it.
#[derive(Clone, Copy)]
pub(super) struct Recorded<'a> {
    pub(super) shelf: Shelf<'a>,
    /// Nothing where the stack takes no update, so that nothing can be recorded.
    pub(super) ledger: Option<Ledger<'a>>,
    /// The digests that the stack held before this command.
    pub(super) stated: &'a Digests,
    /// Those that it is to hold, but for what the update changes of them.
    pub(super) digests: &'a Digests,
    /// Configurations that count by a person's word, and of which the stack is to hold the digest.
    pub(super) unproven: &'a [(String, Vec<u8>)],
    /// Whether the pool as it is now is the one before its first attach.
    pub(super) is_first: bool,
    pub(super) next: &'a Next,
}

/// What came of a recorded update.
pub(super) struct Done {
    pub(super) updated: Updated,
    /// The digests that the stack is to hold now that the pool was compared.
    pub(super) digests: Digests,
    /// The digests of objects that nothing refers to once the stack holds these.
    pub(super) unused: Vec<String>,
}

impl Recorded<'_> {
    /// The digests that the stack holds while the pool is updated. An update that puts settings back keeps the record
    /// that says what they were.
    pub(super) fn meanwhile(&self, now: &LivePool, puts_back: bool) -> Digests {
        let digest = apply::digest(self.shelf.stack, now);
        Digests {
            before: if self.is_first {
                Some(digest.clone())
            } else {
                self.digests.before.clone()
            },
            record: if puts_back {
                self.digests.record.clone()
            } else {
                Some(digest)
            },
        }
    }

    /// Stores what digests stand for that the stack does not hold yet; `now` is the pool as it is.
    pub(super) async fn store(&self, context: &Context, digests: &Digests, now: &LivePool) -> Result<(), CliError> {
        let named = digests.beside(self.stated);
        let storing = async {
            let taken_over = self.unproven.iter().filter(|(digest, _)| named.contains(digest));
            for (_, bytes) in taken_over {
                self.shelf.store_bytes(bytes.clone()).await?;
            }
            if named.contains(&apply::digest(self.shelf.stack, now)) {
                self.shelf.store(now).await?;
            }
            Ok(())
        };
        let stored = during(context, "saving the pool's configuration", storing).await?;
        stored.map_err(|error| apply_error(error, self.shelf.session.region()))
    }

    async fn record(&self, context: &Context, now: &LivePool, puts_back: bool) -> Result<Digests, CliError> {
        let digests = self.meanwhile(now, puts_back);
        if let Some(ledger) = &self.ledger
            && ledger.stated(context).await? != digests
        {
            self.store(context, &digests, now).await?;
            let title = "recording the pool's configuration before its update";
            ledger.write(context, &digests, title).await?;
        }
        Ok(digests)
    }

    /// Records the pool, updates and compares it. `still` says whether what was shown follows from a newer look at it.
    pub(super) async fn carry_out(
        &self,
        context: &Context,
        update: PoolUpdate<'_>,
        still: impl Fn(&LivePool) -> bool,
    ) -> Result<Done, CliError> {
        let Self { shelf, next, .. } = *self;
        let what = format!("updating the pool {}", shelf.pool);
        let (mut now, mut is_unsure) = (update.shown.clone(), update.is_unsure);
        let mut written = Vec::new();
        for _ in 0..=WRITES_OF_OTHERS {
            let digests = self.record(context, &now, update.put_back.is_some()).await?;
            written.extend(digests.beside(self.stated));
            let update = PoolUpdate {
                shown: &now,
                is_unsure,
                ..update
            };
            let sent = during(context, &what, apply::update(&update, &still)).await;
            match sent.map_err(|Interrupted| interrupted(shelf, next))? {
                Ok(updated) => {
                    let digests = Digests {
                        record: None,
                        ..digests
                    };
                    let mut unused = written;
                    unused.extend(self.stated.beside(&digests));
                    unused.retain(|digest| digests.before.as_ref() != Some(digest));
                    return Ok(Done {
                        updated,
                        digests,
                        unused,
                    });
                }
                Err(NotUpdated {
                    error: AttachError::Unrecorded(newer),
                    is_unsure: unsure,
                }) => (now, is_unsure) = (*newer, unsure),
                Err(NotUpdated { error, is_unsure }) => {
                    if !is_unsure {
                        self.take_back(context, &written).await;
                    }
                    return Err(not_updated(error, is_unsure, shelf, next));
                }
            }
        }
        self.take_back(context, &written).await;
        let changed = AttachError::Changed(apply::differences(update.shown, &now));
        Err(not_updated(changed, is_unsure, shelf, next))
    }

    /// Takes back what was recorded for an update that was never sent, or that the service refused. What stays is found
    /// by the next run.
    pub(super) async fn take_back(&self, context: &Context, written: &[String]) {
        let Some(ledger) = &self.ledger else { return };
        let title = "forgetting the record of an update that was not made";
        if ledger.write(context, self.stated, title).await.is_ok() {
            drop(self.shelf.forget(written).await);
        }
    }
}

impl Done {
    /// Has the stack forget the record of a pool that agrees, where no change set follows that does; then deletes what
    /// nothing refers to.
    pub(super) async fn settle(&self, context: &Context, recorded: &Recorded<'_>) -> Result<(), CliError> {
        let Some(ledger) = &recorded.ledger else { return Ok(()) };
        let title = "forgetting the record of the pool's update, which was compared";
        ledger.write(context, &self.digests, title).await?;
        forget(context, recorded.shelf, &self.unused).await
    }
}

/// Deletes saved configurations that no digest in the stack stands for any more.
pub(super) async fn forget(context: &Context, shelf: Shelf<'_>, digests: &[String]) -> Result<(), CliError> {
    let forgotten = during(context, "deleting the pool's record", shelf.forget(digests)).await?;
    forgotten.map_err(|error| apply_error(error, shelf.session.region()))
}
