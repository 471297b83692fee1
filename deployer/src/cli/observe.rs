//! What stands on AWS's side, read before anything is decided.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::adopt::{add_new, changed_for_ever, to_import};
use super::connection::connect;
use super::context::Context;
use super::error::{CliError, apply_error};
use super::next::{Next, events_command};
use crate::apply::{Bucket, Known, Shelf, Stated, deployed_code, key_findings, left_behind, sender_findings};
use crate::aws::{AwsError, LivePool, Session, StackState};
use crate::finding::{Code, Finding};
use crate::model::{logical, output};
use crate::plan::{
    Action, Deployed, Desired, DesiredPool, Edit, Live, MFA, Phase, Plan, Situation, Unready, follows,
    foreign_accounts_of, inline, moved, put_back,
};
use crate::spec::{AccountId, Acknowledgement, Region, StackName};
use crate::template::Template;

/// Sessions by Region, and whose credentials they are.
#[derive(Debug)]
pub(super) struct Sessions {
    by_region: BTreeMap<Region, Session>,
    pub(super) account: AccountId,
}

impl Sessions {
    /// Connects to every Region that is named and asks STS, before any other call, whose credentials these
    /// are. A stack that names another account is an error.
    pub(super) async fn open<'a>(
        context: &Context,
        wanted: impl Iterator<Item = (&'a StackName, &'a Region, Option<&'a AccountId>)> + Clone,
    ) -> Result<Self, CliError> {
        // One look for credentials and one HTTP client are enough for all Regions.
        let Some(region) = wanted.clone().map(|(_, region, _)| region).min() else {
            return Err(CliError::usage("no stack was named"));
        };
        let first = connect(context, region).await?;
        let mut by_region = BTreeMap::new();
        for (_, region, _) in wanted.clone() {
            if !by_region.contains_key(region) {
                by_region.insert(region.clone(), first.in_region(region));
            }
        }
        let account = context.unless_interrupted(first.account()).await??;
        for (name, _, declared) in wanted {
            if let Some(declared) = declared.filter(|declared| **declared != account) {
                return Err(CliError::failed(format!(
                    "{name} belongs to the account {declared}, and the credentials are of {account}; nothing was changed"
                ))
                .hint("choose the profile of that account (AWS_PROFILE), then run the same command"));
            }
        }
        Ok(Self { by_region, account })
    }

    /// The session of a Region that was named when the sessions were opened.
    pub(super) fn of(&self, region: &Region) -> Result<&Session, CliError> {
        self.by_region
            .get(region)
            .ok_or_else(|| CliError::failed(format!("there is no session for {region}")))
    }
}

/// A stack as it is, and what an apply would change.
#[derive(Debug)]
pub(super) struct Observed {
    pub(super) state: Option<StackState>,
    pub(super) deployed: Option<Deployed>,
    /// A pool that exists before its stack, with what is kept of it; nothing when it is gone.
    pub(super) known: Option<Known>,
    /// A pool that is to be taken into the stack.
    pub(super) import: Option<Live>,
    pub(super) plan: Plan,
}

impl Observed {
    /// The pool, where it is not the stack's.
    pub(super) fn live(&self) -> Option<&Live> {
        self.known.as_ref().map(|known| &known.live).or(self.import.as_ref())
    }
}

/// A stack that is looked at.
#[derive(Clone, Copy, Debug)]
pub(super) struct Subject<'a> {
    pub(super) session: &'a Session,
    pub(super) stack: &'a str,
    pub(super) bucket: &'a Bucket,
    pub(super) desired: &'a Desired,
    pub(super) acknowledge: &'a [Acknowledgement],
    pub(super) next: &'a Next,
}

impl<'a> Subject<'a> {
    /// Where the configuration of a pool that exists before the stack is kept.
    pub(super) const fn shelf(&self) -> Option<Shelf<'a>> {
        match &self.desired.pool {
            DesiredPool::Existing { id, .. } => Some(Shelf {
                session: self.session,
                bucket: self.bucket,
                pool: id,
                stack: self.stack,
            }),
            DesiredPool::Owned | DesiredPool::Import { .. } => None,
        }
    }
}

/// Reads a stack and compares it with what is wanted.
pub(super) async fn observe(subject: Subject<'_>) -> Result<Observed, CliError> {
    let state = subject.session.stack(subject.stack).await?;
    compare(subject, state).await
}

