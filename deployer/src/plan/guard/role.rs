//! Policies of roles and keys: what would be allowed that is not allowed now.

use serde_json::{Map, Value, json};

use super::allowed::{More, Statement, more};
use super::names::Names;
use super::{both, properties};
use crate::finding::{Code, Finding};
use crate::model::{logical, output};
use crate::plan::diff::section;
use crate::plan::render::value::inline;
use crate::plan::statement::items;

/// Compares every policy document of resources that stay, and looks at policies that roles gain.
pub(super) fn findings(old: &Value, new: &Value, names: &Names<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for (id, before, after) in both(old, new) {
        for part in PARTS {
            let read = |properties: &Map<String, Value>| part.statements(properties, names);
            let mut known = read(before);
            if id == logical::DECRYPT_POLICY {
                known.extend(under_keys_of_the_pool(&known, [old, new], names));
            }
            found.extend(more(&known, &read(after)).iter().map(|more| said(id, part, more)));
        }
        found.extend(fences(id, before, after, names));
    }
    found.extend(gained(old, new, names));
    found
}

/// A member of a resource that holds policy documents.
#[derive(Clone, Copy)]
struct Part {
    member: &'static str,
    /// Whether it is a list of named documents.
    is_list: bool,
}

const PARTS: [Part; 4] = [
    Part {
        member: "AssumeRolePolicyDocument",
        is_list: false,
    },
    Part {
        member: "Policies",
        is_list: true,
    },
    Part {
        member: "PolicyDocument",
        is_list: false,
    },
    Part {
        member: "KeyPolicy",
        is_list: false,
    },
];

impl Part {
    fn statements(self, properties: &Map<String, Value>, names: &Names<'_>) -> Vec<Statement> {
        let Some(value) = properties.get(self.member) else {
            return Vec::new();
        };
        if self.is_list {
            // Taken together, as the role has them.
            let documents = items(Some(value))
                .iter()
                .filter_map(|policy| policy.get("PolicyDocument"));
            documents.flat_map(|document| Statement::all(document, names)).collect()
        } else {
            Statement::all(value, names)
        }
    }

    /// A statement without a name of its own is told by where it stands.
    fn resource(self, id: &str, statement: &str) -> String {
        if statement.bytes().all(|byte| byte.is_ascii_digit()) {
            format!("{id}.{}.{statement}", self.member)
        } else {
            format!("{id}.{statement}")
        }
    }
}

fn said(id: &str, part: Part, more: &More) -> Finding {
    let (code, message) = if more.is_named_addition {
        (
            Code::StatementAdded,
            format!("a new statement would allow {}", more.what),
        )
    } else {
        (
            Code::StatementBroadened,
            format!("more would be allowed: {}", more.what),
        )
    };
    Finding::guard(code, &part.resource(id, &more.name), more.what.clone(), message)
}

/// The right to decrypt follows the key that the pool encrypts under: the one that it has or had. What a key's change
/// means to codes on their way is said by another guard.
fn under_keys_of_the_pool(known: &[Statement], templates: [&Value; 2], names: &Names<'_>) -> Vec<Statement> {
    let pool = format!("/Resources/{}/Properties/LambdaConfig/KMSKeyID", logical::POOL);
    let output = format!("/Outputs/{}/Value", output::KEY_ARN);
    let keys = templates
        .into_iter()
        .flat_map(|template| [template.pointer(&pool), template.pointer(&output)]);
    let keys: Vec<Value> = keys.flatten().map(|key| Value::from(names.text(key))).collect();
    let allowed = Statement::all(&json!({ "Statement": { "Effect": "Allow", "Resource": keys } }), names);
    let resources = allowed.into_iter().map(|statement| statement.resources).next();
    let with_keys = |statement: &Statement| {
        resources.clone().map(|resources| Statement {
            resources,
            ..statement.clone()
        })
    };
    known.iter().filter_map(with_keys).collect()
}

/// What else bounds a role: policies that are named and not seen, and who has a policy.
fn fences(id: &str, before: &Map<String, Value>, after: &Map<String, Value>, names: &Names<'_>) -> Vec<Finding> {
    let list = |properties: &Map<String, Value>, member: &str| {
        properties
            .get(member)
            .map(|value| names.texts(value))
            .unwrap_or_default()
    };
    let mut found = Vec::new();
    for member in ["ManagedPolicyArns", "Roles", "Users", "Groups"] {
        let known = list(before, member);
        let added: Vec<String> = list(after, member)
            .into_iter()
            .filter(|each| !known.contains(each))
            .collect();
        if !added.is_empty() {
            let added = added.join(", ");
            let message = format!("{member} would gain {added}");
            found.push(Finding::guard(
                Code::StatementBroadened,
                &format!("{id}.{member}"),
                added,
                message,
            ));
        }
    }
    let member = "PermissionsBoundary";
    if let Some(boundary) = before.get(member)
        && after.get(member) != Some(boundary)
    {
        let to = after.get(member).map_or_else(|| "none".to_owned(), inline);
        let message = format!(
            "its permissions boundary would change from {} to {to}",
            inline(boundary)
        );
        found.push(Finding::guard(
            Code::StatementBroadened,
            &format!("{id}.{member}"),
            to,
            message,
        ));
    }
    found
}

/// Policies that are new, of roles that are not.
fn gained(old: &Value, new: &Value, names: &Names<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for (id, policy) in section(new, "Resources") {
        let roles = items(policy.pointer("/Properties/Roles"));
        let mut roles = roles.iter().filter_map(|role| role.get("Ref")?.as_str());
        let is_gained = properties(old, id).is_none() && roles.any(|role| properties(old, role).is_some());
        let Some(after) = properties(new, id).filter(|_| is_gained) else {
            continue;
        };
        for part in PARTS {
            let statements = part.statements(after, names);
            found.extend(more(&[], &statements).iter().map(|more| said(id, part, more)));
        }
    }
    found
}
