//! Why a record is held back although what it holds may still be good: a check failed, or could not be made.

/// A reason to hold a record back.
///
/// Of a failed check no option sends the record. What could not be checked stays in the queue unless `--unchecked` is
/// given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Doubt {
    /// Somebody else than the function's role put it into the queue.
    ForeignSender,
    /// It names another function than the stack's.
    ForeignFunction,
    /// Its event names another user pool than the stack's.
    ForeignPool,
    /// The user has another number or address than the event.
    OtherRecipient,
    /// The role that put it there could not be compared with the function's.
    SenderUnread,
    /// The function's role put it there, but in a session that is not named after the function.
    OtherSession,
    /// The user could not be read.
    UserUnread,
    /// The pool has no such user now.
    UserGone,
    /// The event's user name finds a user of another name.
    UserAmbiguous,
    /// The event is about a new attribute, which the user does not have yet.
    NewAttribute,
    /// A notice of threat protection: it holds no encrypted code that would show where it comes from.
    Notice,
}

/// How a doubt counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// The record is not the function's.
    Forged,
    /// The record may be the function's, and must not be sent.
    Failed,
    /// The check could not be made.
    Unchecked,
}

impl Doubt {
    /// Every doubt, in the order in which they are documented.
    pub const ALL: [Self; 11] = [
        Self::ForeignSender,
        Self::ForeignFunction,
        Self::ForeignPool,
        Self::OtherRecipient,
        Self::SenderUnread,
        Self::OtherSession,
        Self::UserUnread,
        Self::UserGone,
        Self::UserAmbiguous,
        Self::NewAttribute,
        Self::Notice,
    ];

    const fn entry(self) -> (Kind, &'static str, &'static str) {
        use Kind::{Failed, Forged, Unchecked};
        match self {
            Self::ForeignSender => (Forged, "foreign-sender", "not put there by the stack's function"),
            Self::ForeignFunction => (Forged, "foreign-function", "it names another function"),
            Self::ForeignPool => (Forged, "foreign-pool", "it names another user pool"),
            Self::OtherRecipient => (Failed, "other-recipient", "its user has another number or address now"),
            Self::SenderUnread => (Unchecked, "sender-unread", "its sender could not be checked"),
            Self::OtherSession => (
                Unchecked,
                "other-session",
                "its sender has the function's role, but not its name",
            ),
            Self::UserUnread => (Unchecked, "user-unread", "its recipient could not be checked"),
            Self::UserGone => (Unchecked, "user-gone", "its user does not exist now"),
            Self::UserAmbiguous => (Unchecked, "user-ambiguous", "its user name is another user's alias"),
            Self::NewAttribute => (
                Unchecked,
                "new-attribute",
                "its recipient is new and not yet the user's",
            ),
            Self::Notice => (Unchecked, "notice", "a notice holds no code that shows its origin"),
        }
    }

    /// Returns the code, for programs.
    pub const fn name(self) -> &'static str {
        self.entry().1
    }

    /// Returns the reason, for people.
    pub const fn reason(self) -> &'static str {
        self.entry().2
    }

    /// Whether the record is not the function's: it stays in the queue as evidence.
    pub const fn is_forgery(self) -> bool {
        matches!(self.entry().0, Kind::Forged)
    }

    /// Whether a check failed, so that no option sends the record.
    pub const fn is_failure(self) -> bool {
        !matches!(self.entry().0, Kind::Unchecked)
    }
}
