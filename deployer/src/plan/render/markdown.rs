//! Plans as one comment on a pull request, for GitHub and whoever else reads its Markdown.
//!
//! A table of the stacks that change, what stops an apply with its reason, then each stack's details, folded. What the
//! comment has no room for is cut from the end and counted at the top. Text that comes from files or from AWS cannot
//! act as Markdown (see [`escape`]).

mod detail;
mod escape;
mod page;

use super::text::{counted, counts};
use crate::finding::Finding;
use crate::plan::{Action, Answered, Plan, Replacement};

use escape::{code, hint, prose};
use page::{LIMIT, Page};

/// What a comment begins with, so that the next run can find and update it.
pub const MARKER: &str = "<!-- deployer diff -->";

/// How far the table, and the findings after it, may fill the comment: each leaves room for what follows.
const TABLE_LIMIT: usize = 16_000;
const FINDINGS_LIMIT: usize = 44_000;
/// What closes a stack's details.
const CLOSING: &str = "\n</details>\n";

/// A stack and its plan.
#[derive(Clone, Copy, Debug)]
pub struct Planned<'a> {
    /// The stack's name.
    pub stack: &'a str,
    /// Its Region.
    pub region: &'a str,
    /// What would change.
    pub plan: &'a Plan,
    /// What the guards say, and what the stack file answers.
    pub answered: &'a Answered,
    /// The size of the zip, where it was built here.
    pub zip_bytes: Option<usize>,
}

impl Planned<'_> {
    fn is_shown(&self) -> bool {
        let Answered {
            open,
            acknowledged,
            warnings,
        } = self.answered;
        !self.plan.is_nothing() || !open.is_empty() || !acknowledged.is_empty() || !warnings.is_empty()
    }
}

/// A stack that could not be read.
#[derive(Clone, Debug)]
pub struct Unread<'a> {
    /// The stack's name.
    pub stack: &'a str,
    /// Its Region.
    pub region: &'a str,
    /// Why.
    pub why: String,
}

/// Renders plans, and names the stacks that have none; at most 65,536 characters.
pub fn render(stacks: &[Planned<'_>], unread: &[Unread<'_>]) -> String {
    let shown: Vec<&Planned<'_>> = stacks.iter().filter(|each| each.is_shown()).collect();
    let changed = stacks.iter().filter(|each| !each.plan.is_nothing()).count();
    let mut page = Page::default();
    if !shown.is_empty() {
        page.must(
            "\n| stack | Region | add | change | remove | replace | pool outside the stack | findings |\n\
             | --- | --- | ---: | ---: | ---: | ---: | --- | --- |\n",
        );
        let rows: Vec<String> = shown.iter().map(|each| row(each)).collect();
        page.fill(&rows, TABLE_LIMIT, "row of the table", "rows of the table");
    }
    not_read(&mut page, unread);
    findings(&mut page, &shown);
    details(&mut page, &shown);
    let title = match (changed, stacks.len() + unread.len()) {
        (0, all) if all == unread.len() => String::new(),
        (0, _) => "nothing to do".to_owned(),
        (1, 1) => "1 stack changes".to_owned(),
        (changed, all) => format!("{changed} of {all} stacks change"),
    };
    let title = match unread.len() {
        0 => title,
        1 if title.is_empty() => "1 stack could not be read".to_owned(),
        many if title.is_empty() => format!("{many} stacks could not be read"),
        many => format!("{title}, {many} could not be read"),
    };
    let cut = if page.cut.is_empty() {
        String::new()
    } else {
        format!(
            "\n**Cut, since a comment has no room for more: {}.** `deployer diff` in a terminal shows all.\n",
            page.cut.join(", ")
        )
    };
    format!("{MARKER}\n### deployer diff: {title}\n{cut}{}", page.text)
}

