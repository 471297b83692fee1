//! What a stack attached to a pool that is not its own: read, shown, and put back as it was. `detach` does no more, and
//! `destroy` begins with it.

use std::fmt::Write as _;

use serde_json::Value;

use crate::apply::{self, Bucket, Digests, Known, PoolUpdate, Shelf, Stated, Updated};
use crate::aws::{LivePool, Session};
use crate::cli::attach;
use crate::cli::context::Context;
use crate::cli::detach::afterwards;
use crate::cli::error::{CliError, apply_error};
use crate::cli::next::Next;
use crate::cli::observe::{moved_settings, take_back};
use crate::cli::progress::during;
use crate::cli::saved::{Ledger, Recorded};
use crate::finding::Code;
use crate::inert;
use crate::model::parameter;
use crate::plan::{
    Answered, Deployed, Detached, Edit, Live, Ours, Plan, PoolPart, Situation, answer, detached, foreign_accounts,
    inline, render, settings,
};
use crate::spec::{Acknowledgement, PoolId};

/// What a stack attached to a pool that is not its own, and what is left when it goes.
pub(in crate::cli) struct Detachment {
    bucket: Bucket,
    pub(super) pool: PoolId,
    ours: Ours,
    /// Nothing when the pool is gone.
    pub(super) known: Option<Known>,
    /// Whether the stack holds a digest.
    is_stated: bool,
    /// Whether anything is saved of the pool.
    is_kept: bool,
    pub(super) detached: Detached,
    /// Settings that are put back.
    settings: Vec<Edit>,
    answered: Answered,
}

impl Detachment {
    /// Reads a pool and compares it with what a stack attached; `deployed` is nothing where no deployed stack tells what
    /// that is.
    pub(in crate::cli) async fn of(
        context: &Context,
        shelf: Shelf<'_>,
        deployed: Option<&Deployed>,
        acknowledge: &[Acknowledgement],
        put_back: bool,
        next: &Next,
    ) -> Result<Self, CliError> {
        let failed = |error| apply_error(error, shelf.session.region());
        let stated = Stated::of(deployed, shelf.pool, &[]);
        let known = shelf.known(&stated).await.map_err(failed)?;
        let is_stated = *stated.digests() != Digests::default();
        let is_kept = is_stated || !shelf.keys().await.map_err(failed)?.is_empty();
        if let (Some(known), None) = (&known, deployed) {
            let saved = shelf.unproven().await.map_err(failed)?;
            refuse_unknown(known, &saved, shelf)?;
        }
        let ours = deployed.map(Deployed::attached).unwrap_or_default();
        let detached = known
            .as_ref()
            .map(|known| detached(&before(&known.live), &ours))
            .unwrap_or_default();
        let mut findings = detached.findings.clone();
        if let Some(known) = &known {
            findings.extend(known.findings.clone());
            let (account, now) = (shelf.bucket.owner.as_str(), known.live.now.lambda_config());
            findings.extend(foreign_accounts(account, &now, &detached.lambda_config));
        }
        findings.extend(known.iter().flat_map(|known| moved_settings(known, next)));
        let settings = match known.as_ref().filter(|_| put_back) {
            Some(known) => take_back(known, &mut findings),
            None => Vec::new(),
        };
        if let Some(known) = known
            .as_ref()
            .filter(|_| !detached.triggers.is_empty() || !settings.is_empty())
        {
            findings.extend(apply::sender_findings(shelf.session, &known.live.now).await?);
        }
        Ok(Self {
            bucket: shelf.bucket.clone(),
            pool: shelf.pool.clone(),
            ours,
            known,
            is_stated,
            is_kept,
            detached,
            settings,
            answered: answer(findings, acknowledge, &context.today()),
        })
    }

