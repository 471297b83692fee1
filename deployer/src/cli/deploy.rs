//! One stack, from a plan to what was read back.

use std::collections::{BTreeMap, BTreeSet};

use super::build;
use super::context::{Context, Interrupted};
use super::error::{CliError, apply_error};
use super::next::Next;
use super::observe::{Observed, compare};
use super::progress::{self, during};
use super::read_back::{again, verify};
use super::recover::recover;
use super::undone::{fate, not_started, taken_back};
use crate::apply::{self, ApplyError, Bucket, Preparation, Prepared};
use crate::asset::{Asset, Built, Tools};
use crate::aws::{ChangeSetKind, ChangeSetRequest, Session};
use crate::model::logical;
use crate::plan::{Answered, Desired, Plan, Situation, answer, render};
use crate::spec::Acknowledgement;

/// A stack that is to be as it is declared.
pub(super) struct Deployment<'a> {
    pub(super) session: &'a Session,
    pub(super) name: &'a str,
    pub(super) heading: String,
    pub(super) next: Next,
    pub(super) desired: Desired,
    pub(super) role: Option<&'a str>,
    pub(super) notify: Vec<String>,
    pub(super) acknowledge: &'a [Acknowledgement],
    pub(super) bucket: Bucket,
    pub(super) asset: Option<&'a Asset>,
    pub(super) tools: &'a Tools,
    pub(super) yes: bool,
}

/// The zip that a deployment needs.
enum Code {
    /// No function changes its code.
    Unchanged,
    /// The bucket has it; this is base64 of its SHA-256.
    Stored(String),
    /// It was built here and is stored after the yes.
    Built(Built),
}

