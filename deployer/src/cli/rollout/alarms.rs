//! Alarms that undo an update: looked at before its change set is made, since one that rings already would undo it at once.

use std::time::SystemTime;

use crate::aws::{AwsError, ChangeSetKind, Watch};
use crate::cli::context::{Context, Interrupted};
use crate::cli::deploy::Deployment;
use crate::cli::error::CliError;
use crate::cli::progress::during;
use crate::plan::{Phase, Situation, Watching, watching};

/// Says what CloudFormation is to watch while it carries out a change set; nothing where the stack is only being made.
pub(in crate::cli) async fn watch(
    context: &Context,
    wanted: &Deployment<'_>,
    phase: &Phase,
    situation: &Situation,
    kind: ChangeSetKind,
) -> Result<Option<Watch>, CliError> {
    if *situation != Situation::Update || kind != ChangeSetKind::Update {
        return Ok(None);
    }
    let looked = during(context, "looking at the stack's alarms", look(wanted, phase)).await;
    let looked = looked.map_err(|Interrupted| CliError::failed("interrupted"))?;
    let told = match looked {
        Ok((told, None)) => told,
        Ok((told, Some(unread))) => {
            context.out.talk(&format!(
                "no alarm of {} watches its update, since they were not looked at: {unread}",
                wanted.name
            ));
            told
        }
        Err(error) => return Err(error.into()),
    };
    for id in &told.ringing {
        context.out.talk(&format!(
            "{id} of {} rings already, so it does not watch this update: it would undo it at once",
            wanted.name
        ));
    }
    Ok(Some(told.watch))
}

/// Reads the stack and its alarms; alarms that could not be read are not watched.
async fn look(wanted: &Deployment<'_>, phase: &Phase) -> Result<(Watching, Option<AwsError>), AwsError> {
    let (session, stack) = (wanted.session, wanted.name);
    let before = session.stack(stack).await?.map(|state| state.watch).unwrap_or_default();
    let minutes = wanted.rollout.monitor_minutes;
    // What is to stay as it fails must not be undone by an alarm.
    let own = if wanted.rollout.no_rollback {
        Vec::new()
    } else {
        watching(&session.stack_resources(stack).await?, &phase.template)
    };
    if own.is_empty() {
        return Ok((Watching::of(stack, &own, &[], &before, minutes), None));
    }
    let names: Vec<String> = own.iter().map(|(_, name)| name.clone()).collect();
    // Credentials and signature of this moment: an apply may take longer than either lasts.
    let seen = match session.plain(SystemTime::now()).await {
        Ok(plain) => plain.alarms(session.region().as_str(), &names).await,
        Err(error) => Err(error),
    };
    Ok(match seen {
        Ok(seen) => (Watching::of(stack, &own, &seen, &before, minutes), None),
        Err(error) => (Watching::of(stack, &[], &[], &before, minutes), Some(error)),
    })
}

/// Says which alarms watch an update that begins.
pub(in crate::cli) fn say(context: &Context, stack: &str, watch: Option<&Watch>) {
    let Some(watch) = watch.filter(|watch| !watch.alarms.is_empty()) else {
        return;
    };
    let names: Vec<&str> = watch.alarms.iter().map(|alarm| short(stack, &alarm.arn)).collect();
    let after = match watch.monitor_minutes {
        0 => String::new(),
        1 => ", and a minute longer".to_owned(),
        minutes => format!(", and {minutes} minutes longer"),
    };
    context.out.talk(&format!(
        "CloudFormation undoes this update if one of these alarms rings meanwhile{after}: {}",
        names.join(", ")
    ));
}

/// An alarm of the stack by its logical id, another by its name.
fn short<'a>(stack: &str, arn: &'a str) -> &'a str {
    let name = arn.rsplit(":alarm:").next().unwrap_or(arn);
    let own = name.strip_prefix(stack).and_then(|rest| rest.strip_prefix('-'));
    own.and_then(|rest| rest.split('-').next()).unwrap_or(name)
}
