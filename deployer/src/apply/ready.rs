//! Before a pool is pointed at functions: does everything stand that it takes to call them, and to read its codes?
//!
//! CloudFormation has said that it is done; what Lambda and IAM answer when they are asked is what counts, and it may
//! come a little later. Nothing is changed here.

use thiserror::Error;

use super::Pause;
use crate::aws::{AwsError, FunctionState, Session};
use crate::plan::statement::{Admits, admits, allows};
use crate::spec::{AccountId, PoolId};
use crate::template::DECRYPT_POLICY_NAME;

/// What must stand.
#[derive(Clone, Debug)]
pub struct Expected<'a> {
    /// The pool.
    pub pool: &'a PoolId,
    /// Its ARN.
    pub pool_arn: &'a str,
    /// Its account.
    pub account: &'a AccountId,
    /// The stack's own function, by name or ARN, where the pool will call it.
    pub function: Option<&'a str>,
    /// Other functions that the pool will call and that the stack lets it call, by ARN.
    pub others: &'a [String],
    /// By what the stack's own function will read codes; nothing when it gets none.
    pub decrypts: Option<Decrypts<'a>>,
}

/// A role, and the keys under which it is to decrypt a pool's codes.
#[derive(Clone, Debug)]
pub struct Decrypts<'a> {
    /// The role's name.
    pub role: &'a str,
    /// The keys' ARNs.
    pub keys: &'a [String],
}

/// What was seen to stand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ready {
    /// The stack's own function.
    pub function: Option<FunctionState>,
    /// Rights that the credentials lack, so that something was not looked at.
    pub unread: Vec<&'static str>,
}

/// Why a pool must not be pointed at the functions now.
#[derive(Clone, Debug, Error)]
pub enum ReadyError {
    /// A call did not go through.
    #[error(transparent)]
    Aws(#[from] AwsError),
    /// The function will not become ready by itself.
    #[error("the function {function} is in {state}{}", because(.reason))]
    Stuck {
        /// Its name or ARN.
        function: String,
        /// Its state, or that of its last update.
        state: String,
        /// Lambda's words.
        reason: String,
    },
    /// Something does not stand, or is not to be seen yet.
    #[error("the pool {pool} cannot use its triggers yet: {}", missing.join("; "))]
    Missing {
        /// The pool.
        pool: PoolId,
        /// What is missing, one sentence fragment each.
        missing: Vec<String>,
    },
}

impl ReadyError {
    /// Returns what to do, in one line; nothing where the call's refusal says it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Aws(_) => None,
            Self::Stuck { function, .. } => Some(format!(
                "look at it: aws lambda get-function-configuration --function-name {function}; when it is active again, \
                 run the same command"
            )),
            Self::Missing { .. } => Some(
                "the pool was not touched: run the same command again in a minute; if it says the same, somebody \
                 changed what the stack made"
                    .to_owned(),
            ),
        }
    }
}

fn because(reason: &str) -> String {
    if reason.is_empty() {
        String::new()
    } else {
        format!(": {reason}")
    }
}

/// How often everything that is missing is looked at, about three minutes in all: a function in a VPC takes one.
const LOOKS: usize = 40;

/// Waits until everything stands that a pool needs of its functions.
pub async fn ready(session: &Session, expected: &Expected<'_>) -> Result<Ready, ReadyError> {
    Box::pin(looked(session, expected, LOOKS)).await
}

async fn looked(session: &Session, expected: &Expected<'_>, looks: usize) -> Result<Ready, ReadyError> {
    let mut ready = Ready::default();
    let mut waiting = Waiting::of(expected);
    let mut pause = Pause::new();
    for look in 1..=looks {
        let missing = waiting.look(session, expected, &mut ready).await?;
        if missing.is_empty() {
            return Ok(ready);
        }
        if look == looks {
            let pool = expected.pool.clone();
            return Err(ReadyError::Missing { pool, missing });
        }
        pause.wait().await;
    }
    Ok(ready)
}

/// What has not been seen yet: what stands is not looked at twice.
struct Waiting<'a> {
    function: Option<&'a str>,
    invoked: Vec<&'a str>,
    keys: Vec<&'a str>,
}