/// Compares a stack that was read with what is wanted.
pub(super) async fn compare(subject: Subject<'_>, state: Option<StackState>) -> Result<Observed, CliError> {
    let Subject {
        session,
        stack,
        desired,
        next,
        ..
    } = subject;
    let status = state.as_ref().map(|state| state.status.as_str());
    let reason = state.as_ref().and_then(|state| state.reason.as_deref());
    let situation =
        Situation::of(status, reason).map_err(|unready| not_ready(&unready, stack, session.region(), next))?;
    let deployed = match (&situation, &state) {
        (Situation::Update, Some(state)) => Some(deployed(session, state).await?),
        _ => None,
    };
    let shelf = subject.shelf();
    let known = match &shelf {
        Some(shelf) => shelf
            .known(&Stated::of(deployed.as_ref(), shelf.pool, subject.acknowledge))
            .await
            .map_err(|error| apply_error(error, session.region()))?,
        None => None,
    };
    let imported = to_import(session, stack, deployed.as_ref(), desired).await?;
    let live = known.as_ref().map(|known| &known.live).or(imported.as_ref());
    let mut plan = Plan::of(situation, deployed.as_ref(), desired, live);
    let changed = changed_for_ever(session, deployed.as_ref(), desired, &plan, imported.as_ref()).await?;
    add_new(&mut plan.findings, changed);
    if let Some(shelf) = &shelf {
        plan.findings.extend(existing_pool(shelf, known.as_ref(), next));
    }
    let config = known.as_ref().map(|known| known.live.now.lambda_config());
    plan.findings.extend(foreign_accounts_of(
        subject.bucket.owner.as_str(),
        deployed.as_ref(),
        desired,
        &config.unwrap_or_default(),
        plan.pool.as_ref(),
    ));
    if deployed.is_none() && desired.pool == DesiredPool::Owned {
        plan.findings
            .extend(left_behind(session, stack, &desired.template).await?);
    }
    if !plan.is_nothing() {
        // A stack that is there makes no difference before it has a template: nothing of it was made.
        let made = state.as_ref().filter(|_| deployed.is_some());
        plan.findings.extend(key_findings(session, &desired.keys, made).await?);
    }
    if let (Some(deployed), Some(asset), true) = (&deployed, &desired.code, plan.changes_code())
        && let Some(code) = deployed_code(session, &subject.bucket.owner, deployed).await?
    {
        plan.compare_code(asset, &code);
    }
    if let (Some(_), Some(known)) = (&plan.pool, &known) {
        plan.findings.extend(sender_findings(session, &known.live.now).await?);
    }
    if let Some(pool) = updated_pool(session, deployed.as_ref(), desired, &plan, imported.as_ref()).await? {
        plan.findings.extend(sender_findings(session, &pool).await?);
    }
    Ok(Observed {
        state,
        deployed,
        known,
        import: imported,
        plan,
    })
}

/// The stack's own pool where the plan updates it, with the SMS configuration that the update sends; nothing where that
/// names a role which the plan makes.
async fn updated_pool(
    session: &Session,
    deployed: Option<&Deployed>,
    desired: &Desired,
    plan: &Plan,
    imported: Option<&Live>,
) -> Result<Option<LivePool>, AwsError> {
    let updates = |phase: &Phase| {
        let change = phase.diff.change(logical::POOL);
        change.is_some_and(|change| change.action == Action::Modify)
    };
    let sms = |template: &Value| template.pointer("/Resources/Pool/Properties/SmsConfiguration").cloned();
    let Some(wanted) = sms(&desired.template).filter(|_| plan.phases.iter().any(updates)) else {
        return Ok(None);
    };
    let live = match (
        imported,
        deployed.and_then(|deployed| deployed.outputs.get(output::POOL_ID)),
    ) {
        (Some(live), _) => Some(live.now.pool.clone()),
        (None, Some(id)) => session.described_pool(id).await?,
        (None, None) => None,
    };
    let Some(mut pool) = live else { return Ok(None) };
    let is_named = ["/SnsCallerArn", "/EumsSms/CallerArn"]
        .iter()
        .any(|role| wanted.pointer(role).is_some_and(Value::is_string));
    let is_deployed = deployed.is_some_and(|deployed| sms(&deployed.template).as_ref() == Some(&wanted));
    if is_named {
        pool.insert("SmsConfiguration".to_owned(), wanted);
    } else if !is_deployed {
        return Ok(None);
    }
    Ok(Some(LivePool { pool, mfa: Map::new() }))
}

/// What stops an apply to a pool that exists before its stack: it is gone, or what an earlier update moved is not
/// answered for.
fn existing_pool(shelf: &Shelf<'_>, known: Option<&Known>, next: &Next) -> Vec<Finding> {
    let Some(known) = known else {
        let (pool, region) = (shelf.pool, shelf.session.region());
        let message = format!("there is no pool {pool} in this account and Region");
        return vec![
            Finding::guard(Code::PoolGone, logical::POOL, pool.as_str(), message).hint(format!(
                "see which there are: aws cognito-idp list-user-pools --region {region} --max-results 60"
            )),
        ];
    };
    let mut findings = known.findings.clone();
    findings.extend(moved_settings(known, next));
    findings
}

