//! The one place that turns errors into words, an exit code and hints.

use super::context::Interrupted;
use super::exit::ExitStatus;
use super::printer::Printer;
use crate::apply::{ApplyError, PoolUpdateError, ReadyError};
use crate::asset::AssetError;
use crate::aws::{AwsError, Calls, Refusal};
use crate::inert;
use crate::spec::Region;

/// Why a command ends, and what to do next.
#[derive(Clone, Debug)]
pub(super) struct CliError {
    pub(super) status: ExitStatus,
    /// Lines that tell it in their own form; they come first.
    pub(super) told: Option<String>,
    /// One line; nothing when everything has been said already.
    pub(super) message: Option<String>,
    /// Lines that stand below it, such as the last ones of a program.
    pub(super) below: Option<String>,
    pub(super) hints: Vec<String>,
    pub(super) interrupt: Option<Interrupt>,
}

/// Calls of which nothing is left once a change set, the empty stack around it and its objects are taken back.
const UNDONE: [&str; 4] = [
    "cloudformation:CreateChangeSet",
    "cloudformation:DeleteChangeSet",
    "cloudformation:DeleteStack",
    "s3:",
];

/// What is known of a command that was interrupted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Interrupt {
    /// It says that nothing was changed, as far as it knows: what it called decides.
    Unchecked,
    /// Its last change set was taken back.
    TakenBack,
}

impl CliError {
    pub(super) fn failed(message: impl Into<String>) -> Self {
        Self {
            status: ExitStatus::Failed,
            told: None,
            message: Some(message.into()),
            below: None,
            hints: Vec::new(),
            interrupt: None,
        }
    }

    pub(super) fn usage(message: impl Into<String>) -> Self {
        Self {
            status: ExitStatus::Usage,
            ..Self::failed(message)
        }
    }

    pub(super) fn stopped(message: impl Into<String>) -> Self {
        Self {
            status: ExitStatus::Stopped,
            ..Self::failed(message)
        }
    }

    /// Ends with `status`; what there was to say has been said.
    pub(super) const fn said(status: ExitStatus) -> Self {
        Self {
            status,
            told: None,
            message: None,
            below: None,
            hints: Vec::new(),
            interrupt: None,
        }
    }

    /// The command ended well, but stdout did not take all of its output.
    pub(super) fn unwritten(error: &std::io::Error) -> Self {
        Self::failed(format!("failed to write the output to stdout: {error}"))
            .hint("the command itself ended without an error: only its output is incomplete")
    }

    /// A failure that these lines tell.
    pub(super) fn telling(lines: String) -> Self {
        Self {
            told: Some(lines),
            ..Self::said(ExitStatus::Failed)
        }
    }

    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Whether somebody interrupted before anything was changed, and there is no more to say.
    pub(super) fn is_interrupt(&self) -> bool {
        self.interrupt.is_some() && self.hints.is_empty()
    }

    /// A command that was interrupted and did not end by itself.
    pub(super) fn cut_off(calls: &Calls) -> Self {
        let waiting = calls
            .under_way()
            .map(|(action, _)| format!(" while it waited for {action}"));
        let waiting = waiting.unwrap_or_default();
        let changing = calls.all_changing();
        if changing.is_empty() {
            return Self::failed(format!("interrupted{waiting}; nothing was changed"));
        }
        Self::after(&format!("interrupted{waiting}, after calls"), &changing)
    }

    fn after(what: &str, changing: &[String]) -> Self {
        Self::failed(format!("{what} that change something: {}", changing.join(", "))).hint(
            "the last of them may still take effect; run the same command again: it looks at what is there and continues",
        )
    }

    /// Corrects an interrupted command's claim that nothing was changed, by the calls that it made.
    pub(super) fn checked(self, calls: &Calls) -> Self {
        let changing = calls.changing();
        let is_undone = |action: &String| UNDONE.iter().any(|beginning| action.starts_with(beginning));
        let is_true = match self.interrupt {
            None => true,
            Some(Interrupt::Unchecked) => changing.is_empty(),
            Some(Interrupt::TakenBack) => changing.iter().all(is_undone),
        };
        if is_true {
            return self;
        }
        let error = Self::after("interrupted after calls", &changing);
        self.hints.into_iter().fold(error, Self::hint)
    }

    /// All of it, as it is printed.
    pub(super) fn words(&self) -> String {
        let message = self
            .message
            .iter()
            .map(|message| format!("error: {}", inert::line(message)));
        let hints = self.hints.iter().map(|hint| format!("  hint: {}", inert::line(hint)));
        let below = self.below.iter().cloned();
        let lines: Vec<String> = self
            .told
            .iter()
            .cloned()
            .chain(message)
            .chain(below)
            .chain(hints)
            .collect();
        lines.join("\n")
    }

    /// The first line of it.
    pub(super) fn line(&self) -> String {
        let words = self.words();
        let line = words.trim_start().lines().next().unwrap_or_default();
        line.strip_prefix("error: ").unwrap_or(line).to_owned()
    }
}

