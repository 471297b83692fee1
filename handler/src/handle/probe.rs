//! The answer to a probe: what a message of the channel would need, and nothing of it sent.

use serde_json::Value;
use tokio::time::Instant;

use super::Handler;
use super::panic::caught;
use super::stop::Stop;
use crate::decrypt::Decryptor;
use crate::delivery::Route;
use crate::event::{Channel, Probe, ProbeAnswer};
use crate::send::RouteError;

impl<D: Decryptor> Handler<D> {
    /// Answers a probe. What is wrong is part of the answer, so that no alarm and no retry comes of it.
    pub(super) async fn probe(&self, event: &Value, deadline: Instant) -> Value {
        let mut answer = ProbeAnswer {
            decrypted: false,
            handler: env!("CARGO_PKG_VERSION").to_owned(),
            providers: Vec::new(),
            error: None,
            reason: None,
        };
        let examined = caught(self.examine(event, deadline, &mut answer)).await;
        if let Err(stop) = examined.unwrap_or_else(|| Err(Stop::panicked())) {
            answer.error = Some(stop.code.to_owned());
            answer.reason = Some(stop.reason);
        }
        tracing::info!(
            decrypted = answer.decrypted,
            error = answer.error.as_deref(),
            "probe answered"
        );
        answer.to_json()
    }

    async fn examine(&self, event: &Value, deadline: Instant, answer: &mut ProbeAnswer) -> Result<(), Stop> {
        let probe = Probe::from_json(event)?;
        self.open(probe.code.expose(), &probe.pool, deadline).await?;
        answer.decrypted = true;
        let names = self.routes(probe.channel)?.iter().flat_map(|route| &route.via);
        for name in names {
            if !answer.providers.contains(name) {
                answer.providers.push(name.clone());
            }
        }
        if let Some(gate) = &self.guard {
            gate.examine(deadline).await?;
        }
        Ok(())
    }

    fn routes(&self, channel: Channel) -> Result<&[Route], RouteError> {
        match channel {
            Channel::Sms => self
                .delivery
                .sms
                .as_ref()
                .map(|sms| sms.routes.as_slice())
                .ok_or(RouteError::NoSms),
            Channel::Email => {
                let email = self.delivery.email.as_ref().ok_or(RouteError::NoEmail)?;
                Ok(&email.routes)
            }
        }
    }
}
