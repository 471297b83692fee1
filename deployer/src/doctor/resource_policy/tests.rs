#![expect(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that is not as it should be"
)]

use super::*;
use crate::doctor::Level;
use crate::doctor::kit::{denied, told};
use crate::spec::Region;

/// A policy with members of its statement of this id replaced, or with `null` taken out; without members the statement
/// itself is taken out.
fn changed(policy: &Value, sid: &str, members: Option<&Value>) -> Value {
    let mut policy = policy.clone();
    let statements = policy.pointer_mut("/Statement").and_then(Value::as_array_mut).unwrap();
    let is_it = |statement: &Value| statement.get("Sid").is_some_and(|name| name == sid);
    assert!(statements.iter().any(is_it), "{sid}");
    let Some(members) = members.and_then(Value::as_object) else {
        statements.retain(|statement| !is_it(statement));
        return policy;
    };
    let statement = statements.iter_mut().find(|statement| is_it(statement)).unwrap();
    let statement = statement.as_object_mut().unwrap();
    for (name, value) in members {
        if value.is_null() {
            statement.shift_remove(name);
        } else {
            statement.insert(name.clone(), value.clone());
        }
    }
    policy
}

fn with(policy: &Value, statement: Value) -> Value {
    let mut policy = policy.clone();
    let statements = policy.pointer_mut("/Statement").and_then(Value::as_array_mut);
    statements.unwrap().push(statement);
    policy
}

const BUCKET: &str = "arn:aws:s3:::assets";

fn bucket_verdict(is_bootstrapped: bool, found: &Reading<Option<Value>>) -> Verdict {
    let region = Region::parse("us-west-2").unwrap();
    let assets = Assets {
        name: "assets",
        partition: "aws",
        region: &region,
        is_bootstrapped,
    };
    bucket_policy(assets, found)
}

#[test]
fn a_bucket_s_policy_denies_that_objects_are_overwritten() {
    let declared = write_once_policy(BUCKET);
    let changed = |members: &Value| changed(&declared, "WriteOnce", Some(members));
    let conditions = declared.pointer("/Statement/0/Condition").unwrap();
    let only_for = |operator: &str, key: &str, value: &str| {
        let mut conditions = conditions.clone();
        let members = conditions.as_object_mut().unwrap();
        members.insert(operator.to_owned(), json!({ key: value }));
        changed(&json!({ "Condition": conditions }))
    };
    // Each policy with what it lacks; nothing where it lacks nothing.
    for (policy, lacks) in [
        (declared.clone(), None),
        // As AWS or a person may write it.
        (
            changed(&json!({ "Sid": "Other", "Principal": {"AWS": "*"}, "Action": ["S3:putobject"] })),
            None,
        ),
        (
            changed(&json!({ "Action": "s3:*", "Resource": format!("{BUCKET}/*"), "Condition": null })),
            None,
        ),
        (
            changed(&json!({ "Condition": {"Null": {"s3:if-none-match": true}} })),
            None,
        ),
        (
            with(
                &changed(&json!({ "Resource": format!("{BUCKET}/handler/*") })),
                json!({"Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": format!("{BUCKET}/pools/*")}),
            ),
            None,
        ),
        (
            json!({ "Version": "2012-10-17", "Statement": [] }),
            Some("statement `WriteOnce` is missing"),
        ),
        (
            json!({ "Statement": {"Sid": "Tls", "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*",
                "Condition": {"Bool": {"aws:SecureTransport": "false"}}} }),
            Some("statement `WriteOnce` is missing"),
        ),
        (
            changed(&json!({ "Effect": "Allow" })),
            Some("statement `WriteOnce` is missing"),
        ),
        (
            changed(&json!({ "Resource": format!("{BUCKET}/handler/*") })),
            Some("statement `WriteOnce` does not deny resource arn:aws:s3:::assets/pools/*"),
        ),
        (
            changed(&json!({ "Resource": "arn:aws:s3:::other/*" })),
            Some(
                "statement `WriteOnce` does not deny resource arn:aws:s3:::assets/handler/* and does not deny resource \
                 arn:aws:s3:::assets/pools/*",
            ),
        ),
        (
            changed(&json!({ "Action": "s3:DeleteObject" })),
            Some("statement `WriteOnce` does not deny action s3:PutObject"),
        ),
        (
            changed(&json!({ "Principal": {"AWS": "arn:aws:iam::444455556666:root"} })),
            Some("statement `WriteOnce` does not deny principal *"),
        ),
        (
            changed(&json!({ "Principal": null, "NotPrincipal": {"AWS": "arn:aws:iam::111122223333:role/ci"} })),
            Some("statement `WriteOnce` does not deny principal *"),
        ),
        (
            only_for(
                "StringNotEquals",
                "aws:PrincipalArn",
                "arn:aws:iam::111122223333:role/ci",
            ),
            Some(
                "statement `WriteOnce` denies only with StringNotEquals aws:PrincipalArn \
                 arn:aws:iam::111122223333:role/ci",
            ),
        ),
        (
            only_for("Null", "s3:if-none-match", "false"),
            Some("statement `WriteOnce` denies only with Null s3:if-none-match false"),
        ),
    ] {
        let wanted = lacks.map_or_else(
            || "ok bucket-policy: no object under handler/ or pools/ can be overwritten".to_owned(),
            |lacks| {
                format!("fail bucket-policy: objects under handler/ and pools/ of assets can be overwritten: {lacks}")
            },
        );
        let verdict = bucket_verdict(true, &Ok(Some(policy.clone())));
        assert_eq!(told([&verdict]), [wanted], "{policy}");
        let next = verdict.next.unwrap_or_default();
        assert_eq!(
            next.starts_with("deployer bootstrap --region us-west-2; "),
            lacks.is_some()
        );
    }
}

