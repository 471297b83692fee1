//! One stack, from a plan to what was read back; and where the pool exists before its stack, the pool.
//!
//! Planning and carrying out are apart, since of many stacks all are planned before the first is changed.

mod change_sets;
pub(super) mod code;
mod executed;

use std::collections::{BTreeMap, BTreeSet};

use super::attach::{self, ExistingPool};
use super::context::Context;
use super::error::CliError;
use super::next::Next;
use super::observe::{Observed, Subject, compare};
use super::pinned;
use super::progress::during;
use super::read_back::{again, verify};
use super::recover::recover;
use super::rollout::{Rollout, canary};
use super::saved::Ledger;
use super::undone::taken_back;
use crate::apply::{self, ApplyError, Bucket, Parameters, Prepared};
use crate::asset::{Asset, Tools};
use crate::aws::{ChangeSetKind, Session, StackState};
use crate::plan::{Answered, Desired, Pinned, Plan, Situation, answer, render};
use crate::spec::Acknowledgement;

use code::{Code, Stored};

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
    pub(super) rollout: Rollout<'a>,
}

/// A stack that was read and compared, and what it takes to make it as it is declared.
pub(super) struct Planned {
    pub(super) observed: Observed,
    pub(super) answered: Answered,
    pub(super) code: Code,
    /// Whether this deployment refers to the zip as it is stored.
    is_stored: bool,
    /// The values of the template's parameters.
    pub(super) parameters: Parameters,
    /// The first change set, where it could be made before the yes.
    pub(super) prepared: Option<Prepared>,
}

/// What a plan asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asks {
    /// What is deployed is what is declared.
    Nothing,
    /// A guard wants a person's word first.
    Word,
    /// Something is to be changed.
    Change,
}

/// Makes a stack as it is declared and returns its outputs.
pub(super) async fn deploy(context: &Context, wanted: &Deployment<'_>) -> Result<BTreeMap<String, String>, CliError> {
    let reading = format!("reading the stack {}", wanted.name);
    let mut state = during(context, &reading, wanted.session.stack(wanted.name)).await??;
    // What has to be recovered first is not as it was planned.
    if wanted.pinned.is_none() && recover(context, wanted, state.as_ref()).await? {
        state = during(context, &reading, wanted.session.stack(wanted.name)).await??;
    }
    let mut planned = Planned::of(context, wanted, state).await?;
    if planned.asks() == Asks::Change {
        let Observed { plan, deployed, .. } = &planned.observed;
        planned.code = Box::pin(code::code(context, wanted, plan, deployed.as_ref())).await?;
        Box::pin(planned.prepare(context, wanted)).await?;
    }
    planned.show(context, wanted);
    if planned.asks() == Asks::Word {
        let stopped = planned.stopped();
        return Err(planned.take_back(wanted, stopped).await);
    }
    if planned.asks() == Asks::Change && !wanted.yes {
        let answer = context.ask("Apply these changes? Only `yes` goes on:").await;
        if !matches!(answer.as_deref(), Ok("yes")) {
            let no = CliError::failed("not applied; nothing was changed");
            return Err(planned.take_back(wanted, no).await);
        }
    }
    Box::pin(planned.carry_out(context, wanted)).await
}

impl Planned {
    /// Compares a stack that was read with what is declared; an error where it is not as it was planned.
    pub(super) async fn of(
        context: &Context,
        wanted: &Deployment<'_>,
        state: Option<StackState>,
    ) -> Result<Self, CliError> {
        let reading = format!("reading the stack {}", wanted.name);
        let mut observed = during(context, &reading, compare(wanted.subject(), state)).await??;
        wanted.hold(context, &observed)?;
        attach::put_back(wanted, &mut observed);
        let answered = wanted.answers(context, &observed.plan);
        let deployed = observed.deployed.as_ref();
        let digests = attach::digests(wanted, &observed);
        Ok(Self {
            answered,
            code: Code::Unchanged,
            is_stored: false,
            parameters: Parameters {
                set: digests.map(|digests| digests.parameters()).unwrap_or_default(),
                deployed: deployed.map(|deployed| deployed.parameters.clone()).unwrap_or_default(),
            },
            observed,
            prepared: None,
        })
    }

    pub(super) fn asks(&self) -> Asks {
        if !self.answered.open.is_empty() {
            Asks::Word
        } else if self.observed.plan.is_nothing() {
            Asks::Nothing
        } else {
            Asks::Change
        }
    }

    /// Whether there is more to show than that there is nothing to do.
    pub(super) fn is_news(&self) -> bool {
        let Answered {
            open,
            acknowledged,
            warnings,
        } = &self.answered;
        !self.observed.plan.is_nothing() || !open.is_empty() || !acknowledged.is_empty() || !warnings.is_empty()
    }

