//! `deployer send`: an event as Cognito writes it, for the handler's library on this machine or for the deployed
//! function.
//!
//! `local` shows what would be sent and calls nothing; `deployed` calls the function, to send or to ask. `shown`
//! prints messages. No number, no address and no code of anybody else's is printed: the code is made up, or typed
//! by the one who reads it.

mod deployed;
mod local;
mod shown;

use std::collections::BTreeMap;

use handler::Redacted;
use handler::event::{Channel, PoolId, Purpose};
use serde_json::Value;

use super::args::{SendArgs, SendChannel};
use super::context::Context;
use super::declared;
use super::error::CliError;
use super::exit::ExitStatus;
use crate::simulate::{EncryptError, Encryption, Recipient, Simulated, Trigger, as_encrypted, made_up};
use crate::spec::{Stack, Target, TriggerKind};

pub(super) use deployed::event;
pub(super) use local::previewed;

pub(super) async fn run(context: &Context, args: &SendArgs) -> Result<ExitStatus, CliError> {
    let stack = declared::stack(context, &args.path, "send")?;
    if args.probe {
        let channels = match chosen(args, &stack)? {
            Some(trigger) => vec![trigger],
            None => served(&stack),
        };
        return deployed::probe(context, args, &stack, &channels).await;
    }
    let wanted = Wanted::of(args, &stack)?;
    if args.deployed {
        deployed::send(context, args, &stack, &wanted).await
    } else {
        local::show(context, args, &stack, &wanted).await
    }
}

/// What is to be sent.
#[derive(Debug)]
pub(super) struct Wanted {
    trigger: Trigger,
    purpose: Purpose,
    to: Recipient,
    code: Option<Redacted<String>>,
    user_name: Redacted<String>,
    locale: Option<String>,
    attributes: BTreeMap<String, String>,
    metadata: BTreeMap<String, String>,
}

impl Wanted {
    fn of(args: &SendArgs, stack: &Stack) -> Result<Self, CliError> {
        let purpose = args.purpose.ok_or_else(|| CliError::usage("`--purpose` is missing"))?;
        let trigger = trigger(args, stack)?;
        if trigger == Trigger::CustomMessage && purpose == Purpose::AccountTakeOverNotification {
            return Err(CliError::usage(
                "Cognito calls CustomMessage for no AccountTakeOverNotification",
            ));
        }
        let medium = match trigger {
            Trigger::Sender(channel) => channel,
            Trigger::CustomMessage => Channel::Sms,
        };
        let to = match &args.to {
            Some(to) => {
                if matches!(trigger, Trigger::Sender(channel) if channel != to.channel()) {
                    return Err(CliError::usage(format!(
                        "`--to` is no recipient of {} messages",
                        medium.name()
                    )));
                }
                to.clone()
            }
            None => Recipient::nobody(medium).ok_or_else(|| CliError::failed("there is nobody to write to"))?,
        };
        let typed = args.code.clone().filter(|_| purpose.has_code()).map(Redacted::new);
        Ok(Self {
            trigger,
            purpose,
            to,
            code: typed.or_else(|| made_up(purpose)),
            user_name: Redacted::new(args.user_name.clone()),
            locale: args.locale.clone(),
            attributes: args.attribute.iter().cloned().collect(),
            metadata: args.metadata.iter().cloned().collect(),
        })
    }

    /// A message to somebody's own number or address, with a made-up code.
    pub(super) fn to_oneself(purpose: Purpose, to: Recipient) -> Self {
        Self {
            trigger: Trigger::Sender(to.channel()),
            purpose,
            to,
            code: made_up(purpose),
            user_name: Redacted::new("jane".to_owned()),
            locale: None,
            attributes: BTreeMap::new(),
            metadata: BTreeMap::new(),
        }
    }

    /// The channel that reaches whom it is for.
    pub(super) const fn channel(&self) -> Channel {
        self.to.channel()
    }

