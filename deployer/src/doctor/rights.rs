//! Which rights a stack takes, as data, and what IAM says of them.
//!
//! One table for people and programs: `deployer doctor --format json` prints the rows that a stack needs. CloudFormation
//! works by the stack file's `cloudformation_role`, or else by the rights of whoever applies.
//!
//! Source: the handlers' permissions in CloudFormation's resource schemas; for Cognito's use of the key, "Custom sender
//! Lambda triggers", Amazon Cognito Developer Guide.

mod policy;
mod table;

use super::{Level, Verdict};
use crate::aws::{AwsError, Decision, Simulated};
use crate::model::{Handler, Identity, Model};
use crate::spec::{KeySource, Stack};
use By::CloudFormation;
use Task::{Apply, Attach, Look};
pub use policy::{Place, apply_policy, cloudformation_policy, diff_policy};
use table::{KEY, Row, When, table};

/// Whose right it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum By {
    /// Whoever runs the command.
    Caller,
    /// CloudFormation, as the role that the stack file names, or as the caller.
    CloudFormation,
}

/// What the right is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Task {
    /// `diff`, `status`, `logs`, `doctor`: to look.
    Look,
    /// `apply`
    Apply,
    /// `apply` to a pool that stays outside the stack.
    Attach,
    /// `send --deployed` and `send --probe`.
    Send,
    /// `redrive`
    Redrive,
    /// `destroy`, with all that `--delete` can name.
    Destroy,
}

impl Task {
    /// Every task, in the order in which they are told.
    pub const ALL: [Self; 6] = [
        Self::Look,
        Self::Apply,
        Self::Attach,
        Self::Send,
        Self::Redrive,
        Self::Destroy,
    ];

    /// Returns the word for programs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Look => "look",
            Self::Apply => "apply",
            Self::Attach => "attach",
            Self::Send => "send",
            Self::Redrive => "redrive",
            Self::Destroy => "destroy",
        }
    }

    const fn check(self) -> &'static str {
        match self {
            Self::Look => "rights-look",
            Self::Apply => "rights-apply",
            Self::Attach => "rights-attach",
            Self::Send => "rights-send",
            Self::Redrive => "rights-redrive",
            Self::Destroy => "rights-destroy",
        }
    }
}

impl By {
    /// Returns the word for programs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Caller => "caller",
            Self::CloudFormation => "cloudformation",
        }
    }
}

/// What is the stack's, for the rows to name.
#[derive(Clone, Debug)]
pub struct Names<'a> {
    /// `aws`, `aws-cn` or `aws-us-gov`.
    pub partition: &'a str,
    /// The account.
    pub account: &'a str,
    /// The bucket's name.
    pub bucket: &'a str,
    /// The pool's id, once there is one.
    pub pool: Option<&'a str>,
    /// The key's ARN, once there is one.
    pub key: Option<&'a str>,
    /// The role by which the live pool sends SMS messages, where it has one.
    pub sms_role: Option<&'a str>,
}

/// A question for IAM: may somebody do these on this?
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Whose right it is.
    pub by: By,
    /// What it is for.
    pub task: Task,
    /// The resource; a star stands for what AWS will name.
    pub resource: String,
    /// The actions.
    pub actions: &'static [&'static str],
    /// `iam:PassedToService`, of a role that is passed.
    pub passed_to: Option<&'static str>,
    /// Whether nothing goes without them.
    pub sure: bool,
    /// Whether the resource's own policy may allow what IAM's policies do not.
    pub by_resource: bool,
}

/// Returns what a stack needs, in the order of the table.
pub fn asked(stack: &Stack, model: &Model, names: &Names<'_>) -> Vec<Asked> {
    let needed = table().filter(|row| needs(stack, model, names, row));
    needed
        .map(|row| Asked {
            by: row.by,
            task: row.task,
            resource: resource(row.on, stack, names),
            actions: row.actions,
            passed_to: row.passed_to,
            sure: row.sure,
            by_resource: row.on == KEY
                && (matches!(stack.key.source, KeySource::Existing(_)) || !stack.key.grant_roles.is_empty()),
        })
        .collect()
}

fn needs(stack: &Stack, model: &Model, names: &Names<'_>, row: &Row) -> bool {
    let existing = matches!(model.pool.identity, Identity::Existing(_));
    let asynchronous = model.handler.as_ref().is_some_and(Handler::is_asynchronous);
    let guard = model.handler.as_ref().and_then(|handler| handler.guard);
    let wanted = match row.when {
        When::Always => true,
        When::Handler => model.handler.is_some(),
        When::Sends => asynchronous,
        When::Guard => guard.is_some(),
        When::GuardSecret => guard.is_some_and(|guard| guard.counts_recipients),
        When::Sender => model.pool.key.is_some(),
        When::OwnKey => model.key.is_some(),
        When::Alias => model.key.as_ref().is_some_and(|key| key.alias.is_some()),
        When::OwnPool => !existing,
        When::Existing => existing,
        When::SmsRole => model.pool.sms_caller.is_some(),
        When::PoolSmsRole => names.sms_role.is_some(),
        When::Boundary => model.roles.boundary.is_some(),
        When::StackRole => stack.cloudformation.role.is_some(),
    };
    // The pool's own update is CloudFormation's or the caller's, never both.
    let by_whom = match (row.task, row.when, row.by) {
        (Attach, _, _) => existing,
        (Apply, When::Sender, CloudFormation) => !existing,
        _ => true,
    };
    wanted && by_whom
}

