//! One stack, from a plan to what was read back; and where the pool exists before its stack, the pool.

mod change_sets;
mod code;

use std::collections::{BTreeMap, BTreeSet};

use super::attach::{self, ExistingPool};
use super::context::{Context, Interrupted};
use super::error::CliError;
use super::next::Next;
use super::observe::{Observed, Subject, compare};
use super::pinned;
use super::progress::during;
use super::read_back::{again, verify};
use super::recover::recover;
use super::undone::taken_back;
use crate::apply::{self, ApplyError, Bucket, Prepared};
use crate::asset::{Asset, Tools};
use crate::aws::{ChangeSetKind, Session};
use crate::plan::{Answered, Desired, Pinned, Plan, Situation, answer, render};
use crate::spec::Acknowledgement;

/// A stack that is to be as it is declared.
pub(super) struct Deployment<'a> {
    pub(super) session: &'a Session,
    pub(super) name: &'a str,
    pub(super) heading: String,
    pub(super) next: Next,
    pub(super) desired: Desired,
    /// What an apply knows of a pool that exists before the stack; nothing where the stack has its own.
    pub(super) existing: Option<ExistingPool<'a>>,
    pub(super) role: Option<&'a str>,
    pub(super) notify: Vec<String>,
    pub(super) acknowledge: &'a [Acknowledgement],
    pub(super) bucket: Bucket,
    pub(super) asset: Option<&'a Asset>,
    pub(super) tools: &'a Tools,
    pub(super) yes: bool,
    /// The plan that is applied, and no other.
    pub(super) pinned: Option<&'a Pinned>,
}

/// Makes a stack as it is declared and returns its outputs.
pub(super) async fn deploy(context: &Context, wanted: &Deployment<'_>) -> Result<BTreeMap<String, String>, CliError> {
    let session = wanted.session;
    let reading = format!("reading the stack {}", wanted.name);
    let mut state = during(context, &reading, session.stack(wanted.name)).await??;
    // What has to be recovered first is not as it was planned.
    if wanted.pinned.is_none() && recover(context, wanted, state.as_ref()).await? {
        state = during(context, &reading, session.stack(wanted.name)).await??;
    }
    let mut observed = during(context, &reading, compare(wanted.subject(), state)).await??;
    wanted.hold(context, &observed)?;
    attach::put_back(wanted, &mut observed);
    let mut answered = wanted.answers(context, &observed.plan);
    if observed.plan.is_nothing() || !answered.open.is_empty() {
        show(context, wanted, &observed.plan, &answered);
        if !answered.open.is_empty() {
            return Err(stopped(&answered));
        }
        return unchanged(context, wanted, &observed).await;
    }
    let code = code::code(context, wanted, &observed.plan).await?;
    // A failed first create has to go before CloudFormation takes a change set, and it goes after the yes.
    let mut prepared = if observed.plan.situation == Situation::Recreate {
        None
    } else {
        change_sets::prepare(context, wanted, &mut observed.plan, 0).await?
    };
    let plan = &observed.plan;
    answered = wanted.answers(context, plan);
    show(context, wanted, plan, &answered);
    if !answered.open.is_empty() {
        return Err(wanted.take_back(plan, prepared.as_ref(), stopped(&answered)).await);
    }
    if !wanted.yes {
        let answer = context.ask("Apply these changes? Only `yes` goes on:").await;
        if !matches!(answer.as_deref(), Ok("yes")) {
            let no = CliError::failed("not applied; nothing was changed");
            return Err(wanted.take_back(plan, prepared.as_ref(), no).await);
        }
    }
    let sha256 = match Box::pin(code::store(context, wanted, code)).await {
        Ok(sha256) => sha256,
        Err(error) => {
            let error = error.hint("nothing was changed");
            return Err(wanted.take_back(plan, prepared.as_ref(), error).await);
        }
    };
    if plan.situation == Situation::Recreate {
        change_sets::remove_failed(context, wanted).await?;
    }
    for index in 0..=plan.phases.len() {
        if plan.pool.as_ref().is_some_and(|part| part.after == index)
            && let Err(error) = Box::pin(attach::attach(context, wanted, &observed)).await
        {
            return Err(wanted.take_back(plan, prepared.as_ref(), error).await);
        }
        if prepared.is_none() {
            prepared = change_sets::unplanned(context, wanted, plan, index).await?;
        }
        if let Some(prepared) = prepared.take() {
            change_sets::run(context, wanted, plan, index, &prepared).await?;
        }
    }
    if let Some((_, on)) = plan.termination_protection {
        let switched = context
            .unless_interrupted(session.set_termination_protection(wanted.name, on))
            .await;
        switched.map_err(|Interrupted| {
            CliError::failed("interrupted after the stack was deployed").hint(wanted.again())
        })??;
    }
    if plan.pool.is_none() {
        attach::compared(context, wanted, &observed).await?;
    }
    attach::save(context, wanted).await?;
    let before = observed.deployed.as_ref().map(|deployed| &deployed.template);
    verify(context, wanted, plan, before.unwrap_or_default(), sha256.as_deref()).await
}

