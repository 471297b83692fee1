//! Lambda: what runs, and who may invoke it.

use serde_json::Value;

use super::error::{policy_document, refused};
use super::{AwsError, Session};

/// A function as Lambda has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionState {
    /// Its ARN.
    pub arn: String,
    /// Base64 of the SHA-256 of the zip that it runs.
    pub code_sha256: String,
    /// `Pending`, `Active`, `Inactive` or `Failed`.
    pub state: String,
    /// Why it is in that state, where Lambda says so.
    pub state_reason: String,
    /// How its last update ended: `Successful`, `InProgress` or `Failed`.
    pub last_update: String,
    /// Why its last update ended so, where Lambda says so.
    pub last_update_reason: String,
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
            state_reason: answer.state_reason().unwrap_or_default().to_owned(),
            last_update: answer
                .last_update_status()
                .map(|status| status.as_str().to_owned())
                .unwrap_or_default(),
            last_update_reason: answer.last_update_status_reason().unwrap_or_default().to_owned(),
            version: answer.version().unwrap_or_default().to_owned(),
            last_modified: answer.last_modified().unwrap_or_default().to_owned(),
        })
    }

    /// Reads who may invoke a function, by its name or ARN: its resource-based policy. Nothing when it has none, or
    /// when there is no such function.
    pub async fn function_policy(&self, name: &str) -> Result<Option<Value>, AwsError> {
        let action = "lambda:GetPolicy";
        let answer = aws_sdk_lambda::Client::new(&self.sdk)
            .get_policy()
            .function_name(name)
            .send()
            .await;
        match answer.map_err(|error| refused(action, error)) {
            Ok(answer) => policy_document(action, answer.policy().unwrap_or_default()).map(Some),
            Err(error) if error.is(&["ResourceNotFoundException"]) => Ok(None),
            Err(error) => Err(error),
        }
    }
}
