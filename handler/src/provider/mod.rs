//! Every provider: how its settings are written, what they need of AWS, and how it sends.
//!
//! A provider is one file here, one line in the list below and one feature of the crate, all by one
//! name. Its settings travel in `delivery.json`; the deployer reads the same description to check a
//! stack file, to complete it in an editor and to give the function's role exactly the rights that
//! the settings need. So descriptions are in every build, and only what sends is behind the feature.

#[cfg(feature = "lambda")]
mod address;
mod arn;
#[cfg(feature = "lambda")]
mod aws;
mod describe;
mod forms;
#[cfg(feature = "lambda")]
mod http;
mod ids;
#[cfg(feature = "lambda")]
mod lifetime;
mod mailbox;
mod restricted;
mod secret;
#[cfg(feature = "lambda")]
mod services;

#[cfg(feature = "lambda")]
pub use address::is_private;
pub use arn::dns_suffix;
pub use sns::SmsType;

#[cfg(feature = "lambda")]
pub use aws::{Aws, Clock, Fault, Service};
pub use describe::{Condition, Facts, Form, Problem, ProviderType, Right, SecretMember, Setting, Settings, To};
#[cfg(feature = "lambda")]
pub use http::{Answer, Http, HttpError, private_address};
pub use ids::{is_opaque_id, is_uuid};
#[cfg(feature = "lambda")]
pub use lifetime::lifetime;
pub use mailbox::Mailbox;
pub use restricted::Restricted;
pub use secret::secret_rights;
#[cfg(feature = "lambda")]
pub use secret::{Keys, Secret, Secrets};
#[cfg(feature = "lambda")]
pub use services::{BuildError, CustomProviders, Endpoints, NotBuilt, Services};

use serde::{Deserialize, Serialize};

#[cfg(feature = "lambda")]
use crate::send;

/// Declares the providers: module, settings, the `type` by which a stack file names them, and whether it is for
/// test stacks only.
macro_rules! providers {
    ($($module:ident::$Settings:ident = $name:literal $(($test:ident only))?: $about:literal,)+) => {
        $(mod $module;)+
        $(pub use $module::$Settings;)+

        $(impl $Settings {
            const MARKS: &[&str] = &[$(stringify!($test))?];
            const TYPE: ProviderType = ProviderType {
                name: $name,
                about: $about,
                channels: Self::CHANNELS,
                settings: Self::SETTINGS,
                secret: Self::SECRET,
                facts: Self::FACTS,
                test_only: Self::MARKS.len() == 1,
            };
        })+

        /// A provider and its settings; secrets stay in AWS and are named by ARN.
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(tag = "type", deny_unknown_fields)]
        pub enum Provider {
            $(
                #[doc = $about]
                #[serde(rename = $name)]
                $Settings($Settings),
            )+
        }

        impl Provider {
            /// Every type, in the order of the documentation.
            pub const TYPES: &[ProviderType] = &[$($Settings::TYPE),+];

            /// Returns the settings.
            pub fn settings(&self) -> &dyn Settings {
                match self {
                    $(Self::$Settings(settings) => settings,)+
                }
            }

            /// Returns what is known of the provider's type.
            pub fn provider_type(&self) -> ProviderType {
                match self {
                    $(Self::$Settings(_) => $Settings::TYPE,)+
                }
            }

            /// Returns every right that the role needs for this provider, that to its secret included.
            pub fn rights(&self) -> Vec<Right> {
                let settings = self.settings();
                let secret = settings.secret().map(|arn| secret_rights(arn, settings.secret_key()));
                settings.rights().into_iter().chain(secret.into_iter().flatten()).collect()
            }

            /// Makes what sends by these settings; once a container, without a call.
            #[cfg(feature = "lambda")]
            #[cfg_attr(
                not(any($(feature = $name),+)),
                expect(unused_variables, reason = "a handler without providers needs nothing of it")
            )]
            pub fn build(&self, services: &Services) -> Result<Box<dyn send::Provider>, NotBuilt> {
                match self {
                    $(
                        #[cfg(feature = $name)]
                        Self::$Settings(settings) => Ok(settings.build(services)?),
                        #[cfg(not(feature = $name))]
                        Self::$Settings(_) => Err(NotBuilt::LeftOut($name)),
                    )+
                }
            }
        }
    };
}

