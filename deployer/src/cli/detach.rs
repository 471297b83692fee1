//! `deployer detach`: the triggers of a pool that existed before its stack go back to what they were; the stack stays.
//!
//! As JSON, version 1, when it is done: an array with one object: `version`, `stack`, `region`, `pool`, `gone`,
//! `triggers` (each with `member`, `before` and `after`), `left` (members that stay as others have set them), `compared`
//! (how many other settings were compared; null where the pool was not updated). Members are only ever added.

mod afterwards;
mod detachment;

use serde_json::json;

use super::args::{DetachArgs, Format};
use super::context::Context;
use super::declared;
use super::error::CliError;
use super::exit::ExitStatus;
use super::next::Next;
use super::observe::{Sessions, deployed, not_ready};
use super::progress::during;
use super::saved::Ledger;
use crate::apply::{Bucket, Shelf, Updated};
use crate::aws::{Session, StackState};
use crate::plan::{Deployed, Situation};
use crate::spec::{Pool, Stack};

pub(super) use afterwards::afterwards;
pub(super) use detachment::Detachment;

pub(super) async fn run(context: &Context, args: &DetachArgs) -> Result<ExitStatus, CliError> {
    if !args.yes && !context.interactive {
        return Err(
            CliError::usage("`detach` asks before it changes anything, and there is no terminal to ask on").hint(
                format!("let it go on without: deployer detach {} --yes", args.path.display()),
            ),
        );
    }
    let stack = declared::stack(context, &args.path, "detach")?;
    let Pool::Existing { id, .. } = &stack.pool else {
        return Err(CliError::usage(format!(
            "the pool of {} belongs to its stack, so there is nothing to detach it from",
            stack.name
        ))
        .hint(format!(
            "to take its triggers out: remove them from {}, then apply",
            args.path.display()
        )));
    };
    let named = std::iter::once((&stack.name, &stack.region, stack.account.as_ref()));
    let sessions = Sessions::open(context, named).await?;
    let session = sessions.of(&stack.region)?;
    let file = stack.source.path().display().to_string();
    let next = Next::of_detach(&file, format!("deployer detach {file}"));
    let work = async {
        let state = session.stack(stack.name.as_str()).await?;
        let (deployed, is_live) = match &state {
            Some(state) => attaching(session, &stack, state, &next).await?,
            None => (None, false),
        };
        let bucket = Bucket::of(&stack, &sessions.account);
        let shelf = Shelf {
            session,
            bucket: &bucket,
            pool: id,
            stack: stack.name.as_str(),
        };
        let acknowledge = &stack.acknowledge;
        let detachment = Detachment::of(context, shelf, deployed.as_ref(), acknowledge, args.put_back, &next).await;
        Ok::<_, CliError>((detachment?, is_live))
    };
    let (detachment, is_live) = during(context, &format!("reading the pool {id}"), work).await??;
    let heading = format!("{} in {} lets go of its pool", stack.name, stack.region);
    context.out.talk(detachment.words(&heading).trim_end());
    detachment.refuse_open()?;
    if detachment.is_nothing() {
        print(context, args.format, &stack, &detachment, None);
        return Ok(ExitStatus::Done);
    }
    if !args.yes {
        let answer = context.ask("Detach it? Only `yes` goes on:").await;
        if !matches!(answer.as_deref(), Ok("yes")) {
            return Err(CliError::failed("not detached; nothing was changed"));
        }
    }
    let (bucket, notify) = (Bucket::of(&stack, &sessions.account), stack.cloudformation.notify());
    let ledger = is_live.then_some(Ledger {
        session,
        bucket: &bucket,
        stack: stack.name.as_str(),
        role: stack.cloudformation.role(),
        notify: &notify,
        next: &next,
    });
    let updated = detachment
        .carry_out(context, session, stack.name.as_str(), ledger, &next)
        .await?;
    context.out.talk(&format!(
        "{} is detached and stays as it is\n  next: to attach it again: deployer apply {file}\n  next: to remove it: deployer destroy {file}",
        stack.name
    ));
    print(context, args.format, &stack, &detachment, updated.as_ref());
    Ok(ExitStatus::Done)
}

/// Reads the stack that attached, and whether it takes an update; nothing where none was deployed.
async fn attaching(
    session: &Session,
    stack: &Stack,
    state: &StackState,
    next: &Next,
) -> Result<(Option<Deployed>, bool), CliError> {
    match Situation::of(Some(&state.status), state.reason.as_deref()) {
        // Whoever is at work may attach in this moment.
        Err(unready) if state.status.ends_with("_IN_PROGRESS") => {
            Err(not_ready(&unready, stack.name.as_str(), &stack.region, next))
        }
        // Nothing was attached by a stack that was never made; one of its name may have been there before it.
        Ok(Situation::Create { .. } | Situation::Recreate) => Ok((None, false)),
        Ok(Situation::Update) => Ok((Some(deployed(session, state).await?), true)),
        Err(_) => Ok((Some(deployed(session, state).await?), false)),
    }
}

fn print(context: &Context, format: Format, stack: &Stack, detachment: &Detachment, updated: Option<&Updated>) {
    if format != Format::Json {
        return;
    }
    let triggers = detachment.detached.triggers.iter();
    let triggers = triggers
        .map(|change| json!({ "member": change.member, "before": change.before, "after": change.after }))
        .collect::<Vec<_>>();
    let document = json!([{
        "version": 1,
        "stack": stack.name.as_str(),
        "region": stack.region.as_str(),
        "pool": detachment.pool.as_str(),
        "gone": detachment.known.is_none(),
        "triggers": triggers,
        "left": detachment.detached.kept,
        "compared": updated.map(|updated| updated.compared),
    }]);
    context.out.json(&format!("{document:#}\n"));
}
