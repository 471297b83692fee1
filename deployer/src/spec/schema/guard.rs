//! `guard` in the schema.

use handler::delivery::{OnFailure, Policy, Rate};
use serde_json::{Value, json};

use super::kit;
use crate::spec::section::{MOST, POLICIES};

/// `guard`.
pub(super) fn guard() -> Value {
    kit::object(
        "A table that keeps the same message from going out twice, and counts messages against rates.",
        &[],
        [("rates", rates()), ("on_failure", on_failure())],
    )
}

fn rates() -> Value {
    let of_country = json!({
        "description": "Rates of single countries in place of `country`; an empty list sets no limit.",
        "type": "object",
        "propertyNames": kit::reference("country"),
        "additionalProperties": limits("The country's rates."),
    });
    kit::object(
        "How many messages may go out; all rates must allow one. SMS and e-mail are counted apart.",
        &[],
        [
            ("recipient", limits("To one phone number or address.")),
            ("country", limits("To the phone numbers of one country.")),
            ("countries", of_country),
            ("pool", limits("Of the whole pool.")),
        ],
    )
}

fn limits(description: &str) -> Value {
    let rate = kit::object(
        "At most `max` messages in `per_s` seconds.",
        &["max", "per_s"],
        [
            ("max", number("How many messages.", MOST)),
            ("per_s", number("How long the window is, in seconds.", Rate::LONGEST_S)),
        ],
    );
    let list = kit::list(description, (0, None), &rate);
    kit::with(list, "examples", json!([[{"max": 5, "per_s": 600}]]))
}

fn number(description: &str, most: u32) -> Value {
    json!({ "description": description, "type": "integer", "minimum": 1, "maximum": most })
}

fn on_failure() -> Value {
    let usual = OnFailure::default();
    let names = POLICIES.map(Policy::name);
    let policy = |description, usual: Policy| kit::choice(description, &names, Some(usual.name()));
    let open = "Where nobody can say whether the message went out already.";
    let closed = "Where nobody can say whether a rate is reached.";
    kit::object(
        "What happens when the table cannot be asked: the message goes out, or the event fails and is tried again.",
        &[],
        [
            ("duplicates", policy(open, usual.duplicates)),
            ("rates", policy(closed, usual.rates)),
        ],
    )
}
