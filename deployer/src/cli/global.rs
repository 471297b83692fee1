//! Flags that every command takes.

use clap::Args;

/// What every command takes.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Global options")]
pub(super) struct Global {
    /// The AWS profile, before `AWS_PROFILE` and credentials of the environment.
    #[arg(long, global = true, value_name = "NAME")]
    pub(super) profile: Option<String>,
    /// Print no progress; plans, findings, questions, results and errors stay.
    #[arg(long, global = true, conflicts_with = "verbose")]
    pub(super) quiet: bool,
    /// Print each AWS call with its status, duration and request id.
    #[arg(long, global = true)]
    pub(super) verbose: bool,
}
