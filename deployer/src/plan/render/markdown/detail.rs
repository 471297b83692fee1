//! The details of one stack, line by line: triggers, statements of policies, code by its hash, all else by its values.

use serde_json::Value;

use super::escape::{code, prose};
use crate::model::logical;
use crate::plan::render::delivery::{differences, note};
use crate::plan::render::pool::{RECORDED, readable};
use crate::plan::render::text::{notes, policy, sign};
use crate::plan::render::value::inline;
use crate::plan::{Action, Change, Edit, Phase, Plan, PoolPart, Told};

/// Returns a stack's details; each line ends itself. `zip_bytes` is the size of the zip, where it was built here.
pub(super) fn lines(plan: &Plan, zip_bytes: Option<usize>) -> Vec<String> {
    let mut out = Vec::new();
    let triggers = triggers(plan);
    if !triggers.is_empty() {
        out.push("\n| trigger | before | after |\n| --- | --- | --- |\n".to_owned());
        out.extend(triggers);
    }
    for (index, phase) in plan.phases.iter().enumerate() {
        pool(&mut out, plan, index);
        change_set(&mut out, plan, index, phase, zip_bytes);
    }
    pool(&mut out, plan, plan.phases.len());
    delivery(&mut out, plan);
    if let Some((_, on)) = plan.termination_protection {
        let (before, after) = if on { ("off", "on") } else { ("on", "off") };
        out.push(format!("\n- termination protection: {before} → {after}\n"));
    }
    out.extend(policy(plan).into_iter().map(|line| format!("\n- {line}\n")));
    out
}

/// The files that travel with the handler, a line a list item: a fenced block could be ended by what stands in it.
fn delivery(out: &mut Vec<String>, plan: &Plan) {
    let Some(change) = &plan.delivery else { return };
    if let Some(why) = &change.unread {
        out.push(format!(
            "\n- delivery and messages: what is deployed cannot be read ({})\n",
            prose(why)
        ));
    }
    if change.files.is_empty() {
        return;
    }
    out.push("\n**Delivery and messages**, as deployed (-) and as declared (+)\n\n".to_owned());
    for file in &change.files {
        let note = note(file).map(|note| format!(" ({note})")).unwrap_or_default();
        out.push(format!("- {}{note}\n", code(&file.name)));
        // HTML would draw the spaces that YAML indents by together.
        let lines = differences(file).into_iter().map(|line| line.replace(' ', "\u{a0}"));
        out.extend(lines.map(|line| format!("  - {}\n", code(&line))));
    }
}

/// Rows of triggers that change, of the pool in the stack or of the one outside.
fn triggers(plan: &Plan) -> Vec<String> {
    let mut edits: Vec<Edit> = Vec::new();
    let changes = plan.phases.iter().flat_map(|phase| &phase.diff.changes);
    for edit in changes
        .filter(|change| change.logical_id == logical::POOL)
        .flat_map(|change| &change.edits)
    {
        edits.extend(members(edit));
    }
    let part = plan.pool.iter().flat_map(|part| &part.triggers);
    edits.extend(part.map(|change| Edit {
        path: vec![change.member.clone()],
        old: change.before.clone(),
        new: change.after.clone(),
    }));
    let cell = |value: Option<&Value>| value.map_or_else(|| "none".to_owned(), |value| code(&readable(value)));
    edits
        .iter()
        .map(|edit| {
            let (old, new) = (cell(edit.old.as_ref()), cell(edit.new.as_ref()));
            format!("| {} | {old} | {new} |\n", prose(&edit.path.join(".")))
        })
        .collect()
}

/// The members of `LambdaConfig` that an edit of a pool changes.
fn members(edit: &Edit) -> Vec<Edit> {
    let path: Vec<&str> = edit.path.iter().map(String::as_str).collect();
    let inner = match path.as_slice() {
        [] => "/Properties/LambdaConfig",
        ["Properties"] => "/LambdaConfig",
        ["Properties", "LambdaConfig"] => "",
        ["Properties", "LambdaConfig", member @ ..] => {
            let path = member.iter().map(|step| (*step).to_owned()).collect();
            return vec![Edit { path, ..edit.clone() }];
        }
        _ => return Vec::new(),
    };
    let config = |value: &Option<Value>| {
        let config = value
            .as_ref()
            .and_then(|value| value.pointer(inner))
            .and_then(Value::as_object);
        config.cloned().unwrap_or_default()
    };
    let (old, new) = (config(&edit.old), config(&edit.new));
    let names = new.keys().chain(old.keys().filter(|name| !new.contains_key(*name)));
    names
        .filter(|name| old.get(*name) != new.get(*name))
        .map(|name| Edit {
            path: vec![name.clone()],
            old: old.get(name).cloned(),
            new: new.get(name).cloned(),
        })
        .collect()
}

/// The update of the pool outside the stack, where it comes after `index` change sets.
fn pool(out: &mut Vec<String>, plan: &Plan, index: usize) {
    let Some(part) = plan.pool.as_ref().filter(|part| part.after == index) else {
        return;
    };
    let PoolPart { id, settings, stay, .. } = part;
    out.push(format!(
        "\n**UpdateUserPool** of {} (stays outside the stack)\n\n",
        code(id.as_str())
    ));
    out.extend(settings.iter().map(|each| edit(&each.path, each)));
    out.push(format!("- settings that stay as they are: {stay}\n"));
    out.push(format!("- {RECORDED}\n"));
}

