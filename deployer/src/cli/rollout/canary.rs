//! `apply --verify-to`: the deployed function really sends a made-up code to somebody's own number or address.
//!
//! Whether it would is asked of the handler's library before anything is called. What it proves and what not is said. Where
//! it fails, the triggers that this apply brought leave the pool again; those that were there before stay.

use handler::event::{Channel, Purpose};
use handler::telemetry::Outcome;
use serde_json::{Map, Value};

use super::undo;
use crate::apply::Pause;
use crate::aws::Invoked;
use crate::cli::args::OwnRecipient;
use crate::cli::context::{Context, Interrupted};
use crate::cli::declared::Declared;
use crate::cli::deploy::Deployment;
use crate::cli::deployed::Deployed;
use crate::cli::error::CliError;
use crate::cli::observe::Observed;
use crate::cli::progress::during;
use crate::cli::send::{Wanted, event, previewed};
use crate::cli::told::{TAKEN_BEFORE, TOO_MANY, last_line};
use crate::model::logical;
use crate::plan::{Phase, Plan};
use crate::spec::{Stack, TriggerKind};

/// A message to somebody's own number or address.
#[derive(Debug)]
pub(in crate::cli) struct Canary(Wanted);

/// How often a function is asked that ended with an error: a role that was made just now may not be heeded everywhere yet.
const TRIES: usize = 6;

/// Chooses a message for each stack and each recipient that it sends to. A recipient that no stack serves, or whom the
/// handler would refuse, is an error before anything is called.
pub(in crate::cli) async fn chosen(to: &[OwnRecipient], declared: &[Declared]) -> Result<Vec<Vec<Canary>>, CliError> {
    let mut recipients = Vec::new();
    for OwnRecipient(recipient) in to {
        let recipient = recipient.as_ref().ok_or_else(|| {
            CliError::usage("`--verify-to` wants a phone number such as +12025550173, or an e-mail address")
        })?;
        recipients.push(recipient);
    }
    let mut chosen: Vec<Vec<Canary>> = declared.iter().map(|_| Vec::new()).collect();
    for channel in [Channel::Sms, Channel::Email] {
        let name = channel.name();
        let mut of = recipients.iter().filter(|recipient| recipient.channel() == channel);
        let Some(recipient) = of.next() else { continue };
        if of.next().is_some() {
            return Err(CliError::usage(format!("`--verify-to` takes one recipient for {name}")));
        }
        let serving = declared
            .iter()
            .zip(&mut chosen)
            .filter(|(each, _)| serves(&each.stack, channel));
        let mut is_served = false;
        for (each, canaries) in serving {
            canaries.push(canary(&each.stack, (*recipient).clone()).await?);
            is_served = true;
        }
        if !is_served {
            return Err(CliError::usage(format!(
                "`--verify-to` names a recipient for {name}, and no stack here sends {name} by its own function"
            )));
        }
    }
    Ok(chosen)
}

fn serves(stack: &Stack, channel: Channel) -> bool {
    stack.handler_serves(match channel {
        Channel::Sms => TriggerKind::CustomSmsSender,
        Channel::Email => TriggerKind::CustomEmailSender,
    })
}

/// A message of the first purpose that the handler would send; those that people wait for come first.
async fn canary(stack: &Stack, to: crate::simulate::Recipient) -> Result<Canary, CliError> {
    let mut why = None;
    let first = [Purpose::Authentication, Purpose::SignUp];
    let rest = Purpose::ALL.into_iter().filter(|purpose| !first.contains(purpose));
    for purpose in first.into_iter().chain(rest).filter(|purpose| purpose.has_code()) {
        let wanted = Wanted::to_oneself(purpose, to.clone());
        match previewed(stack, &wanted).await? {
            Ok(_) => return Ok(Canary(wanted)),
            Err(stop) => why = why.or(Some(stop)),
        }
    }
    let why = why.map(|stop| format!(": {stop} ({})", stop.code));
    Err(CliError::failed(format!(
        "the handler of {} would not send to the recipient that `--verify-to` names ({}){}; nothing was called",
        stack.name,
        to.channel().name(),
        why.unwrap_or_default()
    )))
}