/// Prints an error with its hints and returns its exit code.
pub(super) fn report(error: &CliError) -> ExitStatus {
    let words = error.words();
    if !words.is_empty() {
        Printer::new().talk(&words);
    }
    error.status
}

impl From<AwsError> for CliError {
    fn from(error: AwsError) -> Self {
        let hint = match &error.refusal {
            Refusal::Credentials => Some(
                "credentials come from the environment, the profile or SSO: look with `aws sts get-caller-identity`, \
                 sign in again, then run the same command"
                    .to_owned(),
            ),
            Refusal::Expired => Some(
                "the credentials have expired: sign in again (`aws sso login`, or as you got them), then run the same \
                 command"
                    .to_owned(),
            ),
            Refusal::Clock => Some(
                "this machine's clock is off by minutes, and AWS refuses such requests: set it (`timedatectl` shows it), \
                 then run the same command"
                    .to_owned(),
            ),
            Refusal::Unreachable => Some(
                "nothing answered: check the network, the Region and AWS_ENDPOINT_URL, then run the same command"
                    .to_owned(),
            ),
            Refusal::Service(code) if code.starts_with("AccessDenied") => {
                Some(format!("the credentials need the right to {}", error.action))
            }
            Refusal::Service(_) | Refusal::Unexpected => None,
        };
        let failed = Self::failed(error.to_string());
        match hint {
            Some(hint) => failed.hint(hint),
            None => failed,
        }
    }
}

impl From<PoolUpdateError> for CliError {
    fn from(error: PoolUpdateError) -> Self {
        let (message, hint) = (error.to_string(), error.hint());
        let general = Self::from(error.error);
        Self {
            message: Some(message),
            hints: hint.map_or(general.hints, |hint| vec![hint]),
            ..general
        }
    }
}

impl From<ReadyError> for CliError {
    fn from(error: ReadyError) -> Self {
        let hint = error.hint();
        match error {
            ReadyError::Aws(error) => Self::from(error),
            ReadyError::Stuck { .. } | ReadyError::Missing { .. } => Self {
                hints: hint.into_iter().collect(),
                ..Self::failed(error.to_string())
            },
        }
    }
}

impl From<AssetError> for CliError {
    fn from(error: AssetError) -> Self {
        Self {
            hints: error.hints(),
            below: error.last_words().map(str::to_owned),
            ..Self::failed(format!("failed to {error}"))
        }
    }
}

/// Of work that was interrupted before it changed anything.
const INTERRUPTED: &str = "interrupted; nothing was changed";

impl From<Interrupted> for CliError {
    fn from(_: Interrupted) -> Self {
        Self {
            interrupt: Some(Interrupt::Unchecked),
            ..Self::failed(INTERRUPTED)
        }
    }
}

/// An error of an apply in a Region.
pub(super) fn apply_error(error: ApplyError, region: &Region) -> CliError {
    match error {
        ApplyError::Aws(error) => between(error),
        ApplyError::NoBucket { .. } => {
            CliError::failed(error.to_string()).hint(format!("make it once: deployer bootstrap --region {region}"))
        }
        ApplyError::Unproven { ref bucket, ref key } | ApplyError::Altered { ref bucket, ref key } => {
            let command = format!("delete it, then apply again: aws s3 rm s3://{bucket}/{key}");
            CliError::failed(error.to_string()).hint(command)
        }
        ApplyError::OtherBytes {
            ref bucket, ref key, ..
        }
        | ApplyError::OtherTemplate { ref bucket, ref key } => CliError::stopped(error.to_string()).hint(format!(
            "see who stored it and when: aws s3api list-object-versions --bucket {bucket} --prefix {key}"
        )),
        ApplyError::Unversioned { ref bucket, .. } => CliError::failed(error.to_string())
            .hint(format!(
                "the bucket of `bootstrap` keeps versions: deployer bootstrap --region {region}"
            ))
            .hint(format!(
                "for a bucket of your own: aws s3api put-bucket-versioning --bucket {bucket} \
                 --versioning-configuration Status=Enabled"
            )),
        ApplyError::Refused { .. } => CliError::failed(error.to_string()),
        ApplyError::ShellStays { .. } => {
            CliError::failed(error.to_string()).hint("look at its events, then run the same command")
        }
    }
}

/// An error of a call that would have gone through a moment before: somebody else was at work in between.
fn between(error: AwsError) -> CliError {
    let hint = if error.is_missing_stack() {
        Some("somebody deleted the stack in between")
    } else if error.is(&[
        "ChangeSetNotFound",
        "ChangeSetNotFoundException",
        "InvalidChangeSetStatus",
    ]) {
        Some("somebody deleted this change set in between, or executed another one")
    } else if error.is(&["ValidationError"]) && error.message.contains("_IN_PROGRESS state") {
        Some("somebody started another operation on the stack in between; let it end")
    } else {
        None
    };
    let error = CliError::from(error);
    match hint {
        Some(hint) => error
            .hint(hint)
            .hint("run the same command again: it starts from what is there then"),
        None => error,
    }
}
