//! `deployer bootstrap`
//!
//! As JSON, version 1: what `apply` prints, of the bucket's stack.

use std::collections::BTreeMap;

use serde_json::Value;

use super::apply::document;
use super::args::{BootstrapArgs, Format};
use super::context::Context;
use super::deploy::{Deployment, deploy};
use super::error::CliError;
use super::exit::ExitStatus;
use super::next::Next;
use super::observe::Sessions;
use super::rollout::Rollout;
use crate::apply::Bucket;
use crate::asset::Tools;
use crate::inert;
use crate::plan::{Desired, DesiredPool};
use crate::spec::{Region, StackName};
use crate::template::assets_bucket;

/// The stack that holds the bucket.
const STACK: &str = "deployer-assets";

pub(super) async fn run(context: &Context, args: &BootstrapArgs) -> Result<ExitStatus, CliError> {
    if !args.yes && !context.interactive {
        return Err(
            CliError::usage("`bootstrap` asks before it changes anything, and there is no terminal to ask on").hint(
                format!(
                    "let it go on without: deployer bootstrap --region {} --yes",
                    args.region
                ),
            ),
        );
    }
    let region = Region::parse(&args.region).map_err(|error| CliError::usage(format!("`--region`: {error}")))?;
    let name = StackName::parse(STACK).map_err(|error| CliError::failed(error.to_string()))?;
    let sessions = Sessions::open(context, std::iter::once((&name, &region, None))).await?;
    let deployment = Deployment {
        session: sessions.of(&region)?,
        name: STACK,
        heading: format!("{STACK} in {region}"),
        next: Next::of_bootstrap(&region, STACK),
        desired: Desired {
            template: assets_bucket().value().clone(),
            tags: BTreeMap::new(),
            termination_protection: true,
            keys: Vec::new(),
            pool: DesiredPool::Owned,
            code: None,
        },
        existing: None,
        role: None,
        notify: Vec::new(),
        acknowledge: &[],
        bucket: Bucket::made(&sessions.account, &region),
        asset: None,
        tools: &Tools::default(),
        yes: args.yes,
        pinned: None,
        rollout: Rollout::default(),
    };
    let outputs = Box::pin(deploy(context, &deployment)).await?;
    match args.format {
        Format::Text => {
            for (name, value) in &outputs {
                let line = format!("{STACK}.{name} = {value}");
                context.out.data(&format!("{}\n", inert::line(&line)));
            }
        }
        Format::Json => {
            let done = Value::Array(vec![document(STACK, &region, &outputs)]);
            context.out.json(&format!("{done:#}\n"));
        }
    }
    Ok(ExitStatus::Done)
}
