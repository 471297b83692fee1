//! `deployer explain`
//!
//! As JSON, version 1: `version` and `codes`, each with `code`, `title`, `level` (`error`, `guard` or
//! `warning`), `why` and `instead`. Members are only ever added.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::args::{ExplainArgs, Format};
use super::context::Context;
use super::error::CliError;
use super::exit::ExitStatus;
use crate::finding::{Area, Code, Level};

pub(super) fn run(context: &Context, args: &ExplainArgs) -> Result<ExitStatus, CliError> {
    let code = args.code.as_ref().map(|name| {
        Code::from_name(name).ok_or_else(|| {
            CliError::usage(format!("there is no code `{name}`")).hint("`deployer explain` lists them all")
        })
    });
    let text = match (args.format, code.transpose()?) {
        (Format::Text, Some(code)) => page(code),
        (Format::Text, None) => list(),
        (Format::Json, Some(code)) => document(&[code]),
        (Format::Json, None) => document(Code::ALL),
    };
    match args.format {
        Format::Text => context.out.page(&text),
        Format::Json => context.out.json(&text),
    }
    Ok(ExitStatus::Done)
}

fn document(codes: &[Code]) -> String {
    let codes: Vec<Value> = codes
        .iter()
        .map(|code| {
            let entry = code.entry();
            json!({
                "code": entry.name,
                "title": entry.title,
                "level": entry.level.name(),
                "why": entry.why,
                "instead": entry.instead,
            })
        })
        .collect();
    format!("{:#}\n", json!({ "version": 1, "codes": codes }))
}

fn level(code: Code) -> &'static str {
    let entry = code.entry();
    match entry.level {
        Level::Error if entry.area == Area::Plan => "error: `apply` stops with 3 until it is mended",
        Level::Error => "error: wrong input, nothing is called",
        Level::Guard => "guard: `apply` stops with 3 until the stack file acknowledges it",
        Level::Warning => "warning: worth a look, nothing stops",
    }
}

fn page(code: Code) -> String {
    let entry = code.entry();
    let (why, instead) = (wrapped(entry.why), wrapped(entry.instead));
    format!(
        "{}\n  {}\n  {}\n\nWhy it matters\n{why}\nWhat to do\n{instead}",
        entry.name,
        entry.title,
        level(code),
    )
}

/// Breaks a text into indented lines that a terminal of 80 columns holds.
fn wrapped(text: &str) -> String {
    let mut lines = vec![String::from(" ")];
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= 80 => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(format!("  {word}")),
        }
    }
    lines.join("\n") + "\n"
}

fn list() -> String {
    let width = Code::ALL.iter().map(|code| code.entry().name.len()).max().unwrap_or(0);
    let mut text = String::new();
    for code in Code::ALL {
        let entry = code.entry();
        let level = entry.level.name();
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{:<width$}  {level:<7}  {}", entry.name, entry.title);
    }
    text
}