providers! {
    sns::Sns = "sns": "Amazon SNS, `Publish` to a phone number.",
    end_user_messaging::EndUserMessaging = "end_user_messaging": "AWS End User Messaging SMS.",
    ses::Ses = "ses": "Amazon SES.",
    sendgrid::Sendgrid = "sendgrid": "Twilio SendGrid.",
    mailgun::Mailgun = "mailgun": "Mailgun.",
    postmark::Postmark = "postmark": "Postmark.",
    twilio::Twilio = "twilio": "Twilio Programmable Messaging.",
    vonage::Vonage = "vonage": "Vonage SMS API.",
    sinch::Sinch = "sinch": "Sinch SMS REST API.",
    plivo::Plivo = "plivo": "Plivo Message API.",
    infobip::Infobip = "infobip": "Infobip SMS.",
    messagebird::Messagebird = "messagebird": "MessageBird, now Bird, SMS.",
    whatsapp::Whatsapp = "whatsapp": "WhatsApp Cloud API, by an authentication template.",
    webhook::Webhook = "webhook": "A service of your own, by a signed request over HTTPS.",
    custom::Custom = "custom": "A provider of your own build of the handler.",
    redirect::Redirect = "redirect" (test only): "A topic of SNS in place of the users, in test stacks.",
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test that cannot go on should fail where it stands")]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::{Map, Value, json};

    use super::*;

    /// The example as a stack file's scalar would be read.
    fn example(setting: &Setting) -> Value {
        let text = setting.example.trim_matches('"');
        match setting.form {
            Form::Flag | Form::Number { .. } => serde_json::from_str(text).unwrap(),
            Form::Texts => json!({"sender": "ACME"}),
            Form::Text { .. } | Form::Choice(_) | Form::Region | Form::Arn(_) | Form::Https => json!(text),
        }
    }

    #[test]
    fn every_description_is_that_of_its_settings() {
        for kind in Provider::TYPES {
            let mut settings = Map::from_iter([("type".to_owned(), json!(kind.name))]);
            for setting in kind.settings {
                settings.insert(setting.key.to_owned(), example(setting));
            }
            let provider: Provider = serde_json::from_value(Value::Object(settings.clone())).unwrap();
            assert_eq!(provider.provider_type().name, kind.name);
            // What is not described would be missing, what has no member would have been refused.
            assert_eq!(serde_json::to_value(&provider).unwrap(), Value::Object(settings));
            let secret = kind.settings.iter().any(|setting| setting.key == "secret");
            // What is in the secret of a provider of one's own is not ours to say.
            assert_eq!(
                secret,
                !kind.secret.is_empty() || kind.name == "custom",
                "{}",
                kind.name
            );
            assert_eq!(provider.settings().secret().is_some(), secret, "{}", kind.name);
        }
    }

    #[test]
    fn what_is_required_is_enough() {
        for kind in Provider::TYPES {
            let required = kind.settings.iter().filter(|setting| setting.required);
            let required = required.map(|setting| (setting.key.to_owned(), example(setting)));
            let settings: Map<_, _> = [("type".to_owned(), json!(kind.name))]
                .into_iter()
                .chain(required)
                .collect();
            assert!(
                serde_json::from_value::<Provider>(Value::Object(settings)).is_ok(),
                "{}",
                kind.name
            );
        }
    }

    #[test]
    fn every_example_has_its_form() {
        for setting in Provider::TYPES.iter().flat_map(|kind| kind.settings) {
            let text = setting.example.trim_matches('"');
            let fits = match setting.form {
                Form::Text { fits, pattern, .. } => fits(text) && pattern.starts_with('^') && pattern.ends_with('$'),
                Form::Choice(choices) => choices.contains(&text),
                Form::Arn(services) => arn::Arn::parse(text).is_some_and(|arn| services.contains(&arn.service)),
                Form::Https => text.starts_with("https://"),
                Form::Region | Form::Flag | Form::Texts | Form::Number { .. } => true,
            };
            assert!(fits, "{}: {}", setting.key, setting.example);
        }
    }

    #[test]
    fn every_type_is_a_feature_of_the_default_build() {
        let manifest = include_str!("../../Cargo.toml");
        let all = manifest
            .lines()
            .skip_while(|line| !line.starts_with("all-providers = "));
        let end = all.clone().take_while(|line| !line.ends_with(']')).count();
        let all: String = all.take(end + 1).collect();
        let named: BTreeSet<_> = all.split('"').skip(1).step_by(2).collect();
        let types: BTreeSet<_> = Provider::TYPES.iter().map(|kind| kind.name).collect();
        assert_eq!(named, types);
    }

    #[test]
    fn only_what_keeps_messages_from_users_is_for_tests() {
        let marked: Vec<_> = Provider::TYPES.iter().filter(|kind| kind.test_only).collect();
        assert_eq!(marked.iter().map(|kind| kind.name).collect::<Vec<_>>(), ["redirect"]);
        let names: BTreeSet<_> = Provider::TYPES.iter().map(|kind| kind.name).collect();
        assert_eq!(names.len(), Provider::TYPES.len());
    }
}
