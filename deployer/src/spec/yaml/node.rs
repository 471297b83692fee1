//! The tree of a stack file.

use std::borrow::Cow;
use std::ops::Range;

/// Bytes from the file's beginning.
pub(in crate::spec) type Span = Range<usize>;

/// A value and where it stands.
#[derive(Debug)]
pub(in crate::spec) struct Node<'s> {
    /// A scalar's text; the opening bracket to the closing one; or, where a list or map has no
    /// brackets, its first item or key.
    pub(in crate::spec) span: Span,
    pub(in crate::spec) value: Value<'s>,
}

#[derive(Debug)]
pub(in crate::spec) enum Value<'s> {
    Scalar(Scalar<'s>),
    List(Vec<Node<'s>>),
    /// In the file's order, each key once.
    Map(Vec<Entry<'s>>),
    /// A value that is reported already, such as an alias: whoever reads it says nothing more.
    Unread,
}

/// A text as it is written, quotes and escapes resolved.
#[derive(Debug)]
pub(in crate::spec) struct Scalar<'s> {
    pub(in crate::spec) text: Cow<'s, str>,
    /// Whether it stands without quotes, so that it may be a number, a boolean or nothing.
    pub(in crate::spec) plain: bool,
}

/// A key and its value.
#[derive(Debug)]
pub(in crate::spec) struct Entry<'s> {
    pub(in crate::spec) key: Cow<'s, str>,
    pub(in crate::spec) span: Span,
    pub(in crate::spec) node: Node<'s>,
}

impl Scalar<'_> {
    /// Whether the scalar stands for no value.
    pub(in crate::spec) fn is_nothing(&self) -> bool {
        self.plain && matches!(self.text.as_ref(), "" | "~" | "null" | "Null" | "NULL")
    }

    /// Returns the boolean that the scalar spells.
    pub(in crate::spec) fn boolean(&self) -> Option<bool> {
        match self.text.as_ref() {
            "true" if self.plain => Some(true),
            "false" if self.plain => Some(false),
            _ => None,
        }
    }

    /// Returns the whole number that the scalar spells, without leading zeros, underscores or exponents.
    pub(in crate::spec) fn integer(&self) -> Option<i64> {
        let digits = self.text.strip_prefix('-').unwrap_or(&self.text);
        let written_as_one = self.plain
            && !digits.is_empty()
            && digits.bytes().all(|byte| byte.is_ascii_digit())
            && (digits == "0" || !digits.starts_with('0'));
        if written_as_one { self.text.parse().ok() } else { None }
    }
}

impl Node<'_> {
    /// Moves every place, so that those of several files do not overlap.
    pub(in crate::spec) fn shift(&mut self, offset: usize) {
        self.span = self.span.start + offset..self.span.end + offset;
        match &mut self.value {
            Value::Scalar(_) | Value::Unread => {}
            Value::List(items) => items.iter_mut().for_each(|item| item.shift(offset)),
            Value::Map(entries) => {
                for entry in entries {
                    entry.span = entry.span.start + offset..entry.span.end + offset;
                    entry.node.shift(offset);
                }
            }
        }
    }

    /// Says what stands here, for a message; never the value itself.
    pub(in crate::spec) fn kind(&self) -> &'static str {
        match &self.value {
            Value::Scalar(scalar) if scalar.is_nothing() => "nothing",
            Value::Scalar(scalar) if scalar.boolean().is_some() => "a boolean",
            Value::Scalar(scalar) if scalar.integer().is_some() => "a number",
            Value::Scalar(scalar) if scalar.plain => "text",
            Value::Scalar(_) => "text in quotes",
            Value::List(_) => "a list",
            Value::Map(_) => "a map",
            Value::Unread => "a value that cannot be read",
        }
    }
}
