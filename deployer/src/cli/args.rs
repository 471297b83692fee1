//! What was typed.

mod values;

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use handler::delivery::Countries;
use handler::event::Purpose;
use handler::telemetry::Outcome;

use super::global::Global;
use super::init::{SignIn, Triggers, parse_countries, parse_from, parse_pool_name};
use crate::simulate::Recipient;
use crate::spec::{AccountId, PoolId, Region, StackName};

pub(super) use values::OwnRecipient;
use values::{attribute, metadata, own_recipient, purpose, recipient, request_id};

/// Deploys Amazon Cognito's message triggers as code.
///
/// Pools are declared in stack files. AWS credentials and endpoints come from the environment, the
/// profile or SSO, as in every AWS tool; the Region is always the stack file's.
///
/// Exit codes: 0 done, or nothing to do; 1 failed; 2 `diff --exit-code` found changes, or
/// `drift --exit-code` drift; 3 a guard wants a person's word, or a plan is out of date; 64 the command's words are off.
/// Of many stacks the worst counts: 1 before 3 before 2.
#[derive(Debug, Parser)]
#[command(name = "deployer", version, max_term_width = 100)]
pub(super) struct Cli {
    #[command(flatten)]
    pub(super) global: Global,
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Write a stack file to start from; asks for what no flag says.
    Init(InitArgs),
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
    /// Write a stack file from a user pool that exists, and take the pool into a stack of its own.
    ///
    /// The file holds all that CloudFormation can say of the pool; what it cannot is named. The pool comes in as
    /// it is, by a change set of its own, and what the file adds comes by a second one.
    Adopt(AdoptArgs),
    /// Put the triggers of a pool that existed before its stack back as they were; the stack stays.
    Detach(DetachArgs),
    /// Take a stack's triggers out of the pool, then delete the stack; pool, key and log group stay.
    Destroy(DestroyArgs),
    /// Make the bucket that holds the handler's zips, one an account and Region.
    Bootstrap(BootstrapArgs),
    /// Show what is deployed: stack, pool, triggers, key, function, queue, last failure; changes nothing.
    Status(StatusArgs),
    /// Check machine, account, rights and stacks: what a deployment and its messages need; changes and sends nothing.
    Doctor(DoctorArgs),
    /// Show what is live and not as declared: the pool member by member, the code by its hash, the rest by CloudFormation.
    Drift(DriftArgs),
    /// Show what the handler said of each message, and go on showing it with `--follow`.
    Logs(LogsArgs),
    /// Show what the handler would send, or let the deployed one send it to you.
    ///
    /// The event is one as Cognito writes it, with a made-up code that is encrypted as Cognito does. Without
    /// `--deployed` or `--probe` nothing is called and nothing is sent. With them the credentials need
    /// `kms:GenerateDataKey` on the stack's key, with the pool's id as `userpool-id` in its encryption context,
    /// and `lambda:InvokeFunction` on its function.
    Send(SendArgs),
    /// List the failed events of a stack's queue, send those still worth it again, and drop the rest.
    ///
    /// An event is worth it as long as its code is good, unless a newer code of the same user is in the queue too or
    /// the failure was final. It goes to the function as it came, and leaves the queue once a provider took the message.
    /// Without a terminal and without `--yes` nothing is sent and nothing dropped. Nothing of a user's is printed.
    Redrive(RedriveArgs),
    /// Tell what a finding's code means and what to do about it.
    Explain(ExplainArgs),
    /// Print the JSON Schema of stack files, for editors.
    Schema,
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

impl Paths {
    /// What was typed of them, each after a space; nothing where it is what no word stands for.
    pub(super) fn typed(&self) -> String {
        let named = self.paths.iter().filter(|path| path.as_os_str() != "stacks");
        let named: Vec<String> = named.map(|path| format!(" {}", path.display())).collect();
        named.concat()
    }
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

/// How a diff is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum DiffFormat {
    /// A tree for people.
    Text,
    /// One comment on a pull request, of at most 65,536 characters.
    Markdown,
    /// For programs.
    Json,
}

/// How much is at stake.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Stake {
    /// Real users; the default.
    Production,
    /// Nobody is locked out.
    Test,
}

