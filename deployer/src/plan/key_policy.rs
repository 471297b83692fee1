//! A key policy, read for one question: may this principal, or the account's IAM policies, do this?
//!
//! Source: "Key policies in AWS KMS", AWS KMS Developer Guide: without an `Allow` in the key policy nobody
//! has a right to the key, whatever IAM says; one for the account lets IAM decide. What hangs on a
//! condition, or on who will apply, is a doubt and no answer.

use serde_json::Value;

use super::pattern::covers;
use super::statement::{items, lists};

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Asker<'a> {
    /// The key's account, of 12 digits.
    pub(super) account: &'a str,
    /// The role that acts; IAM policies can admit it where the policy admits the account.
    pub(super) role: Role<'a>,
}

/// What is known of the role that acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role<'a> {
    /// A role of the account, by its name without the path.
    Named(&'a str),
    /// Whoever applies: not to be known from a stack file.
    Anybody,
    /// A role that the stack has yet to make, so no policy can name it.
    NotMade,
}

/// What a policy says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Admitted, or left to the account's IAM policies.
    Yes,
    /// Nothing admits it.
    No,
    /// This statement forbids it.
    Denied(String),
    /// Not to be told, and why.
    Doubt(String),
}

/// Whom a statement speaks of.
enum Reach {
    Asker,
    Others,
    Doubt(String),
}

/// Reads a policy for one action on the key with this ARN.
pub(super) fn verdict(policy: &Value, key: &str, action: &str, asker: Asker<'_>) -> Verdict {
    let (mut allowed, mut doubt, mut denial) = (false, None, None);
    for (index, statement) in items(policy.get("Statement")).iter().enumerate() {
        let speaks = lists(statement, "Action", |pattern| {
            covers(&pattern.to_ascii_lowercase(), &action.to_ascii_lowercase())
        }) && lists(statement, "Resource", |pattern| covers(pattern, key));
        if !speaks {
            continue;
        }
        let name = match statement.get("Sid").and_then(Value::as_str) {
            Some(sid) if !sid.is_empty() => format!("`{sid}`"),
            _ => format!("number {}", index + 1),
        };
        let conditional = statement
            .get("Condition")
            .and_then(Value::as_object)
            .is_some_and(|condition| !condition.is_empty());
        let denies = statement.get("Effect").and_then(Value::as_str) == Some("Deny");
        let verb = if denies { "denies" } else { "allows" };
        match (reach(statement, asker, denies), denies) {
            (Reach::Others, _) => {}
            (Reach::Doubt(whom), true) => denial = Some(format!("its statement {name} denies it to {whom}")),
            (Reach::Doubt(whom), false) => doubt = Some(format!("its statement {name} allows it to {whom}")),
            (Reach::Asker, _) if conditional => {
                let words = Some(format!("its statement {name} {verb} it under a condition"));
                if denies {
                    denial = words;
                } else {
                    doubt = words;
                }
            }
            (Reach::Asker, true) => return Verdict::Denied(name),
            (Reach::Asker, false) => allowed = true,
        }
    }
    match (allowed, denial, doubt) {
        (true, None, _) => Verdict::Yes,
        (true, Some(words), _) | (false, _, Some(words)) => Verdict::Doubt(words),
        (false, _, None) => Verdict::No,
    }
}

fn reach(statement: &Value, asker: Asker<'_>, denies: bool) -> Reach {
    if statement.get("NotPrincipal").is_some() {
        return Reach::Doubt("all but some (`NotPrincipal`)".to_owned());
    }
    let principal = statement.get("Principal");
    if principal.and_then(Value::as_str) == Some("*") {
        return Reach::Asker;
    }
    let named = items(principal.and_then(|principal| principal.get("AWS")));
    let named: Vec<&str> = named.iter().filter_map(Value::as_str).collect();
    if named.iter().any(|name| is_asker(name, asker)) {
        return Reach::Asker;
    }
    // A denial for others is none of the asker's, unless it is one of them who applies.
    if asker.role == Role::Anybody && !denies {
        let services = items(principal.and_then(|principal| principal.get("Service")));
        // The way of an older guide: whether it is enough alone, Cognito's documentation does not say.
        let cognito = services
            .iter()
            .filter_map(Value::as_str)
            .filter(|name| *name == "cognito-idp.amazonaws.com");
        let others: Vec<&str> = named.iter().copied().chain(cognito).collect();
        if !others.is_empty() {
            return Reach::Doubt(format!("{} alone", others.join(", ")));
        }
    }
    Reach::Others
}

