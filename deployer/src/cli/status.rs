//! `deployer status`: what stands on AWS's side, without a change and without a plan.
//!
//! `read` asks, `text` and `json` print. What one service refuses is named, and the rest is shown.

mod json;
mod read;
mod text;

use serde_json::Value;

use super::args::{Format, StatusArgs};
use super::context::Context;
use super::declared::stacks;
use super::error::CliError;
use super::exit::ExitStatus;
use super::observe::Sessions;
use super::progress::during;
use crate::asset::Identifier;

pub(super) async fn run(context: &Context, args: &StatusArgs) -> Result<ExitStatus, CliError> {
    let stacks = stacks(context, &args.paths)?;
    let named = stacks
        .iter()
        .map(|stack| (&stack.name, &stack.region, stack.account.as_ref()));
    let sessions = Sessions::open(context, named).await?;
    let mut identifier = Identifier::default();
    let mut documents = Vec::new();
    let mut unread = false;
    for stack in &stacks {
        // Without the handler's sources there is nothing to compare with, and still a stack to look at.
        let asset = stack.uses_handler().then(|| identifier.identify(stack).ok()).flatten();
        let work = Box::pin(read::read(
            sessions.of(&stack.region)?,
            &sessions.account,
            stack,
            asset.as_ref(),
        ));
        let status = during(context, &format!("reading the stack {}", stack.name), work).await??;
        unread |= !status.unread.is_empty();
        match args.format {
            Format::Text => context.out.page(&text::render(&status)),
            Format::Json => documents.push(json::render(&status)),
        }
    }
    if args.format == Format::Json {
        context.out.json(&format!("{:#}\n", Value::Array(documents)));
    }
    if unread {
        return Err(CliError::failed("not everything could be read").hint("the lines above name the missing rights"));
    }
    Ok(ExitStatus::Done)
}
