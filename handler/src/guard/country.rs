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
    /// The numbering plan does not match the number, and its calling code does not decide between countries.
    #[error("serve the number: no numbering plan matches it, and its calling code belongs to several countries")]
    UnclearCountry,
}

impl Refusal {
    /// Returns the stable code, for logs and metrics.
    pub const fn code(self) -> &'static str {
        match self {
            Self::CountryNotServed(_) => "guard-country-not-served",
            Self::NoCountry => "guard-no-country",
            Self::UnclearCountry => "guard-unclear-country",
        }
    }

    /// Whether the message may have been for a user in a country that the stack serves, so that the event is kept.
    pub const fn is_doubtful(self) -> bool {
        matches!(self, Self::UnclearCountry)
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
///
/// A number that no plan matches, such as Mexico's `+521…` of before 2020, goes to the country that alone has its
/// calling code.
pub fn check(number: &PhoneNumber, served: &Countries) -> Result<Option<Country>, Refusal> {
    let country = match country_of(number) {
        None => by_calling_code(number.expose(), served),
        Some(country) => Owner::One(country),
    };
    match (served, country) {
        (Countries::Any, Owner::One(country)) => Ok(Some(country)),
        (Countries::Any, Owner::None | Owner::Several) => Ok(None),
        (Countries::Only(served), Owner::One(country)) if served.contains(&country) => Ok(Some(country)),
        (Countries::Only(_), Owner::One(country)) => Err(Refusal::CountryNotServed(country)),
        (Countries::Only(_), Owner::None) => Err(Refusal::NoCountry),
        (Countries::Only(_), Owner::Several) => Err(Refusal::UnclearCountry),
    }
}

/// The served countries that a number may belong to.
enum Owner {
    None,
    One(Country),
    Several,
}

/// Returns the served countries under the calling code of a number that [`country_of`] gives no country.
fn by_calling_code(number: &str, served: &Countries) -> Owner {
    // The plan knows the number: it is of a service, or of a territory without an ISO code.
    if phonelib::extract_country(number).is_some() {
        return Owner::None;
    }
    let is_served = |code: &str| {
        let country = Country::from_code(code)?;
        match served {
            Countries::Any => Some(country),
            Countries::Only(served) => served.contains(&country).then_some(country),
        }
    };
    // An area code of `+1` that is assigned after the table was written may be any country's.
    if number.starts_with("+1") {
        let mut plan = phonelib::countries().iter();
        let has_one =
            plan.any(|country| country.prefix.to_string().starts_with('1') && is_served(country.code).is_some());
        return if has_one { Owner::Several } else { Owner::None };
    }
    let codes = (2..=4).filter_map(|end| number.get(1..end)?.parse().ok());
    let owners: Vec<_> = codes.flat_map(phonelib::countries_by_calling_code).collect();
    let served = owners.iter().find_map(|country| is_served(country.code));
    match (served, owners.len()) {
        (None, _) => Owner::None,
        (Some(country), 1) => Owner::One(country),
        // The number may be of the other country, whether the stack serves that or not.
        (Some(_), _) => Owner::Several,
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
    fn a_calling_code_of_one_served_country_decides_where_no_plan_matches() {
        let served = |codes: &[&str]| Countries::Only(codes.iter().map(|code| country(code)).collect());
        for (text, codes, expected) in [
            ("+5215512345678", &["MX"] as &[_], Ok(Some(country("MX")))),
            ("+5215512345678", &["DE", "MX", "US"], Ok(Some(country("MX")))),
            ("+5215512345678", &["US"], Err(Refusal::NoCountry)),
            ("+447", &["GB"], Err(Refusal::UnclearCountry)),
            ("+4471", &["GB", "JE"], Err(Refusal::UnclearCountry)),
            ("+71234", &["KZ", "RU"], Err(Refusal::UnclearCountry)),
            // Areas of `+1` that nobody has yet.
            ("+12215550100", &["US"], Err(Refusal::UnclearCountry)),
            ("+12215550100", &["DE"], Err(Refusal::NoCountry)),
            // Premium and toll-free: known, and of no country.
            ("+19005550100", &["US"], Err(Refusal::NoCountry)),
            ("+18005550100", &["CA", "US"], Err(Refusal::NoCountry)),
            ("+12029760100", &["US"], Err(Refusal::NoCountry)),
            // Tristan da Cunha has no ISO code of its own.
            ("+2908123", &["SH"], Err(Refusal::NoCountry)),
        ] {
            let text = format!("{text}{}", if text.len() < 6 { "12" } else { "" });
            assert_eq!(check(&number(&text), &served(codes)), expected, "{text} {codes:?}");
        }
        assert_eq!(
            check(&number("+5215512345678"), &Countries::Any),
            Ok(Some(country("MX")))
        );
        assert_eq!(check(&number("+12215550100"), &Countries::Any), Ok(None));
        assert!(Refusal::UnclearCountry.is_doubtful() && !Refusal::NoCountry.is_doubtful());
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
