//! What is said when all is over: what failed in full, then a line a stack, then how many of each and the next command.

use std::collections::BTreeMap;

use super::Fate;
use crate::cli::context::Context;
use crate::cli::declared::Declared;
use crate::cli::error::CliError;
use crate::cli::exit::ExitStatus;

/// How many files a command names before it names their folder.
const NAMED: usize = 8;

impl Fate {
    const fn error(&self) -> Option<&CliError> {
        match self {
            Self::Ended(error) => Some(error),
            Self::Done(_) | Self::Nothing(_) | Self::NotBegun => None,
        }
    }

    /// What a stack that is as it is declared gives.
    pub(in crate::cli) const fn outputs(&self) -> Option<&BTreeMap<String, String>> {
        match self {
            Self::Done(outputs) | Self::Nothing(outputs) => Some(outputs),
            Self::Ended(_) | Self::NotBegun => None,
        }
    }

    /// What counts for the exit code.
    pub(in crate::cli) fn status(&self) -> ExitStatus {
        self.error().map_or(ExitStatus::Done, |error| error.status)
    }

    fn word(&self) -> &'static str {
        match self {
            Self::Done(_) => "done",
            Self::Nothing(_) => "nothing to do",
            Self::NotBegun => "not begun",
            Self::Ended(error) if error.status == ExitStatus::Stopped => "stopped",
            Self::Ended(error) if error.line().starts_with("interrupted") => "interrupted",
            Self::Ended(_) => "failed",
        }
    }
}

/// Every word, in the order in which they are counted.
const WORDS: [&str; 6] = ["done", "nothing to do", "stopped", "failed", "interrupted", "not begun"];

/// Says what became of each stack. `next` makes a command of files: those that are left, or where these are many, all
/// that was `typed`.
pub(in crate::cli) fn tell(
    context: &Context,
    declared: &[Declared],
    fates: &[Fate],
    typed: &str,
    next: impl Fn(&str) -> String,
) {
    let ended = declared.iter().zip(fates);
    let ended = ended.filter_map(|(each, fate)| Some((each.heading(), fate.error()?)));
    for text in in_full(&ended.collect::<Vec<_>>()) {
        context.out.talk(&format!("\n{text}"));
    }
    let names = declared.iter().map(|each| each.stack.name.as_str());
    let width = names.clone().map(str::len).max().unwrap_or_default();
    let rows = names.zip(fates);
    let mut lines: Vec<String> = rows
        .map(|(name, fate)| format!("  {name:width$}  {}", fate.word()))
        .collect();
    let counts = WORDS.iter().filter_map(|word| {
        let count = fates.iter().filter(|fate| fate.word() == *word).count();
        (count > 0).then(|| format!("{count} {word}"))
    });
    let counts: Vec<String> = counts.collect();
    lines.push(format!("{} stacks: {}", fates.len(), counts.join(", ")));
    let left = declared.iter().zip(fates).filter(|(_, fate)| fate.outputs().is_none());
    let left: Vec<String> = left
        .map(|(each, _)| format!(" {}", each.stack.source.path().display()))
        .collect();
    match left.len() {
        0 => {}
        1..=NAMED => lines.push(format!("  next: {}", next(&left.concat()))),
        _ => lines.push(format!("  next: {}", next(typed))),
    }
    context.out.talk(&format!("\n{}", lines.join("\n")));
}

/// Errors of stacks under their headings, in their order; what is the same of several is told once.
pub(in crate::cli) fn in_full(errors: &[(String, &CliError)]) -> Vec<String> {
    let mut told: Vec<(Vec<&str>, String)> = Vec::new();
    for (heading, error) in errors {
        let words = error.words().trim().to_owned();
        match told.iter_mut().find(|(_, same)| *same == words) {
            Some((headings, _)) => headings.push(heading),
            None => told.push((vec![heading], words)),
        }
    }
    let told = told.into_iter();
    told.map(|(headings, words)| format!("{}\n{words}", headings.join(", ")))
        .collect()
}
