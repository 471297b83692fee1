//! `deployer adopt`
//!
//! A live pool becomes a stack file, and the file is applied: everything after the writing is `apply`. So an
//! adoption that was interrupted goes on with `deployer apply FILE`.

mod file;
mod live;
mod yaml;

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::apply;
use super::args::{AdoptArgs, ApplyArgs, Builder, Format, Paths};
use super::connection::connect;
use super::context::Context;
use super::error::CliError;
use super::exit::ExitStatus;
use super::progress::during;
use super::{findings, init};
use crate::aws::Session;
use crate::files;
use crate::finding::Source;
use crate::inert;
use crate::plan::{LeftOut, adopted};
use crate::spec::{self, Region, StackName};

pub(super) use live::{add_new, changed_for_ever, to_import};

use file::Header;

pub(super) async fn run(context: &Context, args: &AdoptArgs) -> Result<ExitStatus, CliError> {
    let region = region(args)?;
    let session = connect(context, &region).await?;
    let account = context.unless_interrupted(session.account()).await??;
    let reading = format!("reading the pool {}", args.pool);
    let pool = during(context, &reading, live::read(&session, &args.pool)).await??;
    if let Some(stack) = context.unless_interrupted(live::owner(&session, &args.pool)).await?? {
        context.out.talk(&format!(
            "{} belongs to the stack {stack} already: there is nothing to adopt",
            args.pool
        ));
        return Ok(ExitStatus::Done);
    }
    let name = match &args.name {
        Some(name) => name.clone(),
        None => stack_name(pool.pool.get("Name").and_then(serde_json::Value::as_str))?,
    };
    let path = args
        .file
        .clone()
        .unwrap_or_else(|| Path::new("stacks").join(format!("{name}.yaml")));
    free(context, &session, &name, &path).await?;
    let found = adopted(&pool);
    let text = file::text(
        &Header {
            name: &name,
            account: &account,
            region: &region,
            id: &args.pool,
        },
        &found,
    );
    write(context, &path, &text)?;
    leave_out(context, &found.left_out);
    let again = format!("deployer apply {}", path.display());
    let (stack, remarks) = spec::parse(&Source::new(&path, &text));
    if stack.is_none() {
        findings::print(context, &remarks);
        return Err(CliError::failed(format!(
            "{} in what the pool has: no stack file can say it so",
            findings::count(&remarks)
        ))
        .hint(format!("mend the file, then go on: {again}")));
    }
    if !args.yes && !context.interactive {
        findings::print(context, &remarks);
        context.out.talk(&format!(
            "the pool is not in a stack yet, and nothing was changed\n  next: deployer diff {}\n  then: {again}",
            path.display()
        ));
        return Ok(ExitStatus::Done);
    }
    context.out.talk("");
    let apply = ApplyArgs {
        paths: Paths { paths: vec![path] },
        builder: Builder { builder: None },
        yes: args.yes,
        plan: None,
        format: Format::Text,
        save: None,
        put_back: false,
        fail_fast: false,
        no_rollback: false,
        verify_to: Vec::new(),
    };
    Box::pin(apply::run(context, &apply)).await
}

/// The Region is a part of a pool's id.
fn region(args: &AdoptArgs) -> Result<Region, CliError> {
    let text = args.pool.as_str().split('_').next().unwrap_or_default();
    let region = Region::parse(text).map_err(|error| CliError::usage(error.to_string()))?;
    match &args.region {
        Some(wanted) if *wanted != region => Err(CliError::usage(format!(
            "the pool {} is of {region}, and `--region` says {wanted}",
            args.pool
        ))),
        _ => Ok(region),
    }
}

/// Makes a stack's name of a pool's.
fn stack_name(pool: Option<&str>) -> Result<StackName, CliError> {
    let words = pool.unwrap_or_default().split(|c: char| !c.is_ascii_alphanumeric());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    let name = words.join("-");
    StackName::parse(&name).map_err(|_| {
        CliError::usage("the pool's name makes no name for a stack").hint("give one: --name NAME, such as acme-prod")
    })
}

/// Refuses a file and a stack that are there already.
async fn free(context: &Context, session: &Session, name: &StackName, path: &Path) -> Result<(), CliError> {
    if path.exists() {
        let path = path.display();
        return Err(CliError::stopped(format!(
            "`{path}` exists already, and stays as it is; nothing was changed"
        ))
        .hint(format!("if it is this pool's, go on with it: deployer apply {path}"))
        .hint("else name another file and stack: --name NAME, or --file PATH"));
    }
    let state = context.unless_interrupted(session.stack(name.as_str())).await??;
    let taken = state.filter(|state| {
        !matches!(
            state.status.as_str(),
            "DELETE_COMPLETE" | "REVIEW_IN_PROGRESS" | "ROLLBACK_COMPLETE"
        )
    });
    match taken {
        None => Ok(()),
        Some(state) => Err(CliError::stopped(format!(
            "there is a stack {name} already ({}), and the pool is not in it; nothing was changed",
            state.status
        ))
        .hint("name another one: --name NAME")
        .hint("to take the pool into that stack, write `pool: {import: {id: …, properties: …}}` into its own file")),
    }
}

fn write(context: &Context, path: &Path, text: &str) -> Result<(), CliError> {
    let failed = |path: &Path, error: &std::io::Error| {
        let error = match error.kind() {
            ErrorKind::AlreadyExists => "it exists by now".to_owned(),
            _ => error.to_string(),
        };
        CliError::failed(format!("cannot write `{}`: {error}", path.display()))
    };
    let folder = path
        .parent()
        .map(Path::to_path_buf)
        .filter(|folder| *folder != PathBuf::new());
    let folder = folder.unwrap_or_else(|| PathBuf::from("."));
    fs::create_dir_all(&folder).map_err(|error| failed(&folder, &error))?;
    files::create(path, text.as_bytes()).map_err(|error| failed(path, &error))?;
    context.out.talk(&format!("wrote `{}`", path.display()));
    init::write_schema(context, &folder)
}

fn leave_out(context: &Context, left_out: &[LeftOut]) {
    if left_out.is_empty() {
        return;
    }
    let lines: Vec<String> = left_out
        .iter()
        .map(|left| format!("\n  {}: {}", inert::line(&left.member), left.why))
        .collect();
    context.out.talk(&format!("left out of it:{}", lines.concat()));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pool_of_any_name_gives_a_stack_one() {
        let name = |pool: &str| stack_name(Some(pool)).map(|name| name.to_string()).ok();
        assert_eq!(name("acme"), Some("acme".to_owned()));
        assert_eq!(name("Acme users (prod)_2"), Some("Acme-users-prod-2".to_owned()));
        assert_eq!(name("2nd"), None);
        assert_eq!(name("日本"), None);
    }
}
