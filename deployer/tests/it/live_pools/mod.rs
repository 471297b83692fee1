//! Pools that exist before their stack, on a Cognito that resets what an update leaves out.

mod left_out;
mod lossless;

use std::collections::BTreeMap;

use aws_config::SdkConfig;
use deployer::aws::Session;
use deployer::plan::Ours;
use deployer::spec::Region;
use serde_json::{Map, Value, json};

use crate::support::aws::{self, REGION};
use crate::support::moto::{Moto, Pools};

/// An account, and the deployer's own way to its pools.
struct Account {
    pools: Pools,
    session: Session,
}

impl Account {
    fn new() -> Self {
        let (moto, account) = (Moto::shared(), crate::support::ministack::account());
        let sdk: SdkConfig = aws::config(&moto.endpoint(), &account);
        Self {
            pools: moto.pools(&account),
            session: Session::with(&Region::parse(REGION).unwrap(), sdk),
        }
    }
}

/// What a stack that attached these triggers says of itself.
fn ours(triggers: &Map<String, Value>) -> Ours {
    let record = Value::Object(triggers.clone()).to_string();
    let template = json!({"Outputs": {"Triggers": {"Value": record}}});
    Ours::of(&template, &BTreeMap::new())
}

/// The paths at which two pools differ, of each the first difference in its branch.
pub(crate) fn differences(before: &Value, after: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let [before, after] = [before, after].map(without_nothing);
    collect(&before, &after, String::new(), &mut found);
    found
}

/// Leaves out what says nothing: empty lists and structures, which the service refuses or takes for none. One of the
/// device configuration says that it is on, and what one says in a member that no SDK knows, nobody knows.
fn without_nothing(value: &Value) -> Value {
    let Value::Object(members) = value else {
        return value.clone();
    };
    let mut kept = Map::new();
    for (name, inner) in members {
        let is_exact = name == "DeviceConfiguration" || name.starts_with("Tomorrow");
        let inner = if is_exact {
            inner.clone()
        } else {
            without_nothing(inner)
        };
        let is_empty = match &inner {
            Value::Object(members) => members.is_empty(),
            Value::Array(items) => items.is_empty(),
            _ => false,
        };
        if is_exact || !is_empty {
            kept.insert(name.clone(), inner);
        }
    }
    Value::Object(kept)
}

fn collect(before: &Value, after: &Value, path: String, found: &mut Vec<String>) {
    match (before, after) {
        (Value::Object(old), Value::Object(new)) => {
            let names = old.keys().chain(new.keys().filter(|name| !old.contains_key(*name)));
            for name in names {
                let [old, new] = [old.get(name), new.get(name)];
                let path = if path.is_empty() {
                    name.clone()
                } else {
                    format!("{path}.{name}")
                };
                match (old, new) {
                    (Some(old), Some(new)) => collect(old, new, path, found),
                    _ => found.push(path),
                }
            }
        }
        _ if before == after => {}
        _ => found.push(path),
    }
}
