//! Where the findings of one file are gathered.

use std::sync::Arc;

use super::yaml::Span;
use crate::finding::{Code, Finding, Level, Place, Source};

/// So many findings of one file are kept; who meets more has another problem than the last of them.
const MAX_FINDINGS: usize = 100;

/// The findings of one file, and of those that it builds on.
pub(super) struct Report<'f> {
    source: &'f Arc<Source>,
    /// The files that it builds on, each with the place of its first byte: places of all files are one
    /// row of numbers.
    bases: Vec<(usize, Arc<Source>)>,
    /// The place of the first byte of the file that is being read.
    offset: usize,
    findings: Vec<Finding>,
    left_out: usize,
}

impl<'f> Report<'f> {
    pub(super) fn new(source: &'f Arc<Source>) -> Self {
        Self {
            source,
            bases: Vec::new(),
            offset: 0,
            findings: Vec::new(),
            left_out: 0,
        }
    }

    /// Adds what was found and what was wanted, and what to do.
    pub(super) fn add(&mut self, code: Code, span: &Span, message: impl Into<String>, hint: impl Into<String>) {
        let place = self.place(span);
        self.add_at(code, place, message, hint);
    }

    /// Adds a finding at a place of one of the files.
    pub(super) fn add_at(&mut self, code: Code, place: Place, message: impl Into<String>, hint: impl Into<String>) {
        if self.is_full() {
            self.left_out += 1;
        } else {
            self.findings.push(Finding::at(code, place, message).hint(hint));
        }
    }

    /// Begins to read a file that the last one builds on; returns the place of its first byte.
    pub(super) fn enter(&mut self, base: &Arc<Source>) -> usize {
        let (start, last) = self
            .bases
            .last()
            .map_or((0, self.source), |(start, last)| (*start, last));
        // One more, so that the end of one file is not the beginning of the next.
        self.offset = start + last.text().len() + 1;
        self.bases.push((self.offset, Arc::clone(base)));
        self.offset
    }

    /// Ends to read it: from now on places are those of all files.
    pub(super) fn leave(&mut self) {
        self.offset = 0;
    }

    /// Adds a hint to the finding that was added last.
    pub(super) fn also(&mut self, hint: impl Into<String>) {
        if self.left_out == 0
            && let Some(last) = self.findings.last_mut()
        {
            last.hints.push(hint.into());
        }
    }

    /// Whether another finding would be left out, so that it need not be worded.
    pub(super) fn is_full(&self) -> bool {
        self.findings.len() >= MAX_FINDINGS
    }

    /// Returns a place in the file that holds it.
    pub(super) fn place(&self, span: &Span) -> Place {
        let (start, end) = (span.start + self.offset, span.end + self.offset);
        let base = self.bases.iter().rev().find(|(first, _)| *first <= start);
        let (first, source) = base.map_or((0, self.source), |(first, source)| (*first, source));
        Place {
            source: Arc::clone(source),
            span: start - first..end - first,
        }
    }

    /// The file.
    pub(super) fn source(&self) -> &'f Arc<Source> {
        self.source
    }

    /// Whether something is wrong, so that the file declares no stack.
    pub(super) fn has_errors(&self) -> bool {
        self.left_out > 0
            || self
                .findings
                .iter()
                .any(|finding| finding.code.entry().level == Level::Error)
    }

    /// Returns the findings in the files' order.
    pub(super) fn finish(self) -> Vec<Finding> {
        let Self {
            source,
            mut findings,
            left_out,
            bases,
            ..
        } = self;
        // The file itself, those that it builds on, and behind them what it names, such as texts.
        let rank = |place: &Place| {
            let of = |source: &Arc<Source>| Arc::ptr_eq(source, &place.source);
            if of(source) {
                (0, None)
            } else {
                let base = bases.iter().position(|(_, base)| of(base));
                base.map_or_else(
                    || (usize::MAX, Some(place.source.path().to_owned())),
                    |base| (base + 1, None),
                )
            }
        };
        findings.sort_by_cached_key(|finding| finding.place.as_ref().map(|place| (rank(place), place.span.start)));
        if let Some(last) = findings.last_mut()
            && left_out > 0
        {
            last.hints
                .push(format!("mend these first: {left_out} more are left out"));
        }
        findings
    }
}

/// Returns a name or choice as a message may show it: one line, short, without control characters.
pub(super) fn shown(text: &str) -> String {
    const MAX_CHARS: usize = 60;
    let mut shown: String = text.chars().take(MAX_CHARS).flat_map(char::escape_debug).collect();
    if text.chars().nth(MAX_CHARS).is_some() {
        shown.push('…');
    }
    shown
}
