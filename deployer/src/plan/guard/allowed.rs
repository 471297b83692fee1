//! Statements of IAM, compared by what they let happen.
//!
//! A statement is taken apart into single rights: one principal, one action, one resource. A right is known when one
//! statement had it before, under conditions that let as much through. So a statement may be renamed, split or
//! joined with another without a word, and what is left over is what nobody could do before.

use serde_json::Value;

use super::condition::Condition;
use super::names::Names;
use crate::plan::pattern::{covers, overlap};
use crate::plan::statement::items;

/// A statement of a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Statement {
    /// Its `Sid`, or its number.
    pub(super) name: String,
    /// Whether it allows; else it denies.
    pub(super) allows: bool,
    pub(super) principals: Set,
    pub(super) actions: Set,
    pub(super) resources: Set,
    pub(super) conditions: Vec<Condition>,
}

/// What an element of a statement speaks of, as patterns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Set {
    Only(Vec<String>),
    AllBut(Vec<String>),
}

impl Statement {
    /// Reads the statements of a policy document.
    pub(super) fn all(document: &Value, names: &Names<'_>) -> Vec<Self> {
        let statements = items(document.get("Statement"));
        let numbered = statements.iter().enumerate();
        numbered
            .map(|(index, statement)| {
                let name = statement
                    .get("Sid")
                    .and_then(Value::as_str)
                    .filter(|sid| !sid.is_empty());
                Self::of(
                    statement,
                    name.map_or_else(|| (index + 1).to_string(), str::to_owned),
                    names,
                )
            })
            .collect()
    }

    /// Reads one statement.
    pub(super) fn of(statement: &Value, name: String, names: &Names<'_>) -> Self {
        let element = |element: &str, texts: &dyn Fn(&Value) -> Vec<String>| {
            let not = format!("Not{element}");
            match (statement.get(element), statement.get(not)) {
                (Some(value), _) => Set::Only(texts(value)),
                (None, Some(value)) => Set::AllBut(texts(value)),
                // An identity's policy names no principal, and a trust no resource.
                (None, None) => Set::Only(vec![String::new()]),
            }
        };
        Self {
            name,
            allows: statement.get("Effect").and_then(Value::as_str) != Some("Deny"),
            principals: element("Principal", &|value| principals(value, names)),
            actions: element("Action", &|value| names.texts(value)),
            resources: element("Resource", &|value| names.texts(value)),
            conditions: Condition::of(statement, names),
        }
    }

    /// Whether this statement speaks of all that one right of another one speaks of.
    fn covers(&self, [principal, action, resource]: [&Set; 3], conditions: &[Condition]) -> bool {
        self.principals.covers(principal)
            && self.actions.covers_actions(action)
            && self.resources.covers(resource)
            && self.lost(conditions).is_empty()
    }

    /// The conditions of this statement that others do not imply.
    pub(super) fn lost(&self, others: &[Condition]) -> Vec<&Condition> {
        let kept = |mine: &Condition| others.iter().any(|other| other.implies(mine));
        self.conditions.iter().filter(|mine| !kept(mine)).collect()
    }

    /// Whether some right of this statement is in none of the others.
    pub(super) fn exceeds(&self, others: &[Self]) -> bool {
        let (principals, actions, resources) = (self.principals.parts(), self.actions.parts(), self.resources.parts());
        let known = |right: [&Set; 3]| others.iter().any(|other| other.covers(right, &self.conditions));
        principals.iter().any(|principal| {
            actions
                .iter()
                .any(|action| resources.iter().any(|resource| !known([principal, action, resource])))
        })
    }

    /// What this statement speaks of and another one does not, for a person: elements, and conditions that it lacks.
    pub(super) fn beyond(&self, other: &Self) -> Vec<String> {
        let lost = other.lost(&self.conditions).into_iter();
        let mut found = self.elements_beyond(other);
        found.extend(lost.map(|condition| format!("without {}", condition.name())));
        found
    }

    /// The principals, actions and resources of this statement that another one does not have.
    pub(super) fn elements_beyond(&self, other: &Self) -> Vec<String> {
        type Covers = fn(&Set, &Set) -> bool;
        let elements: [(&str, &Set, &Set, Covers); 3] = [
            ("principal", &self.principals, &other.principals, Set::covers),
            ("action", &self.actions, &other.actions, Set::covers_actions),
            ("resource", &self.resources, &other.resources, Set::covers),
        ];
        let mut found: Vec<String> = Vec::new();
        for (element, mine, theirs, covers) in elements {
            let parts = mine.parts().into_iter().filter(|part| !covers(theirs, part));
            found.extend(parts.map(|part| format!("{element} {}", part.text())));
        }
        found
    }

