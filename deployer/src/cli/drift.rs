//! `deployer drift`: what is live and not as declared, and what to do about it.
//!
//! `read` asks, `text` and `json` print; `accept` writes live values into the stack file, `revert` puts declared ones
//! back. Without these two nothing is changed.

mod accept;
mod json;
mod read;
mod revert;
mod text;

use serde_json::Value;

use super::args::{DriftArgs, Format};
use super::context::Context;
use super::declared::{Declared, Warnings, declare};
use super::error::CliError;
use super::exit::ExitStatus;
use super::observe::Sessions;
use super::progress::during;
use crate::plan::drift::{Drift, Standing};
use read::Found;

pub(super) async fn run(context: &Context, args: &DriftArgs) -> Result<ExitStatus, CliError> {
    check(context, args)?;
    let declared = declare(context, &args.paths, Warnings::Counted)?;
    let named = declared
        .iter()
        .map(|each| (&each.stack.name, &each.stack.region, each.stack.account.as_ref()));
    let sessions = Sessions::open(context, named).await?;
    let mut all = Vec::new();
    for each in &declared {
        let session = sessions.of(&each.stack.region)?;
        let work = read::read(session, &sessions.account, each);
        let what = format!("comparing {} with what is declared", each.stack.name);
        let found = during(context, &what, work).await??;
        if args.format == Format::Text {
            context.out.page(&text::render(&found));
        }
        all.push(found);
    }
    if args.format == Format::Json {
        let documents = all.iter().map(json::render).collect();
        context.out.json(&format!("{:#}\n", Value::Array(documents)));
    }
    let mut left = all.iter().any(Found::has_drifted);
    if args.accept {
        left = false;
        for (each, found) in declared.iter().zip(&all) {
            left |= !accept::run(context, args, each, found).await?;
        }
    }
    if args.revert {
        left = false;
        for (each, found) in declared.iter().zip(&all) {
            left |= put_back(context, args, &sessions, each, found).await?;
        }
    }
    if all.iter().any(|found| !found.unread.is_empty()) {
        return Err(
            CliError::failed("not everything could be compared").hint("the lines above name the missing rights")
        );
    }
    match (left, args.accept || args.revert) {
        (true, true) => {
            Err(CliError::failed("something stays as it drifted").hint("the lines above say what, and why"))
        }
        (true, false) if args.exit_code => Ok(ExitStatus::Changes),
        (true | false, _) => Ok(ExitStatus::Done),
    }
}

/// Puts back what can be, and looks again; says whether something stays as it drifted.
async fn put_back(
    context: &Context,
    args: &DriftArgs,
    sessions: &Sessions,
    declared: &Declared,
    found: &Found,
) -> Result<bool, CliError> {
    if !Box::pin(revert::run(context, args, sessions, declared, found)).await? {
        return Ok(!chosen(args, found).is_empty());
    }
    let what = format!("comparing {} once more", found.stack);
    let again = during(
        context,
        &what,
        read::read(sessions.of(&declared.stack.region)?, &sessions.account, declared),
    )
    .await??;
    context.out.talk(text::render(&again).trim_end());
    Ok(!chosen(args, &again).is_empty())
}

fn check(context: &Context, args: &DriftArgs) -> Result<(), CliError> {
    let acts = args.accept || args.revert;
    if !args.only.is_empty() && !acts {
        return Err(CliError::usage("`--only` is for `--accept` and `--revert`"));
    }
    if acts && !args.yes && !context.interactive {
        return Err(
            CliError::usage("`drift` asks before it changes anything, and there is no terminal to ask on")
                .hint("look first: deployer drift")
                .hint("then go on without a question: --yes"),
        );
    }
    Ok(())
}

/// What is to be accepted or put back: all that drifted, or what `--only` names.
fn chosen<'a>(args: &DriftArgs, found: &'a Found) -> Vec<&'a Drift> {
    let named = |drift: &Drift| {
        let whole = name(drift);
        let is_below = |only: &String| whole == *only || whole.starts_with(&format!("{only}."));
        args.only.iter().any(is_below)
    };
    let drifted = |drift: &&Drift| {
        if args.only.is_empty() {
            drift.standing == Standing::Drifted
        } else {
            named(drift)
        }
    };
    found.drifts.iter().filter(drifted).collect()
}

/// A member with its resource, such as `Pool.MfaConfiguration`.
fn name(drift: &Drift) -> String {
    let steps = std::iter::once(&drift.resource).chain(&drift.path);
    steps.map(String::as_str).collect::<Vec<_>>().join(".")
}
