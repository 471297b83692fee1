//! Stack files, read, checked and rendered: what every command begins with.

use std::collections::BTreeSet;
use std::path::Path;

use super::args::Paths;
use super::context::Context;
use super::error::CliError;
use super::exit::ExitStatus;
use super::findings;
use crate::asset::{Asset, Identifier};
use crate::check;
use crate::finding::{Finding, Level};
use crate::model::{AssetLocation, Model};
use crate::plan::{Desired, DesiredPool, ExistingKey};
use crate::spec::{self, Stack};
use crate::template::{self, Template};

/// A stack as its file declares it.
#[derive(Debug)]
pub(super) struct Declared {
    pub(super) stack: Stack,
    /// The handler's zip, for stacks that use it.
    pub(super) asset: Option<Asset>,
    pub(super) template: Template,
    /// How the pool belongs to the stack.
    pub(super) pool: DesiredPool,
}

impl Declared {
    pub(super) fn desired(&self) -> Desired {
        Desired {
            template: self.template.value().clone(),
            tags: self.stack.tags.clone(),
            termination_protection: self.stack.termination_protection,
            keys: ExistingKey::of(&self.stack),
            pool: self.pool.clone(),
            code: self.asset.clone(),
        }
    }

    /// The line over everything that is said of the stack.
    pub(super) fn heading(&self) -> String {
        format!("{} in {}", self.stack.name, self.stack.region)
    }
}

/// Reads stack files; prints what is wrong with them, all at once, and stops there.
pub(super) fn stacks(context: &Context, paths: &Paths) -> Result<Vec<Stack>, CliError> {
    let loaded = spec::collect(&paths.paths).and_then(|sources| spec::load(&sources));
    match loaded {
        Ok(loaded) => {
            counted(context, &loaded.warnings);
            Ok(loaded.stacks)
        }
        Err(found) => Err(wrong(context, &found)),
    }
}

/// Reads the one stack that a command works on; prints what is wrong with it and stops there.
pub(super) fn stack(context: &Context, path: &Path, command: &str) -> Result<Stack, CliError> {
    let paths = Paths {
        paths: vec![path.to_owned()],
    };
    let mut stacks = stacks(context, &paths)?;
    match (stacks.pop(), stacks.is_empty()) {
        (Some(stack), true) => Ok(stack),
        _ => Err(CliError::usage(format!("`{command}` is for one stack"))
            .hint(format!("name its file: deployer {command} stacks/NAME.yaml"))),
    }
}

/// What a command says of warnings: in full where the stack file is its subject, else their number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Warnings {
    Shown,
    Counted,
}

/// Reads, identifies and renders stacks; prints what is wrong with them, all at once, and stops there. Runs
/// and builds nothing.
pub(super) fn declare(context: &Context, paths: &Paths, warnings: Warnings) -> Result<Vec<Declared>, CliError> {
    declare_each(context, paths, warnings, |declared, _| declared)
}

/// Reads, identifies and renders stacks, with every remark on them; prints nothing.
pub(super) fn read(paths: &Paths) -> Result<(Vec<Declared>, Vec<Finding>), CliError> {
    read_each(paths, |declared, _| declared)
}

/// The same as [`declare`], of which `keep` keeps what is needed: a template as a tree takes many times its text.
/// It gets the template's JSON too.
pub(super) fn declare_each<T>(
    context: &Context,
    paths: &Paths,
    warnings: Warnings,
    keep: impl FnMut(Declared, String) -> T,
) -> Result<Vec<T>, CliError> {
    let (kept, found) = read_each(paths, keep)?;
    if is_wrong(&found) {
        return Err(wrong(context, &found));
    }
    match warnings {
        Warnings::Shown => findings::print(context, &found),
        Warnings::Counted => counted(context, &found),
    }
    Ok(kept)
}

fn read_each<T>(
    paths: &Paths,
    mut keep: impl FnMut(Declared, String) -> T,
) -> Result<(Vec<T>, Vec<Finding>), CliError> {
    let loaded = match spec::collect(&paths.paths).and_then(|sources| spec::load(&sources)) {
        Ok(loaded) => loaded,
        Err(found) => return Ok((Vec::new(), found)),
    };
    let mut identifier = Identifier::default();
    let mut kept = Vec::with_capacity(loaded.stacks.len());
    let mut found = loaded.warnings;
    for stack in loaded.stacks {
        let asset = if stack.uses_handler() {
            Some(identifier.identify(&stack)?)
        } else {
            None
        };
        found.extend(asset.as_ref().and_then(|asset| asset.not_compiled(&stack)));
        let location = asset.as_ref().map(|asset| AssetLocation {
            bucket: stack.assets_bucket.clone(),
            digest: asset.digest.to_string(),
        });
        let model = Model::of(&stack, location.as_ref());
        let pool = DesiredPool::of(&stack, || template::lambda_config(&model.pool));
        let template = template::render(&model);
        let json = template.to_json();
        found.extend(check::check(&template, &json));
        let declared = Declared {
            stack,
            asset,
            template,
            pool,
        };
        kept.push(keep(declared, json));
    }
    Ok((kept, found))
}

/// Whether there is an error among the findings.
pub(super) fn is_wrong(found: &[Finding]) -> bool {
    found.iter().any(|finding| finding.code.entry().level == Level::Error)
}

/// Says that there are warnings, and what shows them.
fn counted(context: &Context, warnings: &[Finding]) {
    let count = match warnings.len() {
        0 => return,
        1 => "1 warning".to_owned(),
        count => format!("{count} warnings"),
    };
    let files: BTreeSet<String> = warnings
        .iter()
        .filter_map(|finding| finding.place.as_ref())
        .map(|place| place.source.path().display().to_string())
        .collect();
    let files: Vec<String> = files.into_iter().collect();
    context
        .out
        .progress(&format!("{count}; to read: deployer validate {}", files.join(" ")));
}

fn wrong(context: &Context, found: &[Finding]) -> CliError {
    findings::print(context, found);
    context
        .out
        .talk(&format!("{}; nothing was called", findings::count(found)));
    CliError::said(ExitStatus::Failed)
}
