//! `deployer destroy`
//!
//! As JSON, version 1, when it is done: an array with one object: `version`, `stack`, `region`, `was_there`, `left`
//! (each with `what`: `pool`, `key` or `logs`, its `id`, its `fate`: `stays`, `deleted` or `scheduled`, and the day
//! `on` which it goes). Members are only ever added.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Map, Value};

use super::args::{DestroyArgs, Paths};
use super::context::{Context, Interrupted};
use super::declared;
use super::detach::{Detachment, afterwards};
use super::error::{CliError, apply_error};
use super::exit::ExitStatus;
use super::next::Next;
use super::observe::{Sessions, deployed, not_ready};
use super::progress::{self, during};
use super::remains;
use super::rollout::Bring;
use super::saved::Ledger;
use crate::apply::{self, Bucket, Remains, Shelf};
use crate::aws::{Session, StackState, Watch};
use crate::inert;
use crate::model::{logical, output};
use crate::plan::{self, Deployed, Situation, TemplateDiff, Unready, inline};
use crate::spec::{Pool, PoolId, Stack};

/// A stack that is to go.
struct Ending<'a> {
    session: &'a Session,
    stack: &'a Stack,
    bucket: Bucket,
    state: StackState,
    /// Whether it takes an update.
    is_live: bool,
    /// What the stack was deployed from, and the same with the pool let go; nothing when there is nothing
    /// to let go of.
    release: Option<(Deployed, serde_json::Value)>,
    /// What the stack attached to a pool that is not its own.
    detachment: Option<Detachment>,
    remains: Remains,
    /// The live pool whose triggers are removed; `None` where it was not read.
    pool: Option<Map<String, Value>>,
    next: Next,
}

pub(super) async fn run(context: &Context, args: &DestroyArgs) -> Result<ExitStatus, CliError> {
    if args.confirm.is_none() && !context.interactive {
        return Err(
            CliError::usage("`destroy` asks for the stack's name, and there is no terminal to ask on").hint(format!(
                "name it: deployer destroy {} --confirm NAME",
                args.path.display()
            )),
        );
    }
    let stacks = declared::stacks(
        context,
        &Paths {
            paths: vec![args.path.clone()],
        },
    )?;
    let [stack] = stacks.as_slice() else {
        return Err(CliError::usage(format!(
            "`destroy` takes one stack file, and {} were named",
            stacks.len()
        )));
    };
    if let Some(name) = args.confirm.as_deref().filter(|name| *name != stack.name.as_str()) {
        return Err(CliError::usage(format!(
            "`--confirm {name}` is not the name of this stack, {}",
            stack.name
        )));
    }
    let named = std::iter::once((&stack.name, &stack.region, stack.account.as_ref()));
    let sessions = Sessions::open(context, named).await?;
    let session = sessions.of(&stack.region)?;
    let reading = format!("reading the stack {}", stack.name);
    let bucket = Bucket::of(stack, &sessions.account);
    let Some(state) = during(context, &reading, session.stack(stack.name.as_str())).await?? else {
        during(context, &reading, refuse_attached(context, session, stack, &bucket)).await??;
        return remains::of_earlier(context, session, stack, args).await;
    };
    let ending = during(context, &reading, observe(context, session, stack, bucket, state)).await??;
    if ending.state.status == "REVIEW_IN_PROGRESS" {
        apply::remove_shell(session, &ending.state.id)
            .await
            .map_err(|error| apply_error(error, &stack.region))?;
        context.out.talk(&format!(
            "{} was an empty stack of an interrupted apply; it is gone",
            stack.name
        ));
        remains::print(context, stack, args, true, &[]);
        return Ok(ExitStatus::Done);
    }
    if let Some(detachment) = &ending.detachment {
        remains::refuse_foreign(detachment.pool(), &args.delete)?;
    }
    remains::refuse_protected(session, &ending.remains, &args.delete).await?;
    remains::refuse_needed(&ending.remains, &args.delete)?;
    context.out.talk(words(&ending, args).trim_end());
    if let Some(detachment) = &ending.detachment {
        detachment.refuse_open()?;
    }
    confirm(context, stack, args).await?;
    if let Some(detachment) = ending.detachment.as_ref().filter(|detachment| !detachment.is_nothing()) {
        let next = of_detach(stack);
        let notify = stack.cloudformation.notify();
        let ledger = ending.is_live.then_some(Ledger {
            session,
            bucket: &ending.bucket,
            stack: stack.name.as_str(),
            role: stack.cloudformation.role(),
            notify: &notify,
            next: &next,
        });
        Box::pin(detachment.carry_out(context, session, stack.name.as_str(), ledger, &next)).await?;
    }
    let_go(context, &ending).await?;
    is_let_go(&ending).await?;
    delete(context, &ending).await?;
    let left = remains::clean(context, session, &ending.remains, args).await?;
    context.out.talk(&format!("{} is gone", stack.name));
    remains::print(context, stack, args, true, &left);
    Ok(ExitStatus::Done)
}

