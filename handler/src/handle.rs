//! The whole pipeline for one event, and what is said about it at the end.

use std::fmt;
use std::time::Duration;

use serde_json::Value;
use tokio::time::{Instant, timeout_at};

use crate::Redacted;
use crate::compose::{self, ComposeError, Fill, Parts};
use crate::decrypt::{self, DataKeyError, DataKeys, DecryptError, KeyArns};
use crate::delivery::{Country, Delivery};
use crate::event::{Channel, EventError, Purpose, SenderEvent};
use crate::guard::{self, Refusal};
use crate::send::{self, Delivered, DeliveryError, Providers, RouteError, Sms};
use crate::telemetry::{Count, Outcome};

/// What is kept of the invocation's time to answer Lambda in.
const RESERVE: Duration = Duration::from_secs(1);

/// Everything that lives as long as the container.
pub struct Handler<K> {
    /// The stack's name, a dimension of every metric.
    pub stack_name: String,
    /// The keys whose codes are accepted.
    pub keys: KeyArns,
    /// Where data keys are decrypted.
    pub data_keys: K,
    /// Who delivers what.
    pub delivery: Delivery,
    /// The providers of the delivery configuration.
    pub providers: Providers,
    /// Takes the line that counts an event.
    pub count: Box<dyn Fn(&str) + Send + Sync>,
}

/// One call of the function.
#[derive(Clone, Debug)]
pub struct Invocation {
    /// Lambda's id of the call.
    pub request_id: String,
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

/// What is known of the message so far, for the log.
#[derive(Default)]
struct Facts {
    channel: Option<Channel>,
    purpose: Option<Purpose>,
    country: Option<Country>,
    parts: Option<usize>,
}

/// Why a message was not delivered.
struct Stop {
    outcome: Outcome,
    code: &'static str,
    reason: String,
}

impl<K: DataKeys> Handler<K> {
    /// Handles one event: delivers its message, or says why not.
    ///
    /// A refusal is no failure, since a retry would not change it.
    pub async fn handle(&self, invocation: &Invocation, event: &Value) -> Result<(), Failure> {
        let deadline = Instant::now() + invocation.remaining.saturating_sub(RESERVE);
        let mut facts = Facts::default();
        let result = self.deliver(invocation, event, deadline, &mut facts).await;
        let (outcome, reason) = match &result {
            Ok(_) => (Outcome::Delivered, None),
            Err(stop) => (stop.outcome, Some(stop.code)),
        };
        facts.log(invocation, &result);
        let count = Count {
            stack: &self.stack_name,
            channel: facts.channel,
            outcome,
            reason,
            request_id: &invocation.request_id,
            at_ms: invocation.at_ms,
        };
        (self.count)(&count.line());
        match result {
            Err(Stop {
                outcome: Outcome::Failed,
                code,
                reason,
            }) => Err(Failure { code, reason }),
            Ok(_) | Err(_) => Ok(()),
        }
    }

    async fn deliver(
        &self,
        invocation: &Invocation,
        event: &Value,
        deadline: Instant,
        facts: &mut Facts,
    ) -> Result<Delivered<'_>, Stop> {
        let event = SenderEvent::from_json(event)?;
        (facts.channel, facts.purpose) = (Some(event.channel), Some(event.purpose));
        let to = event.phone_number()?;
        let code = self.code(&event, deadline).await?;
        let text = compose::sms(
            event.purpose,
            Fill {
                code: code.as_ref(),
                user_name: &event.user_name,
            },
        )?;
        facts.parts = Some(Parts::of(text.expose()).count);

        facts.country = guard::country_of(&to);
        let sms = self.delivery.sms.as_ref().ok_or(RouteError::NoSms)?;
        guard::check(&to, &sms.countries)?;

        let route = send::choose(&self.delivery, facts.country, event.purpose)?;
        let failed = |provider: &str, attempt, error: &send::ProviderError| {
            tracing::warn!(
                requestId = invocation.request_id,
                purpose = event.purpose.name(),
                channel = event.channel.name(),
                country = facts.country.map(tracing::field::display),
                provider,
                attempt,
                outcome = "attempt-failed",
                error = error.name.as_str(),
                "attempt failed",
            );
        };
        Ok(send::deliver(route, &self.providers, &Sms { to, text }, deadline, failed).await?)
    }

    async fn code(&self, event: &SenderEvent, deadline: Instant) -> Result<Option<Redacted<String>>, Stop> {
        let Some(encrypted) = event.encrypted_code()? else {
            return Ok(None);
        };
        let code = decrypt::open(encrypted.expose(), &event.pool, &self.keys, &self.data_keys);
        let code = timeout_at(deadline, code)
            .await
            .map_err(|_| DecryptError::from(DataKeyError::TimedOut))??;
        Ok(Some(if event.purpose == Purpose::AdminCreateUser {
            decrypt::unescape(&code)
        } else {
            code
        }))
    }
}

impl Facts {
    fn log(&self, invocation: &Invocation, result: &Result<Delivered<'_>, Stop>) {
        let request_id = invocation.request_id.as_str();
        let channel = self.channel.map(Channel::name);
        let purpose = self.purpose.map(Purpose::name);
        let country = self.country.map(tracing::field::display);
        match result {
            Ok(delivered) => tracing::info!(
                requestId = request_id,
                purpose,
                channel,
                country,
                provider = delivered.provider,
                attempt = delivered.attempt,
                parts = self.parts,
                messageId = delivered.accepted.message_id,
                outcome = Outcome::Delivered.name(),
                "message delivered",
            ),
            Err(Stop {
                outcome: Outcome::Failed,
                code,
                reason,
            }) => tracing::error!(
                requestId = request_id,
                purpose,
                channel,
                country,
                outcome = Outcome::Failed.name(),
                error = code,
                "failed to {reason}",
            ),
            Err(Stop { outcome, code, reason }) => tracing::warn!(
                requestId = request_id,
                purpose,
                channel,
                country,
                outcome = outcome.name(),
                error = code,
                "refused to {reason}",
            ),
        }
    }
}

impl Stop {
    fn failed(code: &'static str, reason: impl fmt::Display) -> Self {
        Self {
            outcome: Outcome::Failed,
            code,
            reason: reason.to_string(),
        }
    }

    fn refused(code: &'static str, reason: impl fmt::Display) -> Self {
        Self {
            outcome: Outcome::Refused,
            code,
            reason: reason.to_string(),
        }
    }
}

impl From<EventError> for Stop {
    fn from(error: EventError) -> Self {
        if error.is_refusal() {
            Self::refused(error.code(), error)
        } else {
            Self::failed(error.code(), error)
        }
    }
}

impl From<DecryptError> for Stop {
    fn from(error: DecryptError) -> Self {
        Self::failed(error.code(), error)
    }
}

impl From<ComposeError> for Stop {
    fn from(error: ComposeError) -> Self {
        Self::failed(error.code(), error)
    }
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        Self::refused(refusal.code(), refusal)
    }
}

impl From<RouteError> for Stop {
    fn from(error: RouteError) -> Self {
        Self::failed(error.code(), error)
    }
}

impl From<DeliveryError> for Stop {
    fn from(error: DeliveryError) -> Self {
        match error {
            DeliveryError::Recipient(_) => Self::refused(error.code(), error),
            DeliveryError::Exhausted(_) | DeliveryError::TimedOut | DeliveryError::NoProvider => {
                Self::failed(error.code(), error)
            }
        }
    }
}
