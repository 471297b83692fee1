//! What a pool is going to call: is it there, does it answer, and may Cognito encrypt for it?

use std::collections::BTreeMap;
use std::time::Duration;

use handler::event::Channel;
use serde_json::{Map, Value};

use super::as_it_was;
use crate::apply::{self, Decrypts, Expected, GrantSeen, ProbeError, Served, Shelf, resolved};
use crate::cli::context::{Context, Interrupted};
use crate::cli::deploy::Deployment;
use crate::cli::error::CliError;
use crate::cli::progress::during;
use crate::model::{logical, output};
use crate::spec::{Stack, TriggerKind};

/// What stands of the stack that the pool is going to call.
pub(super) struct Callee<'a> {
    pub(super) stack: &'a Stack,
    pub(super) shelf: Shelf<'a>,
    pub(super) outputs: &'a BTreeMap<String, String>,
    /// The template that is deployed by now.
    pub(super) template: &'a Value,
}

/// Waits until all that the pool is going to call may be called, and the role may decrypt.
pub(super) async fn ready(context: &Context, wanted: &Deployment<'_>, callee: &Callee<'_>) -> Result<(), CliError> {
    let Callee {
        shelf,
        outputs,
        template,
        ..
    } = callee;
    let role = match template.pointer(&format!("/Resources/{}", logical::DECRYPT_POLICY)) {
        Some(_) => during(
            context,
            "reading the stack's resources",
            wanted.session.stack_resources(wanted.name),
        )
        .await
        .map_err(|_| as_it_was(*shelf, &wanted.next))??
        .into_iter()
        .find(|resource| resource.logical_id == logical::FUNCTION_ROLE)
        .and_then(|resource| resource.physical_id),
        None => None,
    };
    let keys = decrypted_keys(template, outputs);
    let others = permitted(template);
    let expected = Expected {
        pool: shelf.pool,
        pool_arn: outputs.get(output::POOL_ARN).map(String::as_str).unwrap_or_default(),
        account: &shelf.bucket.owner,
        function: outputs.get(output::FUNCTION_ARN).map(String::as_str),
        others: &others,
        decrypts: role.as_deref().map(|role| Decrypts { role, keys: &keys }),
    };
    let what = "waiting until the pool may call what it is going to call";
    let seen = during(context, what, apply::ready(wanted.session, &expected)).await;
    let seen = seen.map_err(|_| as_it_was(*shelf, &wanted.next))??;
    for action in seen.unread {
        context.out.talk(&format!(
            "not looked at, since the credentials have no right to it: {action}"
        ));
    }
    Ok(())
}

/// The keys under which the role may decrypt, by the deployed policy.
fn decrypted_keys(template: &Value, outputs: &BTreeMap<String, String>) -> Vec<String> {
    let path = format!(
        "/Resources/{}/Properties/PolicyDocument/Statement/0/Resource",
        logical::DECRYPT_POLICY
    );
    let keys = match template.pointer(&path) {
        Some(Value::Array(keys)) => keys.clone(),
        Some(key) => vec![key.clone()],
        None => Vec::new(),
    };
    let arns = keys.iter().map(|key| resolved(key, outputs));
    arns.filter_map(|arn| arn.as_str().map(str::to_owned)).collect()
}

/// Other functions that the stack lets the pool call.
fn permitted(template: &Value) -> Vec<String> {
    let resources = template.get("Resources").and_then(Value::as_object);
    resources
        .into_iter()
        .flat_map(|resources| resources.values())
        .filter(|resource| resource.get("Type").and_then(Value::as_str) == Some("AWS::Lambda::Permission"))
        .filter_map(|permission| permission.pointer("/Properties/FunctionName")?.as_str())
        .map(str::to_owned)
        .collect()
}

/// Asks the function whether it can serve this pool; it sends nothing.
pub(super) async fn probe(context: &Context, wanted: &Deployment<'_>, callee: &Callee<'_>) -> Result<(), CliError> {
    let Callee {
        stack, shelf, outputs, ..
    } = callee;
    let (Some(function), Some(key), Some(pool)) = (
        outputs.get(output::FUNCTION_ARN),
        outputs.get(output::KEY_ARN),
        handler::event::PoolId::new(shelf.pool.as_str()),
    ) else {
        return Ok(());
    };
    let served = Served {
        function,
        timeout: Duration::from_secs(stack.function.timeout_s.into()),
        key_arn: key,
        pool: &pool,
    };
    let senders = [
        (TriggerKind::CustomSmsSender, Channel::Sms),
        (TriggerKind::CustomEmailSender, Channel::Email),
    ];
    for (_, channel) in senders.into_iter().filter(|(kind, _)| stack.handler_serves(*kind)) {
        let name = channel.name();
        let what = format!("asking the function whether it can serve the pool ({name})");
        let asked = during(context, &what, apply::probe(wanted.session, served, channel)).await;
        match asked.map_err(|_| as_it_was(*shelf, &wanted.next))? {
            Ok(_) => context.out.talk(&format!(
                "the function decrypted a made-up code for the pool ({name}), and sent nothing"
            )),
            Err(ProbeError::Aws(error)) if error.is_denied() => context.out.talk(&format!(
                "the function was not asked whether it can serve the pool ({name}): the credentials have no right to {}",
                error.action
            )),
            Err(error) => {
                return Err(CliError::from(error)
                    .hint(format!("the pool {} is as it was: the stack alone was deployed", shelf.pool))
                    .hint(format!("what the function said: deployer logs {}", stack.source.path().display()))
                    .hint(format!("mend the cause, then: {}", wanted.next.again)));
            }
        }
    }
    Ok(())
}

/// Looks for a few seconds whether the grant is there by which Cognito uses the key. It comes to be by the update, so
/// nothing waits for it.
pub(super) async fn grant(context: &Context, wanted: &Deployment<'_>, shelf: Shelf<'_>, config: &Map<String, Value>) {
    let Some(key) = config.get("KMSKeyID").and_then(Value::as_str) else {
        return;
    };
    let watched = during(
        context,
        "looking for Cognito's grant on the key",
        apply::watch_grant(wanted.session, key, shelf.pool),
    );
    context.out.talk(&match watched.await {
        Ok(Ok(GrantSeen::There(_))) => "Cognito has its grant on the key; it may take five minutes until KMS heeds it".to_owned(),
        Ok(Ok(GrantSeen::NotYet)) => {
            format!("Cognito's grant on the key {key} is not to be seen yet; it may take five minutes")
        }
        Ok(Ok(GrantSeen::Unread(action))) => {
            format!("nobody looked for Cognito's grant on the key, since the credentials have no right to {action}; it may take five minutes")
        }
        // The update went through, and that is the news.
        Ok(Err(error)) => format!("Cognito's grant on the key was not looked for ({error}); it may take five minutes"),
        Err(Interrupted) => "Cognito's grant on the key was not waited for; it may take five minutes".to_owned(),
    });
}
