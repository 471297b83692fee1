//! Changes as data.

use serde_json::Value;

/// What happens to a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// It is made.
    Add,
    /// It is changed, in place or by a replacement.
    Modify,
    /// It leaves the stack.
    Remove,
}

/// Whether a changed resource becomes another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Replacement {
    /// It stays itself.
    No,
    /// CloudFormation knows only while it works.
    Maybe,
    /// A new one is made and the old one leaves the stack.
    Yes,
}

/// What becomes of a resource that leaves the stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It stays in the account, by its deletion policy.
    Retained,
    /// It is deleted.
    Deleted,
}

/// Where a change was learned from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// The two templates.
    Template,
    /// The change set alone.
    ChangeSet {
        /// It follows another resource's change, and CloudFormation decides while it works.
        dynamic: bool,
    },
}

/// A value that changes.
#[derive(Clone, Debug, PartialEq)]
pub struct Edit {
    /// The steps to the value, from the resource's (or the output's) own root.
    pub path: Vec<String>,
    /// The value before; nothing when it is new.
    pub old: Option<Value>,
    /// The value after; nothing when it goes.
    pub new: Option<Value>,
}

/// A resource that changes.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// The logical id.
    pub logical_id: String,
    /// The resource type.
    pub resource_type: String,
    /// What happens to it.
    pub action: Action,
    /// Whether it becomes another one.
    pub replacement: Replacement,
    /// What becomes of the resource that leaves: of a removed one, or of the old one of a replacement.
    pub fate: Option<Fate>,
    /// The values that change; of an added or removed resource all of them.
    pub edits: Vec<Edit>,
    /// Where it was learned from.
    pub told: Told,
}

/// What two templates differ in.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TemplateDiff {
    /// Resources, in the new template's order, then the removed ones.
    pub changes: Vec<Change>,
    /// Outputs; the path begins with the output's name.
    pub outputs: Vec<Edit>,
}

impl TemplateDiff {
    /// Whether CloudFormation would have nothing to do.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.outputs.is_empty()
    }

    /// Finds a resource's change.
    pub fn change(&self, logical_id: &str) -> Option<&Change> {
        self.changes.iter().find(|change| change.logical_id == logical_id)
    }
}
