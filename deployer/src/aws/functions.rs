//! Lambda: what runs.

use super::error::refused;
use super::{AwsError, Session};

/// A function as Lambda has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionState {
    /// Its ARN.
    pub arn: String,
    /// Base64 of the SHA-256 of the zip that it runs.
    pub code_sha256: String,
    /// `Pending`, `Active`, …
    pub state: String,
    /// The version that answers: `$LATEST`.
    pub version: String,
    /// When its code or settings changed last, as Lambda writes it.
    pub last_modified: String,
}

impl Session {
    /// Reads a function by name or ARN.
    pub async fn function(&self, name: &str) -> Result<FunctionState, AwsError> {
        let answer = aws_sdk_lambda::Client::new(&self.sdk)
            .get_function_configuration()
            .function_name(name)
            .send()
            .await
            .map_err(|error| refused("lambda:GetFunctionConfiguration", error))?;
        Ok(FunctionState {
            arn: answer.function_arn().unwrap_or_default().to_owned(),
            code_sha256: answer.code_sha256().unwrap_or_default().to_owned(),
            state: answer
                .state()
                .map(|state| state.as_str().to_owned())
                .unwrap_or_default(),
            version: answer.version().unwrap_or_default().to_owned(),
            last_modified: answer.last_modified().unwrap_or_default().to_owned(),
        })
    }
}
