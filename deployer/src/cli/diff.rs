//! `deployer diff`

use std::path::Path;

use super::args::{Builder, DiffArgs, DiffFormat};
use super::build;
use super::context::{Context, Interrupted};
use super::declared::{Declared, Warnings, declare};
use super::error::CliError;
use super::exit::ExitStatus;
use super::many::in_full;
use super::next::Next;
use super::observe::{Observed, Sessions, Subject, observe};
use super::pinned;
use super::side_by_side::side_by_side;
use crate::apply::Bucket;
use crate::asset::{Tools, cached};
use crate::inert;
use crate::plan::render::markdown::{self, Planned, Unread};
use crate::plan::{Answered, Pinned, answer, render};

pub(super) async fn run(context: &Context, args: &DiffArgs) -> Result<ExitStatus, CliError> {
    if let Some(path) = &args.out {
        pinned::is_free(path)?;
    }
    let declared = declare(context, &args.paths, Warnings::Shown)?;
    let named = declared
        .iter()
        .map(|each| (&each.stack.name, &each.stack.region, each.stack.account.as_ref()));
    let sessions = Sessions::open(context, named).await?;
    let tools = match args.out {
        Some(_) => Some(build::tools(&Builder { builder: None })?),
        None => None,
    };
    let looked = look(context, &declared, &sessions, tools.as_ref()).await?;
    let is_many = looked.len() > 1;
    // Of one stack that cannot be read there is nothing to show.
    if let ([Looked { seen: Err(error), .. }], DiffFormat::Text) = (looked.as_slice(), args.format) {
        return Err(error.clone());
    }
    match args.format {
        DiffFormat::Text => looked.iter().for_each(|each| context.out.page(&each.text())),
        DiffFormat::Markdown => context.out.data(&markdown(&looked)?),
        DiffFormat::Json => {
            let rendered: Vec<serde_json::Value> = looked.iter().map(Looked::json).collect();
            context.out.json(&format!("{:#}\n", serde_json::Value::Array(rendered)));
        }
    }
    let unread = unread(context, &looked);
    if let Some(path) = &args.out {
        write(context, args, path, &looked, unread)?;
    }
    if unread > 0 {
        let error = CliError::failed(format!("{unread} of {} stacks could not be read", looked.len()));
        return Err(if is_many { error } else { CliError::said(error.status) });
    }
    let changes = looked
        .iter()
        .flat_map(|each| &each.seen)
        .any(|seen| !seen.observed.plan.is_nothing());
    Ok(if changes && args.exit_code {
        ExitStatus::Changes
    } else {
        ExitStatus::Done
    })
}

/// A stack that was looked at, or why it could not be.
struct Looked<'a> {
    declared: &'a Declared,
    seen: Result<Seen, CliError>,
}

struct Seen {
    observed: Observed,
    answered: Answered,
    pinned: Pinned,
}

/// Looks at every stack, with others beside it.
async fn look<'a>(
    context: &Context,
    declared: &'a [Declared],
    sessions: &Sessions,
    tools: Option<&Tools>,
) -> Result<Vec<Looked<'a>>, CliError> {
    let mut items = Vec::new();
    for each in declared {
        let name = each.stack.name.as_str();
        items.push((&each.stack.region, (context.beside(name)?, each)));
    }
    let look = |(context, declared): (Context, &'a Declared)| async move {
        let seen = Box::pin(see(&context, declared, sessions, tools)).await;
        Looked { declared, seen }
    };
    let looked = side_by_side(context, "reading", items, look).await;
    if context.is_interrupted().await {
        return Err(Interrupted.into());
    }
    Ok(looked)
}

