//! A stack's texts checked before anybody gets one: filled with samples, and looked at.
//!
//! What counts is what comes out. Only variables are looked for in the template itself too, so that
//! one on a way that no sample takes is found.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::custom_message::{BODY, SMS, SUBJECT, body, is_invisible, length, one_line};
use super::engine::is_variable;
use super::fault::Fault;
use super::layout::{TextName, has_default};
use super::values::{ATTRIBUTES, NOTICE, Values, is_custom};
use super::{Composer, EmailText, Encoding, Form, Parts, Problem, ProblemKind, Request, Severity, SmsText};
use crate::Redacted;
use crate::delivery::{CustomMessage, Messages};
use crate::event::{AccountTakeOver, CODE_PARAMETER, Channel, Purpose};

/// As long as a code gets.
const CODE: &str = "12345678";

/// Has what passwords have, so that a text that changes it is found.
const PASSWORD: &str = "aB3$<&7x";

/// As long as the names that Cognito makes.
const USER_NAME: &str = "0e8d5b1c-4f6a-4c1e-9b1a-2d3c4b5a6f70";

/// Has what names to sign in with have.
const INVITED: &str = "jane.doe+acme@mail.acme.example";

/// Where a message goes.
const NUMBER: &str = "+12025550173";
const ADDRESS: &str = "alexandra@mail.acme.example";

/// Checks the texts of a messages directory: the content of each file by its path in it.
///
/// `custom_message` says that Cognito is given these texts, and takes not all of them. Problems come
/// in the order of the files.
pub fn check(
    files: &BTreeMap<String, String>,
    messages: &Messages,
    custom_message: Option<CustomMessage>,
) -> Vec<Problem> {
    let (composer, mut problems) = Composer::parse(files, messages);
    // A file that cannot be read is reported once, not again for each purpose.
    let mut broken: BTreeSet<String> = problems.iter().map(|problem| problem.file.clone()).collect();
    for (name, path) in &composer.own {
        let purposes = match name.purpose {
            Some(purpose) => vec![purpose],
            None => Purpose::ALL
                .into_iter()
                .filter(|purpose| has_default(*purpose))
                .collect(),
        };
        for purpose in purposes {
            if broken.contains(path) {
                break;
            }
            let text = Text {
                files,
                composer: &composer,
                name,
                path,
                purpose,
            };
            let mut found = text.variables();
            if found.is_empty() {
                found = text.samples(custom_message);
            }
            if found.iter().any(|problem| problem.severity() == Severity::Error) {
                broken.insert(path.clone());
            }
            problems.extend(found);
        }
    }
    // A part is broken in every text that includes it, and a text in every sample. The first of a kind is enough.
    let mut seen = BTreeSet::new();
    problems.retain(|problem| seen.insert((problem.file.clone(), problem.line, problem.kind.code())));
    problems.sort_by(|one, other| (&one.file, one.line).cmp(&(&other.file, other.line)));
    problems
}

/// One text, looked at for one purpose that it serves.
struct Text<'a> {
    files: &'a BTreeMap<String, String>,
    composer: &'a Composer,
    name: &'a TextName,
    path: &'a str,
    purpose: Purpose,
}