/// Says before the yes that messages are really sent.
pub(in crate::cli) fn announce(context: &Context, wanted: &Deployment<'_>, plan: &Plan) {
    if let Some((_, channels)) = of(wanted).filter(|_| !plan.is_nothing()) {
        context.out.talk(&format!(
            "  after that the function really sends a made-up code to the recipient that you named ({channels})"
        ));
    }
}

/// The canaries of a deployment, and their channels; nothing where there are none.
fn of<'a>(wanted: &Deployment<'a>) -> Option<((&'a Stack, &'a [Canary]), String)> {
    let (stack, canaries) = wanted.rollout.canaries.filter(|(_, canaries)| !canaries.is_empty())?;
    let channels: Vec<&str> = canaries.iter().map(|canary| canary.0.channel().name()).collect();
    Some(((stack, canaries), channels.join(", ")))
}

/// After the update of a pool that stays outside the stack; where the function changes only later, [`applied`] asks it.
pub(in crate::cli) async fn attached(
    context: &Context,
    wanted: &Deployment<'_>,
    observed: &Observed,
) -> Result<(), CliError> {
    if is_changed_later(&observed.plan) {
        return Ok(());
    }
    let Err(failure) = proven(context, wanted).await else {
        return Ok(());
    };
    if !failure.is_the_functions {
        return Err(failure.error);
    }
    let fate = undo::detach(context, wanted, observed).await;
    Err(failure.with(wanted, fate))
}

/// Whether a change set brings the function that comes after the update of a pool outside the stack.
fn is_changed_later(plan: &Plan) -> bool {
    let after = plan.pool.as_ref().map_or(0, |part| part.after);
    is_changed(plan.phases.iter().skip(after))
}

fn is_changed<'a>(mut phases: impl Iterator<Item = &'a Phase>) -> bool {
    phases.any(|phase| {
        let mut changes = phase.diff.changes.iter();
        changes.any(|change| change.logical_id == logical::FUNCTION)
    })
}

/// After an apply that changed something. Where a pool outside the stack was updated last, this was looked after before.
pub(in crate::cli) async fn applied(
    context: &Context,
    wanted: &Deployment<'_>,
    plan: &Plan,
    before: &Value,
) -> Result<(), CliError> {
    if plan.pool.is_some() && !is_changed_later(plan) {
        return Ok(());
    }
    let Err(failure) = proven(context, wanted).await else {
        return Ok(());
    };
    if !failure.is_the_functions {
        return Err(failure.error);
    }
    let fate = match &plan.pool {
        // What it called before may have left with the change set that came last.
        Some(part) => Ok(format!(
            "the triggers of the pool {} stay as this apply left them: its messages may fail until the cause is mended",
            part.id
        )),
        None => undo::release(context, wanted, plan, before).await,
    };
    Err(failure.with(wanted, fate))
}

/// After an apply that had nothing to do, which asked nothing either where it is about one stack.
pub(in crate::cli) async fn settled(context: &Context, wanted: &Deployment<'_>) -> Result<(), CliError> {
    let Some((_, channels)) = of(wanted) else {
        return Ok(());
    };
    // Of many stacks one question was about all.
    if !wanted.yes && context.lane.is_none() {
        let question = format!("Let the function really send a made-up code ({channels})? Only `yes` goes on:");
        let answer = context.ask(&question).await;
        if !matches!(answer.as_deref(), Ok("yes")) {
            return Err(CliError::failed("not sent"));
        }
    }
    match proven(context, wanted).await {
        Ok(()) => Ok(()),
        Err(failure) if !failure.is_the_functions => Err(failure.error),
        Err(failure) => Err(failure.with(wanted, Ok(undo::STAYS.to_owned()))),
    }
}

/// Why a deployment was not proven.
struct Failure {
    error: CliError,
    /// Whether the function was asked and failed; else nobody could ask it.
    is_the_functions: bool,
}

impl Failure {
    fn unasked(error: CliError) -> Self {
        Self {
            error: error
                .hint("the stack is deployed; whether its function can send is not proven, and nothing was taken back"),
            is_the_functions: false,
        }
    }