fn change_set(out: &mut Vec<String>, plan: &Plan, index: usize, phase: &Phase, zip_bytes: Option<usize>) {
    let title = phase
        .title
        .map(|title| format!(": {}", prose(title)))
        .unwrap_or_default();
    out.push(match plan.phases.len() {
        1 => "\n**Changes**\n\n".to_owned(),
        all => format!("\n**Change set {} of {all}**{title}\n\n", index + 1),
    });
    for change in &phase.diff.changes {
        let notes = notes(change, phase.import.as_ref());
        let notes = if notes.is_empty() {
            String::new()
        } else {
            format!(" ({})", prose(&notes.join(", ")))
        };
        out.push(format!(
            "- {} **{}** {}{notes}\n",
            code(sign(change)),
            prose(&change.logical_id),
            prose(&change.resource_type)
        ));
        out.extend(values(change, zip_bytes));
    }
    for each in &phase.diff.outputs {
        let bare = |value: &Value| value.get("Value").unwrap_or(value).clone();
        let bare = Edit {
            path: Vec::new(),
            old: each.old.as_ref().map(bare),
            new: each.new.as_ref().map(bare),
        };
        let name = each.path.first().map(String::as_str).unwrap_or_default();
        out.push(edit(&[format!("output `{name}`")], &bare));
    }
    // An import leaves the stack's tags alone.
    if plan.phases.iter().position(|phase| phase.import.is_none()) == Some(index) {
        let tag = |each: &Edit| edit(&[format!("stack tag `{}`", each.path.join("."))], each);
        out.extend(plan.tags.iter().map(tag));
    }
}

/// What changes in a resource. Of one that comes or goes only its statements count: the file has the rest.
fn values(change: &Change, zip_bytes: Option<usize>) -> Vec<String> {
    let mut out = Vec::new();
    if change.told != Told::Template {
        return out;
    }
    for each in &change.edits {
        let path = each.path.strip_prefix(&["Properties".to_owned()]).unwrap_or(&each.path);
        let is_pool = change.logical_id == logical::POOL;
        if is_pool && path.first().is_some_and(|first| first == "LambdaConfig") {
            continue;
        }
        let statements = statement_lines(each);
        if !statements.is_empty() {
            let name = if path.is_empty() {
                "statements".to_owned()
            } else {
                path.join(".")
            };
            out.push(format!("  - {}\n", prose(&name)));
            out.extend(statements);
        } else if change.resource_type == "AWS::Lambda::Function" && path.first().is_some_and(|first| first == "Code") {
            out.push(code_line(path, each, zip_bytes));
        } else if change.action == Action::Modify {
            out.push(format!("  {}", edit(path, each)));
        }
    }
    out
}

fn edit(path: &[String], edit: &Edit) -> String {
    let shown = |value: Option<&Value>| value.map_or_else(|| "none".to_owned(), |value| code(&inline(value)));
    let (old, new) = (shown(edit.old.as_ref()), shown(edit.new.as_ref()));
    format!("- {}: {old} → {new}\n", prose(&path.join(".")))
}

/// A zip is named by what it is made of; the bucket is the account's.
fn code_line(path: &[String], edit: &Edit, zip_bytes: Option<usize>) -> String {
    let key = |value: &Option<Value>| {
        let value = value.as_ref()?;
        let key = value.get("S3Key").unwrap_or(value).as_str()?;
        let name = key.rsplit('/').next().unwrap_or(key);
        Some(name.chars().take(12).collect::<String>())
    };
    if path.last().is_some_and(|last| last == "S3Bucket") {
        return format!("  {}", self::edit(path, edit));
    }
    let shown = |value: &Option<Value>| key(value).map_or_else(|| "none".to_owned(), |key| code(&key));
    let size = zip_bytes.map(|bytes| format!(" ({bytes} bytes)")).unwrap_or_default();
    format!("  - Code: {} → {}{size}\n", shown(&edit.old), shown(&edit.new))
}

/// Statements that go and that come; nothing where the value holds none, or the same.
fn statement_lines(edit: &Edit) -> Vec<String> {
    let gathered = |value: &Option<Value>| {
        let mut found = Vec::new();
        if let Some(value) = value {
            if edit.path.last().is_some_and(|last| last == "Statement") {
                found.extend(items(value));
            } else {
                gather(value, &mut found);
            }
        }
        found.iter().map(|each| statement(each)).collect::<Vec<String>>()
    };
    let (old, new) = (gathered(&edit.old), gathered(&edit.new));
    let gone = old.iter().filter(|each| !new.contains(each));
    let comes = new.iter().filter(|each| !old.contains(each));
    let line = |sign: &str, text: &String| format!("    - {} {}\n", code(sign), code(text));
    gone.map(|each| line("-", each))
        .chain(comes.map(|each| line("+", each)))
        .collect()
}

fn items(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(items) => items.iter().collect(),
        other => vec![other],
    }
}

fn gather<'a>(value: &'a Value, found: &mut Vec<&'a Value>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                if name == "Statement" {
                    found.extend(items(member));
                } else {
                    gather(member, found);
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| gather(item, found)),
        _ => {}
    }
}

/// A statement as a sentence: `Allow kms:Decrypt on Key.Arn if {…}`.
fn statement(value: &Value) -> String {
    let Some(members) = value.as_object() else {
        return inline(value);
    };
    let words = [
        ("Effect", ""),
        ("Action", ""),
        ("NotAction", "all but "),
        ("Resource", "on "),
        ("NotResource", "on all but "),
        ("Principal", "for "),
        ("NotPrincipal", "for all but "),
        ("Condition", "if "),
    ];
    let said = words
        .iter()
        .filter_map(|(name, word)| members.get(*name).map(|value| format!("{word}{}", inline(value))));
    said.collect::<Vec<_>>().join(" ")
}