    /// Stores the zip and makes the first change set, which may say more of what would happen. Where either fails, what
    /// was made is taken back.
    pub(super) async fn prepare(&mut self, context: &Context, wanted: &Deployment<'_>) -> Result<(), CliError> {
        let stored = Box::pin(code::store(context, wanted, &self.code)).await?;
        let is_altered = match stored {
            Some(Stored::Pinned(values)) => {
                self.parameters.set.extend(values);
                self.is_stored = true;
                false
            }
            Some(Stored::Altered(finding)) => {
                self.observed.plan.findings.push(finding);
                true
            }
            None => false,
        };
        let plan = &mut self.observed.plan;
        // A failed first create has to go before CloudFormation takes a change set, and it goes after the yes.
        if plan.situation != Situation::Recreate && !is_altered {
            match change_sets::prepare(context, wanted, plan, &self.parameters, 0).await {
                Ok(prepared) => self.prepared = prepared,
                Err(error) => return Err(self.take_back(wanted, error).await),
            }
        }
        self.answered = wanted.answers(context, &self.observed.plan);
        Ok(())
    }

    pub(super) fn show(&self, context: &Context, wanted: &Deployment<'_>) {
        let shown = render::text::render(&wanted.heading, &self.observed.plan, &self.answered);
        context.out.talk(shown.trim_end());
        canary::announce(context, wanted, &self.observed.plan);
    }

    /// The error of a plan that wants a person's word.
    pub(super) fn stopped(&self) -> CliError {
        let open = self.answered.open.iter();
        let codes: BTreeSet<String> = open.map(|finding| finding.code.to_string()).collect();
        let error = CliError::stopped("stopped by what needs a person's word; nothing was changed");
        codes.iter().fold(error, |error, code| {
            error.hint(format!("more on it: deployer explain {code}"))
        })
    }

    /// Takes back what was made before the yes, and returns why, with what could not be taken back.
    pub(super) async fn take_back(&self, wanted: &Deployment<'_>, why: CliError) -> CliError {
        let why = take_back(wanted, &self.observed.plan, self.prepared.as_ref(), why).await;
        if !self.is_stored {
            return why;
        }
        match code::release(wanted, &self.code).await {
            Ok(()) => why,
            Err(reason) => why.hint(format!(
                "the handler's zip stays in {} ({reason}): nothing refers to it, and the next run uses it",
                wanted.bucket.name
            )),
        }
    }

    /// Makes the stack as it was shown and returns its outputs; or reads back one that has nothing to do.
    pub(super) async fn carry_out(
        self,
        context: &Context,
        wanted: &Deployment<'_>,
    ) -> Result<BTreeMap<String, String>, CliError> {
        let Self {
            observed,
            parameters,
            prepared,
            ..
        } = self;
        let plan = &observed.plan;
        if plan.is_nothing() {
            return unchanged(context, wanted, &observed).await;
        }
        if let Err(error) = attach::store(context, wanted, &observed).await {
            let error = error.hint("nothing was changed");
            return Err(take_back(wanted, plan, prepared.as_ref(), error).await);
        }
        let before = observed.deployed.as_ref().map(|deployed| &deployed.template);
        let before = before.unwrap_or_default();
        let done = executed::executed(context, wanted, &observed, prepared, &parameters, before).await;
        done.map_err(|error| wanted.next.after(error))?;
        let proven = async {
            let outputs = verify(context, wanted, plan, before).await?;
            Box::pin(canary::applied(context, wanted, plan, before)).await?;
            Ok(outputs)
        };
        proven.await.map_err(|error| wanted.next.after(error))
    }
}

/// Takes back a first change set that was not executed, and returns why, with what could not be taken back.
async fn take_back(wanted: &Deployment<'_>, plan: &Plan, prepared: Option<&Prepared>, why: CliError) -> CliError {
    match prepared {
        Some(prepared) => taken_back(why, wanted.discard(plan, 0, prepared).await),
        None => why,
    }
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
    Box::pin(canary::settled(context, wanted)).await?;
    Ok(state.outputs.clone())
}

impl Deployment<'_> {
    pub(super) fn subject(&self) -> Subject<'_> {
        Subject {
            session: self.session,
            stack: self.name,
            bucket: &self.bucket,
            desired: &self.desired,
            acknowledge: self.acknowledge,
            next: &self.next,
        }
    }

    /// What holds the digests of the pool's saved configurations.
    pub(super) fn ledger(&self) -> Ledger<'_> {
        Ledger {
            session: self.session,
            bucket: &self.bucket,
            stack: self.name,
            role: self.role,
            notify: &self.notify,
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

    async fn discard(&self, plan: &Plan, index: usize, prepared: &Prepared) -> Result<(), ApplyError> {
        let (id, kind) = (&prepared.change_set.id, Self::kind(plan, index));
        apply::discard(self.session, self.name, id, kind).await
    }
}
