//! The triggers that an apply brought, taken back: of a pool outside the stack by an update of the pool, of the stack's own by
//! a change set.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::Bring;
use crate::apply::PoolUpdate;
use crate::aws::LivePool;
use crate::cli::attach::{interrupted, is_first, say};
use crate::cli::context::{Context, Interrupted};
use crate::cli::deploy::Deployment;
use crate::cli::error::CliError;
use crate::cli::observe::Observed;
use crate::cli::progress::during;
use crate::cli::saved::Recorded;
use crate::model::logical;
use crate::plan::{Plan, Watching};

/// Said where an apply brought no triggers.
pub(super) const STAYS: &str =
    "the pool's triggers were there before this apply, and stay: its messages may fail until the cause is mended";

/// Puts the triggers of a pool outside the stack back to what they were before this apply; says what became of them.
pub(super) async fn detach(
    context: &Context,
    wanted: &Deployment<'_>,
    observed: &Observed,
) -> Result<String, CliError> {
    let (Some(shelf), Some(known), Some(part)) = (wanted.subject().shelf(), &observed.known, &observed.plan.pool)
    else {
        return Ok(STAYS.to_owned());
    };
    if part.triggers.is_empty() {
        return Ok(STAYS.to_owned());
    }
    let reading = format!("reading the pool {}", shelf.pool);
    let now = during(context, &reading, wanted.session.live_pool(shelf.pool.as_str())).await;
    let now = now.map_err(|Interrupted| interrupted(shelf, &wanted.next))??;
    let now = now.ok_or_else(|| CliError::failed(format!("the pool {} is gone: somebody deleted it", shelf.pool)))?;
    let (ours, before) = (now.lambda_config(), known.live.now.lambda_config());
    let ledger = wanted.ledger();
    let stated = ledger.stated(context).await?;
    let recorded = Recorded {
        shelf,
        ledger: Some(ledger),
        stated: &stated,
        digests: &stated,
        unproven: &[],
        is_first: false,
        next: &wanted.next,
    };
    let update = PoolUpdate {
        session: wanted.session,
        pool: shelf.pool,
        shown: &now,
        lambda_config: &before,
        put_back: None,
        is_unsure: false,
    };
    let still = |later: &LivePool| later.lambda_config() == ours;
    let mut done = Box::pin(recorded.carry_out(context, update, still)).await?;
    say(context, shelf, &done.updated, &wanted.next)?;
    if is_first(known, part) {
        // It is as it was before the first attach, so there is nothing left to go back to.
        done.unused.extend(done.digests.before.take());
    }
    done.settle(context, &recorded).await?;
    Ok(format!(
        "the triggers of the pool {} are what they were before this apply",
        shelf.pool
    ))
}

/// Takes the triggers that this apply brought out of the stack's own pool; says what became of them. `before` is the template
/// that was deployed before.
pub(super) async fn release(
    context: &Context,
    wanted: &Deployment<'_>,
    plan: &Plan,
    before: &Value,
) -> Result<String, CliError> {
    // A pool that was taken in had its triggers before it had a stack.
    let import = plan.phases.iter().find(|phase| phase.import.is_some());
    let before = import.map_or(before, |phase| &phase.template);
    let template = match taken_back(before, &wanted.desired.template) {
        Back::Same => return Ok(STAYS.to_owned()),
        Back::Gone => {
            return Ok(
                "the pool's triggers stay as this apply brought them: what it called before left with this apply"
                    .to_owned(),
            );
        }
        Back::Template(template) => template,
    };
    let (session, stack) = (wanted.session, wanted.name);
    let state = during(context, &format!("reading the stack {stack}"), session.stack(stack)).await;
    let state = state.map_err(|Interrupted| CliError::failed("interrupted before the triggers were taken back"))??;
    let (told, parameters) = state.map(|state| (state.watch, state.parameters)).unwrap_or_default();
    let bring = Bring {
        session,
        bucket: &wanted.bucket,
        stack,
        template: &template,
        parameters: &parameters,
        set: &BTreeMap::new(),
        tags: &wanted.desired.tags,
        role: wanted.role,
        notify: &wanted.notify,
        // The message that failed may have made one ring.
        watch: &Watching::of(stack, &[], &[], &told, 0).watch,
        next: &wanted.next,
        again: &wanted.next.again,
        does: "takes the triggers out",
        title: "taking the triggers that this apply brought out of the pool",
    };
    bring.carry_out(context).await?;
    Ok("the pool's triggers are what they were before this apply".to_owned())
}

