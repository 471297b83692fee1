//! The decoder is asked about every key, choice, limit and pattern of the schema, and its own words decide.
//!
//! For each map a key that nobody knows: the finding lists the keys that the decoder reads there. For each
//! value what the schema takes, and what it does not.

use std::collections::BTreeSet;

use deployer::finding::{Code, Finding, Source};
use deployer::spec;
use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::TestRunner;
use serde_json::{Map, Value, json};

/// A key that is near no other, and a text that no value takes.
const UNKNOWN: &str = "qqqqqqqq";
const NONSENSE: &str = "?? ??";

/// How many texts are made of each pattern.
const TEXTS: usize = 40;

/// What a finding about a value itself has; others look at several values.
const OF_THE_VALUE: [Code; 14] = [
    Code::AcknowledgeCode,
    Code::BadAccount,
    Code::BadArn,
    Code::BadCountry,
    Code::BadName,
    Code::BadPoolId,
    Code::BadRegion,
    Code::BadTag,
    Code::BadValue,
    Code::OutOfRange,
    Code::ProviderUnknown,
    Code::TriggerVersion,
    Code::UnknownKey,
    Code::WrongType,
];

/// A place in a stack file: its path in the decoder's words, and a file with any value there.
struct Place<'a> {
    path: String,
    file: Box<dyn Fn(Value) -> Value + 'a>,
}

impl Place<'_> {
    fn findings(&self, value: Value) -> Vec<Finding> {
        let text = (self.file)(value).to_string();
        let (_, findings) = spec::parse(&Source::new("any.yaml", text));
        findings
    }

    /// Returns what the decoder says against a value here.
    fn against(&self, value: Value) -> Vec<String> {
        let name = format!("`{}`", self.path);
        self.findings(value)
            .into_iter()
            .filter(|finding| OF_THE_VALUE.contains(&finding.code) && finding.message.contains(&name))
            .map(|finding| finding.message)
            .collect()
    }

    fn takes(&self, value: &Value) {
        let against = self.against(value.clone());
        assert!(against.is_empty(), "the schema takes {value}, the decoder: {against:?}");
    }

    fn refuses(&self, value: Value) -> String {
        let shown = value.to_string();
        let against = self.against(value);
        assert!(!against.is_empty(), "the decoder takes {shown} at `{}`", self.path);
        against.concat()
    }
}

#[test]
fn the_decoder_agrees_with_the_whole_schema() {
    let schema = spec::schema();
    let whole = Place {
        path: String::new(),
        file: Box::new(|value| {
            let mut file = json!({
                "name": "acme",
                "region": "us-west-2",
                "pool": { "new": { "properties": {} } },
            });
            let file_keys = file.as_object_mut().unwrap();
            file_keys.extend(value.as_object().unwrap().clone());
            file
        }),
    };
    let mut asked = BTreeSet::new();
    ask(&schema, &schema, &whole, &mut asked);
    for path in [
        "function.async.max_retries",
        "providers.any.sms_type",
        "delivery.sms.routes[0].via[0]",
    ] {
        assert!(asked.contains(path), "`{path}` is not among {asked:#?}");
    }
}

fn ask(schema: &Value, node: &Value, place: &Place<'_>, asked: &mut BTreeSet<String>) {
    if let Some(name) = node["$ref"].as_str() {
        let name = name.strip_prefix("#/$defs/").unwrap();
        // The decoder reads the same resource schema as the one that this comes from.
        if name != "UserPool" {
            ask(schema, &schema["$defs"][name], place, asked);
        }
        return;
    }
    asked.insert(place.path.clone());
    for choice in node["anyOf"].as_array().into_iter().flatten() {
        ask(schema, choice, place, asked);
    }
    if let Some(properties) = node["properties"].as_object() {
        map(schema, properties, place, asked);
    }
    if node["additionalProperties"].is_object() {
        let key = key(schema, &node["propertyNames"]);
        let inner = Place {
            path: format!("{}.{key}", place.path),
            file: Box::new(|value| (place.file)(json!({ key: value }))),
        };
        ask(schema, &node["additionalProperties"], &inner, asked);
    }
    if node["items"].is_object() {
        let inner = Place {
            path: format!("{}[0]", place.path),
            file: Box::new(|value| (place.file)(json!([value]))),
        };
        ask(schema, &node["items"], &inner, asked);
    }
    value(node, place);
}

/// Returns a key that a map takes whose keys are the user's.
fn key<'s>(schema: &'s Value, names: &Value) -> &'s str {
    let definition = names["$ref"].as_str().and_then(|name| name.strip_prefix("#/$defs/"));
    let first = definition.and_then(|name| schema["$defs"][name]["enum"][0].as_str());
    first.unwrap_or("any")
}

