//! What a stack attached to a pool that is not its own: read, shown, and put back as it was. `detach` does no more, and
//! `destroy` begins with it.

use std::fmt::Write as _;

use serde_json::Value;

use crate::apply::{self, Bucket, First, Kept, Known, PoolUpdate, Shelf, Updated};
use crate::aws::{LivePool, Session};
use crate::cli::attach;
use crate::cli::context::{Context, Interrupted};
use crate::cli::error::{CliError, apply_error};
use crate::cli::next::Next;
use crate::cli::observe::{moved_settings, take_back};
use crate::cli::progress::during;
use crate::inert;
use crate::plan::{
    Answered, Detached, Edit, Live, Ours, Plan, PoolPart, Situation, answer, detached, inline, render, settings,
};
use crate::spec::{Acknowledgement, PoolId};

/// What a stack attached to a pool that is not its own, and what is left when it goes.
pub(in crate::cli) struct Detachment {
    bucket: Bucket,
    pub(super) pool: PoolId,
    ours: Ours,
    /// Nothing when the pool is gone.
    pub(super) known: Option<Known>,
    /// Whether anything is kept of the pool.
    is_kept: bool,
    pub(super) detached: Detached,
    /// Settings that are put back.
    settings: Vec<Edit>,
    answered: Answered,
}

impl Detachment {
    /// Reads a pool and compares it with what a stack attached; nothing where no deployed stack tells what that is.
    pub(in crate::cli) async fn of(
        context: &Context,
        shelf: Shelf<'_>,
        ours: Option<Ours>,
        acknowledge: &[Acknowledgement],
        put_back: bool,
        next: &Next,
    ) -> Result<Self, CliError> {
        let failed = |error| apply_error(error, shelf.session.region());
        let known = shelf.known().await.map_err(failed)?;
        let is_kept = if let Some(known) = &known {
            known.live.saved.is_some() || known.record.is_some()
        } else {
            let saved = shelf.read(Kept::First).await.map_err(failed)?;
            saved.is_some() || shelf.read(Kept::Record).await.map_err(failed)?.is_some()
        };
        if let (Some(known), None) = (&known, &ours) {
            refuse_unknown(known, shelf)?;
        }
        let ours = ours.unwrap_or_default();
        let detached = known
            .as_ref()
            .map(|known| detached(&before(&known.live), &ours))
            .unwrap_or_default();
        let mut findings = detached.findings.clone();
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
            let _ = writeln!(out, "  without {}: {}", change.member, afterwards(&change.member));
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

    /// Updates the pool, compares it, and forgets what is kept of it. Returns nothing where there was nothing to
    /// update.
    pub(in crate::cli) async fn carry_out(
        &self,
        context: &Context,
        session: &Session,
        stack: &str,
        next: &Next,
    ) -> Result<Option<Updated>, CliError> {
        let place = self.shelf(session, stack);
        let mut done = None;
        if let Some(known) = self.known.as_ref().filter(|_| !self.is_current()) {
            let update = PoolUpdate {
                shelf: place,
                shown: &known.live.now,
                lambda_config: &self.detached.lambda_config,
                put_back: known.record.as_ref().filter(|_| !self.settings.is_empty()),
                first: First::No,
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
            let what = format!("updating the pool {}", self.pool);
            let updated = match during(context, &what, apply::update(&update, still)).await {
                Ok(updated) => updated.map_err(|error| attach::not_updated(error, place, session.region(), next))?,
                Err(Interrupted) => return Err(attach::interrupted(place, next)),
            };
            attach::say(context, place, &updated, next)?;
            done = Some(updated);
        }
        let forget = async {
            place.forget(Kept::Record).await?;
            place.forget(Kept::First).await
        };
        let forgotten = during(context, "forgetting the pool's configuration of before", forget).await;
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

/// Stops where nothing tells what of a pool is the stack's, and the pool is not as it was before its first attach: what
/// is kept of it is the only way back.
fn refuse_unknown(known: &Known, shelf: Shelf<'_>) -> Result<(), CliError> {
    let (kept, pool) = match (&known.live.saved, &known.record) {
        (Some(saved), _) => (Kept::First, saved),
        (None, Some(record)) => (Kept::Record, record),
        (None, None) => return Ok(()),
    };
    let (was, now) = (pool.lambda_config(), known.live.now.lambda_config());
    if was == now {
        return Ok(());
    }
    let address = shelf.address(kept);
    let error = CliError::stopped(format!(
        "the stack {} is gone, and the triggers of the pool {} are not what they were before it came; nothing was \
         changed",
        shelf.stack, shelf.pool
    ));
    let members = was.keys().chain(now.keys().filter(|member| !was.contains_key(*member)));
    let shown = |value: Option<&Value>| value.map_or_else(|| "none".to_owned(), inline);
    Err(members
        .filter(|member| was.get(*member) != now.get(*member))
        .fold(error, |error, member| {
            let (was, now) = (shown(was.get(member)), shown(now.get(member)));
            error.hint(format!("{member} was {was} and is {now}"))
        })
        .hint(format!("the pool as it was stays kept: {address}"))
        .hint(
            "to put it back: `deployer apply` with the same file makes the stack again, and `deployer detach` then puts \
             back what is kept",
        )
        .hint(format!(
            "where the pool is as it has to be, forget what is kept: aws s3 rm {address}"
        )))
}

/// What Cognito does when a trigger is gone.
pub(in crate::cli) fn afterwards(member: &str) -> &'static str {
    match member {
        "CustomSMSSender" => "Cognito sends SMS messages itself again, if the pool has an SMS role; else none go out",
        "CustomEmailSender" => "Cognito sends e-mail itself again, by the pool's own e-mail settings",
        "CustomMessage" => "Cognito uses the pool's own texts again",
        "KMSKeyID" => "no sender is left to encrypt for",
        "PreSignUp" | "PreAuthentication" => "what it refused is let in from now on",
        "DefineAuthChallenge" | "CreateAuthChallenge" | "VerifyAuthChallengeResponse" => {
            "custom authentication stops working"
        }
        "UserMigration" => "users who were not migrated yet cannot sign in",
        "PreTokenGeneration" | "PreTokenGenerationConfig" => "tokens no longer carry what it added",
        _ => "Cognito no longer calls it",
    }
}
