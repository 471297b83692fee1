//! The update of a pool: sent, tried again where that can help, and explained where it cannot.
//!
//! Every try has a body of its own, made from the pool as it is at that moment. So what somebody writes between two
//! tries is not written over, and the SDK's own retries are off for this call: all there are, are made here.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Map, Value};
use thiserror::Error;

use super::Pause;
use crate::aws::{AwsError, Refusal, Session};
use crate::plan::is_writable;

/// What came of an update.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// How many requests were sent; none when the pool was as wanted before the first.
    pub tries: u32,
    /// Members of the pool that the service refused by name, so that they were left out.
    pub left_out: BTreeSet<String>,
    /// Whether one of them may have arrived although no answer says so.
    pub is_unsure: bool,
}

/// Why a pool could not be updated.
#[derive(Clone, Debug, Error)]
#[error("{error}{}", if *tries > 1 { format!(" (sent {tries} times)") } else { String::new() })]
pub struct PoolUpdateError {
    /// The last answer.
    pub error: AwsError,
    /// The pool's id.
    pub pool: String,
    /// How many requests were sent.
    pub tries: u32,
    /// Whether one of them may have arrived. Else the pool is as it was: the service refused them all.
    pub is_unsure: bool,
}

impl PoolUpdateError {
    /// Returns what to do, in one line; nothing where the answer's kind says it all.
    pub fn hint(&self) -> Option<String> {
        let right = RIGHTS.iter().find(|(right, _)| self.error.message.contains(right));
        let words = right
            .map(|(_, hint)| *hint)
            .or_else(|| Some(row(&self.error)?.hint).filter(|hint| !hint.is_empty()))?;
        let region = self.pool.split('_').next().unwrap_or_default();
        Some(words.replace("POOL", &self.pool).replace("REGION", region))
    }
}

/// What an error of `UpdateUserPool` asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    /// To try again in a moment: somebody else is at work, or the service is.
    Wait,
    /// To try again a few times: a role that was mended a minute ago is not seen at once.
    WaitBriefly,
    /// To leave out the one member that it names, where it says that nobody can write it and no table of ours says
    /// that this can be done.
    LeaveOut,
    /// What only a person can do.
    Stop,
}

struct Row {
    code: &'static str,
    answer: Answer,
    /// How to mend it. `POOL` and `REGION` stand for the pool's.
    hint: &'static str,
}

const fn on(code: &'static str, answer: Answer, hint: &'static str) -> Row {
    Row { code, answer, hint }
}

const BUSY: &str = "somebody else, or Cognito itself, is at work on this account's pools: let that end, then run the \
                    same command; it goes on from what is there";
const SMS_ROLE: &str = "run `deployer doctor`: it reads the role by which the pool sends SMS messages, and says what that \
                        lacks";
const SETTING: &str = "Cognito does not take a setting back as it describes it: change or remove the one that the \
                       message names, then run the same command. It stands in: aws cognito-idp describe-user-pool \
                       --region REGION --user-pool-id POOL";

/// Every error of the service's model, and what services answer beside their model.
const ROWS: &[Row] = &[
    on(
        "ResourceNotFoundException",
        Answer::Stop,
        "the pool is gone, or not in this account and Region; look: aws cognito-idp describe-user-pool --region REGION \
         --user-pool-id POOL",
    ),
    on("InvalidParameterException", Answer::LeaveOut, SETTING),
    on("ConcurrentModificationException", Answer::Wait, BUSY),
    on("TooManyRequestsException", Answer::Wait, BUSY),
    on(
        "NotAuthorizedException",
        Answer::Stop,
        "the credentials need the right to cognito-idp:UpdateUserPool on the pool POOL",
    ),
    on(
        "UserImportInProgressException",
        Answer::Stop,
        "a job imports users into the pool: run the same command when it has ended. It is listed by: aws cognito-idp \
         list-user-import-jobs --region REGION --user-pool-id POOL --max-results 10",
    ),
    on("InternalErrorException", Answer::Wait, BUSY),
    on("InvalidSmsRoleAccessPolicyException", Answer::WaitBriefly, SMS_ROLE),
    on(
        "InvalidSmsRoleTrustRelationshipException",
        Answer::WaitBriefly,
        SMS_ROLE,
    ),
    on(
        "UserPoolTaggingException",
        Answer::Stop,
        "the credentials need the right to cognito-idp:TagResource on the pool, and no tag policy of the organisation \
         may forbid the tags that it has",
    ),
    on(
        "InvalidEmailRoleAccessPolicyException",
        Answer::WaitBriefly,
        "let the policy of the SES identity in the pool's EmailConfiguration.SourceArn admit \
         cognito-idp.amazonaws.com, then run the same command",
    ),
    on(
        "OperationNotEnabledException",
        Answer::Stop,
        "the Region does not take this for such a pool; a pool with replicas is changed in its primary Region",
    ),
    on(
        "TierChangeNotAllowedException",
        Answer::Stop,
        "Cognito takes the pool's own feature plan for a change: set it in the console, then run the same command",
    ),
    on(
        "FeatureUnavailableInTierException",
        Answer::Stop,
        "the pool uses a feature that its plan does not have: choose a plan that has it, or switch the feature off, \
         then run the same command",
    ),
    on("SerializationException", Answer::LeaveOut, SETTING),
    on("ValidationException", Answer::LeaveOut, SETTING),
    on("InternalFailure", Answer::Wait, BUSY),
    on("InternalServerError", Answer::Wait, BUSY),
    on("LimitExceededException", Answer::Wait, BUSY),
    on("ServiceUnavailable", Answer::Wait, BUSY),
    on("ServiceUnavailableException", Answer::Wait, BUSY),
    on("Throttling", Answer::Wait, BUSY),
    on("ThrottlingException", Answer::Wait, BUSY),
    on("an error without a code", Answer::Wait, BUSY),
];

