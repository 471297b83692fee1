//! Maps whose keys the program knows, and the keys that nobody read.

use super::field::{Field, listed, shown_path};
use super::nearest::did_you_mean;
use super::report::Report;
use super::yaml::{Entry, Span};
use crate::finding::Code;

/// A map whose keys the program knows.
pub(super) struct Object<'n> {
    path: String,
    key: &'n Span,
    entries: &'n [Entry<'n>],
    known: Vec<&'static str>,
}

impl<'n> Object<'n> {
    pub(super) fn new(path: String, key: &'n Span, entries: &'n [Entry<'n>]) -> Self {
        Self {
            path,
            key,
            entries,
            known: Vec::new(),
        }
    }

    /// Returns the value of a key that may be absent.
    pub(super) fn optional(&mut self, key: &'static str) -> Option<Field<'n>> {
        self.known.push(key);
        let entry = self.entries.iter().find(|entry| entry.key == key)?;
        Some(Field::of(&self.path, entry))
    }

    /// Returns the value of a key that must be there.
    pub(super) fn required(&mut self, key: &'static str, example: &str, report: &mut Report<'_>) -> Option<Field<'n>> {
        let field = self.optional(key);
        if field.is_none() {
            let message = if self.path.is_empty() {
                format!("a stack file wants the key `{key}`, found none")
            } else {
                format!("`{}` wants the key `{key}`, found none", shown_path(&self.path))
            };
            // The file's own map has no key to point at.
            let place = if self.path.is_empty() {
                self.key.start..self.key.start
            } else {
                self.key.clone()
            };
            report.add(Code::MissingKey, &place, message, format!("add `{example}`"));
        }
        field
    }

    /// Reports the keys that nobody read.
    pub(super) fn finish(self, report: &mut Report<'_>) {
        self.finish_but(|_| None, report);
    }

    /// Reports the keys that nobody read; of some of them `known` has more to say: what is wrong with them
    /// here, and what to do.
    pub(super) fn finish_but(self, known: impl Fn(&str) -> Option<(&'static str, String)>, report: &mut Report<'_>) {
        for entry in self
            .entries
            .iter()
            .filter(|entry| !self.known.contains(&entry.key.as_ref()))
        {
            let (wrong, hint) = known(&entry.key).unwrap_or_else(|| {
                let hint = did_you_mean(&entry.key, self.known.iter().copied(), || {
                    format!("the keys here are {}", listed(&self.known, "and"))
                });
                ("is not a key of stack files", hint)
            });
            let message = format!("{} {wrong}", Field::of(&self.path, entry).name());
            report.add(Code::UnknownKey, &entry.span, message, hint);
        }
    }
}
