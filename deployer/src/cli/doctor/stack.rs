//! Asks about a stack: its rights, pool, key, permissions and secrets.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::account::identity;
use super::{About, Group, Place, messages, rights};
use crate::apply::{key_findings, sender_findings};
use crate::aws::{Caller, LivePool, Session, StackState};
use crate::doctor::{self, Reading, Verdict};
use crate::finding::{Finding, Level as Severity};
use crate::model::{Model, logical, output};
use crate::plan::{ExistingKey, SmsRole};
use crate::spec::{EmailSending, Environment, Pool, PoolId, Stack};
use crate::template;

/// Asks about a stack; `since_ms` is where the last hour began.
pub(super) async fn look(place: &Place, caller: &Caller, stack: &Stack, since_ms: i64) -> Group {
    let session = &place.session;
    let file = stack.source.path().display().to_string();
    let mut verdicts = vec![doctor::declared_account(stack.account.as_ref(), &caller.account)];
    let mut told = Vec::new();
    // Another account's stacks are nobody's business.
    if stack
        .account
        .as_ref()
        .is_none_or(|declared| *declared == caller.account)
    {
        let found = session.stack(stack.name.as_str()).await;
        verdicts.push(doctor::deployed(&file, &found));
        let outputs = found.as_ref().ok().and_then(Option::as_ref).map(|state| &state.outputs);
        let output = |name: &str| outputs.and_then(|outputs| outputs.get(name)).map(String::as_str);
        let pool = match &stack.pool {
            Pool::Existing { id, .. } | Pool::Import { id, .. } => Some(id.clone()),
            Pool::New { .. } => output(output::POOL_ID).and_then(|id| PoolId::parse(id).ok()),
        };
        let key = output(output::KEY_ARN);
        let live = match &pool {
            Some(id) => session.live_pool(id.as_str()).await,
            None => Ok(None),
        };
        let role = live
            .as_ref()
            .ok()
            .and_then(Option::as_ref)
            .and_then(|live| SmsRole::of(&live.pool));
        let (id, role) = (
            pool.as_ref().map(PoolId::as_str),
            role.as_ref().map(|role| role.arn.as_str()),
        );
        let (lines, rows) = rights::look(place, caller, stack, id, key, role).await;
        verdicts.extend(lines);
        told = rows;
        let state = found.as_ref().ok().and_then(Option::as_ref);
        verdicts.extend(pool_of(place, caller, stack, state, pool.as_ref().map(|id| (id, live))).await);
        if let Some(state) = state.filter(|state| !state.outputs.is_empty()) {
            verdicts.extend(policy(session, state).await);
        }
        verdicts.extend(existing_keys(session, stack, state).await);
        if let Some(key) = key {
            verdicts.extend(key_of(session, key, pool.as_ref()).await);
        }
        verdicts.extend(secrets(place, stack).await);
        if let Some(outputs) = outputs {
            verdicts.extend(messages::look(place, caller, stack, &file, state, outputs, since_ms).await);
        }
    }
    Group {
        about: About::Stack {
            name: stack.name.to_string(),
            region: stack.region.clone(),
            file,
        },
        verdicts,
        rights: told,
    }
}

async fn pool_of(
    place: &Place,
    caller: &Caller,
    stack: &Stack,
    state: Option<&StackState>,
    pool: Option<(&PoolId, Reading<Option<LivePool>>)>,
) -> Vec<Verdict> {
    let session = &place.session;
    let mut verdicts = Vec::new();
    if matches!(stack.pool, Pool::Import { .. }) {
        verdicts.push(doctor::import(&session.provisioning("AWS::Cognito::UserPool").await));
    }
    let declared = template::lambda_config(&Model::of(stack, None).pool);
    let (properties, said) = match &stack.pool {
        Pool::New { properties } | Pool::Import { properties, .. } => {
            let settings = Value::Object(properties.clone());
            let told = settings.pointer("/EmailConfiguration/EmailSendingAccount");
            let told = told.and_then(Value::as_str).map(str::to_owned);
            (Some(settings), told)
        }
        Pool::Existing { email_sending, .. } => (None, email_sending.map(|said| said.name().to_owned())),
    };
    let look = |id: &PoolId| format!("aws cognito-idp describe-user-pool --user-pool-id {id}");
    let live = match pool {
        Some((id, live)) => match live {
            Ok(Some(live)) => Some(live),
            Ok(None) => {
                let next = "the stack file names a pool that is not there, or somebody deleted it";
                verdicts.push(Verdict::fail("pool", format!("there is no {id}"), next));
                None
            }
            Err(error) => {
                verdicts.push(Verdict::unread("pool", &error, &look(id)));
                None
            }
        },
        None => None,
    };
    // What the file says of the tier counts, for it will be; of another's pool, what is.
    if let Some(settings) = properties.or_else(|| live.as_ref().map(|live| Value::Object(live.pool.clone()))) {
        verdicts.push(doctor::tier(&declared, &settings));
    }
    if let Some(live) = &live {
        let settings = Value::Object(live.pool.clone());
        verdicts.push(doctor::email_sending(said.as_deref(), &settings));
        verdicts.extend(doctor::sms_configuration(live));
        verdicts.extend(sms_role(session, live).await);
        if let (Some(state), Pool::New { .. } | Pool::Import { .. }) = (state, &stack.pool) {
            verdicts.extend(left_over(session, state, live).await);
        }
        verdicts.extend(pool_mail(place, stack, live).await);
        verdicts.extend(permissions(session, caller, live).await);
    }
    verdicts
}

