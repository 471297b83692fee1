//! The providers of a stack, by the name that routes use.

use std::collections::BTreeMap;
use std::fmt;

use super::Provider;
use super::breaker::Breaker;

/// The providers, and what the container remembers of each.
#[derive(Default)]
pub struct Providers(BTreeMap<String, Member>);

/// One provider.
pub(super) struct Member {
    pub(super) provider: Box<dyn Provider>,
    pub(super) breaker: Breaker,
}

impl Providers {
    pub(super) fn get(&self, name: &str) -> Option<&Member> {
        self.0.get(name)
    }
}

impl FromIterator<(String, Box<dyn Provider>)> for Providers {
    fn from_iter<I: IntoIterator<Item = (String, Box<dyn Provider>)>>(providers: I) -> Self {
        let member = |provider| Member {
            provider,
            breaker: Breaker::default(),
        };
        Self(
            providers
                .into_iter()
                .map(|(name, provider)| (name, member(provider)))
                .collect(),
        )
    }
}

impl fmt::Debug for Providers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}
