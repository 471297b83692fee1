//! A message and the guard: asked before it is decrypted, told what became of it.

use tokio::time::Instant;

use super::facts::Facts;
use super::stop::Stop;
use super::{Done, Handler, Invocation};
use crate::decrypt::Decryptor;
use crate::event::{EmailAddress, PhoneNumber, SenderEvent};
use crate::guard::{Question, Unanswered};
use crate::hex::hex;
use crate::telemetry::Unguarded;

use aws_lc_rs::digest::{SHA256, digest};

/// Where a message goes.
pub(super) enum Recipient {
    /// By SMS.
    Number(PhoneNumber),
    /// By e-mail.
    Address(EmailAddress),
}

impl Recipient {
    fn expose(&self) -> &str {
        match self {
            Self::Number(number) => number.expose(),
            Self::Address(address) => address.expose(),
        }
    }
}

/// Returns the id of a message, the same on every delivery of one event.
pub(super) fn message_id(invocation: &Invocation, event: &SenderEvent) -> String {
    // One code has one ciphertext, on every retry; a notice has none, but its invocation has an id.
    let unique = event
        .code
        .as_ref()
        .map_or(invocation.request_id.as_str(), |code| code.expose());
    hex(digest(&SHA256, unique.as_bytes()).as_ref())
}

impl<D: Decryptor> Handler<D> {
    /// Delivers a message, once the guard lets it pass.
    pub(super) async fn guarded(
        &self,
        invocation: &Invocation,
        event: &SenderEvent,
        deadline: Instant,
        facts: &mut Facts,
    ) -> Result<Done<'_>, Stop> {
        let to = self.recipient(event, facts)?;
        // Where there is nothing to deliver there is nothing to ask.
        event.encrypted_code()?;
        let id = message_id(invocation, event);
        let mut for_sure = true;
        let Some(gate) = &self.guard else {
            return self
                .deliver(invocation, event, (to, &id), deadline, facts, &mut for_sure)
                .await;
        };
        let question = Question {
            id: &id,
            channel: event.channel,
            pool: &event.pool,
            recipient: to.expose(),
            country: facts.country,
        };
        let hear = |unanswered: &Unanswered| self.unanswered(invocation, unanswered);
        let pass = gate.admit(&question, deadline, &hear).await?;
        let until = pass.until;
        let result = self
            .deliver(invocation, event, (to, &id), until, facts, &mut for_sure)
            .await;
        match &result {
            Ok(_) => pass.accepted(deadline, &hear).await,
            Err(_) => pass.failed(for_sure, deadline, &hear).await,
        }
        result
    }

    /// Says and counts that the table did not answer.
    fn unanswered(&self, invocation: &Invocation, unanswered: &Unanswered) {
        let policy = unanswered.policy.map(crate::delivery::Policy::name);
        tracing::warn!(
            requestId = invocation.request_id,
            question = unanswered.about,
            policy,
            cause = unanswered.cause.as_str(),
            error = "guard-unavailable",
            "the guard table did not answer",
        );
        let count = Unguarded {
            stack: &self.stack_name,
            question: unanswered.about,
            policy,
            cause: unanswered.cause.as_str(),
            request_id: &invocation.request_id,
            at_ms: invocation.at_ms,
        };
        (self.count)(&count.line());
    }
}
