//! Which text is sent: the languages to look in, the stack's own texts, the built-in ones.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::built_in::{self, Texts};
use super::engine::Engine;
use super::fault::{Fault, FaultKind};
use super::html::escape;
use super::layout::{Layout, TextName, has_default};
use super::values::Values;
use super::{ComposeError, Composed, EmailText, Form, Locale, Problem, Request, SmsText, split_code};
use crate::Redacted;
use crate::delivery::Messages;
use crate::event::{Channel, Purpose};

/// Where user and app say which language they read: the attribute's name, which apps use too.
const LOCALE: &str = "locale";

/// How the first line of an e-mail's text begins.
const SUBJECT: &str = "Subject:";

/// All texts of a stack.
#[derive(Debug)]
pub struct Composer {
    default_locale: Option<Locale>,
    /// The stack's own texts, each with its path.
    pub(super) own: BTreeMap<TextName, String>,
    text: Engine,
    html: Engine,
}

impl Composer {
    /// Returns a composer of the built-in texts; English where `default_locale` has none.
    pub fn built_in(default_locale: &str) -> Self {
        Self {
            default_locale: Locale::new(default_locale),
            own: BTreeMap::new(),
            text: Engine::new(Form::Text, std::iter::empty()).0,
            html: Engine::new(Form::Html, std::iter::empty()).0,
        }
    }

    /// Parses a stack's texts: the content of each file by its path, relative to the messages directory.
    ///
    /// Errors are what cannot be read; whether a text that can be read is any good is another question.
    pub fn new(files: &BTreeMap<String, String>, messages: &Messages) -> Result<Self, Vec<Problem>> {
        let (composer, problems) = Self::parse(files, messages);
        if problems.is_empty() {
            Ok(composer)
        } else {
            Err(problems)
        }
    }

    /// Parses what can be parsed, and says what cannot.
    pub(super) fn parse(files: &BTreeMap<String, String>, messages: &Messages) -> (Self, Vec<Problem>) {
        let Layout {
            texts,
            templates,
            mut problems,
        } = Layout::of(files.keys());
        let plain: BTreeMap<&str, String> = files.iter().map(|(path, text)| (path.as_str(), unix(text))).collect();
        let of_form = |form| {
            let of_form = templates.iter().filter(move |(_, found)| **found == form);
            of_form.filter_map(|(path, _)| Some((path.as_str(), plain.get(path.as_str())?.as_str())))
        };
        let (text, text_faults) = Engine::new(Form::Text, of_form(Form::Text));
        let (html, html_faults) = Engine::new(Form::Html, of_form(Form::Html));
        problems.extend(
            text_faults
                .into_iter()
                .chain(html_faults)
                .map(Fault::into_parse_problem),
        );
        let composer = Self {
            default_locale: Locale::new(&messages.default_locale),
            own: texts,
            text,
            html,
        };
        (composer, problems)
    }

    /// Composes an SMS.
    pub fn sms(&self, request: &Request<'_>) -> Result<Composed<SmsText>, ComposeError> {
        self.compose(
            request,
            &Arc::new(Values::of(request, Channel::Sms)),
            Channel::Sms,
            Self::own_sms,
            |texts, values| built_in::sms(texts, values).map(SmsText::new),
        )
    }

    /// Composes an e-mail.
    pub fn email(&self, request: &Request<'_>) -> Result<Composed<EmailText>, ComposeError> {
        self.compose(
            request,
            &Arc::new(Values::of(request, Channel::Email)),
            Channel::Email,
            Self::own_email,
            built_in::email,
        )
    }

