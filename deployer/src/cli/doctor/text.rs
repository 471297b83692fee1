//! Verdicts for people: a heading, then a line each, and under it what to do.

use std::fmt::Write as _;

use super::{About, Group};
use crate::doctor::{Level, Verdict};
use crate::inert;

pub(super) fn render(groups: &[Group]) -> String {
    let mut out = String::new();
    for group in groups {
        // Writing to a String cannot fail, so the results are dropped here and below.
        let _ = writeln!(out, "{}", heading(&group.about));
        for verdict in &group.verdicts {
            let Verdict {
                check,
                level,
                found,
                next,
            } = verdict;
            let _ = writeln!(out, "  {:<4}  {check:<17}  {}", level.name(), inert::line(found));
            if let Some(next) = next {
                let _ = writeln!(out, "  {:<4}  {:<17}  next: {}", "", "", inert::line(next));
            }
        }
        out.push('\n');
    }
    let count = |level| {
        let all = groups.iter().flat_map(|group| &group.verdicts);
        all.filter(|verdict| verdict.level == level).count()
    };
    let (ok, warn, fail) = (count(Level::Ok), count(Level::Warn), count(Level::Fail));
    let _ = writeln!(
        out,
        "{ok} ok, {warn} to look at, {fail} failed; nothing was changed and nothing was sent"
    );
    out
}

fn heading(about: &About) -> String {
    match about {
        About::Machine => "this machine".to_owned(),
        About::Account {
            account: Some(account),
            region,
        } => format!("account {account} in {region}"),
        About::Account { account: None, region } => format!("an unknown account in {region}"),
        About::Stack { name, region, .. } => format!("{name} in {region}"),
    }
}
