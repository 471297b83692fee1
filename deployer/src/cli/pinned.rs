//! Plan files: what `diff --out` writes and `apply --plan` reads.
//!
//! A file, version 1, is one object: `format` (`deployer-plan`), `version`, and `stacks`, an array with a
//! [`Pinned`] each. Another version is refused: what a program does not know it cannot hold to.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::error::CliError;
use super::observe::{Observed, Subject};
use crate::asset::Asset;
use crate::files;
use crate::plan::{Answered, Inputs, Pinned, render};

const FORMAT: &str = "deployer-plan";
const VERSION: u64 = 1;

/// What every version begins with.
#[derive(Deserialize)]
struct Head {
    format: String,
    version: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    format: String,
    version: u64,
    stacks: Vec<Pinned>,
}

/// Pins what was planned for a stack; `cloudformation` is its role and its topics.
pub(super) fn pin(
    subject: Subject<'_>,
    asset: Option<&Asset>,
    cloudformation: (Option<&str>, &[String]),
    observed: &Observed,
    answered: &Answered,
) -> Pinned {
    let region = subject.session.region().as_str();
    let plan = render::json::render(subject.stack, region, &observed.plan, answered);
    let id = observed
        .state
        .as_ref()
        .map(|state| state.id.as_str())
        .unwrap_or_default();
    Pinned::of(&Inputs {
        stack: subject.stack,
        region,
        account: subject.bucket.owner.as_str(),
        asset: asset.map(|asset| asset.digest),
        desired: subject.desired,
        cloudformation,
        situation: &observed.plan.situation,
        deployed: observed.deployed.as_ref().map(|deployed| (deployed, id)),
        live: observed.live(),
        plan: &plan,
    })
}

/// An error where the plan would be written over something else.
pub(super) fn is_free(path: &Path) -> Result<(), CliError> {
    match fs::read(path) {
        Ok(bytes) if serde_json::from_slice::<Head>(&bytes).is_ok_and(|head| head.format == FORMAT) => Ok(()),
        Ok(_) => Err(CliError::usage(format!("`{}` is there and is no plan", path.display()))
            .hint("`--out` writes over an older plan only: name another file")),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(CliError::failed(format!(
            "failed to write `{}`: {error}",
            path.display()
        ))),
    }
}

/// Writes a plan file.
pub(super) fn write(path: &Path, stacks: Vec<Pinned>) -> Result<(), CliError> {
    let failed = |error: String| CliError::failed(format!("failed to write `{}`: {error}", path.display()));
    let file = File {
        format: FORMAT.to_owned(),
        version: VERSION,
        stacks,
    };
    let text = serde_json::to_string_pretty(&file).map_err(|error| failed(error.to_string()))?;
    files::replace(path, format!("{text}\n").as_bytes()).map_err(|error| failed(error.to_string()))
}

/// Reads a plan file.
pub(super) fn read(path: &Path) -> Result<Vec<Pinned>, CliError> {
    let shown = path.display();
    let again = "make a plan: deployer diff --out plan.json";
    let text = fs::read_to_string(path)
        .map_err(|error| CliError::failed(format!("failed to read the plan `{shown}`: {error}")).hint(again))?;
    let wrong = |why: String| CliError::failed(format!("`{shown}` is no plan that can be applied: {why}")).hint(again);
    let head: Head = serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
    if head.format != FORMAT {
        return Err(wrong(format!("its `format` is not `{FORMAT}`")));
    }
    if head.version != VERSION {
        return Err(wrong(format!(
            "it is of version {}, and this deployer reads version {VERSION}",
            head.version
        )));
    }
    let file: File = serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
    Ok(file.stacks)
}

/// The error for a plan that is out of date: a line for each thing that moved.
pub(super) fn moved(stack: &str, what: &[String]) -> CliError {
    let lines: Vec<String> = what.iter().map(|line| format!("\n  moved: {line}")).collect();
    let lines = lines.concat();
    CliError::stopped(format!(
        "{stack} is not as it was planned, and nothing of it was changed:{lines}"
    ))
    .hint("look again, and apply that plan: deployer diff --out plan.json")
}