impl Text<'_> {
    /// Returns the variables that it reads and that there are not.
    fn variables(&self) -> Vec<Problem> {
        let unknown = self.unknown(self.path);
        unknown
            .map(|(name, line)| self.variable(self.path, name, line))
            .collect()
    }

    /// Returns what a file reads in vain, with the line.
    fn unknown<'a>(&'a self, path: &'a str) -> impl Iterator<Item = (String, Option<usize>)> + 'a {
        let source = self.files.get(path).map(String::as_str).unwrap_or_default();
        let read = self.composer.engine(self.name.form).reads(path);
        let unknown = read.into_iter().filter(|name| !self.is_known(name));
        unknown.map(|name| {
            let line = line_of(source, &name);
            (name, line)
        })
    }

    fn variable(&self, path: &str, name: String, line: Option<usize>) -> Problem {
        Problem {
            file: path.to_owned(),
            line,
            kind: ProblemKind::Variable {
                name,
                purpose: self.purpose,
            },
        }
    }

    /// Names the variable that a part reads in vain, which the engine does not.
    fn explain(&self, fault: Fault) -> Problem {
        let problem = fault.into_problem(self.purpose);
        let read = self
            .unknown(&problem.file)
            .find(|(_, line)| line.is_some() && *line == problem.line);
        match (&problem.kind, read) {
            (ProblemKind::Template(_), Some((name, line))) => self.variable(&problem.file, name, line),
            _ => problem,
        }
    }

    fn is_known(&self, name: &str) -> bool {
        let (name, member) = name
            .split_once('.')
            .map_or((name, None), |(name, member)| (name, Some(member)));
        is_variable(name, self.purpose)
            && match (name, member) {
                (_, None) | ("client_metadata", Some(_)) => true,
                ("attributes", Some(member)) => ATTRIBUTES.contains(&member) || is_custom(member),
                ("notice", Some(member)) => NOTICE.contains(&member),
                (_, Some(_)) => false,
            }
    }

    /// Fills the text for a user of whom all is known and for one of whom nothing is.
    fn samples(&self, custom_message: Option<CustomMessage>) -> Vec<Problem> {
        let code = if self.purpose == Purpose::AdminCreateUser {
            PASSWORD
        } else {
            CODE
        };
        let mut found = Vec::new();
        for full in [true, false] {
            found.extend(self.sample(&Arc::new(sample(self.purpose, self.name.channel, full, code)), None));
            if custom_message.is_some() && self.purpose.has_code() {
                let values = sample(self.purpose, self.name.channel, full, CODE_PARAMETER).for_placeholders(None);
                found.extend(self.sample(&Arc::new(values), custom_message));
            }
        }
        found
    }

    fn sample(&self, values: &Arc<Values>, custom_message: Option<CustomMessage>) -> Vec<Problem> {
        let Self {
            composer, name, path, ..
        } = self;
        let problem = |kind| Problem::of_file(path, kind);
        let kinds = match (name.channel, name.form) {
            (Channel::Sms, _) => match (composer.own_sms(name, path, values), custom_message) {
                (Err(fault), _) => return vec![self.explain(fault)],
                (Ok(sms), None) => self.parts(&sms).into_iter().collect(),
                (Ok(sms), Some(_)) => self
                    .length("text", &one_line(sms.text.expose()), &SMS)
                    .into_iter()
                    .collect(),
            },
            (Channel::Email, Form::Text) => match (composer.own_email(name, path, values), custom_message) {
                (Err(fault), _) => return vec![self.explain(fault)],
                (Ok(email), Some(CustomMessage { email: true })) => self.cognito(&email),
                (Ok(_), _) => Vec::new(),
            },
            // It is filled with the text beside it.
            (Channel::Email, Form::Html) => Vec::new(),
        };
        kinds.into_iter().map(problem).collect()
    }

    fn parts(&self, sms: &SmsText) -> Option<ProblemKind> {
        let Parts { encoding, count } = sms.parts;
        (count > 1).then_some(ProblemKind::Parts {
            purpose: self.purpose,
            parts: count,
            encoding: match encoding {
                Encoding::Gsm7 => "GSM-7",
                Encoding::Ucs2 => "UCS-2",
            },
        })
    }

    fn cognito(&self, email: &EmailText) -> Vec<ProblemKind> {
        let subject = one_line(email.subject.expose());
        let body = body(email);
        let character = |part, text: &str| {
            let character = text.chars().find(|character| is_invisible(*character))?;
            Some(ProblemKind::Character {
                purpose: self.purpose,
                part,
                character,
            })
        };
        let found = [
            self.length("subject", &subject, &SUBJECT),
            self.length("body", &body, &BODY),
            character("subject", &subject),
            character("body", &body),
        ];
        found.into_iter().flatten().collect()
    }

    fn length(&self, part: &'static str, text: &str, range: &std::ops::RangeInclusive<usize>) -> Option<ProblemKind> {
        let found = length(text);
        (!range.contains(&found)).then_some(ProblemKind::Length {
            purpose: self.purpose,
            part,
            found,
            least: *range.start(),
            most: *range.end(),
        })
    }
}

/// Returns the values of a user of whom all is known, or nothing but what every user has.
fn sample(purpose: Purpose, channel: Channel, full: bool, code: &str) -> Values {
    let secret = |text: &str| Redacted::new(text.to_owned());
    let some = |text: &str| full.then(|| secret(text));
    let attributes = ATTRIBUTES.map(|name| (name.to_owned(), "Alexandra".to_owned()));
    let recipients = [("phone_number", NUMBER), ("email", ADDRESS)];
    let recipients = recipients.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let attributes = attributes.into_iter().filter(|_| full).chain(recipients);
    let notice = AccountTakeOver {
        login_time: some("Saturday, November 21, 2026 at 10:15:00 AM UTC"),
        ip_address: some("192.0.2.44"),
        city: some("Seattle"),
        country: some("United States"),
        device_name: some("Chrome, macOS"),
        action: some("NO_ACTION"),
        link_valid: some("https://auth.acme.example/valid"),
        link_invalid: some("https://auth.acme.example/invalid"),
    };
    let values = Values::of(
        &Request {
            purpose,
            attributes: &Redacted::new(attributes.collect()),
            client_metadata: &Redacted::new(BTreeMap::new()),
            code: Some(&secret(code)),
            user_name: &secret(if purpose == Purpose::AdminCreateUser {
                INVITED
            } else {
                USER_NAME
            }),
            notice: (purpose == Purpose::AccountTakeOverNotification).then_some(&notice),
        },
        channel,
    );
    if full { values.with_any() } else { values }
}

/// Returns the first line on which a tag may read `name`.
fn line_of(source: &str, name: &str) -> Option<usize> {
    let is_word = |character: char| character.is_alphanumeric() || character == '_';
    let reads = |line: &str| {
        line.contains('{')
            && line.match_indices(name).any(|(start, _)| {
                let before = line.get(..start).and_then(|before| before.chars().next_back());
                let after = line.get(start + name.len()..).and_then(|after| after.chars().next());
                !before.is_some_and(is_word) && !after.is_some_and(is_word)
            })
    };
    source.lines().position(reads).map(|position| position + 1)
}