/// Asks SES about the identity by which the pool itself sends, where it does so by the account's own.
async fn pool_mail(place: &Place, stack: &Stack, live: &LivePool) -> Vec<Verdict> {
    let configuration = live.pool.get("EmailConfiguration").unwrap_or(&Value::Null);
    let text = |name: &str| configuration.get(name).and_then(Value::as_str);
    let arn = text("SourceArn").filter(|_| text("EmailSendingAccount") == Some(EmailSending::Developer.name()));
    let (Some(arn), Ok(plain)) = (arn, &place.plain) else {
        return Vec::new();
    };
    let (Some(region), Some((_, name))) = (arn.split(':').nth(3), arn.split_once(":identity/")) else {
        return Vec::new();
    };
    let production = stack.environment == Environment::Production;
    vec![
        doctor::mail_account(region, production, &plain.mail_account(region).await),
        identity(plain, region, vec![name.to_owned()]).await,
    ]
}

/// What an apply would say of the role by which the pool sends SMS messages.
async fn sms_role(session: &Session, live: &LivePool) -> Vec<Verdict> {
    let check = "sms-role";
    match sender_findings(session, live).await {
        Ok(findings) => judged(check, findings),
        Err(error) => vec![Verdict::unread(check, &error, "aws iam get-role --role-name NAME")],
    }
}

/// What an apply would say of keys that the stack did not make.
async fn existing_keys(session: &Session, stack: &Stack, state: Option<&StackState>) -> Vec<Verdict> {
    let check = "key-policy";
    match key_findings(session, &ExistingKey::of(stack), state).await {
        Ok(findings) => judged(check, findings),
        Err(error) => vec![Verdict::unread(check, &error, "aws kms get-key-policy --key-id KEY")],
    }
}

fn judged(check: &'static str, findings: Vec<Finding>) -> Vec<Verdict> {
    let judge = |finding: Finding| {
        let next = finding.hints.join("; ");
        match finding.code.entry().level {
            Severity::Warning => Verdict::warn(check, finding.message, next),
            Severity::Guard | Severity::Error => Verdict::fail(check, finding.message, next),
        }
    };
    findings.into_iter().map(judge).collect()
}

/// What the stack policy keeps of what is deployed.
async fn policy(session: &Session, state: &StackState) -> Option<Verdict> {
    let (stack, region) = (state.name.as_str(), session.region().as_str());
    let template = match session.template(&state.id).await {
        Ok(text) => serde_json::from_str(&text).ok()?,
        Err(error) => {
            let look = format!("aws cloudformation get-stack-policy --region {region} --stack-name {stack}");
            return Some(Verdict::unread("stack-policy", &error, &look));
        }
    };
    doctor::stack_policy(stack, region, &template, &session.stack_policy(&state.id).await)
}

async fn left_over(session: &Session, state: &StackState, live: &LivePool) -> Option<Verdict> {
    let text = match session.template(&state.id).await {
        Ok(text) => text,
        Err(error) => {
            let look = format!("aws cloudformation get-template --stack-name {}", state.name);
            return Some(Verdict::unread("left-over", &error, &look));
        }
    };
    let template: Value = serde_json::from_str(&text).ok()?;
    let pool = template.pointer(&format!("/Resources/{}/Properties", logical::POOL))?;
    doctor::left_over(pool.get("LambdaConfig"), &live.lambda_config())
}

/// Asks each function of the live pool's triggers once.
async fn permissions(session: &Session, caller: &Caller, live: &LivePool) -> Vec<Verdict> {
    let pool_arn = live.pool.get("Arn").and_then(Value::as_str).unwrap_or_default();
    let mut verdicts = Vec::new();
    let mut asked: BTreeMap<String, Reading<Option<Value>>> = BTreeMap::new();
    for (member, function) in functions(&live.lambda_config()) {
        if !asked.contains_key(&function) {
            let policy = session.function_policy(&function).await;
            asked.insert(function.clone(), policy);
        }
        if let Some(policy) = asked.get(&function) {
            verdicts.push(doctor::permission(
                &member,
                &function,
                pool_arn,
                &caller.account,
                policy,
            ));
        }
    }
    verdicts
}

/// The functions of `LambdaConfig`, by member.
fn functions(config: &Map<String, Value>) -> Vec<(String, String)> {
    let triggers = config.iter().filter(|(member, _)| *member != "KMSKeyID");
    let named = triggers.filter_map(|(member, value)| {
        let function = value.get("LambdaArn").unwrap_or(value).as_str()?;
        Some((member.clone(), function.to_owned()))
    });
    let mut named: Vec<_> = named.collect();
    named.sort();
    // The same function under its older name.
    if named.iter().any(|(member, _)| member == "PreTokenGenerationConfig") {
        named.retain(|(member, _)| member != "PreTokenGeneration");
    }
    named
}

async fn key_of(session: &Session, key: &str, pool: Option<&PoolId>) -> Vec<Verdict> {
    let mut verdicts = vec![doctor::state(key, &session.key_description(key).await)];
    if let Some(pool) = pool {
        let policy = session.key_policy(key).await.ok();
        verdicts.push(doctor::grants(key, pool, &session.grants(key).await, policy.as_deref()));
    }
    verdicts
}

async fn secrets(place: &Place, stack: &Stack) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for (name, provider) in &stack.delivery.providers {
        let Some(arn) = provider.settings().secret() else {
            continue;
        };
        verdicts.push(match &place.plain {
            Ok(plain) => {
                let shape = plain.secret_shape(arn).await;
                doctor::secret(name, arn, provider.provider_type().secret, &shape)
            }
            Err(error) => Verdict::unread("secret", error, "aws sts get-caller-identity"),
        });
    }
    verdicts
}
