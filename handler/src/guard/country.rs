//! The countries that a channel serves, against toll fraud.

use crate::delivery::{Countries, Country};
use crate::event::PhoneNumber;

/// The central office code of premium services in each area of the plan of `+1`.
const PREMIUM_OFFICE: &str = "976";

/// Why a number is not served.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The stack does not list the number's country.
    #[error("serve the number: {0} is not among the stack's countries")]
    CountryNotServed(Country),
    /// The number belongs to no country, such as a satellite phone's, and the stack lists countries.
    #[error("serve the number: it belongs to no country, and the stack serves only some")]
    NoCountry,
}

impl Refusal {
    /// Returns the stable code, for logs and metrics.
    pub const fn code(self) -> &'static str {
        match self {
            Self::CountryNotServed(_) => "guard-country-not-served",
            Self::NoCountry => "guard-no-country",
        }
    }
}

/// Returns the country of a number; nothing for numbers of no country (ITU's `001`) or of no plan.
pub fn country_of(number: &PhoneNumber) -> Option<Country> {
    let number = number.expose();
    if number.starts_with("+1") && !is_of_area(number) {
        return None;
    }
    phonelib::extract_country(number).and_then(|country| Country::from_code(country.code))
}

/// Whether a number of the plan that `+1` stands for is one of an area of a country. The plan has area codes too that
/// nobody has yet, and some of services: toll-free, premium (900), personal and machines' numbers, which belong to no
/// country and of which some earn money by each message. Premium services stand behind 976 within an area as well.
///
/// Source: NANPA's database of area codes (`reports.nanpa.com/public/npa_report.csv`, 2026-07-25), in `phonelib`; and
/// for 976 "976 central office code assignment guidelines", ATIS-0300060.
fn is_of_area(number: &str) -> bool {
    let kind = phonelib::detect_phone_number_type(number);
    kind == Some(phonelib::PhoneNumberType::FixedLineOrMobile) && number.get(5..8) != Some(PREMIUM_OFFICE)
}

/// Refuses a number that `served` does not allow; returns its country, for the route.
pub fn check(number: &PhoneNumber, served: &Countries) -> Result<Option<Country>, Refusal> {
    let country = country_of(number);
    match (served, country) {
        (Countries::Any, country) => Ok(country),
        (Countries::Only(served), Some(country)) if served.contains(&country) => Ok(Some(country)),
        (Countries::Only(_), Some(country)) => Err(Refusal::CountryNotServed(country)),
        (Countries::Only(_), None) => Err(Refusal::NoCountry),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test that cannot go on should fail where it stands")]
mod tests {
    use super::*;

    fn number(text: &str) -> PhoneNumber {
        PhoneNumber::new(text).unwrap()
    }

    fn country(code: &str) -> Country {
        Country::from_code(code).unwrap()
    }

    #[test]
    fn numbers_have_the_country_of_their_plan() {
        for (text, code) in [
            ("+12025550173", Some("US")),
            ("+14165550198", Some("CA")),
            ("+18765550100", Some("JM")),
            ("+442079460958", Some("GB")),
            ("+77012345678", Some("KZ")),
            ("+79161234567", Some("RU")),
            ("+819012345678", Some("JP")),
            ("+38344123456", Some("XK")),
            ("+4915123456789", Some("DE")),
            ("+870773112345", None),
            // Of no area: unassigned, premium, toll-free, personal, machines', and premium within an area.
            ("+12215550100", None),
            ("+19995550100", None),
            ("+19005550100", None),
            ("+18005550100", None),
            ("+18885550100", None),
            ("+15005550100", None),
            ("+15225550100", None),
            ("+17005550100", None),
            ("+17105550100", None),
            ("+12029760100", None),
            ("+12425550100", Some("BS")),
            ("+17875550100", Some("PR")),
            ("+16715550100", Some("GU")),
            ("+80012345678", None),
            ("+99912345678", None),
        ] {
            assert_eq!(country_of(&number(text)), code.map(country), "{text}");
        }
    }

    #[test]
    fn only_served_countries_pass() {
        let served = Countries::Only([country("US"), country("DE")].into());
        assert_eq!(check(&number("+12025550173"), &served), Ok(Some(country("US"))));
        assert_eq!(
            check(&number("+14165550198"), &served),
            Err(Refusal::CountryNotServed(country("CA")))
        );
        assert_eq!(check(&number("+870773112345"), &served), Err(Refusal::NoCountry));
        assert_eq!(check(&number("+14165550198"), &Countries::Any), Ok(Some(country("CA"))));
        assert_eq!(check(&number("+870773112345"), &Countries::Any), Ok(None));
        assert_eq!(
            check(&number("+12025550173"), &Countries::Only([].into())),
            Err(Refusal::CountryNotServed(country("US")))
        );
    }
}
