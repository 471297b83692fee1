//! `deployer apply`
//!
//! As JSON, version 1: an array with an object a stack that is done: `version`, `stack`, `region`, `outputs`.
//! Members are only ever added.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::args::{ApplyArgs, Format};
use super::attach::ExistingPool;
use super::build;
use super::context::Context;
use super::declared::{Declared, declare};
use super::deploy::{Deployment, deploy};
use super::error::{CliError, report};
use super::exit::ExitStatus;
use super::next::Next;
use super::observe::{Sessions, observe};
use super::pinned;
use super::progress::during;
use crate::apply::Bucket;
use crate::asset::Tools;
use crate::plan::Pinned;
use crate::spec::{Pool, Region};

pub(super) async fn run(context: &Context, args: &ApplyArgs) -> Result<ExitStatus, CliError> {
    // A plan is the yes.
    let yes = args.yes || args.plan.is_some();
    if !yes && !context.interactive {
        return Err(
            CliError::usage("`apply` asks before it changes anything, and there is no terminal to ask on")
                .hint("look first: deployer diff")
                .hint("then go on without a question: deployer apply --yes"),
        );
    }
    if let Some(path) = args.save.as_deref().filter(|path| path.exists()) {
        return Err(CliError::usage(format!("`{}` is there already", path.display()))
            .hint("`--save` writes a new file: name another"));
    }
    let plan = args.plan.as_deref().map(pinned::read).transpose()?;
    let tools = build::tools(&args.builder)?;
    let mut declared = declare(context, &args.paths)?;
    if let Some(plan) = &plan {
        planned(context, plan, &mut declared)?;
    }
    let existing = |each: &&Declared| matches!(each.stack.pool, Pool::Existing { .. });
    if args.save.is_some() && declared.iter().filter(existing).count() != 1 {
        return Err(
            CliError::usage("`--save` writes the configuration of one existing pool")
                .hint("name the one stack file that has `pool.existing`"),
        );
    }
    let named = declared
        .iter()
        .map(|each| (&each.stack.name, &each.stack.region, each.stack.account.as_ref()));
    let sessions = Sessions::open(context, named).await?;
    let mut deployments = Vec::new();
    for each in &declared {
        let existing = ExistingPool {
            stack: &each.stack,
            save: args.save.as_deref(),
            put_back: args.put_back,
        };
        let pins = plan.iter().flatten();
        let pinned = pins.into_iter().find(|pinned| pinned.stack == each.stack.name.as_str());
        deployments.push(Deployment {
            pinned,
            ..deployment(each, &sessions, &tools, existing, yes)?
        });
    }
    if plan.is_some() {
        hold(context, &deployments).await?;
    }
    let mut done = Vec::new();
    for (index, (each, deployment)) in declared.iter().zip(&deployments).enumerate() {
        let stack = &each.stack;
        match Box::pin(deploy(context, deployment)).await {
            Ok(made) => match args.format {
                Format::Text => {
                    for (name, value) in &made {
                        context.out.data(&format!("{}.{name} = {value}\n", stack.name));
                    }
                }
                Format::Json => done.push(document(stack.name.as_str(), &stack.region, &made)),
            },
            Err(error) => {
                // Stacks before this one are done, and a program wants to know.
                print(context, args.format, done);
                untouched(context, declared.get(index + 1..).unwrap_or_default());
                return Err(error);
            }
        }
    }
    print(context, args.format, done);
    Ok(ExitStatus::Done)
}

/// What makes a stack as it is declared; `existing` counts where its pool is not its own.
pub(super) fn deployment<'a>(
    declared: &'a Declared,
    sessions: &'a Sessions,
    tools: &'a Tools,
    existing: ExistingPool<'a>,
    yes: bool,
) -> Result<Deployment<'a>, CliError> {
    let stack = &declared.stack;
    Ok(Deployment {
        session: sessions.of(&stack.region)?,
        name: stack.name.as_str(),
        heading: declared.heading(),
        next: Next::of(&stack.source.path().display().to_string()),
        desired: declared.desired(),
        existing: matches!(stack.pool, Pool::Existing { .. }).then_some(existing),
        role: stack.cloudformation.role(),
        notify: stack.cloudformation.notify(),
        acknowledge: &stack.acknowledge,
        bucket: Bucket::of(stack, &sessions.account),
        asset: declared.asset.as_ref(),
        tools,
        yes,
        pinned: None,
    })
}

/// Leaves the stacks that a plan is about; each of them has to be declared.
fn planned(context: &Context, plan: &[Pinned], declared: &mut Vec<Declared>) -> Result<(), CliError> {
    let is = |pinned: &Pinned, each: &Declared| pinned.stack == each.stack.name.as_str();
    if let Some(missing) = plan.iter().find(|pinned| !declared.iter().any(|each| is(pinned, each))) {
        let error = CliError::stopped(format!(
            "the plan is about the stack {}, which no stack file here declares; nothing was called",
            missing.stack
        ));
        let files: Vec<&str> = plan.iter().map(|pinned| pinned.file.as_str()).collect();
        return Err(error.hint(format!("name the files that it was made of: {}", files.join(" "))));
    }
    let (wanted, others): (Vec<Declared>, Vec<Declared>) = declared
        .drain(..)
        .partition(|each| plan.iter().any(|pinned| is(pinned, each)));
    *declared = wanted;
    if !others.is_empty() {
        let names: Vec<&str> = others.iter().map(|each| each.stack.name.as_str()).collect();
        context
            .out
            .talk(&format!("not in the plan, and left alone: {}", names.join(", ")));
    }
    Ok(())
}

/// Looks at every stack before one is touched: all have to be as they were planned.
async fn hold(context: &Context, deployments: &[Deployment<'_>]) -> Result<(), CliError> {
    let mut moved = None;
    for deployment in deployments {
        let reading = format!("reading the stack {}", deployment.name);
        let observed = during(context, &reading, observe(deployment.subject())).await??;
        if let Err(error) = deployment.hold(context, &observed) {
            report(&error);
            moved = Some(CliError::said(error.status));
        }
    }
    moved.map_or(Ok(()), Err)
}

/// Says which outputs a stack has that is done.
pub(super) fn document(stack: &str, region: &Region, outputs: &BTreeMap<String, String>) -> Value {
    json!({ "version": 1, "stack": stack, "region": region.as_str(), "outputs": outputs })
}

fn print(context: &Context, format: Format, done: Vec<Value>) {
    if format == Format::Json {
        context.out.data(&format!("{:#}\n", Value::Array(done)));
    }
}

/// After a failure, names the stacks that were not reached.
fn untouched(context: &Context, rest: &[Declared]) {
    if !rest.is_empty() {
        let names: Vec<&str> = rest.iter().map(|each| each.stack.name.as_str()).collect();
        context
            .out
            .talk(&format!("not reached, and as before: {}", names.join(", ")));
    }
}