/// `tools` are given where the plan is written, and the zip's SHA-256 with it.
async fn see(
    context: &Context,
    declared: &Declared,
    sessions: &Sessions,
    tools: Option<&Tools>,
) -> Result<Seen, CliError> {
    let stack = &declared.stack;
    let file = stack.source.path().display().to_string();
    let next = Next::of(&file);
    let desired = declared.desired();
    let bucket = Bucket::of(stack, &sessions.account);
    let subject = Subject {
        session: sessions.of(&stack.region)?,
        stack: stack.name.as_str(),
        bucket: &bucket,
        desired: &desired,
        acknowledge: &stack.acknowledge,
        next: &next,
    };
    let observed = context.unless_interrupted(Box::pin(observe(subject))).await??;
    let answered = answer(observed.plan.findings.clone(), &stack.acknowledge, &context.today());
    let notify = stack.cloudformation.notify();
    let cloudformation = (stack.cloudformation.role(), notify.as_slice());
    let code = declared.asset.as_ref().filter(|_| observed.plan.changes_code());
    let pinned = Pinned {
        zip_sha256: match (code, tools) {
            (Some(asset), Some(tools)) => build::known(asset, tools)?.map(|built| built.sha256.base64()),
            _ => None,
        },
        file,
        ..pinned::pin(subject, declared.asset.as_ref(), cloudformation, &observed, &answered)
    };
    Ok(Seen {
        observed,
        answered,
        pinned,
    })
}

/// Says in full why stacks could not be read, and returns how many those are.
fn unread(context: &Context, looked: &[Looked<'_>]) -> usize {
    let unread = looked
        .iter()
        .filter_map(|each| Some((each.declared.heading(), each.seen.as_ref().err()?)));
    let unread: Vec<(String, &CliError)> = unread.collect();
    for text in in_full(&unread) {
        context.out.talk(&text);
    }
    unread.len()
}

/// Writes the plan; a plan is one whole, so there is none where a stack could not be read.
fn write(
    context: &Context,
    args: &DiffArgs,
    path: &Path,
    looked: &[Looked<'_>],
    unread: usize,
) -> Result<(), CliError> {
    let shown = path.display().to_string();
    let shown = inert::line(&shown);
    if unread > 0 {
        context.out.talk(&format!(
            "wrote no plan to `{shown}`, since not every stack could be read"
        ));
        return Ok(());
    }
    let seen = looked.iter().flat_map(|each| &each.seen);
    pinned::write(path, seen.map(|seen| seen.pinned.clone()).collect())?;
    context.out.talk(&format!(
        "wrote the plan to `{shown}`\n  next: deployer apply{} --plan {shown}",
        args.paths.typed(),
    ));
    Ok(())
}

impl Looked<'_> {
    fn text(&self) -> String {
        match &self.seen {
            Ok(seen) => render::text::render(&self.declared.heading(), &seen.observed.plan, &seen.answered),
            Err(error) => format!("{}\n  not read: {}\n\n", self.declared.heading(), error.line()),
        }
    }

    fn json(&self) -> serde_json::Value {
        let (name, region) = (self.declared.stack.name.as_str(), self.declared.stack.region.as_str());
        match &self.seen {
            Ok(seen) => render::json::render(name, region, &seen.observed.plan, &seen.answered),
            Err(error) => render::json::unread(name, region, &error.line()),
        }
    }
}

fn markdown(looked: &[Looked<'_>]) -> Result<String, CliError> {
    let tools = build::tools(&Builder { builder: None })?;
    let (mut planned, mut unread) = (Vec::new(), Vec::new());
    for Looked { declared, seen } in looked {
        let (stack, region) = (declared.stack.name.as_str(), declared.stack.region.as_str());
        match seen {
            Ok(seen) => planned.push(Planned {
                stack,
                region,
                plan: &seen.observed.plan,
                answered: &seen.answered,
                zip_bytes: declared
                    .asset
                    .as_ref()
                    .filter(|_| !seen.observed.plan.is_nothing())
                    .and_then(|asset| cached(asset, &tools))
                    .map(|built| built.zip.len()),
            }),
            Err(error) => unread.push(Unread {
                stack,
                region,
                why: error.line(),
            }),
        }
    }
    Ok(markdown::render(&planned, &unread))
}
