//! `deployer completions` and `deployer man`: both are made of the words that `--help` prints.

use std::fs;

use clap::CommandFactory as _;

use super::args::{Cli, CompletionsArgs, ManArgs};
use super::context::Context;
use super::error::CliError;
use super::exit::ExitStatus;
use crate::{files, inert};

/// The command's name, as a shell and `man` know it.
const NAME: &str = "deployer";

pub(super) fn run(context: &Context, args: &CompletionsArgs) -> ExitStatus {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), NAME, &mut script);
    context.out.own(&String::from_utf8_lossy(&script));
    ExitStatus::Done
}

/// Writes `deployer.1` and a page for each command.
pub(super) fn man(context: &Context, args: &ManArgs) -> Result<ExitStatus, CliError> {
    let failed = |error| CliError::failed(format!("cannot write into `{}`: {error}", args.folder.display()));
    let made = tempfile::tempdir().map_err(failed)?;
    // `help` would get a page for every command once more.
    clap_mangen::generate_to(Cli::command().disable_help_subcommand(true), made.path()).map_err(failed)?;
    fs::create_dir_all(&args.folder).map_err(failed)?;
    for page in fs::read_dir(made.path()).map_err(failed)? {
        let page = page.map_err(failed)?;
        let bytes = fs::read(page.path()).map_err(failed)?;
        files::replace(&args.folder.join(page.file_name()), &bytes).map_err(failed)?;
    }
    let folder = args.folder.display().to_string();
    context
        .out
        .talk(&format!("the pages are in `{}`", inert::line(&folder)));
    Ok(ExitStatus::Done)
}
