//! The smallest change of a text that brings its tree one step nearer to a value.
//!
//! A tree knows where its values stand, so that a value can be replaced, a key put behind its siblings and a line
//! taken out without a touch of anything else. Whoever applies a [`Splice`] reads the text again: what came of it
//! is known only then.

use serde_json::{Map, Value as Json};

use super::inline::{entry, flow, pair};
use super::{Entry, Node, Span, Value};

/// One step: what is put in place of which bytes, and what the whole tree says afterwards.
#[derive(Debug)]
pub(in crate::spec) struct Splice {
    /// Bytes and what takes their place, in order and apart from each other.
    pub(in crate::spec) parts: Vec<(Span, String)>,
    /// Where in the tree it is.
    pub(in crate::spec) path: String,
}

impl Splice {
    /// Applies it; nothing comes back where it does not fit the text.
    pub(in crate::spec) fn apply(&self, text: &str) -> Option<String> {
        let mut new = String::with_capacity(text.len());
        let mut at = 0;
        for (span, put) in &self.parts {
            new.push_str(text.get(at..span.start)?);
            new.push_str(put);
            at = span.end;
        }
        new.push_str(text.get(at..)?);
        Some(new)
    }
}

/// Returns what a tree says: numbers, booleans and nothing are those that stand without quotes.
pub(in crate::spec) fn decode(node: &Node<'_>) -> Json {
    match &node.value {
        Value::Map(entries) => {
            let members = entries.iter().map(|entry| (entry.key.to_string(), decode(&entry.node)));
            Json::Object(members.collect())
        }
        Value::List(items) => Json::Array(items.iter().map(decode).collect()),
        Value::Scalar(scalar) if scalar.is_nothing() => Json::Null,
        Value::Scalar(scalar) => scalar
            .boolean()
            .map(Json::from)
            .or_else(|| scalar.integer().map(Json::from))
            .unwrap_or_else(|| Json::from(scalar.text.as_ref())),
        Value::Unread => Json::Null,
    }
}

/// Returns the next step from a tree to `wanted`; nothing where it says that already.
pub(in crate::spec) fn toward(text: &str, root: &Node<'_>, wanted: &Json) -> Option<Splice> {
    let text = Text {
        text,
        newline: if text.contains("\r\n") { "\r\n" } else { "\n" },
    };
    let (parts, path) = text.step(root, None, wanted, &mut Vec::new())?;
    Some(Splice { parts, path })
}

type Step = (Vec<(Span, String)>, String);

struct Text<'s> {
    text: &'s str,
    newline: &'static str,
}

/// A map or list with brackets: they stand before and behind what it holds.
fn is_flow(node: &Node<'_>, first: Option<&Span>) -> bool {
    first.is_none_or(|first| node.span.start < first.start)
}

