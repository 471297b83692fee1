//! Statements of policies, read as IAM reads them: actions, resources, conditions, and the services that they admit.
//!
//! What is asked is one question of one policy: may this service do this, or whoever has the policy? A condition on
//! what is not known is no answer.
//!
//! Source: "IAM JSON policy elements: Condition operators", IAM User Guide.

use serde_json::Value;

use super::pattern::{covers, covers_arn};

/// What is known of a request: condition keys, and each one's value; without one it is known to be absent.
pub(crate) type Known<'a> = &'a [(&'a str, Option<&'a str>)];

/// Whether conditions hold, or which key tells otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Holds {
    Yes,
    /// Not for the value of this condition key.
    No(String),
    /// It hangs on this condition key or operator.
    Unknown(String),
}

/// Whether a policy admits somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Admits {
    Yes,
    /// No statement speaks of it.
    No,
    /// A statement would, but for the value of this condition key.
    But(String),
    /// A statement forbids it.
    Denied,
    /// It hangs on this condition key or operator.
    Unknown(String),
}

/// Whether a resource-based policy admits a service, such as `cognito-idp.amazonaws.com`, to an action.
pub(crate) fn admits(policy: &Value, service: &str, action: &str, known: Known<'_>) -> Admits {
    let spoken = items(policy.get("Statement"))
        .iter()
        .filter(|statement| is_for(statement, service) && has_action(statement, action));
    decide(spoken, known)
}

/// Whether a policy of a role allows an action on a resource.
pub(crate) fn allows(policy: &Value, action: &str, resource: &str, known: Known<'_>) -> Admits {
    let spoken = items(policy.get("Statement")).iter().filter(|statement| {
        has_action(statement, action) && lists(statement, "Resource", |each| covers(each, resource))
    });
    decide(spoken, known)
}

fn decide<'a>(spoken: impl Iterator<Item = &'a Value>, known: Known<'_>) -> Admits {
    let (mut allowed, mut but, mut unknown) = (false, None, None);
    for statement in spoken {
        let denies = statement.get("Effect").and_then(Value::as_str) == Some("Deny");
        match (conditions(statement, known), denies) {
            (Holds::Yes, true) => return Admits::Denied,
            (Holds::Yes, false) => allowed = true,
            (Holds::No(key), false) => but = Some(key),
            (Holds::No(_), true) => {}
            // A denial that may hold weighs more than what is allowed.
            (Holds::Unknown(key), true) => return Admits::Unknown(key),
            (Holds::Unknown(key), false) => unknown = Some(key),
        }
    }
    match (allowed, unknown, but) {
        (true, ..) => Admits::Yes,
        (false, Some(key), _) => Admits::Unknown(key),
        (false, None, Some(key)) => Admits::But(key),
        (false, None, None) => Admits::No,
    }
}

fn is_for(statement: &Value, service: &str) -> bool {
    let names = |principal: &Value| {
        let services = items(principal.get("Service"));
        principal.as_str() == Some("*") || services.iter().any(|each| each == service)
    };
    match (statement.get("Principal"), statement.get("NotPrincipal")) {
        (Some(principal), _) => names(principal),
        (None, Some(spared)) => !names(spared),
        (None, None) => false,
    }
}

fn has_action(statement: &Value, action: &str) -> bool {
    lists(statement, "Action", |pattern| {
        covers(&pattern.to_ascii_lowercase(), &action.to_ascii_lowercase())
    })
}

/// Whether a statement's conditions hold.
fn conditions(statement: &Value, known: Known<'_>) -> Holds {
    let operators = statement.get("Condition").and_then(Value::as_object);
    let mut unknown = None;
    for (operator, keys) in operators.into_iter().flatten() {
        for (key, wanted) in keys.as_object().into_iter().flatten() {
            let value = known.iter().find(|(name, _)| name.eq_ignore_ascii_case(key));
            match value.and_then(|(_, value)| holds(operator, *value, wanted)) {
                Some(true) => {}
                Some(false) => return Holds::No(key.clone()),
                None => unknown = Some(key.clone()),
            }
        }
    }
    unknown.map_or(Holds::Yes, Holds::Unknown)
}

