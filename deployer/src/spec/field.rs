//! Reading values by what their key wants.
//!
//! A value of another type than wanted is reported where it stands and read as absent, so that
//! everything else of the file is still looked at.

use std::ops::RangeInclusive;

use super::id::IdError;
use super::nearest::did_you_mean;
use super::object::Object;
use super::report::{Report, shown};
use super::yaml::{Entry, Node, Scalar, Span, Value};
use crate::finding::{Code, may_be_secret, names_a_secret};

/// A value with the path that leads to it.
#[derive(Clone)]
pub(super) struct Field<'n> {
    path: String,
    /// The key, or the item itself in a list.
    key: &'n Span,
    node: &'n Node<'n>,
}

impl<'n> Field<'n> {
    /// The whole file.
    pub(super) fn root(node: &'n Node<'n>) -> Self {
        Self {
            path: String::new(),
            key: &node.span,
            node,
        }
    }

    pub(super) fn path(&self) -> &str {
        &self.path
    }

    pub(super) fn node(&self) -> &'n Node<'n> {
        self.node
    }

    pub(super) fn key(&self) -> &'n Span {
        self.key
    }

    /// Where to point: at a value that is one text, else at the key.
    pub(super) fn place(&self) -> &'n Span {
        match &self.node.value {
            Value::Scalar(_) | Value::Unread if !self.node.span.is_empty() => &self.node.span,
            _ => self.key,
        }
    }

    /// What a message calls the value.
    pub(super) fn name(&self) -> String {
        if self.path.is_empty() {
            "a stack file".to_owned()
        } else {
            format!("`{}`", shown_path(&self.path))
        }
    }

    /// Reports a value of another type than wanted.
    fn wrong_type(&self, wanted: &str, hint: &str, report: &mut Report<'_>) {
        if matches!(self.node.value, Value::Unread) {
            return;
        }
        let message = format!("{} wants {wanted}, found {}", self.name(), self.node.kind());
        let nothing = matches!(&self.node.value, Value::Scalar(scalar) if scalar.is_nothing());
        let hint = if nothing {
            "give the key a value, or remove it"
        } else {
            hint
        };
        report.add(Code::WrongType, self.place(), message, hint);
    }

    /// Reports a value that the key does not take.
    pub(super) fn refuse(&self, code: Code, wanted: &str, hint: impl Into<String>, report: &mut Report<'_>) {
        report.add(code, self.place(), format!("{} wants {wanted}", self.name()), hint);
    }

    /// Reports a text that the key does not take, and shows it where it can be no secret.
    pub(super) fn refuse_text(&self, code: Code, wanted: &str, hint: impl Into<String>, report: &mut Report<'_>) {
        let found = match &self.node.value {
            Value::Scalar(scalar) if may_be_secret(&self.path) && !names_a_secret(&scalar.text) => {
                "a text that is not shown, since it may be a secret".to_owned()
            }
            Value::Scalar(scalar) => format!("`{}`", shown(&scalar.text)),
            Value::List(_) | Value::Map(_) | Value::Unread => self.node.kind().to_owned(),
        };
        report.add(
            code,
            self.place(),
            format!("{} wants {wanted}, found {found}", self.name()),
            hint,
        );
    }

    fn scalar(&self) -> Option<&'n Scalar<'n>> {
        match &self.node.value {
            Value::Scalar(scalar) if !scalar.is_nothing() => Some(scalar),
            _ => None,
        }
    }

    /// Returns the text of a value that is one, and reports nothing.
    pub(super) fn scalar_text(&self) -> Option<&'n str> {
        self.scalar().map(|scalar| scalar.text.as_ref())
    }

    /// Reads a text, as it is written.
    pub(super) fn text(&self, report: &mut Report<'_>) -> Option<&'n str> {
        let scalar = self.scalar();
        if scalar.is_none() {
            self.wrong_type("text", "write one value", report);
        }
        scalar.map(|scalar| scalar.text.as_ref())
    }

    /// Reads a text that says something.
    pub(super) fn words(&self, report: &mut Report<'_>) -> Option<String> {
        let text = self.text(report)?;
        if text.trim().is_empty() {
            self.refuse(Code::OutOfRange, "text, found none", "write it out", report);
            return None;
        }
        Some(text.to_owned())
    }

    /// Reads `true` or `false`.
    pub(super) fn boolean(&self, report: &mut Report<'_>) -> Option<bool> {
        let boolean = self.scalar().and_then(Scalar::boolean);
        if boolean.is_none() {
            self.wrong_type(
                "`true` or `false`",
                "write `true` or `false`, in small letters and without quotes",
                report,
            );
        }
        boolean
    }

    /// Reads a whole number.
    pub(super) fn integer(&self, report: &mut Report<'_>) -> Option<i64> {
        let integer = self.scalar().and_then(Scalar::integer);
        if integer.is_none() {
            self.wrong_type(
                "a whole number",
                "write digits alone, without quotes, `_` or leading zeros",
                report,
            );
        }
        integer
    }

    /// Reads a whole number between limits.
    pub(super) fn within<T: TryFrom<i64> + Into<i64> + Copy>(
        &self,
        limits: RangeInclusive<T>,
        report: &mut Report<'_>,
    ) -> Option<T> {
        let number = self.integer(report)?;
        let within = T::try_from(number).ok().filter(|number| {
            let number: i64 = (*number).into();
            ((*limits.start()).into()..=(*limits.end()).into()).contains(&number)
        });
        if within.is_none() {
            let (least, most): (i64, i64) = ((*limits.start()).into(), (*limits.end()).into());
            let wanted = format!("a whole number from {least} to {most}, found {number}");
            let nearest = if number < least { least } else { most };
            self.refuse(
                Code::OutOfRange,
                &wanted,
                format!("the nearest that AWS takes is {nearest}"),
                report,
            );
        }
        within
    }

    /// Reads one of a few texts.
    pub(super) fn choice<T: Copy>(&self, choices: &[(&str, T)], report: &mut Report<'_>) -> Option<T> {
        let text = self.text(report)?;
        let choice = choices
            .iter()
            .find(|(name, _)| *name == text)
            .map(|(_, choice)| *choice);
        if choice.is_none() {
            let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
            self.refuse_choice(text, &names, report);
        }
        choice
    }

    /// Reports a text that is none of `names`.
    pub(super) fn refuse_choice(&self, text: &str, names: &[&str], report: &mut Report<'_>) {
        let wanted = one_of(names);
        let hint = did_you_mean(text, names.iter().copied(), || format!("write {wanted}"));
        self.refuse_text(Code::BadValue, &wanted, hint, report);
    }

    /// Reads an identifier.
    pub(super) fn id<T>(
        &self,
        code: Code,
        parse: fn(&str) -> Result<T, IdError>,
        hint: &str,
        report: &mut Report<'_>,
    ) -> Option<T> {
        match parse(self.text(report)?) {
            Ok(id) => Some(id),
            Err(error) => {
                self.refuse_text(code, error.wanted, hint, report);
                None
            }
        }
    }

    /// Reads a list.
    pub(super) fn list(&self, report: &mut Report<'_>) -> Option<Vec<Field<'n>>> {
        let Value::List(items) = &self.node.value else {
            self.wrong_type(
                "a list",
                "write a list: `[a, b]`, or a line `- a` for each item",
                report,
            );
            return None;
        };
        let item = |(index, node): (usize, &'n Node<'n>)| Field {
            path: format!("{}[{index}]", self.path),
            key: &node.span,
            node,
        };
        Some(items.iter().enumerate().map(item).collect())
    }

    /// Reads a list that has an item at least.
    pub(super) fn items(&self, report: &mut Report<'_>) -> Option<Vec<Field<'n>>> {
        let items = self.list(report)?;
        if items.is_empty() {
            self.refuse(
                Code::OutOfRange,
                "a list of one item or more, found none",
                "add an item",
                report,
            );
            return None;
        }
        Some(items)
    }

    /// Reads a map whose keys the program knows.
    pub(super) fn object(&self, report: &mut Report<'_>) -> Option<Object<'n>> {
        let entries = self.entries(report)?;
        Some(Object::new(self.path.clone(), self.place(), entries))
    }

    /// Reads a map whose keys are the user's.
    pub(super) fn fields(&self, report: &mut Report<'_>) -> Option<Vec<(&'n str, Field<'n>)>> {
        self.entries(report)?;
        self.map_fields()
    }

    /// Returns the fields of a value that is a map, and reports nothing.
    pub(super) fn map_fields(&self) -> Option<Vec<(&'n str, Field<'n>)>> {
        let Value::Map(entries) = &self.node.value else {
            return None;
        };
        Some(
            entries
                .iter()
                .map(|entry| (entry.key.as_ref(), Field::of(&self.path, entry)))
                .collect(),
        )
    }

    /// Returns the field at a path of keys, and reports nothing.
    pub(super) fn at(&self, path: &[&str]) -> Option<Self> {
        path.iter().try_fold(self.clone(), |field, key| {
            let fields = field.map_fields()?;
            fields.into_iter().find(|(name, _)| name == key).map(|(_, field)| field)
        })
    }

    fn entries(&self, report: &mut Report<'_>) -> Option<&'n [Entry<'n>]> {
        let Value::Map(entries) = &self.node.value else {
            self.wrong_type(
                "a map",
                "write keys with values: a line `key: value` for each, indented",
                report,
            );
            return None;
        };
        Some(entries)
    }

    pub(super) fn of(parent: &str, entry: &'n Entry<'n>) -> Self {
        let path = if parent.is_empty() {
            entry.key.to_string()
        } else {
            format!("{parent}.{}", entry.key)
        };
        Self {
            path,
            key: &entry.span,
            node: &entry.node,
        }
    }
}

/// Returns "`a`, `b` or `c`".
pub(super) fn one_of(names: &[&str]) -> String {
    listed(names, "or")
}

/// Returns the names as a list in words.
pub(super) fn listed(names: &[&str], word: &str) -> String {
    match names {
        [] => "none".to_owned(),
        [name] => format!("`{name}`"),
        [most @ .., last] => {
            let most: Vec<String> = most.iter().map(|name| format!("`{name}`")).collect();
            format!("{} {word} `{last}`", most.join(", "))
        }
    }
}

/// A path may hold a user's key, so it is shown with the same care, its end being the telling part.
pub(super) fn shown_path(path: &str) -> String {
    const MAX_CHARS: usize = 120;
    let surplus = path.chars().count().saturating_sub(MAX_CHARS);
    let end: String = path.chars().skip(surplus).flat_map(char::escape_debug).collect();
    if surplus > 0 { format!("…{end}") } else { end }
}