    /// Fills the stack's own text, or the built-in one where there is none or it cannot be used.
    pub(super) fn compose<T>(
        &self,
        request: &Request<'_>,
        values: &Arc<Values>,
        channel: Channel,
        own: impl Fn(&Self, &TextName, &str, &Arc<Values>) -> Result<T, Fault>,
        built_in: impl Fn(&'static Texts, &Values) -> Result<T, ComposeError>,
    ) -> Result<Composed<T>, ComposeError> {
        if values.purpose.has_code() && values.code.is_none() {
            return Err(ComposeError::NoCode);
        }
        let locales = self.locales(request);
        let own = self.find(&locales, values.purpose, channel).map(|(name, path)| {
            own(self, name, path, values).map(|content| Composed {
                content,
                locale: name.locale.clone(),
                trouble: None,
            })
        });
        match own {
            Some(Ok(composed)) => Ok(composed),
            own => {
                let texts = Texts::choose(&locales);
                Ok(Composed {
                    content: built_in(texts, values)?,
                    locale: texts.locale(),
                    trouble: own.and_then(Result::err).map(Fault::into_trouble),
                })
            }
        }
    }

    /// Returns the languages to look in, the nearest to the user first.
    fn locales(&self, request: &Request<'_>) -> Vec<Locale> {
        let said = [request.attributes, request.client_metadata];
        let said = said
            .into_iter()
            .filter_map(|values| Locale::new(values.expose().get(LOCALE)?));
        said.chain(self.default_locale.clone())
            .flat_map(|locale| locale.chain())
            .collect()
    }

    /// Returns the stack's own text in the first language that has one.
    fn find(&self, locales: &[Locale], purpose: Purpose, channel: Channel) -> Option<(&TextName, &str)> {
        let purposes = [Some(Some(purpose)), has_default(purpose).then_some(None)];
        locales.iter().find_map(|locale| {
            purposes.into_iter().flatten().find_map(|purpose| {
                let (name, path) = self.own.get_key_value(&TextName {
                    locale: locale.clone(),
                    purpose,
                    channel,
                    form: Form::Text,
                })?;
                Some((name, path.as_str()))
            })
        })
    }

    pub(super) fn own_sms(&self, name: &TextName, path: &str, values: &Arc<Values>) -> Result<SmsText, Fault> {
        let text = self.fill(Form::Text, path, values, &name.locale)?;
        let text = text.trim();
        holds(path, text, values, Form::Text)?;
        Ok(SmsText::new(text.to_owned()))
    }

    pub(super) fn own_email(&self, name: &TextName, path: &str, values: &Arc<Values>) -> Result<EmailText, Fault> {
        let filled = self.fill(Form::Text, path, values, &name.locale)?;
        let (subject, text) = split_subject(&filled).ok_or_else(|| Fault::new(path, FaultKind::NoSubject))?;
        holds(path, text, values, Form::Text)?;
        let html = TextName {
            form: Form::Html,
            ..name.clone()
        };
        let html = self.own.get(&html).map(|path| {
            let html = self.fill(Form::Html, path, values, &name.locale)?;
            holds(path, &html, values, Form::Html)?;
            Ok(Redacted::new(html.trim().to_owned()))
        });
        Ok(EmailText {
            subject: Redacted::new(inert(subject)),
            text: Redacted::new(text.to_owned()),
            html: html.transpose()?,
        })
    }

    pub(super) const fn engine(&self, form: Form) -> &Engine {
        match form {
            Form::Text => &self.text,
            Form::Html => &self.html,
        }
    }

    fn fill(&self, form: Form, path: &str, values: &Arc<Values>, locale: &Locale) -> Result<String, Fault> {
        self.engine(form).render(path, values, locale)
    }
}

/// Makes line ends and the beginning of a file what templates expect, whichever system wrote it.
fn unix(text: &str) -> String {
    text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n")
}

/// Splits an e-mail's text into its subject and what follows.
fn split_subject(filled: &str) -> Option<(&str, &str)> {
    let (first, rest) = filled.split_once('\n').unwrap_or((filled, ""));
    let subject = first.strip_prefix(SUBJECT)?.trim();
    (!subject.is_empty()).then(|| (subject, rest.trim()))
}

/// Takes apart what a mail program would decode as an encoded word, such as `=?utf-8?q?Bank?=` in a user's name: a subject
/// shows what was typed, and nothing else. Source: RFC 2047, 2.
fn inert(subject: &str) -> String {
    subject.replace("=?", "= ?")
}

/// Whether a filled text has what its purpose is about.
fn holds(path: &str, text: &str, values: &Values, form: Form) -> Result<(), Fault> {
    let has = |value: &str| match form {
        Form::Text => text.contains(value),
        Form::Html => text.contains(&escape(value)),
    };
    let has_code = |code: &str| has(code) || split_code::is_shown(text, code, form);
    let kind = if text.trim().is_empty() {
        FaultKind::Empty
    } else if !values.code.as_deref().is_none_or(has_code) {
        FaultKind::NoCode
    } else if values.purpose == Purpose::AdminCreateUser && !values.identifiers().any(has) {
        FaultKind::NoUserName
    } else {
        return Ok(());
    };
    Err(Fault::new(path, kind))
}