/// Stops where there is no stack, and what it attached to a pool that is not its own is there all the same.
async fn refuse_attached(context: &Context, session: &Session, stack: &Stack, bucket: &Bucket) -> Result<(), CliError> {
    let Pool::Existing { id, .. } = &stack.pool else {
        return Ok(());
    };
    let shelf = Shelf {
        session,
        bucket,
        pool: id,
        stack: stack.name.as_str(),
    };
    let next = of_detach(stack);
    Detachment::of(context, shelf, None, &stack.acknowledge, false, &next).await?;
    Ok(())
}

/// Asks for the stack's name where it was not given.
pub(super) async fn confirm(context: &Context, stack: &Stack, args: &DestroyArgs) -> Result<(), CliError> {
    if args.confirm.is_some() {
        return Ok(());
    }
    let answer = context.ask("Type the stack's name to go on:").await?;
    if answer == stack.name.as_str() {
        Ok(())
    } else {
        Err(CliError::failed("not destroyed; nothing was changed"))
    }
}

fn of_detach(stack: &Stack) -> Next {
    let file = stack.source.path().display().to_string();
    Next::of_detach(&file, format!("deployer destroy {file}"))
}

async fn observe<'a>(
    context: &Context,
    session: &'a Session,
    stack: &'a Stack,
    bucket: Bucket,
    state: StackState,
) -> Result<Ending<'a>, CliError> {
    let next = Next::of(&stack.source.path().display().to_string());
    let failed = |error| apply_error(error, &stack.region);
    let (made, is_live) = match Situation::of(Some(&state.status), state.reason.as_deref()) {
        Ok(Situation::Update) => (Some(deployed(session, &state).await?), true),
        Ok(Situation::Create { .. } | Situation::Recreate) => (None, false),
        // Never went live, or let go before: a delete is what is left to do.
        Err(Unready::Stuck { ref status, .. })
            if matches!(status.as_str(), "ROLLBACK_FAILED" | "CREATE_FAILED" | "DELETE_FAILED") =>
        {
            if state.outputs.contains_key(output::POOL_ID) {
                (Some(deployed(session, &state).await?), false)
            } else {
                (None, false)
            }
        }
        Err(unready) => return Err(not_ready(&unready, stack.name.as_str(), &stack.region, &next)),
    };
    let existing = made.as_ref().and_then(|made| existing_pool(made, &state));
    let remains = apply::remains(session, &state).await.map_err(failed)?;
    let detachment = match (existing, &made) {
        (Some(pool), Some(made)) => {
            let next = of_detach(stack);
            let shelf = Shelf {
                session,
                bucket: &bucket,
                pool: &pool,
                stack: stack.name.as_str(),
            };
            let acknowledge = &stack.acknowledge;
            Some(Detachment::of(context, shelf, Some(made), acknowledge, false, &next).await?)
        }
        _ => None,
    };
    let release = made
        .filter(|_| is_live)
        .and_then(|made| apply::letting_go(&made.template).map(|released| (made, released)));
    let pool = match remains.pool.as_ref().filter(|_| release.is_some()) {
        Some(id) => session.described_pool(id).await?,
        None => None,
    };
    Ok(Ending {
        session,
        stack,
        bucket,
        state,
        is_live,
        release,
        detachment,
        remains,
        pool,
        next,
    })
}

/// The pool that a stack refers to and does not own.
fn existing_pool(made: &Deployed, state: &StackState) -> Option<PoolId> {
    let owns = made.template.get("Resources")?.get(logical::POOL).is_some();
    let id = state.outputs.get(output::POOL_ID).filter(|_| !owns)?;
    PoolId::parse(id).ok()
}

