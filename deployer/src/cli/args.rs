//! What was typed.

use std::path::PathBuf;
use std::time::Duration;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};
use handler::event::Purpose;
use handler::telemetry::Outcome;

/// Deploys Amazon Cognito's message triggers as code.
///
/// Pools are declared in stack files. AWS credentials and endpoints come from the environment, the
/// profile or SSO, as in every AWS tool; the Region is always the stack file's.
///
/// Exit codes: 0 done, or nothing to do; 1 failed; 2 `diff --exit-code` found changes; 3 a guard wants a
/// person's word; 64 the command's words are off.
#[derive(Debug, Parser)]
#[command(name = "deployer", version, max_term_width = 100)]
pub(super) struct Cli {
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Check stack files; calls nothing.
    Validate(ValidateArgs),
    /// Print the CloudFormation template of each stack; calls nothing and builds nothing.
    Synth(SynthArgs),
    /// Build the handler's zip and check it against the Lambda runtime.
    Build(BuildArgs),
    /// Show what an apply would change; makes nothing, not even a change set.
    Diff(DiffArgs),
    /// Make AWS as the stack files say: shows the changes, asks, and executes what it showed.
    Apply(ApplyArgs),
    /// Take a stack's triggers out of the pool, then delete the stack; pool, key and log group stay.
    Destroy(DestroyArgs),
    /// Make the bucket that holds the handler's zips, one an account and Region.
    Bootstrap(BootstrapArgs),
    /// Show what is deployed: stack, pool, triggers, key, function, queue, last failure; changes nothing.
    Status(StatusArgs),
    /// Show what the handler said of each message, and go on showing it with `--follow`.
    Logs(LogsArgs),
    /// Tell what a finding's code means and what to do about it.
    Explain(ExplainArgs),
    /// Print the script that completes this command's words in a shell.
    Completions(CompletionsArgs),
    /// Write the man pages, one a command.
    Man(ManArgs),
}

#[derive(Debug, Args)]
pub(super) struct Paths {
    /// Stack files, or folders of them; `stacks/` when none is named.
    #[arg(value_name = "PATH", default_value = "stacks")]
    pub(super) paths: Vec<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum TemplateFormat {
    Json,
    Yaml,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    Text,
    Json,
}

#[derive(Debug, Args)]
pub(super) struct ValidateArgs {
    #[command(flatten)]
    pub(super) paths: Paths,
    /// Words for people, or JSON for programs.
    #[arg(long, value_enum, default_value = "text")]
    pub(super) format: Format,
}

#[derive(Debug, Args)]
pub(super) struct SynthArgs {
    #[command(flatten)]
    pub(super) paths: Paths,
    /// The template's language.
    #[arg(long, value_enum, default_value = "json")]
    pub(super) format: TemplateFormat,
    /// Write NAME.json or NAME.yaml for each stack into this folder instead of printing.
    #[arg(long, value_name = "FOLDER")]
    pub(super) out: Option<PathBuf>,
    /// Print the stack files instead, each with all that it extends.
    #[arg(long, conflicts_with_all = ["format", "out"])]
    pub(super) resolved: bool,
}

#[derive(Debug, Args)]
pub(super) struct Builder {
    /// Build with this one (cargo-lambda, cargo-zigbuild or cargo) instead of the first that works.
    #[arg(long, value_name = "BUILDER")]
    pub(super) builder: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct BuildArgs {
    #[command(flatten)]
    pub(super) paths: Paths,
    #[command(flatten)]
    pub(super) builder: Builder,
    /// Copy each zip to FOLDER/NAME.zip.
    #[arg(long, value_name = "FOLDER")]
    pub(super) out: Option<PathBuf>,
    /// A line a zip for people, or JSON for programs.
    #[arg(long, value_enum, default_value = "text")]
    pub(super) format: Format,
}

#[derive(Debug, Args)]
pub(super) struct DiffArgs {
    #[command(flatten)]
    pub(super) paths: Paths,
    /// Exit with 2 when there are changes.
    #[arg(long)]
    pub(super) exit_code: bool,
    /// A tree for people, or JSON for programs.
    #[arg(long, value_enum, default_value = "text")]
    pub(super) format: Format,
}

#[derive(Debug, Args)]
pub(super) struct ApplyArgs {
    #[command(flatten)]
    pub(super) paths: Paths,
    #[command(flatten)]
    pub(super) builder: Builder,
    /// Do not ask. Guards still stop.
    #[arg(long)]
    pub(super) yes: bool,
    /// How the outputs are printed.
    #[arg(long, value_enum, default_value = "text")]
    pub(super) format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Kept {
    /// The user pool, with everybody in it.
    Pool,
    /// The key, after its waiting time.
    Key,
    /// The log group.
    Logs,
}

#[derive(Debug, Args)]
pub(super) struct DestroyArgs {
    /// The stack file.
    #[arg(value_name = "PATH")]
    pub(super) path: PathBuf,
    /// The stack's name, instead of typing it when asked.
    #[arg(long, value_name = "NAME")]
    pub(super) confirm: Option<String>,
    /// Delete this too, after the stack.
    #[arg(long, value_enum, value_name = "WHAT")]
    pub(super) delete: Vec<Kept>,
    /// Days until a deleted key is gone, 7 to 30.
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(i32).range(7..=30))]
    pub(super) key_window_days: i32,
}

#[derive(Debug, Args)]
pub(super) struct BootstrapArgs {
    /// The Region of the stacks that will use the bucket.
    #[arg(long)]
    pub(super) region: String,
    /// Do not ask.
    #[arg(long)]
    pub(super) yes: bool,
}

#[derive(Debug, Args)]
pub(super) struct StatusArgs {
    #[command(flatten)]
    pub(super) paths: Paths,
    /// Lines for people, or JSON for programs.
    #[arg(long, value_enum, default_value = "text")]
    pub(super) format: Format,
}

/// How a message ended, as the handler's lines name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum MessageOutcome {
    /// A provider took it.
    Delivered,
    /// Something failed, or Lambda cut it off.
    Failed,
    /// It is not to be sent.
    Refused,
}

