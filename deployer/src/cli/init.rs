//! `deployer init`
//!
//! What no flag says is asked on a terminal. The file is read as every stack file is before it is written, so
//! it is never one with an error.

mod answers;
mod file;

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use super::args::InitArgs;
use super::context::Context;
use super::error::CliError;
use super::exit::ExitStatus;
use super::findings;
use crate::files;
use crate::finding::Source;
use crate::spec;

pub(super) use answers::{SignIn, Triggers, parse_countries, parse_from, parse_pool_name};

use answers::Answers;

pub(super) async fn run(context: &Context, args: &InitArgs) -> Result<ExitStatus, CliError> {
    let name = answers::name(context, args).await?;
    let path = args.folder.join(format!("{name}.yaml"));
    let overwrite = path.exists();
    if overwrite {
        may_overwrite(context, &path).await?;
    }
    let answers = Answers::of(context, args, name).await?;
    let text = file::text(&answers);
    let (stack, found) = spec::parse(&Source::new(&path, &text));
    findings::print(context, &found);
    if stack.is_none() {
        return Err(CliError::failed(format!(
            "{} in what would be `{}`; nothing was written",
            findings::count(&found),
            path.display()
        )));
    }
    fs::create_dir_all(&args.folder).map_err(|error| failed(&args.folder, &error))?;
    let written = if overwrite {
        files::replace(&path, text.as_bytes())
    } else {
        files::create(&path, text.as_bytes())
    };
    written.map_err(|error| failed(&path, &error))?;
    context.out.talk(&format!("wrote `{}`", path.display()));
    write_schema(context, &args.folder)?;
    context.out.talk(&format!("  next: deployer diff {}", path.display()));
    Ok(ExitStatus::Done)
}

fn failed(path: &Path, error: &std::io::Error) -> CliError {
    CliError::failed(format!("cannot write `{}`: {error}", path.display()))
}

/// Writes the schema that a stack file's first line names, where there is none.
pub(super) fn write_schema(context: &Context, folder: &Path) -> Result<(), CliError> {
    let schema = folder.join("schema.json");
    match files::create(&schema, spec::schema_text().as_bytes()) {
        Ok(()) => context.out.talk(&format!(
            "wrote `{}`, by which editors complete and check it",
            schema.display()
        )),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        Err(error) => return Err(failed(&schema, &error)),
    }
    Ok(())
}

async fn may_overwrite(context: &Context, path: &Path) -> Result<(), CliError> {
    let exists = format!("`{}` exists already", path.display());
    if !context.interactive {
        return Err(CliError::stopped(format!(
            "{exists}, and there is no terminal to ask on whether it may go"
        ))
        .hint("take another `--name`, or remove the file first"));
    }
    let answer = context.ask(&format!("{exists}. Only `yes` writes over it:")).await?;
    if answer == "yes" {
        return Ok(());
    }
    Err(CliError::failed("not written; the file is as it was"))
}
