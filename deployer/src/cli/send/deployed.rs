//! The deployed function, called: to send to somebody's own address, or to be asked whether it could.

use handler::Redacted;
use handler::event::{Channel, Probe};
use handler::telemetry::Outcome;
use serde_json::{Value, json};

use super::shown::{self, Printed};
use super::{CliError, Context, ExitStatus, SendArgs, Trigger, Wanted};
use crate::apply::{self, ProbeError};
use crate::aws::{Invoked, Session};
use crate::cli::deployed::Deployed;
use crate::cli::observe::Sessions;
use crate::cli::told;
use crate::spec::Stack;

/// Members of the handler's line that are printed, in this order, and how they are called here.
const MEMBERS: [(&str, &str); 7] = [
    ("channel", "channel"),
    ("country", "country"),
    ("locale", "locale"),
    ("provider", "provider"),
    ("attempt", "attempt"),
    ("messageId", "message_id"),
    ("error", "error"),
];

async fn session(context: &Context, stack: &Stack) -> Result<Sessions, CliError> {
    let named = std::iter::once((&stack.name, &stack.region, stack.account.as_ref()));
    Sessions::open(context, named).await
}

/// Lets the deployed function send.
pub(super) async fn send(
    context: &Context,
    args: &SendArgs,
    stack: &Stack,
    wanted: &Wanted,
) -> Result<ExitStatus, CliError> {
    let sends = wanted.trigger != Trigger::CustomMessage;
    if sends && args.to.is_none() {
        return Err(
            CliError::usage("`send --deployed` really sends, and it is not said to whom")
                .hint("name your own number or address: --to +12025550173, --to you@acme.example"),
        );
    }
    if sends && !args.yes && !context.interactive {
        return Err(
            CliError::usage("`send --deployed` asks before it sends, and there is no terminal to ask on")
                .hint("look without `--deployed`, then add `--yes`"),
        );
    }
    let sessions = session(context, stack).await?;
    let session = sessions.of(&stack.region)?;
    let deployed = context.unless_interrupted(Deployed::read(session, stack)).await??;
    if sends && !args.yes {
        let question = format!(
            "Let {} really send this message, and pay for it? Only `yes` goes on:",
            deployed.function
        );
        if context.ask(&question).await? != "yes" {
            return Err(CliError::failed("not sent"));
        }
    }
    let invoked = context
        .unless_interrupted(deliver(session, stack, &deployed, wanted))
        .await
        .map_err(|_| CliError::failed("interrupted; the message may have been sent"))??;
    let mut printed = Printed::new(stack, &wanted.source());
    printed.put("function", json!(deployed.function));
    let status = report(&mut printed, &invoked, sends);
    shown::print(context, &[printed], args.format);
    Ok(status)
}

/// Calls the function once with the event.
async fn deliver(session: &Session, stack: &Stack, deployed: &Deployed, wanted: &Wanted) -> Result<Invoked, CliError> {
    let event = event(session, stack, deployed, wanted).await?;
    Ok(session
        .invoke(&deployed.function, event.expose(), deployed.timeout)
        .await?)
}

/// Encrypts the code as Cognito would, and returns the event as a JSON text. Two of them hold two codes for the guard.
pub(in crate::cli) async fn event(
    session: &Session,
    stack: &Stack,
    deployed: &Deployed,
    wanted: &Wanted,
) -> Result<Redacted<String>, CliError> {
    let code = match wanted.secret() {
        Some(secret) => Some(apply::encrypted(session, deployed.served(stack)?, &secret).await?),
        None => None,
    };
    let event = wanted.event(stack, &deployed.pool, code.as_ref());
    Ok(Redacted::new(event.to_string()))
}

/// Puts what became of the message, as far as the function tells.
fn report(printed: &mut Printed, invoked: &Invoked, sends: bool) -> ExitStatus {
    if let Some(error) = invoked.error() {
        printed.put("outcome", json!(Outcome::Failed.name()));
        printed.put("reason", json!(error));
        return ExitStatus::Failed;
    }
    let response = invoked.answer.get("response").and_then(Value::as_object);
    if let (false, Some(response)) = (sends, response) {
        printed.put("outcome", json!("written"));
        for (name, member) in [
            ("sms_message", "smsMessage"),
            ("email_subject", "emailSubject"),
            ("email_message", "emailMessage"),
        ] {
            printed.put(name, response.get(member).cloned().unwrap_or_default());
        }
        return ExitStatus::Done;
    }
    let Some(line) = told::last_line(&invoked.log) else {
        printed.put("outcome", json!("unknown"));
        printed.note("the function ended without an error and said nothing of the message; its log level may hide it");
        return ExitStatus::Done;
    };
    let outcome = line.get("outcome").and_then(Value::as_str).unwrap_or_default();
    printed.put("outcome", json!(outcome));
    let member = |name: &str| line.get(name).filter(|value| !value.is_null()).cloned();
    for (theirs, ours) in MEMBERS {
        printed.put_some(ours, member(theirs));
    }
    printed.put_some(
        "parts",
        member("parts").map(|count| json!({"count": count, "encoding": null})),
    );
    if outcome == Outcome::Delivered.name() {
        ExitStatus::Done
    } else {
        printed.put_some("reason", line.get("message").cloned());
        ExitStatus::Failed
    }
}

/// Asks the deployed function whether it could send.
pub(super) async fn probe(
    context: &Context,
    args: &SendArgs,
    stack: &Stack,
    triggers: &[Trigger],
) -> Result<ExitStatus, CliError> {
    let channels: Vec<Channel> = triggers
        .iter()
        .filter_map(|trigger| match trigger {
            Trigger::Sender(channel) => Some(*channel),
            Trigger::CustomMessage => None,
        })
        .collect();
    if channels.is_empty() {
        return Err(
            CliError::failed(format!("{} has no custom sender to ask about", stack.name))
                .hint("look at what CustomMessage writes: deployer send --channel message --deployed --purpose SignUp"),
        );
    }
    let sessions = session(context, stack).await?;
    let session = sessions.of(&stack.region)?;
    let deployed = context.unless_interrupted(Deployed::read(session, stack)).await??;
    let (mut asked, mut status) = (Vec::new(), ExitStatus::Done);
    for channel in channels {
        let work = apply::probe(session, deployed.served(stack)?, channel);
        let mut printed = Printed::new(stack, Probe::SOURCE);
        printed.put("channel", json!(channel.name()));
        printed.put("function", json!(deployed.function));
        match context.unless_interrupted(work).await? {
            Ok(answer) => {
                printed.put("outcome", json!("could-send"));
                printed.put("decrypted", json!(answer.decrypted));
                printed.put("handler", json!(answer.handler));
                printed.put("providers", json!(answer.providers));
                printed.note("it decrypted a made-up code and sent nothing");
            }
            Err(ProbeError::Aws(error)) => return Err(error.into()),
            Err(error) => {
                printed.put("outcome", json!("failed"));
                if let ProbeError::No { code, .. } = &error {
                    printed.put("error", json!(code));
                }
                printed.put("reason", json!(error.to_string()));
                if matches!(error, ProbeError::Unknown) {
                    printed.note("its code is older than this command: apply the stack, then ask again");
                }
                status = ExitStatus::Failed;
            }
        }
        asked.push(printed);
    }
    shown::print(context, &asked, args.format);
    Ok(status)
}

impl From<ProbeError> for CliError {
    fn from(error: ProbeError) -> Self {
        match error {
            ProbeError::Aws(error) => error.into(),
            error => Self::failed(error.to_string()),
        }
    }
}
