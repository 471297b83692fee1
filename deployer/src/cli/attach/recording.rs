//! What an apply saves of a pool that it updates, and the digests that its stack holds meanwhile.

use std::collections::BTreeSet;

use crate::apply::{self, Digests, Known, Shelf};
use crate::aws::LivePool;
use crate::cli::context::Context;
use crate::cli::deploy::Deployment;
use crate::cli::error::{CliError, apply_error};
use crate::cli::observe::Observed;
use crate::cli::progress::during;
use crate::cli::saved::{Done, Recorded, forget};
use crate::files;
use crate::plan::{PoolPart, moved, settings};

/// Ends what an earlier run left to compare: it was compared now, or somebody answered for what moved.
pub(in crate::cli) async fn compared(
    context: &Context,
    wanted: &Deployment<'_>,
    observed: &Observed,
) -> Result<(), CliError> {
    let (Some(shelf), Some(known)) = (wanted.subject().shelf(), &observed.known) else {
        return Ok(());
    };
    let Some(record) = &known.record else { return Ok(()) };
    let moved = moved(record, &known.live.now, &BTreeSet::new()).len();
    let digests = compared_digests(known);
    let title = "forgetting the record of the pool's update, which was compared";
    wanted.ledger().write(context, &digests, title).await?;
    forget(context, shelf, &known.stated.beside(&digests)).await?;
    let settings = settings(record);
    context.out.talk(&if moved == 0 {
        format!("  an earlier run ended before it compared the pool: {settings} settings are as they were")
    } else {
        format!("  what moved in the pool is acknowledged ({moved} of {settings} settings)")
    });
    Ok(())
}

/// The digests once the pool was compared, or nothing is left to compare.
fn compared_digests(known: &Known) -> Digests {
    Digests {
        record: None,
        ..known.digests.clone()
    }
}

/// How an apply records a pool that it updates.
pub(super) fn recorded<'a>(
    wanted: &'a Deployment<'_>,
    shelf: Shelf<'a>,
    known: &'a Known,
    part: &PoolPart,
) -> Recorded<'a> {
    Recorded {
        shelf,
        ledger: Some(wanted.ledger()),
        stated: &known.stated,
        digests: &known.digests,
        unproven: &known.unproven,
        is_first: is_first(known, part),
        next: &wanted.next,
    }
}

/// The record of an earlier update whose settings this one puts back.
pub(super) fn puts_back<'a>(known: &'a Known, part: &PoolPart) -> Option<&'a LivePool> {
    known.record.as_ref().filter(|_| !part.settings.is_empty())
}

/// The digests that the stack is to hold by its first change set; nothing where the pool is the stack's.
pub(in crate::cli) fn digests(wanted: &Deployment<'_>, observed: &Observed) -> Option<Digests> {
    let (shelf, known) = (wanted.subject().shelf()?, observed.known.as_ref()?);
    Some(match &observed.plan.pool {
        Some(part) => {
            let puts_back = puts_back(known, part).is_some();
            recorded(wanted, shelf, known, part).meanwhile(&known.live.now, puts_back)
        }
        None => compared_digests(known),
    })
}

/// Stores the configurations whose digests the first change set brings.
pub(in crate::cli) async fn store(
    context: &Context,
    wanted: &Deployment<'_>,
    observed: &Observed,
) -> Result<(), CliError> {
    let (Some(shelf), Some(known), Some(digests)) =
        (wanted.subject().shelf(), &observed.known, digests(wanted, observed))
    else {
        return Ok(());
    };
    let plan = &observed.plan;
    // Where the pool is updated first, that stores them.
    if plan.phases.is_empty() || plan.pool.as_ref().is_some_and(|part| part.after == 0) {
        return Ok(());
    }
    let recorded = Recorded {
        shelf,
        ledger: None,
        stated: &known.stated,
        digests: &known.digests,
        unproven: &known.unproven,
        is_first: false,
        next: &wanted.next,
    };
    recorded.store(context, &digests, &known.live.now).await
}