impl<'a> Waiting<'a> {
    fn of(expected: &Expected<'a>) -> Self {
        let others = expected.others.iter().map(String::as_str);
        let keys = expected.decrypts.iter().flat_map(|decrypts| decrypts.keys);
        Self {
            function: expected.function,
            invoked: expected.function.into_iter().chain(others).collect(),
            keys: keys.map(String::as_str).collect(),
        }
    }

    /// Looks at what has not been seen yet, and returns what is still missing.
    async fn look(
        &mut self,
        session: &Session,
        expected: &Expected<'_>,
        ready: &mut Ready,
    ) -> Result<Vec<String>, ReadyError> {
        let mut missing = Vec::new();
        if let Some(name) = self.function {
            match unread(session.function(name).await, ready)? {
                None => self.function = None,
                Some(state) => match standing(name, &state)? {
                    None => {
                        ready.function = Some(state);
                        self.function = None;
                    }
                    Some(words) => missing.push(words),
                },
            }
        }
        let mut locked = Vec::new();
        for function in std::mem::take(&mut self.invoked) {
            let policy = unread(session.function_policy(function).await, ready)?;
            if policy.is_some_and(|policy| !policy.is_some_and(|policy| invokes(&policy, expected))) {
                missing.push(format!(
                    "the policy of the function {function} does not let {} invoke it",
                    expected.pool_arn
                ));
                locked.push(function);
            }
        }
        self.invoked = locked;
        if let (Some(decrypts), false) = (&expected.decrypts, self.keys.is_empty()) {
            match unread(session.role_policy(decrypts.role, DECRYPT_POLICY_NAME).await, ready)? {
                None => self.keys.clear(),
                Some(policy) => self.keys.retain(|key| {
                    let allowed = policy
                        .as_ref()
                        .is_some_and(|policy| decrypts_under(policy, key, expected.pool));
                    if !allowed {
                        missing.push(format!(
                            "the policy {DECRYPT_POLICY_NAME} of the role {} does not let it decrypt codes of the pool \
                             under {key}",
                            decrypts.role
                        ));
                    }
                    !allowed
                }),
            }
        }
        Ok(missing)
    }
}

/// An answer; nothing, and a note of the right, where the credentials may not ask.
fn unread<T>(answer: Result<T, AwsError>, ready: &mut Ready) -> Result<Option<T>, AwsError> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(error) if error.is_denied() => {
            if !ready.unread.contains(&error.action) {
                ready.unread.push(error.action);
            }
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// What a function still lacks. One that failed, or that sleeps until somebody calls it, is an error.
fn standing(name: &str, function: &FunctionState) -> Result<Option<String>, ReadyError> {
    let stuck = |state: String, reason: &str| ReadyError::Stuck {
        function: name.to_owned(),
        state,
        reason: reason.to_owned(),
    };
    match (function.state.as_str(), function.last_update.as_str()) {
        (state @ ("Failed" | "Inactive"), _) => Err(stuck(state.to_owned(), &function.state_reason)),
        (_, "Failed") => Err(stuck(
            "Active, but its last update failed".to_owned(),
            &function.last_update_reason,
        )),
        ("Active", "Successful") => Ok(None),
        (state, update) => Ok(Some(format!(
            "the function {name} is in {state}, its last update in {update}{}",
            because(&function.state_reason)
        ))),
    }
}

fn invokes(policy: &serde_json::Value, expected: &Expected<'_>) -> bool {
    lets_invoke(policy, expected.pool_arn, expected.account)
}

/// Whether a function's policy lets Cognito invoke it for a pool.
pub fn lets_invoke(policy: &serde_json::Value, pool_arn: &str, account: &AccountId) -> bool {
    let known = [
        ("aws:SourceArn", Some(pool_arn)),
        ("aws:SourceAccount", Some(account.as_str())),
    ];
    admits(policy, "cognito-idp.amazonaws.com", "lambda:InvokeFunction", &known) == Admits::Yes
}

fn decrypts_under(policy: &serde_json::Value, key: &str, pool: &PoolId) -> bool {
    let known = [("kms:EncryptionContext:userpool-id", Some(pool.as_str()))];
    allows(policy, "kms:Decrypt", key, &known) == Admits::Yes
}

#[cfg(test)]
mod tests;
