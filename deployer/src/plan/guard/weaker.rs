//! A live policy, compared with the declared one: what does it let happen that the other one does not?

use serde_json::Value;

use super::allowed::Statement;
use super::names::Names;

/// What a live policy lets happen and the declared one does not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Weaker {
    /// The declared denials that are missing or deny less, for a person.
    pub(crate) denials: Vec<String>,
    /// The live statements that allow more, for a person.
    pub(crate) allows: Vec<String>,
}

/// Compares a live policy with the declared one. Both name resources by their ARNs.
pub(crate) fn weaker(declared: &Value, live: &Value) -> Weaker {
    let read = |document| -> (Vec<Statement>, Vec<Statement>) {
        let statements = Statement::all(document, &Names::default());
        statements.into_iter().partition(|statement| statement.allows)
    };
    let ((declared_allows, declared_denies), (live_allows, live_denies)) = (read(declared), read(live));
    let denial = |denial: &Statement| match live_denies.iter().find(|live| live.name == denial.name) {
        None => format!("statement `{}` is missing", denial.name),
        Some(live) => {
            let elements = denial.elements_beyond(live).into_iter();
            let elements = elements.map(|element| format!("does not deny {element}"));
            let conditions = live.lost(&denial.conditions).into_iter();
            let conditions = conditions.map(|condition| format!("denies only with {}", condition.name()));
            let less: Vec<String> = elements.chain(conditions).collect();
            format!("statement `{}` {}", denial.name, less.join(" and "))
        }
    };
    let allow = |statement: &Statement| {
        let (actions, principals) = (statement.actions.text(), statement.principals.text());
        format!("statement `{}` allows {actions} to {principals}", statement.name)
    };
    let less = declared_denies.iter().filter(|denial| denial.exceeds(&live_denies));
    let more = live_allows
        .iter()
        .filter(|statement| statement.exceeds(&declared_allows));
    Weaker {
        denials: less.map(denial).collect(),
        allows: more.map(allow).collect(),
    }
}
