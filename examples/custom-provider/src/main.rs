//! A build of the handler that can also deliver through Acme's own gateway.
//!
//! A stack file names it so:
//!
//! ```yaml
//! providers:
//!   gateway: {type: custom, kind: acme, settings: {url: "https://gateway.acme.example/sms"}, secret: arn:aws:secretsmanager:…}
//! function: {source: .}
//! ```
//!
//! Everything else is the library's: decryption, texts, routes, retries, the queue, logs and metrics.

mod acme;

use std::process::ExitCode;

use handler::provider::{Custom, Services};
use handler::send::Provider;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    handler::process::run(provider).await
}

/// Makes the providers that this build brings; nothing for a `kind` that it does not know.
fn provider(custom: &Custom, services: &Services) -> Option<Box<dyn Provider>> {
    match custom.kind.as_str() {
        "acme" => Some(Box::new(acme::Gateway::new(custom, services)?)),
        _ => None,
    }
}
