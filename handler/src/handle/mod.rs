//! The whole pipeline for one event, and what is said about it at the end.

mod facts;
mod guarded;
mod panic;
mod probe;
mod stop;

use std::fmt;
use std::time::Duration;

use serde_json::Value;
use tokio::time::{Instant, timeout_at};

use crate::Redacted;
use crate::compose::{Composer, Request};
use crate::dead_letter::{self, DeadLetters};
use crate::decrypt::{self, DataKeyError, DecryptError, Decryptor};
use crate::delivery::Delivery;
use crate::event::{
    AccountTakeOver, Channel, CustomMessageEvent, EmailAddress, Event, PhoneNumber, PoolId, Probe, Purpose, SenderEvent,
};
use crate::guard;
use crate::send::{self, Content, Delivered, Email, Message, Providers, Retry, RouteError, Sms};
use crate::telemetry::{self, Count, Outcome};

pub(crate) use panic::PANICKED;

use facts::Facts;
use guarded::Recipient;
use panic::caught;
use stop::{Fate, Stop};

/// What is kept of the invocation's time to answer Lambda in.
const RESERVE: Duration = Duration::from_secs(1);

/// Everything that lives as long as the container.
pub struct Handler<D> {
    /// The stack's name, a dimension of every metric.
    pub stack_name: String,
    /// What decrypts the codes; nothing where the function only writes Cognito's own messages.
    pub decryptor: Option<D>,
    /// Who delivers what.
    pub delivery: Delivery,
    /// The texts.
    pub composer: Composer,
    /// The providers of the delivery configuration.
    pub providers: Providers,
    /// What is asked before a message goes out, where the stack declares it.
    pub guard: Option<guard::Gate>,
    /// Where events go that must not be retried; without it Lambda retries them, in vain.
    pub dead_letters: Option<Box<dyn DeadLetters>>,
    /// Takes the line that counts an event.
    pub count: Box<dyn Fn(&str) + Send + Sync>,
}

/// One call of the function.
#[derive(Clone, Debug)]
pub struct Invocation {
    /// Lambda's id of the call, the same on each of its retries.
    pub request_id: String,
    /// The function that was called.
    pub function_arn: String,
    /// When the call was received, in milliseconds since 1970.
    pub at_ms: u64,
    /// The time until Lambda ends the call.
    pub remaining: Duration,
}

/// An event that failed, as Lambda is told: it retries, and then keeps the event in the queue of failures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The stable code.
    pub code: &'static str,
    /// The reason; it holds nothing of the user's.
    pub reason: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "failed to {}", self.reason)
    }
}

impl From<Failure> for lambda_runtime::Diagnostic {
    fn from(failure: Failure) -> Self {
        Self {
            error_type: failure.code.to_owned(),
            error_message: failure.to_string(),
        }
    }
}

/// An event that went well.
enum Done<'a> {
    /// A provider took the message.
    Delivered(Delivered<'a>),
    /// The event with its response filled, which Cognito waits for.
    Written(Value),
}

impl<D: Decryptor> Handler<D> {
    /// Handles one event: delivers or writes its message, or says why not; returns what Cognito is answered.
    ///
    /// A refusal is no failure, since a retry would not change it. A `CustomMessage` event never fails:
    /// it is answered as it came, so that Cognito sends its own text rather than none.
    pub async fn handle(&self, invocation: &Invocation, event: &Value) -> Result<Value, Failure> {
        let start = Instant::now();
        let deadline = start + invocation.remaining.saturating_sub(RESERVE);
        if Probe::is(event) {
            return Ok(self.probe(event, deadline).await);
        }
        let waited_for = CustomMessageEvent::is(event);
        let mut facts = Facts {
            channel: waited_for.then_some(telemetry::MESSAGE),
            ..Facts::default()
        };
        let outcome = self.outcome(invocation, event, deadline, &mut facts);
        let result = caught(outcome).await.unwrap_or_else(|| Err(Stop::panicked()));
        facts.log(invocation, &result);
        let count = Count {
            stack: &self.stack_name,
            channel: facts.channel,
            outcome: result
                .as_ref()
                .map_or_else(|stop| stop.fate.outcome(), |_| Outcome::Delivered),
            reason: result.as_ref().err().map(|stop| stop.code),
            rate: result.as_ref().err().and_then(|stop| stop.rate),
            request_id: &invocation.request_id,
            at_ms: invocation.at_ms,
            took_ms: start.elapsed().as_millis().try_into().unwrap_or(u64::MAX),
        };
        (self.count)(&count.line());
        match result {
            Ok(Done::Delivered(_)) => Ok(Value::Null),
            Ok(Done::Written(answer)) => Ok(answer),
            Err(_) if waited_for => Ok(event.clone()),
            Err(stop) => self.end(invocation, event, stop, start).await,
        }
    }

