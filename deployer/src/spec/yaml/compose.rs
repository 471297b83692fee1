//! The parser's events become a tree.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};

use serde_saphyr::granit_parser::{
    ErrorKind, Event, Options, Parser, ScalarStyle, ScanError, Span as Mark, StrInput, StructureStyle,
};

use super::{Entry, Node, Scalar, Span, Value};
use crate::finding::Code;
use crate::spec::report::{Report, shown};

/// The longest text that is read at all.
pub(in crate::spec) const MAX_BYTES: usize = 1 << 20;
const MAX_DEPTH: usize = 32;
const MAX_NODES: usize = 20_000;

/// Reads one document; nothing comes back where what stands there is no tree, and the report says why.
pub(in crate::spec) fn compose<'s>(text: &'s str, report: &mut Report<'_>) -> Option<Node<'s>> {
    if text.len() > MAX_BYTES {
        report.add(
            Code::YamlTooLarge,
            &(0..0),
            "a stack file wants at most 1 MiB of text, found more",
            SPLIT,
        );
        return None;
    }
    let mut options = Options::default();
    options.emit_unresolved_aliases = true;
    options.emit_anchor_events = true;
    options.flow_nesting_limit = MAX_DEPTH;
    options.block_nesting_limit = MAX_DEPTH;
    let parser = Parser::new_from_str_with_options(text, options);
    Composer {
        parser,
        text,
        report,
        nodes: 0,
        aliases: BTreeSet::new(),
    }
    .document()
    .ok()
    .flatten()
}

const SPLIT: &str = "split the stack, or check that this is a stack file";

/// Reading ended early, and the report says why.
struct Stop;

struct Composer<'s, 'r, 'f> {
    parser: Parser<'s, StrInput<'s>>,
    text: &'s str,
    report: &'r mut Report<'f>,
    nodes: usize,
    /// The anchors whose use is reported already: one line says it for all.
    aliases: BTreeSet<usize>,
}