    /// Whether it allows named actions on named resources, to nobody but the identity that has the policy.
    pub(super) fn names_what_it_allows(&self) -> bool {
        let all = |set: &Set, is_named: fn(&str) -> bool| match set {
            Set::Only(patterns) => patterns.iter().all(|pattern| is_named(pattern)),
            Set::AllBut(_) => false,
        };
        let exact = |text: &str| !text.contains(['*', '?']);
        // All that is below a name is named too: `…:sender-id/ACME/*`.
        let below = |text: &str| {
            let name = text.strip_suffix("/*").unwrap_or(text);
            let is_below = name.len() < text.len();
            !name.contains(['*', '?']) && (!is_below || name.rsplit(':').next().is_some_and(|last| last.contains('/')))
        };
        self.principals == Set::Only(vec![String::new()]) && all(&self.actions, exact) && all(&self.resources, below)
    }

    /// Shows it on one line.
    pub(super) fn text(&self) -> String {
        let elements = [&self.principals, &self.actions, &self.resources];
        let shown = elements.iter().map(|set| set.text()).filter(|text| !text.is_empty());
        shown.collect::<Vec<_>>().join(" on ")
    }
}

/// `AWS:arn:…` and its like; `*` is everybody, however it is written.
fn principals(value: &Value, names: &Names<'_>) -> Vec<String> {
    let Some(kinds) = value
        .as_object()
        .filter(|kinds| kinds.keys().all(|kind| !kind.starts_with("Fn::") && kind != "Ref"))
    else {
        return names.texts(value);
    };
    let each = kinds.iter().flat_map(|(kind, values)| {
        let texts = names.texts(values).into_iter();
        texts.map(move |text| match (kind.as_str(), text.as_str()) {
            ("AWS", "*") => "*".to_owned(),
            // An account by its digits alone.
            ("AWS", account) if account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit()) => {
                format!("AWS:arn:aws:iam::{account}:root")
            }
            _ => format!("{kind}:{text}"),
        })
    });
    each.collect()
}

impl Set {
    /// The same in pieces of one pattern; what is told by its opposite is one piece.
    fn parts(&self) -> Vec<Self> {
        match self {
            Self::Only(patterns) => patterns.iter().map(|each| Self::Only(vec![each.clone()])).collect(),
            Self::AllBut(_) => vec![self.clone()],
        }
    }

    fn covers(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Only(mine), Self::Only(theirs)) => theirs
                .iter()
                .all(|text| mine.iter().any(|pattern| covers(pattern, text))),
            (Self::AllBut(mine), Self::Only(theirs)) => !theirs
                .iter()
                .any(|text| mine.iter().any(|pattern| overlap(pattern, text))),
            // What this one leaves out must be left out there too.
            (Self::AllBut(mine), Self::AllBut(theirs)) => mine
                .iter()
                .all(|text| theirs.iter().any(|pattern| covers(pattern, text))),
            (Self::Only(mine), Self::AllBut(_)) => mine.iter().any(|pattern| pattern == "*"),
        }
    }

    /// IAM compares actions without regard to case.
    fn covers_actions(&self, other: &Self) -> bool {
        self.folded().covers(&other.folded())
    }

    fn folded(&self) -> Self {
        let fold = |patterns: &[String]| patterns.iter().map(|pattern| pattern.to_ascii_lowercase()).collect();
        match self {
            Self::Only(patterns) => Self::Only(fold(patterns)),
            Self::AllBut(patterns) => Self::AllBut(fold(patterns)),
        }
    }

    /// Its patterns, for a person.
    pub(super) fn text(&self) -> String {
        match self {
            Self::Only(patterns) => patterns.join(", "),
            Self::AllBut(patterns) => format!("all but {}", patterns.join(", ")),
        }
    }
}

/// What a document allows that another one does not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct More {
    /// The statement's name.
    pub(super) name: String,
    /// What is new in it, for a person.
    pub(super) what: String,
    /// Whether it is a statement of its own that names exactly what it allows.
    pub(super) is_named_addition: bool,
}