fn row(each: &Planned<'_>) -> String {
    let Planned { plan, answered, .. } = each;
    let part = plan.pool.as_ref().map(|part| {
        let settings = match part.settings.len() {
            0 => String::new(),
            1 => ", 1 setting".to_owned(),
            many => format!(", {many} settings"),
        };
        let triggers = part.triggers.len();
        format!("{triggers} trigger{}{settings}", if triggers == 1 { "" } else { "s" })
    });
    let taken_in = plan.phases.iter().any(|phase| phase.import.is_some());
    let part = part
        .or_else(|| taken_in.then(|| "taken in".to_owned()))
        .unwrap_or_default();
    let said = [
        (answered.open.len(), "**stops**"),
        (answered.acknowledged.len(), "acknowledged"),
        (answered.warnings.len(), "to look at"),
    ];
    let said: Vec<String> = said
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
    format!(
        "| {} | {} | {} | {} | {} | {} | {part} | {} |\n",
        prose(each.stack),
        prose(each.region),
        counted(plan, |change| change.action == Action::Add),
        counted(plan, |change| change.action == Action::Modify
            && change.replacement != Replacement::Yes),
        counted(plan, |change| change.action == Action::Remove),
        counted(plan, |change| change.action == Action::Modify
            && change.replacement == Replacement::Yes),
        said.join(", ")
    )
}

fn not_read(page: &mut Page, unread: &[Unread<'_>]) {
    if unread.is_empty() {
        return;
    }
    page.must("\n#### Not read\n\n");
    let lines = unread.iter().map(|each| {
        let (stack, region) = (prose(each.stack), prose(each.region));
        format!("- **{stack}** in {region}: {}\n", prose(&each.why))
    });
    page.fill(
        &lines.collect::<Vec<_>>(),
        FINDINGS_LIMIT,
        "stack that was not read",
        "stacks that were not read",
    );
}

/// What stops comes first, whichever stack it is of.
fn findings(page: &mut Page, shown: &[&Planned<'_>]) {
    let (mut open, mut acknowledged, mut warnings) = (Vec::new(), Vec::new(), Vec::new());
    for each in shown {
        open.extend(each.answered.open.iter().map(|finding| {
            let entry = finding.code.entry();
            let why = format!("  - why: {}\n  - instead: {}\n", prose(entry.why), prose(entry.instead));
            format!("{}{why}{}", head("stop", each.stack, finding), hints(finding))
        }));
        acknowledged.extend(each.answered.acknowledged.iter().map(|(finding, reason)| {
            format!(
                "{}  - reason: {}\n",
                head("acknowledged", each.stack, finding),
                prose(reason)
            )
        }));
        let warned = each.answered.warnings.iter();
        warnings.extend(warned.map(|finding| format!("{}{}", head("warning", each.stack, finding), hints(finding))));
    }
    if !open.is_empty() {
        page.must("\n#### An apply would stop\n\n");
        page.fill(&open, FINDINGS_LIMIT, "finding that stops", "findings that stop");
    }
    let rest = [acknowledged, warnings].concat();
    if !rest.is_empty() {
        page.must("\n#### Acknowledged, or worth a look\n\n");
        page.fill(&rest, FINDINGS_LIMIT, "other finding", "other findings");
    }
}

fn head(sign: &str, stack: &str, finding: &Finding) -> String {
    let resource = finding
        .resource
        .as_deref()
        .map(|resource| format!(" {}", code(resource)));
    format!(
        "- **{sign}** {} {}{}: {}\n",
        code(&finding.code.to_string()),
        prose(stack),
        resource.unwrap_or_default(),
        prose(&finding.message)
    )
}

fn hints(finding: &Finding) -> String {
    let lines: Vec<String> = finding
        .hints
        .iter()
        .map(|each| format!("  - {}\n", hint(each)))
        .collect();
    lines.concat()
}

fn details(page: &mut Page, shown: &[&Planned<'_>]) {
    let (mut is_full, mut left_out) = (false, 0);
    for each in shown.iter().filter(|each| !each.plan.is_nothing()) {
        let summary = format!(
            "\n<details><summary><b>{}</b> in {}: {}</summary>\n",
            prose(each.stack),
            prose(each.region),
            counts(each.plan)
        );
        is_full |= page.text.len() + summary.len() + CLOSING.len() > LIMIT;
        if is_full {
            left_out += 1;
            continue;
        }
        let cut = page.cut.len();
        page.must(&summary);
        let lines = detail::lines(each.plan, each.zip_bytes);
        let (one, many) = (
            format!("line of {}", prose(each.stack)),
            format!("lines of {}", prose(each.stack)),
        );
        page.fill(&lines, LIMIT - CLOSING.len(), &one, &many);
        is_full |= page.cut.len() > cut;
        page.must(CLOSING);
    }
    match left_out {
        0 => {}
        1 => page.cut.push("1 stack's details".to_owned()),
        many => page.cut.push(format!("the details of {many} stacks")),
    }
}

#[cfg(test)]
mod tests;
