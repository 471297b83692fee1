//! The events of a queue with what is to become of them, and what became of them.

use handler::Redacted;

use crate::cli::args::RedriveArgs;
use crate::redrive::{FailedEvent, Judged, Why};

/// What is to become of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Action {
    /// It goes to the function again.
    Send,
    /// It is deleted.
    Drop,
    /// It stays in the queue.
    Leave,
}

impl Action {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Send => "send",
            Self::Drop => "drop",
            Self::Leave => "leave",
        }
    }

    /// What the command's words make of a judgement.
    fn of(judged: &Judged, args: &RedriveArgs) -> Self {
        if judged.is_held_back(args.unchecked) {
            return Self::Leave;
        }
        let purpose = judged.failed.event.as_ref().map(|event| event.purpose);
        let asked_for = args.only.is_empty() || purpose.is_some_and(|purpose| args.only.contains(&purpose));
        match judged.why {
            _ if !asked_for => Self::Leave,
            Why::Good => Self::Send,
            Why::Unreadable if !args.drop_unreadable => Self::Leave,
            _ if args.keep => Self::Leave,
            Why::Expired | Why::Superseded | Why::Copy | Why::Recipient | Why::Undecryptable | Why::Unreadable => {
                Self::Drop
            }
        }
    }
}

/// What became of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Became {
    /// A provider took the message; it is out of the queue.
    Delivered,
    /// The handler will not send it, by this code; it is out of the queue.
    Refused(String),
    /// It failed again, by this code, and stays in the queue.
    Failed(String),
    /// It was not sent, and is out of the queue.
    Dropped,
    /// It stays in the queue as it was.
    Left,
}

impl Became {
    pub(super) const fn name(&self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Refused(_) => "refused",
            Self::Failed(_) => "failed",
            Self::Dropped => "dropped",
            Self::Left => "left",
        }
    }

    pub(super) fn error(&self) -> Option<&str> {
        match self {
            Self::Refused(code) | Self::Failed(code) => Some(code),
            Self::Delivered | Self::Dropped | Self::Left => None,
        }
    }
}

/// An event of the queue.
#[derive(Debug)]
pub(super) struct Item {
    pub(super) judged: Judged,
    pub(super) action: Action,
    /// Whether a doubt alone keeps it in the queue.
    pub(super) is_held_back: bool,
    /// Nothing as long as nothing was done.
    pub(super) became: Option<Became>,
}

impl Item {
    /// Decides what is to become of an event; one that is not to be sent is forgotten but for what is told of it.
    pub(super) fn of(mut judged: Judged, args: &RedriveArgs) -> Self {
        let action = Action::of(&judged, args);
        if let (Some(event), false) = (&mut judged.failed.event, action == Action::Send) {
            event.payload = Redacted::new(String::new());
        }
        Self {
            is_held_back: judged.is_held_back(args.unchecked),
            judged,
            action,
            became: None,
        }
    }

    /// Decides anew of an event whose time has come while others were sent.
    pub(super) fn expire(&mut self, args: &RedriveArgs) {
        self.judged.why = Why::Expired;
        self.action = Action::of(&self.judged, args);
    }

    /// Whether it stays in the queue since a check could not be made.
    pub(super) fn is_unchecked(&self) -> bool {
        self.is_held_back && self.judged.doubt.is_some_and(|doubt| !doubt.is_failure())
    }

    pub(super) fn id(&self) -> &str {
        &self.judged.failed.id
    }

    pub(super) fn event(&self) -> Option<&FailedEvent> {
        self.judged.failed.event.as_ref()
    }
}
