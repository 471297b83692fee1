//! One stack, from a plan to what was read back.

use std::collections::{BTreeMap, BTreeSet};

use super::build;
use super::context::{Context, Interrupted};
use super::error::{CliError, apply_error};
use super::exit::ExitStatus;
use super::observe::{Observed, observe};
use super::progress;
use super::recover::recover;
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
    pub(super) file: String,
    pub(super) desired: Desired,
    pub(super) role: Option<&'a str>,
    pub(super) notify: Vec<String>,
    pub(super) acknowledge: &'a [Acknowledgement],
    pub(super) asset: Option<(&'a Asset, Bucket)>,
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
    recover(context, wanted).await?;
    let work = observe(session, wanted.name, &wanted.desired, &wanted.file);
    let Observed {
        state,
        deployed,
        mut plan,
    } = context.unless_interrupted(work).await??;
    let mut answered = wanted.answers(context, &plan);
    if plan.is_nothing() {
        show(context, wanted, &plan, &answered);
        return Ok(state.map(|state| state.outputs).unwrap_or_default());
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
        wanted.take_back(&plan, prepared.as_ref()).await?;
        return Err(stopped(&answered));
    }
    if !wanted.yes {
        let answer = context.ask("Apply these changes? Only `yes` goes on:").await;
        if !matches!(answer.as_deref(), Ok("yes")) {
            wanted.take_back(&plan, prepared.as_ref()).await?;
            return Err(CliError::failed("not applied; nothing was changed"));
        }
    }
    let sha256 = match Box::pin(store(context, wanted, code)).await {
        Ok(sha256) => sha256,
        Err(error) => {
            wanted.take_back(&plan, prepared.as_ref()).await?;
            return Err(error);
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
        format!("go on from there: deployer apply {}", self.file)
    }

    fn kind(plan: &Plan, index: usize) -> ChangeSetKind {
        match plan.situation {
            Situation::Create { .. } | Situation::Recreate if index == 0 => ChangeSetKind::Create,
            Situation::Create { .. } | Situation::Recreate | Situation::Update => ChangeSetKind::Update,
        }
    }

    /// Takes back what was made before the yes.
    async fn take_back(&self, plan: &Plan, prepared: Option<&Prepared>) -> Result<(), CliError> {
        let Some(prepared) = prepared else { return Ok(()) };
        apply::discard(self.session, self.name, &prepared.change_set.id, Self::kind(plan, 0))
            .await
            .map_err(|error| apply_error(error, self.session.region()))
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
    let Some((asset, bucket)) = wanted.asset.as_ref().filter(|_| changes_code) else {
        return Ok(Code::Unchanged);
    };
    let work = apply::found(wanted.session, bucket, &asset.key);
    let found = context
        .unless_interrupted(work)
        .await?
        .map_err(|error| apply_error(error, wanted.session.region()))?;
    match found {
        Some(sha256) => Ok(Code::Stored(sha256)),
        None => Ok(Code::Built(build::build(context, asset, wanted.tools)?)),
    }
}

async fn store(context: &Context, wanted: &Deployment<'_>, code: Code) -> Result<Option<String>, CliError> {
    match (code, &wanted.asset) {
        (Code::Built(built), Some((asset, bucket))) => {
            context
                .out
                .talk(&format!("storing the handler: s3://{}/{}", bucket.name, asset.key));
            let sha256 = built.sha256.base64();
            let work = apply::store(wanted.session, bucket, &asset.key, &built.zip, &sha256);
            let stored = context.unless_interrupted(Box::pin(work)).await?;
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
    let stack = wanted.name;
    apply::discard(
        wanted.session,
        stack,
        &made.change_set.id,
        Deployment::kind(plan, index),
    )
    .await
    .map_err(|error| apply_error(error, wanted.session.region()))?;
    let found: Vec<String> = surprises
        .iter()
        .map(|each| format!("{}: {}", each.logical_id, each.what))
        .collect();
    Err(CliError::stopped(format!(
        "CloudFormation would do more than was shown ({}), so it was not started",
        found.join("; ")
    ))
    .hint(format!("look at it and answer again: deployer apply {}", wanted.file)))
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
    let Ok(made) = context
        .unless_interrupted(apply::prepare(wanted.session, &request))
        .await
    else {
        take_back_by_name(wanted, &request)
            .await
            .map_err(|error| apply_error(error, region))?;
        return Err(if index == 0 {
            CliError::from(Interrupted)
        } else {
            CliError::failed("interrupted between two change sets: the first is done, the second was not started")
                .hint(wanted.again())
        });
    };
    match made {
        Ok(Preparation::Ready(prepared)) => Ok(Some(prepared)),
        Ok(Preparation::Nothing) => Ok(None),
        Err(error) => {
            // What was made before the failure goes again; the failure itself is the news.
            drop(take_back_by_name(wanted, &request).await);
            Err(apply_error(error, region))
        }
    }
}

async fn take_back_by_name(wanted: &Deployment<'_>, request: &ChangeSetRequest<'_>) -> Result<(), ApplyError> {
    apply::discard(wanted.session, request.stack, request.name, request.kind).await
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
            let kind = Deployment::kind(plan, index);
            drop(apply::discard(wanted.session, wanted.name, &prepared.change_set.id, kind).await);
            return Err(apply_error(error, region).hint(wanted.again()));
        }
    };
    if let Some(title) = plan.phases.get(index).and_then(|phase| phase.title) {
        context
            .out
            .talk(&format!("\nchange set {} of {}: {title}", index + 1, plan.phases.len()));
    }
    let outcome = progress::watch(context, wanted.session, &operation, wanted.name, prepared.changes.len()).await?;
    if outcome.failure.is_some() {
        return Err(progress::failed(context, wanted.name, &outcome, &wanted.file));
    }
    Ok(())
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
    let outcome = progress::watch(context, wanted.session, &operation, wanted.name, 0).await?;
    if outcome.failure.is_some() {
        return Err(progress::failed(context, wanted.name, &outcome, &wanted.file));
    }
    Ok(())
}

/// Reads back what was deployed and returns the outputs.
async fn verify(
    context: &Context,
    wanted: &Deployment<'_>,
    plan: &Plan,
    before: &serde_json::Value,
    sha256: Option<&str>,
) -> Result<BTreeMap<String, String>, CliError> {
    let Some(state) = wanted.session.stack(wanted.name).await? else {
        return Err(CliError::failed(format!(
            "{} was deployed and is gone again",
            wanted.name
        )));
    };
    let template = &wanted.desired.template;
    let mut differences = Vec::new();
    if plan
        .phases
        .iter()
        .any(|phase| phase.diff.change(logical::POOL).is_some())
    {
        differences = apply::pool_differences(wanted.session, template, before, &state.outputs).await?;
    }
    if let Some(sha256) = sha256 {
        differences.extend(apply::code_difference(wanted.session, &state.outputs, sha256).await?);
    }
    if !differences.is_empty() {
        context.out.talk(&format!(
            "\nerror: {} was deployed, and what was read back differs:",
            wanted.name
        ));
        for difference in &differences {
            context
                .out
                .talk(&format!("  {difference}\n    next: {}", difference.mend));
        }
        return Err(CliError::said(ExitStatus::Failed));
    }
    context
        .out
        .talk(&format!("\n{} is as declared ({})", wanted.name, state.status));
    Ok(state.outputs)
}