/// Makes a stack as it is declared and returns its outputs.
pub(super) async fn deploy(context: &Context, wanted: &Deployment<'_>) -> Result<BTreeMap<String, String>, CliError> {
    let session = wanted.session;
    let reading = format!("reading the stack {}", wanted.name);
    let mut state = during(context, &reading, session.stack(wanted.name)).await??;
    if recover(context, wanted, state.as_ref()).await? {
        state = during(context, &reading, session.stack(wanted.name)).await??;
    }
    let work = compare(session, wanted.name, state, &wanted.desired, &wanted.next);
    let Observed {
        state,
        deployed,
        mut plan,
    } = during(context, &reading, work).await??;
    let mut answered = wanted.answers(context, &plan);
    if plan.is_nothing() {
        show(context, wanted, &plan, &answered);
        let Some(state) = state else { return Ok(BTreeMap::new()) };
        again(context, wanted, &state).await?;
        return Ok(state.outputs);
    }
    if !answered.open.is_empty() {
        show(context, wanted, &plan, &answered);
        return Err(stopped(&answered));
    }
    let code = code(context, wanted, &plan).await?;
    // A failed first create has to go before CloudFormation takes a change set, and it goes after the yes.
    let mut prepared = if plan.situation == Situation::Recreate {
        None
    } else {
        prepare(context, wanted, &mut plan, 0).await?
    };
    answered = wanted.answers(context, &plan);
    show(context, wanted, &plan, &answered);
    if !answered.open.is_empty() {
        return Err(wanted.take_back(&plan, prepared.as_ref(), stopped(&answered)).await);
    }
    if !wanted.yes {
        let answer = context.ask("Apply these changes? Only `yes` goes on:").await;
        if !matches!(answer.as_deref(), Ok("yes")) {
            let no = CliError::failed("not applied; nothing was changed");
            return Err(wanted.take_back(&plan, prepared.as_ref(), no).await);
        }
    }
    let sha256 = match Box::pin(store(context, wanted, code)).await {
        Ok(sha256) => sha256,
        Err(error) => {
            let error = error.hint("nothing was changed");
            return Err(wanted.take_back(&plan, prepared.as_ref(), error).await);
        }
    };
    if plan.situation == Situation::Recreate {
        remove_failed(context, wanted).await?;
    }
    for index in 0..plan.phases.len() {
        if prepared.is_none() {
            prepared = unplanned(context, wanted, &plan, index).await?;
        }
        if let Some(prepared) = prepared.take() {
            run(context, wanted, &plan, index, &prepared).await?;
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
    let before = deployed.map_or(serde_json::Value::Null, |deployed| deployed.template);
    verify(context, wanted, &plan, &before, sha256.as_deref()).await
}

impl Deployment<'_> {
    fn answers(&self, context: &Context, plan: &Plan) -> Answered {
        answer(plan.findings.clone(), self.acknowledge, &context.today())
    }

    fn again(&self) -> String {
        format!("go on from there: {}", self.next.again)
    }

    fn kind(plan: &Plan, index: usize) -> ChangeSetKind {
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

/// Finds or builds the zip when the function's code changes.
async fn code(context: &Context, wanted: &Deployment<'_>, plan: &Plan) -> Result<Code, CliError> {
    let changes_code = plan
        .phases
        .iter()
        .filter_map(|phase| phase.diff.change(logical::FUNCTION))
        .any(|change| {
            change.edits.iter().any(|edit| match edit.path.get(1) {
                Some(property) => property == "Code",
                // The whole function is new, or goes.
                None => edit.new.is_some(),
            })
        });
    let Some(asset) = wanted.asset.filter(|_| changes_code) else {
        return Ok(Code::Unchanged);
    };
    let work = apply::found(wanted.session, &wanted.bucket, &asset.key);
    let found = context
        .unless_interrupted(work)
        .await?
        .map_err(|error| apply_error(error, wanted.session.region()).hint("nothing was changed"))?;
    match found {
        Some(sha256) => Ok(Code::Stored(sha256)),
        None => Ok(Code::Built(build::build(context, asset, wanted.tools)?)),
    }
}

async fn store(context: &Context, wanted: &Deployment<'_>, code: Code) -> Result<Option<String>, CliError> {
    match (code, wanted.asset) {
        (Code::Built(built), Some(asset)) => {
            let bucket = &wanted.bucket;
            let sha256 = built.sha256.base64();
            let work = apply::store(wanted.session, bucket, &asset.key, &built.zip, &sha256);
            let what = format!("storing the handler in {}", bucket.name);
            let stored = during(context, &what, Box::pin(work)).await?;
            context.out.talk(&format!("stored the handler in {}", bucket.name));
            stored
                .map(Some)
                .map_err(|error| apply_error(error, wanted.session.region()))
        }
        (Code::Stored(sha256), _) => Ok(Some(sha256)),
        (Code::Unchanged | Code::Built(_), _) => Ok(None),
    }
}

/// Makes the change set of a phase and merges CloudFormation's word into the plan.
async fn prepare(
    context: &Context,
    wanted: &Deployment<'_>,
    plan: &mut Plan,
    index: usize,
) -> Result<Option<Prepared>, CliError> {
    let made = make(context, wanted, plan, index).await?;
    if let Some(made) = &made {
        plan.merge(index, &made.changes);
    }
    Ok(made)
}

/// Makes a change set after the yes: what it does must follow from what was shown.
async fn unplanned(
    context: &Context,
    wanted: &Deployment<'_>,
    plan: &Plan,
    index: usize,
) -> Result<Option<Prepared>, CliError> {
    let Some(made) = make(context, wanted, plan, index).await? else {
        return Ok(None);
    };
    let surprises = plan
        .phases
        .get(index)
        .map(|phase| phase.surprises(&made.changes))
        .unwrap_or_default();
    if surprises.is_empty() {
        return Ok(Some(made));
    }
    let found: Vec<String> = surprises
        .iter()
        .map(|each| format!("{}: {}", each.logical_id, each.what))
        .collect();
    let error = CliError::stopped(format!(
        "CloudFormation would do more than was shown ({}), so it was not started",
        found.join("; ")
    ))
    .hint(format!("look at it and answer again: {}", wanted.next.again));
    Err(taken_back(error, wanted.discard(plan, index, &made).await))
}

async fn make(
    context: &Context,
    wanted: &Deployment<'_>,
    plan: &Plan,
    index: usize,
) -> Result<Option<Prepared>, CliError> {
    let Some(phase) = plan.phases.get(index) else {
        return Ok(None);
    };
    let template = crate::template::Template::from_value(phase.template.clone())
        .map_err(|error| CliError::failed(error.to_string()))?
        .to_json();
    let name = apply::name(&template, &wanted.desired.tags);
    let kind = Deployment::kind(plan, index);
    let request = ChangeSetRequest {
        stack: wanted.name,
        name: &name,
        kind,
        template: &template,
        tags: &wanted.desired.tags,
        role: wanted.role,
        notify: &wanted.notify,
    };
    let region = wanted.session.region();
    let what = format!(
        "making a change set for {}, to hear what CloudFormation would do",
        wanted.name
    );
    let making = apply::prepare(wanted.session, &wanted.bucket, &request);
    let Ok(made) = during(context, &what, making).await else {
        let interrupted = CliError::failed(format!("interrupted; {}", fate(&plan.situation, index)));
        let interrupted = if index == 0 {
            interrupted
        } else {
            interrupted.hint(wanted.again())
        };
        let withdrawn = apply::withdraw(wanted.session, &wanted.bucket, &request).await;
        return Err(taken_back(interrupted, withdrawn));
    };
    match made {
        Ok(Preparation::Ready(prepared)) => Ok(Some(prepared)),
        Ok(Preparation::Nothing) => Ok(None),
        Err(error) => {
            // What was made before the failure goes again; the failure itself is the news.
            let withdrawn = apply::withdraw(wanted.session, &wanted.bucket, &request).await;
            let failed = apply_error(error, region).hint(fate(&plan.situation, index));
            let failed = if index == 0 {
                failed
            } else {
                failed.hint(wanted.again())
            };
            Err(taken_back(failed, withdrawn))
        }
    }
}

async fn run(
    context: &Context,
    wanted: &Deployment<'_>,
    plan: &Plan,
    index: usize,
    prepared: &Prepared,
) -> Result<(), CliError> {
    let region = wanted.session.region();
    let operation = match apply::execute(wanted.session, prepared).await {
        Ok(operation) => operation,
        Err(error) => {
            // One that did begin after all cannot be deleted any more, so this takes back only what waits.
            let discarded = wanted.discard(plan, index, prepared).await;
            return Err(not_started(error, region, discarded).hint(wanted.again()));
        }
    };
    if let Some(title) = plan.phases.get(index).and_then(|phase| phase.title) {
        context
            .out
            .talk(&format!("\nchange set {} of {}: {title}", index + 1, plan.phases.len()));
    }
    let resources = Some(prepared.changes.len());
    progress::complete(
        context,
        wanted.session,
        &operation,
        wanted.name,
        resources,
        &wanted.next,
    )
    .await
}

async fn remove_failed(context: &Context, wanted: &Deployment<'_>) -> Result<(), CliError> {
    let region = wanted.session.region();
    let Some(state) = wanted.session.stack(wanted.name).await? else {
        return Ok(());
    };
    if state.termination_protection {
        wanted.session.set_termination_protection(&state.id, false).await?;
    }
    let token = format!("deployer-{}", context.moment());
    let operation = apply::delete(wanted.session, &state.id, &token, wanted.role)
        .await
        .map_err(|error| apply_error(error, region))?;
    progress::complete(context, wanted.session, &operation, wanted.name, None, &wanted.next).await
}