    const fn shelf<'a>(&'a self, session: &'a Session, stack: &'a str) -> Shelf<'a> {
        Shelf {
            session,
            bucket: &self.bucket,
            pool: &self.pool,
            stack,
        }
    }

    /// Whether the pool calls nothing of the stack's, and nothing is kept of it.
    pub(in crate::cli) const fn is_nothing(&self) -> bool {
        self.is_current() && !self.is_kept
    }

    /// Whether the pool is as it is to be.
    const fn is_current(&self) -> bool {
        self.detached.triggers.is_empty() && self.settings.is_empty()
    }

    /// The pool's id.
    pub(in crate::cli) const fn pool(&self) -> &PoolId {
        &self.pool
    }

    /// What becomes of the pool's triggers, under a heading.
    pub(in crate::cli) fn words(&self, heading: &str) -> String {
        let mut out = String::new();
        // Writing to a String cannot fail, so the results are dropped.
        let Some(known) = &self.known else {
            let _ = writeln!(
                out,
                "{heading}\n\n  the pool {} is gone: there is nothing to detach",
                self.pool
            );
            return out;
        };
        if self.is_nothing() && self.answered.open.is_empty() {
            let _ = writeln!(
                out,
                "{heading}\n  nothing to do: no trigger of the pool {} is this stack's",
                self.pool
            );
            return out;
        }
        let plan = Plan {
            situation: Situation::Update,
            phases: Vec::new(),
            tags: Vec::new(),
            termination_protection: None,
            pool: Some(PoolPart {
                id: self.pool.clone(),
                triggers: self.detached.triggers.clone(),
                lambda_config: self.detached.lambda_config.clone(),
                settings: self.settings.clone(),
                stay: settings(&known.live.now).saturating_sub(self.settings.len()),
                after: 0,
            }),
            delivery: None,
            findings: Vec::new(),
        };
        out.push_str(&render::text::render(heading, &plan, &self.answered));
        let live = known.live.now.lambda_config();
        for member in &self.detached.kept {
            let value = live.get(member).map(inline).unwrap_or_default();
            let (member, value) = (inert::line(member), inert::line(&value));
            let _ = writeln!(out, "  {member} stays {value}, which somebody else has set since");
        }
        let goes = self.detached.triggers.iter().filter(|change| change.after.is_none());
        for change in goes {
            let follows = inert::line(&afterwards(&change.member, Some(&known.live.now.pool))).into_owned();
            let _ = writeln!(out, "  without {}: {follows}", change.member);
        }
        if known.live.saved.is_none() && !self.detached.triggers.is_empty() {
            let _ = writeln!(
                out,
                "  the pool's configuration of before is not kept, so what calls this stack's function is taken out"
            );
        }
        out
    }

    /// Stops where something needs a person's word.
    pub(in crate::cli) fn refuse_open(&self) -> Result<(), CliError> {
        if self.answered.open.is_empty() {
            return Ok(());
        }
        let error = CliError::stopped("stopped by what needs a person's word; nothing was changed");
        Err(self.answered.open.iter().fold(error, |error, finding| {
            error.hint(format!("more on it: deployer explain {}", finding.code))
        }))
    }

    /// Updates the pool, compares it, and forgets what is saved of it. Returns nothing where there was nothing to
    /// update. `ledger` is nothing where there is no stack, or one that takes no update.
    pub(in crate::cli) async fn carry_out(
        &self,
        context: &Context,
        session: &Session,
        stack: &str,
        ledger: Option<Ledger<'_>>,
        next: &Next,
    ) -> Result<Option<Updated>, CliError> {
        let place = self.shelf(session, stack);
        let mut done = None;
        if let Some(known) = self.known.as_ref().filter(|_| !self.is_current()) {
            let recorded = Recorded {
                shelf: place,
                ledger,
                stated: &known.stated,
                digests: &known.digests,
                unproven: &known.unproven,
                is_first: false,
                next,
            };
            let update = PoolUpdate {
                session,
                pool: &self.pool,
                shown: &known.live.now,
                lambda_config: &self.detached.lambda_config,
                put_back: known.record.as_ref().filter(|_| !self.settings.is_empty()),
                is_unsure: false,
            };
            let still = |now: &LivePool| {
                let live = Live {
                    now: now.clone(),
                    saved: known.live.saved.clone(),
                };
                let now = detached(&before(&live), &self.ours);
                (now.triggers, now.lambda_config)
                    == (self.detached.triggers.clone(), self.detached.lambda_config.clone())
            };
            let updated = Box::pin(recorded.carry_out(context, update, still)).await?.updated;
            attach::say(context, place, &updated, next)?;
            done = Some(updated);
        }
        if self.is_stated || done.is_some() {
            // Without its objects a stack that goes on holding digests could not be destroyed.
            let Some(ledger) = &ledger else { return Ok(done) };
            let title = "forgetting the pool's configuration before the first attach";
            Box::pin(ledger.write(context, &Digests::default(), title)).await?;
        }
        let forgotten = during(context, "deleting the pool's saved configurations", place.clear()).await;
        forgotten
            .map_err(|_| {
                CliError::failed("interrupted; the pool is detached, its configuration of before is still kept")
                    .hint(format!("go on from there: {}", next.again))
            })?
            .map_err(|error| apply_error(error, session.region()))?;
        Ok(done)
    }
}

