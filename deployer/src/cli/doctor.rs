//! `deployer doctor`: whether machine, account and stacks have what a deployment and its messages need.
//!
//! `account`, `rights`, `stack` and `messages` ask, the module `doctor` judges, `text` and `json` print. Nothing is changed and nothing is sent.

mod account;
mod json;
mod messages;
mod rights;
mod stack;
mod text;

use std::collections::{BTreeMap, BTreeSet};

use super::args::{DoctorArgs, Format};
use super::build::tools;
use super::connection::connect;
use super::context::Context;
use super::declared::stacks;
use super::error::CliError;
use super::exit::ExitStatus;
use super::progress::during;
use crate::asset::{self, Identifier};
use crate::aws::{Caller, Plain, Session};
use crate::doctor::{self, Level, Reading, Verdict};
use crate::spec::{Architecture, Region, Stack};

/// Verdicts on one thing.
#[derive(Debug)]
struct Group {
    about: About,
    verdicts: Vec<Verdict>,
    /// What a stack needs, and what IAM said of it.
    rights: Vec<doctor::rights::Told>,
}

#[derive(Debug)]
enum About {
    Machine,
    Account { account: Option<String>, region: Region },
    Stack { name: String, region: Region, file: String },
}

/// Everything that calls of one Region need.
#[derive(Debug)]
struct Place {
    session: Session,
    caller: Reading<Caller>,
    plain: Reading<Plain>,
}

pub(super) async fn run(context: &Context, args: &DoctorArgs) -> Result<ExitStatus, CliError> {
    let stacks = stacks(context, &args.paths)?;
    let mut groups = vec![machine(args, &stacks)?];
    let work = Box::pin(looked(context, &stacks));
    groups.extend(during(context, "looking at the account and its stacks", work).await??);
    match args.format {
        Format::Text => context.out.page(&text::render(&groups)),
        Format::Json => context.out.json(&json::render(&groups)),
    }
    let failed = doctor::worst(groups.iter().flat_map(|group| &group.verdicts)) == Level::Fail;
    Ok(if failed { ExitStatus::Failed } else { ExitStatus::Done })
}

/// Asks the toolchains on the path, once for each machine that the stacks build for.
fn machine(args: &DoctorArgs, stacks: &[Stack]) -> Result<Group, CliError> {
    let tools = tools(&args.builder)?;
    let mut identifier = Identifier::default();
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    let mut verdicts = Vec::new();
    for stack in stacks.iter().filter(|stack| stack.uses_handler()) {
        let architecture: Architecture = stack.function.architecture;
        if seen.insert(architecture.target()) {
            let ready = identifier
                .identify(stack)
                .and_then(|asset| asset::ready(&asset, &tools));
            verdicts.push(doctor::toolchain(architecture, &ready));
        }
    }
    if verdicts.is_empty() {
        verdicts.push(Verdict::ok("toolchain", "no stack has a handler to build"));
    }
    Ok(Group {
        about: About::Machine,
        verdicts,
        rights: Vec::new(),
    })
}

/// One group for each Region, then one for each stack.
async fn looked(context: &Context, stacks: &[Stack]) -> Result<Vec<Group>, CliError> {
    let mut places = BTreeMap::new();
    for stack in stacks {
        if !places.contains_key(&stack.region) {
            places.insert(stack.region.clone(), place(context, &stack.region).await?);
        }
    }
    let mut groups = Vec::new();
    for (region, place) in &places {
        let of: Vec<&Stack> = stacks.iter().filter(|stack| stack.region == *region).collect();
        groups.push(Box::pin(account::look(region, place, &of)).await);
    }
    let hour_ago = context.milliseconds().saturating_sub(60 * 60 * 1_000);
    for stack in stacks {
        // Without credentials there is nothing more to ask.
        if let Some((place, caller)) = places
            .get(&stack.region)
            .and_then(|place| Some((place, place.caller.as_ref().ok()?)))
        {
            groups.push(Box::pin(stack::look(place, caller, stack, hour_ago)).await);
        }
    }
    Ok(groups)
}

async fn place(context: &Context, region: &Region) -> Result<Place, CliError> {
    let session = connect(context, region).await?;
    Ok(Place {
        caller: session.caller().await,
        plain: session.plain(context.now()).await,
        session,
    })
}
