//! How long the pool's codes last, asked where the answer decides something.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use handler::event::{PoolId, Purpose};
use serde_json::Value;

use crate::aws::{AwsError, Session};
use crate::cli::context::Context;
use crate::redrive::{Doubt, Examined, Failed, FailedEvent, Lifetimes};

/// Temporary passwords of a pool that says nothing of them. Source: `PasswordPolicyType`, Amazon Cognito user pools API
/// Reference.
const USUAL_INVITATION_DAYS: u64 = 7;

/// Reads what the events of a queue need to be judged by. What may not be read has the shortest time that there is.
pub(super) async fn read(
    context: &Context,
    session: &Session,
    pool: &PoolId,
    tried: Duration,
    examined: &[Examined],
) -> Lifetimes {
    let mut lifetimes = Lifetimes {
        sessions: BTreeMap::new(),
        invitation: None,
        tried,
    };
    let now = context.milliseconds();
    // Younger than the longest that such a code lasts, and older than the shortest: elsewhere the answer decides nothing.
    let open = |purpose: Purpose, shortest: Duration, longest: Option<Duration>| {
        let between = move |failed: &&Failed| {
            let age = Duration::from_millis(u64::try_from(now - failed.at_ms).unwrap_or_default()) + tried;
            age >= shortest && longest.is_none_or(|longest| age < longest)
        };
        // A forged record is never sent, and its client may be none.
        let is_failure = |one: &&Examined| one.doubt.is_some_and(Doubt::is_failure);
        let failed = examined
            .iter()
            .filter(move |one| !is_failure(one))
            .map(|one| &one.failed);
        let events = failed.filter(between).filter_map(|failed| failed.event.as_ref());
        events.filter(move |event: &&FailedEvent| event.purpose == purpose)
    };
    let sign_ins = open(
        Purpose::Authentication,
        Lifetimes::SHORTEST_SESSION,
        Some(Lifetimes::LONGEST_SESSION),
    );
    let clients: BTreeSet<&String> = sign_ins.filter_map(|event| event.client.as_ref()).collect();
    for client in clients {
        match session.session_validity(pool.as_str(), client).await {
            Ok(Some(minutes)) => {
                let session = Duration::from_mins(minutes.into());
                let session = session.clamp(Lifetimes::SHORTEST_SESSION, Lifetimes::LONGEST_SESSION);
                lifetimes.sessions.insert(client.clone(), session);
            }
            Ok(None) => {}
            Err(error) => {
                unread(context, "codes of sign-ins", "3 minutes", &error);
                break;
            }
        }
    }
    let invited = open(Purpose::AdminCreateUser, Lifetimes::SHORTEST_INVITATION, None);
    if invited.count() > 0 {
        match session.described_pool(pool.as_str()).await {
            Ok(described) => {
                let described = described.map(Value::Object).unwrap_or_default();
                let days = |pointer| {
                    described
                        .pointer(pointer)
                        .and_then(Value::as_u64)
                        .filter(|days| *days > 0)
                };
                let days = days("/Policies/PasswordPolicy/TemporaryPasswordValidityDays")
                    .or_else(|| days("/AdminCreateUserConfig/UnusedAccountValidityDays"))
                    .unwrap_or(USUAL_INVITATION_DAYS);
                lifetimes.invitation = Some(Duration::from_hours(days * 24));
            }
            Err(error) => unread(context, "temporary passwords", "a day", &error),
        }
    }
    lifetimes
}

fn unread(context: &Context, what: &str, shortest: &str, error: &AwsError) {
    context.out.talk(&format!(
        "  warning how long {what} last could not be read ({error}): they are taken to last {shortest}"
    ));
}
