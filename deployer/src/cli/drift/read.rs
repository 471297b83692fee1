//! Asks Cognito, Lambda and CloudFormation what is live, and compares it with what is declared.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::apply::{Detected, ZipLocation, detect_drift, recorded, resolved};
use crate::aws::{AwsError, LivePool, Session, StackResource};
use crate::cli::declared::Declared;
use crate::cli::error::CliError;
use crate::cli::next::Next;
use crate::cli::observe::{deployed, not_ready};
use crate::cli::tolerate::tolerate;
use crate::model::{logical, output};
use crate::plan::drift::{Drift, Standing, code, existing_pool, owned_pool, resource, with_tags};
use crate::plan::{Deployed, DesiredPool, Situation, inline};
use crate::spec::{AccountId, Stack};

/// What was found of one stack.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) stack: String,
    pub(super) region: String,
    pub(super) file: String,
    /// The deployed stack; nothing when there is none.
    pub(super) deployed: Option<Deployed>,
    pub(super) drifts: Vec<Drift>,
    /// What nobody compared, and why.
    pub(super) not_checked: Vec<NotChecked>,
    /// What a service refused to tell.
    pub(super) unread: Vec<AwsError>,
    pub(super) pool: Option<ReadPool>,
    /// Where the zip is that was deployed.
    pub(super) zip: Option<ZipLocation>,
}

/// A resource that was not compared.
#[derive(Debug)]
pub(super) struct NotChecked {
    pub(super) logical_id: String,
    pub(super) resource_type: String,
    pub(super) reason: String,
}

/// The pool as it was compared.
#[derive(Debug)]
pub(super) struct ReadPool {
    pub(super) id: String,
    pub(super) live: LivePool,
}

impl Found {
    pub(super) fn has_drifted(&self) -> bool {
        self.drifts.iter().any(|drift| drift.standing == Standing::Drifted)
    }

    fn leave(&mut self, logical_id: &str, resource_type: &str, reason: impl Into<String>) {
        self.not_checked.push(NotChecked {
            logical_id: logical_id.to_owned(),
            resource_type: resource_type.to_owned(),
            reason: reason.into(),
        });
    }
}

const POOL: &str = "AWS::Cognito::UserPool";
const FUNCTION: &str = "AWS::Lambda::Function";
const REFUSED: &str = "it could not be read";

/// Compares one stack.
pub(super) async fn read(session: &Session, account: &AccountId, declared: &Declared) -> Result<Found, CliError> {
    let stack = &declared.stack;
    let file = stack.source.path().display().to_string();
    let mut found = Found {
        stack: stack.name.to_string(),
        region: stack.region.to_string(),
        deployed: None,
        drifts: Vec::new(),
        not_checked: Vec::new(),
        unread: Vec::new(),
        pool: None,
        zip: None,
        file,
    };
    let Some(state) = session.stack(stack.name.as_str()).await? else {
        return Ok(found);
    };
    let situation = Situation::of(Some(&state.status), state.reason.as_deref())
        .map_err(|unready| not_ready(&unready, &found.stack, session.region(), &Next::of(&found.file)))?;
    if situation != Situation::Update {
        return Ok(found);
    }
    let deployed = deployed(session, &state).await?;
    found.zip = ZipLocation::of(&deployed.template, &deployed.parameters, account, session.region());
    let resources = session.stack_resources(&state.id).await?;
    let references = References::of(stack, account, &deployed.outputs, &resources);
    pool(session, declared, &deployed, &references, &mut found).await?;
    function_code(session, &deployed, &mut found).await?;
    let detected = tolerate(detect_drift(session, &state.id).await, &mut found.unread)?;
    by_cloudformation(detected.as_ref(), &resources, declared.template.value(), &mut found);
    // CloudFormation lists resources in no order that stays; the pool is what people look for.
    found
        .drifts
        .sort_by_key(|drift| (drift.resource != logical::POOL, drift.resource.clone()));
    found
        .not_checked
        .sort_by(|left, right| left.logical_id.cmp(&right.logical_id));
    found.deployed = Some(deployed);
    Ok(found)
}

/// What the references of a template stand for.
struct References<'a> {
    outputs: &'a BTreeMap<String, String>,
    /// By the spelling that [`inline`] gives them.
    others: BTreeMap<String, String>,
}

impl<'a> References<'a> {
    fn of(
        stack: &Stack,
        account: &AccountId,
        outputs: &'a BTreeMap<String, String>,
        resources: &[StackResource],
    ) -> Self {
        let mut others = BTreeMap::from([
            ("AWS::Region".to_owned(), stack.region.to_string()),
            ("AWS::AccountId".to_owned(), account.to_string()),
        ]);
        let partition = outputs.get(output::POOL_ARN).and_then(|arn| arn.split(':').nth(1));
        let role = resources
            .iter()
            .find(|resource| resource.logical_id == logical::SMS_ROLE)
            .and_then(|resource| resource.physical_id.as_ref());
        if let (Some(partition), Some(role)) = (partition, role) {
            let path = stack.roles.path.as_ref().map_or("/", |path| path.as_str());
            let arn = format!("arn:{partition}:iam::{account}:role{path}{role}");
            others.insert(format!("{}.Arn", logical::SMS_ROLE), arn);
        }
        Self { outputs, others }
    }