/// The pool as the detach sees it. Without the configuration of before nobody knows whether a trigger on somebody
/// else's function was there before the stack, so that stays; what calls the stack's own never counts as there before.
fn before(live: &Live) -> Live {
    Live {
        now: live.now.clone(),
        saved: live.saved.clone().or_else(|| Some(live.now.clone())),
    }
}

/// Stops where nothing tells what of a pool is the stack's, and something was saved of it while its triggers are not what
/// they were then. The digest that proves a saved configuration went with the stack, so that none of them is obeyed.
fn refuse_unknown(known: &Known, saved: &[(String, LivePool)], shelf: Shelf<'_>) -> Result<(), CliError> {
    let now = known.live.now.lambda_config();
    let Some((_, pool)) = saved.first() else { return Ok(()) };
    if saved.iter().any(|(_, pool)| pool.lambda_config() == now) {
        return Ok(());
    }
    let was = pool.lambda_config();
    let error = CliError::stopped(format!(
        "the stack {} is gone, and the triggers of the pool {} are not what was saved of it; nothing was changed",
        shelf.stack, shelf.pool
    ));
    let members = was.keys().chain(now.keys().filter(|member| !was.contains_key(*member)));
    let shown = |value: Option<&Value>| value.map_or_else(|| "none".to_owned(), inline);
    let error = members
        .filter(|member| was.get(*member) != now.get(*member))
        .fold(error, |error, member| {
            let (was, now) = (shown(was.get(member)), shown(now.get(member)));
            error.hint(format!("{member} was {was} and is {now}"))
        })
        .hint("the digest that proves what was saved went with the stack, so none of it is put back unseen");
    let error = saved.iter().fold(error, |error, (key, _)| {
        error.hint(format!("saved: {}", shelf.address(key)))
    });
    let digest = saved.iter().find_map(|(key, _)| {
        let name = key.rsplit('/').next()?.strip_suffix(".json")?;
        (name.len() == 64).then_some(name)
    });
    let word = digest.unwrap_or("SHA-256");
    Err(error
        .hint(format!(
            "to put it back, look at it, then add to the stack file: acknowledge: [{{code: {}, resource: {}, to: \
             \"{word}\", reason: \"…\"}}]; `deployer apply` makes the stack again, and `deployer detach` then puts it back",
            Code::SavedUnproven,
            parameter::POOL_BEFORE
        ))
        .hint(format!(
            "where the pool is as it has to be, forget what is saved: aws s3 rm --recursive {}",
            shelf.address(&shelf.folder())
        )))
}
