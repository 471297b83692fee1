//! What is known of a message by the time something is said about it, and the line that says it.

use crate::compose::{Locale, Trouble};
use crate::delivery::Country;
use crate::event::Purpose;
use crate::telemetry::Outcome;

use super::stop::Stop;
use super::{Done, Invocation};

/// What is known of the message so far, for the log.
#[derive(Default)]
pub(super) struct Facts {
    /// The channel's name; `message` for texts that Cognito itself sends.
    pub(super) channel: Option<&'static str>,
    pub(super) purpose: Option<Purpose>,
    pub(super) country: Option<Country>,
    /// The language of the text.
    pub(super) locale: Option<String>,
    /// How many parts an SMS takes.
    pub(super) parts: Option<usize>,
}

impl Facts {
    /// Notes what a text was composed in, and says so where it is not the stack's own that was meant.
    pub(super) fn composed(&mut self, locale: &Locale, trouble: Option<&Trouble>, invocation: &Invocation) {
        self.locale = Some(locale.to_string());
        self.left_out(trouble, invocation);
    }

    /// Says which texts of the stack were left out, and why.
    pub(super) fn left_out<'t>(&self, trouble: impl IntoIterator<Item = &'t Trouble>, invocation: &Invocation) {
        for trouble in trouble {
            tracing::warn!(
                requestId = invocation.request_id,
                purpose = self.purpose.map(Purpose::name),
                channel = self.channel,
                error = Trouble::CODE,
                "left a text out: {trouble}",
            );
        }
    }

    pub(super) fn log(&self, invocation: &Invocation, result: &Result<Done<'_>, Stop>) {
        let request_id = invocation.request_id.as_str();
        let purpose = self.purpose.map(Purpose::name);
        let country = self.country.map(tracing::field::display);
        match result {
            Ok(Done::Delivered(delivered)) => tracing::info!(
                requestId = request_id,
                purpose,
                channel = self.channel,
                country,
                locale = self.locale,
                provider = delivered.provider,
                attempt = delivered.attempt,
                parts = self.parts,
                messageId = delivered.accepted.message_id,
                outcome = Outcome::Delivered.name(),
                "message delivered",
            ),
            Ok(Done::Written(_)) => tracing::info!(
                requestId = request_id,
                purpose,
                channel = self.channel,
                locale = self.locale,
                outcome = Outcome::Delivered.name(),
                "message written",
            ),
            Err(Stop { fate, code, reason, .. }) => match fate.outcome() {
                Outcome::Failed => tracing::error!(
                    requestId = request_id,
                    purpose,
                    channel = self.channel,
                    country,
                    outcome = Outcome::Failed.name(),
                    error = code,
                    "failed to {reason}",
                ),
                outcome @ (Outcome::Refused | Outcome::Delivered) => tracing::warn!(
                    requestId = request_id,
                    purpose,
                    channel = self.channel,
                    country,
                    outcome = outcome.name(),
                    error = code,
                    "refused to {reason}",
                ),
            },
        }
    }
}
