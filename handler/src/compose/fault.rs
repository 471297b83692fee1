//! Why one text cannot be used: for its author with all that is known, for the log without any value.

use minijinja::{Error, ErrorKind};

use super::bounds::{TOO_LONG, Unbounded};
use super::{Problem, ProblemKind, Trouble};
use crate::event::Purpose;

/// What went wrong with one text.
pub(super) struct Fault {
    /// Where: the text, or a part that it includes.
    file: String,
    line: Option<usize>,
    kind: FaultKind,
}

/// What went wrong.
pub(super) enum FaultKind {
    /// The engine's word; its detail may hold values.
    Template(ErrorKind, Option<String>),
    /// It could, or does, grow without end.
    Unbounded(&'static str),
    NoSubject,
    Empty,
    NoCode,
    NoUserName,
}

impl Fault {
    pub(super) fn new(file: &str, kind: FaultKind) -> Self {
        Self {
            file: file.to_owned(),
            line: None,
            kind,
        }
    }

    /// Takes what the engine says of the template at `path`.
    pub(super) fn of(path: &str, error: &Error) -> Self {
        // An include wraps what happened inside; the innermost says where.
        let mut innermost = error;
        while let Some(inner) = std::error::Error::source(innermost).and_then(|source| source.downcast_ref::<Error>()) {
            innermost = inner;
        }
        Self {
            file: innermost.name().unwrap_or(path).to_owned(),
            line: innermost.line(),
            kind: FaultKind::Template(innermost.kind(), innermost.detail().map(str::to_owned)),
        }
    }

    /// Takes what could grow the template at `path` without end.
    pub(super) fn unbounded(path: &str, unbounded: Unbounded) -> Self {
        Self {
            line: Some(unbounded.line),
            ..Self::new(path, FaultKind::Unbounded(unbounded.what))
        }
    }

    /// Returns what the log is told: nothing of the values.
    pub(super) fn into_trouble(self) -> Trouble {
        Trouble {
            reason: match self.kind {
                FaultKind::Template(_, Some(detail)) if detail == TOO_LONG => TOO_LONG,
                FaultKind::Template(kind, _) => reason(kind),
                FaultKind::Unbounded(what) => what,
                FaultKind::NoSubject => "it does not begin with a subject",
                FaultKind::Empty => "it is empty",
                FaultKind::NoCode => "it does not hold the code",
                FaultKind::NoUserName => "it does not hold the user name",
            },
            file: self.file,
            line: self.line,
        }
    }

    /// Returns what the author is told of a text that was filled with samples for `purpose`.
    pub(super) fn into_problem(self, purpose: Purpose) -> Problem {
        Problem {
            kind: match self.kind {
                FaultKind::Template(kind, detail) => template(kind, detail),
                FaultKind::Unbounded(what) => ProblemKind::Template(what.to_owned()),
                FaultKind::NoSubject => ProblemKind::NoSubject,
                FaultKind::Empty => ProblemKind::Empty(purpose),
                FaultKind::NoCode => ProblemKind::NoCode(purpose),
                FaultKind::NoUserName => ProblemKind::NoUserName(purpose),
            },
            file: self.file,
            line: self.line,
        }
    }

    /// Returns what the author is told of a template that cannot be parsed.
    pub(super) fn into_parse_problem(self) -> Problem {
        // Nothing was filled in yet, so the purpose is of no meaning.
        self.into_problem(Purpose::SignUp)
    }
}

fn template(kind: ErrorKind, detail: Option<String>) -> ProblemKind {
    let reason = reason(kind);
    ProblemKind::Template(detail.map_or_else(|| reason.to_owned(), |detail| format!("{reason}: {detail}")))
}

fn reason(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::SyntaxError => "it is no template",
        ErrorKind::UndefinedError => "it uses a variable that there is not",
        ErrorKind::UnknownFilter | ErrorKind::UnknownTest | ErrorKind::UnknownFunction | ErrorKind::UnknownMethod => {
            "it uses a filter, test or function that there is not"
        }
        ErrorKind::TemplateNotFound => "it includes a file that there is not",
        ErrorKind::OutOfFuel => "it takes too many steps",
        _ => "it cannot be filled",
    }
}