/// Errors of a service that failed at its work; it may have done some of it.
const FAILURES: &[&str] = &[
    "InternalErrorException",
    "InternalFailure",
    "InternalServerError",
    "ServiceUnavailable",
    "ServiceUnavailableException",
    "an error without a code",
];

/// Words that tell more than the code which they come with.
const WORDS: &[(&str, Answer)] = &[
    ("one request at a time", Answer::Wait),
    ("Rate exceeded", Answer::Wait),
    (
        "Role does not have a trust relationship allowing Cognito to assume the role",
        Answer::WaitBriefly,
    ),
    ("Role does not have permission to publish with SNS", Answer::WaitBriefly),
];

/// What a refusal says, in small letters, of a member that cannot be written, whatever its value is.
const NOT_WRITABLE: &[&str] = &[
    "read-only",
    "read only",
    "readonly",
    "cannot be updated",
    "cannot be changed",
    "cannot be modified",
    "can't be updated",
    "can't be changed",
    "can't be modified",
    "can not be updated",
    "can not be changed",
    "can not be modified",
    "immutable",
];

/// What a refusal says, in small letters, of a member that the call does not take; said of a value it means that alone.
const NOT_KNOWN: &[&str] = &[
    "unknown",
    "unrecognized",
    "unrecognised",
    "unsupported",
    "not supported",
    "not recognized",
    "not recognised",
];

/// Rights beside the call's own that a refusal may name.
const RIGHTS: &[(&str, &str)] = &[
    (
        "iam:PassRole",
        "the credentials need the right to iam:PassRole on the pool's SMS role, which every update hands to Cognito \
         again",
    ),
    (
        "kms:CreateGrant",
        "the credentials need the right to kms:CreateGrant on the key, and the key's policy must let them have it",
    ),
];

fn row(error: &AwsError) -> Option<&'static Row> {
    ROWS.iter().find(|row| error.is(&[row.code]))
}

fn answer(error: &AwsError) -> Answer {
    match &error.refusal {
        Refusal::Service(_) => WORDS
            .iter()
            .find(|(words, _)| error.message.contains(words))
            .map(|(_, answer)| *answer)
            .or_else(|| Some(row(error)?.answer))
            .unwrap_or(Answer::Stop),
        // It may have arrived: then the next look at the pool finds nothing left to do.
        Refusal::Unreachable | Refusal::Unexpected => Answer::WaitBriefly,
        Refusal::Credentials | Refusal::Expired | Refusal::Clock => Answer::Stop,
    }
}

/// Whether a request may have arrived that was answered so: no answer came, or the service failed at its work.
fn is_unsure(error: &AwsError) -> bool {
    match &error.refusal {
        Refusal::Service(_) => error.is(FAILURES),
        Refusal::Unreachable | Refusal::Unexpected => true,
        Refusal::Credentials | Refusal::Expired | Refusal::Clock => false,
    }
}