    /// Replaces references by what they stand for, where that is known.
    fn resolve(&self, properties: &Map<String, Value>) -> Map<String, Value> {
        let own = |(name, value): (&String, &Value)| (name.clone(), self.other(&resolved(value, self.outputs)));
        properties.iter().map(own).collect()
    }

    fn other(&self, value: &Value) -> Value {
        match value {
            Value::Object(members) => self.others.get(&inline(value)).map_or_else(
                || {
                    members
                        .iter()
                        .map(|(name, value)| (name.clone(), self.other(value)))
                        .collect()
                },
                |text| Value::from(text.as_str()),
            ),
            Value::Array(items) => items.iter().map(|item| self.other(item)).collect(),
            other => other.clone(),
        }
    }
}

async fn pool(
    session: &Session,
    declared: &Declared,
    deployed: &Deployed,
    references: &References<'_>,
    found: &mut Found,
) -> Result<(), AwsError> {
    let stack = &declared.stack;
    let id = match &declared.pool {
        DesiredPool::Existing { id, .. } => Some(id.as_str()),
        DesiredPool::Owned | DesiredPool::Import { .. } => deployed.outputs.get(output::POOL_ID).map(String::as_str),
    };
    let Some(id) = id else {
        found.leave(
            logical::POOL,
            POOL,
            "it is no part of the stack yet; `deployer apply` takes it in",
        );
        return Ok(());
    };
    let live = match tolerate(session.live_pool(id).await, &mut found.unread)? {
        None => {
            found.leave(logical::POOL, POOL, REFUSED);
            return Ok(());
        }
        Some(None) => {
            found.drifts.push(Drift {
                resource: logical::POOL.to_owned(),
                resource_type: POOL.to_owned(),
                path: Vec::new(),
                declared: Some(Value::from(id)),
                live: None,
                standing: Standing::Drifted,
            });
            return Ok(());
        }
        Some(Some(live)) => live,
    };
    let properties = |template: &Value, tags| {
        let path = format!("/Resources/{}/Properties", logical::POOL);
        let properties = template.pointer(&path).and_then(Value::as_object).cloned();
        with_tags(&references.resolve(&properties.unwrap_or_default()), tags)
    };
    found.drifts = match &declared.pool {
        DesiredPool::Existing {
            lambda_config,
            email_sending,
            ..
        } => existing_pool(&references.resolve(lambda_config), *email_sending, &live),
        DesiredPool::Owned | DesiredPool::Import { .. } => owned_pool(
            &properties(declared.template.value(), &stack.tags),
            &properties(&deployed.template, &deployed.tags),
            &live,
        ),
    };
    found.pool = Some(ReadPool {
        id: id.to_owned(),
        live,
    });
    Ok(())
}

async fn function_code(session: &Session, deployed: &Deployed, found: &mut Found) -> Result<(), AwsError> {
    let Some(name) = deployed.outputs.get(output::FUNCTION_NAME) else {
        return Ok(());
    };
    let live = match session.function(name).await {
        // CloudFormation says that it is gone.
        Err(error) if error.is(&["ResourceNotFoundException"]) => return Ok(()),
        answer => tolerate(answer, &mut found.unread)?,
    };
    match (live, recorded(&deployed.parameters)) {
        (Some(live), Some(sha256)) => found.drifts.extend(code(sha256, &live.code_sha256)),
        (Some(_), None) => {
            let reason = "the stack has not recorded its SHA-256 yet, and the next apply does";
            found.leave("Function.Code", FUNCTION, reason);
        }
        (None, _) => found.leave("Function.Code", FUNCTION, REFUSED),
    }
    Ok(())
}

/// Takes CloudFormation's word on all but the pool, which was compared by its members.
fn by_cloudformation(detected: Option<&Detected>, resources: &[StackResource], template: &Value, found: &mut Found) {
    for each in resources.iter().filter(|each| each.logical_id != logical::POOL) {
        let checked = detected
            .iter()
            .flat_map(|detected| &detected.resources)
            .find(|drift| drift.logical_id == each.logical_id);
        let reason = match checked {
            Some(drift) if matches!(drift.status.as_str(), "IN_SYNC" | "MODIFIED" | "DELETED") => {
                let declared = template.pointer(&format!("/Resources/{}/Properties", each.logical_id));
                found.drifts.extend(resource(drift, declared));
                continue;
            }
            Some(drift) => drift.reason.clone().unwrap_or_else(|| drift.status.clone()),
            None => match detected {
                Some(detected) => detected
                    .incomplete
                    .clone()
                    .unwrap_or_else(|| "CloudFormation cannot compare this type".to_owned()),
                None => REFUSED.to_owned(),
            },
        };
        found.leave(&each.logical_id, &each.resource_type, reason);
    }
}
