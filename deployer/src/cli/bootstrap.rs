//! `deployer bootstrap`

use std::collections::BTreeMap;

use super::args::BootstrapArgs;
use super::context::Context;
use super::deploy::{Deployment, deploy};
use super::error::CliError;
use super::exit::ExitStatus;
use super::observe::Sessions;
use crate::asset::Tools;
use crate::plan::Desired;
use crate::spec::{Region, StackName};
use crate::template::assets_bucket;

/// The stack that holds the bucket.
const STACK: &str = "deployer-assets";

pub(super) async fn run(context: &Context, args: &BootstrapArgs) -> Result<ExitStatus, CliError> {
    if !args.yes && !context.interactive {
        return Err(
            CliError::usage("`bootstrap` asks before it changes anything, and there is no terminal to ask on")
                .hint("deployer bootstrap --region REGION --yes"),
        );
    }
    let region = Region::parse(&args.region).map_err(|error| CliError::usage(format!("`--region`: {error}")))?;
    let name = StackName::parse(STACK).map_err(|error| CliError::failed(error.to_string()))?;
    let sessions = Sessions::open(context, std::iter::once((&name, &region, None))).await?;
    let deployment = Deployment {
        session: sessions.of(&region)?,
        name: STACK,
        heading: format!("{STACK} in {region}"),
        file: String::new(),
        desired: Desired {
            template: assets_bucket().value().clone(),
            tags: BTreeMap::new(),
            termination_protection: true,
        },
        role: None,
        notify: Vec::new(),
        acknowledge: &[],
        asset: None,
        tools: &Tools::default(),
        yes: args.yes,
    };
    for (name, value) in Box::pin(deploy(context, &deployment)).await? {
        context.out.data(&format!("{STACK}.{name} = {value}\n"));
    }
    Ok(ExitStatus::Done)
}