    /// The error, with what became of the triggers and what to do.
    fn with(self, wanted: &Deployment<'_>, fate: Result<String, CliError>) -> CliError {
        let error = match fate {
            Ok(fate) => self.error.hint(fate),
            Err(undone) => {
                let why = undone.message.unwrap_or_else(|| "see above".to_owned());
                let mut error = self.error.hint(format!("the triggers could not be taken back: {why}"));
                error.told = undone.told;
                undone.hints.into_iter().fold(error, CliError::hint)
            }
        };
        // A plan is made anew first.
        let again = if wanted.pinned.is_some() {
            ""
        } else {
            " --verify-to …"
        };
        let file = wanted
            .rollout
            .canaries
            .map(|(stack, _)| stack.source.path().display().to_string());
        error
            .hint("the stack stays, with function, key and queue to be looked at")
            .hint(format!(
                "what the function said: deployer logs {}",
                file.unwrap_or_default()
            ))
            .hint(format!("mend the cause, then: {}{again}", wanted.next.again))
    }
}

/// Sends each message and says what that proves.
async fn proven(context: &Context, wanted: &Deployment<'_>) -> Result<(), Failure> {
    let Some(((stack, canaries), _)) = of(wanted) else {
        return Ok(());
    };
    let reading = during(
        context,
        "reading the stack's outputs",
        Deployed::read(wanted.session, stack),
    )
    .await;
    let deployed = reading.map_err(interrupted)?.map_err(Failure::unasked)?;
    for Canary(message) in canaries {
        let channel = message.channel().name();
        let what = format!("letting the function send a made-up code ({channel})");
        let sent = during(context, &what, send(wanted, stack, &deployed, message)).await;
        match sent.map_err(interrupted)?.map_err(Failure::unasked)? {
            Sent::Delivered(line) => context.out.talk(&format!(
                "the function really sent a made-up code ({channel}): {}",
                words(&line)
            )),
            Sent::TooMany(why) => {
                return Err(Failure::unasked(CliError::failed(format!(
                    "the guard kept the made-up code back ({channel}), as it would any other now: {why}"
                ))));
            }
            Sent::Unsaid => context.out.talk(&format!(
                "the function was given a made-up code to send ({channel}), and ended without an error; its log level hides \
                 whether it was sent: look whether it arrived"
            )),
            Sent::Failed(why) => {
                return Err(Failure {
                    error: CliError::failed(format!("the function did not send the made-up code ({channel}): {why}")),
                    is_the_functions: true,
                });
            }
        }
    }
    context.out.talk(
        "  that proves function, key and provider; Cognito's own call, and its grant on the key, are not part of it: sign up \
         or sign in once to see those",
    );
    Ok(())
}

fn interrupted(_: Interrupted) -> Failure {
    Failure::unasked(CliError::failed("interrupted; the message may have been sent"))
}

/// What became of a message.
#[derive(Debug, PartialEq)]
enum Sent {
    /// The handler's line on it.
    Delivered(Map<String, Value>),
    /// The handler's log does not say.
    Unsaid,
    /// Why the guard lets nothing pass now, which says nothing of the function.
    TooMany(String),
    /// Why it was not sent: a fragment that holds nothing of the recipient's.
    Failed(String),
}

async fn send(wanted: &Deployment<'_>, stack: &Stack, deployed: &Deployed, message: &Wanted) -> Result<Sent, CliError> {
    // The same event every time: so the guard knows a message that a provider took, and counts it once.
    let event = event(wanted.session, stack, deployed, message).await?;
    let (mut pause, mut first) = (Pause::new(), None);
    for _ in 1..TRIES {
        let invoked = invoke(wanted, deployed, event.expose()).await?;
        let sent = said(&invoked);
        // What no retry can mend is no error of the function's.
        if invoked.error().is_none() {
            return Ok(sent.after(first));
        }
        first = first.or(sent.failure());
        pause.wait().await;
    }
    let invoked = invoke(wanted, deployed, event.expose()).await?;
    Ok(said(&invoked).after(first))
}

async fn invoke(wanted: &Deployment<'_>, deployed: &Deployed, event: &str) -> Result<Invoked, CliError> {
    let invoked = wanted.session.invoke(&deployed.function, event, deployed.timeout);
    Ok(invoked.await?)
}

