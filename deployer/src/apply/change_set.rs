//! Change sets: made, executed, and taken back.

use std::collections::BTreeMap;
use std::time::Duration;

use thiserror::Error;

use super::{Bucket, large_template};
use crate::aws::{
    AwsError, CfnChange, ChangeSet, ChangeSetKind, ChangeSetRequest, ChangeSetState, ParameterValue, Session, Watch,
};
use crate::template::Template;

/// Why an apply stopped.
#[derive(Clone, Debug, Error)]
pub enum ApplyError {
    /// A call did not go through.
    #[error(transparent)]
    Aws(#[from] AwsError),
    /// CloudFormation does not accept the change set.
    #[error("CloudFormation refused the change set: {reason}")]
    Refused {
        /// Its words.
        reason: String,
    },
    /// An empty stack that was to be removed is still there.
    #[error("the empty stack is in {status} and does not go away")]
    ShellStays {
        /// `StackStatus`
        status: String,
    },
    /// The assets bucket is missing.
    #[error("there is no assets bucket `{bucket}` in this account")]
    NoBucket {
        /// Its name.
        bucket: String,
    },
    /// An object in the bucket has no checksum that S3 computed.
    #[error("`s3://{bucket}/{key}` was stored without a SHA-256 checksum, so nothing proves what it holds")]
    Unproven {
        /// The bucket.
        bucket: String,
        /// The object.
        key: String,
    },
    /// An object in the bucket has other bytes than its key stands for.
    #[error("`s3://{bucket}/{key}` has the SHA-256 {found}, expected {expected}: somebody else put it there")]
    OtherBytes {
        /// The bucket.
        bucket: String,
        /// The object.
        key: String,
        /// Base64 of its SHA-256, as S3 computed it.
        found: String,
        /// Base64 of the SHA-256 of the zip that was built here.
        expected: String,
    },
    /// An object in the bucket has no version that could be pinned.
    #[error("`s3://{bucket}/{key}` has no version: the bucket does not keep versions")]
    Unversioned {
        /// The bucket.
        bucket: String,
        /// The object.
        key: String,
    },
    /// A change set was made from another template than the one that was stored for it.
    #[error(
        "CloudFormation read another template from `s3://{bucket}/{key}` than the one that was stored there: somebody else \
         replaced it; the change set was deleted"
    )]
    OtherTemplate {
        /// The bucket.
        bucket: String,
        /// The object.
        key: String,
    },
    /// An object in the bucket is not the one whose digest its key names.
    #[error("`s3://{bucket}/{key}` does not hold what its name stands for")]
    Altered {
        /// The bucket.
        bucket: String,
        /// The object.
        key: String,
    },
}

/// A change set that waits for a yes.
#[derive(Clone, Debug)]
pub struct Prepared {
    /// The change set.
    pub change_set: ChangeSet,
    /// What it would do.
    pub changes: Vec<CfnChange>,
    /// What CloudFormation watches while it is carried out.
    pub watch: Option<Watch>,
}

/// What came of making a change set.
#[derive(Clone, Debug)]
pub enum Preparation {
    /// It can be executed.
    Ready(Prepared),
    /// CloudFormation sees nothing to change; the change set is gone again.
    Nothing,
}

/// A running operation on a stack.
#[derive(Clone, Debug)]
pub struct Operation {
    /// The stack's ARN.
    pub stack_id: String,
    /// The newest event before it began.
    pub since: Option<String>,
}

/// How CloudFormation says that a change set would change nothing.
const NO_CHANGES: [&str; 2] = [
    "The submitted information didn't contain changes",
    "No updates are to be performed",
];

/// Where the values of a template's parameters come from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parameters {
    /// Values that this deployment sets.
    pub set: BTreeMap<String, String>,
    /// Values that the stack has.
    pub deployed: BTreeMap<String, String>,
}