#[test]
fn a_bucket_without_a_policy_a_bucket_of_one_s_own_and_a_missing_right() {
    assert_eq!(
        told(&[
            bucket_verdict(true, &Ok(None)),
            bucket_verdict(true, &denied("s3:GetBucketPolicy"))
        ]),
        [
            "fail bucket-policy: objects under handler/ and pools/ of assets can be overwritten: there is no bucket policy",
            "warn bucket-policy: not checked: s3:GetBucketPolicy: no (AccessDenied)",
        ]
    );
    let own = bucket_verdict(false, &Ok(None));
    assert_eq!(own.level, Level::Warn);
    let next = own.next.unwrap();
    let (_, statement) = next.split_once(": ").unwrap();
    assert_eq!(
        Some(&serde_json::from_str::<Value>(statement).unwrap()),
        write_once_policy(BUCKET).pointer("/Statement/0")
    );
}

const QUEUE: &str = "arn:aws:sqs:us-west-2:111122223333:acme-DeadLetterQueue";
const ROLE: &str = "arn:aws:iam::111122223333:role/acme-FunctionRole";

fn queue_verdict(document: Option<&Value>, is_deployed: bool) -> Verdict {
    let access = QueueAccess {
        policy: QueuePolicy {
            queue_arn: QUEUE.to_owned(),
            document: document.cloned(),
        },
        role_arn: ROLE.to_owned(),
        is_deployed,
    };
    queue_policy("acme.yaml", "https://queue", &Ok(Some(access))).unwrap()
}