/// Whether a principal is everybody, the account, or the role that asks.
fn is_asker(principal: &str, asker: Asker<'_>) -> bool {
    if principal == "*" || principal == asker.account {
        return true;
    }
    let parts: Vec<&str> = principal.splitn(6, ':').collect();
    let [_, _, "iam", "", account, resource] = parts.as_slice() else {
        return false;
    };
    if *account != asker.account {
        return false;
    }
    let role = resource.strip_prefix("role/").and_then(|path| path.rsplit('/').next());
    match asker.role {
        _ if *resource == "root" => true,
        Role::Named(name) => role == Some(name),
        Role::Anybody | Role::NotMade => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const KEY: &str = "arn:aws:kms:us-west-2:111122223333:key/0c45";

    fn ask(statements: &Value, action: &str, role: Role<'_>) -> Verdict {
        let asker = Asker {
            account: "111122223333",
            role,
        };
        verdict(&json!({ "Statement": statements }), KEY, action, asker)
    }

    #[test]
    fn principals_are_read_in_every_form() {
        let role = "arn:aws:iam::111122223333:role/team/deploy";
        for (principal, wanted) in [
            (json!("*"), Verdict::Yes),
            (json!({"AWS": "*"}), Verdict::Yes),
            (json!({"AWS": "111122223333"}), Verdict::Yes),
            (json!({"AWS": "arn:aws:iam::111122223333:root"}), Verdict::Yes),
            (json!({"AWS": "arn:aws-cn:iam::111122223333:root"}), Verdict::Yes),
            (
                json!({"AWS": ["arn:aws:iam::444455556666:root", "111122223333"]}),
                Verdict::Yes,
            ),
            (json!({"AWS": role}), Verdict::Yes),
            (
                json!({"AWS": "arn:aws:iam::444455556666:role/team/deploy"}),
                Verdict::No,
            ),
            (
                json!({"AWS": "arn:aws:iam::111122223333:role/team/other-deploy"}),
                Verdict::No,
            ),
            (json!({"AWS": "arn:aws:iam::111122223333:user/deploy"}), Verdict::No),
            (json!({"AWS": "444455556666"}), Verdict::No),
            (json!({"AWS": []}), Verdict::No),
            (json!({"Service": "cognito-idp.amazonaws.com"}), Verdict::No),
            (json!(null), Verdict::No),
        ] {
            let statement = json!({"Effect": "Allow", "Principal": principal, "Action": "kms:*", "Resource": "*"});
            assert_eq!(
                ask(&statement, "kms:Decrypt", Role::Named("deploy")),
                wanted,
                "{statement}"
            );
            // One statement and a list of one are the same.
            assert_eq!(
                ask(&json!([statement]), "kms:Decrypt", Role::Named("deploy")),
                wanted,
                "{statement}"
            );
        }
    }

    #[test]
    fn whoever_applies_may_be_one_of_those_that_are_named() {
        for (principal, whom) in [
            (
                json!({"AWS": "arn:aws:iam::111122223333:role/deploy"}),
                "arn:aws:iam::111122223333:role/deploy",
            ),
            (
                json!({"Service": "cognito-idp.amazonaws.com"}),
                "cognito-idp.amazonaws.com",
            ),
        ] {
            let statement =
                json!({"Effect": "Allow", "Principal": principal, "Action": "kms:CreateGrant", "Resource": "*"});
            assert_eq!(
                ask(&statement, "kms:CreateGrant", Role::Anybody),
                Verdict::Doubt(format!("its statement number 1 allows it to {whom} alone"))
            );
            // A role that is yet to be made is none of them.
            assert_eq!(ask(&statement, "kms:CreateGrant", Role::NotMade), Verdict::No);
        }
    }

    #[test]
    fn actions_and_resources_may_be_patterns() {
        for (members, wanted) in [
            (json!({"Action": "kms:Decrypt", "Resource": "*"}), Verdict::Yes),
            (json!({"Action": "KMS:decrypt", "Resource": "*"}), Verdict::Yes),
            (
                json!({"Action": ["kms:Encrypt", "kms:Dec*"], "Resource": KEY}),
                Verdict::Yes,
            ),
            (
                json!({"Action": "kms:*", "Resource": "arn:aws:kms:*:111122223333:key/*"}),
                Verdict::Yes,
            ),
            (json!({"Action": "*", "Resource": ["*"]}), Verdict::Yes),
            (json!({"Action": "kms:?ecrypt", "Resource": "*"}), Verdict::Yes),
            (
                json!({"NotAction": "kms:ScheduleKeyDeletion", "Resource": "*"}),
                Verdict::Yes,
            ),
            (
                json!({"Action": "kms:*", "NotResource": "arn:aws:kms:*:*:alias/*"}),
                Verdict::Yes,
            ),
            (json!({"NotAction": "kms:D*", "Resource": "*"}), Verdict::No),
            (json!({"Action": "kms:Decryp", "Resource": "*"}), Verdict::No),
            (json!({"Action": "kms:Enc*", "Resource": "*"}), Verdict::No),
            (
                json!({"Action": "kms:*", "Resource": "arn:aws:kms:us-west-2:111122223333:key/other"}),
                Verdict::No,
            ),
            (json!({"Resource": "*"}), Verdict::No),
        ] {
            let mut statement = json!({"Effect": "Allow", "Principal": "*"});
            if let (Some(statement), Value::Object(members)) = (statement.as_object_mut(), members) {
                statement.extend(members);
            }
            assert_eq!(ask(&statement, "kms:Decrypt", Role::NotMade), wanted, "{statement}");
        }
    }

    #[test]
    fn denials_win_and_conditions_are_doubts() {
        let root = json!({"AWS": "111122223333"});
        let open = json!({"Effect": "Allow", "Principal": root, "Action": "kms:*", "Resource": "*"});
        let rule = |effect: &str, principal: &Value, condition: Value| {
            json!({"Sid": "Rule", "Effect": effect, "Principal": principal, "Action": "kms:Decrypt", "Resource": "*",
                "Condition": condition})
        };
        let context = json!({"StringEquals": {"kms:EncryptionContext:userpool-id": "us-west-2_a"}});
        let doubt = |words: &str| Verdict::Doubt(format!("its statement `Rule` {words}"));
        let other = json!({"AWS": "arn:aws:iam::111122223333:role/other"});
        let exempt =
            json!({"Sid": "Rule", "Effect": "Deny", "NotPrincipal": other, "Action": "kms:*", "Resource": "*"});
        for (statements, wanted) in [
            (
                json!([open, rule("Deny", &json!("*"), json!({}))]),
                Verdict::Denied("`Rule`".to_owned()),
            ),
            (
                json!([rule("Deny", &root, json!({})), open]),
                Verdict::Denied("`Rule`".to_owned()),
            ),
            (json!([open, rule("Deny", &other, json!({}))]), Verdict::Yes),
            (
                json!([open, rule("Deny", &root, context.clone())]),
                doubt("denies it under a condition"),
            ),
            (
                json!([open, exempt]),
                doubt("denies it to all but some (`NotPrincipal`)"),
            ),
            (
                json!([rule("Allow", &root, context.clone())]),
                doubt("allows it under a condition"),
            ),
            (json!([open, rule("Allow", &root, context)]), Verdict::Yes),
            (json!([rule("Deny", &other, json!({}))]), Verdict::No),
            (json!([]), Verdict::No),
        ] {
            assert_eq!(
                ask(&statements, "kms:Decrypt", Role::Named("mine")),
                wanted,
                "{statements}"
            );
        }
    }
}