#[derive(Debug, Args)]
pub(super) struct InitArgs {
    /// The stack's name, and the file's.
    #[arg(long, value_parser = StackName::parse)]
    pub(super) name: Option<StackName>,
    /// Where the stack lives, such as us-west-2.
    #[arg(long, value_parser = Region::parse)]
    pub(super) region: Option<Region>,
    /// The only account that may be changed; any when left out.
    #[arg(long, value_name = "ID", value_parser = AccountId::parse)]
    pub(super) account: Option<AccountId>,
    /// How much is at stake.
    #[arg(long, value_enum)]
    pub(super) environment: Option<Stake>,
    /// The pool's name; the stack's when left out.
    #[arg(long, value_name = "NAME", value_parser = parse_pool_name)]
    pub(super) pool_name: Option<String>,
    /// What people sign in with: `email`, `phone_number`, both with a comma, or `username`.
    #[arg(long, value_name = "ATTRIBUTES")]
    pub(super) sign_in: Option<SignIn>,
    /// Triggers, each TRIGGER=handler or TRIGGER=ARN, with commas, or `none`; `custom_sms_sender=handler` when left out.
    #[arg(long, value_name = "TRIGGERS")]
    pub(super) triggers: Option<Triggers>,
    /// Where SMS messages may go: countries' codes with commas, or `any`.
    #[arg(long, value_name = "CODES", value_parser = parse_countries)]
    pub(super) countries: Option<Countries>,
    /// Whom e-mails come from: an address, or `NAME <ADDRESS>`, verified in Amazon SES.
    #[arg(long, value_name = "FROM", value_parser = parse_from)]
    pub(super) email_from: Option<String>,
    /// The folder of the stack files.
    #[arg(long, value_name = "FOLDER", default_value = "stacks")]
    pub(super) folder: PathBuf,
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
    /// A tree for people, a comment for a pull request, or JSON for programs.
    #[arg(long, value_enum, default_value = "text")]
    pub(super) format: DiffFormat,
    /// Write the plan into this file too, for `apply --plan`.
    #[arg(long, value_name = "FILE")]
    pub(super) out: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag that somebody types")]
pub(super) struct ApplyArgs {
    #[command(flatten)]
    pub(super) paths: Paths,
    #[command(flatten)]
    pub(super) builder: Builder,
    /// Do not ask. Guards still stop.
    #[arg(long)]
    pub(super) yes: bool,
    /// Apply the plan that `diff --out` wrote, and nothing else.
    ///
    /// The plan is the yes: nothing is asked. Where the stack file, the code or what is deployed is not as it was
    /// planned, nothing is changed, and the command ends with 3 and says what moved. Guards still stop.
    #[arg(long, value_name = "FILE", conflicts_with = "put_back")]
    pub(super) plan: Option<PathBuf>,
    /// Leave what fails as it is, to be looked at; the next apply rolls it back first.
    ///
    /// Without it CloudFormation rolls back by itself. What would be replaced does not go with it, an import is rolled
    /// back all the same, and the stack's alarms do not undo the update.
    #[arg(long)]
    pub(super) no_rollback: bool,
    /// Let the deployed function really send a made-up code to your own number or address, and fail where it does not.
    ///
    /// Once for SMS, once for e-mail. It proves function, key and provider; Cognito's own call is not part of it. Where it
    /// fails, the triggers that this apply brought leave the pool again.
    #[arg(long, value_name = "RECIPIENT", value_parser = own_recipient)]
    pub(super) verify_to: Vec<OwnRecipient>,
    /// Write the configuration that an existing pool had before its first attach into a new file as well.
    #[arg(long, value_name = "FILE")]
    pub(super) save: Option<PathBuf>,
    /// Put back what moved in an existing pool while its triggers were updated.
    #[arg(long)]
    pub(super) put_back: bool,
    /// Of many stacks, begin none after one has failed or was stopped; those at work go on to their end.
    #[arg(long)]
    pub(super) fail_fast: bool,
    /// How the outputs are printed.
    #[arg(long, value_enum, default_value = "text")]
    pub(super) format: Format,
}

#[derive(Debug, Args)]
pub(super) struct AdoptArgs {
    /// The user pool's id, such as us-west-2_AbCdEf123.
    #[arg(value_name = "POOL_ID", value_parser = PoolId::parse)]
    pub(super) pool: PoolId,
    /// The pool's Region, where the id is to be checked against it.
    #[arg(long, value_parser = Region::parse)]
    pub(super) region: Option<Region>,
    /// The stack's name; the pool's when left out.
    #[arg(long, value_parser = StackName::parse)]
    pub(super) name: Option<StackName>,
    /// The file to write; stacks/NAME.yaml when left out. One that is there stays as it is.
    #[arg(long, value_name = "PATH")]
    pub(super) file: Option<PathBuf>,
    /// Do not ask. Guards still stop.
    #[arg(long)]
    pub(super) yes: bool,
}

#[derive(Debug, Args)]
pub(super) struct DetachArgs {
    /// The stack file.
    #[arg(value_name = "PATH")]
    pub(super) path: PathBuf,
    /// Do not ask. Guards still stop.
    #[arg(long)]
    pub(super) yes: bool,
    /// Put back what moved in the pool while its triggers were updated.
    #[arg(long)]
    pub(super) put_back: bool,
    /// Words for people, or at the end what was done as JSON for programs.
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
    /// The role by which the pool sends SMS messages.
    SmsRole,
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
    /// Words for people, or at the end what is left as JSON for programs.
    #[arg(long, value_enum, default_value = "text")]
    pub(super) format: Format,
}

#[derive(Debug, Args)]
pub(super) struct BootstrapArgs {
    /// The Region of the stacks that will use the bucket.
    #[arg(long)]
    pub(super) region: String,
    /// Do not ask.
    #[arg(long)]
    pub(super) yes: bool,
    /// How the outputs are printed.
    #[arg(long, value_enum, default_value = "text")]
    pub(super) format: Format,
}

#[derive(Debug, Args)]
pub(super) struct StatusArgs {
    #[command(flatten)]
    pub(super) paths: Paths,
    /// Lines for people, or JSON for programs.
    #[arg(long, value_enum, default_value = "text")]
    pub(super) format: Format,
}

#[derive(Debug, Args)]
pub(super) struct DoctorArgs {
    #[command(flatten)]
    pub(super) paths: Paths,
    #[command(flatten)]
    pub(super) builder: Builder,
    /// Lines for people, or JSON for programs.
    #[arg(long, value_enum, default_value = "text")]
    pub(super) format: Format,
}

#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag that somebody types")]
pub(super) struct DriftArgs {
    #[command(flatten)]
    pub(super) paths: Paths,
    /// Exit with 2 when something drifted.
    #[arg(long)]
    pub(super) exit_code: bool,
    /// Write what is live into the stack file; its comments stay.
    #[arg(long, conflicts_with = "revert")]
    pub(super) accept: bool,
    /// Put back what is declared.
    #[arg(long)]
    pub(super) revert: bool,
    /// Accept or put back only this, such as Pool.MfaConfiguration; with all that is below it.
    #[arg(long, value_name = "MEMBER")]
    pub(super) only: Vec<String>,
    /// Do not ask. Guards still stop.
    #[arg(long)]
    pub(super) yes: bool,
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

/// Which of the pool's triggers is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum SendChannel {
    /// `CustomSMSSender`.
    Sms,
    /// `CustomEmailSender`.
    Email,
    /// `CustomMessage`, which writes what Cognito itself sends.
    Message,
}

#[derive(Debug, Args)]
pub(super) struct SendArgs {
    /// The stack file.
    #[arg(value_name = "PATH", default_value = "stacks")]
    pub(super) path: PathBuf,
    /// What the message is for.
    #[arg(long, value_parser = purpose(), required_unless_present = "probe")]
    pub(super) purpose: Option<Purpose>,
    /// The trigger; that of `--to`, or the only one that the handler serves, when left out.
    #[arg(long, value_enum)]
    pub(super) channel: Option<SendChannel>,
    /// Your own number in E.164 form or e-mail address; nobody's when nothing is sent.
    #[arg(long, value_name = "RECIPIENT", value_parser = recipient)]
    pub(super) to: Option<Recipient>,
    /// The user's name.
    #[arg(long, value_name = "NAME", default_value = "jane")]
    pub(super) user_name: String,
    /// The code or temporary password, in place of a made-up one; it is printed.
    #[arg(long, value_name = "CODE")]
    pub(super) code: Option<String>,
    /// The user's `locale`, such as ja or zh-Hant.
    #[arg(long, value_name = "LOCALE")]
    pub(super) locale: Option<String>,
    /// An attribute of the user, such as `given_name` or `custom:tenant`; repeat it for more.
    #[arg(long, value_name = "NAME=VALUE", value_parser = attribute)]
    pub(super) attribute: Vec<(String, String)>,
    /// What an app gives with its call (`clientMetadata`).
    #[arg(long, value_name = "NAME=VALUE", value_parser = metadata)]
    pub(super) metadata: Vec<(String, String)>,
    /// Let the deployed function send it, to `--to`.
    #[arg(long)]
    pub(super) deployed: bool,
    /// Ask the deployed function whether it could: it decrypts a made-up code, and sends nothing.
    #[arg(long, conflicts_with_all = ["deployed", "purpose", "to", "code", "locale", "attribute", "metadata"])]
    pub(super) probe: bool,
    /// Do not ask before it is sent.
    #[arg(long, requires = "deployed")]
    pub(super) yes: bool,
    /// Lines for people, or JSON for programs.
    #[arg(long, value_enum, default_value = "text")]
    pub(super) format: Format,
}

#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag that somebody types")]
pub(super) struct RedriveArgs {
    /// The stack file.
    #[arg(value_name = "PATH", default_value = "stacks")]
    pub(super) path: PathBuf,
    /// Only events for this purpose; the others stay in the queue.
    #[arg(long, value_name = "PURPOSE", value_parser = purpose())]
    pub(super) only: Vec<Purpose>,
    /// Leave in the queue what is not worth sending, instead of dropping it.
    #[arg(long)]
    pub(super) keep: bool,
    /// Drop too what cannot be read; else it stays in the queue.
    #[arg(long, conflicts_with_all = ["keep", "only"])]
    pub(super) drop_unreadable: bool,
    /// Treat events whose sender or recipient could not be checked as if they were; those that failed a check are
    /// never sent.
    #[arg(long)]
    pub(super) unchecked: bool,
    /// List, and do nothing.
    #[arg(long)]
    pub(super) dry_run: bool,
    /// Do not ask.
    #[arg(long, conflicts_with = "dry_run")]
    pub(super) yes: bool,
    /// Lines for people, or JSON for programs.
    #[arg(long, value_enum, default_value = "text")]
    pub(super) format: Format,
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
