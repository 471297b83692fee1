//! Two objects, member by member: what is declared must be there, whatever else is.

use serde_json::{Map, Value};

use super::Standing;
use super::defaults::{follows, is_default, is_nothing};

/// A difference and where it is.
#[derive(Debug)]
pub(super) struct Difference {
    pub(super) path: Vec<String>,
    pub(super) declared: Option<Value>,
    pub(super) live: Option<Value>,
    pub(super) standing: Standing,
}

/// Members of which presence alone says something.
const PRESENT_IS_ON: [&str; 1] = ["DeviceConfiguration"];

/// Compares a declared value with a live one.
pub(super) fn compare(
    path: &mut Vec<String>,
    declared: Option<&Value>,
    live: Option<&Value>,
    found: &mut Vec<Difference>,
) {
    let nothing = Value::Object(Map::new());
    let standing = match (declared, live) {
        (Some(declared), _) if is_reference(declared) => Standing::NotCompared,
        (Some(Value::Object(wanted)), None | Some(Value::Object(_) | Value::Null))
            if live.is_some_and(Value::is_object) || !PRESENT_IS_ON.contains(&last(path)) =>
        {
            let live = live.filter(|live| live.is_object()).unwrap_or(&nothing);
            return members(path, wanted, live.as_object().unwrap_or(&Map::new()), found);
        }
        (None, Some(Value::Object(now))) if !PRESENT_IS_ON.contains(&last(path)) => {
            return members(path, &Map::new(), now, found);
        }
        (Some(declared), Some(live)) if same(declared, live) => return,
        (Some(declared), None | Some(Value::Null)) if is_default(path, declared) => return,
        (Some(declared), Some(live)) if is_nothing(live) && is_default(path, declared) => return,
        (None, Some(live)) if is_default(path, live) && !PRESENT_IS_ON.contains(&last(path)) => return,
        (None, Some(_)) => Standing::NotDeclared,
        (None, None) => return,
        (Some(_), _) => Standing::Drifted,
    };
    found.push(Difference {
        path: path.clone(),
        declared: declared.cloned(),
        live: live.cloned(),
        standing,
    });
}

fn members(path: &mut Vec<String>, wanted: &Map<String, Value>, now: &Map<String, Value>, found: &mut Vec<Difference>) {
    let more = now.keys().filter(|name| !wanted.contains_key(*name));
    for name in wanted.keys().chain(more) {
        path.push(name.clone());
        let (declared, live) = (wanted.get(name), now.get(name));
        if declared.is_some() || live.is_none_or(|live| !follows(path, live, !wanted.is_empty())) {
            compare(path, declared, live, found);
        }
        path.pop();
    }
}

fn last(path: &[String]) -> &str {
    path.last().map(String::as_str).unwrap_or_default()
}

/// Whether two values mean the same to CloudFormation: order means nothing in a pool's lists, and a number may be
/// written as a text. Of an object each declared member counts.
pub(super) fn same(declared: &Value, live: &Value) -> bool {
    match (declared, live) {
        (Value::Array(declared), Value::Array(live)) => {
            let mut left: Vec<&Value> = live.iter().collect();
            let takes = |item: &Value| {
                let at = left.iter().position(|other| same(item, other));
                at.map(|at| left.swap_remove(at)).is_some()
            };
            declared.len() == live.len() && declared.iter().all(takes)
        }
        (Value::Object(declared), Value::Object(live)) => declared
            .iter()
            .all(|(name, value)| live.get(name).map_or_else(|| is_nothing(value), |now| same(value, now))),
        (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_), _) => text(declared) == text(live),
        (Value::Array(_) | Value::Object(_), _) => false,
    }
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(_) | Value::Number(_) | Value::Null => Some(value.to_string()),
        Value::Array(_) | Value::Object(_) => None,
    }
}

/// Whether something in a value is an intrinsic function that nobody has resolved.
fn is_reference(value: &Value) -> bool {
    let Value::Object(members) = value else { return false };
    members.len() == 1 && members.keys().all(|name| name == "Ref" || name.starts_with("Fn::"))
}