/// Deletes the configurations that an earlier version kept, once the stack holds their digests.
pub(in crate::cli) async fn taken_over(
    context: &Context,
    wanted: &Deployment<'_>,
    observed: &Observed,
) -> Result<(), CliError> {
    let (Some(shelf), Some(known)) = (wanted.subject().shelf(), &observed.known) else {
        return Ok(());
    };
    if known.unproven.is_empty() {
        return Ok(());
    }
    let forgotten = during(context, "deleting what an earlier version kept", shelf.forget_old()).await?;
    forgotten.map_err(|error| apply_error(error, wanted.session.region()))
}

/// Has the stack forget the record of an update, unless its last change set did.
pub(in crate::cli) async fn settle(
    context: &Context,
    wanted: &Deployment<'_>,
    observed: &Observed,
    done: &Done,
) -> Result<(), CliError> {
    let (Some(shelf), Some(known), Some(part)) = (wanted.subject().shelf(), &observed.known, &observed.plan.pool)
    else {
        return Ok(());
    };
    done.settle(context, &recorded(wanted, shelf, known, part)).await
}

/// Whether an update is a stack's first of a pool, so that the configuration before it is saved for good. Where that and
/// the record of an update are the same, a first attach was begun, and its update never arrived.
pub(in crate::cli) fn is_first(known: &Known, part: &PoolPart) -> bool {
    match (&known.live.saved, &known.record) {
        _ if part.triggers.is_empty() => false,
        (None, _) => true,
        (Some(saved), Some(record)) => saved == record && known.live.now.lambda_config() == record.lambda_config(),
        (Some(_), None) => false,
    }
}

/// Writes what is kept of the pool before its first attach into a file of the user's, where that is wanted.
pub(in crate::cli) async fn save(context: &Context, wanted: &Deployment<'_>) -> Result<(), CliError> {
    let path = wanted.existing.and_then(|existing| existing.save);
    let (Some(shelf), Some(path)) = (wanted.subject().shelf(), path) else {
        return Ok(());
    };
    let stated = wanted.ledger().stated(context).await?;
    let saved = during(context, "reading what is saved of the pool", shelf.first(&stated)).await?;
    let saved = saved.map_err(|error| apply_error(error, shelf.session.region()))?;
    let saved = saved.transpose().map_err(|finding| CliError::stopped(finding.message));
    let Some(pool) = saved? else {
        context.out.talk(&format!(
            "wrote nothing to `{}`: no configuration of the pool {} is kept",
            path.display(),
            shelf.pool
        ));
        return Ok(());
    };
    let text = apply::text(shelf.stack, &pool);
    files::create(path, text.as_bytes())
        .map_err(|error| CliError::failed(format!("failed to write `{}`: {error}", path.display())))?;
    context.out.talk(&format!(
        "wrote the pool's configuration before its first attach to `{}`",
        path.display()
    ));
    Ok(())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

    use serde_json::{Map, Value, json};

    use super::*;
    use crate::plan::{Live, TriggerChange};
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
        let is_first = |now: &LivePool, saved: Option<&LivePool>, record: Option<&LivePool>, part: &PoolPart| {
            let live = Live {
                now: now.clone(),
                saved: saved.cloned(),
            };
            let known = Known {
                live,
                record: record.cloned(),
                digests: Digests::default(),
                stated: Digests::default(),
                unproven: Vec::new(),
                findings: Vec::new(),
            };
            super::is_first(&known, part)
        };
        assert!(is_first(&bare, None, None, &changing));
        assert!(is_first(&bare, None, Some(&bare), &changing));
        assert!(!is_first(&own, Some(&bare), None, &changing));
        assert!(is_first(&bare, Some(&bare), Some(&bare), &changing));
        // The update arrived, and nobody has compared it yet.
        assert!(!is_first(&own, Some(&bare), Some(&bare), &changing));
        assert!(!is_first(&bare, Some(&bare), Some(&own), &changing));
        assert!(!is_first(&bare, None, None, &part(Vec::new())));
    }
}
