//! A pool that exists before its stack, updated by an apply: what has to be there before it, the update, and what the
//! service makes of it.

mod callee;
mod outcome;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::{Map, Value};

use super::context::{Context, Interrupted};
use super::deploy::Deployment;
use super::error::{CliError, apply_error};
use super::next::Next;
use super::observe::{Observed, take_back};
use super::progress::during;
use super::read_back::code_is_deployed;
use crate::apply::{self, First, Kept, Known, PoolUpdate, Shelf, resolved};
use crate::aws::LivePool;
use crate::model::output;
use crate::plan::{Live, Plan, PoolPart, TriggerChange, moved, settings};
use crate::spec::Stack;

use callee::{Callee, grant, probe, ready};
pub(super) use outcome::{not_updated, say};

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

/// Ends what an earlier run left to compare: it was compared now, or somebody answered for what moved.
pub(super) async fn compared(context: &Context, wanted: &Deployment<'_>, observed: &Observed) -> Result<(), CliError> {
    let (Some(shelf), Some(known)) = (wanted.subject().shelf(), &observed.known) else {
        return Ok(());
    };
    let Some(record) = &known.record else { return Ok(()) };
    let moved = moved(record, &known.live.now, &BTreeSet::new()).len();
    let forgotten = during(context, "forgetting the pool's record", shelf.forget(Kept::Record)).await?;
    forgotten.map_err(|error| apply_error(error, wanted.session.region()))?;
    let settings = settings(record);
    context.out.talk(&if moved == 0 {
        format!("  an earlier run ended before it compared the pool: {settings} settings are as they were")
    } else {
        format!("  what moved in the pool is acknowledged ({moved} of {settings} settings)")
    });
    Ok(())
}

/// Updates the pool: its function is there and answers, the configuration is kept, and everything else stays.
pub(super) async fn attach(context: &Context, wanted: &Deployment<'_>, observed: &Observed) -> Result<(), CliError> {
    let (Some(existing), Some(shelf), Some(known), Some(part)) = (
        &wanted.existing,
        wanted.subject().shelf(),
        &observed.known,
        &observed.plan.pool,
    ) else {
        return Ok(());
    };
    let region = wanted.session.region();
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
    if comes {
        Box::pin(ready(context, wanted, &callee)).await?;
    }
    if part.triggers.iter().any(|change| is_own(change, &outputs)) {
        Box::pin(probe(context, wanted, &callee)).await?;
    }
    let update = PoolUpdate {
        shelf,
        shown: &known.live.now,
        lambda_config: &lambda_config,
        put_back: known.record.as_ref().filter(|_| !part.settings.is_empty()),
        first: first(known, part),
    };
    let what = format!("updating the pool {}", shelf.pool);
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
    let updated = match during(context, &what, apply::update(&update, still)).await {
        Ok(updated) => updated.map_err(|error| not_updated(error, shelf, region, &wanted.next))?,
        Err(Interrupted) => return Err(interrupted(shelf, &wanted.next)),
    };
    say(context, shelf, &updated, &wanted.next)?;
    if comes {
        grant(context, wanted, shelf, &lambda_config).await;
    }
    Ok(())
}

/// Whether an update is the first attach. Where the configuration of before and the record of an update are the same,
/// a first attach was begun, and its update never arrived.
pub(super) fn first(known: &Known, part: &PoolPart) -> First {
    match (&known.live.saved, &known.record) {
        _ if part.triggers.is_empty() => First::No,
        (None, _) => First::Yes,
        (Some(saved), Some(record)) if saved == record && known.live.now.lambda_config() == record.lambda_config() => {
            First::Again
        }
        (Some(_), _) => First::No,
    }
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

/// Writes what is kept of the pool before its first attach into a file of the user's, where that is wanted.
pub(super) async fn save(context: &Context, wanted: &Deployment<'_>) -> Result<(), CliError> {
    let path = wanted.existing.and_then(|existing| existing.save);
    let (Some(shelf), Some(path)) = (wanted.subject().shelf(), path) else {
        return Ok(());
    };
    let kept = during(context, "reading what is kept of the pool", shelf.read(Kept::First)).await?;
    let Some(pool) = kept.map_err(|error| apply_error(error, shelf.session.region()))? else {
        context.out.talk(&format!(
            "wrote nothing to `{}`: no configuration of the pool {} is kept",
            path.display(),
            shelf.pool
        ));
        return Ok(());
    };
    let text = apply::text(shelf.stack, &pool);
    let written =
        std::fs::File::create_new(path).and_then(|mut file| std::io::Write::write_all(&mut file, text.as_bytes()));
    written.map_err(|error| CliError::failed(format!("failed to write `{}`: {error}", path.display())))?;
    context.out.talk(&format!(
        "wrote the pool's configuration before its first attach to `{}`",
        path.display()
    ));
    Ok(())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

    use serde_json::json;

    use super::*;
    use crate::spec::PoolId;

    fn pool(config: &Value) -> LivePool {
        let mut pool = LivePool::default();
        pool.pool.insert("LambdaConfig".to_owned(), config.clone());
        pool
    }

    #[test]
    fn the_configuration_of_before_is_kept_once_and_anew_where_no_update_followed() {
        let (bare, own) = (pool(&json!({})), pool(&json!({ "PreSignUp": "arn:own" })));
        let part = |triggers| PoolPart {
            id: PoolId::parse("us-west-2_a").unwrap(),
            triggers,
            lambda_config: Map::new(),
            settings: Vec::new(),
            stay: 0,
            after: 0,
        };
        let change = TriggerChange {
            member: "PreSignUp".to_owned(),
            before: None,
            after: Some(json!("arn:own")),
        };
        let changing = part(vec![change]);
        let first = |now: &LivePool, saved: Option<&LivePool>, record: Option<&LivePool>, part: &PoolPart| {
            let live = Live {
                now: now.clone(),
                saved: saved.cloned(),
            };
            let known = Known {
                live,
                record: record.cloned(),
            };
            super::first(&known, part)
        };
        assert_eq!(first(&bare, None, None, &changing), First::Yes);
        assert_eq!(first(&bare, None, Some(&bare), &changing), First::Yes);
        assert_eq!(first(&own, Some(&bare), None, &changing), First::No);
        assert_eq!(first(&bare, Some(&bare), Some(&bare), &changing), First::Again);
        // The update arrived, and nobody has compared it yet.
        assert_eq!(first(&own, Some(&bare), Some(&bare), &changing), First::No);
        assert_eq!(first(&bare, Some(&bare), Some(&own), &changing), First::No);
        assert_eq!(first(&bare, None, None, &part(Vec::new())), First::No);
    }
}
