//! The command line: the only place that prints, prompts, exits, and reads the environment and the clock.
//!
//! `args` holds what was typed, `context` what it is typed into; each command is a file with one `run`.

mod adopt;
mod apply;
mod args;
mod attach;
mod bootstrap;
mod build;
mod colour;
mod completions;
mod connection;
mod context;
mod declared;
mod deploy;
mod deployed;
mod destroy;
mod detach;
mod diff;
mod doctor;
mod drift;
mod error;
mod exit;
mod explain;
mod findings;
mod global;
mod init;
mod logs;
mod many;
mod next;
mod observe;
mod pinned;
mod printer;
mod progress;
mod read_back;
mod recover;
mod redrive;
mod remains;
mod rollout;
mod saved;
mod schema;
mod send;
mod side_by_side;
mod status;
mod supervise;
mod synth;
mod told;
mod tolerate;
mod undone;
mod validate;
mod wrap;

use std::backtrace::{Backtrace, BacktraceStatus};
use std::io;
use std::process::ExitCode;

use clap::Parser as _;

use args::{Cli, Command};
use context::Context;
use error::CliError;
pub use exit::ExitStatus;
use printer::Printer;
use supervise::supervised;

use crate::inert;

/// Runs the command that the process was started with.
pub fn main() -> ExitCode {
    std::panic::set_hook(Box::new(|panic| {
        let trace = Backtrace::capture();
        let trace = (trace.status() == BacktraceStatus::Captured).then(|| format!("\n{trace}"));
        Printer::new().talk(&format!(
            "error: deployer has a defect: {panic}{}",
            trace.unwrap_or_default()
        ));
    }));
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return usage(error).into(),
    };
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return error::report(&CliError::failed(format!("cannot start: {error}"))).into(),
    };
    let status = runtime.block_on(run(cli)).unwrap_or_else(|error| error::report(&error));
    // A prompt that nobody answered still waits for its line in a thread of its own.
    runtime.shutdown_background();
    status.into()
}

/// Prints what the parser says. Help and version are data and come with 0; everything else is a mistake in the words.
fn usage(error: clap::Error) -> ExitStatus {
    if !error.use_stderr() {
        return match error.print().and_then(|()| stdout_at_start::is_open()) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => error::report(&CliError::unwritten(&error)),
            Ok(()) | Err(_) => ExitStatus::Done,
        };
    }
    // The parser quotes what was typed, between colours of its own: so it reads it once more, made inert.
    let typed: Vec<String> = std::env::args_os()
        .map(|word| inert::line(&word.to_string_lossy()).into_owned())
        .collect();
    let error = Cli::try_parse_from(typed)
        .err()
        .filter(clap::Error::use_stderr)
        .unwrap_or(error);
    Printer::new().styled(error.render().ansi().to_string().trim_end());
    ExitStatus::Usage
}

async fn run(cli: Cli) -> Result<ExitStatus, CliError> {
    let context = Context::new(cli.global)?;
    let work = supervised(&context, command(&context, cli.command));
    let ended = context.checked(work).await?;
    match context.out.unwritten() {
        None => Ok(ended),
        Some(error) => Err(CliError::unwritten(error)),
    }
}

async fn command(context: &Context, command: Command) -> Result<ExitStatus, CliError> {
    match command {
        Command::Init(args) => init::run(context, &args).await,
        Command::Validate(args) => validate::run(context, &args),
        Command::Synth(args) => synth::run(context, &args),
        Command::Build(args) => build::run(context, &args),
        Command::Diff(args) => diff::run(context, &args).await,
        Command::Apply(args) => apply::run(context, &args).await,
        Command::Adopt(args) => adopt::run(context, &args).await,
        Command::Detach(args) => detach::run(context, &args).await,
        Command::Destroy(args) => destroy::run(context, &args).await,
        Command::Bootstrap(args) => bootstrap::run(context, &args).await,
        Command::Status(args) => status::run(context, &args).await,
        Command::Doctor(args) => doctor::run(context, &args).await,
        Command::Drift(args) => drift::run(context, &args).await,
        Command::Logs(args) => logs::run(context, &args).await,
        Command::Send(args) => send::run(context, &args).await,
        Command::Redrive(args) => redrive::run(context, &args).await,
        Command::Explain(args) => explain::run(context, &args),
        Command::Schema => Ok(schema::run(context)),
        Command::Completions(args) => Ok(completions::run(context, &args)),
        Command::Man(args) => completions::man(context, &args),
    }
}
