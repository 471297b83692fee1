//! The function's binary: reads the environment, builds what lives as long as the container, and runs.

mod wiring;

use std::io::Write as _;
use std::process::ExitCode;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use handler::decrypt::Kms;
use handler::{Failure, Handler, Invocation, env, telemetry};
use lambda_runtime::{LambdaEvent, Runtime, service_fn};
use serde_json::Value;

/// One thread: an environment handles one event at a time, and a second thread would be one more to start.
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let level = std::env::var(env::AWS_LAMBDA_LOG_LEVEL).ok();
    if tracing::subscriber::set_global_default(telemetry::subscriber(level.as_deref())).is_err() {
        return ExitCode::FAILURE;
    }
    let handler = match wiring::handler(|name| std::env::var(name).ok(), Box::new(count)) {
        Ok(handler) => handler,
        Err(error) => {
            tracing::error!(error = error.code(), "failed to {error}");
            return ExitCode::FAILURE;
        }
    };
    let service = service_fn(|event: LambdaEvent<Value>| handle(&handler, event));
    // The runtime by itself, without its tracing layer: that would log through spans of its own.
    match Runtime::new(service).run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

async fn handle(handler: &Handler<Kms>, event: LambdaEvent<Value>) -> Result<(), Failure> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let invocation = Invocation {
        request_id: event.context.request_id,
        at_ms: now.as_millis().try_into().unwrap_or_default(),
        remaining: Duration::from_millis(event.context.deadline).saturating_sub(now),
    };
    handler.handle(&invocation, &event.payload).await
}

/// Writes a metric's line; there is nowhere to report that standard output is gone.
fn count(line: &str) {
    let _ = writeln!(std::io::stdout().lock(), "{line}");
}
