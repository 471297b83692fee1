//! A message and what became of it, member by member: lines for people, or JSON.

use std::fmt::Write as _;

use handler::Redacted;
use handler::compose::Encoding;
use handler::event::CustomMessageResponse;
use serde_json::{Map, Value, json};

use crate::cli::args::Format;
use crate::cli::context::Context;
use crate::inert;
use crate::simulate::{Content, Hop, Preview};
use crate::spec::Stack;

/// Members that stand in the heading, or are for programs.
const UNSAID: [&str; 3] = ["version", "stack", "region"];

/// Members of several lines: texts of messages. Every other member is one line, whatever wrote it.
const TEXTS: [&str; 5] = ["text", "html", "sms_message", "email_message", "left_out"];

/// What programs get of every event, in this order; null where there is nothing to say.
const MEMBERS: [&str; 26] = [
    "version",
    "stack",
    "region",
    "event",
    "function",
    "channel",
    "outcome",
    "country",
    "locale",
    "route",
    "provider",
    "attempt",
    "parts",
    "message_id",
    "subject",
    "text",
    "html",
    "sms_message",
    "email_subject",
    "email_message",
    "left_out",
    "decrypted",
    "handler",
    "providers",
    "error",
    "reason",
];

/// What is printed of one event.
pub(super) struct Printed {
    heading: String,
    members: Map<String, Value>,
    note: Option<&'static str>,
}

impl Printed {
    pub(super) fn new(stack: &Stack, source: &str) -> Self {
        let mut members = Map::new();
        members.insert("version".to_owned(), json!(1));
        members.insert("stack".to_owned(), json!(stack.name.as_str()));
        members.insert("region".to_owned(), json!(stack.region.as_str()));
        members.insert("event".to_owned(), json!(source));
        Self {
            heading: format!("{} in {}", stack.name, stack.region),
            members,
            note: None,
        }
    }

    pub(super) fn put(&mut self, name: &str, value: Value) {
        self.members.insert(name.to_owned(), value);
    }

    /// Puts what is there, and nothing where there is nothing.
    pub(super) fn put_some(&mut self, name: &str, value: Option<Value>) {
        if let Some(value) = value {
            self.put(name, value);
        }
    }

    /// What people are told at the end.
    pub(super) const fn note(&mut self, note: &'static str) {
        self.note = Some(note);
    }

    /// Returns all members, for programs.
    fn document(&self) -> Value {
        let member = |name: &&str| ((*name).to_owned(), self.members.get(*name).cloned().unwrap_or_default());
        Value::Object(MEMBERS.iter().map(member).collect())
    }

    fn text(&self) -> String {
        let mut text = format!("{}\n", self.heading);
        let said = || self.members.iter().filter(|(name, _)| !UNSAID.contains(&name.as_str()));
        let width = said().map(|(name, _)| name.len()).max().unwrap_or_default();
        for (name, value) in said() {
            let mut words = words(value);
            if !TEXTS.contains(&name.as_str()) {
                words = inert::line(&words).into_owned();
            }
            let name = name.replace('_', " ");
            for (index, line) in words.lines().enumerate() {
                let name = if index == 0 { name.as_str() } else { "" };
                // A line of nothing keeps no blanks.
                let line = format!("  {name:<width$}  {line}");
                let _ = writeln!(text, "{}", line.trim_end());
            }
        }
        if let Some(note) = self.note {
            let _ = writeln!(text, "  {note}");
        }
        text
    }
}

/// Prints events: lines for people, or one JSON array.
pub(super) fn print(context: &Context, events: &[Printed], format: Format) {
    match format {
        Format::Text => context.out.data(&events.iter().map(Printed::text).collect::<String>()),
        Format::Json => {
            let documents = events.iter().map(Printed::document).collect();
            context.out.json(&format!("{:#}\n", Value::Array(documents)));
        }
    }
}

/// A value for people.
fn words(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(values) => {
            // Providers follow one another; texts stand below one another.
            let between = if values.iter().all(Value::is_string) {
                "\n"
            } else {
                ", then "
            };
            let values: Vec<String> = values.iter().map(words).collect();
            values.join(between)
        }
        Value::Object(members) => {
            let members: Vec<String> = members.values().filter(|value| !value.is_null()).map(words).collect();
            match members.split_first() {
                Some((first, rest)) if !rest.is_empty() => format!("{first} ({})", rest.join(", ")),
                Some((first, _)) => first.clone(),
                None => String::new(),
            }
        }
        Value::Null => "(the pool's own)".to_owned(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
    }
}

/// Puts a message that would be sent.
pub(super) fn preview(printed: &mut Printed, preview: &Preview) {
    printed.put_some("country", preview.country.map(|country| json!(country.to_string())));
    let route: Vec<Value> = preview.route.iter().map(hop).collect();
    printed.put_some("route", (!route.is_empty()).then_some(Value::Array(route)));
    match &preview.content {
        Content::Sms { locale, parts, text } => {
            printed.put("locale", json!(locale.as_str()));
            let encoding = match parts.encoding {
                Encoding::Gsm7 => "GSM-7",
                Encoding::Ucs2 => "UCS-2",
            };
            printed.put("parts", json!({"count": parts.count, "encoding": encoding}));
            printed.put("text", json!(text.expose()));
        }
        Content::Email {
            locale,
            subject,
            text,
            html,
        } => {
            printed.put("locale", json!(locale.as_str()));
            printed.put("subject", json!(subject.expose()));
            printed.put("text", json!(text.expose()));
            printed.put_some("html", html.as_ref().map(|html| json!(html.expose())));
        }
        Content::CustomMessage(response) => custom_message(printed, response),
    }
    let left_out: Vec<String> = preview.trouble.iter().map(ToString::to_string).collect();
    printed.put_some("left_out", (!left_out.is_empty()).then(|| json!(left_out)));
}

fn hop(hop: &Hop) -> Value {
    json!({"provider": hop.name, "type": hop.kind})
}

/// Puts what Cognito is answered; null is the pool's own text.
fn custom_message(printed: &mut Printed, response: &CustomMessageResponse) {
    let member = |text: &Option<Redacted<String>>| text.as_ref().map(|text| json!(text.expose()));
    for (name, text) in [
        ("sms_message", &response.sms_message),
        ("email_subject", &response.email_subject),
        ("email_message", &response.email_message),
    ] {
        printed.put(name, member(text).unwrap_or_default());
    }
}
