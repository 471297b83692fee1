//! `deployer diff`

use super::args::{Builder, DiffArgs, DiffFormat};
use super::build;
use super::context::Context;
use super::declared::{Declared, declare};
use super::error::CliError;
use super::exit::ExitStatus;
use super::next::Next;
use super::observe::{Observed, Sessions, Subject, observe};
use super::pinned;
use super::progress::during;
use crate::apply::Bucket;
use crate::asset::cached;
use crate::plan::render::markdown::{self, Planned};
use crate::plan::{Answered, Pinned, answer, render};

pub(super) async fn run(context: &Context, args: &DiffArgs) -> Result<ExitStatus, CliError> {
    if let Some(path) = &args.out {
        pinned::is_free(path)?;
    }
    let declared = declare(context, &args.paths)?;
    let named = declared
        .iter()
        .map(|each| (&each.stack.name, &each.stack.region, each.stack.account.as_ref()));
    let sessions = Sessions::open(context, named).await?;
    let today = context.today();
    let mut looked = Vec::new();
    let mut pins = Vec::new();
    for declared in &declared {
        let stack = &declared.stack;
        let next = Next::of(&stack.source.path().display().to_string());
        let desired = declared.desired();
        let bucket = Bucket::of(stack, &sessions.account);
        let subject = Subject {
            session: sessions.of(&stack.region)?,
            stack: stack.name.as_str(),
            bucket: &bucket,
            desired: &desired,
            next: &next,
        };
        let reading = format!("reading the stack {}", stack.name);
        let observed = during(context, &reading, observe(subject)).await??;
        let answered = answer(observed.plan.findings.clone(), &stack.acknowledge, &today);
        if args.format == DiffFormat::Text {
            context
                .out
                .page(&render::text::render(&declared.heading(), &observed.plan, &answered));
        }
        if args.out.is_some() {
            let notify = stack.cloudformation.notify();
            let cloudformation = (stack.cloudformation.role(), notify.as_slice());
            pins.push(Pinned {
                file: stack.source.path().display().to_string(),
                ..pinned::pin(subject, declared.asset.as_ref(), cloudformation, &observed, &answered)
            });
        }
        looked.push(Looked {
            declared,
            observed,
            answered,
        });
    }
    match args.format {
        DiffFormat::Text => {}
        DiffFormat::Markdown => context.out.data(&markdown(&looked)?),
        DiffFormat::Json => {
            let rendered: Vec<serde_json::Value> = looked.iter().map(Looked::json).collect();
            context.out.data(&format!("{:#}\n", serde_json::Value::Array(rendered)));
        }
    }
    if let Some(path) = &args.out {
        pinned::write(path, pins)?;
        let named = args.paths.paths.iter().filter(|path| path.as_os_str() != "stacks");
        let named: Vec<String> = named.map(|path| format!(" {}", path.display())).collect();
        context.out.talk(&format!(
            "wrote the plan to `{}`\n  next: deployer apply{} --plan {}",
            path.display(),
            named.concat(),
            path.display()
        ));
    }
    let changes = looked.iter().any(|each| !each.observed.plan.is_nothing());
    Ok(if changes && args.exit_code {
        ExitStatus::Changes
    } else {
        ExitStatus::Done
    })
}

/// A stack that was looked at.
struct Looked<'a> {
    declared: &'a Declared,
    observed: Observed,
    answered: Answered,
}

impl Looked<'_> {
    fn json(&self) -> serde_json::Value {
        let (name, region) = (self.declared.stack.name.as_str(), self.declared.stack.region.as_str());
        render::json::render(name, region, &self.observed.plan, &self.answered)
    }
}

fn markdown(looked: &[Looked<'_>]) -> Result<String, CliError> {
    let tools = build::tools(&Builder { builder: None })?;
    let planned: Vec<Planned<'_>> = looked
        .iter()
        .map(|each| Planned {
            stack: each.declared.stack.name.as_str(),
            region: each.declared.stack.region.as_str(),
            plan: &each.observed.plan,
            answered: &each.answered,
            zip_bytes: each
                .declared
                .asset
                .as_ref()
                .filter(|_| !each.observed.plan.is_nothing())
                .and_then(|asset| cached(asset, &tools))
                .map(|built| built.zip.len()),
        })
        .collect();
    Ok(markdown::render(&planned))
}
