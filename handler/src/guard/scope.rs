//! What a rate is about, by the names that log lines, metrics and alarms share.

/// What a rate is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// One phone number or address.
    Recipient,
    /// One country.
    Country,
    /// The whole pool.
    Pool,
}

impl Scope {
    /// Returns the scope's name in keys of the guard table and in metrics.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Recipient => "recipient",
            Self::Country => "country",
            Self::Pool => "pool",
        }
    }

    /// Whether one sender of requests can use up the rate for users that have nothing to do with them.
    pub const fn is_shared(self) -> bool {
        match self {
            Self::Recipient => false,
            Self::Country | Self::Pool => true,
        }
    }
}
