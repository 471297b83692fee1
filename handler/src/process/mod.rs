//! What a binary does with the library: the only place that reads the environment and the clock and writes lines.
//!
//! A build with providers of its own is a `main` that calls [`run`] with them; `examples/custom-provider`
//! is one.

mod dead_letters;
mod wiring;

use std::io::Write as _;
use std::panic::PanicHookInfo;
use std::pin::Pin;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use lambda_runtime::tower::util::MapRequestLayer;
use lambda_runtime::{LambdaEvent, LambdaInvocation, Runtime, service_fn};
use serde::de::IgnoredAny;
use serde_json::Value;

use crate::decrypt::Decryptor;
use crate::handle::PANICKED;
use crate::provider::{Custom, CustomProviders, Services};
use crate::send::Provider;
use crate::telemetry::{Count, Outcome};
use crate::{Failure, Handler, Invocation, env, telemetry};

/// The code of an event that is no JSON.
const NOT_JSON: &str = "event-not-json";

/// What stands in place of such an event: the code as JSON, which is no event of Cognito's either.
const UNREADABLE: &str = "\"event-not-json\"";

/// Runs until Lambda ends the environment; on a current-thread runtime of tokio.
///
/// `custom` makes a provider of the type `custom`, by its `kind` and settings, once at the start and
/// without a call; nothing where it knows no such kind, with which the function does not start.
pub async fn run(custom: impl Fn(&Custom, &Services) -> Option<Box<dyn Provider>> + Send + Sync + 'static) -> ExitCode {
    running(Arc::new(custom)).await
}

/// Boxed, so that a binary need not know the whole of the future's type.
fn running(custom: CustomProviders) -> Pin<Box<dyn Future<Output = ExitCode>>> {
    Box::pin(serve(custom))
}

async fn serve(custom: CustomProviders) -> ExitCode {
    let level = variable(env::AWS_LAMBDA_LOG_LEVEL);
    if tracing::subscriber::set_global_default(telemetry::subscriber(level.as_deref())).is_err() {
        return ExitCode::FAILURE;
    }
    std::panic::set_hook(Box::new(panicked));
    let handler = match wiring::handler(variable, custom, Box::new(count)) {
        Ok(handler) => handler,
        Err(error) => {
            tracing::error!(error = error.code(), "failed to {error}");
            return ExitCode::FAILURE;
        }
    };
    let service = service_fn(|event: LambdaEvent<Value>| handle(&handler, event));
    let readable = MapRequestLayer::new(readable);
    // The runtime by itself, without its tracing layer: that would log through spans of its own.
    match Runtime::new(service).layer(readable).run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

async fn handle(handler: &Handler<impl Decryptor>, event: LambdaEvent<Value>) -> Result<Value, Failure> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let invocation = Invocation {
        request_id: event.context.request_id,
        function_arn: event.context.invoked_function_arn,
        at_ms: now.as_millis().try_into().unwrap_or_default(),
        remaining: Duration::from_millis(event.context.deadline).saturating_sub(now),
    };
    if event.payload == NOT_JSON {
        return Err(unreadable(&handler.stack_name, &invocation));
    }
    handler.handle(&invocation, &event.payload).await
}

/// Puts a word in place of an event that is no JSON: the runtime would answer such a one itself, with the names of the
/// members around the mistake, and would neither log nor count it.
fn readable(mut invocation: LambdaInvocation) -> LambdaInvocation {
    if serde_json::from_slice::<IgnoredAny>(&invocation.body).is_err() {
        invocation.body = UNREADABLE.as_bytes().into();
    }
    invocation
}

/// Says and counts that an event is no JSON; of its content nothing is known.
fn unreadable(stack: &str, invocation: &Invocation) -> Failure {
    let failure = Failure {
        code: NOT_JSON,
        reason: "read the event: it is no JSON".to_owned(),
    };
    let request_id = invocation.request_id.as_str();
    let outcome = Outcome::Failed;
    tracing::error!(
        requestId = request_id,
        outcome = outcome.name(),
        error = NOT_JSON,
        "{failure}"
    );
    let counted = Count {
        stack,
        channel: None,
        outcome,
        reason: Some(NOT_JSON),
        rate: None,
        request_id,
        at_ms: invocation.at_ms,
        took_ms: 0,
    };
    count(&counted.line());
    failure
}

/// Says where, and never what: a panic's text may hold whatever was in hand.
fn panicked(panic: &PanicHookInfo<'_>) {
    let location = panic.location().map(ToString::to_string).unwrap_or_default();
    tracing::error!(error = PANICKED, location, "panicked");
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// Writes a metric's line; there is nowhere to report that standard output is gone.
fn count(line: &str) {
    let _ = writeln!(std::io::stdout().lock(), "{line}");
}