/// Whether one condition holds for a value; nothing for an operator, or a wanted value, that cannot be told here.
fn holds(operator: &str, value: Option<&str>, wanted: &Value) -> Option<bool> {
    let wanted: Vec<String> = items(Some(wanted))
        .iter()
        .map(|each| each.as_str().map_or_else(|| each.to_string(), str::to_owned))
        .collect();
    // A variable is filled in by IAM.
    if wanted.iter().any(|each| each.contains("${")) {
        return None;
    }
    let (all, operator) = match operator.split_once(':') {
        Some(("ForAllValues", operator)) => (true, operator),
        Some(("ForAnyValue", operator)) => (false, operator),
        Some(_) => return None,
        None => (false, operator),
    };
    if operator == "Null" {
        return Some(wanted.iter().any(|each| (each == "true") == value.is_none()));
    }
    let (optional, operator) = match operator.strip_suffix("IfExists") {
        Some(operator) => (true, operator),
        None => (false, operator),
    };
    let (negated, same): (bool, fn(&str, &str) -> bool) = match operator {
        "StringEquals" => (false, |wanted, value| wanted == value),
        "StringNotEquals" => (true, |wanted, value| wanted == value),
        "StringEqualsIgnoreCase" => (false, str::eq_ignore_ascii_case),
        "StringNotEqualsIgnoreCase" => (true, str::eq_ignore_ascii_case),
        "StringLike" => (false, covers),
        "StringNotLike" => (true, covers),
        "ArnEquals" | "ArnLike" => (false, covers_arn),
        "ArnNotEquals" | "ArnNotLike" => (true, covers_arn),
        _ => return None,
    };
    Some(match value {
        None => optional || all || negated,
        Some(value) => wanted.iter().any(|each| same(each, value)) != negated,
    })
}

/// Whether an element of a statement, or the opposite of its `Not…` form, holds.
pub(super) fn lists(statement: &Value, element: &str, matches: impl Fn(&str) -> bool) -> bool {
    let any = |value| items(Some(value)).iter().filter_map(Value::as_str).any(&matches);
    match (statement.get(element), statement.get(format!("Not{element}"))) {
        (Some(value), _) => any(value),
        (None, Some(value)) => !any(value),
        (None, None) => false,
    }
}