fn resource(pattern: &str, stack: &Stack, names: &Names<'_>) -> String {
    let any_key = format!("arn:${{P}}:kms:${{R}}:{}:key/*", names.account);
    let path = stack.roles.path.as_ref().map_or("/", |path| path.as_str());
    let alias = match &stack.key.source {
        KeySource::Managed { alias: Some(alias), .. } => alias.as_str(),
        _ => "alias/*",
    };
    let values = [
        // First, since it holds others.
        ("${KEY}", names.key.unwrap_or(&any_key)),
        ("${SMS_ROLE}", names.sms_role.unwrap_or("*")),
        ("${STACK_ROLE}", stack.cloudformation.role().unwrap_or("*")),
        ("${POOL}", names.pool.unwrap_or("*")),
        ("${PATH}", path),
        ("${ALIAS}", alias),
        ("${P}", names.partition),
        ("${R}", stack.region.as_str()),
        ("${A}", names.account),
        ("${S}", stack.name.as_str()),
        ("${B}", names.bucket),
    ];
    values
        .iter()
        .fold(pattern.to_owned(), |text, (name, value)| text.replace(name, value))
}

/// What IAM says of a right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// The action.
    pub action: String,
    /// The question that it was part of.
    pub asked: Asked,
    /// IAM's word; nothing where it was not asked or did not answer.
    pub decision: Option<Simulated>,
}

impl Told {
    /// Returns the word for programs: `allowed`, `denied`, `unsure` or `not-checked`.
    pub fn word(&self) -> &'static str {
        match &self.decision {
            None => "not-checked",
            Some(told) => match told.decision {
                Decision::Allowed => "allowed",
                Decision::ImplicitDeny if self.asked.by_resource || !told.missing_context.is_empty() => "unsure",
                Decision::ImplicitDeny | Decision::ExplicitDeny => "denied",
            },
        }
    }
}

/// Why a principal's rights were not asked for.
#[derive(Clone, Debug)]
pub enum Unasked {
    /// IAM does not simulate such a principal.
    Principal,
    /// A call did not go through.
    Refused(AwsError),
}

/// One line for each of a principal's tasks, or one that says why nobody asked. `policy_source` is its ARN, for the
/// command that a person can run.
pub fn verdicts(by: By, told: &[Told], policy_source: Option<&str>, unasked: Option<&Unasked>) -> Vec<Verdict> {
    if let Some(unasked) = unasked {
        return vec![not_asked(by, told, policy_source, unasked)];
    }
    let tasks = Task::ALL.into_iter().filter_map(|task| {
        let of: Vec<&Told> = told
            .iter()
            .filter(|one| one.asked.by == by && one.asked.task == task)
            .collect();
        let first = of.first()?;
        Some(verdict(by, task, &of, &look(first, policy_source)))
    });
    tasks.collect()
}

/// The command by which a person asks IAM for one right.
fn look(told: &Told, policy_source: Option<&str>) -> String {
    format!(
        "aws iam simulate-principal-policy --policy-source-arn {} --action-names {} --resource-arns '{}'",
        policy_source.unwrap_or("ROLE_ARN"),
        told.action,
        told.asked.resource,
    )
}

fn not_asked(by: By, told: &[Told], policy_source: Option<&str>, unasked: &Unasked) -> Verdict {
    let (check, who) = ("rights", by.name());
    // The right that is forgotten most.
    let grant = told.iter().find(|one| one.action == "kms:CreateGrant").or(told.first());
    let look = grant.map_or_else(String::new, |told| look(told, policy_source));
    match unasked {
        Unasked::Principal => Verdict::warn(
            check,
            format!("{who}: not checked: IAM simulates users and roles only"),
            format!("run as the deploying role, or look: {look}"),
        ),
        Unasked::Refused(error) => {
            let unread = Verdict::unread(check, error, &look);
            Verdict {
                found: format!("{who}: {}", unread.found),
                ..unread
            }
        }
    }
}

fn verdict(by: By, task: Task, of: &[&Told], look: &str) -> Verdict {
    let (check, who) = (task.check(), by.name());
    let with = |word: &'static str| of.iter().copied().filter(move |one| one.word() == word);
    let denied: Vec<&Told> = with("denied").collect();
    let unsure = with("unsure").chain(with("not-checked"));
    let named = |one: &Told| format!("{} on {}", one.action, one.asked.resource);
    if !denied.is_empty() {
        let certain = matches!(task, Look | Apply | Attach) && denied.iter().any(|one| one.asked.sure);
        let list: Vec<String> = denied.iter().map(|one| named(one)).collect();
        return Verdict {
            level: if certain { Level::Fail } else { Level::Warn },
            ..Verdict::warn(
                check,
                format!("{who} may not: {}", list.join("; ")),
                "add them to the policy of that role: `deployer doctor --format json` lists all that it needs",
            )
        };
    }
    let unsure: Vec<String> = unsure.map(named).collect();
    if !unsure.is_empty() {
        return Verdict::warn(
            check,
            format!(
                "{who}: a condition or the key's own policy decides on {}",
                unsure.join("; ")
            ),
            look,
        );
    }
    Verdict::ok(check, format!("{who}: its own policies allow all {}", of.len()))
}

#[cfg(test)]
mod tests;