#[test]
fn a_queue_s_policy_lets_only_the_function_send() {
    let declared = queue_policy_document(QUEUE, ROLE);
    let send = |members: Value| changed(&declared, "OnlyTheFunctionSends", Some(&members));
    let other = "arn:aws:iam::111122223333:role/other";
    let spared = |operator: &str, roles: Value| send(json!({ "Condition": {operator: {"aws:PrincipalArn": roles}} }));
    let allow = |action: &str, principal: Value| {
        let statement = json!({"Effect": "Allow", "Principal": principal, "Action": action, "Resource": QUEUE});
        with(&declared, statement)
    };
    let ok = "ok queue-policy: only the function's role may send, and only by TLS";
    let fail = "fail queue-policy: principals other than the function's role may use the queue: ";
    for (policy, wanted) in [
        (declared.clone(), ok.to_owned()),
        (
            send(json!({ "Action": ["SQS:*"], "Principal": {"AWS": ["*"]} })),
            ok.to_owned(),
        ),
        (spared("ArnNotLike", json!([ROLE])), ok.to_owned()),
        (
            changed(&declared, "OnlyTheFunctionSends", None),
            format!("{fail}statement `OnlyTheFunctionSends` is missing"),
        ),
        (
            changed(&declared, "OnlyByTls", None),
            format!("{fail}statement `OnlyByTls` is missing"),
        ),
        (
            spared("ArnNotEquals", json!([ROLE, other])),
            format!(
                "{fail}statement `OnlyTheFunctionSends` denies only with ArnNotEquals aws:PrincipalArn {ROLE}, {other}"
            ),
        ),
        (
            spared("ArnNotLike", json!("arn:aws:iam::*:role/acme-*")),
            format!(
                "{fail}statement `OnlyTheFunctionSends` denies only with ArnNotLike aws:PrincipalArn \
                 arn:aws:iam::*:role/acme-*"
            ),
        ),
        (
            spared("ArnNotEquals", json!(other)),
            format!("{fail}statement `OnlyTheFunctionSends` denies only with ArnNotEquals aws:PrincipalArn {other}"),
        ),
        (
            send(json!({ "Resource": format!("{QUEUE}2") })),
            format!("{fail}statement `OnlyTheFunctionSends` does not deny resource {QUEUE}"),
        ),
        (
            allow("sqs:SendMessage", json!({"AWS": "444455556666"})),
            "warn queue-policy: statement `3` allows sqs:SendMessage to AWS:arn:aws:iam::444455556666:root".to_owned(),
        ),
        (
            allow("sqs:*", json!("*")),
            "warn queue-policy: statement `3` allows sqs:* to *".to_owned(),
        ),
        (
            with(
                &changed(&declared, "OnlyTheFunctionSends", None),
                json!({"Sid": "Topic", "Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"},
                    "Action": "sqs:SendMessage", "Resource": QUEUE}),
            ),
            format!(
                "{fail}statement `OnlyTheFunctionSends` is missing; statement `Topic` allows sqs:SendMessage to \
                 Service:sns.amazonaws.com"
            ),
        ),
    ] {
        let verdict = queue_verdict(Some(&policy), true);
        assert_eq!(told([&verdict]), [wanted], "{policy}");
        let next = verdict.next.unwrap_or_default();
        let compares = next.contains("deployer drift acme.yaml") && next.contains("aws sqs set-queue-attributes");
        assert_eq!(compares, verdict.level != Level::Ok, "{next}");
    }
}

#[test]
fn a_queue_without_a_policy_and_a_missing_right() {
    let found =
        "fail queue-policy: principals other than the function's role may use the queue: there is no queue policy";
    let (gone, never) = (queue_verdict(None, true), queue_verdict(None, false));
    assert_eq!(told([&gone, &never]), [found; 2]);
    assert_eq!(never.next.as_deref(), Some("deployer apply acme.yaml"));
    // The advice prints the declared policy.
    let next = gone.next.unwrap();
    let attributes = next.split('\'').rev().nth(1).unwrap();
    let attributes: Value = serde_json::from_str(attributes).unwrap();
    let policy = attributes.get("Policy").and_then(Value::as_str).unwrap();
    assert_eq!(
        serde_json::from_str::<Value>(policy).unwrap(),
        queue_policy_document(QUEUE, ROLE)
    );
    let unread = queue_policy("acme.yaml", "https://queue", &denied("sqs:GetQueueAttributes")).unwrap();
    assert_eq!(
        told([&unread]),
        ["warn queue-policy: not checked: sqs:GetQueueAttributes: no (AccessDenied)"]
    );
    assert_eq!(queue_policy("acme.yaml", "https://queue", &Ok(None)), None);
}