/// What it takes to have the triggers of before.
#[derive(Debug, PartialEq)]
enum Back {
    /// They are the same.
    Same,
    /// What they called is not in the stack any more.
    Gone,
    /// This template.
    Template(Value),
}

/// Returns the new template with the triggers of the old one.
fn taken_back(old: &Value, new: &Value) -> Back {
    let path = format!("/Resources/{}/Properties", logical::POOL);
    let none = Map::new();
    let config = |template: &Value| -> Map<String, Value> {
        let config = template.pointer(&format!("{path}/LambdaConfig"));
        config.and_then(Value::as_object).unwrap_or(&none).clone()
    };
    let (was, is) = (config(old), config(new));
    if was == is {
        return Back::Same;
    }
    let resources = |template: &Value| {
        template
            .get("Resources")
            .and_then(Value::as_object)
            .unwrap_or(&none)
            .clone()
    };
    let (old_resources, new_resources) = (resources(old), resources(new));
    let called: Vec<&Value> = was
        .values()
        .map(|value| value.get("LambdaArn").unwrap_or(value))
        .collect();
    let own = called.iter().filter_map(|arn| arn.pointer("/Fn::GetAtt/0")?.as_str());
    let is_gone = own
        .clone()
        .any(|id| old_resources.get(id).is_none() || new_resources.get(id).is_none());
    let mut permissions = old_resources.iter().filter(|(_, resource)| {
        let function = resource.pointer("/Properties/FunctionName");
        resource.get("Type").and_then(Value::as_str) == Some("AWS::Lambda::Permission")
            && function.is_some_and(|function| called.contains(&function))
    });
    if is_gone || permissions.any(|(id, resource)| new_resources.get(id) != Some(resource)) {
        return Back::Gone;
    }
    let mut template = new.clone();
    if let Some(pool) = template.pointer_mut(&path).and_then(Value::as_object_mut) {
        // Left out, CloudFormation may keep what is there.
        pool.insert("LambdaConfig".to_owned(), json!(was));
    }
    Back::Template(template)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stack(config: &Value, more: &Value) -> Value {
        let mut resources = json!({
            "Pool": { "Properties": { "UserPoolName": "acme", "LambdaConfig": config } }, "Function": {}, "Key": {},
        });
        if let (Some(resources), Some(more)) = (resources.as_object_mut(), more.as_object()) {
            resources.extend(more.clone());
        }
        json!({ "Resources": resources })
    }

    #[test]
    fn triggers_go_back_to_what_is_still_there() {
        let own = json!({ "Fn::GetAtt": ["Function", "Arn"] });
        let sender = json!({ "CustomSMSSender": { "LambdaArn": own }, "KMSKeyID": { "Fn::GetAtt": ["Key", "Arn"] } });
        let (none, theirs) = (json!({}), json!({ "PreSignUp": "arn:theirs" }));
        let new = stack(&sender, &none);
        // A stack that was made, and a pool without triggers.
        for before in [none.clone(), stack(&none, &none)] {
            assert_eq!(taken_back(&before, &new), Back::Template(stack(&none, &none)));
        }
        assert_eq!(taken_back(&new, &new), Back::Same);
        assert_eq!(
            taken_back(&stack(&theirs, &none), &new),
            Back::Template(stack(&theirs, &none))
        );
        // A right that went with this apply would be missing.
        let permission = json!({ "PreSignUpPermission": {
            "Type": "AWS::Lambda::Permission", "Properties": { "FunctionName": "arn:theirs" },
        } });
        assert_eq!(taken_back(&stack(&theirs, &permission), &new), Back::Gone);
        let both = stack(&sender, &permission);
        assert_eq!(
            taken_back(&stack(&theirs, &permission), &both),
            Back::Template(stack(&theirs, &permission))
        );
        let mut keyless = stack(&theirs, &none);
        if let Some(resources) = keyless.get_mut("Resources").and_then(Value::as_object_mut) {
            resources.shift_remove("Key");
        }
        assert_eq!(taken_back(&new, &keyless), Back::Gone);
    }
}