/// A finding for each setting that moved in a pool since the update that nobody has compared yet.
pub(super) fn moved_settings(known: &Known, next: &Next) -> Vec<Finding> {
    let moved = |record| moved(record, &known.live.now, &BTreeSet::new());
    let edits = known.record.as_ref().map(moved).unwrap_or_default();
    edits
        .iter()
        .map(|edit| {
            let shown = |value: Option<&Value>| value.map_or_else(|| "none".to_owned(), inline);
            let (old, new) = (shown(edit.old.as_ref()), shown(edit.new.as_ref()));
            let path = edit.path.join(".");
            let message = format!("{path} was {old} before the last update of the triggers, and is {new} now");
            let hint = if edit.path.first().is_some_and(|first| first == MFA) && !follows(edit, &edits) {
                "only SetUserPoolMfaConfig writes it: set it in the console, or with aws cognito-idp \
                 set-user-pool-mfa-config, which resets what it is not told"
                    .to_owned()
            } else {
                format!("put it back: {}", next.put_back)
            };
            Finding::guard(Code::PoolSettingMoved, &resource(edit), new, message).hint(hint)
        })
        .collect()
}

fn resource(edit: &Edit) -> String {
    format!("{}.{}", logical::POOL, edit.path.join("."))
}

/// Returns the settings that an update can put back, and takes their findings away, with those of what follows them.
pub(super) fn take_back(known: &Known, findings: &mut Vec<Finding>) -> Vec<Edit> {
    let Some(record) = &known.record else {
        return Vec::new();
    };
    let (_, edits) = put_back(record, &known.live.now, &BTreeSet::new());
    let mut back = moved(record, &known.live.now, &BTreeSet::new());
    back.retain(|edit| follows(edit, &edits));
    back.extend(edits.iter().cloned());
    findings.retain(|finding| {
        let is_back = |edit: &Edit| finding.resource.as_ref() == Some(&resource(edit));
        finding.code != Code::PoolSettingMoved || !back.iter().any(is_back)
    });
    edits
}

/// Reads what a stack was deployed from.
pub(super) async fn deployed(session: &Session, state: &StackState) -> Result<Deployed, CliError> {
    let text = session.template(&state.id).await?;
    let template = Template::from_text(&text).map_err(|error| {
        CliError::failed(format!("failed to take over the stack {}: {error}", state.name))
            .hint("another tool deployed this stack: take another name, or destroy it with that tool")
    })?;
    Ok(Deployed {
        template: template.value().clone(),
        tags: state.tags.clone(),
        termination_protection: state.termination_protection,
        // The output names an existing key too; only one that the stack made is its own.
        own_key: state
            .outputs
            .get(output::KEY_ARN)
            .filter(|_| template.resource(logical::KEY).is_some())
            .cloned(),
        outputs: state.outputs.clone(),
        parameters: state.parameters.clone(),
    })
}

/// Says why a stack cannot be changed now, and what to do about it.
pub(super) fn not_ready(unready: &Unready, stack: &str, region: &Region, next: &Next) -> CliError {
    let failed = CliError::failed(format!("{stack}: {unready}; nothing was changed"));
    let events = events_command(region, stack);
    let Next { again, delete, .. } = next;
    match unready {
        Unready::Busy { .. } => failed
            .hint(format!("look at it: {events}"))
            .hint("when it is over, run the same command again"),
        Unready::Stuck { status, .. } => match status.as_str() {
            "CREATE_FAILED" => failed
                .hint(format!(
                    "it was made with the rollback off; see what failed and why: {events}"
                ))
                .hint(format!("go on, which deletes first what was made: {again}"))
                .hint(format!("or delete it: {delete}")),
            "ROLLBACK_FAILED" => failed
                .hint(format!("see what could not be deleted and why: {events}"))
                .hint(format!("then delete what is left of it: {delete}")),
            "DELETE_FAILED" => failed
                .hint(format!("see what could not be deleted and why: {events}"))
                .hint(format!("then go on: {delete}")),
            "UPDATE_ROLLBACK_FAILED" => failed
                .hint(format!("see what could not be rolled back, and mend it: {events}"))
                .hint(format!("then continue the rollback: {again}")),
            "UPDATE_FAILED" => failed
                .hint(format!(
                    "it was updated with the rollback off; see what failed and why: {events}"
                ))
                .hint(format!("go on, which first goes back to what was there: {again}")),
            "IMPORT_ROLLBACK_FAILED" => failed
                .hint(format!("see what could not be rolled back and why: {events}"))
                .hint("its resources stay as they are; only AWS support can bring such a stack back"),
            _ => failed.hint(format!("look at it: {events}")),
        },
    }
}
