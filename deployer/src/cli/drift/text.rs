//! Drift for people: resource by resource, member by member; nothing depends on colour.

use std::fmt::Write as _;

use serde_json::Value;

use super::read::Found;
use crate::inert;
use crate::plan::drift::{Drift, Standing};
use crate::plan::inline;

/// The sections of what is listed, by their headings.
const SECTIONS: [(Option<&str>, Standing); 4] = [
    (None, Standing::Drifted),
    (Some("not applied yet"), Standing::NotApplied),
    (Some("not compared"), Standing::NotCompared),
    (
        Some("declared nowhere, and not Cognito's default"),
        Standing::NotDeclared,
    ),
];

pub(super) fn render(found: &Found) -> String {
    let mut text = format!("{} in {}: ", found.stack, found.region);
    if found.deployed.is_none() {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "not deployed\n  next: deployer apply {}", found.file);
        return text;
    }
    let count = found
        .drifts
        .iter()
        .filter(|drift| drift.standing == Standing::Drifted)
        .count();
    text.push_str(
        match count {
            0 => "nothing drifted\n".to_owned(),
            1 => "1 member drifted\n".to_owned(),
            count => format!("{count} members drifted\n"),
        }
        .as_str(),
    );
    // The headline counts the first section, and no other.
    for (heading, standing) in SECTIONS {
        let listed: Vec<&Drift> = found.drifts.iter().filter(|drift| drift.standing == standing).collect();
        if let (false, Some(heading)) = (listed.is_empty(), heading) {
            let _ = writeln!(text, "  {heading}: {}", listed.len());
        }
        let indent = if heading.is_some() { "  " } else { "" };
        let mut last = "";
        for drift in listed {
            if drift.resource != last {
                let resource = format!("{} ({})", drift.resource, drift.resource_type);
                let _ = writeln!(text, "  {indent}{}", inert::line(&resource));
                last = &drift.resource;
            }
            let _ = writeln!(text, "    {indent}{}", line(drift));
        }
    }
    for (reason, names) in unchecked(found) {
        let names = names.join(", ");
        let _ = writeln!(text, "  not checked: {}: {}", inert::line(&names), inert::line(reason));
    }
    for error in &found.unread {
        let _ = writeln!(text, "  not read: {error}");
    }
    if count > 0 {
        let _ = writeln!(text, "  keep what is live: deployer drift {} --accept", found.file);
        let _ = writeln!(
            text,
            "  put back what is declared: deployer drift {} --revert",
            found.file
        );
    }
    text
}

/// What is declared and what is live, on one line.
pub(super) fn line(drift: &Drift) -> String {
    let (declared, live) = (shown(drift.declared.as_ref()), shown(drift.live.as_ref()));
    if drift.path.is_empty() {
        return "gone: somebody deleted it outside CloudFormation".to_owned();
    }
    let member = drift.member();
    let text = match drift.standing {
        Standing::Drifted => format!("{member}: declared {declared}, live {live}"),
        Standing::NotApplied => format!("{member}: not applied yet: declared {declared}, live {live}"),
        Standing::NotDeclared => format!("{member}: not declared, live {live}"),
        Standing::NotCompared => format!("{member}: not compared: declared {declared}, live {live}"),
    };
    inert::line(&text).into_owned()
}

/// A value on one line, also where it is a text of several.
pub(super) fn shown(value: Option<&Value>) -> String {
    match value {
        None => "nothing".to_owned(),
        Some(Value::String(text)) if text.is_empty() || text.chars().any(char::is_control) => {
            Value::from(text.as_str()).to_string()
        }
        Some(value) => inline(value),
    }
}

/// What was not compared, by the reason.
fn unchecked(found: &Found) -> Vec<(&str, Vec<&str>)> {
    let mut reasons: Vec<(&str, Vec<&str>)> = Vec::new();
    for each in &found.not_checked {
        match reasons.iter_mut().find(|(reason, _)| *reason == each.reason) {
            Some((_, names)) => names.push(&each.logical_id),
            None => reasons.push((&each.reason, vec![&each.logical_id])),
        }
    }
    reasons
}