fn words(ending: &Ending<'_>, args: &DestroyArgs) -> String {
    let mut out = String::new();
    // Writing to a String cannot fail, so the results are dropped.
    let _ = writeln!(
        out,
        "{} in {} will be destroyed ({})",
        ending.stack.name, ending.stack.region, ending.state.status
    );
    if let Some((deployed, released)) = &ending.release {
        let gone = gone(&plan::diff(&deployed.template, released));
        if gone.is_empty() {
            let _ = writeln!(out, "\n  first, by a change set, what the pool needs is kept with it");
        } else {
            let _ = writeln!(out, "\n  first, by a change set, these triggers leave the pool:");
        }
        for (member, function) in gone {
            let follows = inert::line(&afterwards(&member, ending.pool.as_ref())).into_owned();
            let _ = writeln!(out, "    {member} ({function}): {follows}");
        }
    }
    if let Some(detachment) = ending.detachment.as_ref().filter(|detachment| !detachment.is_nothing()) {
        let _ = writeln!(out);
        out.push_str(&detachment.words("  first the pool is let go of, as by `deployer detach`"));
    }
    if ending.state.termination_protection {
        let _ = writeln!(out, "\n  then termination protection is lifted");
    }
    let _ = writeln!(
        out,
        "\n  then the stack goes, with its function, permissions, queue and alarms"
    );
    out.push_str(&remains::words(&ending.remains, args));
    out
}

/// The triggers that a diff takes out, with what they call.
fn gone(diff: &TemplateDiff) -> Vec<(String, String)> {
    let pool = diff.changes.iter().filter(|change| change.logical_id == logical::POOL);
    let edits = pool.flat_map(|change| &change.edits);
    let edits = edits.filter(|edit| edit.path.iter().any(|step| step == "LambdaConfig"));
    let mut found = Vec::new();
    for edit in edits {
        let [.., last] = edit.path.as_slice() else { continue };
        match &edit.old {
            Some(serde_json::Value::Object(config)) if last == "LambdaConfig" => {
                found.extend(
                    config
                        .iter()
                        .map(|(member, value)| (member.clone(), inline(value.get("LambdaArn").unwrap_or(value)))),
                );
            }
            Some(value) => found.push((last.clone(), inline(value.get("LambdaArn").unwrap_or(value)))),
            None => {}
        }
    }
    found
}

async fn let_go(context: &Context, ending: &Ending<'_>) -> Result<(), CliError> {
    let Some((deployed, released)) = &ending.release else {
        return Ok(());
    };
    let bring = Bring {
        session: ending.session,
        bucket: &ending.bucket,
        stack: ending.stack.name.as_str(),
        template: released,
        parameters: &deployed.parameters,
        set: &BTreeMap::new(),
        tags: &deployed.tags,
        role: ending.stack.cloudformation.role(),
        notify: &ending.stack.cloudformation.notify(),
        // An alarm that rings must not keep the stack.
        watch: &Watch::default(),
        next: &ending.next,
        again: &ending.next.delete,
        does: "takes the triggers out",
        title: "taking the triggers out of the pool",
    };
    Box::pin(bring.carry_out(context)).await
}

/// Looks once more, right before the function goes, whether the pool calls it.
async fn is_let_go(ending: &Ending<'_>) -> Result<(), CliError> {
    // A pool of the stack's own that never went live calls nothing that anybody would miss.
    let lets_go = ending.release.is_some() || ending.detachment.is_some();
    let Some(id) = ending.remains.pool.as_ref().filter(|_| lets_go) else {
        return Ok(());
    };
    let function = ending.state.outputs.get(output::FUNCTION_ARN);
    // As the service says it: a trigger that the SDK does not know calls the function too.
    let still = ending.session.described_pool(id).await?.is_some_and(|pool| {
        let config = pool.get("LambdaConfig").map(ToString::to_string).unwrap_or_default();
        function.is_some_and(|function| config.contains(function.as_str()))
    });
    if still {
        return Err(CliError::failed(format!(
            "the pool {id} still calls this stack's function, so the stack was not deleted"
        ))
        .hint("another tool writes this pool's triggers: stop it, then run the same command again"));
    }
    Ok(())
}

async fn delete(context: &Context, ending: &Ending<'_>) -> Result<(), CliError> {
    let failed = |error| apply_error(error, &ending.stack.region);
    let stack = ending.stack.name.as_str();
    let id = &ending.state.id;
    let start = async {
        if ending.state.termination_protection {
            ending.session.set_termination_protection(id, false).await?;
        }
        let token = format!("deployer-{}", context.moment());
        apply::delete(ending.session, id, &token, ending.stack.cloudformation.role()).await
    };
    context.out.talk("\ndeleting the stack");
    let operation = match context.unless_interrupted(start).await {
        Ok(started) => started.map_err(failed)?,
        Err(Interrupted) => {
            return Err(CliError::failed(
                "interrupted: the triggers are out of the pool, the stack is still there or being deleted",
            )
            .hint(format!("go on from there: {}", ending.next.delete)));
        }
    };
    let resources = ending.release.as_ref().map(|(deployed, _)| deployed.resources());
    progress::complete(context, ending.session, &operation, stack, resources, &ending.next).await
}
