//! Events as nobody would send them: no crash, and no secret in what is said.

use serde_json::{Value, json};

use super::{Random, count};
use crate::function::Function;
use crate::redaction::{CODE, EMAIL, NUMBER, assert_clean, every_channel, planted, planted_mail};

/// Returns the paths of all members and elements.
fn paths(value: &Value, path: &str, found: &mut Vec<String>) {
    let members: Vec<(String, &Value)> = match value {
        Value::Object(members) => members.iter().map(|(name, value)| (name.clone(), value)).collect(),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .map(|(index, value)| (index.to_string(), value))
            .collect(),
        _ => return,
    };
    for (name, value) in members {
        let path = format!("{path}/{name}");
        paths(value, &path, found);
        found.push(path);
    }
}

/// Changes a value, or a member's name.
fn changed(event: &mut Value, random: &mut Random) {
    let mut found = Vec::new();
    paths(event, "", &mut found);
    if found.is_empty() {
        return;
    }
    let path = random.pick(&found).clone();
    let (parent, name) = path.rsplit_once('/').unwrap();
    let deep = (0..100).fold(json!(CODE), |inner, _| json!([inner]));
    let junk = [
        Value::Null,
        json!(true),
        json!(-1),
        json!(1e300),
        json!(""),
        json!(CODE),
        json!(NUMBER),
        json!([EMAIL, NUMBER]),
        json!({CODE: EMAIL}),
        json!("\u{0}\u{202e}\r\n\u{1b}[2K{{ code }}{####}"),
        json!("é".repeat(5_000)),
        json!("A".repeat(20_000)),
        deep,
    ];
    match random.below(4) {
        0 => {
            let removed = event.pointer_mut(parent).and_then(Value::as_object_mut);
            removed.and_then(|members| members.remove(name));
        }
        1 => {
            if let Some(members) = event.pointer_mut(parent).and_then(Value::as_object_mut)
                && let Some(value) = members.remove(name)
            {
                members.insert(format!("{name}{NUMBER}"), value);
            }
        }
        _ => *event.pointer_mut(&path).unwrap() = random.pick(&junk).clone(),
    }
}

/// Changes bytes, of which the reader of JSON may make nothing.
fn damaged(text: &str, random: &mut Random) -> String {
    let mut characters: Vec<char> = text.chars().collect();
    let at = random.below(characters.len());
    match random.below(4) {
        0 => characters.truncate(at),
        1 => characters[at] = *random.pick(&['"', '{', '}', '[', ',', '\\', '\u{0}', '\u{fffd}', '9']),
        2 => drop(characters.remove(at)),
        _ => characters.insert(at, *random.pick(&['"', ':', ']', '\n', '+', '\u{202e}'])),
    }
    characters.into_iter().collect()
}

#[test]
fn no_event_crashes_the_function_or_makes_it_say_a_secret() {
    let mut function = Function::start(every_channel());
    let mut random = Random(0x5eed_0123_4567_89ab);
    for _ in 0..count("FUZZ_EVENTS", 500) {
        let mut event = if random.below(2) == 0 {
            planted()
        } else {
            planted_mail()
        };
        for _ in 0..=random.below(3) {
            changed(&mut event, &mut random);
        }
        let mut text = event.to_string();
        if random.below(4) == 0 {
            text = damaged(&text, &mut random);
        }
        let answer = function.invoke_text(text.clone());
        assert_clean(&answer.body, &text);
        assert_ne!(answer.error().as_deref(), Some("process-panicked"), "{text}");
    }
    assert!(!function.invoke(&planted()).failed, "it goes on");
    let said = function.end();
    assert!(!said.contains("panicked"), "{said}");
    assert_clean(&said, "the output");
}
