//! `deployer diff`

use super::args::{DiffArgs, Format};
use super::context::Context;
use super::declared::declare;
use super::error::CliError;
use super::exit::ExitStatus;
use super::next::Next;
use super::observe::{Sessions, observe};
use super::progress::during;
use crate::plan::{answer, render};

pub(super) async fn run(context: &Context, args: &DiffArgs) -> Result<ExitStatus, CliError> {
    let declared = declare(context, &args.paths)?;
    let named = declared
        .iter()
        .map(|each| (&each.stack.name, &each.stack.region, each.stack.account.as_ref()));
    let sessions = Sessions::open(context, named).await?;
    let today = context.today();
    let mut changes = false;
    let mut rendered = Vec::new();
    for declared in &declared {
        let stack = &declared.stack;
        let next = Next::of(&stack.source.path().display().to_string());
        let desired = declared.desired();
        let work = observe(sessions.of(&stack.region)?, stack.name.as_str(), &desired, &next);
        let plan = during(context, &format!("reading the stack {}", stack.name), work)
            .await??
            .plan;
        changes |= !plan.is_nothing();
        let answered = answer(plan.findings.clone(), &stack.acknowledge, &today);
        match args.format {
            Format::Text => context
                .out
                .page(&render::text::render(&declared.heading(), &plan, &answered)),
            Format::Json => {
                rendered.push(render::json::render(
                    stack.name.as_str(),
                    stack.region.as_str(),
                    &plan,
                    &answered,
                ));
            }
        }
    }
    if args.format == Format::Json {
        context.out.data(&format!("{:#}\n", serde_json::Value::Array(rendered)));
    }
    Ok(if changes && args.exit_code {
        ExitStatus::Changes
    } else {
        ExitStatus::Done
    })
}
