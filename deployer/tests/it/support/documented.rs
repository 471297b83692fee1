//! What the README says of `--format json`, compared with what is printed.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

/// Members by name, each with those of the objects in it; none where the value is free.
#[derive(Debug, Default)]
struct Shape(BTreeMap<String, Shape>);

/// Stops the test unless each document has the members that the README gives to the command, and no others.
#[track_caller]
pub(crate) fn as_documented(command: &str, printed: &str) {
    let shape = shape(command);
    let documents: Vec<Value> = serde_json::Deserializer::from_str(printed)
        .into_iter()
        .map(Result::unwrap)
        .collect();
    assert!(!documents.is_empty(), "`{command}` printed nothing");
    for document in &documents {
        compare(command, &shape, document);
    }
}

#[track_caller]
fn compare(path: &str, shape: &Shape, value: &Value) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| compare(path, shape, item)),
        Value::Object(members) if !shape.0.is_empty() => {
            let mut found: Vec<&str> = members.keys().map(String::as_str).collect();
            found.sort_unstable();
            // A line of a log is an object or a text.
            let other =
                |name: &str| path == "logs" && (name == "line" || name == "text") && !members.contains_key(name);
            let documented: Vec<&str> = shape.0.keys().map(String::as_str).filter(|name| !other(name)).collect();
            assert_eq!(found, documented, "the members of {path}");
            for (name, value) in members {
                compare(&format!("{path}.{name}"), &shape.0[name], value);
            }
        }
        _ => {}
    }
}

/// Reads the row of a command: names, with `[…]` around the members of each object in a list, and `{…}` around
/// those of one object.
fn shape(command: &str) -> Shape {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("../README.md");
    let readme = std::fs::read_to_string(readme).unwrap();
    let named = format!("`{command}`");
    let row = readme
        .lines()
        .filter(|line| line.contains("`version, "))
        .find(|line| line.split('|').nth(1).unwrap().contains(&named));
    let row = row.unwrap_or_else(|| panic!("the README does not say what `{command}` prints"));
    let members = row.split('|').nth(2).unwrap().split('`').nth(1).unwrap();
    let mut open = vec![Shape::default()];
    let mut opened = Vec::new();
    let mut name = String::new();
    for character in members.chars().chain([',']) {
        match character {
            '[' | '{' => {
                opened.push(std::mem::take(&mut name));
                open.push(Shape::default());
            }
            ',' | ']' | '}' => {
                let leaf = std::mem::take(&mut name);
                if !leaf.is_empty() {
                    open.last_mut().unwrap().0.insert(leaf, Shape::default());
                }
                if character != ',' {
                    let inner = open.pop().unwrap();
                    open.last_mut().unwrap().0.insert(opened.pop().unwrap(), inner);
                }
            }
            ' ' => {}
            character => name.push(character),
        }
    }
    open.pop().unwrap()
}
