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
use super::declared::{Declared, Warnings, declare};
use super::deploy::{Deployment, deploy};
use super::error::CliError;
use super::exit::ExitStatus;
use super::many::{Fate, Many, tell};
use super::next::Next;
use super::observe::Sessions;
use super::pinned;
use super::rollout::{Rollout, canary};
use crate::apply::Bucket;
use crate::asset::Tools;
use crate::inert;
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
    let mut declared = declare(context, &args.paths, Warnings::Shown)?;
    if let Some(plan) = &plan {
        planned(context, plan, &mut declared)?;
    }
    let canaries = canary::chosen(&args.verify_to, &declared).await?;
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
    for (index, each) in declared.iter().enumerate() {
        let existing = ExistingPool {
            stack: &each.stack,
            save: args.save.as_deref(),
            put_back: args.put_back,
        };
        let mut deployment = deployment(each, &sessions, &tools, existing, yes)?;
        deployment.rollout = Rollout {
            no_rollback: args.no_rollback,
            canaries: canaries.get(index).map(|to| (&each.stack, to.as_slice())),
            ..deployment.rollout
        };
        let mut pins = plan.iter().flatten();
        deployment.pinned = pins.find(|pinned| pinned.stack == each.stack.name.as_str());
        if let Some(path) = &args.plan {
            deployment.next = Next::of_plan(&each.stack.source.path().display().to_string(), path);
        }
        deployments.push(deployment);
    }
    if let ([declared], [deployment]) = (declared.as_slice(), deployments.as_slice()) {
        let outputs = Box::pin(deploy(context, deployment)).await;
        let outputs = outputs.inspect_err(|_| print(context, args.format, &[]))?;
        print(context, args.format, &[(declared, &outputs)]);
        return Ok(ExitStatus::Done);
    }
    let many = Many {
        deployments: &deployments,
        fail_fast: args.fail_fast,
        yes,
    };
    let (fates, ended) = Box::pin(many.deploy(context)).await;
    tell(context, &declared, &fates, &args.paths.typed(), |files| {
        match &args.plan {
            Some(plan) => format!("deployer diff{files} --out {}", plan.display()),
            None => format!("deployer apply{files}"),
        }
    });
    let done: Vec<(&Declared, &BTreeMap<String, String>)> = declared
        .iter()
        .zip(&fates)
        .filter_map(|(each, fate)| Some((each, fate.outputs()?)))
        .collect();
    print(context, args.format, &done);
    let worst = fates.iter().map(Fate::status).max().unwrap_or(ExitStatus::Done);
    match ended {
        Some(ended) => Err(CliError {
            status: ended.status.max(worst),
            ..ended
        }),
        None => Ok(worst),
    }
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
        rollout: Rollout {
            monitor_minutes: stack.function.alarms.monitor_minutes,
            ..Rollout::default()
        },
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

/// Says which outputs a stack has that is done.
pub(super) fn document(stack: &str, region: &Region, outputs: &BTreeMap<String, String>) -> Value {
    json!({ "version": 1, "stack": stack, "region": region.as_str(), "outputs": outputs })
}

/// Prints the outputs of stacks that are as they are declared.
fn print(context: &Context, format: Format, done: &[(&Declared, &BTreeMap<String, String>)]) {
    match format {
        Format::Text => {
            for (each, outputs) in done {
                for (name, value) in *outputs {
                    let line = format!("{}.{name} = {value}", each.stack.name);
                    context.out.data(&format!("{}\n", inert::line(&line)));
                }
            }
        }
        Format::Json => {
            let documents = done
                .iter()
                .map(|(each, outputs)| document(each.stack.name.as_str(), &each.stack.region, outputs));
            let documents = Value::Array(documents.collect());
            context.out.json(&format!("{documents:#}\n"));
        }
    }
}
