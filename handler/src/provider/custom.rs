//! A provider of your own: code that your build of the handler brings, with settings of its own.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::forms::NAME;
use super::secret::{SECRET, SECRET_KEY};
use super::{Facts, Form, SecretMember, Setting, Settings};
use crate::event::Channel;

/// A provider that a build of yours knows by `kind`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Custom {
    /// The name by which the build knows the provider.
    pub kind: String,
    /// Settings as the build reads them; no secrets, since they travel inside the zip.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub settings: BTreeMap<String, String>,
    /// The ARN of a secret with the keys that the provider needs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
    /// The ARN of the key that encrypts the secret, where it is one of your own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret_key: Option<String>,
}

impl Custom {
    pub(super) const CHANNELS: &[Channel] = &Channel::ALL;
    pub(super) const SECRET: &[SecretMember] = &[];
    pub(super) const FACTS: Facts = Facts {
        idempotency: "as your code has it",
        regions: "your own",
        data_residency: "your own",
        source: "–",
    };
    pub(super) const SETTINGS: &[Setting] = &[
        Setting {
            key: "kind",
            about: "The name by which your build of the handler knows the provider",
            example: "acme",
            required: true,
            form: NAME,
        },
        Setting {
            key: "settings",
            about: "Texts that your provider reads; no secrets, since they travel inside the zip",
            example: "{sender: ACME}",
            required: false,
            form: Form::Texts,
        },
        Setting {
            required: false,
            ..SECRET
        },
        SECRET_KEY,
    ];
}

impl Settings for Custom {
    fn secret(&self) -> Option<&str> {
        self.secret.as_deref()
    }

    fn secret_key(&self) -> Option<&str> {
        self.secret_key.as_deref()
    }
}

#[cfg(feature = "custom")]
mod sending {
    use super::Custom;
    use crate::provider::{BuildError, Services};
    use crate::send::Provider;

    impl Custom {
        pub(in crate::provider) fn build(&self, services: &Services) -> Result<Box<dyn Provider>, BuildError> {
            (services.custom)(self, services).ok_or(BuildError)
        }
    }
}
