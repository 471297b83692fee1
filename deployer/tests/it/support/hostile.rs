//! Hostile text, the answers that carry it, and the judge of what a command prints.
//!
//! The text ends with a word of its own at the beginning of a line, so that a line break that got through shows.

use serde_json::{Value, json};

use super::cli::Workspace;
use super::proxy::as_xml;

/// Erases, titles, colours, moves; C1, DEL, text that runs backwards or is not seen; a line and commands of its own.
pub(crate) const HOSTILE: &str = "hostile\u{1b}[2J\u{1b}]0;t\u{7}\u{1b}[35;45mx\u{9b}2J\u{7f}\u{202e}\u{2066}\u{200b}\u{feff}\u{85}\u{2028}\u{8}\r\nFORGED\n::error::FORGED ##[error]FORGED";

/// The colours that our own lines have, and those of the libraries that show findings and mistakes in the words.
const COLOURS: [&str; 15] = [
    "0", "1", "2", "4", "31", "32", "33", "36", "1;31", "91", "92", "93", "94", "95", "96",
];

/// What a moving line is drawn by.
const MOVES: [&str; 10] = [
    "\u{1b}[2K",
    "\u{1b}[1A",
    "\u{1b}[2A",
    "\u{1b}[3A",
    "\u{1b}[4A",
    "\u{1b}[5A",
    "\u{1b}[6A",
    "\u{1b}[7A",
    "\u{1b}[1B",
    "\r",
];

/// A text as YAML and JSON hold it, in ASCII.
pub(crate) fn quoted(text: &str) -> String {
    let escaped = |unit: u16| match char::from_u32(u32::from(unit)) {
        Some(each @ ' '..='~') if !"\"\\".contains(each) => each.to_string(),
        _ => format!("\\u{unit:04x}"),
    };
    format!("\"{}\"", text.encode_utf16().map(escaped).collect::<String>())
}

/// Returns why an output is not inert.
pub(crate) fn fault(output: &str, moves: bool) -> Option<String> {
    let mut plain = output.to_owned();
    if moves {
        plain = MOVES
            .iter()
            .fold(plain, |plain, sequence| plain.replace(sequence, "\n"));
    }
    let colours = COLOURS.iter().map(|colour| format!("\u{1b}[{colour}m"));
    let plain = colours.fold(plain, |plain, colour| plain.replace(&colour, ""));
    let acts = |each: char| each != '\n' && deployer::inert::is_active(each);
    if let Some(at) = plain.find(acts) {
        let (start, end) = (
            plain.floor_char_boundary(at.saturating_sub(60)),
            plain.ceil_char_boundary(at + 60),
        );
        return Some(format!("it acts: {:?}", &plain[start..end]));
    }
    let forged = |line: &&str| {
        let line = line.trim_start();
        line.starts_with("FORGED") || line.starts_with("::") || line.contains("##[")
    };
    plain
        .lines()
        .find(forged)
        .map(|line| format!("a line is forged: {line:?}"))
}

/// Runs one command in a pipe and on a terminal.
pub(crate) fn look(workspace: &Workspace, words: &[&str]) -> Vec<String> {
    let mut faults = Vec::new();
    let piped = workspace.run(words);
    for (stream, output) in [("stdout", &piped.stdout), ("stderr", &piped.stderr)] {
        // A pipe has no colours either.
        let why = fault(output, false).or_else(|| output.contains('\u{1b}').then(|| "it has colours".to_owned()));
        faults.extend(why.map(|why| format!("{words:?}, {stream}: {why}")));
        let is_json = words.contains(&"json") && stream == "stdout" && !output.is_empty();
        if is_json {
            let parsed = serde_json::Deserializer::from_str(output)
                .into_iter::<Value>()
                .all(|each| each.is_ok());
            faults.extend((!parsed).then(|| format!("{words:?}: it is no JSON: {output}")));
        }
    }
    // `init` asks the most: each of its questions is asked three times.
    let shown = workspace.converse(words, &[(":", "no"); 40]);
    faults.extend(fault(&shown.stdout, true).map(|why| format!("{words:?}, on a terminal: {why}")));
    faults
}

#[track_caller]
pub(crate) fn assert_none(faults: &[String]) {
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

/// Adds hostile text to an answer wherever a service lets others write: reasons, descriptions, tags, outputs, logs.
pub(crate) fn poisoned(body: String) -> String {
    if let Ok(mut value) = serde_json::from_str::<Value>(&body) {
        poison(&mut value);
        return value.to_string();
    }
    let hostile = as_xml(HOSTILE);
    let mut body = body;
    for name in [
        "StackStatusReason",
        "ResourceStatusReason",
        "Description",
        "Message",
        "PropertyPath",
    ] {
        body = body.replace(&format!("</{name}>"), &format!("{hostile}</{name}>"));
    }
    for (after, added) in [
        (
            "</StackStatus>",
            format!("<StackStatusReason>{hostile}</StackStatusReason>"),
        ),
        (
            "<Outputs>",
            format!("<member><OutputKey>Other{hostile}</OutputKey><OutputValue>{hostile}</OutputValue></member>"),
        ),
        (
            "<Tags>",
            format!("<member><Key>{hostile}</Key><Value>{hostile}</Value></member>"),
        ),
    ] {
        body = body.replace(after, &format!("{after}{added}"));
    }
    body
}

fn poison(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(poison),
        Value::Object(members) => {
            for (name, value) in members.iter_mut() {
                match (name.as_str(), &*value) {
                    (
                        "message"
                        | "Message"
                        | "EmailMessage"
                        | "EmailSubject"
                        | "SmsMessage"
                        | "LastModified"
                        | "StateReason"
                        | "Description"
                        | "EmailVerificationMessage"
                        | "SmsAuthenticationMessage",
                        Value::String(text),
                    ) => *value = json!(format!("{text}{HOSTILE}")),
                    ("UserPoolTags" | "Tags" | "tags", Value::Object(_)) => {
                        value
                            .as_object_mut()
                            .unwrap()
                            .insert(HOSTILE.to_owned(), json!(HOSTILE));
                    }
                    _ => poison(value),
                }
            }
            if members.contains_key("LambdaConfig") {
                members.insert(
                    "SmsAuthenticationMessage".to_owned(),
                    json!(format!("{HOSTILE} {{####}}")),
                );
                let tags = members.entry("UserPoolTags").or_insert_with(|| json!({}));
                tags.as_object_mut().unwrap().insert(HOSTILE.to_owned(), json!(HOSTILE));
            }
            if let Some(events) = members.get_mut("events") {
                *events = json!([
                    {"eventId": "1", "timestamp": 1, "message": HOSTILE},
                    {"eventId": "2", "timestamp": 2, "message": json!({
                        "level": HOSTILE, "message": HOSTILE, HOSTILE: HOSTILE, "purpose": HOSTILE, "requestId": HOSTILE,
                    }).to_string()},
                    {"eventId": "3", "timestamp": 3, "message": json!({
                        "type": format!("platform.{HOSTILE}"), "record": {"status": HOSTILE, "requestId": HOSTILE},
                    }).to_string()},
                ]);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