/// The one member of a body that a refusal calls none to be written, where the service's model does not say that it can
/// be. A message that names several, or one that can be written, or that objects to a value is about something else: what
/// is left out is reset.
fn refused_member(message: &str, body: &Map<String, Value>) -> Option<String> {
    if !is_about_a_member(message) {
        return None;
    }
    let words: Vec<&str> = message.split(|c: char| !c.is_ascii_alphanumeric()).collect();
    // The service's validation spells members with a small letter at times.
    let named = |member: &&String| words.iter().any(|word| word.eq_ignore_ascii_case(member));
    let mut named = body.keys().filter(named);
    let member = named.next()?;
    (named.next().is_none() && !is_writable(member)).then(|| member.clone())
}

/// Whether a refusal says that a member is none to be written, rather than that its value will not do.
fn is_about_a_member(message: &str) -> bool {
    let message = message.to_lowercase();
    let says = |table: &[&str]| table.iter().any(|words| message.contains(words));
    says(NOT_WRITABLE) || (says(NOT_KNOWN) && !message.contains("value"))
}

/// How often an update is tried again, and how long the first pause is.
#[derive(Clone, Copy, Debug)]
struct Pacing {
    /// After [`Answer::Wait`].
    wait: (u32, Duration),
    /// After [`Answer::WaitBriefly`].
    briefly: (u32, Duration),
}

impl Pacing {
    /// Half a minute for somebody else's change, a quarter for a role that was just mended.
    const USUAL: Self = Self {
        wait: (11, Duration::from_millis(200)),
        briefly: (4, Duration::from_secs(2)),
    };
}

/// Pauses that are left, each longer than the one before.
struct Patience {
    left: u32,
    pause: Pause,
}

impl Patience {
    const fn of((left, first): (u32, Duration)) -> Self {
        Self {
            left,
            pause: Pause::from(first),
        }
    }

    /// Waits once more, or returns false when it is over.
    async fn lasts(&mut self) -> bool {
        let lasts = self.left > 0;
        if lasts {
            self.left -= 1;
            self.pause.wait().await;
        }
        lasts
    }
}

/// Updates a pool.
///
/// `body` is asked before every try, with the members to leave out. It reads the pool and returns the whole request, or
/// nothing when the pool is as wanted by now; its errors end the update. A request is sent again up to 11 times when somebody else is at work on
/// the pool or the service is overloaded or failing, up to 4 times when a role or an identity is refused or no answer
/// came, and once for every member that the service refuses by name and that its model does not know as writable.
pub async fn write_pool<E>(
    session: &Session,
    mut body: impl AsyncFnMut(&BTreeSet<String>) -> Result<Option<Map<String, Value>>, E>,
) -> Result<Written, E>
where
    E: From<PoolUpdateError>,
{
    write_pool_after(session, async |written| body(&written.left_out).await).await
}

/// Updates a pool as [`write_pool`] does; `body` is told all that came of the tries before.
pub(super) async fn write_pool_after<E>(
    session: &Session,
    body: impl AsyncFnMut(&Written) -> Result<Option<Map<String, Value>>, E>,
) -> Result<Written, E>
where
    E: From<PoolUpdateError>,
{
    Box::pin(paced(session, body, Pacing::USUAL)).await
}

async fn paced<E>(
    session: &Session,
    mut body: impl AsyncFnMut(&Written) -> Result<Option<Map<String, Value>>, E>,
    pacing: Pacing,
) -> Result<Written, E>
where
    E: From<PoolUpdateError>,
{
    let mut written = Written::default();
    let (mut patience, mut brief) = (Patience::of(pacing.wait), Patience::of(pacing.briefly));
    loop {
        let Some(body) = body(&written).await? else {
            return Ok(written);
        };
        written.tries += 1;
        let Err(error) = session.update_pool(&body).await else {
            return Ok(written);
        };
        written.is_unsure |= is_unsure(&error);
        let again = match answer(&error) {
            Answer::Wait => patience.lasts().await,
            Answer::WaitBriefly => brief.lasts().await,
            Answer::LeaveOut => match refused_member(&error.message, &body) {
                Some(member) => written.left_out.insert(member),
                None => false,
            },
            Answer::Stop => false,
        };
        if !again {
            let pool = body.get("UserPoolId").and_then(Value::as_str).unwrap_or_default();
            return Err(E::from(PoolUpdateError {
                error,
                pool: pool.to_owned(),
                tries: written.tries,
                is_unsure: written.is_unsure,
            }));
        }
    }
}

#[cfg(test)]
mod tests;
