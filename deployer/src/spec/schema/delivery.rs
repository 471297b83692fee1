//! `delivery` in the schema.

use handler::delivery::Country;
use handler::event::Purpose;
use serde_json::{Value, json};

use super::{kit, pattern};

/// `delivery`.
pub(super) fn delivery() -> Value {
    kit::object(
        "Where messages may go, and by whom.",
        &[],
        [("sms", sms()), ("email", email())],
    )
}

/// What stands once under `$defs`: the countries' codes are many.
pub(super) fn country() -> Value {
    let codes: Vec<&str> = Country::codes().collect();
    json!({ "description": "A country's code, ISO 3166-1 alpha-2, or XK for Kosovo.", "enum": codes })
}

fn sms() -> Value {
    let countries = json!({
        "description": "Where SMS messages may go: everything else is refused and counted. `any` serves every country.",
        "anyOf": [
            { "const": "any" },
            { "type": "array", "minItems": 1, "items": kit::reference("country") },
        ],
        "examples": [["US", "CA"]],
    });
    let registered =
        "Countries that take messages only from registered senders, numbers or texts, and where yours are.";
    let routes = "Tried in order: the first route that matches a message's country and purpose delivers it.";
    kit::object(
        "SMS messages.",
        &["countries", "routes"],
        [
            ("countries", countries),
            (
                "registered",
                kit::list(registered, (1, None), &kit::reference("country")),
            ),
            ("routes", kit::list(routes, (1, None), &route())),
        ],
    )
}

/// For every message, or by purpose.
fn email() -> Value {
    let route = kit::object(
        "Who delivers which e-mails.",
        &["via"],
        [("purposes", purposes()), ("via", via("ses"))],
    );
    let routes = "Tried in order: the first route that matches an e-mail's purpose delivers it.";
    let email = kit::object(
        "E-mails: `via` for all of them, or `routes`.",
        &[],
        [("via", via("ses")), ("routes", kit::list(routes, (1, None), &route))],
    );
    kit::with(email, "not", json!({ "required": ["via", "routes"] }))
}

fn route() -> Value {
    let countries = "Only messages to these countries; all when left out.";
    kit::object(
        "Who delivers which messages.",
        &["via"],
        [
            ("countries", kit::list(countries, (1, None), &kit::reference("country"))),
            ("purposes", purposes()),
            ("via", via("sns")),
        ],
    )
}

fn purposes() -> Value {
    let purpose = json!({ "enum": Purpose::ALL.map(Purpose::name) });
    kit::list(
        "Only messages for these purposes; all when left out.",
        (1, None),
        &purpose,
    )
}

/// Providers in order.
fn via(example: &str) -> Value {
    let description = "Names of `providers`, in order: the next is tried when one fails. `none` sends nothing.";
    let name = json!({ "type": kit::TEXT, "pattern": format!("^{}$", pattern::PROVIDER) });
    let list = kit::list("Names of `providers`.", (1, None), &name);
    json!({ "description": description, "anyOf": [list, { "const": "none" }], "examples": [[example]] })
}