/// Asks for the keys of a map, then for each of them.
fn map(schema: &Value, properties: &Map<String, Value>, place: &Place<'_>, asked: &mut BTreeSet<String>) {
    // What decides the other keys, or what the decoder will not go on without.
    let mut decisive: Map<String, Value> = properties
        .iter()
        .filter_map(|(key, value)| Some((key.clone(), value.get("const")?.clone())))
        .collect();
    if properties.contains_key("function") && properties.contains_key("permission") {
        let function = "arn:aws:lambda:us-west-2:111122223333:function:checks";
        decisive.insert("function".to_owned(), function.into());
    }
    let beside = |key: &str, value: Value| {
        let mut map = decisive.clone();
        map.insert(key.to_owned(), value);
        Value::Object(map)
    };
    let path = |key: &str| match place.path.as_str() {
        "" => key.to_owned(),
        path => format!("{path}.{key}"),
    };

    let unknown = format!("`{}` is not a key", path(UNKNOWN));
    let findings = place.findings(beside(UNKNOWN, json!(1)));
    let finding = findings.iter().find(|finding| finding.message.starts_with(&unknown));
    let finding = finding.unwrap_or_else(|| panic!("{unknown}: {findings:#?}"));
    let known: BTreeSet<&str> = finding.hints[0].split('`').skip(1).step_by(2).collect();
    let named: BTreeSet<&str> = properties.keys().map(String::as_str).collect();
    assert_eq!(named, known, "`{}`: the schema's keys, and the decoder's", place.path);

    for (key, value) in properties {
        let inner = Place {
            path: path(key),
            file: Box::new(|value| (place.file)(beside(key, value))),
        };
        ask(schema, value, &inner, asked);
    }
}

fn value(node: &Value, place: &Place<'_>) {
    for example in node["examples"].as_array().into_iter().flatten() {
        place.takes(example);
    }
    if !node["default"].is_null() {
        place.takes(&node["default"]);
    }
    if !node["const"].is_null() {
        place.takes(&node["const"]);
    }
    if let Some(choices) = node["enum"].as_array() {
        for choice in choices {
            place.takes(choice);
        }
        let message = place.refuses(NONSENSE.into());
        // Where the decoder lists its choices, they are these.
        let wanted = message.split(" wants ").nth(1).unwrap_or_default();
        let wanted = wanted.split(", found").next().unwrap_or_default();
        let listed: BTreeSet<&str> = wanted.split('`').skip(1).step_by(2).collect();
        let named: BTreeSet<&str> = choices.iter().filter_map(Value::as_str).collect();
        assert!(listed.is_empty() || listed == named, "{message}\n{named:?}");
    }
    if node["type"] == "boolean" {
        place.takes(&json!(true));
        place.takes(&json!(false));
        place.refuses(NONSENSE.into());
    }
    if node["type"] == "integer" {
        let limit = |name: &str| node[name].as_i64().unwrap();
        let (least, most) = (limit("minimum"), limit("maximum"));
        place.takes(&least.into());
        place.takes(&most.into());
        place.refuses((least - 1).into());
        place.refuses((most + 1).into());
        place.refuses(NONSENSE.into());
    }
    if let Some(least) = node["minItems"].as_u64() {
        assert_eq!(least, 1, "`{}`", place.path);
        place.refuses(json!([]));
    }
    if let Some(most) = node["maxItems"].as_u64() {
        place.refuses(vec!["x"; usize::try_from(most).unwrap() + 1].into());
    }
    if let Some(pattern) = node["pattern"].as_str() {
        texts(pattern, node, place);
    }
}

/// The decoder takes whatever the pattern takes, as far as chance can tell, and not what it refuses.
fn texts(pattern: &str, node: &Value, place: &Place<'_>) {
    let Some(inner) = pattern.strip_prefix('^').and_then(|rest| rest.strip_suffix('$')) else {
        place.refuses(" ".into());
        return;
    };
    // A name in `via` must be declared, a day must be of the calendar, a tag's letters are Unicode's, and an
    // address is short as a whole.
    let of_rules = ["via[0]", "until", "tags.any", "any.from", "any.reply_to"];
    let of_rules = of_rules.iter().any(|end| place.path.ends_with(end));
    place.refuses(NONSENSE.into());
    // What looks ahead or is excluded again takes more than chance.
    if of_rules || !node["not"].is_null() || inner.contains("(?") {
        return;
    }
    let longest = node["maxLength"].as_u64().unwrap_or(u64::MAX);
    let strategy = proptest::string::string_regex(inner).unwrap();
    let mut runner = TestRunner::deterministic();
    for _ in 0..TEXTS {
        let text = strategy.new_tree(&mut runner).unwrap().current();
        if u64::try_from(text.chars().count()).unwrap() <= longest {
            place.takes(&text.into());
        }
    }
}