/// One value or a list of them.
pub(super) fn items(value: Option<&Value>) -> &[Value] {
    match value {
        Some(Value::Array(items)) => items,
        Some(one) => std::slice::from_ref(one),
        None => &[],
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const POOL: &str = "arn:aws:cognito-idp:us-west-2:111122223333:userpool/us-west-2_a";
    const KNOWN: Known<'static> = &[
        ("sts:ExternalId", Some("acme")),
        ("aws:SourceArn", Some(POOL)),
        ("aws:SourceAccount", Some("111122223333")),
        ("aws:PrincipalOrgID", None),
    ];

    #[test]
    fn each_operator_is_read() {
        let no = |key: &str| Holds::No(key.to_owned());
        let unknown = |key: &str| Holds::Unknown(key.to_owned());
        for (condition, wanted) in [
            (json!(null), Holds::Yes),
            (json!({}), Holds::Yes),
            (json!({"StringEquals": {"sts:ExternalId": "acme"}}), Holds::Yes),
            (
                json!({"StringEquals": {"STS:externalid": ["other", "acme"]}}),
                Holds::Yes,
            ),
            (
                json!({"StringEquals": {"sts:ExternalId": "Acme"}}),
                no("sts:ExternalId"),
            ),
            (json!({"StringEquals": {"sts:ExternalId": "a*"}}), no("sts:ExternalId")),
            (
                json!({"StringEqualsIgnoreCase": {"sts:ExternalId": "ACME"}}),
                Holds::Yes,
            ),
            (json!({"StringLike": {"sts:ExternalId": "a*"}}), Holds::Yes),
            (
                json!({"StringNotEquals": {"sts:ExternalId": "acme"}}),
                no("sts:ExternalId"),
            ),
            (json!({"StringNotLike": {"sts:ExternalId": ["b*", "c*"]}}), Holds::Yes),
            (
                json!({"ArnLike": {"aws:SourceArn": "arn:aws:cognito-idp:*:111122223333:userpool/*"}}),
                Holds::Yes,
            ),
            (json!({"ArnEquals": {"aws:SourceArn": POOL}}), Holds::Yes),
            (
                json!({"ArnLike": {"aws:SourceArn": "arn:aws:*:userpool/*"}}),
                no("aws:SourceArn"),
            ),
            (
                json!({"ArnNotLike": {"aws:SourceArn": "arn:aws:sns:*:*:*"}}),
                Holds::Yes,
            ),
            (
                json!({"StringLike": {"aws:SourceArn": "arn:aws:*:userpool/*"}}),
                Holds::Yes,
            ),
            (
                json!({"ForAnyValue:StringEquals": {"aws:SourceAccount": ["111122223333"]}}),
                Holds::Yes,
            ),
            (
                json!({"StringEquals": {"aws:PrincipalOrgID": "o-1"}}),
                no("aws:PrincipalOrgID"),
            ),
            (
                json!({"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-1"}}),
                Holds::Yes,
            ),
            (
                json!({"ForAllValues:StringEquals": {"aws:PrincipalOrgID": "o-1"}}),
                Holds::Yes,
            ),
            (json!({"StringNotEquals": {"aws:PrincipalOrgID": "o-1"}}), Holds::Yes),
            (json!({"Null": {"aws:PrincipalOrgID": true}}), Holds::Yes),
            (json!({"Null": {"sts:ExternalId": "true"}}), no("sts:ExternalId")),
            (json!({"Null": {"sts:ExternalId": "false"}}), Holds::Yes),
            (
                json!({"StringEquals": {"sts:ExternalId": "${aws:PrincipalTag/id}"}}),
                unknown("sts:ExternalId"),
            ),
            (json!({"StringEquals": {"aws:Else": "x"}}), unknown("aws:Else")),
            (json!({"Bool": {"sts:ExternalId": "true"}}), unknown("sts:ExternalId")),
            // What certainly fails needs no other answer.
            (
                json!({"Bool": {"aws:Else": "true"}, "StringEquals": {"sts:ExternalId": "x"}}),
                no("sts:ExternalId"),
            ),
        ] {
            assert_eq!(
                conditions(&json!({ "Condition": condition }), KNOWN),
                wanted,
                "{condition}"
            );
        }
    }

    #[test]
    fn a_service_is_admitted_by_name_action_and_condition() {
        let cognito = json!({"Service": ["sns.amazonaws.com", "cognito-idp.amazonaws.com"]});
        let allow = |principal: &Value, condition: Value| json!({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", "Condition": condition});
        let of = |id: &str| json!({"StringEquals": {"sts:ExternalId": id}});
        let deny =
            |condition: Value| json!({"Effect": "Deny", "Principal": "*", "Action": "sts:*", "Condition": condition});
        let lambda = json!({"Service": "lambda.amazonaws.com"});
        for (statements, wanted) in [
            (json!([]), Admits::No),
            (allow(&cognito, json!({})), Admits::Yes),
            (json!([allow(&cognito, of("acme"))]), Admits::Yes),
            (json!([allow(&lambda, json!({}))]), Admits::No),
            (json!([allow(&json!({"AWS": "*"}), json!({}))]), Admits::No),
            (
                json!([allow(&cognito, of("other"))]),
                Admits::But("sts:ExternalId".to_owned()),
            ),
            (
                json!([allow(&cognito, of("other")), allow(&cognito, of("acme"))]),
                Admits::Yes,
            ),
            (
                json!([allow(&cognito, json!({"Bool": {"aws:Else": true}}))]),
                Admits::Unknown("aws:Else".to_owned()),
            ),
            (json!([allow(&cognito, json!({})), deny(json!({}))]), Admits::Denied),
            (json!([allow(&cognito, json!({})), deny(of("other"))]), Admits::Yes),
            (
                json!([
                    allow(&cognito, json!({})),
                    {"Effect": "Deny", "NotPrincipal": {"AWS": "arn:a"}, "Action": "*"},
                ]),
                Admits::Denied,
            ),
            (
                json!([
                    allow(&cognito, json!({})),
                    deny(json!({"Bool": {"aws:SecureTransport": "false"}}))
                ]),
                Admits::Unknown("aws:SecureTransport".to_owned()),
            ),
        ] {
            let policy = json!({ "Statement": statements });
            let admitted = admits(&policy, "cognito-idp.amazonaws.com", "sts:AssumeRole", KNOWN);
            assert_eq!(admitted, wanted, "{policy}");
        }
    }

    #[test]
    fn a_role_is_allowed_by_action_resource_and_condition() {
        let policy = json!({ "Statement": {
            "Effect": "Allow", "Action": ["kms:Decrypt"], "Resource": ["arn:k", "arn:l"],
            "Condition": {"StringEquals": {"kms:EncryptionContext:userpool-id": "us-west-2_a"}},
        }});
        let known = |pool| [("kms:EncryptionContext:userpool-id", Some(pool))];
        assert_eq!(
            allows(&policy, "kms:Decrypt", "arn:l", &known("us-west-2_a")),
            Admits::Yes
        );
        assert_eq!(
            allows(&policy, "kms:Decrypt", "arn:m", &known("us-west-2_a")),
            Admits::No
        );
        assert_eq!(
            allows(&policy, "kms:Encrypt", "arn:k", &known("us-west-2_a")),
            Admits::No
        );
        let key = "kms:EncryptionContext:userpool-id".to_owned();
        assert_eq!(
            allows(&policy, "kms:Decrypt", "arn:k", &known("us-west-2_b")),
            Admits::But(key)
        );
    }
}
