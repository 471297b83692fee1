//! The whole stack file in the schema.

use serde_json::{Map, Value, json};

use super::complete::take_required;
use super::{delivery, function, guard, kit, pattern, pool, provider, trigger};
use crate::finding::{Code, Level};

/// The whole schema.
pub(super) fn schema() -> Value {
    let mut stack = kit::object(
        "One file is one CloudFormation stack: a user pool, its triggers, and what they need.",
        &["name", "region", "pool"],
        keys(),
    );
    let complete = take_required(&mut stack).unwrap_or_default();
    let mut schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A stack file of deployer",
    });
    if let (Value::Object(schema), Value::Object(stack)) = (&mut schema, stack) {
        schema.extend(stack);
    }
    kit::set(
        &mut schema,
        "if",
        json!({ "required": ["name"], "not": { "required": ["extends"] } }),
    );
    kit::set(&mut schema, "then", complete);
    let definitions: Map<String, Value> = [("country".to_owned(), delivery::country())]
        .into_iter()
        .chain(pool::definitions())
        .collect();
    kit::with(schema, "$defs", definitions.into())
}

fn keys() -> [(&'static str, Value); 21] {
    let protection = "Whether CloudFormation refuses to delete the stack; `true` by default in production.";
    let path = kit::with(
        kit::id(
            "The path of the roles that the stack makes.",
            pattern::ROLE_PATH,
            "/identity/",
        ),
        "maxLength",
        512.into(),
    );
    let boundary = "A policy beyond which no role that the stack makes can go.";
    [
        (
            "extends",
            kit::words(
                "A file that this one builds on, relative to this one: maps merge key by key, everything else here replaces what is there.",
                "./_acme.yaml",
            ),
        ),
        (
            "name",
            kit::id("The CloudFormation stack's name.", pattern::STACK, "acme-prod"),
        ),
        ("account", account()),
        (
            "region",
            kit::id("Where the stack lives.", pattern::REGION, "us-west-2"),
        ),
        (
            "environment",
            kit::choice("How much is at stake.", &["production", "test"], Some("production")),
        ),
        ("termination_protection", kit::boolean(protection)),
        ("tags", kit::tags("Tags of the stack and of what it makes.")),
        ("assets_bucket", bucket()),
        (
            "cloudformation_role",
            kit::id(
                "A role by which CloudFormation works on the stack, instead of the caller's.",
                pattern::role_arn(),
                "arn:aws:iam::111122223333:role/cloudformation",
            ),
        ),
        ("notification_arns", topics()),
        (
            "permissions_boundary",
            kit::id(
                boundary,
                pattern::policy_arn(),
                "arn:aws:iam::111122223333:policy/boundary",
            ),
        ),
        ("role_path", path),
        ("pool", pool::pool()),
        ("triggers", trigger::triggers()),
        ("key", function::key()),
        ("function", function::function()),
        ("providers", provider::providers()),
        ("delivery", delivery::delivery()),
        ("guard", guard::guard()),
        ("messages", messages()),
        ("acknowledge", acknowledge()),
    ]
}

fn account() -> Value {
    json!({
        "description": "The only account that `deployer apply` may change: 12 digits.",
        // Without quotes, YAML takes the digits for a number; the decoder keeps them as they are written.
        "type": ["string", "integer"],
        "pattern": format!("^{}$", pattern::ACCOUNT),
        "minimum": 0,
        "maximum": 999_999_999_999_u64,
        "examples": ["111122223333"],
    })
}

fn bucket() -> Value {
    let bucket = kit::id(
        "A bucket of your own for zips, instead of the one that `deployer bootstrap` makes.",
        pattern::BUCKET,
        "acme-deployments",
    );
    kit::with(bucket, "not", json!({ "pattern": r"\.\." }))
}

fn topics() -> Value {
    let topic = kit::id(
        "A topic.",
        pattern::topic_arn(),
        "arn:aws:sns:us-west-2:111122223333:deployments",
    );
    kit::list("Topics that hear of every event of the stack.", (0, Some(5)), &topic)
}

fn messages() -> Value {
    let directory = "The directory with the texts, relative to this file: LANGUAGE/PURPOSE.sms.txt and their like.";
    let locale = kit::id(
        "The language of users who have none of their own, as a tag of BCP 47.",
        pattern::LOCALE,
        "zh-Hant",
    );
    let locale = kit::with(kit::with(locale, "maxLength", 35.into()), "default", "en".into());
    kit::object(
        "The stack's own texts; the built-in ones are sent where there is none.",
        &[],
        [
            ("directory", kit::words(directory, "messages/acme")),
            ("default_locale", locale),
        ],
    )
}

fn acknowledge() -> Value {
    let codes: Vec<&str> = Code::ALL
        .iter()
        .filter(|code| code.entry().level == Level::Guard || **code == Code::UnknownProperty)
        .map(|code| code.entry().name)
        .collect();
    let until = json!({
        "description": "The last day on which it counts, YYYY-MM-DD; for ever when left out.",
        "type": "string",
        "pattern": pattern::DATE,
        "examples": ["2026-12-31"],
    });
    let to = json!({
        "description": "The new value, as `deployer diff` prints it; `as-written` for a property.",
        "type": kit::TEXT,
        "examples": ["none"],
    });
    let word = kit::object(
        "Somebody's word that a guard's finding is meant.",
        &["code", "resource", "to", "reason"],
        [
            ("code", kit::choice("The finding's code.", &codes, None)),
            (
                "resource",
                kit::words("The resource that the finding names.", "Pool.PreSignUp"),
            ),
            ("to", to),
            ("reason", kit::words("Why it is meant.", "the function was retired")),
            ("until", until),
        ],
    );
    kit::list("Findings of guards that somebody has answered for.", (0, None), &word)
}