impl Parameters {
    /// Returns what a change set says of a template's parameters: the value that is set, or else the one that the stack
    /// has. One that has neither is left to the template's default.
    pub fn of(&self, template: &Template) -> Vec<ParameterValue> {
        template
            .parameters()
            .filter(|name| self.set.contains_key(*name) || self.deployed.contains_key(*name))
            .map(|name| ParameterValue {
                name: name.to_owned(),
                value: self.set.get(name).cloned(),
            })
            .collect()
    }
}

/// Returns a change set's name: the same content gives the same name, so that an interrupted apply's
/// change set is found and replaced.
pub fn name(template: &str, parameters: &[ParameterValue], tags: &BTreeMap<String, String>) -> String {
    let mut content = template.as_bytes().to_vec();
    for ParameterValue { name, value } in parameters {
        let value = value.as_deref().unwrap_or_default();
        content.extend([name.as_bytes(), b"\0", value.as_bytes(), b"\0"].concat());
    }
    for (key, value) in tags {
        content.extend([key.as_bytes(), b"\0", value.as_bytes(), b"\0"].concat());
    }
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &content);
    let short = digest.as_ref().first_chunk().copied().map_or(0, u64::from_be_bytes);
    format!("deployer-{short:016x}")
}

/// Makes a change set and waits for CloudFormation's word on it. A template that is too large for a request
/// goes by way of the bucket, and is out of it again when this returns.
pub async fn prepare(
    session: &Session,
    bucket: &Bucket,
    request: &ChangeSetRequest<'_>,
) -> Result<Preparation, ApplyError> {
    let made = match Box::pin(large_template::upload(session, bucket, request)).await {
        Ok(url) => follow(session, bucket, request, url.as_deref()).await,
        Err(error) => Err(error),
    };
    let removed = Box::pin(large_template::remove(session, bucket, request)).await;
    // Of two failures the first is the news.
    let made = made?;
    removed?;
    Ok(made)
}

async fn follow(
    session: &Session,
    bucket: &Bucket,
    request: &ChangeSetRequest<'_>,
    url: Option<&str>,
) -> Result<Preparation, ApplyError> {
    let change_set = create(session, request, url).await?;
    let mut pause = Pause::new();
    loop {
        let state = session.change_set(&change_set).await?;
        // What is read from the bucket may have been replaced in between, also by a template without any change.
        let is_read = ["CREATE_COMPLETE", "FAILED"].contains(&state.status.as_str());
        if url.is_some() && is_read && !is_of(session, request, &change_set).await? {
            discard(session, request.stack, request.name, request.kind).await?;
            return Err(ApplyError::OtherTemplate {
                bucket: bucket.name.clone(),
                key: large_template::key(request),
            });
        }
        match state.status.as_str() {
            "CREATE_COMPLETE" => {
                return Ok(Preparation::Ready(Prepared {
                    change_set,
                    changes: state.changes,
                    watch: request.watch.cloned(),
                }));
            }
            "FAILED" => {
                let details = if state.reason.contains("AWS::EarlyValidation") {
                    // Without the right to read them CloudFormation's own words have to do.
                    session.validation_failures(&change_set).await.unwrap_or_default()
                } else {
                    Vec::new()
                };
                discard(session, request.stack, request.name, request.kind).await?;
                if NO_CHANGES.iter().any(|words| state.reason.contains(words)) {
                    return Ok(Preparation::Nothing);
                }
                let reason = if details.is_empty() {
                    state.reason
                } else {
                    details.join("; ")
                };
                return Err(ApplyError::Refused { reason });
            }
            _ => pause.wait().await,
        }
    }
}

/// Whether a change set was made from the template of its request.
async fn is_of(session: &Session, request: &ChangeSetRequest<'_>, change_set: &ChangeSet) -> Result<bool, ApplyError> {
    let read = session.change_set_template(change_set).await?;
    let parsed = |text: &str| serde_json::from_str::<serde_json::Value>(text).ok();
    Ok(parsed(&read).is_some_and(|read| Some(read) == parsed(request.template)))
}

