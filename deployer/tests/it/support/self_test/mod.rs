//! Tests of what the other tests stand on.

mod adoption;
mod cognito;
mod moto;
mod normalise;
mod proxy;
mod stacks;
mod strict;

use aws_sdk_cloudformation::error::{ProvideErrorMetadata, SdkError};

/// Returns code and message of a refusal.
fn refusal<E: ProvideErrorMetadata>(error: &SdkError<E>) -> String {
    format!(
        "{}: {}",
        error.code().unwrap_or_default(),
        error.message().unwrap_or_default()
    )
}
