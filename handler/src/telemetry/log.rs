//! Log lines in Lambda's JSON format: `timestamp`, `level`, `message` and the event's own fields.

use tracing::Subscriber;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;

/// Returns a subscriber that writes this crate's lines to standard output, down to `level`.
///
/// `level` is Lambda's name of one; `INFO` where there is none. No other crate is heard, at any
/// level: what the SDK says of a request may hold a number or a text.
pub fn subscriber(level: Option<&str>) -> impl Subscriber + Send + Sync {
    let level = match level {
        Some("TRACE") => LevelFilter::TRACE,
        Some("DEBUG") => LevelFilter::DEBUG,
        Some("WARN") => LevelFilter::WARN,
        Some("ERROR" | "FATAL") => LevelFilter::ERROR,
        Some(_) | None => LevelFilter::INFO,
    };
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(false)
        .with_target(false)
        .with_max_level(LevelFilter::TRACE)
        .finish()
        .with(Targets::new().with_target("handler", level))
}