/// How often a change set that is there already is replaced: by an interrupted apply, or by this one when
/// the answer was lost.
const REPLACEMENTS: usize = 5;

async fn create(session: &Session, request: &ChangeSetRequest<'_>, url: Option<&str>) -> Result<ChangeSet, ApplyError> {
    let mut replaced = 0;
    loop {
        if request.kind == ChangeSetKind::Import {
            // Only CREATE is known to go on with an empty stack that an interrupted run left; an import makes its own.
            remove_shell(session, request.stack).await?;
        }
        match session.create_change_set(request, url).await {
            // What it was made from may be older than the stack is now, so it is not taken over.
            Err(error) if error.is(&["AlreadyExistsException"]) && replaced < REPLACEMENTS => {
                replaced += 1;
                session.delete_change_set(request.stack, request.name).await?;
                wait_until_gone(session, request).await?;
            }
            answer => return Ok(answer?),
        }
    }
}

async fn wait_until_gone(session: &Session, request: &ChangeSetRequest<'_>) -> Result<(), ApplyError> {
    let mut pause = Pause::new();
    while session
        .change_sets(request.stack)
        .await?
        .iter()
        .any(|name| name == request.name)
    {
        pause.wait().await;
    }
    Ok(())
}

/// Starts what a change set says; `keeps_failed` leaves what fails as it is.
pub async fn execute(session: &Session, prepared: &Prepared, keeps_failed: bool) -> Result<Operation, ApplyError> {
    let stack_id = prepared.change_set.stack_id.clone();
    let (newest, _) = session.stack_events(&stack_id, None).await?;
    let since = newest.into_iter().next().map(|event| event.id);
    // The change set's own id: a retry of the same call is recognised, another execution never is.
    let token = prepared.change_set.id.rsplit('/').next().unwrap_or_default();
    let operation = Operation { stack_id, since };
    match session
        .execute_change_set(&prepared.change_set, token, keeps_failed)
        .await
    {
        Err(error) if !began(session, prepared, &operation, token).await => Err(error.into()),
        _ => Ok(operation),
    }
}

/// Whether a change set was started although the call failed: its answer was lost, and a retry was refused.
///
/// The change set is this run's own, so whoever started it started what was shown.
async fn began(session: &Session, prepared: &Prepared, operation: &Operation, token: &str) -> bool {
    let started = |state: &ChangeSetState| state.execution.starts_with("EXECUTE_");
    if session
        .change_set(&prepared.change_set)
        .await
        .is_ok_and(|state| started(&state))
    {
        return true;
    }
    let events = session.stack_events(&operation.stack_id, None).await;
    events.is_ok_and(|(events, _)| {
        let fresh = events
            .iter()
            .take_while(|event| Some(&event.id) != operation.since.as_ref());
        fresh.into_iter().any(|event| event.token.as_deref() == Some(token))
    })
}

/// Goes on with a rollback that stopped half-way. `token` names this attempt.
pub async fn continue_rollback(
    session: &Session,
    stack_id: &str,
    skip: &[String],
    token: &str,
) -> Result<Operation, AwsError> {
    let (newest, _) = session.stack_events(stack_id, None).await?;
    session.continue_rollback(stack_id, skip, token).await?;
    Ok(Operation {
        stack_id: stack_id.to_owned(),
        since: newest.into_iter().next().map(|event| event.id),
    })
}

/// Undoes an operation that failed and was left as it was. `token` names this attempt.
pub async fn roll_back(
    session: &Session,
    stack_id: &str,
    token: &str,
    role: Option<&str>,
) -> Result<Operation, AwsError> {
    let (newest, _) = session.stack_events(stack_id, None).await?;
    session.rollback_stack(stack_id, token, role).await?;
    Ok(Operation {
        stack_id: stack_id.to_owned(),
        since: newest.into_iter().next().map(|event| event.id),
    })
}

