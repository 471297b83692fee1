//! Properties that the schema does not know and that the file acknowledges.

use std::collections::BTreeSet;

use crate::finding::Code;
use crate::spec::Acknowledgement;

/// What an acknowledgement of a property has under `to`.
pub(in crate::spec) const AS_WRITTEN: &str = "as-written";

/// The properties that are passed through, and those of them that were met.
#[derive(Debug, Default)]
pub(in crate::spec) struct Waived {
    named: BTreeSet<String>,
    met: BTreeSet<String>,
}

impl Waived {
    pub(in crate::spec) fn of(acknowledgements: &[Acknowledgement]) -> Self {
        let named = acknowledgements
            .iter()
            .filter(|word| word.code == Code::UnknownProperty)
            .map(|word| word.resource.clone())
            .collect();
        Self {
            named,
            met: BTreeSet::new(),
        }
    }

    /// Returns what a property is called in an acknowledgement: `Pool.Policies.NewPolicy`.
    pub(super) fn resource(path: &str) -> String {
        let (_, property) = path.split_once("properties.").unwrap_or(("", path));
        format!("Pool.{property}")
    }

    /// Whether the file lets a property through.
    pub(super) fn takes(&mut self, resource: &str) -> bool {
        let takes = self.named.contains(resource);
        if takes {
            self.met.insert(resource.to_owned());
        }
        takes
    }

    /// Whether an acknowledgement did its work, so that nothing later need answer to it.
    pub(in crate::spec) fn is_used(&self, word: &Acknowledgement) -> bool {
        word.code == Code::UnknownProperty && self.met.contains(&word.resource)
    }
}
