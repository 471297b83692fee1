//! `--revert`: what is declared goes back.
//!
//! A pool of the stack's goes back by one update, shown before anybody is asked; the triggers of a pool outside the
//! stack go back by an apply. What neither can do is named with the command that does it.

use std::collections::BTreeSet;

use serde_json::Value;

use super::read::{Found, ReadPool};
use super::{chosen, name, text};
use crate::apply::{PutBackError, put_back_pool, sender_findings};
use crate::cli::apply::deployment;
use crate::cli::args::{Builder, DriftArgs};
use crate::cli::attach::ExistingPool;
use crate::cli::build;
use crate::cli::context::{Context, Interrupted};
use crate::cli::declared::Declared;
use crate::cli::deploy::deploy;
use crate::cli::error::CliError;
use crate::cli::observe::Sessions;
use crate::cli::progress::during;
use crate::finding::Code;
use crate::inert;
use crate::model::{logical, output};
use crate::plan::drift::{Drift, Instead, Reversal, Standing, instead, revert};
use crate::plan::{Edit, answer, foreign_accounts, render};
use crate::spec::Pool;

/// Puts back what an update of the pool, or an apply, can; says whether either was at work.
pub(super) async fn run(
    context: &Context,
    args: &DriftArgs,
    sessions: &Sessions,
    declared: &Declared,
    found: &Found,
) -> Result<bool, CliError> {
    let owned = !matches!(declared.stack.pool, Pool::Existing { .. });
    let chosen = chosen(args, found);
    let is_by_apply =
        |drift: &&Drift| drift.standing == Standing::Drifted && instead(drift, owned) == Some(Instead::Apply);
    for drift in chosen.iter().filter(|drift| !is_by_apply(drift)) {
        if let Some(instead) = instead(drift, owned) {
            let name = name(drift);
            context
                .out
                .talk(&format!("  stays: {}: {}", inert::line(&name), way(instead, found)));
        }
    }
    if chosen.iter().any(is_by_apply) {
        apply(context, args, sessions, declared).await?;
        return Ok(true);
    }
    let session = sessions.of(&declared.stack.region)?;
    let back: Vec<&Drift> = chosen
        .into_iter()
        .filter(|drift| instead(drift, owned).is_none())
        .collect();
    let (Some(pool), false) = (&found.pool, back.is_empty()) else {
        return Ok(false);
    };
    if let Some(gone) = called_and_gone(&back, found) {
        return Err(CliError::failed(format!(
            "the pool would call {gone}, which is gone; nothing was changed"
        ))
        .hint(way(Instead::CloudFormation, found))
        .hint("or put back only what does not need it: --only MEMBER"));
    }
    let mut reversal = revert(back.into_iter(), &pool.live);
    // Cognito looks at the role that it is sent, whatever else the update is about.
    reversal
        .findings
        .extend(sender_findings(session, &reversal.target).await?);
    let (now, target) = (pool.live.lambda_config(), reversal.target.lambda_config());
    let foreign = foreign_accounts(sessions.account.as_str(), &now, &target);
    reversal.findings.extend(foreign);
    context.out.talk(&shown(found, pool, &reversal));
    let mut answered = answer(reversal.findings.clone(), &declared.stack.acknowledge, &context.today());
    // Acknowledgements of other changes are an apply's.
    answered
        .warnings
        .retain(|finding| finding.code != Code::UnusedAcknowledgement);
    let mut findings = String::new();
    render::text::findings(&mut findings, &answered);
    if !findings.is_empty() {
        context.out.talk(findings.trim_end());
    }
    if !answered.open.is_empty() {
        let codes: BTreeSet<String> = answered.open.iter().map(|finding| finding.code.to_string()).collect();
        let stopped = CliError::stopped("stopped by what needs a person's word; nothing was changed");
        return Err(codes
            .iter()
            .fold(stopped, |error, code| {
                error.hint(format!("more on it: deployer explain {code}"))
            })
            .hint("or put back only what is sure: --only MEMBER"));
    }
    if !args.yes {
        let answer = context.ask("Put these back? Only `yes` goes on:").await;
        if !matches!(answer.as_deref(), Ok("yes")) {
            return Err(CliError::failed("not put back; nothing was changed"));
        }
    }
    let what = format!("updating the pool {}", pool.id);
    let work = put_back_pool(session, &pool.id, &pool.live, &reversal.target);
    let put_back = during(context, &what, work).await.map_err(|Interrupted| {
        CliError::failed(format!(
            "interrupted; whether the pool {} was updated is not known: look again: deployer drift {}",
            pool.id, found.file
        ))
    })?;
    let put_back = put_back.map_err(|error| not_put_back(error, pool))?;
    for member in &put_back.written.left_out {
        context.out.talk(&format!(
            "Cognito said that {member} is read-only, so it was left out of the update: please report it"
        ));
    }
    if !put_back.agrees() {
        let triggers = put_back
            .triggers
            .iter()
            .map(|trigger| format!("  not set: {}", inert::line(&trigger.to_string())));
        let moved = put_back.moved.iter().map(|edit| format!("  moved: {}", line(edit)));
        context.out.talk(&triggers.chain(moved).collect::<Vec<_>>().join("\n"));
        return Err(
            CliError::failed(format!("the pool {} was updated, and is not as it has to be", pool.id))
                .hint(format!("look again: deployer drift {}", found.file)),
        );
    }
    context.out.talk(&format!(
        "updated the pool {}: its other settings were compared, and all are as they were",
        pool.id
    ));
    Ok(true)
}

