//! The function's binary: the library's process, with no provider but the library's own.

use std::process::ExitCode;

/// One thread: an environment handles one event at a time, and a second thread would be one more to start.
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    handler::process::run(|_, _| None).await
}
