//! `deployer apply`
//!
//! As JSON, version 1: an array with an object a stack that is done: `version`, `stack`, `region`, `outputs`.
//! Members are only ever added.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::args::{ApplyArgs, Format};
use super::build;
use super::context::Context;
use super::declared::{Declared, declare};
use super::deploy::{Deployment, deploy};
use super::error::CliError;
use super::exit::ExitStatus;
use super::next::Next;
use super::observe::Sessions;
use crate::apply::Bucket;
use crate::spec::Region;

pub(super) async fn run(context: &Context, args: &ApplyArgs) -> Result<ExitStatus, CliError> {
    if !args.yes && !context.interactive {
        return Err(
            CliError::usage("`apply` asks before it changes anything, and there is no terminal to ask on")
                .hint("look first: deployer diff")
                .hint("then go on without a question: deployer apply --yes"),
        );
    }
    let tools = build::tools(&args.builder)?;
    let declared = declare(context, &args.paths)?;
    let named = declared
        .iter()
        .map(|each| (&each.stack.name, &each.stack.region, each.stack.account.as_ref()));
    let sessions = Sessions::open(context, named).await?;
    let mut done = Vec::new();
    for (index, each) in declared.iter().enumerate() {
        let stack = &each.stack;
        let deployment = Deployment {
            session: sessions.of(&stack.region)?,
            name: stack.name.as_str(),
            heading: each.heading(),
            next: Next::of(&stack.source.path().display().to_string()),
            desired: each.desired(),
            role: stack.cloudformation.role(),
            notify: stack.cloudformation.notify(),
            acknowledge: &stack.acknowledge,
            bucket: Bucket::of(stack, &sessions.account),
            asset: each.asset.as_ref(),
            tools: &tools,
            yes: args.yes,
        };
        match Box::pin(deploy(context, &deployment)).await {
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