impl Text<'_> {
    /// `key` is that of the value, where it has one.
    fn step(&self, node: &Node<'_>, key: Option<&Span>, wanted: &Json, path: &mut Vec<String>) -> Option<Step> {
        match (&node.value, wanted) {
            (Value::Map(entries), Json::Object(members)) => self.map(node, key, entries, members, path),
            (Value::List(items), Json::Array(values)) => self.list(node, key, items, values, path),
            _ if decode(node) == *wanted => None,
            _ => Some((self.replace(node, key, wanted), path.join("."))),
        }
    }

    fn map(
        &self,
        node: &Node<'_>,
        key: Option<&Span>,
        entries: &[Entry<'_>],
        members: &Map<String, Json>,
        path: &mut Vec<String>,
    ) -> Option<Step> {
        for (index, entry) in entries.iter().enumerate() {
            path.push(entry.key.to_string());
            let step = match members.get(entry.key.as_ref()) {
                None => Some((self.without_entry(node, key, entries, index), path.join("."))),
                Some(wanted) => self.step(&entry.node, Some(&entry.span), wanted, path),
            };
            path.pop();
            if step.is_some() {
                return step;
            }
        }
        let known = |name: &String| entries.iter().any(|entry| entry.key == name.as_str());
        let (name, value) = members.iter().find(|(name, _)| !known(name))?;
        path.push(name.clone());
        let at = path.join(".");
        path.pop();
        Some((self.with_entry(node, entries, name, value), at))
    }

    fn list(
        &self,
        node: &Node<'_>,
        key: Option<&Span>,
        items: &[Node<'_>],
        values: &[Json],
        path: &mut Vec<String>,
    ) -> Option<Step> {
        for (index, (item, wanted)) in items.iter().zip(values).enumerate() {
            if decode(item) == *wanted {
                continue;
            }
            // A later item that is what is wanted here stays, with its comment; this one goes.
            let mut later = items.iter().skip(index + 1);
            if items.len() > values.len() && later.any(|later| decode(later) == *wanted) {
                return Some((self.without_item(node, key, items, index), path.join(".")));
            }
            path.push(index.to_string());
            let step = self.step(item, None, wanted, path);
            path.pop();
            return step;
        }
        let parts = match values.get(items.len()) {
            Some(next) => self.with_item(node, items, next),
            None if items.len() > values.len() => self.without_item(node, key, items, items.len() - 1),
            None => return None,
        };
        Some((parts, path.join(".")))
    }

    fn replace(&self, node: &Node<'_>, key: Option<&Span>, value: &Json) -> Vec<(Span, String)> {
        let new = flow(value);
        let first = match &node.value {
            Value::Map(entries) => entries.first().map(|entry| &entry.span),
            Value::List(items) => items.first().map(|item| &item.span),
            Value::Scalar(_) | Value::Unread => None,
        };
        let block = first.is_some() && !is_flow(node, first);
        let colon = key.map(|key| self.colon(key));
        match colon {
            // Nothing stands there yet.
            Some(colon) if node.span.is_empty() => vec![(colon..colon, format!(" {new}"))],
            Some(colon) if block && self.line_end(colon) < node.span.start => {
                let lines = self.line_end(colon)..self.line_end(self.end(node, colon));
                vec![(colon..colon, format!(" {new}")), (lines, String::new())]
            }
            // A text in lines of its own, under a mark such as `|`.
            Some(colon) if self.is_literal(node, colon) => {
                let rest = self.text.get(colon..).unwrap_or_default();
                let mark = colon + rest.len() - rest.trim_start_matches(' ').len();
                let length = self
                    .text
                    .get(mark..)
                    .map_or(0, |rest| rest.find([' ', '\r', '\n']).unwrap_or(0));
                let lines = self.line_end(mark)..node.span.end;
                vec![(mark..mark + length, new), (lines, String::new())]
            }
            _ if block => {
                let start = self.start(node);
                vec![(start..self.end(node, start), new)]
            }
            _ => vec![(node.span.clone(), new)],
        }
    }

    fn with_entry(&self, node: &Node<'_>, entries: &[Entry<'_>], name: &str, value: &Json) -> Vec<(Span, String)> {
        let (Some(first), Some(last)) = (entries.first(), entries.last()) else {
            return vec![(node.span.clone(), format!("{{{}}}", pair(name, value)))];
        };
        let end = self.entry_end(last);
        if is_flow(node, Some(&first.span)) {
            return vec![(end..end, format!(", {}", pair(name, value)))];
        }
        let at = self.line_end(end);
        let lines = entry(name, value, self.column(first.span.start), self.newline);
        vec![(at..at, format!("{}{lines}", self.newline))]
    }

    fn without_entry(
        &self,
        node: &Node<'_>,
        key: Option<&Span>,
        entries: &[Entry<'_>],
        index: usize,
    ) -> Vec<(Span, String)> {
        let spans: Vec<Span> = entries
            .iter()
            .map(|entry| entry.span.start..self.entry_end(entry))
            .collect();
        if spans.len() == 1 {
            return self.replace(node, key, &Json::Object(Map::new()));
        }
        let flow = is_flow(node, spans.first());
        self.without(&spans, index, flow, |before| before.trim().is_empty())
    }

    fn with_item(&self, node: &Node<'_>, items: &[Node<'_>], value: &Json) -> Vec<(Span, String)> {
        let (Some(first), Some(last)) = (items.first(), items.last()) else {
            return vec![(node.span.clone(), format!("[{}]", flow(value)))];
        };
        let end = self.end(last, last.span.start);
        if is_flow(node, Some(&first.span)) {
            return vec![(end..end, format!(", {}", flow(value)))];
        }
        let at = self.line_end(end);
        let before = self.before(self.start(first));
        let pad = " ".repeat(before.rfind('-').unwrap_or(before.len()));
        vec![(at..at, format!("{}{pad}- {}", self.newline, flow(value)))]
    }

    fn without_item(
        &self,
        node: &Node<'_>,
        key: Option<&Span>,
        items: &[Node<'_>],
        index: usize,
    ) -> Vec<(Span, String)> {
        let spans: Vec<Span> = items
            .iter()
            .map(|item| self.start(item)..self.end(item, item.span.start))
            .collect();
        if spans.len() == 1 {
            return self.replace(node, key, &Json::Array(Vec::new()));
        }
        let flow = is_flow(node, spans.first());
        self.without(&spans, index, flow, |before| before.trim() == "-")
    }

    /// Takes one of several siblings out: with its lines, where nothing else stands on them, else with a comma.
    fn without(&self, spans: &[Span], index: usize, flow: bool, whole: impl Fn(&str) -> bool) -> Vec<(Span, String)> {
        let Some(span) = spans.get(index) else {
            return Vec::new();
        };
        let before = index.checked_sub(1).and_then(|before| spans.get(before));
        let gap = if !flow && whole(self.before(span.start)) {
            self.line_start(span.start)..self.next_line(span.end)
        } else if let Some(next) = spans.get(index + 1) {
            span.start..next.start
        } else {
            before.map_or(span.start, |before| before.end)..span.end
        };
        vec![(gap, String::new())]
    }

    /// Whether a mark such as `|` stands behind the colon, and the text below it.
    fn is_literal(&self, node: &Node<'_>, colon: usize) -> bool {
        let rest = self.text.get(colon..).unwrap_or_default().trim_start_matches(' ');
        matches!(&node.value, Value::Scalar(scalar) if !scalar.plain) && rest.starts_with(['|', '>'])
    }

    /// Where a value begins: a list without brackets with its first dash.
    fn start(&self, node: &Node<'_>) -> usize {
        let Value::List(items) = &node.value else {
            return node.span.start;
        };
        match items.first() {
            Some(first) if !is_flow(node, Some(&first.span)) => {
                let item = self.start(first);
                let before = self.text.get(..item).unwrap_or_default().trim_end();
                before.strip_suffix('-').map_or(item, str::len)
            }
            Some(_) | None => node.span.start,
        }
    }

    /// Where a value ends, its last line's comment aside; `least` is where one that is not there does.
    fn end(&self, node: &Node<'_>, least: usize) -> usize {
        match &node.value {
            Value::Map(entries) if !is_flow(node, entries.first().map(|entry| &entry.span)) => {
                entries.last().map_or(least, |entry| self.entry_end(entry))
            }
            Value::List(items) if !is_flow(node, items.first().map(|item| &item.span)) => {
                items.last().map_or(least, |item| self.end(item, item.span.start))
            }
            Value::Map(_) | Value::List(_) | Value::Scalar(_) | Value::Unread if node.span.is_empty() => least,
            Value::Map(_) | Value::List(_) | Value::Scalar(_) | Value::Unread => node.span.end,
        }
    }

    fn entry_end(&self, entry: &Entry<'_>) -> usize {
        self.end(&entry.node, self.colon(&entry.span))
    }

    /// Behind a key's colon; behind the key where it has none.
    fn colon(&self, key: &Span) -> usize {
        let rest = self.text.get(key.end..).unwrap_or_default();
        let blank = rest.len() - rest.trim_start_matches([' ', '\t']).len();
        let colon = rest.get(blank..).is_some_and(|rest| rest.starts_with(':'));
        key.end + if colon { blank + 1 } else { 0 }
    }

    fn line_start(&self, at: usize) -> usize {
        let before = self.text.get(..at).unwrap_or_default();
        before.rfind('\n').map_or(0, |newline| newline + 1)
    }

    /// What stands on a place's line before it.
    fn before(&self, at: usize) -> &str {
        self.text.get(self.line_start(at)..at).unwrap_or_default()
    }

    fn column(&self, at: usize) -> usize {
        self.before(at).chars().count()
    }

    /// Where the line ends, its line break aside.
    fn line_end(&self, at: usize) -> usize {
        let rest = self.text.get(at..).unwrap_or_default();
        let line = rest.split('\n').next().unwrap_or_default();
        at + line.strip_suffix('\r').unwrap_or(line).len()
    }

    fn next_line(&self, at: usize) -> usize {
        let rest = self.text.get(at..).unwrap_or_default();
        rest.find('\n').map_or(self.text.len(), |newline| at + newline + 1)
    }
}