/// Compares two documents: what the new one allows, or no longer denies, that the old one did not.
pub(super) fn more(old: &[Statement], new: &[Statement]) -> Vec<More> {
    let (old_allows, old_denies): (Vec<Statement>, Vec<Statement>) =
        old.iter().cloned().partition(|statement| statement.allows);
    let (new_allows, new_denies): (Vec<Statement>, Vec<Statement>) =
        new.iter().cloned().partition(|statement| statement.allows);
    let mut found = Vec::new();
    for statement in new_allows.iter().filter(|statement| statement.exceeds(&old_allows)) {
        let before = old_allows.iter().find(|before| before.name == statement.name);
        found.push(More {
            name: statement.name.clone(),
            what: before.map_or_else(|| statement.text(), |before| statement.beyond(before).join("; ")),
            is_named_addition: before.is_none() && statement.names_what_it_allows(),
        });
    }
    for denial in old_denies.iter().filter(|denial| denial.exceeds(&new_denies)) {
        let after = new_denies.iter().find(|after| after.name == denial.name);
        found.push(More {
            name: denial.name.clone(),
            what: after.map_or_else(
                || "no longer denied".to_owned(),
                |after| format!("no longer denied: {}", denial.beyond(after).join("; ")),
            ),
            is_named_addition: false,
        });
    }
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn compared(old: &Value, new: &Value) -> Vec<String> {
        let names = Names::default();
        let read = |statements: &Value| Statement::all(&json!({ "Statement": statements }), &names);
        let found = more(&read(old), &read(new));
        let sign = |each: &More| if each.is_named_addition { "+" } else { "!" };
        found
            .iter()
            .map(|each| format!("{}{}: {}", sign(each), each.name, each.what))
            .collect()
    }

    /// A statement with some members in place of the usual ones.
    fn rule(members: &Value) -> Value {
        let usual = json!({"Sid": "S", "Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"],
            "Resource": {"Fn::Sub": "arn:${AWS::Partition}:s3:::b/*"},
            "Condition": {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}});
        let mut rule = usual.as_object().cloned().unwrap_or_default();
        for (name, value) in members.as_object().into_iter().flatten() {
            if value.is_null() {
                rule.shift_remove(name);
            } else {
                rule.insert(name.clone(), value.clone());
            }
        }
        Value::Object(rule)
    }

    #[test]
    fn only_what_nobody_could_do_before_is_more() {
        let usual = rule(&json!({}));
        let narrow = rule(&json!({"Sid": "T", "Action": "s3:GetObject"}));
        let rest = rule(&json!({"Sid": "U", "Action": "s3:PutObject"}));
        let open = json!({"Action": "s3:*", "Resource": "*", "Condition": null});
        for (old, new, wanted) in [
            (usual.clone(), usual.clone(), vec![]),
            // Order, case, lists of one and renamed or split statements are no difference.
            (
                usual.clone(),
                rule(&json!({"Action": ["S3:putobject", "s3:GetObject"]})),
                vec![],
            ),
            (usual.clone(), json!([narrow, rest]), vec![]),
            (json!([narrow, rest]), usual.clone(), vec![]),
            (rule(&open), usual.clone(), vec![]),
            (
                usual.clone(),
                rule(&json!({"Action": "s3:Get*"})),
                vec!["!S: action s3:Get*"],
            ),
            (usual.clone(), rule(&json!({"Action": "*"})), vec!["!S: action *"]),
            (
                usual.clone(),
                rule(&json!({"Action": null, "NotAction": "iam:*"})),
                vec!["!S: action all but iam:*"],
            ),
            (
                usual.clone(),
                rule(&json!({"Resource": ["arn:aws:s3:::b/*", {"Fn::Sub": "arn:${AWS::Partition}:s3:::b/*"}]})),
                vec!["!S: resource arn:aws:s3:::b/*"],
            ),
            (
                usual.clone(),
                rule(&json!({"Resource": {"Fn::Sub": "arn:${AWS::Partition}:s3:::*"}})),
                vec!["!S: resource arn:${AWS::Partition}:s3:::*"],
            ),
            (
                usual.clone(),
                rule(&json!({"Resource": {"Fn::Sub": "arn:${AWS::Partition}:s3:::b/x"}})),
                vec![],
            ),
            (
                usual.clone(),
                rule(&json!({"Resource": null, "NotResource": "arn:aws:s3:::c/*"})),
                vec!["!S: resource all but arn:aws:s3:::c/*"],
            ),
            (
                usual.clone(),
                rule(&json!({"Condition": null})),
                vec!["!S: without StringEquals aws:SourceAccount ${AWS::AccountId}"],
            ),
            (
                usual.clone(),
                rule(&json!({"Condition": {"StringEquals": {"aws:SourceAccount": [{"Ref": "AWS::AccountId"}, "*"]}}})),
                vec!["!S: without StringEquals aws:SourceAccount ${AWS::AccountId}"],
            ),
            (
                usual.clone(),
                rule(
                    &json!({"Condition": {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}},
                    "Bool": {"aws:SecureTransport": "true"}}}),
                ),
                vec![],
            ),
            // A statement of its own.
            (
                usual.clone(),
                json!([usual, {"Sid": "N", "Effect": "Allow", "Action": "sqs:SendMessage", "Resource": {"Fn::GetAtt": ["Q", "Arn"]}}]),
                vec!["+N: sqs:SendMessage on ${Q.Arn}"],
            ),
            (
                usual.clone(),
                json!([usual, {"Sid": "N", "Effect": "Allow", "Action": "a:B", "Resource": "arn:aws:a:::id/ACME/*"}]),
                vec!["+N: a:B on arn:aws:a:::id/ACME/*"],
            ),
            (
                usual.clone(),
                json!([usual, {"Sid": "N", "Effect": "Allow", "Action": "a:B", "Resource": "arn:aws:a:::id/*"}]),
                vec!["!N: a:B on arn:aws:a:::id/*"],
            ),
            (
                usual.clone(),
                json!([usual, {"Sid": "N", "Effect": "Allow", "Action": "sns:Publish", "NotResource": "arn:aws:sns:*:*:*"}]),
                vec!["!N: sns:Publish on all but arn:aws:sns:*:*:*"],
            ),
        ] {
            assert_eq!(compared(&old, &new), wanted, "{new}");
        }
    }

    #[test]
    fn opposites_are_compared_as_what_they_leave_over() {
        let not = |element: &str, patterns: &Value| {
            let other = if element == "NotAction" { "Resource" } else { "Action" };
            json!({"Sid": "S", "Effect": "Allow", element: patterns, other: "*"})
        };
        for (element, old, new, wanted) in [
            (
                "NotAction",
                json!(["iam:*", "sts:*"]),
                json!(["iam:*", "sts:*", "kms:*"]),
                0,
            ),
            ("NotAction", json!(["iam:*", "sts:*"]), json!("iam:*"), 1),
            ("NotAction", json!("iam:Get*"), json!("iam:*"), 0),
            ("NotAction", json!("iam:*"), json!("iam:Get*"), 1),
            ("NotResource", json!("arn:aws:sns:*:*:*"), json!("arn:aws:sns:*:*:*"), 0),
            ("NotResource", json!("arn:aws:sns:*:*:*"), json!("arn:aws:sns:*:*:t"), 1),
        ] {
            assert_eq!(
                compared(&not(element, &old), &not(element, &new)).len(),
                wanted,
                "{element} {old} {new}"
            );
        }
        let all_but = not("NotAction", &json!("iam:*"));
        let one = |action: &str| json!({"Sid": "S", "Effect": "Allow", "Action": action, "Resource": "*"});
        assert_eq!(compared(&all_but, &one("s3:Get*")), Vec::<String>::new());
        assert_eq!(compared(&all_but, &one("i*:Get*")).len(), 1);
        assert_eq!(compared(&one("*"), &all_but), Vec::<String>::new());
    }

    #[test]
    fn principals_and_denials_count() {
        let trust = |principal: &Value| json!({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"});
        let lambda = json!({"Service": "lambda.amazonaws.com"});
        let account = json!({"AWS": "111122223333"});
        for (old, new, wanted) in [
            (&lambda, json!({"Service": ["lambda.amazonaws.com"]}), vec![]),
            (
                &lambda,
                json!({"Service": "lambda.amazonaws.com", "AWS": "arn:aws:iam::444455556666:root"}),
                vec!["!1: principal AWS:arn:aws:iam::444455556666:root"],
            ),
            (&lambda, json!("*"), vec!["!1: principal *"]),
            (&lambda, json!({"AWS": "*"}), vec!["!1: principal *"]),
            (&account, json!({"AWS": "arn:aws:iam::111122223333:root"}), vec![]),
        ] {
            assert_eq!(compared(&trust(old), &trust(&new)), wanted, "{new}");
        }
        // A statement that lets somebody else in is never a plain addition.
        let both = json!([trust(&lambda), trust(&account)]);
        assert!(
            compared(&trust(&lambda), &both)
                .iter()
                .all(|line| line.starts_with('!'))
        );

        let deny = |action: &str| rule(&json!({"Sid": "D", "Effect": "Deny", "Action": action, "Condition": null}));
        let allow = rule(&json!({}));
        assert_eq!(
            compared(&json!([allow, deny("s3:*")]), &json!([allow, deny("*")])),
            Vec::<String>::new()
        );
        assert_eq!(
            compared(&json!([allow, deny("s3:*")]), &json!([allow, deny("s3:Put*")])),
            ["!D: no longer denied: action s3:*"]
        );
        assert_eq!(
            compared(&json!([allow, deny("s3:*")]), &allow),
            ["!D: no longer denied"]
        );
    }
}
