//! Whether a function could serve a pool, asked of the function itself before the pool is pointed at it.
//!
//! The function gets a made-up code, encrypted under the stack's key as Cognito would for this pool. It decrypts it,
//! looks for its route, and sends nothing.

use std::time::Duration;

use handler::Redacted;
use handler::event::{Channel, PoolId, Probe, ProbeAnswer};
use thiserror::Error;

use super::Pause;
use crate::aws::{AwsError, Invoked, Refusal, Session};
use crate::simulate::{EncryptError, Encryption, made_up_code};

/// A function, and what it is to serve.
#[derive(Clone, Copy, Debug)]
pub struct Served<'a> {
    /// The function's name or ARN.
    pub function: &'a str,
    /// The function's `Timeout`.
    pub timeout: Duration,
    /// The ARN of the key that the pool names, or will name.
    pub key_arn: &'a str,
    /// The pool.
    pub pool: &'a PoolId,
}

/// Why a function could not be asked, or did not say yes.
#[derive(Debug, Error)]
pub enum ProbeError {
    /// A call did not go through.
    #[error(transparent)]
    Aws(#[from] AwsError),
    /// The code could not be encrypted.
    #[error("failed to {0}")]
    Encrypt(#[from] EncryptError),
    /// The function ended with an error.
    #[error("the function ended with an error: {0}")]
    Crashed(String),
    /// The function answered something else: it is no handler that knows probes.
    #[error("the function does not know probes")]
    Unknown,
    /// The function answered that it could not serve the pool.
    #[error("the function failed to {reason}")]
    No {
        /// The handler's code.
        code: String,
        /// The handler's reason, as a fragment.
        reason: String,
    },
}

/// Encrypts a text as Cognito would for a pool; returns the base64 text of `request.code`.
pub async fn encrypted(
    session: &Session,
    served: Served<'_>,
    text: &Redacted<String>,
) -> Result<Redacted<String>, ProbeError> {
    let encryption = Encryption::for_pool(served.pool)?;
    let data_key = session.generate_data_key(served.key_arn, encryption.context()).await?;
    Ok(encryption.seal(text, served.key_arn, &data_key)?)
}

/// Asks a function whether it could send messages of a channel for a pool.
pub async fn probe(session: &Session, served: Served<'_>, channel: Channel) -> Result<ProbeAnswer, ProbeError> {
    let probe = Probe {
        channel,
        pool: served.pool.clone(),
        code: encrypted(session, served, &made_up_code()).await?,
    };
    let invoked = asked(session, served, &probe.to_json().to_string()).await?;
    if let Some(error) = invoked.error() {
        return Err(ProbeError::Crashed(error));
    }
    let answer = ProbeAnswer::from_json(&invoked.answer).ok_or(ProbeError::Unknown)?;
    match (answer.decrypted, &answer.error) {
        (true, None) => Ok(answer),
        (_, code) => Err(ProbeError::No {
            code: code.clone().unwrap_or_default(),
            reason: answer.reason.unwrap_or_default(),
        }),
    }
}

/// How often a function is asked that could not be called: it sends nothing, so it may be asked twice.
const TRIES: usize = 6;

/// What passes by itself.
const BUSY: [&str; 8] = [
    "InternalFailure",
    "ResourceConflictException",
    "ResourceNotReadyException",
    "ServiceException",
    "ServiceUnavailable",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
];

async fn asked(session: &Session, served: Served<'_>, event: &str) -> Result<Invoked, AwsError> {
    let mut pause = Pause::new();
    for _ in 1..TRIES {
        match session.invoke(served.function, event, served.timeout).await {
            Err(error) if error.refusal == Refusal::Unreachable || error.is(&BUSY) => pause.wait().await,
            answer => return answer,
        }
    }
    session.invoke(served.function, event, served.timeout).await
}