    async fn outcome(
        &self,
        invocation: &Invocation,
        event: &Value,
        deadline: Instant,
        facts: &mut Facts,
    ) -> Result<Done<'_>, Stop> {
        match Event::from_json(event)? {
            Event::Sender(sender) => self.guarded(invocation, &sender, deadline, facts).await,
            Event::CustomMessage(message) => self.write(invocation, event, &message, facts),
        }
    }

    /// Does with an event that was not delivered what its fate says.
    async fn end(&self, invocation: &Invocation, event: &Value, stop: Stop, start: Instant) -> Result<Value, Failure> {
        let failure = Failure {
            code: stop.code,
            reason: stop.reason,
        };
        match stop.fate {
            Fate::Dropped => Ok(Value::Null),
            Fate::Retried => Err(failure),
            Fate::Kept | Fate::Undeliverable => {
                let Some(dead_letters) = &self.dead_letters else {
                    return Err(failure);
                };
                let record = dead_letter::record(invocation, event, &failure);
                let rest = start + invocation.remaining.saturating_sub(RESERVE / 2);
                match caught(timeout_at(rest, dead_letters.keep(record))).await {
                    Some(Ok(Ok(()))) => Ok(Value::Null),
                    // Lambda's own way to the queue is left: it retries in vain, and then keeps the event.
                    _ => Err(failure),
                }
            }
        }
    }

    /// Returns where the message goes, and refuses countries that the stack does not serve.
    fn recipient(&self, event: &SenderEvent, facts: &mut Facts) -> Result<Recipient, Stop> {
        (facts.channel, facts.purpose) = (Some(event.channel.name()), Some(event.purpose));
        match event.channel {
            Channel::Sms => {
                let to = match event.phone_number() {
                    Ok(to) => to,
                    Err(error) => {
                        self.declined(event, None)?;
                        return Err(error.into());
                    }
                };
                facts.country = guard::country_of(&to);
                let sms = self.delivery.sms.as_ref().ok_or(RouteError::NoSms)?;
                // Before the code is decrypted: what is refused costs no call.
                facts.country = guard::check(&to, &sms.countries)?;
                self.declined(event, facts.country)?;
                Ok(Recipient::Number(to))
            }
            Channel::Email => {
                self.declined(event, None)?;
                Ok(Recipient::Address(event.email_address()?))
            }
        }
    }

    /// Stops at a message that the stack declines, before its code is decrypted; one without a recipient is declined too.
    fn declined(&self, event: &SenderEvent, country: Option<crate::delivery::Country>) -> Result<(), RouteError> {
        match send::choose(&self.delivery, event.channel, country, event.purpose) {
            Err(RouteError::Declined) => Err(RouteError::Declined),
            // Whether there is a route at all is known once the message is composed.
            Ok(_) | Err(_) => Ok(()),
        }
    }

    /// Composes and sends; `for_sure` becomes false where a provider may have taken the message although it failed.
    async fn deliver(
        &self,
        invocation: &Invocation,
        event: &SenderEvent,
        (to, id): (Recipient, &str),
        deadline: Instant,
        facts: &mut Facts,
        for_sure: &mut bool,
    ) -> Result<Done<'_>, Stop> {
        let code = self.code(event, deadline).await?;
        let content = match to {
            Recipient::Number(to) => self.sms(invocation, event, to, code.as_ref(), facts)?,
            Recipient::Address(to) => self.email(invocation, event, to, code.as_ref(), facts)?,
        };
        let message = Message {
            id: id.to_owned(),
            purpose: event.purpose,
            country: facts.country,
            locale: facts.locale.clone().unwrap_or_default(),
            code,
            content,
        };
        let route = send::choose(&self.delivery, event.channel, facts.country, event.purpose)?;
        let failed = |provider: &str, attempt, error: &send::ProviderError| {
            *for_sure &= error.retry != Retry::Anywhere;
            tracing::warn!(
                requestId = invocation.request_id,
                purpose = event.purpose.name(),
                channel = event.channel.name(),
                country = message.country.map(tracing::field::display),
                provider,
                attempt,
                outcome = "attempt-failed",
                error = error.name.as_str(),
                "attempt failed",
            );
        };
        let delivered = send::deliver(route, &self.providers, &message, deadline, failed).await?;
        Ok(Done::Delivered(delivered))
    }

    fn sms(
        &self,
        invocation: &Invocation,
        event: &SenderEvent,
        to: PhoneNumber,
        code: Option<&Redacted<String>>,
        facts: &mut Facts,
    ) -> Result<Content, Stop> {
        let composed = self.composer.sms(&request(event, code, event.notice().as_ref()))?;
        facts.composed(&composed.locale, composed.trouble.as_ref(), invocation);
        facts.parts = Some(composed.content.parts.count);
        Ok(Content::Sms(Sms {
            to,
            text: composed.content.text,
        }))
    }

    fn email(
        &self,
        invocation: &Invocation,
        event: &SenderEvent,
        to: EmailAddress,
        code: Option<&Redacted<String>>,
        facts: &mut Facts,
    ) -> Result<Content, Stop> {
        let composed = self.composer.email(&request(event, code, event.notice().as_ref()))?;
        facts.composed(&composed.locale, composed.trouble.as_ref(), invocation);
        Ok(Content::Email(Email {
            to,
            subject: composed.content.subject,
            text: composed.content.text,
            html: composed.content.html,
        }))
    }

    /// Fills the response of a `CustomMessage` event; no call is made, so that Cognito's five seconds are never near.
    fn write(
        &self,
        invocation: &Invocation,
        event: &Value,
        message: &CustomMessageEvent,
        facts: &mut Facts,
    ) -> Result<Done<'_>, Stop> {
        facts.purpose = Some(message.purpose);
        let settings = self.delivery.custom_message.ok_or(RouteError::NoCustomMessage)?;
        let texts = self.composer.custom_message(message, settings);
        facts.left_out(&texts.trouble, invocation);
        Ok(Done::Written(texts.response.answer(event)))
    }

    async fn code(&self, event: &SenderEvent, deadline: Instant) -> Result<Option<Redacted<String>>, Stop> {
        let Some(encrypted) = event.encrypted_code()? else {
            return Ok(None);
        };
        let code = self.open(encrypted.expose(), &event.pool, deadline).await?;
        Ok(Some(if event.purpose == Purpose::AdminCreateUser {
            decrypt::unescape(&code)
        } else {
            code
        }))
    }

    /// Decrypts, as long as there is time.
    async fn open(&self, encrypted: &str, pool: &PoolId, deadline: Instant) -> Result<Redacted<String>, DecryptError> {
        let decryptor = self.decryptor.as_ref().ok_or(DecryptError::NoKnownKey)?;
        timeout_at(deadline, decryptor.decrypt(encrypted, pool))
            .await
            .map_err(|_| DecryptError::from(DataKeyError::TimedOut))?
    }
}

fn request<'a>(
    event: &'a SenderEvent,
    code: Option<&'a Redacted<String>>,
    notice: Option<&'a AccountTakeOver>,
) -> Request<'a> {
    Request {
        purpose: event.purpose,
        attributes: &event.attributes,
        client_metadata: &event.client_metadata,
        code,
        user_name: &event.user_name,
        notice,
    }
}
