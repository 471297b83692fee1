//! What is wrong with a stack's texts, before anybody gets one.

use std::fmt;

use super::engine::{VARIABLES, is_variable};
use super::values::ATTRIBUTES;
use crate::event::Purpose;

/// How far a problem lets a deployment go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth a look.
    Warning,
    /// Users would not get this text, or not what they need.
    Error,
}

/// Something wrong with one text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The path, relative to the messages directory.
    pub file: String,
    /// The line, from 1, where one is to blame.
    pub line: Option<usize>,
    /// What is wrong.
    pub kind: ProblemKind,
}

/// What can be wrong with a text; each says what was found and what is wanted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProblemKind {
    /// A name that is none of the layout's.
    #[error("it is none of the names that are read")]
    FileName,
    /// A name that begins with no purpose.
    #[error("`{0}` is no purpose")]
    Purpose(String),
    /// A folder that is no language.
    #[error("the folder `{0}` is no language tag")]
    Folder(String),
    /// A text outside any language's folder.
    #[error("it stands in no language's folder")]
    NoFolder,
    /// Two folders for one language, such as `pt-BR` and `pt_br`.
    #[error("it is the same text as `{0}`")]
    Twice(String),
    /// HTML without plain text.
    #[error("there is no text beside it")]
    NoText,
    /// The template cannot be parsed or filled.
    #[error("{0}")]
    Template(String),
    /// A variable that there is not.
    #[error("`{name}` is no variable of a text for {}", .purpose.name())]
    Variable {
        /// What is read.
        name: String,
        /// The purpose that has no such variable.
        purpose: Purpose,
    },
    /// The code is missing.
    #[error("filled for {}, it does not hold the code", .0.name())]
    NoCode(Purpose),
    /// The user's name is missing from an invitation.
    #[error("filled for {}, it does not hold the user name", .0.name())]
    NoUserName(Purpose),
    /// The e-mail does not begin with its subject.
    #[error("its first line does not begin with `Subject:`")]
    NoSubject,
    /// There is nothing in it.
    #[error("filled for {}, it is empty", .0.name())]
    Empty(Purpose),
    /// `CustomMessage` takes no text of this length.
    #[error("filled for {}, its {part} has {found} characters, and Cognito takes {least} to {most}", .purpose.name())]
    Length {
        /// The purpose that it was filled for.
        purpose: Purpose,
        /// `text`, `subject` or `body`.
        part: &'static str,
        /// How many characters there are.
        found: usize,
        /// The fewest that are taken.
        least: usize,
        /// The most that are taken.
        most: usize,
    },
    /// `CustomMessage` takes no such character.
    #[error("filled for {}, its {part} holds U+{:04X}, and Cognito takes no invisible characters", .purpose.name(), u32::from(*.character))]
    Character {
        /// The purpose that it was filled for.
        purpose: Purpose,
        /// `subject` or `body`.
        part: &'static str,
        /// What is not taken.
        character: char,
    },
    /// An SMS that costs more than one.
    #[error("filled for {}, it takes {parts} SMS parts as {encoding}", .purpose.name())]
    Parts {
        /// The purpose that it was filled for.
        purpose: Purpose,
        /// How many parts it takes.
        parts: usize,
        /// `GSM-7` or `UCS-2`.
        encoding: &'static str,
    },
}

impl Problem {
    pub(super) fn of_file(file: &str, kind: ProblemKind) -> Self {
        Self {
            file: file.to_owned(),
            line: None,
            kind,
        }
    }

    /// Returns how far the problem lets a deployment go.
    pub const fn severity(&self) -> Severity {
        match self.kind {
            ProblemKind::Parts { .. } => Severity::Warning,
            _ => Severity::Error,
        }
    }
}

impl ProblemKind {
    /// Whether the file's name is wrong, so that nobody knows what is in it.
    pub const fn is_about_the_name(&self) -> bool {
        matches!(
            self,
            Self::FileName | Self::Purpose(_) | Self::Folder(_) | Self::NoFolder | Self::Twice(_)
        )
    }

    /// Returns the stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::FileName | Self::Purpose(_) | Self::Folder(_) | Self::NoFolder | Self::Twice(_) | Self::NoText => {
                "bad-message-file"
            }
            Self::Template(_) | Self::Variable { .. } => "bad-message-template",
            Self::NoCode(_) | Self::NoUserName(_) | Self::NoSubject | Self::Empty(_) => "bad-message-text",
            Self::Length { .. } | Self::Character { .. } => "message-refused",
            Self::Parts { .. } => "message-parts",
        }
    }

    /// Returns what to do.
    pub fn help(&self) -> String {
        match self {
            Self::FileName => {
                "name it PURPOSE.sms.txt, PURPOSE.email.txt or PURPOSE.email.html, or _NAME.txt or _NAME.html \
                               for a part that others include"
                    .to_owned()
            }
            Self::Purpose(_) => {
                let names: Vec<&str> = Purpose::ALL.into_iter().map(Purpose::name).collect();
                format!(
                    "the purposes are {}, or default for all that are about a code alone",
                    names.join(", ")
                )
            }
            Self::Folder(_) | Self::NoFolder => "put texts into a folder a language, such as en or zh-Hant".to_owned(),
            Self::Twice(_) => "keep one of the two".to_owned(),
            Self::NoText => {
                "write the same e-mail as text beside it, with its subject, in a file that ends in .email.txt"
                    .to_owned()
            }
            Self::Template(_) => "mend the template; the filters are lower, trim, upper and urlencode".to_owned(),
            Self::Variable { purpose, .. } => format!(
                "the variables are {}; attributes has {}, and custom ones by their full names, such as attributes[\"custom:tenant\"]",
                VARIABLES
                    .into_iter()
                    .filter(|variable| is_variable(variable, *purpose))
                    .collect::<Vec<_>>()
                    .join(", "),
                ATTRIBUTES.join(", ")
            ),
            Self::NoCode(_) => "write {{ code }} where the code goes, on every way through the template".to_owned(),
            Self::NoUserName(_) => {
                "write {{ user_name }} or {{ recipient }} where the name to sign in with goes".to_owned()
            }
            Self::NoSubject => "begin the file with a line such as Subject: Your code".to_owned(),
            Self::Empty(_) => "write a text, or remove the file".to_owned(),
            Self::Length { .. } => "make it fit: Cognito sends this text for the trigger CustomMessage".to_owned(),
            Self::Character { .. } => "remove the character".to_owned(),
            Self::Parts { encoding, .. } => match *encoding {
                "UCS-2" => {
                    "shorten it to 70 characters, or to 160 of the GSM alphabet; each part is paid for".to_owned()
                }
                _ => "shorten it to 160 characters; each part is paid for".to_owned(),
            },
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, kind } = self;
        match line {
            Some(line) => write!(f, "`{file}`, line {line}: {kind}"),
            None => write!(f, "`{file}`: {kind}"),
        }
    }
}
