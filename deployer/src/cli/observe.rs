//! What stands on AWS's side, read before anything is decided.

use std::collections::BTreeMap;

use super::context::Context;
use super::error::CliError;
use super::next::{Next, events_command};
use crate::apply::{key_findings, left_behind};
use crate::aws::{Session, StackState};
use crate::model::{logical, output};
use crate::plan::{Deployed, Desired, Plan, Situation, Unready};
use crate::spec::{AccountId, Region, StackName};
use crate::template::Template;

/// Sessions by Region, and whose credentials they are.
#[derive(Debug)]
pub(super) struct Sessions {
    by_region: BTreeMap<Region, Session>,
    pub(super) account: AccountId,
}

impl Sessions {
    /// Connects to every Region that is named and asks STS, before any other call, whose credentials these
    /// are. A stack that names another account is an error.
    pub(super) async fn open<'a>(
        context: &Context,
        wanted: impl Iterator<Item = (&'a StackName, &'a Region, Option<&'a AccountId>)> + Clone,
    ) -> Result<Self, CliError> {
        let mut by_region = BTreeMap::new();
        for (_, region, _) in wanted.clone() {
            if !by_region.contains_key(region) {
                by_region.insert(region.clone(), Session::connect(region).await);
            }
        }
        let Some(first) = by_region.values().next() else {
            return Err(CliError::usage("no stack was named"));
        };
        let account = context.unless_interrupted(first.account()).await??;
        for (name, _, declared) in wanted {
            if let Some(declared) = declared.filter(|declared| **declared != account) {
                return Err(CliError::failed(format!(
                    "{name} belongs to the account {declared}, and the credentials are of {account}; nothing was changed"
                ))
                .hint("choose the profile of that account (AWS_PROFILE), then run the same command"));
            }
        }
        Ok(Self { by_region, account })
    }

    /// The session of a Region that was named when the sessions were opened.
    pub(super) fn of(&self, region: &Region) -> Result<&Session, CliError> {
        self.by_region
            .get(region)
            .ok_or_else(|| CliError::failed(format!("there is no session for {region}")))
    }
}

/// A stack as it is, and what an apply would change.
#[derive(Debug)]
pub(super) struct Observed {
    pub(super) state: Option<StackState>,
    pub(super) deployed: Option<Deployed>,
    pub(super) plan: Plan,
}

/// Reads a stack and compares it with what is wanted.
pub(super) async fn observe(
    session: &Session,
    stack: &str,
    desired: &Desired,
    next: &Next,
) -> Result<Observed, CliError> {
    let state = session.stack(stack).await?;
    compare(session, stack, state, desired, next).await
}

/// Compares a stack that was read with what is wanted.
pub(super) async fn compare(
    session: &Session,
    stack: &str,
    state: Option<StackState>,
    desired: &Desired,
    next: &Next,
) -> Result<Observed, CliError> {
    let status = state.as_ref().map(|state| state.status.as_str());
    let reason = state.as_ref().and_then(|state| state.reason.as_deref());
    let situation =
        Situation::of(status, reason).map_err(|unready| not_ready(&unready, stack, session.region(), next))?;
    let deployed = match (&situation, &state) {
        (Situation::Update, Some(state)) => Some(deployed(session, state).await?),
        _ => None,
    };
    let mut plan = Plan::of(situation, deployed.as_ref(), desired);
    if deployed.is_none() {
        plan.findings
            .extend(left_behind(session, stack, &desired.template).await?);
    }
    if !plan.is_nothing() {
        // A stack that is there makes no difference before it has a template: nothing of it was made.
        let made = state.as_ref().filter(|_| deployed.is_some());
        plan.findings.extend(key_findings(session, &desired.keys, made).await?);
    }
    Ok(Observed { state, deployed, plan })
}

/// Reads what a stack was deployed from.
pub(super) async fn deployed(session: &Session, state: &StackState) -> Result<Deployed, CliError> {
    let text = session.template(&state.id).await?;
    let template = Template::from_text(&text).map_err(|error| {
        CliError::failed(format!("failed to take over the stack {}: {error}", state.name))
            .hint("another tool deployed this stack: take another name, or destroy it with that tool")
    })?;
    Ok(Deployed {
        template: template.value().clone(),
        tags: state.tags.clone(),
        termination_protection: state.termination_protection,
        // The output names an existing key too; only one that the stack made is its own.
        own_key: state
            .outputs
            .get(output::KEY_ARN)
            .filter(|_| template.resource(logical::KEY).is_some())
            .cloned(),
    })
}

/// Says why a stack cannot be changed now, and what to do about it.
pub(super) fn not_ready(unready: &Unready, stack: &str, region: &Region, next: &Next) -> CliError {
    let failed = CliError::failed(format!("{stack}: {unready}; nothing was changed"));
    let events = events_command(region, stack);
    let Next { again, delete } = next;
    match unready {
        Unready::Busy { .. } => failed
            .hint(format!("look at it: {events}"))
            .hint("when it is over, run the same command again"),
        Unready::Stuck { status, .. } => match status.as_str() {
            "CREATE_FAILED" => failed
                .hint(format!(
                    "it was made by a tool that switched the rollback off; see what failed and why: {events}"
                ))
                .hint(format!("then delete what is there of it: {delete}")),
            "ROLLBACK_FAILED" => failed
                .hint(format!("see what could not be deleted and why: {events}"))
                .hint(format!("then delete what is left of it: {delete}")),
            "DELETE_FAILED" => failed
                .hint(format!("see what could not be deleted and why: {events}"))
                .hint(format!("then go on: {delete}")),
            "UPDATE_ROLLBACK_FAILED" => failed
                .hint(format!("see what could not be rolled back, and mend it: {events}"))
                .hint(format!("then continue the rollback: {again}")),
            "UPDATE_FAILED" => failed
                .hint(format!(
                    "go back to what was there: aws cloudformation rollback-stack --region {region} --stack-name {stack}"
                ))
                .hint("then run the same command again"),
            "IMPORT_ROLLBACK_FAILED" => failed
                .hint(format!("see what could not be rolled back and why: {events}"))
                .hint("its resources stay as they are; only AWS support can bring such a stack back"),
            _ => failed.hint(format!("look at it: {events}")),
        },
    }
}
