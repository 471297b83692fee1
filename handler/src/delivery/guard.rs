//! What the guard table is asked before a message goes out, as it travels in `delivery.json`.
//!
//! Where a stack declares a guard, one code makes one message however often its event is delivered.
//! Rates come on top, and what happens when the table cannot be asked is declared, not guessed.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};

use super::Country;

/// The guard of a stack; `{}` keeps duplicates back and nothing else.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Guard {
    /// How many messages may go out; without any only duplicates are kept back.
    #[serde(default, skip_serializing_if = "Rates::is_empty")]
    pub rates: Rates,
    /// What happens to a message when the table cannot be asked.
    #[serde(default, skip_serializing_if = "OnFailure::is_default")]
    pub on_failure: OnFailure,
}

impl Guard {
    /// Whether recipients are counted, for which the function needs the secret with the HMAC's key.
    pub const fn counts_recipients(&self) -> bool {
        !self.rates.recipient.is_empty()
    }

    /// Whether a rate of the whole pool could refuse a message.
    pub const fn limits_pool(&self) -> bool {
        !self.rates.pool.is_empty()
    }

    /// Whether a rate of a country could refuse a message.
    pub fn limits_countries(&self) -> bool {
        !self.rates.country.is_empty() || self.rates.countries.values().any(|rates| !rates.is_empty())
    }
}

/// How many messages may go out in which time; every rate that is named counts, and all must allow a message.
///
/// SMS and e-mail are counted apart, so that a flood of one does not stop the other.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rates {
    /// To one phone number or one address.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub recipient: Vec<Rate>,
    /// To the phone numbers of one country; those of no country are counted as one more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub country: Vec<Rate>,
    /// To the phone numbers of these countries, in place of `country`; an empty list sets no limit.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub countries: BTreeMap<Country, Vec<Rate>>,
    /// Of the whole pool.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pool: Vec<Rate>,
}

impl Rates {
    /// Whether nothing is limited.
    pub fn is_empty(&self) -> bool {
        self.recipient.is_empty() && self.country.is_empty() && self.countries.is_empty() && self.pool.is_empty()
    }

    /// Returns the rates for the numbers of a country, or of none.
    pub fn of_country(&self, country: Option<Country>) -> &[Rate] {
        country
            .and_then(|country| self.countries.get(&country))
            .unwrap_or(&self.country)
    }
}

/// At most `max` messages in each window of `per_s` seconds.
///
/// Windows lie on the clock, counted from 1970: those of 3,600 s begin with each hour of UTC. So twice
/// as many may go out within `per_s` seconds around the border of two windows, and never more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rate {
    /// How many messages.
    pub max: NonZeroU32,
    /// How long the window is, in seconds; at most [`Rate::LONGEST_S`].
    pub per_s: NonZeroU32,
}

impl Rate {
    /// The longest window: 31 days.
    pub const LONGEST_S: u32 = 31 * 24 * 60 * 60;
}

/// What happens to a message when the table cannot be asked: it is throttled, slow or out of reach, or the role has
/// no right to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OnFailure {
    /// Where it is not known whether the message went out already: open by default, since a second message
    /// does less harm than none.
    pub duplicates: Policy,
    /// Where it is not known whether a rate is reached: closed by default, since whoever floods the pool must
    /// not gain by flooding the table too.
    pub rates: Policy,
}

impl Default for OnFailure {
    fn default() -> Self {
        Self {
            duplicates: Policy::Open,
            rates: Policy::Closed,
        }
    }
}

impl OnFailure {
    #[expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "serde passes what it may skip by reference"
    )]
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// Which way a question falls that cannot be answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Policy {
    /// The message goes out.
    Open,
    /// The event fails, so that Lambda tries it again and in the end keeps it in the queue: late, and not lost.
    Closed,
}

impl Policy {
    /// Returns the policy's name in stack files, log lines and metrics.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test that cannot go on should fail where it stands")]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::delivery::Delivery;

    #[test]
    fn the_least_that_is_written_is_what_is_declared() {
        let delivery = |guard| Delivery {
            guard,
            ..Delivery::default()
        };
        for (guard, json) in [
            (None, r#"{"providers":{}}"#),
            (Some(Guard::default()), r#"{"providers":{},"guard":{}}"#),
        ] {
            assert_eq!(serde_json::to_string(&delivery(guard.clone())).unwrap(), json);
            assert_eq!(serde_json::from_str::<Delivery>(json).unwrap(), delivery(guard));
        }
        let whole = json!({
            "rates": {
                "recipient": [{"max": 3, "per_s": 600}, {"max": 10, "per_s": 86400}],
                "country": [{"max": 100, "per_s": 3600}],
                "countries": {"DE": [], "US": [{"max": 5000, "per_s": 3600}]},
                "pool": [{"max": 20000, "per_s": 86400}],
            },
            "on_failure": {"duplicates": "closed", "rates": "open"},
        });
        let guard: Guard = serde_json::from_value(whole.clone()).unwrap();
        assert_eq!(serde_json::to_value(&guard).unwrap(), whole);
        assert!(guard.counts_recipients() && !Guard::default().counts_recipients());
        let half: OnFailure = serde_json::from_value(json!({"rates": "open"})).unwrap();
        assert_eq!((half.duplicates, half.rates), (Policy::Open, Policy::Open));
    }

    #[test]
    fn what_is_no_guard_is_refused() {
        for wrong in [
            json!({"rate": {}}),
            json!({"rates": {"recipients": []}}),
            json!({"rates": {"pool": [{"max": 0, "per_s": 60}]}}),
            json!({"rates": {"pool": [{"max": 1, "per_s": 0}]}}),
            json!({"rates": {"pool": [{"max": 1}]}}),
            json!({"rates": {"countries": {"XX": []}}}),
            json!({"on_failure": {"rates": "ajar"}}),
        ] {
            assert!(serde_json::from_value::<Guard>(wrong.clone()).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_country_has_its_own_rates_or_those_of_all() {
        let rates: Rates = serde_json::from_value(json!({
            "country": [{"max": 1, "per_s": 60}],
            "countries": {"DE": [], "US": [{"max": 2, "per_s": 60}]},
        }))
        .unwrap();
        let most = |code| {
            let rates = rates.of_country(Country::from_code(code));
            rates.iter().map(|rate| rate.max.get()).collect::<Vec<_>>()
        };
        assert_eq!(
            (most("US"), most("DE"), most("FR"), most("")),
            (vec![2], vec![], vec![1], vec![1])
        );
    }
}