impl MessageOutcome {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Delivered => Outcome::Delivered.name(),
            Self::Failed => Outcome::Failed.name(),
            Self::Refused => Outcome::Refused.name(),
        }
    }
}

#[derive(Debug, Args)]
pub(super) struct LogsArgs {
    /// The stack file.
    #[arg(value_name = "PATH", default_value = "stacks")]
    pub(super) path: PathBuf,
    /// Go on until Ctrl-C, which ends it with 0.
    #[arg(long, short)]
    pub(super) follow: bool,
    /// How far to go back, such as 90s, 15m, 2h or 4d.
    #[arg(long, value_name = "SPAN", default_value = "15m", value_parser = super::logs::parse_since)]
    pub(super) since: Duration,
    /// Only lines of this invocation.
    #[arg(long, value_name = "ID", value_parser = request_id)]
    pub(super) request: Option<String>,
    /// Only messages for this purpose.
    #[arg(long, value_parser = purpose())]
    pub(super) purpose: Option<Purpose>,
    /// Only messages that ended so.
    #[arg(long, value_enum)]
    pub(super) outcome: Option<MessageOutcome>,
    /// Lines for people, or JSON for programs, one object a line.
    #[arg(long, value_enum, default_value = "text")]
    pub(super) format: Format,
}

/// Lambda's ids are UUIDs; what is no id must not become part of a filter pattern.
fn request_id(text: &str) -> Result<String, String> {
    let fits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if fits {
        Ok(text.to_owned())
    } else {
        Err("wants an invocation's id: letters, digits and dashes".to_owned())
    }
}

fn purpose() -> impl TypedValueParser<Value = Purpose> {
    PossibleValuesParser::new(Purpose::ALL.map(Purpose::name))
        .try_map(|name| Purpose::from_name(&name).ok_or("is not a purpose"))
}

#[derive(Debug, Args)]
pub(super) struct ExplainArgs {
    /// A finding's code; all of them when none is named.
    pub(super) code: Option<String>,
    /// Words for people, or JSON for programs.
    #[arg(long, value_enum, default_value = "text")]
    pub(super) format: Format,
}

#[derive(Debug, Args)]
pub(super) struct CompletionsArgs {
    /// The shell.
    #[arg(value_enum)]
    pub(super) shell: clap_complete::Shell,
}

#[derive(Debug, Args)]
pub(super) struct ManArgs {
    /// The folder to write into.
    #[arg(value_name = "FOLDER")]
    pub(super) folder: PathBuf,
}
