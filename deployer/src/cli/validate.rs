//! `deployer validate`
//!
//! As JSON, version 1: `version`, `valid`, `stacks` (each with `stack`, `region`, `file`; none where a file
//! cannot be read as one) and `findings` (each with `code`, `level`, `message`, `file`, `line`, `column`,
//! `resource`, `hints`). Members are only ever added.

use serde_json::{Value, json};

use super::args::{Format, ValidateArgs};
use super::context::Context;
use super::declared::{Declared, Warnings, declare, is_wrong, read};
use super::error::CliError;
use super::exit::ExitStatus;
use crate::finding::{Finding, Place};

pub(super) fn run(context: &Context, args: &ValidateArgs) -> Result<ExitStatus, CliError> {
    match args.format {
        Format::Text => {
            let declared = declare(context, &args.paths, Warnings::Shown)?;
            for stack in &declared {
                context.out.talk(&format!("{}: valid", stack.heading()));
            }
            Ok(ExitStatus::Done)
        }
        Format::Json => {
            let (declared, found) = read(&args.paths)?;
            let valid = !is_wrong(&found);
            let document = json!({
                "version": 1,
                "valid": valid,
                "stacks": declared.iter().map(stack).collect::<Vec<_>>(),
                "findings": found.iter().map(finding).collect::<Vec<_>>(),
            });
            context.out.json(&format!("{document:#}\n"));
            Ok(if valid { ExitStatus::Done } else { ExitStatus::Failed })
        }
    }
}

fn stack(declared: &Declared) -> Value {
    let stack = &declared.stack;
    json!({
        "stack": stack.name.as_str(),
        "region": stack.region.as_str(),
        "file": stack.source.path().display().to_string(),
    })
}

fn finding(finding: &Finding) -> Value {
    let place = finding.place.as_ref();
    let (line, column) = place.map(Place::line_and_column).unzip();
    json!({
        "code": finding.code.to_string(),
        "level": finding.code.entry().level.name(),
        "message": finding.message,
        "file": place.map(|place| place.source.path().display().to_string()),
        "line": line,
        "column": column,
        "resource": finding.resource,
        "hints": finding.hints,
    })
}
