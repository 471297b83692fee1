//! What only AWS knows about records: who the function's role is, and which number or address a user has now.
//!
//! A right that is missing holds records back and is named once; nothing of a user is in what is printed.

use std::collections::BTreeMap;

use handler::event::PoolId;

use crate::aws::{AwsError, PoolUser, Refusal, Session};
use crate::cli::context::Context;
use crate::cli::deployed::Deployed;
use crate::model::logical;
use crate::redrive::{Addressee, Doubt, Examined, Judged, Lifetimes, Origin, Why, judge};

/// Reads what genuine records of the stack's queue have in common.
pub(super) async fn origin(context: &Context, session: &Session, deployed: &Deployed) -> Result<Origin, AwsError> {
    let reading = async {
        let resources = session.stack_resources(&deployed.stack_id).await?;
        let role = resources
            .into_iter()
            .find(|resource| resource.logical_id == logical::FUNCTION_ROLE);
        match role.and_then(|role| role.physical_id) {
            Some(role) => session.role_id(&role).await,
            None => Ok(None),
        }
    };
    let role_id = match reading.await {
        Ok(role_id) => role_id,
        Err(error) if error.is_denied() => {
            context.out.talk(&format!(
                "  warning the function's role could not be read ({error}): nothing shows who put records into the queue"
            ));
            None
        }
        Err(error) => return Err(error),
    };
    Ok(Origin {
        function_arn: deployed.function_arn.clone(),
        pool: deployed.pool.as_str().to_owned(),
        role_id,
    })
}

/// What was read of a user.
enum Reading {
    Found(Option<PoolUser>),
    /// The service refused to say.
    Unread,
}

/// Users of a pool, each read once.
pub(super) struct Users<'a> {
    context: &'a Context,
    session: &'a Session,
    pool: &'a PoolId,
    known: BTreeMap<String, Reading>,
    is_denied: bool,
}

impl<'a> Users<'a> {
    pub(super) const fn of(context: &'a Context, session: &'a Session, pool: &'a PoolId) -> Self {
        Self {
            context,
            session,
            pool,
            known: BTreeMap::new(),
            is_denied: false,
        }
    }

    /// Judges records, and compares the recipients of those worth sending with their users.
    ///
    /// A record that fails says nothing about others any more, so the rest is judged again.
    pub(super) async fn judge(
        &mut self,
        mut examined: Vec<Examined>,
        lifetimes: &Lifetimes,
        now_ms: i64,
    ) -> Result<Vec<Judged>, AwsError> {
        loop {
            let mut judged = judge(examined, lifetimes, now_ms);
            let mut failed = false;
            for one in &mut judged {
                let is_failure = |doubt: Option<Doubt>| doubt.is_some_and(Doubt::is_failure);
                if one.why == Why::Good && !is_failure(one.doubt) {
                    let doubt = self.doubt(one).await?;
                    failed |= is_failure(doubt);
                    // A failure counts before what could not be checked, and the sender before the recipient.
                    one.doubt = if is_failure(doubt) { doubt } else { one.doubt.or(doubt) };
                }
            }
            if !failed {
                return Ok(judged);
            }
            examined = judged.into_iter().map(Judged::examined).collect();
        }
    }

    async fn doubt(&mut self, judged: &Judged) -> Result<Option<Doubt>, AwsError> {
        let Some(addressee) = judged.failed.event.as_ref().and_then(Addressee::of) else {
            return Ok(Some(Doubt::UserUnread));
        };
        let name = addressee.user_name.expose();
        if !self.known.contains_key(name) {
            let reading = self.read(&addressee).await?;
            self.known.insert(name.clone(), reading);
        }
        Ok(match self.known.get(name) {
            Some(Reading::Found(user)) => addressee.doubt(user.as_ref()),
            Some(Reading::Unread) | None => Some(Doubt::UserUnread),
        })
    }

    async fn read(&mut self, addressee: &Addressee) -> Result<Reading, AwsError> {
        if self.is_denied {
            return Ok(Reading::Unread);
        }
        match self.session.pool_user(self.pool.as_str(), &addressee.user_name).await {
            Ok(user) => Ok(Reading::Found(user)),
            Err(error) => {
                let Refusal::Service(code) = &error.refusal else {
                    return Err(error);
                };
                self.is_denied = error.is_denied();
                // The service's words may quote the user's name.
                self.context.out.talk(&format!(
                    "  warning a user could not be read ({}: {code}): nothing shows that a recipient is the user's",
                    error.action
                ));
                Ok(Reading::Unread)
            }
        }
    }
}
