//! Templates of one form, text or HTML, parsed once and rendered with little power.
//!
//! Text and HTML live in engines of their own, so that neither can include the other and HTML is
//! escaped whatever a template says. There are a few filters, no functions and no loading; limits
//! on the work and on what is written end what does not end. What an engine says of a failure holds nothing of the values.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use minijinja::value::{Object, Value};
use minijinja::{AutoEscape, Environment, Error, ErrorKind, UndefinedBehavior};

use super::bounds::{self, LARGEST_TEXT, TOO_LONG};
use super::fault::{Fault, FaultKind};
use super::html::escape;
use super::values::{ATTRIBUTES, NOTICE, Read, Values, is_custom};
use super::{Form, Locale};
use crate::event::Purpose;
use crate::percent_encoded;

/// How many steps a text may take; a long e-mail takes some hundred.
const FUEL: u64 = 50_000;

/// What is said of a text that writes more than [`LARGEST_TEXT`].
const TOO_LARGE: &str = "it writes more than 1 MiB";

/// How many bytes a text has written so far, those into its own variables too.
#[derive(Default)]
struct Written(usize);

/// What templates can read; `code` and `notice` only where the message has one.
pub(super) const VARIABLES: [&str; 8] = [
    "attributes",
    "client_metadata",
    "code",
    "locale",
    "notice",
    "purpose",
    "recipient",
    "user_name",
];

/// Whether texts for `purpose` have a variable of this name.
pub(super) fn is_variable(name: &str, purpose: Purpose) -> bool {
    match name {
        "code" => purpose.has_code(),
        "notice" => purpose == Purpose::AccountTakeOverNotification,
        name => VARIABLES.contains(&name),
    }
}

/// The templates of one form.
#[derive(Debug)]
pub(super) struct Engine(Environment<'static>);

impl Engine {
    /// Parses templates by their path; those that cannot be parsed are returned as faults.
    pub(super) fn new<'a>(form: Form, files: impl Iterator<Item = (&'a str, &'a str)>) -> (Self, Vec<Fault>) {
        let mut env = Environment::empty();
        let mut syntax = minijinja::syntax::SyntaxConfig::builder();
        syntax.trim_blocks(true).lstrip_blocks(true);
        if let Ok(syntax) = syntax.build() {
            env.set_syntax(syntax);
        }
        env.set_undefined_behavior(UndefinedBehavior::Strict);
        // What a block has captured was escaped when it was written, and is not escaped again.
        env.set_auto_escape_callback(move |_| match form {
            Form::Text => AutoEscape::None,
            Form::Html => AutoEscape::Html,
        });
        env.set_formatter(move |output, state, value| {
            let written = state.get_or_insert_extension(Written::default());
            written.0 += value.as_str().map_or(1, str::len);
            if written.0 > LARGEST_TEXT {
                return Err(Error::new(ErrorKind::InvalidOperation, TOO_LARGE));
            }
            match (form, value.as_str()) {
                (Form::Html, Some(text)) if !value.is_safe() => Ok(output.write_str(&escape(text))?),
                (_, Some(text)) => Ok(output.write_str(text)?),
                (_, None) if value.is_number() => Ok(output.write_fmt(format_args!("{value}"))?),
                (_, None) => Err(Error::new(ErrorKind::InvalidOperation, "only text can be written")),
            }
        });
        env.add_filter("lower", |text: &str| text.to_lowercase());
        env.add_filter("upper", |text: &str| text.to_uppercase());
        env.add_filter("trim", |text: &str| text.trim().to_owned());
        env.add_filter("urlencode", percent_encoded);

        let files: BTreeMap<String, String> = files.map(|(path, text)| (path.to_owned(), text.to_owned())).collect();
        env.set_fuel(Some(bounds::steps(files.values().map(String::as_str), FUEL)));
        let paths: BTreeSet<String> = files.keys().cloned().collect();
        // A part is looked for beside the text first, then in the messages directory itself.
        env.set_path_join_callback(move |name, parent| {
            let beside = parent.rsplit_once('/').map(|(folder, _)| format!("{folder}/{name}"));
            match beside.filter(|beside| paths.contains(beside)) {
                Some(beside) => Cow::Owned(beside),
                None => Cow::Borrowed(name),
            }
        });
        let mut faults = Vec::new();
        for (path, text) in files {
            if let Err(unbounded) = bounds::check(&text) {
                faults.push(Fault::unbounded(&path, unbounded));
            } else if let Err(error) = env.add_template_owned(path.clone(), text) {
                faults.push(Fault::of(&path, &error));
            }
        }
        (Self(env), faults)
    }

    /// Fills the template at `path`.
    pub(super) fn render(&self, path: &str, values: &Arc<Values>, locale: &Locale) -> Result<String, Fault> {
        let variables = Value::from_object(Variables {
            values: Arc::clone(values),
            locale: locale.clone(),
        });
        let template = self.0.get_template(path).map_err(|error| Fault::of(path, &error))?;
        let text = template.render(variables).map_err(|error| Fault::of(path, &error))?;
        if text.len() > LARGEST_TEXT {
            return Err(Fault::new(path, FaultKind::Unbounded(TOO_LARGE)));
        }
        Ok(text)
    }

    /// Returns what the template at `path` reads, such as `code` or `attributes.name`, on any of its ways.
    pub(super) fn reads(&self, path: &str) -> BTreeSet<String> {
        let template = self.0.get_template(path).ok();
        template
            .map(|template| template.undeclared_variables(true).into_iter().collect())
            .unwrap_or_default()
    }
}

/// What a template can read.
struct Variables {
    values: Arc<Values>,
    locale: Locale,
}

/// What stands behind a variable that has members.
enum Members {
    Attributes(Arc<Values>),
    ClientMetadata(Arc<Values>),
    Notice(Arc<Values>),
}

impl Object for Variables {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let values = &self.values;
        match key.as_str()? {
            "code" => values.code.as_deref().map(Value::from),
            "user_name" => Some(Value::from(values.user_name.as_str())),
            "recipient" => Some(Value::from(values.recipient.as_str())),
            "purpose" => Some(Value::from(values.purpose.name())),
            "locale" => Some(Value::from(self.locale.as_str())),
            "attributes" => Some(Value::from_object(Members::Attributes(Arc::clone(values)))),
            "client_metadata" => Some(Value::from_object(Members::ClientMetadata(Arc::clone(values)))),
            "notice" if values.notice.is_some() => Some(Value::from_object(Members::Notice(Arc::clone(values)))),
            _ => None,
        }
    }
}

impl Object for Members {
    /// A member that this user does not have is empty; one that nobody has is an error.
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let key = key.as_str()?;
        let value = match self.as_ref() {
            Self::Attributes(values) if ATTRIBUTES.contains(&key) || is_custom(key) => values.attribute(key),
            Self::ClientMetadata(values) => values.client_metadata(key),
            Self::Notice(values) if NOTICE.contains(&key) => values.notice(key).map(Read::Text),
            Self::Attributes(_) | Self::Notice(_) => return None,
        };
        Some(match value.unwrap_or(Read::Text("")) {
            Read::Text(text) => Value::from(text),
            // The engine fails where such a value is read.
            Read::TooLong => Value::from(Error::new(ErrorKind::InvalidOperation, TOO_LONG)),
        })
    }
}

impl fmt::Debug for Variables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl fmt::Debug for Members {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}