/// Reads what became of a message from what the function said.
fn said(invoked: &Invoked) -> Sent {
    let line = last_line(&invoked.log);
    let text = |line: &Map<String, Value>, name: &str| line.get(name).and_then(Value::as_str).map(str::to_owned);
    let outcome = line.as_ref().and_then(|line| text(line, "outcome"));
    match (line, invoked.error()) {
        (Some(line), _) if outcome.as_deref() != Some(Outcome::Delivered.name()) => {
            let message = text(&line, "message").unwrap_or_default();
            let code = text(&line, "error").unwrap_or_default();
            match code.as_str() {
                TAKEN_BEFORE => Sent::Delivered(line),
                "" => Sent::Failed(message),
                _ if code.starts_with(TOO_MANY) => Sent::TooMany(format!("{message} ({code})")),
                _ => Sent::Failed(format!("{message} ({code})")),
            }
        }
        (_, Some(error)) => Sent::Failed(error),
        (Some(line), None) => Sent::Delivered(line),
        (None, None) => Sent::Unsaid,
    }
}

impl Sent {
    fn failure(self) -> Option<String> {
        match self {
            Self::Failed(why) => Some(why),
            Self::Delivered(_) | Self::Unsaid | Self::TooMany(_) => None,
        }
    }

    /// With what the first try failed by: a later one may tell only what that left behind.
    fn after(self, first: Option<String>) -> Self {
        match (self, first) {
            (Self::Failed(last), Some(first)) if first != last => Self::Failed(format!("{first}; at last: {last}")),
            (sent, _) => sent,
        }
    }
}

/// What is worth telling of a message that was sent.
fn words(line: &Map<String, Value>) -> String {
    let text = |name: &str| line.get(name).and_then(Value::as_str);
    let id = text("messageId").map(|id| format!("message {id}"));
    if text("error") == Some(TAKEN_BEFORE) {
        return "a provider took it, and the function ended before it could say so".to_owned();
    }
    let parts = [text("country"), text("provider"), id.as_deref()];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::plan::diff;

    fn invoked(outcome: &str, error: &str, failed: bool) -> Invoked {
        let line = json!({"level": "INFO", "message": "m", "outcome": outcome, "error": error});
        Invoked {
            failed,
            answer: json!({"errorMessage": "it ended", "errorType": "Runtime.ExitError"}),
            log: format!("START\n{line}\nEND\n"),
        }
    }

    #[test]
    fn what_the_guard_keeps_back_is_no_failure_of_the_function_s() {
        let failed = |why: &str| Sent::Failed(why.to_owned());
        for (outcome, error, is_failed, expected) in [
            (
                "refused",
                "guard-rate-pool",
                false,
                Sent::TooMany("m (guard-rate-pool)".to_owned()),
            ),
            (
                "refused",
                "guard-country-not-served",
                false,
                failed("m (guard-country-not-served)"),
            ),
            ("failed", "guard-being-sent", true, failed("m (guard-being-sent)")),
            ("none", "", true, failed("it ended (Runtime.ExitError)")),
            ("none", "", false, Sent::Unsaid),
        ] {
            assert_eq!(said(&invoked(outcome, error, is_failed)), expected, "{outcome} {error}");
        }
        for (outcome, error) in [("delivered", ""), ("refused", "guard-duplicate")] {
            let sent = said(&invoked(outcome, error, false));
            assert!(matches!(sent, Sent::Delivered(_)), "{outcome} {error}: {sent:?}");
        }
    }

    #[test]
    fn the_function_is_asked_once_nothing_changes_it_any_more() {
        let template = |memory: u16, more: &str| json!({ "Resources": { "Function": { "Memory": memory }, more: {} } });
        let phase = |old: &Value, new: &Value| Phase {
            title: None,
            template: new.clone(),
            diff: diff(old, new),
            import: None,
        };
        let (old, new, last) = (template(128, "Queue"), template(256, "Queue"), template(256, "Table"));
        let phases = [phase(&old, &new), phase(&new, &last)];
        assert!(is_changed(phases.iter()));
        assert!(!is_changed(phases.iter().skip(1)));
        assert!(!is_changed(phases.iter().skip(2)));
    }

    #[test]
    fn the_first_error_is_told_with_the_last() {
        let failed = |why: &str| Sent::Failed(why.to_owned());
        let first = || Some("it ended".to_owned());
        assert_eq!(
            failed("being sent").after(first()),
            failed("it ended; at last: being sent")
        );
        assert_eq!(failed("it ended").after(first()), failed("it ended"));
        assert_eq!(failed("refused").after(None), failed("refused"));
        assert_eq!(Sent::Unsaid.after(first()), Sent::Unsaid);
    }
}
