//! Countries to which a provider delivers only for those who registered before: a sender, a number, or the text.
//!
//! Few and right rather than many: a country stands here where a page of the vendor's own says so, and one that
//! does not stand here may have rules all the same.

/// A rule of some countries.
#[derive(Clone, Copy, Debug)]
pub struct Restricted {
    /// The countries' codes, ISO 3166-1 alpha-2, A to Z.
    pub countries: &'static [&'static str],
    /// What has to be registered first, such as "a registered sender id".
    pub rule: &'static str,
    /// The settings that show that it is met when all of them are there; empty where no setting shows it.
    pub met_by: &'static [&'static str],
    /// The page of the vendor's that says so.
    pub source: &'static str,
}

impl Restricted {
    /// Whether this is a rule of `country`, an ISO code.
    pub fn is_of(&self, country: &str) -> bool {
        self.countries.contains(&country)
    }
}

/// The United States and the territories whose numbers the same carriers serve.
const UNITED_STATES: &[&str] = &["AS", "GU", "PR", "US", "VI"];

const CARRIERS: &str = "a number that is registered with the carriers (10DLC, toll-free or a short code)";
const DLT: &str = "an entity, a sender id and a text that are registered for DLT";
const SGNIC: &str = "a sender id that is registered with SGNIC";
const SENDER_ID: &str = "a registered sender id";

/// SNS sends by AWS End User Messaging, so that the rules of both are those of the latter.
const AWS: &[Restricted] = &[
    Restricted {
        countries: &["AE", "BY", "EG", "JO", "KW", "PH", "QA", "RU", "SA", "TH", "VN"],
        rule: SENDER_ID,
        met_by: &[],
        source: "https://docs.aws.amazon.com/sms-voice/latest/userguide/phone-numbers-sms-by-country.html",
    },
    Restricted {
        countries: &["CN"],
        rule: "a text that is registered as a template",
        met_by: &[],
        source: "https://docs.aws.amazon.com/sms-voice/latest/userguide/phone-numbers-sms-template-registration.html",
    },
    Restricted {
        countries: &["IN"],
        rule: DLT,
        met_by: &["entity_id", "template_id"],
        source: "https://docs.aws.amazon.com/sms-voice/latest/userguide/registrations-sms-senderid-india.html",
    },
    Restricted {
        countries: &["SG"],
        rule: SGNIC,
        met_by: &[],
        source: "https://docs.aws.amazon.com/sms-voice/latest/userguide/registrations-sg.html",
    },
    Restricted {
        countries: UNITED_STATES,
        rule: CARRIERS,
        met_by: &["origination_number"],
        source: "https://docs.aws.amazon.com/sms-voice/latest/userguide/registration-help.html",
    },
];

const TWILIO: &[Restricted] = &[
    Restricted {
        countries: &["IN"],
        rule: DLT,
        met_by: &[],
        source: "https://support.twilio.com/hc/en-us/articles/21162166457755",
    },
    Restricted {
        countries: UNITED_STATES,
        rule: CARRIERS,
        met_by: &[],
        source: "https://support.twilio.com/hc/en-us/articles/14910496447771",
    },
];

const VONAGE: &[Restricted] = &[
    Restricted {
        countries: &["IN"],
        rule: DLT,
        met_by: &["entity_id", "template_id"],
        source: "https://api.support.vonage.com/hc/en-us/articles/204017423",
    },
    Restricted {
        countries: &["US"],
        rule: CARRIERS,
        met_by: &[],
        source: "https://api.support.vonage.com/hc/en-us/articles/204017023",
    },
];

const SINCH: &[Restricted] = &[Restricted {
    countries: &["US"],
    rule: CARRIERS,
    met_by: &[],
    source: "https://github.com/sinch/skills/blob/main/skills/sinch-10dlc/SKILL.md",
}];

const PLIVO: &[Restricted] = &[
    Restricted {
        countries: &["GB"],
        rule: SENDER_ID,
        met_by: &[],
        source: "https://docs.plivo.com/docs/faq/messaging/messaging-compliance",
    },
    Restricted {
        countries: &["IN"],
        rule: DLT,
        met_by: &[],
        source: "https://docs.plivo.com/docs/faq/messaging/messaging-compliance",
    },
    Restricted {
        countries: &["SG"],
        rule: SGNIC,
        met_by: &[],
        source: "https://docs.plivo.com/docs/faq/messaging/messaging-compliance",
    },
];

const MESSAGEBIRD: &[Restricted] = &[Restricted {
    countries: &["SG"],
    rule: SGNIC,
    met_by: &[],
    source: "https://docs.bird.com/applications/channels/channels/supported-channels/sms/concepts/choosing-the-right-sender-availability-and-restrictions-by-country/rest-of-the-world/singapore",
}];

/// Returns the rules that the vendor of a type of provider documents.
pub(super) fn of(kind: &str) -> &'static [Restricted] {
    match kind {
        "sns" | "end_user_messaging" => AWS,
        "twilio" => TWILIO,
        "vonage" => VONAGE,
        "sinch" => SINCH,
        "plivo" => PLIVO,
        "messagebird" => MESSAGEBIRD,
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::delivery::{Country, Provider};

    #[test]
    fn rules_name_countries_settings_and_a_page() {
        for kind in Provider::TYPES {
            let mut seen = BTreeSet::new();
            for restricted in kind.restricted() {
                assert!(restricted.countries.is_sorted(), "{}: {restricted:?}", kind.name);
                for country in restricted.countries {
                    assert!(Country::from_code(country).is_some(), "{}: {country}", kind.name);
                    assert!(seen.insert(country), "{}: {country} has two rules", kind.name);
                }
                assert!(restricted.source.starts_with("https://"), "{}", restricted.source);
            }
        }
        // A setting that nobody has would never show anything.
        let settings: BTreeSet<_> = Provider::TYPES
            .iter()
            .filter(|kind| !kind.restricted().is_empty())
            .flat_map(|kind| kind.settings)
            .map(|setting| setting.key)
            .collect();
        let named = [AWS, TWILIO, VONAGE, SINCH, PLIVO].concat();
        assert!(
            named
                .iter()
                .flat_map(|rule| rule.met_by)
                .all(|key| settings.contains(key))
        );
    }
}
