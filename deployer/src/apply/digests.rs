//! Which saved configurations of a pool count: what a stack, or its file, says of their digests.
//!
//! In: a deployed stack's parameters, and acknowledgements. Out: digests. The objects themselves are `saved`'s.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::finding::Code;
use crate::model::output;
use crate::model::parameter::{NONE, POOL_BEFORE, POOL_RECORD};
use crate::plan::Deployed;
use crate::spec::{Acknowledgement, PoolId};
use crate::template::has_digests;

/// Which of a pool's configurations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// As it was before its first attach.
    First,
    /// As it was before the update that has to be compared yet.
    Record,
}

impl Kept {
    /// Both.
    pub const ALL: [Self; 2] = [Self::First, Self::Record];

    /// The parameter that holds its digest.
    pub const fn parameter(self) -> &'static str {
        match self {
            Self::First => POOL_BEFORE,
            Self::Record => POOL_RECORD,
        }
    }

    /// What it is, after "the configuration of the pool".
    pub(super) const fn moment(self) -> &'static str {
        match self {
            Self::First => "before its first attach",
            Self::Record => "before its last update",
        }
    }
}

/// The digests of a pool's saved configurations, in hexadecimal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Digests {
    /// Of the one before the first attach.
    pub before: Option<String>,
    /// Of the one before an update that was not compared yet.
    pub record: Option<String>,
}

impl Digests {
    /// Reads the values of a stack's parameters.
    pub fn of(parameters: &BTreeMap<String, String>) -> Self {
        let digest = |kept: Kept| {
            let value = parameters.get(kept.parameter());
            value.filter(|value| *value != NONE && !value.is_empty()).cloned()
        };
        Self {
            before: digest(Kept::First),
            record: digest(Kept::Record),
        }
    }

    /// Returns them as values of the parameters.
    pub fn parameters(&self) -> BTreeMap<String, String> {
        let value = |kept: Kept| self.get(kept).unwrap_or(NONE).to_owned();
        let parameters = Kept::ALL.into_iter();
        parameters
            .map(|kept| (kept.parameter().to_owned(), value(kept)))
            .collect()
    }

    /// The digest of one of them.
    pub fn get(&self, kept: Kept) -> Option<&str> {
        match kept {
            Kept::First => self.before.as_deref(),
            Kept::Record => self.record.as_deref(),
        }
    }

    pub(super) fn set(&mut self, kept: Kept, digest: String) {
        match kept {
            Kept::First => self.before = Some(digest),
            Kept::Record => self.record = Some(digest),
        }
    }

    /// Those of these that `others` do not name.
    pub fn beside(&self, others: &Self) -> Vec<String> {
        let named = [&others.before, &others.record];
        let mut found: Vec<String> = Kept::ALL
            .into_iter()
            .filter_map(|kept| self.get(kept).map(str::to_owned))
            .filter(|digest| !named.contains(&&Some(digest.clone())))
            .collect();
        found.dedup();
        found
    }
}

/// What a stack says of its pool's saved configurations.
#[derive(Clone, Debug, Default)]
pub struct Stated {
    pub(super) digests: Digests,
    /// The names of its parameters.
    pub(super) parameters: Vec<String>,
    /// Whether an earlier version deployed it, which kept the objects under names and no digest.
    pub(super) is_old: bool,
    /// A digest that the stack file acknowledges, for a stack that holds none.
    pub(super) acknowledged: Option<String>,
}

impl Stated {
    /// Reads what a deployed stack says of `pool`; `acknowledge` is what its file acknowledges. A stack that was deployed
    /// for another pool says nothing of this one.
    pub fn of(deployed: Option<&Deployed>, pool: &PoolId, acknowledge: &[Acknowledgement]) -> Self {
        let Some(deployed) = deployed else {
            let mut words = acknowledge.iter();
            let word = words.find(|word| word.code == Code::SavedUnproven && word.resource == POOL_BEFORE);
            return Self {
                acknowledged: word.map(|word| word.to.clone()),
                ..Self::default()
            };
        };
        let of = deployed
            .template
            .pointer(&format!("/Outputs/{}/Value", output::POOL_ID));
        if of.and_then(Value::as_str) != Some(pool.as_str()) {
            return Self::default();
        }
        Self {
            digests: Digests::of(&deployed.parameters),
            parameters: deployed.parameters.keys().cloned().collect(),
            is_old: !has_digests(&deployed.template),
            acknowledged: None,
        }
    }

    /// The digests that the stack holds.
    pub const fn digests(&self) -> &Digests {
        &self.digests
    }
}
