//! `--accept`: live values go into the stack file, and nothing else in it changes.

use std::fmt::Write as _;
use std::fs;
use std::sync::Arc;

use super::read::Found;
use super::{chosen, name};
use crate::cli::args::{DriftArgs, Paths};
use crate::cli::context::Context;
use crate::cli::declared::{self, Declared, is_wrong};
use crate::cli::error::CliError;
use crate::cli::findings;
use crate::files;
use crate::finding::Source;
use crate::inert;
use crate::plan::diff;
use crate::plan::drift::accept;
use crate::spec::{self, Stack};

/// The new text, and what is said of it.
struct Written {
    text: String,
    /// Lines that go and come.
    lines: String,
    /// What stays as it drifted, and why.
    left: Vec<String>,
}

/// Writes what is accepted; says whether nothing is left.
pub(super) async fn run(
    context: &Context,
    args: &DriftArgs,
    declared: &Declared,
    found: &Found,
) -> Result<bool, CliError> {
    let stack = &declared.stack;
    let written = written(stack, args, found);
    for left in &written.left {
        context.out.talk(&format!("  stays: {}", inert::line(left)));
    }
    if written.lines.is_empty() {
        context
            .out
            .talk(&format!("{}: nothing to write into {}", found.stack, found.file));
        return Ok(written.left.is_empty());
    }
    let source = Source::new(stack.source.path(), written.text.as_str());
    let (read, remarks) = spec::parse(&source);
    if read.is_none() || is_wrong(&remarks) {
        findings::print(context, &remarks);
        return Err(CliError::failed(format!(
            "with these values {} would not be a valid stack file; nothing was written",
            found.file
        ))
        .hint("accept less: --only MEMBER, or edit the file by hand"));
    }
    context
        .out
        .talk(&format!("{}\n{}", found.file, written.lines.trim_end()));
    if !args.yes {
        let answer = context.ask("Write these lines? Only `yes` goes on:").await;
        if !matches!(answer.as_deref(), Ok("yes")) {
            return Err(CliError::failed("not written; nothing was changed"));
        }
    }
    write(stack, &source)?;
    context.out.talk(&format!("wrote {}", found.file));
    after(context, found)?;
    Ok(written.left.is_empty())
}

fn written(stack: &Stack, args: &DriftArgs, found: &Found) -> Written {
    let mut written = Written {
        text: stack.source.text().to_owned(),
        lines: String::new(),
        left: Vec::new(),
    };
    for drift in chosen(args, found) {
        let edited = accept(stack, drift).map_err(str::to_owned).and_then(|edit| {
            let now = Source::new(stack.source.path(), written.text.as_str());
            spec::edit(&now, &[edit]).map_err(|error| format!("failed to {error}"))
        });
        match edited {
            Ok(text) if text == written.text => written.left.push(format!("{}: the file says it already", name(drift))),
            Ok(text) => {
                written.lines.push_str(&changed_lines(&written.text, &text));
                written.text = text;
            }
            Err(why) => written.left.push(format!("{}: {why}", name(drift))),
        }
    }
    written
}

/// The lines that one edit takes out and puts in.
fn changed_lines(before: &str, after: &str) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let head = old.iter().zip(&new).take_while(|(old, new)| old == new).count();
    let rest = old.len().min(new.len()) - head;
    let tail = old
        .iter()
        .rev()
        .zip(new.iter().rev())
        .take(rest)
        .take_while(|(old, new)| old == new)
        .count();
    let mut text = String::new();
    for (sign, lines) in [('-', &old), ('+', &new)] {
        for (index, line) in lines.iter().enumerate().take(lines.len() - tail).skip(head) {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "  {:>4} {sign} {line}", index + 1);
        }
    }
    text
}

fn write(stack: &Stack, new: &Arc<Source>) -> Result<(), CliError> {
    let path = stack.source.path();
    let failed = |error: std::io::Error| CliError::failed(format!("failed to write {}: {error}", path.display()));
    let now = fs::read_to_string(path).map_err(failed)?;
    if now != stack.source.text() {
        return Err(CliError::failed(format!(
            "{} changed while it was looked at; nothing was written",
            path.display()
        ))
        .hint("run the same command again"));
    }
    files::replace(path, new.text().as_bytes()).map_err(failed)
}

/// Says what an apply would do now: the template was deployed with the old values.
fn after(context: &Context, found: &Found) -> Result<(), CliError> {
    let paths = Paths {
        paths: vec![found.file.clone().into()],
    };
    let (read, _) = declared::read(&paths)?;
    let changes = match (read.first(), &found.deployed) {
        (Some(declared), Some(deployed)) => diff(&deployed.template, declared.template.value()).changes.len(),
        _ => 0,
    };
    if changes == 0 {
        context.out.talk("  a diff is empty");
    } else {
        context.out.talk(&format!(
            "  what is live has these values already; the deployed template gets them with: deployer apply {}",
            found.file
        ));
    }
    Ok(())
}