impl<'s> Composer<'s, '_, '_> {
    fn document(&mut self) -> Result<Option<Node<'s>>, Stop> {
        let mut root = None;
        loop {
            match self.next()? {
                (Event::StreamEnd, _) => break,
                (Event::DocumentStart(..), mark) if root.is_some() => {
                    let span = self.span(mark);
                    self.report.add(
                        Code::YamlSeveralDocuments,
                        &span,
                        "a stack file wants one YAML document, found the beginning of another",
                        "move it into a file of its own",
                    );
                    break;
                }
                (Event::DocumentStart(..), _) => {
                    let event = self.next()?;
                    root = Some(self.node(event, 0)?);
                }
                _ => {}
            }
        }
        let nothing = match &root {
            None => true,
            Some(node) => matches!(&node.value, Value::Scalar(scalar) if scalar.is_nothing()),
        };
        if nothing {
            self.report.add(
                Code::YamlEmpty,
                &(0..0),
                "a stack file wants `name`, `region` and `pool`, found nothing",
                "write the stack; to remove a deployed stack, run `deployer destroy` with the file as it was",
            );
            return Ok(None);
        }
        Ok(root)
    }

    /// Returns the next event that is not about presentation.
    fn next(&mut self) -> Result<(Event<'s>, Mark), Stop> {
        loop {
            match self.parser.next_event() {
                Some(Ok((Event::Anchor(..), mark))) => {
                    let span = self.span(mark);
                    self.alias(&span, "an anchor");
                }
                Some(Ok(event)) => return Ok(event),
                Some(Err(error)) => {
                    self.refuse(&error);
                    return Err(Stop);
                }
                // The parser ends with StreamEnd, after which nobody asks.
                None => return Err(Stop),
            }
        }
    }

    fn node(&mut self, (event, mark): (Event<'s>, Mark), depth: usize) -> Result<Node<'s>, Stop> {
        let span = self.span(mark);
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            let message = format!("a stack file wants at most {MAX_NODES} values, found more");
            self.report.add(Code::YamlTooLarge, &span, message, SPLIT);
            return Err(Stop);
        }
        if depth > MAX_DEPTH {
            self.too_deep(&span);
            return Err(Stop);
        }
        if let Some(tag) = event.tag() {
            let message = format!("expected a plain value, found the tag `{}`", shown(&tag.original()));
            let place = mark.tag_span().map_or_else(|| span.clone(), |tag| self.span(tag));
            self.report.add(
                Code::YamlTag,
                &place,
                message,
                "write the value itself, in quotes where it is text",
            );
            if let Event::Scalar(..) = event {
                return Ok(Node {
                    span,
                    value: Value::Unread,
                });
            }
        }
        match event {
            Event::Scalar(text, style, ..) => Ok(self.scalar(text, style, span)),
            Event::SequenceStart(style, ..) => self.list(style, span, depth),
            Event::MappingStart(style, ..) => self.map(style, span, depth),
            Event::Alias(anchor) => {
                if self.aliases.insert(anchor) {
                    self.alias(&span, "an alias");
                }
                Ok(Node {
                    span,
                    value: Value::Unread,
                })
            }
            Event::UnresolvedAlias(_) => {
                self.alias(&span, "an alias");
                Ok(Node {
                    span,
                    value: Value::Unread,
                })
            }
            _ => Ok(Node {
                span,
                value: Value::Unread,
            }),
        }
    }

    fn scalar(&self, text: Cow<'s, str>, style: ScalarStyle, span: Span) -> Node<'s> {
        let plain = style == ScalarStyle::Plain;
        // The parser writes `~` for a value that is not there.
        let text = if plain && span.is_empty() {
            Cow::Borrowed("")
        } else {
            text
        };
        // A block text ends where the next line begins, which is no place to end a caret.
        let written = self
            .text
            .get(span.clone())
            .map_or(0, |written| written.trim_end().len());
        let span = span.start..span.start + written;
        Node {
            span,
            value: Value::Scalar(Scalar { text, plain }),
        }
    }

    fn list(&mut self, style: StructureStyle, start: Span, depth: usize) -> Result<Node<'s>, Stop> {
        let mut items: Vec<Node<'s>> = Vec::new();
        let end = loop {
            match self.next()? {
                (Event::SequenceEnd, mark) => break self.span(mark),
                event => items.push(self.node(event, depth + 1)?),
            }
        };
        let first = items.first().map(|item| item.span.clone());
        Ok(Node {
            span: whole(style, start, &end, first),
            value: Value::List(items),
        })
    }

    fn map(&mut self, style: StructureStyle, start: Span, depth: usize) -> Result<Node<'s>, Stop> {
        let mut entries: Vec<Entry<'s>> = Vec::new();
        let end = loop {
            match self.next()? {
                (Event::MappingEnd, mark) => break self.span(mark),
                event => {
                    let key = self.node(event, depth + 1)?;
                    let event = self.next()?;
                    let node = self.node(event, depth + 1)?;
                    entries.extend(self.entry(key, node));
                }
            }
        };
        let first = entries.first().map(|entry| entry.span.clone());
        self.drop_repeated(&mut entries);
        Ok(Node {
            span: whole(style, start, &end, first),
            value: Value::Map(entries),
        })
    }

    fn entry(&mut self, key: Node<'s>, node: Node<'s>) -> Option<Entry<'s>> {
        let span = key.span.clone();
        match key.value {
            Value::Scalar(scalar) if scalar.plain && scalar.text == "<<" => {
                self.report.add(
                    Code::YamlMergeKey,
                    &span,
                    "expected a key, found the merge key `<<`",
                    "write the keys out that it would bring in",
                );
                None
            }
            Value::Scalar(scalar) if !scalar.is_nothing() => Some(Entry {
                key: scalar.text,
                span,
                node,
            }),
            // An alias in a key's place is reported as one.
            Value::Unread => None,
            Value::Scalar(_) | Value::List(_) | Value::Map(_) => {
                let message = format!("expected a name before the colon, found {}", key.kind());
                self.report
                    .add(Code::YamlKey, &span, message, "write a plain name, such as `region`");
                None
            }
        }
    }

    /// Reports each repetition; the first of a key's values stays.
    fn drop_repeated(&mut self, entries: &mut Vec<Entry<'s>>) {
        let mut first: HashMap<Cow<'s, str>, Span> = HashMap::with_capacity(entries.len());
        let report = &mut *self.report;
        entries.retain(|entry| {
            let Some(seen) = first.get(&entry.key) else {
                first.insert(entry.key.clone(), entry.span.clone());
                return true;
            };
            let line = if report.is_full() {
                0
            } else {
                report.place(seen).line_and_column().0
            };
            let message = format!("`{}` stands here again, after line {line}", shown(&entry.key));
            report.add(Code::DuplicateKey, &entry.span, message, "keep the one that is meant");
            false
        });
    }

    fn alias(&mut self, span: &Span, found: &str) {
        let message = format!("expected a value that is written out, found {found}");
        self.report
            .add(Code::YamlAlias, span, message, "write the value out where it is used");
    }

    fn too_deep(&mut self, span: &Span) {
        let message = format!("lists and maps want at most {MAX_DEPTH} levels, found more");
        self.report
            .add(Code::YamlTooDeep, span, message, "look for a bracket too many");
    }

    /// Words the parser's refusal.
    fn refuse(&mut self, error: &ScanError) {
        let start = self.boundary(error.marker().byte_offset().unwrap_or(self.text.len()));
        let next = self.text.get(start..).and_then(|rest| rest.chars().next());
        let span = start..start + next.filter(|next| *next != '\n').map_or(0, char::len_utf8);
        match error.kind() {
            ErrorKind::RecursionLimitExceeded => self.too_deep(&span),
            ErrorKind::TabNotAllowed
            | ErrorKind::TabInBlockIndentation
            | ErrorKind::TabInIndentation
            | ErrorKind::TabAtBlockScalarStart
            | ErrorKind::TabInPlainScalar => {
                // The parser stops behind it.
                let tab = self.text.get(..span.end).and_then(|before| before.rfind('\t'));
                let span = tab.map_or(span, |tab| tab..tab + 1);
                let message = "expected spaces, found a tab";
                self.report.add(Code::YamlTab, &span, message, "indent with spaces");
            }
            kind => {
                let hint = match kind {
                    ErrorKind::MappingValueNotAllowed | ErrorKind::InvalidColonPlacement => {
                        "put a value that holds `: ` in quotes, and indent keys of one map alike"
                    }
                    ErrorKind::UnclosedFlowCollection { .. }
                    | ErrorKind::ExpectedFlowMappingSeparator
                    | ErrorKind::ExpectedFlowSequenceSeparator => "look for a bracket or comma that is missing",
                    ErrorKind::UnclosedQuotedScalar => "close the quote",
                    ErrorKind::UnexpectedCharacter { .. } => {
                        "put a value that begins with `@`, `` ` `` or `%` in quotes"
                    }
                    _ => "look at this line's indentation, quotes and brackets, and at the line before",
                };
                self.report.add(
                    Code::YamlSyntax,
                    &span,
                    format!("the text stops being YAML here: {kind}"),
                    hint,
                );
            }
        }
    }

    fn span(&self, mark: Mark) -> Span {
        let span = mark.byte_range().unwrap_or_default();
        let start = self.boundary(span.start);
        start..self.boundary(span.end).max(start)
    }

    /// Returns the nearest place at or before `offset` where a character begins.
    fn boundary(&self, offset: usize) -> usize {
        self.text.floor_char_boundary(offset)
    }
}

/// Where a list or map stands: bracket to bracket, or its first child.
fn whole(style: StructureStyle, start: Span, end: &Span, first: Option<Span>) -> Span {
    match style {
        StructureStyle::Flow if end.end > start.start => start.start..end.end,
        StructureStyle::Flow | StructureStyle::Block => first.unwrap_or(start),
    }
}
