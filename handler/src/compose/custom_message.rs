//! The texts that Cognito is given for a `CustomMessage` event, and what it takes.
//!
//! Cognito puts the code in later, so texts are filled with its placeholders. What it would refuse is
//! left out, so that it uses the pool's own text: its refusal would be an error for the user.
//!
//! Source: `SmsVerificationMessageType`, `EmailVerificationMessageType` and
//! `EmailVerificationSubjectType` in Cognito's API model.

use std::ops::RangeInclusive;
use std::sync::Arc;

use super::built_in;
use super::html::escape;
use super::values::Values;
use super::{Composer, EmailText, Request, SmsText, Trouble};
use crate::Redacted;
use crate::delivery::CustomMessage;
use crate::event::{Channel, CustomMessageEvent, CustomMessageResponse};

/// How many characters an SMS may have.
pub(super) const SMS: RangeInclusive<usize> = 6..=140;

/// How many characters an e-mail's body may have.
pub(super) const BODY: RangeInclusive<usize> = 6..=20_000;

/// How many characters a subject may have.
pub(super) const SUBJECT: RangeInclusive<usize> = 1..=140;

/// What `CustomMessage` is answered with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomMessageTexts {
    /// The texts; the pool's own is used where there is none.
    pub response: CustomMessageResponse,
    /// Why texts were left out, where they were meant to be used.
    pub trouble: Vec<Trouble>,
}

impl Composer {
    /// Composes the texts of a `CustomMessage` event; what cannot be composed is left to the pool.
    pub fn custom_message(&self, event: &CustomMessageEvent, settings: CustomMessage) -> CustomMessageTexts {
        let code = Redacted::new(event.code_parameter.clone());
        let request = Request {
            purpose: event.purpose,
            attributes: &event.attributes,
            client_metadata: &event.client_metadata,
            code: Some(&code),
            user_name: &event.user_name,
            notice: None,
        };
        let values = |channel| {
            let values = Values::of(&request, channel);
            Arc::new(values.for_placeholders(event.user_name_parameter.as_deref()))
        };
        let mut texts = CustomMessageTexts {
            response: CustomMessageResponse::default(),
            trouble: Vec::new(),
        };

        let sms = self.compose(
            &request,
            &values(Channel::Sms),
            Channel::Sms,
            Self::own_sms,
            |texts, values| built_in::sms(texts, values).map(SmsText::new),
        );
        if let Ok(sms) = sms {
            texts.trouble.extend(sms.trouble);
            let text = one_line(sms.content.text.expose());
            match fits(&text, &SMS) {
                Ok(()) => texts.response.sms_message = Some(Redacted::new(text)),
                Err(reason) => texts.trouble.push(Trouble::of("(the SMS)", reason)),
            }
        }
        if !settings.email {
            return texts;
        }
        let email = self.compose(
            &request,
            &values(Channel::Email),
            Channel::Email,
            Self::own_email,
            built_in::email,
        );
        if let Ok(email) = email {
            texts.trouble.extend(email.trouble);
            let subject = one_line(email.content.subject.expose());
            let body = body(&email.content);
            let fits = fits(&subject, &SUBJECT)
                .and(fits(&body, &BODY))
                .and(visible(&subject))
                .and(visible(&body));
            match fits {
                Ok(()) => {
                    texts.response.email_subject = Some(Redacted::new(subject));
                    texts.response.email_message = Some(Redacted::new(body));
                }
                Err(reason) => texts.trouble.push(Trouble::of("(the e-mail)", reason)),
            }
        }
        texts
    }
}

/// Returns the body as Cognito sends it, which is HTML.
pub(super) fn body(email: &EmailText) -> String {
    let body = match &email.html {
        Some(html) => html.expose().clone(),
        None => escape(email.text.expose()).replace('\n', "<br>\n"),
    };
    plain_spaces(&body)
}

/// Puts a text on one line: Cognito's pattern for an SMS is `.*`, which ends at a line's end.
pub(super) fn one_line(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    plain_spaces(&lines.join(" "))
}

/// Replaces every kind of space by the plain one: not every reading of Cognito's pattern takes the others.
fn plain_spaces(text: &str) -> String {
    let plain = |character: char| {
        if character.is_whitespace() && !character.is_ascii() {
            ' '
        } else {
            character
        }
    };
    text.chars().map(plain).collect()
}

/// Counts as the stricter reading of "character" does, in units of UTF-16.
pub(super) fn length(text: &str) -> usize {
    text.encode_utf16().count()
}

fn fits(text: &str, range: &RangeInclusive<usize>) -> Result<(), &'static str> {
    if range.contains(&length(text)) {
        Ok(())
    } else {
        Err("Cognito takes no text of its length")
    }
}

fn visible(text: &str) -> Result<(), &'static str> {
    match text.chars().find(|character| is_invisible(*character)) {
        None => Ok(()),
        Some(_) => Err("Cognito takes no invisible characters"),
    }
}

/// Whether a character is outside Cognito's pattern of letters, marks, symbols, numbers, punctuation and space.
pub(super) fn is_invisible(character: char) -> bool {
    (character.is_control() && !character.is_ascii_whitespace())
        || matches!(character,
            '\u{ad}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{e000}'..='\u{f8ff}' | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}' | '\u{f0000}'..)
}