    /// Whether the message holds a code that nobody typed.
    fn is_made_up(&self, args: &SendArgs) -> bool {
        self.secret().is_some() && args.code.is_none()
    }

    /// What Cognito would encrypt; nothing where there is no code, or Cognito keeps it.
    fn secret(&self) -> Option<Redacted<String>> {
        let code = self.code.as_ref().filter(|_| self.trigger != Trigger::CustomMessage);
        code.map(|code| as_encrypted(self.purpose, code))
    }

    fn event(&self, stack: &Stack, pool: &PoolId, code: Option<&Redacted<String>>) -> Value {
        Simulated {
            trigger: self.trigger,
            purpose: self.purpose,
            region: stack.region.as_str(),
            pool,
            user_name: &self.user_name,
            to: &self.to,
            locale: self.locale.as_deref(),
            attributes: &self.attributes,
            client_metadata: &self.metadata,
            code,
        }
        .to_json()
    }

    /// How the event is called in what is printed.
    fn source(&self) -> String {
        format!("{}_{}", self.trigger.family(), self.purpose.name())
    }
}

/// The trigger that an event is for.
fn trigger(args: &SendArgs, stack: &Stack) -> Result<Trigger, CliError> {
    if let Some(trigger) = chosen(args, stack)? {
        return Ok(trigger);
    }
    if let Some(to) = &args.to {
        return serving(stack, Trigger::Sender(to.channel()));
    }
    match served(stack).as_slice() {
        [trigger] => Ok(*trigger),
        [] => Err(none_served(stack)),
        _ => Err(
            CliError::usage("the handler serves several triggers, and it is not said which")
                .hint("name one: --channel sms, --channel email or --channel message"),
        ),
    }
}

/// The trigger that `--channel` names.
fn chosen(args: &SendArgs, stack: &Stack) -> Result<Option<Trigger>, CliError> {
    let trigger = args.channel.map(|channel| match channel {
        SendChannel::Sms => Trigger::Sender(Channel::Sms),
        SendChannel::Email => Trigger::Sender(Channel::Email),
        SendChannel::Message => Trigger::CustomMessage,
    });
    trigger.map(|trigger| serving(stack, trigger)).transpose()
}

/// The triggers that name the stack's own handler.
fn served(stack: &Stack) -> Vec<Trigger> {
    let all = [
        Trigger::Sender(Channel::Sms),
        Trigger::Sender(Channel::Email),
        Trigger::CustomMessage,
    ];
    all.into_iter().filter(|trigger| is_served(stack, *trigger)).collect()
}

fn is_served(stack: &Stack, trigger: Trigger) -> bool {
    let declared = stack.triggers.get(&kind(trigger));
    declared.is_some_and(|declared| declared.target == Target::Handler)
}

/// Nobody would call the handler by a trigger that is not declared.
fn serving(stack: &Stack, trigger: Trigger) -> Result<Trigger, CliError> {
    if is_served(stack, trigger) {
        return Ok(trigger);
    }
    let key = kind(trigger).key();
    Err(
        CliError::failed(format!("the handler of {} does not serve `{key}`", stack.name))
            .hint(format!("write into the stack file: triggers: {{{key}: handler}}")),
    )
}

fn none_served(stack: &Stack) -> CliError {
    CliError::failed(format!("no message trigger of {} names the handler", stack.name))
        .hint("write into the stack file: triggers: {custom_sms_sender: handler}")
}

const fn kind(trigger: Trigger) -> TriggerKind {
    match trigger {
        Trigger::Sender(Channel::Sms) => TriggerKind::CustomSmsSender,
        Trigger::Sender(Channel::Email) => TriggerKind::CustomEmailSender,
        Trigger::CustomMessage => TriggerKind::CustomMessage,
    }
}

impl From<EncryptError> for CliError {
    fn from(error: EncryptError) -> Self {
        Self::failed(format!("failed to {error}"))
    }
}