/// Takes a change set back, and with a first create or import the empty stack that CloudFormation made for it.
pub async fn discard(session: &Session, stack: &str, name: &str, kind: ChangeSetKind) -> Result<(), ApplyError> {
    session.delete_change_set(stack, name).await?;
    if kind != ChangeSetKind::Update {
        remove_shell(session, stack).await?;
    }
    Ok(())
}

/// Takes back all that an interrupted [`prepare`] may have made.
pub async fn withdraw(session: &Session, bucket: &Bucket, request: &ChangeSetRequest<'_>) -> Result<(), ApplyError> {
    let discarded = discard(session, request.stack, request.name, request.kind).await;
    Box::pin(large_template::remove(session, bucket, request)).await?;
    discarded
}

/// Deletes a stack in `REVIEW_IN_PROGRESS` unless it holds somebody else's change set.
pub async fn remove_shell(session: &Session, stack: &str) -> Result<(), ApplyError> {
    let Some(state) = session.stack(stack).await? else {
        return Ok(());
    };
    if state.status != "REVIEW_IN_PROGRESS" {
        return Ok(());
    }
    let others = session.change_sets(&state.id).await?;
    if others.iter().any(|name| !name.starts_with("deployer-")) {
        return Ok(());
    }
    session
        .delete_stack(&state.id, "deployer-remove-empty-stack", None)
        .await?;
    let mut pause = Pause::new();
    loop {
        match session.stack(&state.id).await? {
            None => return Ok(()),
            Some(now) if now.status == "DELETE_COMPLETE" => return Ok(()),
            Some(now) if now.status == "DELETE_FAILED" => return Err(ApplyError::ShellStays { status: now.status }),
            Some(_) => pause.wait().await,
        }
    }
}

/// Waits a little longer each time, usually from a fifth of a second, to five seconds.
#[derive(Debug)]
pub(crate) struct Pause(Duration);

impl Pause {
    pub(crate) const fn new() -> Self {
        Self::from(Duration::from_millis(200))
    }

    /// Begins with a pause of another length.
    pub(crate) const fn from(first: Duration) -> Self {
        Self(first)
    }

    pub(crate) async fn wait(&mut self) {
        tokio::time::sleep(self.0).await;
        self.0 = (self.0 * 3 / 2).min(Duration::from_secs(5));
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

    use super::*;

    #[test]
    fn the_same_content_has_the_same_name() {
        let tags = BTreeMap::from([("team".to_owned(), "identity".to_owned())]);
        let parameter = |value: Option<&str>| ParameterValue {
            name: "HandlerSha256".to_owned(),
            value: value.map(str::to_owned),
        };
        assert_eq!(name("a", &[], &tags), name("a", &[], &tags));
        assert_ne!(name("a", &[], &tags), name("b", &[], &tags));
        assert_ne!(name("a", &[], &tags), name("a", &[], &BTreeMap::new()));
        assert_ne!(
            name("a", &[parameter(Some("x"))], &tags),
            name("a", &[parameter(None)], &tags)
        );
        assert_eq!(name("a", &[], &tags).len(), "deployer-".len() + 16);
    }

    #[test]
    fn a_parameter_has_its_new_value_or_the_deployed_one_or_its_default() {
        let template = r#"{"Resources": {}, "Parameters": {"New": {}, "Kept": {}, "Default": {"Default": "none"}}}"#;
        let template = Template::from_text(template).unwrap();
        let map = |members: &[(&str, &str)]| -> BTreeMap<String, String> {
            let members = members.iter();
            members
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect()
        };
        let parameters = Parameters {
            set: map(&[("New", "new"), ("Unknown", "new")]),
            deployed: map(&[("New", "old"), ("Kept", "old"), ("Gone", "old")]),
        };
        let parameters = parameters.of(&template);
        let shown: Vec<(&str, Option<&str>)> = parameters
            .iter()
            .map(|parameter| (parameter.name.as_str(), parameter.value.as_deref()))
            .collect();
        assert_eq!(shown, [("New", Some("new")), ("Kept", None)]);
    }
}
