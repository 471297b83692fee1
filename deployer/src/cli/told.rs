//! What the handler said of a message, from the end of its log.

use handler::telemetry::Outcome;
use serde_json::{Map, Value};

/// The guard's code of a message that a provider took before.
pub(super) const TAKEN_BEFORE: &str = "guard-duplicate";
/// How its codes begin of a message that is one too many now, and not for ever.
pub(super) const TOO_MANY: &str = "guard-rate-";

/// The handler's line on how the message ended.
pub(super) fn last_line(log: &str) -> Option<Map<String, Value>> {
    let ends = [Outcome::Delivered, Outcome::Failed, Outcome::Refused].map(Outcome::name);
    // A metric's line counts the same outcome, and tells less.
    let lines = log.lines().rev().filter_map(|line| serde_json::from_str(line).ok());
    lines.into_iter().find(|line: &Map<String, Value>| {
        let outcome = line.get("outcome").and_then(Value::as_str);
        !line.contains_key("_aws") && outcome.is_some_and(|outcome| ends.contains(&outcome))
    })
}
