//! What the handler would send for an event: its own library, asked on this machine, with no provider behind it.

use std::fmt;

use handler::Redacted;
use handler::compose::{ComposeError, Composer, Locale, Parts, Request, Trouble};
use handler::decrypt::{self, DataKeys, DecryptError, KeyArns};
use handler::delivery::{Country, Delivery};
use handler::event::{Channel, CustomMessageEvent, CustomMessageResponse, Event, EventError, Purpose, SenderEvent};
use handler::guard;
use handler::send::{self, RouteError};
use serde_json::Value;

/// What would be sent.
#[derive(Clone, Debug)]
pub struct Preview {
    /// The country of the number, where there is one.
    pub country: Option<Country>,
    /// The providers that would be asked, in order; empty where Cognito itself sends.
    pub route: Vec<Hop>,
    /// The message.
    pub content: Content,
    /// Why texts of the stack were left out.
    pub trouble: Vec<Trouble>,
}

/// A provider on a route.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hop {
    /// Its name in the stack file.
    pub name: String,
    /// Its type; nothing where the stack has no such provider.
    pub kind: Option<&'static str>,
}

/// A message, by trigger.
#[derive(Clone, Debug)]
pub enum Content {
    /// A text message.
    Sms {
        /// The language.
        locale: Locale,
        /// What it takes to send it.
        parts: Parts,
        /// The whole text.
        text: Redacted<String>,
    },
    /// An e-mail.
    Email {
        /// The language.
        locale: Locale,
        /// The subject, one line.
        subject: Redacted<String>,
        /// The body as plain text.
        text: Redacted<String>,
        /// The body as HTML.
        html: Option<Redacted<String>>,
    },
    /// What Cognito would be answered; it puts in the code and sends.
    CustomMessage(CustomMessageResponse),
}

/// Why nothing would be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stop {
    /// Whether the handler decides so; otherwise it fails.
    pub refused: bool,
    /// The stable code, as in the handler's log.
    pub code: &'static str,
    /// The reason, as a fragment that follows "refused to" or "failed to".
    pub reason: String,
}

/// Asks the handler's library what it would send, in the handler's own order.
pub async fn preview(
    event: &Value,
    delivery: &Delivery,
    composer: &Composer,
    keys: &KeyArns,
    data_keys: &impl DataKeys,
) -> Result<Preview, Stop> {
    match Event::from_json(event)? {
        Event::CustomMessage(event) => custom_message(&event, delivery, composer),
        Event::Sender(event) => {
            let country = country(&event, delivery)?;
            let code = code(&event, keys, data_keys).await?;
            let (content, trouble) = content(&event, code.as_ref(), composer)?;
            let route = send::choose(delivery, event.channel, country, event.purpose)?;
            let hop = |name: &String| Hop {
                name: name.clone(),
                kind: delivery
                    .providers
                    .get(name)
                    .map(|provider| provider.provider_type().name),
            };
            Ok(Preview {
                country,
                route: route.via.iter().map(hop).collect(),
                content,
                trouble: trouble.into_iter().collect(),
            })
        }
    }
}

/// Checks whom the message is for, and returns the number's country.
fn country(event: &SenderEvent, delivery: &Delivery) -> Result<Option<Country>, Stop> {
    match event.channel {
        Channel::Sms => {
            let to = event.phone_number()?;
            let sms = delivery.sms.as_ref().ok_or(RouteError::NoSms)?;
            Ok(guard::check(&to, &sms.countries)?)
        }
        Channel::Email => {
            event.email_address()?;
            Ok(None)
        }
    }
}

async fn code(
    event: &SenderEvent,
    keys: &KeyArns,
    data_keys: &impl DataKeys,
) -> Result<Option<Redacted<String>>, Stop> {
    let Some(encrypted) = event.encrypted_code()? else {
        return Ok(None);
    };
    let code = decrypt::open(encrypted.expose(), &event.pool, keys, data_keys).await?;
    Ok(Some(if event.purpose == Purpose::AdminCreateUser {
        decrypt::unescape(&code)
    } else {
        code
    }))
}

fn content(
    event: &SenderEvent,
    code: Option<&Redacted<String>>,
    composer: &Composer,
) -> Result<(Content, Option<Trouble>), ComposeError> {
    let notice = event.notice();
    let request = Request {
        purpose: event.purpose,
        attributes: &event.attributes,
        client_metadata: &event.client_metadata,
        code,
        user_name: &event.user_name,
        notice: notice.as_ref(),
    };
    Ok(match event.channel {
        Channel::Sms => {
            let sms = composer.sms(&request)?;
            let content = Content::Sms {
                locale: sms.locale,
                parts: sms.content.parts,
                text: sms.content.text,
            };
            (content, sms.trouble)
        }
        Channel::Email => {
            let email = composer.email(&request)?;
            let content = Content::Email {
                locale: email.locale,
                subject: email.content.subject,
                text: email.content.text,
                html: email.content.html,
            };
            (content, email.trouble)
        }
    })
}

fn custom_message(event: &CustomMessageEvent, delivery: &Delivery, composer: &Composer) -> Result<Preview, Stop> {
    let settings = delivery.custom_message.ok_or(RouteError::NoCustomMessage)?;
    let texts = composer.custom_message(event, settings);
    Ok(Preview {
        country: None,
        route: Vec::new(),
        content: Content::CustomMessage(texts.response),
        trouble: texts.trouble,
    })
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = if self.refused { "refused" } else { "failed" };
        write!(f, "{verdict} to {}", self.reason)
    }
}

impl Stop {
    fn failed(code: &'static str, reason: &impl ToString) -> Self {
        Self {
            refused: false,
            code,
            reason: reason.to_string(),
        }
    }
}

impl From<EventError> for Stop {
    fn from(error: EventError) -> Self {
        Self {
            refused: error.is_refusal(),
            ..Self::failed(error.code(), &error)
        }
    }
}

impl From<DecryptError> for Stop {
    fn from(error: DecryptError) -> Self {
        Self::failed(error.code(), &error)
    }
}

impl From<ComposeError> for Stop {
    fn from(error: ComposeError) -> Self {
        Self::failed(error.code(), &error)
    }
}

impl From<guard::Refusal> for Stop {
    fn from(refusal: guard::Refusal) -> Self {
        Self {
            refused: true,
            ..Self::failed(refusal.code(), &refusal)
        }
    }
}

impl From<RouteError> for Stop {
    fn from(error: RouteError) -> Self {
        Self::failed(error.code(), &error)
    }
}