/// The triggers of a pool outside the stack: an apply sees which are missing, shows its plan and asks.
async fn apply(context: &Context, args: &DriftArgs, sessions: &Sessions, declared: &Declared) -> Result<(), CliError> {
    let tools = build::tools(&Builder { builder: None })?;
    let existing = ExistingPool {
        stack: &declared.stack,
        save: None,
        put_back: false,
    };
    let deployment = deployment(declared, sessions, &tools, existing, args.yes)?;
    Box::pin(deploy(context, &deployment)).await?;
    Ok(())
}

/// What a trigger that goes back needs and somebody deleted.
fn called_and_gone<'a>(back: &[&Drift], found: &'a Found) -> Option<&'a str> {
    let calls =
        |drift: &&Drift| drift.declared.is_some() && drift.path.first().is_some_and(|first| first == "LambdaConfig");
    let gone =
        |drift: &&Drift| drift.path.is_empty() && [logical::FUNCTION, logical::KEY].contains(&drift.resource.as_str());
    let gone = found.drifts.iter().find(gone).map(|drift| drift.resource.as_str());
    gone.filter(|_| back.iter().any(calls))
}

fn shown(found: &Found, pool: &ReadPool, reversal: &Reversal) -> String {
    let mut lines = vec![
        format!("{} in {}", found.stack, found.region),
        String::new(),
        format!("  ~ user pool {}, by UpdateUserPool", pool.id),
    ];
    lines.extend(reversal.edits.iter().map(|edit| format!("      {}", line(edit))));
    lines.push(format!("      {} other settings stay as they are", reversal.stay));
    lines.join("\n")
}

fn line(edit: &Edit) -> String {
    let value = |value: &Option<Value>| text::shown(value.as_ref());
    let line = format!("{}: {} → {}", edit.path.join("."), value(&edit.old), value(&edit.new));
    inert::line(&line).into_owned()
}

/// What puts a member back that an update of the pool does not.
fn way(instead: Instead, found: &Found) -> String {
    let (region, stack) = (&found.region, &found.stack);
    match instead {
        Instead::Apply => format!("deployer apply {}", found.file),
        Instead::Immutable => "Cognito never changes it after a pool was made".to_owned(),
        Instead::Undeclared => "the file does not say what it should be".to_owned(),
        Instead::CloudFormation => format!(
            "CloudFormation puts it back by a change set: aws cloudformation create-change-set --region {region} \
             --stack-name {stack} --change-set-name revert-drift --deployment-mode REVERT_DRIFT \
             --use-previous-template --capabilities CAPABILITY_IAM; look at it, then execute it"
        ),
        Instead::Code => {
            let deployed = found.deployed.as_ref();
            let function = deployed.and_then(|deployed| deployed.outputs.get(output::FUNCTION_NAME));
            let zip = found.zip.as_ref();
            let version = zip.and_then(|zip| zip.version.as_ref());
            format!(
                "aws lambda update-function-code --region {region} --function-name {} --s3-bucket {} --s3-key {}{}",
                function.map_or("", String::as_str),
                zip.map_or("", |zip| zip.bucket.as_str()),
                zip.map_or("", |zip| zip.key.as_str()),
                version
                    .map(|version| format!(" --s3-object-version {version}"))
                    .unwrap_or_default(),
            )
        }
    }
}

fn not_put_back(error: PutBackError, pool: &ReadPool) -> CliError {
    match error {
        PutBackError::Aws(error) => error.into(),
        // Without an answer nobody knows whether the update arrived.
        PutBackError::Refused(error) if error.is_unsure => {
            CliError::from(error).hint("see what became of it: run the same command again")
        }
        PutBackError::Refused(error) => CliError::from(error).hint(format!("the pool {} is as it was", pool.id)),
        PutBackError::Gone => CliError::failed(format!("the pool {} is gone: somebody deleted it", pool.id)),
        PutBackError::Changed => CliError::stopped(format!(
            "somebody changed the pool {} since it was shown, so nothing of it was written",
            pool.id
        ))
        .hint("run the same command again: it starts from what is there then"),
    }
}