/// Ends an apply that has nothing to do.
async fn unchanged(
    context: &Context,
    wanted: &Deployment<'_>,
    observed: &Observed,
) -> Result<BTreeMap<String, String>, CliError> {
    attach::compared(context, wanted, observed).await?;
    attach::save(context, wanted).await?;
    let Some(state) = &observed.state else {
        return Ok(BTreeMap::new());
    };
    again(context, wanted, state).await?;
    Ok(state.outputs.clone())
}

impl Deployment<'_> {
    pub(super) fn subject(&self) -> Subject<'_> {
        Subject {
            session: self.session,
            stack: self.name,
            bucket: &self.bucket,
            desired: &self.desired,
            next: &self.next,
        }
    }

    /// An error where something else would be applied than what was planned.
    pub(super) fn hold(&self, context: &Context, observed: &Observed) -> Result<(), CliError> {
        let Some(planned) = self.pinned else {
            return Ok(());
        };
        let answered = self.answers(context, &observed.plan);
        let cloudformation = (self.role, self.notify.as_slice());
        let now = pinned::pin(self.subject(), self.asset, cloudformation, observed, &answered);
        match planned.moved(&now).as_slice() {
            [] => Ok(()),
            moved => Err(pinned::moved(self.name, moved)),
        }
    }

    fn answers(&self, context: &Context, plan: &Plan) -> Answered {
        answer(plan.findings.clone(), self.acknowledge, &context.today())
    }

    pub(super) fn again(&self) -> String {
        format!("go on from there: {}", self.next.again)
    }

    fn kind(plan: &Plan, index: usize) -> ChangeSetKind {
        if plan.phases.get(index).is_some_and(|phase| phase.import.is_some()) {
            return ChangeSetKind::Import;
        }
        match plan.situation {
            Situation::Create { .. } | Situation::Recreate if index == 0 => ChangeSetKind::Create,
            Situation::Create { .. } | Situation::Recreate | Situation::Update => ChangeSetKind::Update,
        }
    }

    /// Takes back what was made before the yes, and returns why, with what could not be taken back.
    async fn take_back(&self, plan: &Plan, prepared: Option<&Prepared>, why: CliError) -> CliError {
        match prepared {
            Some(prepared) => taken_back(why, self.discard(plan, 0, prepared).await),
            None => why,
        }
    }

    async fn discard(&self, plan: &Plan, index: usize, prepared: &Prepared) -> Result<(), ApplyError> {
        let (id, kind) = (&prepared.change_set.id, Self::kind(plan, index));
        apply::discard(self.session, self.name, id, kind).await
    }
}

fn show(context: &Context, wanted: &Deployment<'_>, plan: &Plan, answered: &Answered) {
    context
        .out
        .talk(render::text::render(&wanted.heading, plan, answered).trim_end());
}

fn stopped(answered: &Answered) -> CliError {
    let codes: BTreeSet<String> = answered.open.iter().map(|finding| finding.code.to_string()).collect();
    let error = CliError::stopped("stopped by what needs a person's word; nothing was changed");
    codes.iter().fold(error, |error, code| {
        error.hint(format!("more on it: deployer explain {code}"))
    })
}
