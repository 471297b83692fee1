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
use crate::inert;
use crate::model::logical;
use crate::plan::drift::{Drift, Standing};
use crate::plan::is_pool_property;
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
    known(args, &all)?;
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

/// Stops where `--only` names no member: a misspelt one would pass for one that agrees.
fn known(args: &DriftArgs, all: &[Found]) -> Result<(), CliError> {
    let mut listed = all.iter().flat_map(|found| &found.drifts).map(name);
    let Some(unknown) = args
        .only
        .iter()
        .find(|only| !listed.clone().any(|whole| is_below(&whole, only)) && !agrees(only, all))
    else {
        return Ok(());
    };
    let error = CliError::usage(format!("`--only {unknown}` names no member; nothing was changed"));
    Err(match listed.next() {
        None => error.hint("nothing differs, so there is nothing to accept or to put back"),
        Some(first) => error
            .hint(format!("members are written as in: {}", inert::line(&first)))
            .hint("see all of them: deployer drift"),
    })
}

/// Whether a member that is not listed is one all the same, so that it agrees.
fn agrees(only: &str, all: &[Found]) -> bool {
    let mut steps = only.split('.');
    let (Some(resource), rest) = (steps.next(), steps.collect::<Vec<_>>()) else {
        return false;
    };
    let is_deployed = all.iter().filter_map(|found| found.deployed.as_ref()).any(|deployed| {
        let found = deployed
            .template
            .get("Resources")
            .and_then(|resources| resources.get(resource));
        let mut properties = found.and_then(|resource| resource.get("Properties"));
        for step in &rest {
            properties = properties.and_then(|value| value.get(step));
        }
        properties.is_some()
    });
    let is_of_pools = matches!(rest.as_slice(), [property] if resource == logical::POOL && is_pool_property(property));
    is_deployed || is_of_pools
}

/// Whether a member is `only`, or below it.
fn is_below(whole: &str, only: &str) -> bool {
    whole
        .strip_prefix(only)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// What is to be accepted or put back: all that drifted, or what `--only` names.
fn chosen<'a>(args: &DriftArgs, found: &'a Found) -> Vec<&'a Drift> {
    // What is not declared is chosen by its own name alone, and not by that of what it is a part of.
    let named = |drift: &Drift| {
        let whole = name(drift);
        let is_exact = drift.standing == Standing::NotDeclared;
        let is_named = |only: &String| {
            if is_exact {
                whole == *only
            } else {
                is_below(&whole, only)
            }
        };
        args.only.iter().any(is_named)
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
