//! A pool that exists before its stack, updated by an apply: what has to be there before it, the update, and what the
//! service makes of it.

mod callee;
mod outcome;
mod recording;

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Map, Value};

use super::context::Context;
use super::deploy::Deployment;
use super::error::CliError;
use super::next::Next;
use super::observe::{Observed, take_back};
use super::progress::during;
use super::read_back::code_is_deployed;
use super::saved::Done;
use crate::apply::{PoolUpdate, Shelf, resolved};
use crate::aws::LivePool;
use crate::model::output;
use crate::plan::{Live, Plan, PoolPart, TriggerChange, settings};
use crate::spec::Stack;

use callee::{Callee, grant, probe, ready};
pub(super) use outcome::{not_updated, say};
pub(super) use recording::{compared, digests, is_first, save, settle, store, taken_over};
use recording::{puts_back, recorded};

/// What an apply knows of a pool that exists before its stack.
#[derive(Clone, Copy, Debug)]
pub(super) struct ExistingPool<'a> {
    pub(super) stack: &'a Stack,
    /// Where a copy of the configuration before the first attach is written.
    pub(super) save: Option<&'a Path>,
    /// Whether settings are put back that an earlier update moved.
    pub(super) put_back: bool,
}

/// Takes into the plan that settings are put back, where that is wanted and some moved.
pub(super) fn put_back(wanted: &Deployment<'_>, observed: &mut Observed) {
    let (Some(shelf), Some(known)) = (wanted.subject().shelf(), &observed.known) else {
        return;
    };
    if !wanted.existing.is_some_and(|existing| existing.put_back) {
        return;
    }
    let (now, plan) = (&known.live.now, &mut observed.plan);
    let edits = take_back(known, &mut plan.findings);
    if edits.is_empty() {
        return;
    }
    let part = plan.pool.get_or_insert_with(|| PoolPart {
        id: shelf.pool.clone(),
        triggers: Vec::new(),
        lambda_config: now.lambda_config(),
        settings: Vec::new(),
        stay: settings(now),
        after: 0,
    });
    part.stay = part.stay.saturating_sub(edits.len());
    part.settings = edits;
}

/// Updates the pool: its function is there and answers, the configuration is recorded, and everything else stays. Where
/// no change set follows (`is_last`) the record is forgotten right away.
pub(super) async fn attach(
    context: &Context,
    wanted: &Deployment<'_>,
    observed: &Observed,
    is_last: bool,
) -> Result<Option<Done>, CliError> {
    let (Some(existing), Some(shelf), Some(known), Some(part)) = (
        &wanted.existing,
        wanted.subject().shelf(),
        &observed.known,
        &observed.plan.pool,
    ) else {
        return Ok(None);
    };
    let recorded = recorded(wanted, shelf, known, part);
    let reading = during(
        context,
        "reading the stack's outputs",
        wanted.session.stack(wanted.name),
    )
    .await;
    let state = reading.map_err(|_| as_it_was(shelf, &wanted.next))??;
    if let Some(state) = &state {
        code_is_deployed(context, wanted, state).await?;
    }
    let outputs = state.map(|state| state.outputs).unwrap_or_default();
    let lambda_config = arns(&part.lambda_config, &outputs);
    let deployed = observed.deployed.as_ref();
    let before = deployed.map(|deployed| &deployed.template);
    let last = part
        .after
        .checked_sub(1)
        .and_then(|index| observed.plan.phases.get(index));
    let callee = Callee {
        stack: existing.stack,
        shelf,
        outputs: &outputs,
        template: last.map(|phase| &phase.template).or(before).unwrap_or(&Value::Null),
    };
    let comes = part.triggers.iter().any(|change| change.after.is_some());
    let answers = async {
        if comes {
            ready(context, wanted, &callee).await?;
        }
        if part.triggers.iter().any(|change| is_own(change, &outputs)) {
            probe(context, wanted, &callee).await?;
        }
        Ok(())
    };
    let put_back = puts_back(known, part);
    if let Err(error) = Box::pin(answers).await {
        if part.after > 0 {
            // The change set before it recorded the pool.
            let written = recorded.meanwhile(&known.live.now, put_back.is_some());
            recorded.take_back(context, &written.beside(&known.stated)).await;
        }
        return Err(error);
    }
    let update = PoolUpdate {
        session: wanted.session,
        pool: shelf.pool,
        shown: &known.live.now,
        lambda_config: &lambda_config,
        put_back,
        is_unsure: false,
    };
    let still = |now: &LivePool| {
        let live = Live {
            now: now.clone(),
            saved: known.live.saved.clone(),
        };
        is_same(
            &observed.plan,
            &Plan::of(observed.plan.situation.clone(), deployed, &wanted.desired, Some(&live)),
        )
    };
    let done = Box::pin(recorded.carry_out(context, update, still)).await?;
    say(context, shelf, &done.updated, &wanted.next)?;
    if is_last {
        done.settle(context, &recorded).await?;
    }
    if comes {
        grant(context, wanted, shelf, &lambda_config).await;
    }
    Ok(Some(done))
}

fn as_it_was(shelf: Shelf<'_>, next: &Next) -> CliError {
    CliError::failed(format!("interrupted; the pool {} is as it was", shelf.pool))
        .hint(format!("go on from there: {}", next.again))
}

/// Nobody knows whether a request arrived that was on its way.
pub(super) fn interrupted(shelf: Shelf<'_>, next: &Next) -> CliError {
    CliError::failed(format!(
        "interrupted; whether the pool {} was updated is not known: the next run looks, and compares every setting",
        shelf.pool
    ))
    .hint(format!("go on from there: {}", next.again))
}

/// Replaces what refers to the stack's own function and key by their ARNs.
fn arns(config: &Map<String, Value>, outputs: &BTreeMap<String, String>) -> Map<String, Value> {
    config
        .iter()
        .map(|(member, value)| (member.clone(), resolved(value, outputs)))
        .collect()
}

/// Whether a trigger comes that calls the stack's own function.
fn is_own(change: &TriggerChange, outputs: &BTreeMap<String, String>) -> bool {
    let (Some(value), Some(function)) = (&change.after, outputs.get(output::FUNCTION_ARN)) else {
        return false;
    };
    let value = resolved(value, outputs);
    value.get("LambdaArn").unwrap_or(&value).as_str() == Some(function.as_str())
}

/// Whether the same follows for the pool and the stack from two looks at the pool.
fn is_same(shown: &Plan, now: &Plan) -> bool {
    let pool = |plan: &Plan| {
        let part = plan.pool.as_ref();
        part.map(|part| (part.triggers.clone(), part.lambda_config.clone(), part.after))
    };
    let phases = |plan: &Plan| {
        plan.phases
            .iter()
            .map(|phase| phase.template.clone())
            .collect::<Vec<_>>()
    };
    // Where settings alone are put back, the triggers are as declared.
    let triggers = shown.pool.as_ref().is_none_or(|part| part.triggers.is_empty()) && now.pool.is_none();
    (triggers || pool(shown) == pool(now)) && phases(shown) == phases(now)
}
